//! What became of a message of ours (Meta, "Status messages webhook", 2026-05; group statuses, 2026-06).
//!
//! In a group Meta makes one status object per participant; each is an event of its own. A status that we do not
//! know still proves that the message was accepted, so it is kept under its name.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::codes;
use super::lenient::{Text, elements, number, object, owned, present, seconds};
use crate::domain::address::Wamid;
use crate::domain::inbound::{News, Status};
use crate::domain::refusal::Refusal;

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    recipient_participant_user_id: Option<Text<'a>>,
    #[serde(borrow)]
    recipient_participant_id: Option<Text<'a>>,
    // Meta's group page spells it both ways.
    #[serde(borrow)]
    participant_recipient_id: Option<Text<'a>>,
    #[serde(borrow)]
    biz_opaque_callback_data: Option<Text<'a>>,
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Error<'a> {
    #[serde(borrow)]
    code: Option<&'a RawValue>,
    #[serde(borrow)]
    title: Option<Text<'a>>,
    #[serde(borrow)]
    error_data: Option<ErrorData<'a>>,
}

#[derive(Deserialize)]
struct ErrorData<'a> {
    #[serde(borrow)]
    details: Option<Text<'a>>,
}

/// A status that was read.
pub(super) struct Read {
    /// The status.
    pub status: Status,
    /// When it happened, if the webhook says so in a believable way.
    pub at: Option<DateTime<Utc>>,
    /// What makes it unique: message, status and, in a group, participant.
    pub key: String,
}

/// Reads one status; `Err` says in words why it cannot be acted on.
pub(super) fn read(raw: &RawValue) -> Result<Read, String> {
    let wire: Wire<'_> = object(raw)?;
    let id = present(&wire.id).ok_or("a status without a message id")?;
    let wamid = Wamid::parse(id).ok_or("a status without a message id")?;
    let name = present(&wire.status).ok_or("a status without a name")?;
    let participants =
        [&wire.recipient_participant_user_id, &wire.recipient_participant_id, &wire.participant_recipient_id];
    let participant = participants.into_iter().find_map(present).unwrap_or_default();
    let key = format!("s:{}:{name}:{participant}", wamid.as_str());
    let news = match name {
        "sent" => News::Sent,
        "delivered" => News::Delivered,
        "read" | "played" => News::Read,
        "failed" => News::Failed(why(wire.errors)),
        other => News::Other(other.to_owned()),
    };
    let at = seconds(wire.timestamp);
    let opaque = owned(&wire.biz_opaque_callback_data);
    Ok(Read { status: Status { wamid, news, at: at.unwrap_or_default(), opaque }, at, key })
}

/// The first reason that carries a code.
fn why(errors: Option<&RawValue>) -> Refusal {
    let readable = elements(errors).into_iter().filter_map(|raw| object::<Error<'_>>(raw).ok());
    let coded = |error: Error<'_>| {
        let code = number(error.code)?;
        let details = error.error_data.as_ref().and_then(|data| present(&data.details));
        Some(codes::refusal(code, details.or(present(&error.title)), false, None))
    };
    readable.filter_map(coded).next().unwrap_or_else(codes::unexplained)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::refusal::Class;

    fn status(json: &str) -> Result<Read, String> {
        read(&RawValue::from_string(json.to_owned()).expect("valid JSON"))
    }

    fn refusal_of(errors: &str) -> Refusal {
        let read = status(&format!(r#"{{"id":"wamid.1","status":"failed","errors":{errors}}}"#)).expect("readable");
        match read.status.news {
            News::Failed(refusal) => refusal,
            other => panic!("not a failure: {other:?}"),
        }
    }

    #[test]
    fn each_status_has_its_meaning() {
        let table = [
            ("sent", News::Sent),
            ("delivered", News::Delivered),
            ("read", News::Read),
            ("played", News::Read),
            ("warning", News::Other("warning".to_owned())),
        ];
        for (name, expected) in table {
            let json = format!(r#"{{"id":"wamid.1","status":"{name}","timestamp":1795000100}}"#);
            let read = status(&json).expect("readable");
            assert_eq!(read.status.news, expected);
            assert_eq!(read.status.at.timestamp(), 1_795_000_100);
        }
    }

    #[test]
    fn the_code_of_a_failure_may_be_a_number_or_text() {
        for errors in [r#"[{"code":131047,"title":"x"}]"#, r#"[{"code":"131047"}]"#, r#"[{},5,{"code":131047}]"#] {
            let refusal = refusal_of(errors);
            assert_eq!((refusal.code, refusal.class), (131_047, Class::Window), "{errors}");
        }
    }

    #[test]
    fn a_failure_without_a_reason_is_still_a_failure() {
        for errors in ["null", "[]", "{}", r#"["x"]"#, r#"[{"title":"x"}]"#] {
            assert_eq!(refusal_of(errors).class, Class::Final, "{errors}");
        }
    }

    #[test]
    fn every_participant_has_a_key_of_their_own_however_it_is_spelt() {
        let key =
            |member: &str| status(&format!(r#"{{"id":"wamid.1","status":"read"{member}}}"#)).expect("readable").key;
        assert_eq!(key(""), "s:wamid.1:read:");
        assert_eq!(key(r#","recipient_participant_id":"15550009901""#), "s:wamid.1:read:15550009901");
        assert_eq!(key(r#","participant_recipient_id":"15550009901""#), "s:wamid.1:read:15550009901");
        let both = r#","recipient_participant_id":"15550009901","recipient_participant_user_id":"US.44""#;
        assert_eq!(key(both), "s:wamid.1:read:US.44");
    }

    #[test]
    fn a_status_about_nothing_is_refused() {
        assert!(status(r#"{"status":"sent"}"#).is_err());
        assert!(status(r#"{"id":"","status":"sent"}"#).is_err());
        assert!(status(r#"{"id":"wamid.1"}"#).is_err());
    }
}
