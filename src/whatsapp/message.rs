//! A message by a person: who, where, when, quoting what, saying what.
//!
//! Identities are joined from the message and the contact that belongs to it; a message by nobody is never passed
//! on, because nobody must never be mistaken for somebody.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{Text, elements, object, owned, present, seconds};
use super::said::said;
use crate::domain::address::{Bsuid, GroupId, Person, Phone, Wamid};
use crate::domain::inbound::Message;

/// A contact longer than this is left out: it is copied beside each of that person's messages.
const CONTACT_LIMIT: usize = 4096;

/// A message as it comes: who, where, when, and the content that `type` names, still unread.
#[derive(Deserialize)]
pub(super) struct Wire<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    from: Option<Text<'a>>,
    #[serde(borrow)]
    from_user_id: Option<Text<'a>>,
    #[serde(borrow)]
    group_id: Option<Text<'a>>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<Context<'a>>,
    #[serde(rename = "type", borrow)]
    pub kind: Option<Text<'a>>,
    #[serde(borrow)]
    pub text: Option<&'a RawValue>,
    #[serde(borrow)]
    pub image: Option<&'a RawValue>,
    #[serde(borrow)]
    pub video: Option<&'a RawValue>,
    #[serde(borrow)]
    pub audio: Option<&'a RawValue>,
    #[serde(borrow)]
    pub document: Option<&'a RawValue>,
    #[serde(borrow)]
    pub sticker: Option<&'a RawValue>,
    #[serde(borrow)]
    pub location: Option<&'a RawValue>,
    #[serde(borrow)]
    pub contacts: Option<&'a RawValue>,
    #[serde(borrow)]
    pub interactive: Option<&'a RawValue>,
    #[serde(borrow)]
    pub button: Option<&'a RawValue>,
    #[serde(borrow)]
    pub reaction: Option<&'a RawValue>,
    #[serde(borrow)]
    pub edit: Option<&'a RawValue>,
    #[serde(borrow)]
    pub revoke: Option<&'a RawValue>,
    #[serde(borrow)]
    pub system: Option<&'a RawValue>,
    #[serde(borrow)]
    pub unsupported: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    forwarded: Option<bool>,
    frequently_forwarded: Option<bool>,
}

/// What a webhook says about a person beside their messages. Every member may be missing.
#[derive(Deserialize)]
pub(super) struct Contact<'a> {
    #[serde(borrow)]
    wa_id: Option<Text<'a>>,
    #[serde(borrow)]
    user_id: Option<Text<'a>>,
    #[serde(borrow)]
    profile: Option<Profile<'a>>,
    /// The same as it came.
    #[serde(skip)]
    pub raw: &'a str,
}

#[derive(Deserialize)]
struct Profile<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    username: Option<Text<'a>>,
}

/// The contacts of one body by their identities, so that each message finds its own at once.
pub(super) struct Contacts<'a> {
    all: Vec<Contact<'a>>,
    by_identity: HashMap<String, usize>,
}

impl<'a> Contacts<'a> {
    /// Reads them; one that cannot be read counts as missing.
    pub(super) fn read(raw: Option<&'a RawValue>) -> Self {
        let small = elements(raw).into_iter().filter(|raw| raw.get().len() <= CONTACT_LIMIT);
        let readable = small.filter_map(|raw| Some(Contact { raw: raw.get(), ..object::<Contact<'_>>(raw).ok()? }));
        let all: Vec<Contact<'a>> = readable.collect();
        let mut by_identity = HashMap::with_capacity(all.len() * 2);
        for (index, contact) in all.iter().enumerate() {
            for identity in [&contact.wa_id, &contact.user_id] {
                if let Some(identity) = present(identity) {
                    by_identity.entry(identity.to_owned()).or_insert(index);
                }
            }
        }
        Self { all, by_identity }
    }

    fn of(&self, wire: &Wire<'_>) -> Option<&Contact<'a>> {
        let find = |id| present(id).and_then(|id| self.by_identity.get(id));
        find(&wire.from_user_id).or_else(|| find(&wire.from)).and_then(|index| self.all.get(*index))
    }
}

/// A message that was read.
pub(super) struct Read<'c> {
    /// The message.
    pub message: Message,
    /// When it was written, if the webhook says so in a believable way.
    pub at: Option<DateTime<Utc>>,
    /// The contact that belongs to it, as it came.
    pub contact: Option<&'c str>,
}

/// Reads one message; `Err` says in words why it cannot be acted on.
pub(super) fn read<'c>(raw: &RawValue, contacts: &Contacts<'c>) -> Result<Read<'c>, String> {
    let wire: Wire<'_> = object(raw)?;
    let contact = contacts.of(&wire);
    let wamid = present(&wire.id).and_then(Wamid::parse).ok_or("a message without an id")?;
    let from = sender(&wire, contact).ok_or("a message without a sender")?;
    let profile = contact.and_then(|contact| contact.profile.as_ref());
    let forwarded = wire.context.as_ref().is_some_and(Context::is_forwarded);
    let quoted = wire.context.as_ref().filter(|_| !forwarded).and_then(|context| present(&context.id));
    let at = seconds(wire.timestamp);
    let message = Message {
        wamid,
        from,
        name: profile.and_then(|profile| owned(&profile.name)),
        username: profile.and_then(|profile| username(&profile.username)),
        group: present(&wire.group_id).and_then(GroupId::parse),
        sent_at: at.unwrap_or_default(),
        quoted: quoted.and_then(Wamid::parse),
        forwarded,
        said: said(&wire)?,
    };
    Ok(Read { message, at, contact: contact.map(|contact| contact.raw) })
}

impl Context<'_> {
    fn is_forwarded(&self) -> bool {
        self.forwarded == Some(true) || self.frequently_forwarded == Some(true)
    }
}

