//! What `doctor` asks the Cloud API: do token, number, account, webhook subscription, template and clock fit together?
//!
//! It only reads. Every check stands alone and says what to do when it fails; none of them shows the token.

use chrono::{DateTime, Utc};
use reqwest::header::{DATE, HeaderMap};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::Answer;
use super::client::CloudApi;
use super::lenient::{Text, elements, object, present};

/// Greatest difference between our clock and Meta's that does no harm, in seconds.
const TOLERATED_SKEW: i64 = 60;

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was looked at: `access token`, `phone number`, `webhook subscription`, `template`, `clock`.
    pub name: &'static str,
    /// True when it is as it should be.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What to do about it; empty when nothing is to be done.
    pub fix: String,
}

/// What went wrong with a question, and what to do about it.
struct Trouble {
    detail: String,
    fix: String,
}

/// The lists of the account: numbers, apps, templates.
#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    language: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
}

impl CloudApi {
    /// Looks at everything that has to fit together; `template` and `language` are the owner's knock.
    pub async fn check(&self, template: &str, language: &str, now: DateTime<Utc>) -> Vec<Check> {
        self.reload_token().await;
        let token = self.ask(&[&self.phone_number_id], "fields=id").await;
        let clock = clock(token.as_ref().map(|(_, headers)| headers), now);
        vec![
            judged("access token", heard(token).map(|_| "WhatsApp takes it".to_owned())),
            judged("phone number", self.number_belongs().await),
            judged("webhook subscription", self.app_is_subscribed().await),
            judged("template", self.template_is_approved(template, language).await),
            clock,
        ]
    }

    async fn number_belongs(&self) -> Result<String, Trouble> {
        let answer = self.list("phone_numbers", "fields=id&limit=100").await?;
        let own = |item: &Item<'_>| present(&item.id) == Some(&self.phone_number_id);
        if items(&answer).iter().any(own) {
            return Ok("it belongs to the business account".to_owned());
        }
        Err(trouble(
            "it is not one of the business account's numbers",
            "Take WA_PHONE_NUMBER_ID and WA_BUSINESS_ACCOUNT_ID from the same page at Meta (WhatsApp, API setup).",
        ))
    }

    async fn app_is_subscribed(&self) -> Result<String, Trouble> {
        let answer = self.list("subscribed_apps", "").await?;
        let some = answer.text().and_then(list).is_some_and(|list| !elements(list.data).is_empty());
        if some {
            return Ok("an app is subscribed to the business account".to_owned());
        }
        let path = format!("/{}/subscribed_apps", self.business_account_id);
        Err(trouble(
            "no app is subscribed to the business account, so no messages will come in",
            &format!("Subscribe the app once: POST {path} with the access token, or in the app's webhook settings."),
        ))
    }

    async fn template_is_approved(&self, name: &str, language: &str) -> Result<String, Trouble> {
        let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !plain {
            return Err(trouble("the name has characters that no template has", "Correct OWNER_NOTIFY_TEMPLATE."));
        }
        let query = format!("name={name}&fields=name,language,status&limit=100");
        let answer = self.list("message_templates", &query).await?;
        let wanted = |item: &&Item<'_>| present(&item.name) == Some(name) && present(&item.language) == Some(language);
        let items = items(&answer);
        match items.iter().find(wanted).map(|item| present(&item.status).unwrap_or("UNKNOWN")) {
            Some("APPROVED") => Ok(format!("{name} ({language}) is approved")),
            Some(status) => Err(trouble(
                &format!("{name} ({language}) is {status}"),
                "Wait for its approval in WhatsApp Manager, or set OWNER_NOTIFY_TEMPLATE to an approved one.",
            )),
            None => Err(trouble(
                &format!("there is no template {name} in {language}"),
                "Make it in WhatsApp Manager (category utility, no variables), or correct OWNER_NOTIFY_TEMPLATE and \
                 OWNER_NOTIFY_LANGUAGE.",
            )),
        }
    }

    async fn list(&self, what: &str, query: &str) -> Result<Answer, Trouble> {
        heard(self.ask(&[&self.business_account_id, what], query).await)
    }
}

fn list(text: &str) -> Option<List<'_>> {
    serde_json::from_str(text).ok()
}

fn items(answer: &Answer) -> Vec<Item<'_>> {
    let list = answer.text().and_then(list);
    list.map(|list| elements(list.data)).unwrap_or_default().into_iter().filter_map(|raw| object(raw).ok()).collect()
}

fn trouble(detail: &str, fix: &str) -> Trouble {
    Trouble { detail: detail.to_owned(), fix: fix.to_owned() }
}

/// The answer, when it is one; else what is wrong, in the words of its error code where it has one.
fn heard(answer: Option<(Answer, HeaderMap)>) -> Result<Answer, Trouble> {
    let Some((answer, _)) = answer else {
        return Err(trouble("the Cloud API does not answer", "Check the network, and WA_API_BASE_URL if it is set."));
    };
    if answer.status.is_success() {
        return Ok(answer);
    }
    Err(match answer.refusal() {
        Some(refusal) => Trouble { detail: format!("{} (code {})", refusal.meaning, refusal.code), fix: refusal.fix },
        None => trouble(
            &format!("something that is not the Cloud API answers (HTTP {})", answer.status.as_u16()),
            "Check WA_API_BASE_URL and WA_API_VERSION.",
        ),
    })
}

