//! What came of one request, from what was heard back: accepted, refused, not sent, or nobody knows.
//!
//! Only two things prove that a message was not taken: a connection that was never made, and a well-formed Graph
//! error. Everything else is unknown, above all what a proxy says in between. No cause made here repeats anything
//! of the answer.

use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::codes;
use super::lenient::{Text, elements, number, object, owned, present};
use crate::domain::address::Wamid;
use crate::domain::outbox::Outcome;
use crate::domain::refusal::{Class, Refusal};

/// Longest answer that is read, in bytes; a real one has a few hundred.
const BODY_LIMIT: usize = 64 * 1024;
/// Longest pause that an answer may ask for, in seconds: a day.
const LONGEST_PAUSE: i64 = 86_400;

#[derive(Deserialize)]
struct Taken<'a> {
    #[serde(borrow)]
    messages: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct TakenMessage<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    message_status: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Failure<'a> {
    #[serde(borrow)]
    error: Option<GraphError<'a>>,
}

#[derive(Deserialize)]
struct GraphError<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    message: Option<Text<'a>>,
    #[serde(borrow)]
    fbtrace_id: Option<Text<'a>>,
    is_transient: Option<bool>,
    #[serde(borrow)]
    error_data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ErrorData<'a> {
    #[serde(borrow)]
    details: Option<Text<'a>>,
}

/// An answer, as far as it could be read.
pub(super) struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Seconds to wait, when the answer asks for a pause.
    retry_after: Option<u32>,
    /// The whole body; `Err` says why there is none.
    body: Result<Vec<u8>, &'static str>,
}

impl Answer {
    /// Reads an answer, at most as much of it as a real one could have.
    pub(super) async fn read(response: Response) -> Self {
        let (status, retry_after) = (response.status(), pause(response.headers()));
        Self { status, retry_after, body: body(response).await }
    }

    /// The body as text, when it came whole.
    pub(super) fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.body.as_deref().ok()?).ok()
    }

    /// What it says of a message that was sent.
    pub(super) fn outcome(&self) -> Outcome {
        if self.status.is_success() {
            return self.accepted().unwrap_or_else(|| unknown(self.described("without a message id"), true));
        }
        match self.refusal().or_else(|| codes::by_status(self.status.as_u16(), self.retry_after)) {
            // Somebody in between gave up waiting: the request may have gone through all the same.
            Some(refusal) if refusal.class == Class::Transient && self.is_from_between() => {
                unknown(self.described("from a gateway"), false)
            }
            Some(refusal) => Outcome::Refused(refusal),
            None if self.status.is_redirection() => unknown(self.described("that points elsewhere"), false),
            None => unknown(self.described("that is not the API's"), false),
        }
    }

    /// The Graph error in it; `None` when there is none, or when it may be somebody else's.
    pub(super) fn refusal(&self) -> Option<Refusal> {
        let body: &RawValue = serde_json::from_str(self.text()?).ok()?;
        let error = object::<Failure<'_>>(body).ok()?.error?;
        let code = number(error.code)?;
        let graph = present(&error.message).is_some() && (error.kind.is_some() || error.fbtrace_id.is_some());
        if !graph && !codes::is_listed(code) {
            return None;
        }
        let data = error.error_data.and_then(|raw| object::<ErrorData<'_>>(raw).ok());
        let details = data.as_ref().and_then(|data| present(&data.details)).or(present(&error.message));
        Some(codes::refusal(code, details, error.is_transient == Some(true), self.retry_after))
    }

    fn accepted(&self) -> Option<Outcome> {
        let body: &RawValue = serde_json::from_str(self.text()?).ok()?;
        let taken: Taken<'_> = object(body).ok()?;
        let message: TakenMessage<'_> = object(elements(taken.messages).first()?).ok()?;
        let wamid = Wamid::parse(&owned(&message.id)?)?;
        let paced = present(&message.message_status).is_some_and(|status| status != "accepted");
        Some(Outcome::Accepted { wamid, paced })
    }

    fn is_from_between(&self) -> bool {
        matches!(self.status, StatusCode::REQUEST_TIMEOUT | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT)
    }

    fn described(&self, what: &str) -> String {
        let cut_short = self.body.as_ref().err().map(|why| format!(", {why}")).unwrap_or_default();
        format!("an answer {what} (HTTP {}{cut_short})", self.status.as_u16())
    }
}

/// What a request without any answer proves. Sound only for a connection of its own: on a reused one even a failed
/// connect may follow bytes that were sent.
pub(super) fn unanswered(error: &reqwest::Error) -> Outcome {
    let not_sent = |cause: &str| Outcome::NotSent { cause: cause.to_owned() };
    if error.is_builder() {
        not_sent("the request could not be built")
    } else if error.is_connect() && error.is_dns() {
        not_sent("the name of the server could not be resolved")
    } else if error.is_connect() && error.is_timeout() {
        not_sent("the server did not take the connection in time")
    } else if error.is_connect() {
        not_sent("no connection could be made")
    } else if error.is_timeout() {
        unknown("no answer in time".to_owned(), false)
    } else {
        unknown("the connection broke before the answer".to_owned(), false)
    }
}

fn unknown(cause: String, probably_accepted: bool) -> Outcome {
    Outcome::Unknown { cause, probably_accepted }
}

async fn body(mut response: Response) -> Result<Vec<u8>, &'static str> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() > BODY_LIMIT => return Err("too long"),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes),
            Err(error) if error.is_timeout() => return Err("not finished in time"),
            Err(_) => return Err("cut short"),
        }
    }
}