/// Joins what the message and its contact say about who wrote it; the message itself wins.
fn sender(wire: &Wire<'_>, contact: Option<&Contact<'_>>) -> Option<Person> {
    let own_phone = present(&wire.from).and_then(Phone::parse);
    let phone = own_phone.or_else(|| contact.and_then(|c| present(&c.wa_id)).and_then(Phone::parse));
    let own_bsuid = present(&wire.from_user_id).and_then(Bsuid::parse);
    let bsuid = own_bsuid.or_else(|| contact.and_then(|c| present(&c.user_id)).and_then(Bsuid::parse));
    Person::new(phone, bsuid)
}

/// Samples show usernames with and without the `@`.
fn username(text: &Option<Text<'_>>) -> Option<String> {
    let name = present(text)?.trim().trim_start_matches('@');
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).expect("valid JSON")
    }

    fn message(json: &str, contacts: &[&str]) -> Result<Message, String> {
        let contacts = raw(&format!("[{}]", contacts.join(",")));
        read(&raw(json), &Contacts::read(Some(&contacts))).map(|read| read.message)
    }

    const FULL: &str = r#"{"id":"wamid.1","from":"15550009901","from_user_id":"US.44","timestamp":"1795000050",
        "type":"text","text":{"body":"hi"}}"#;

    #[test]
    fn the_contact_with_the_same_identity_gives_the_name() {
        let others = r#"{"wa_id":"15550000000","profile":{"name":"Bo"}}"#;
        let own = r#"{"wa_id":"15550009901","profile":{"name":"Ana","username":"@ana.garden"}}"#;
        let read = message(FULL, &[others, own]).expect("readable");
        assert_eq!((read.name.as_deref(), read.username.as_deref()), (Some("Ana"), Some("ana.garden")));
        let read = message(FULL, &[others]).expect("readable");
        assert_eq!((read.name, read.username), (None, None));
    }

    #[test]
    fn lean_and_broken_contacts_do_no_harm() {
        for contact in
            ["{}", "5", r#"{"wa_id":"15550009901"}"#, r#"{"wa_id":"15550009901","profile":{}}"#, r#"{"wa_id":7}"#]
        {
            assert_eq!(message(FULL, &[contact]).expect("readable").name, None, "{contact}");
        }
    }

    #[test]
    fn a_person_without_a_number_is_known_by_the_other_id() {
        for json in [
            r#"{"id":"wamid.1","from_user_id":"US.44","type":"text","text":{"body":"hi"}}"#,
            r#"{"id":"wamid.1","from":"","from_user_id":"US.44","type":"text","text":{"body":"hi"}}"#,
        ] {
            let from = message(json, &[]).expect("readable").from;
            assert_eq!(from, Person { phone: None, bsuid: Bsuid::parse("US.44") });
        }
    }

    #[test]
    fn the_contact_completes_the_identity() {
        let json = r#"{"id":"wamid.1","from":"15550009901","type":"text","text":{"body":"hi"}}"#;
        let from = message(json, &[r#"{"wa_id":"15550009901","user_id":"US.44"}"#]).expect("readable").from;
        assert_eq!(from.bsuid, Bsuid::parse("US.44"));
    }

    #[test]
    fn a_message_by_nobody_or_without_an_id_is_refused() {
        let nobody = r#"{"id":"wamid.1","from":"","from_user_id":"","type":"text","text":{"body":"hi"}}"#;
        let contact = r#"{"wa_id":"","user_id":"","profile":{"name":"Ana"}}"#;
        assert_eq!(message(nobody, &[contact]).err().as_deref(), Some("a message without a sender"));
        let no_id = r#"{"from":"15550009901","type":"text","text":{"body":"hi"}}"#;
        assert_eq!(message(no_id, &[]).err().as_deref(), Some("a message without an id"));
    }

    #[test]
    fn a_forwarded_message_quotes_nothing() {
        let with_context = |context: &str| {
            let json = format!(
                r#"{{"id":"wamid.1","from":"15550009901","type":"text","text":{{"body":"x"}},"context":{context}}}"#
            );
            let read = message(&json, &[]).expect("readable");
            (read.forwarded, read.quoted.map(String::from))
        };
        assert_eq!(with_context(r#"{"id":"wamid.G"}"#), (false, Some("wamid.G".to_owned())));
        assert_eq!(with_context(r#"{"forwarded":true,"id":"wamid.G"}"#), (true, None));
        assert_eq!(with_context(r#"{"frequently_forwarded":true}"#), (true, None));
        assert_eq!(with_context("null"), (false, None));
    }

    #[test]
    fn a_time_that_is_missing_is_the_beginning_of_1970() {
        let json = r#"{"id":"wamid.1","from":"15550009901","type":"text","text":{"body":"hi"}}"#;
        assert_eq!(message(json, &[]).expect("readable").sent_at, DateTime::UNIX_EPOCH);
    }
}