fn judged(name: &'static str, result: Result<String, Trouble>) -> Check {
    match result {
        Ok(detail) => Check { name, ok: true, detail, fix: String::new() },
        Err(Trouble { detail, fix }) => Check { name, ok: false, detail, fix },
    }
}

/// Compares our clock with the `Date` of an answer; windows and due times depend on it.
fn clock(headers: Option<&HeaderMap>, now: DateTime<Utc>) -> Check {
    let date = headers.and_then(|headers| headers.get(DATE)?.to_str().ok());
    let result = match date.and_then(|date| DateTime::parse_from_rfc2822(date).ok()) {
        None => Err(trouble(
            "it could not be compared: no answer with a date",
            "First mend what keeps the Cloud API from answering.",
        )),
        Some(theirs) => match now.signed_duration_since(theirs).num_seconds() {
            skew if skew.abs() <= TOLERATED_SKEW => Ok("it agrees with Meta's".to_owned()),
            skew => Err(trouble(
                &format!("it is {} s {} Meta's", skew.abs(), if skew > 0 { "ahead of" } else { "behind" }),
                "Switch on time synchronisation (NTP) on this machine.",
            )),
        },
    };
    judged("clock", result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::whatsapp::client::scripted::{Script, api_at, json};

    const NOW: &str = "2026-11-22T06:55:00Z";

    fn now() -> DateTime<Utc> {
        NOW.parse().expect("an instant")
    }

    async fn checked(answers: Vec<Script>) -> Vec<Check> {
        let server = crate::whatsapp::client::scripted::Server::start(answers).await;
        api_at(&server.url).check("owner_notify", "en_US", now()).await
    }

    fn names_that_fail(checks: &[Check]) -> Vec<&'static str> {
        checks.iter().filter(|check| !check.ok).map(|check| check.name).collect()
    }

    fn good() -> Vec<Script> {
        vec![
            json(200, r#"{"id":"700100200300400"}"#),
            json(200, r#"{"data":[{"id":"1"},{"id":"700100200300400"}]}"#),
            json(200, r#"{"data":[{"whatsapp_business_api_data":{"id":"5"}}]}"#),
            json(200, r#"{"data":[{"name":"owner_notify","language":"en_US","status":"APPROVED"}]}"#),
        ]
    }

    #[tokio::test]
    async fn everything_that_fits_is_ok() {
        let checks = checked(good()).await;
        assert_eq!(names_that_fail(&checks), Vec::<&str>::new(), "{checks:?}");
        assert_eq!(checks.len(), 5);
    }

    #[tokio::test]
    async fn each_misfit_is_named_with_its_fix() {
        let misfits = [
            (1, r#"{"data":[{"id":"1"}]}"#, "phone number", "WA_PHONE_NUMBER_ID"),
            (2, r#"{"data":[]}"#, "webhook subscription", "/900800700600500/subscribed_apps"),
            (3, r#"{"data":[]}"#, "template", "OWNER_NOTIFY_TEMPLATE"),
            (3, r#"{"data":[{"name":"owner_notify","language":"en_US","status":"PENDING"}]}"#, "template", "approval"),
            (3, r#"{"data":[{"name":"owner_notify","language":"de","status":"APPROVED"}]}"#, "template", "LANGUAGE"),
        ];
        for (at, answer, name, fix) in misfits {
            let mut answers = good();
            answers[at] = json(200, answer);
            let checks = checked(answers).await;
            assert_eq!(names_that_fail(&checks), [name], "{answer}");
            assert!(checks.iter().any(|check| check.fix.contains(fix)), "{checks:?}");
        }
    }

    #[tokio::test]
    async fn a_refused_token_is_told_in_plain_words() {
        let refused = r#"{"error":{"message":"x","type":"OAuthException","code":190,"fbtrace_id":"A"}}"#;
        let mut answers = good();
        answers[0] = json(401, refused);
        let checks = checked(answers).await;
        assert_eq!(names_that_fail(&checks), ["access token"]);
        assert!(checks[0].fix.contains("WA_ACCESS_TOKEN"), "{checks:?}");
    }

    #[test]
    fn a_wrong_clock_is_noticed_in_both_directions() {
        let headers = |date: &str| HeaderMap::from_iter([(DATE, date.parse().expect("a header value"))]);
        assert!(clock(Some(&headers("Sun, 22 Nov 2026 06:55:30 GMT")), now()).ok);
        for (date, words) in
            [("Sun, 22 Nov 2026 06:00:00 GMT", "3300 s ahead"), ("Sun, 22 Nov 2026 07:00:00 GMT", "300 s behind")]
        {
            let check = clock(Some(&headers(date)), now());
            assert!(!check.ok && check.detail.contains(words), "{check:?}");
        }
        let silent = clock(None, now());
        assert!(!silent.ok && !silent.fix.is_empty(), "{silent:?}");
    }
}