/// `Retry-After` in seconds; as a date it is counted from the `Date` of the same answer (RFC 9110, 10.2.3).
fn pause(headers: &HeaderMap) -> Option<u32> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let wanted = text(RETRY_AFTER)?;
    let seconds = match wanted.parse::<i64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let instant = |text: &str| DateTime::parse_from_rfc2822(text).ok();
            instant(wanted)?.signed_duration_since(instant(text(DATE)?)?).num_seconds()
        }
    };
    u32::try_from(seconds.min(LONGEST_PAUSE)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn outcome(status: u16, body: &str) -> Outcome {
        let status = StatusCode::from_u16(status).expect("a status");
        Answer { status, retry_after: None, body: Ok(body.as_bytes().to_vec()) }.outcome()
    }

    fn graph(code: &str) -> String {
        format!(r#"{{"error":{{"message":"(#1) x","type":"OAuthException","code":{code},"fbtrace_id":"A1"}}}}"#)
    }

    fn class(outcome: &Outcome) -> Option<Class> {
        if let Outcome::Refused(refusal) = outcome { Some(refusal.class) } else { None }
    }

    fn is_unknown(outcome: &Outcome, probably: bool) -> bool {
        matches!(outcome, Outcome::Unknown { probably_accepted, .. } if *probably_accepted == probably)
    }

    #[test]
    fn an_id_means_accepted() {
        let wamid = Wamid::parse("wamid.1").expect("valid");
        for (status, paced) in [("", false), (r#","message_status":"accepted""#, false)] {
            let body = format!(r#"{{"messaging_product":"whatsapp","messages":[{{"id":"wamid.1"{status}}}]}}"#);
            assert_eq!(outcome(200, &body), Outcome::Accepted { wamid: wamid.clone(), paced });
        }
        for status in ["held_for_quality_assessment", "paused"] {
            let body = format!(r#"{{"messages":[{{"id":"wamid.1","message_status":"{status}"}}]}}"#);
            assert_eq!(outcome(200, &body), Outcome::Accepted { wamid: wamid.clone(), paced: true });
        }
    }

    #[test]
    fn success_without_an_id_is_unknown_and_probably_accepted() {
        for body in
            ["", "ok", "{}", r#"{"messages":[]}"#, r#"{"messages":[{"id":""}]}"#, r#"{"messages":[{"id":"#, "<html>"]
        {
            assert!(is_unknown(&outcome(200, body), true), "{body}");
        }
        assert!(is_unknown(&outcome(200, &graph("131056")), true));
    }

    #[test]
    fn a_graph_error_is_a_refusal_whatever_the_status() {
        for status in [400, 401, 403, 404, 429, 500, 503] {
            assert_eq!(class(&outcome(status, &graph("131056"))), Some(Class::Pair), "{status}");
        }
        assert_eq!(class(&outcome(503, &graph("2"))), Some(Class::Transient));
        assert_eq!(class(&outcome(400, &graph(r#""131047""#))), Some(Class::Window));
        assert_eq!(class(&outcome(400, &graph("999999"))), Some(Class::Final));
        let transient = graph("999999").replace(r#""fbtrace_id""#, r#""is_transient":true,"fbtrace_id""#);
        assert_eq!(class(&outcome(500, &transient)), Some(Class::Transient));
    }

    #[test]
    fn what_a_gateway_says_of_a_passing_trouble_proves_nothing() {
        for status in [408, 502, 504] {
            assert!(is_unknown(&outcome(status, &graph("2")), false), "{status}");
            assert!(is_unknown(&outcome(status, "<html>Bad gateway</html>"), false), "{status}");
            assert_eq!(class(&outcome(status, &graph("131047"))), Some(Class::Window), "{status}");
        }
    }

    #[test]
    fn an_error_of_somebody_else_proves_nothing() {
        let foreign = [
            r#"{"error":{"code":503,"message":"no healthy upstream","status":"UNAVAILABLE"}}"#,
            r#"{"error":"forbidden"}"#,
            r#"{"error":{"type":"OAuthException","message":"x"}}"#,
            r#"{"errors":[{"code":131047}]}"#,
            "[]",
            "<html>Log in to the network</html>",
            "",
        ];
        for body in foreign {
            for status in [301, 307, 400, 403, 404, 413, 500, 503] {
                assert!(is_unknown(&outcome(status, body), false), "{status} {body}");
            }
        }
    }

    #[test]
    fn two_statuses_speak_for_themselves() {
        assert_eq!(class(&outcome(429, "slow down")), Some(Class::Throughput));
        assert_eq!(class(&outcome(401, "")), Some(Class::Credential));
    }

    #[test]
    fn a_pause_is_read_in_seconds_and_as_a_date() {
        let headers = |pairs: &[(HeaderName, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect::<HeaderMap>()
        };
        let date = "Sun, 22 Nov 2026 06:55:00 GMT";
        assert_eq!(pause(&headers(&[(RETRY_AFTER, "7")])), Some(7));
        assert_eq!(pause(&headers(&[(RETRY_AFTER, "999999999")])), Some(86_400));
        assert_eq!(pause(&headers(&[(RETRY_AFTER, "Sun, 22 Nov 2026 06:56:30 GMT"), (DATE, date)])), Some(90));
        for odd in ["-1", "soon", "", "Sun, 22 Nov 2026 06:56:30 GMT"] {
            assert_eq!(pause(&headers(&[(RETRY_AFTER, odd)])), None, "{odd}");
        }
    }

    #[test]
    fn a_cause_repeats_nothing_of_the_answer() {
        let Outcome::Unknown { cause, .. } = outcome(502, "secret 15550009901") else { panic!("not unknown") };
        assert!(!cause.contains("secret") && !cause.contains("1555"), "{cause}");
    }
}
