//! Faults on demand: what can go wrong between a bot and the Cloud API, per request or by chance.
//!
//! Rules are taken in order: the first one that fits a request is used and counted down, so a list of rules is a script.
//! A fault says two things: whether the message is accepted (the ledger is the truth), and what the bot gets to see.

use serde::{Deserialize, Serialize};

use super::ids::Chance;
use super::reply::GraphError;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Nothing: the request is served as usual. Fills the gaps of a script.
    Pass,
    /// Refused with `code` (and `http` when it differs from Meta's table).
    Refuse,
    /// Answered with a 5xx: `http` (503), as Graph JSON with `code` (131000), or as a page when `html`.
    ServerError,
    /// Accepted; the connection ends without an answer.
    Drop,
    /// The whole request is read, then the connection is reset (TCP RST).
    Reset,
    /// The answer breaks off in the middle.
    Half,
    /// 200 with something that is no JSON.
    Garbage,
    /// 200 with JSON that has no message id.
    NoId,
    /// Accepted at once, answered `delay_ms` later.
    Slow,
    /// Accepted only `delay_ms` later, even when the caller has given up by then.
    Late,
    /// 200, then a `failed` status with `code`.
    FailLater,
    /// 200, then no status at all.
    Silent,
    /// 200 with `held_for_quality_assessment`; no status until one is sent by hand.
    Held,
}

/// Which calls a fault applies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// `POST …/messages`.
    #[default]
    Messages,
    /// Every other call.
    Manage,
    /// All calls.
    Any,
}

/// One rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What goes wrong.
    #[serde(rename = "do")]
    pub kind: FaultKind,
    /// Which calls it applies to.
    #[serde(default)]
    pub on: Endpoint,
    /// How many requests it applies to; 0 means until cleared. One when absent.
    #[serde(default = "once")]
    pub times: u32,
    /// How likely it applies to a request that fits, from 0 to 1. Always when absent.
    #[serde(default = "always")]
    pub probability: f64,
    /// Only messages to this recipient, written as in the ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only messages with this text in their body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub containing: Option<String>,
    /// Graph error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// HTTP status, when it differs from the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<u16>,
    /// The `details` of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// Answers with an HTML page instead of Graph JSON.
    #[serde(default)]
    pub html: bool,
    /// Milliseconds of `slow` and `late`.
    #[serde(default)]
    pub delay_ms: u64,
    /// Whether the message is accepted all the same, where that differs from the kind's habit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<bool>,
}

fn once() -> u32 {
    1
}

fn always() -> f64 {
    1.0
}

impl Fault {
    /// A fault of this kind on the next message, with nothing else set.
    pub fn next(kind: FaultKind) -> Self {
        Self {
            kind,
            on: Endpoint::Messages,
            times: once(),
            probability: always(),
            to: None,
            containing: None,
            code: None,
            http: None,
            details: None,
            html: false,
            delay_ms: 0,
            accept: None,
        }
    }

    /// Whether the message gets into the ledger.
    pub(super) fn accepts(&self) -> bool {
        self.accept.unwrap_or(!matches!(self.kind, FaultKind::Refuse | FaultKind::ServerError))
    }

    /// The error that this fault shows.
    pub(super) fn error(&self) -> GraphError {
        let (code, details) = match self.kind {
            FaultKind::ServerError => {
                (self.code.unwrap_or(131_000), "Message failed to send because of an unknown error.")
            }
            FaultKind::FailLater => (self.code.unwrap_or(131_026), "Message undeliverable."),
            _ => (self.code.unwrap_or(131_000), "Refused on request."),
        };
        let error = GraphError::new(code, self.details.clone().unwrap_or_else(|| details.to_owned()));
        match (self.http, self.kind) {
            (Some(http), _) => error.with_http(http),
            (None, FaultKind::ServerError) => error.with_http(503),
            (None, _) => error,
        }
    }

    /// The kind as it is written in JSON, for the log of requests.
    pub(super) fn label(&self) -> String {
        serde_json::to_value(self.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// The facts of a request that rules look at.
pub(super) struct Facts<'a> {
    pub is_message: bool,
    pub to: Option<&'a str>,
    pub body: &'a str,
}

/// The rules in force.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Adds rules behind those in force.
    pub fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        self.0.extend(faults);
    }

    /// Drops all rules.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The rules in force.
    pub fn all(&self) -> &[Fault] {
        &self.0
    }

    /// Uses up one application of the first rule that fits.
    pub fn pick(&mut self, facts: &Facts<'_>, chance: &mut Chance) -> Option<Fault> {
        let fits = |fault: &Fault| {
            let endpoint = match fault.on {
                Endpoint::Messages => facts.is_message,
                Endpoint::Manage => !facts.is_message,
                Endpoint::Any => true,
            };
            endpoint
                && fault.to.as_deref().is_none_or(|to| facts.to == Some(to))
                && fault.containing.as_deref().is_none_or(|part| facts.body.contains(part))
        };
        let position = self.0.iter().position(|fault| fits(fault) && chance.happens(fault.probability))?;
        let fault = self.0.get_mut(position)?;
        let picked = fault.clone();
        match fault.times {
            0 => {}
            1 => drop(self.0.remove(position)),
            _ => fault.times -= 1,
        }
        Some(picked).filter(|fault| fault.kind != FaultKind::Pass)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str) -> Facts<'_> {
        Facts { is_message: true, to: Some(to), body: "{}" }
    }

    #[test]
    fn a_list_of_rules_is_a_script() {
        let mut faults = Faults::default();
        let mut chance = Chance::new(1);
        faults.add([Fault { times: 2, ..Fault::next(FaultKind::Pass) }, Fault::next(FaultKind::Drop)]);
        let seen: Vec<_> = (0..4).map(|_| faults.pick(&message("1"), &mut chance).map(|fault| fault.kind)).collect();
        assert_eq!(seen, [None, None, Some(FaultKind::Drop), None]);
    }

    #[test]
    fn a_rule_applies_only_where_it_fits() {
        let mut faults = Faults::default();
        let mut chance = Chance::new(1);
        faults.add([Fault { to: Some("2".into()), times: 0, ..Fault::next(FaultKind::Reset) }]);
        assert!(faults.pick(&message("1"), &mut chance).is_none());
        assert!((0..10).all(|_| faults.pick(&message("2"), &mut chance).is_some()));
        assert!(faults.pick(&Facts { is_message: false, to: Some("2"), body: "" }, &mut chance).is_none());
        faults.clear();
        assert!(faults.pick(&message("2"), &mut chance).is_none());
    }

    #[test]
    fn a_refusal_is_not_accepted_and_a_lost_answer_is() {
        assert!(!Fault::next(FaultKind::Refuse).accepts());
        assert!(!Fault::next(FaultKind::ServerError).accepts());
        assert!(Fault::next(FaultKind::Drop).accepts());
        assert!(Fault { accept: Some(true), ..Fault::next(FaultKind::ServerError) }.accepts());
    }

    #[test]
    fn the_http_status_follows_the_code_unless_given() {
        let refusal = Fault { code: Some(190), ..Fault::next(FaultKind::Refuse) };
        assert_eq!(refusal.error().http, 401);
        assert_eq!(Fault { http: Some(429), ..refusal }.error().http, 429);
    }
}
