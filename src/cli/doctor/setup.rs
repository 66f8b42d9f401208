//! What can be judged without asking anybody: the settings themselves.

use chrono_tz::Tz;
use secrecy::{ExposeSecret, SecretString};

use super::report::Finding;
use crate::config::{ConfigError, Settings};
use crate::domain::when::{ZONE_DATA, is_outdated};

/// A secret that people could guess is shorter than this, in characters.
const SHORT: usize = 32;

/// One finding per setting that is missing or malformed.
pub(super) fn problems(error: ConfigError) -> Vec<Finding> {
    let finding = |problem: crate::config::Problem| {
        let fix = match problem.variable.as_str() {
            ".env" => "correct the lines of .env that look different".to_owned(),
            variable => format!("set {variable} in the environment or in .env"),
        };
        Finding::wrong("settings", problem.to_string(), fix)
    };
    error.problems.into_iter().map(finding).collect()
}

/// Judges settings that can be used.
pub(super) fn judge(settings: &Settings) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("settings", "complete")];
    findings.extend(secrets(settings));
    findings.push(webhook(settings));
    findings.push(zone(settings.owner.zone));
    findings
}

fn zone(zone: Tz) -> Finding {
    let found = format!("{zone}, data {ZONE_DATA}");
    if !is_outdated(zone) {
        return Finding::ok("time zone", found);
    }
    let message = format!("{found}; the rules of this zone changed after that, so times may be an hour off");
    Finding::warning("time zone", message, "set TZ to a zone with the same clock whose rules did not change")
}

fn secrets(settings: &Settings) -> Vec<Finding> {
    let named = |name, secret: &SecretString| (name, secret.expose_secret().chars().count());
    let app = settings.whatsapp.app_secrets.iter().map(|secret| named("WA_APP_SECRET", secret));
    let verify = named("VERIFY_TOKEN", &settings.whatsapp.verify_token);
    let admin = settings.http.admin_token.iter().map(|token| named("X_ADMIN_TOKEN", token));
    let short = app.chain([verify]).chain(admin).filter(|(_, length)| *length < SHORT);
    let fix = |name| match name {
        "WA_APP_SECRET" => "copy the whole app secret from the app dashboard",
        _ => "make one with: openssl rand -hex 32",
    };
    short
        .map(|(name, length)| Finding::warning("settings", format!("{name} has only {length} characters"), fix(name)))
        .collect()
}

fn webhook(settings: &Settings) -> Finding {
    match settings.http.base_url.as_deref() {
        Some(url) if url.starts_with("https://") => Finding::ok("webhook", format!("{url}/webhook/whatsapp")),
        Some(_) => Finding::warning(
            "webhook",
            "BASE_URL is not https, and Meta calls nothing else",
            "put a server that ends TLS in front, and its https URL into BASE_URL",
        ),
        None => Finding::warning(
            "webhook",
            "BASE_URL is not set, so nobody can say where Meta should call",
            "set BASE_URL to the public https URL in front of this daemon",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Problem;

    fn settings(changes: &[(&str, &str)]) -> Settings {
        let required = [
            ("WA_ACCESS_TOKEN", "canary-token"),
            ("WA_PHONE_NUMBER_ID", "1"),
            ("WA_BUSINESS_ACCOUNT_ID", "2"),
            ("WA_APP_SECRET", "canary-secret"),
            ("OWNER_WA_ID", "15550007777"),
            ("VERIFY_TOKEN", "canary-verify-0123456789abcdef0123"),
        ];
        let vars = required.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Settings::from_vars(vars, |_| Err(std::io::ErrorKind::NotFound.into())).expect("valid")
    }

    fn shown(findings: &[Finding]) -> String {
        serde_json::to_string(findings).expect("JSON")
    }

    #[test]
    fn a_short_secret_is_doubted_and_never_shown() {
        let page = shown(&judge(&settings(&[("X_ADMIN_TOKEN", "canary")])));
        assert!(page.contains("WA_APP_SECRET has only 13 characters"), "{page}");
        assert!(page.contains("X_ADMIN_TOKEN has only 6 characters"), "{page}");
        assert!(!page.contains("VERIFY_TOKEN has") && !page.contains("canary"), "{page}");
    }

    #[test]
    fn a_zone_whose_rules_changed_since_is_warned_of() {
        let page = shown(&judge(&settings(&[("TZ", "America/Vancouver")])));
        assert!(page.contains("an hour off"), "{page}");
        assert!(!shown(&judge(&settings(&[]))).contains("an hour off"));
    }

    #[test]
    fn every_problem_is_something_wrong_with_its_own_fix() {
        let problem = |name: &str| Problem { variable: name.to_owned(), expected: "something".to_owned() };
        let found = problems(ConfigError { problems: vec![problem("A"), problem("B")] });
        assert_eq!(found.iter().filter(|finding| finding.is_wrong()).count(), 2);
        assert!(shown(&found).contains("set B in the environment"));
    }
}
