//! What the doctor found: one line each for a person, or JSON for a program.

use std::io::{self, Write};

use serde::Serialize;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// What was looked at: `settings`, `database`, `token`, …
    subject: &'static str,
    /// How it is.
    verdict: Verdict,
    /// What was found. Never a secret.
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    Warning,
    Wrong,
}

impl Finding {
    /// It is as it should be.
    pub(super) fn ok(subject: &'static str, message: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Ok, message: message.into(), fix: None }
    }

    /// It works, and could be better.
    pub(super) fn warning(subject: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Warning, message: message.into(), fix: Some(fix.into()) }
    }

    /// It must be mended.
    pub(super) fn wrong(subject: &'static str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { subject, verdict: Verdict::Wrong, message: message.into(), fix: Some(fix.into()) }
    }

    /// True when it must be mended.
    pub(super) fn is_wrong(&self) -> bool {
        self.verdict == Verdict::Wrong
    }

    fn line(&self) -> String {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Wrong => "WRONG",
        };
        let fix = self.fix.as_ref().map(|fix| format!("; fix: {fix}")).unwrap_or_default();
        format!("{verdict:<8}{}: {}{fix}", self.subject, self.message)
    }
}

/// Prints all findings to standard output.
pub(super) fn print(findings: &[Finding], as_json: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    if as_json {
        let ok = !findings.iter().any(Finding::is_wrong);
        return writeln!(stdout, "{}", serde_json::json!({"ok": ok, "findings": findings}));
    }
    findings.iter().try_for_each(|finding| writeln!(stdout, "{}", finding.line()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_wrong_and_how_to_mend_it() {
        let wrong = Finding::wrong("token", "the API refuses it (code 190)", "make a new one");
        assert_eq!(wrong.line(), "WRONG   token: the API refuses it (code 190); fix: make a new one");
        assert_eq!(Finding::ok("database", "sqlite, up to date").line(), "ok      database: sqlite, up to date");
        assert!(wrong.is_wrong() && !Finding::warning("settings", "x", "y").is_wrong());
    }

    #[test]
    fn json_leaves_the_fix_out_when_there_is_nothing_to_mend() {
        let page = serde_json::to_value(Finding::ok("database", "up to date")).expect("JSON");
        assert_eq!(page, serde_json::json!({"subject": "database", "verdict": "ok", "message": "up to date"}));
    }
}
