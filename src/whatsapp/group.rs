//! Something about a group itself (Meta, "Webhooks for Groups API", 2026-02; four fields).
//!
//! Meta's pages spell some kinds in two ways; both are read and one is kept. A change that failed, as its `errors`
//! say, is never taken for one that happened.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{Text, elements, object, owned, present, seconds};
use crate::domain::address::GroupId;
use crate::domain::inbound::{Change, GroupChange};

/// The webhook fields that speak of groups.
pub(super) const FIELDS: [&str; 4] =
    ["group_lifecycle_update", "group_participants_update", "group_settings_update", "group_status_update"];

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    group_id: Option<Text<'a>>,
    #[serde(borrow)]
    request_id: Option<Text<'a>>,
    #[serde(borrow)]
    invite_link: Option<Text<'a>>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    errors: Option<&'a RawValue>,
}

/// A group event that was read.
pub(super) struct Read {
    /// What happened; `None` when it speaks of no group, as a creation that failed does.
    pub change: Option<GroupChange>,
    /// When it happened, if the webhook says so in a believable way.
    pub at: Option<DateTime<Utc>>,
    /// What makes it unique beside the request: group and kind.
    pub key: String,
    /// The request that caused it, when there was one.
    pub request: Option<String>,
}

/// Reads one group event of a field; `Err` says in words why it cannot be acted on.
pub(super) fn read(field: &str, raw: &RawValue) -> Result<Read, String> {
    let wire: Wire<'_> = object(raw)?;
    let kind = one_spelling(present(&wire.kind).unwrap_or(field));
    let at = seconds(wire.timestamp);
    let group = present(&wire.group_id).and_then(GroupId::parse);
    let key = format!("g:{}:{kind}", group.as_ref().map(GroupId::as_str).unwrap_or_default());
    let failed = !elements(wire.errors).is_empty();
    let change = match kind {
        "group_create" if !failed => Change::Created { invite_link: owned(&wire.invite_link) },
        "group_delete" if !failed => Change::Deleted,
        "group_suspend" => Change::Suspended,
        "group_suspend_cleared" => Change::Cleared,
        other => Change::Other(other.to_owned()),
    };
    let change = group.map(|group| GroupChange { group, change, at: at.unwrap_or_default() });
    Ok(Read { change, at, key, request: owned(&wire.request_id) })
}

fn one_spelling(kind: &str) -> &str {
    match kind {
        "group_add_participants" => "group_participants_add",
        "group_remove_participants" => "group_participants_remove",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(json: &str) -> Read {
        let raw = RawValue::from_string(json.to_owned()).expect("valid JSON");
        read("group_lifecycle_update", &raw).expect("readable")
    }

    fn change(kind: &str, more: &str) -> Change {
        let json = format!(r#"{{"type":"{kind}","group_id":"Y2Fw","timestamp":"1795000000"{more}}}"#);
        group(&json).change.expect("a group").change
    }

    #[test]
    fn each_kind_has_its_meaning() {
        let link = r#","invite_link":"https://chat.whatsapp.com/AbCdEf123""#;
        let created = Change::Created { invite_link: Some("https://chat.whatsapp.com/AbCdEf123".to_owned()) };
        assert_eq!(change("group_create", link), created);
        assert_eq!(change("group_delete", ""), Change::Deleted);
        assert_eq!(change("group_suspend", ""), Change::Suspended);
        assert_eq!(change("group_suspend_cleared", ""), Change::Cleared);
        assert_eq!(change("group_polka", ""), Change::Other("group_polka".to_owned()));
    }

    #[test]
    fn both_spellings_are_one_kind() {
        assert_eq!(change("group_add_participants", ""), change("group_participants_add", ""));
        assert_eq!(change("group_remove_participants", ""), change("group_participants_remove", ""));
    }

    #[test]
    fn what_failed_did_not_happen() {
        let errors = r#","errors":[{"code":"131211"}]"#;
        assert_eq!(change("group_create", errors), Change::Other("group_create".to_owned()));
        assert_eq!(change("group_delete", errors), Change::Other("group_delete".to_owned()));
        assert_eq!(change("group_delete", r#","errors":[]"#), Change::Deleted);
    }

    #[test]
    fn a_creation_that_failed_speaks_of_no_group() {
        let read = group(r#"{"type":"group_create","request_id":"5F","errors":[{"code":131215}]}"#);
        assert_eq!(read.change, None);
        assert_eq!((read.key.as_str(), read.request.as_deref()), ("g::group_create", Some("5F")));
    }
}
