//! The events of a webhook body, each alone: with a key that makes it idempotent, bytes that can be read again, and
//! what was understood.
//!
//! It never fails and never drops anything: what cannot be read is kept as dead, what is not ours as ignored. Only an
//! event that was understood gets a key from its ids. All else goes by a hash of its bytes, so that neither a broken
//! nor a foreign copy can ever stand in the way of the real event.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::envelope::{self, Broken, Change, Envelope, Value};
use super::lenient::fault;
use super::{group, message, status};
use crate::domain::inbound::{EventKind, Inbound, NewEvent, Reading};
use crate::failpoint::planted;
use crate::ports;

/// Longest key, in bytes; what would be longer is hashed.
const KEY_LIMIT: usize = 255;

const MESSAGES: &str = "messages";
const NOT_WHATSAPP: &str = "not about a WhatsApp business account";
const OTHER_ACCOUNT: &str = "for another business account";
const OTHER_NUMBER: &str = "for another phone number";
const HANDED_OVER: &str = "a copy of what another app answers";
const OTHER_FIELD: &str = "a field that is not acted on";
const NUMBER_TROUBLE: &str = "a trouble of the number as a whole";
const NO_GROUP: &str = "names no group";

/// Reads a body whose signature was checked. `own_phone_number_id` and `own_account` say what is ours.
pub fn read_body(body: &[u8], own_phone_number_id: &str, own_account: &str) -> Vec<NewEvent> {
    let envelope: Result<Envelope<'_>, String> = std::str::from_utf8(body)
        .map_err(|_| "not UTF-8".to_owned())
        .and_then(|text| serde_json::from_str(text).map_err(|error| fault(&error)));
    let envelope = match envelope {
        Ok(envelope) if envelope.is_whatsapp() => envelope,
        Ok(_) => return vec![unread(body, Reading::Ignored(NOT_WHATSAPP))],
        Err(reason) => return vec![unread(body, Reading::Dead(reason))],
    };
    let mut events = Vec::with_capacity(1);
    for change in envelope.changes() {
        let read = change.and_then(|change| read_change(&change, own_phone_number_id, own_account, &mut events));
        if let Err(Broken { raw, reason }) = read {
            events.push(unread(raw.get().as_bytes(), Reading::Dead(reason)));
        }
    }
    events
}

fn read_change<'a>(
    change: &Change<'a>,
    number: &str,
    account: &str,
    into: &mut Vec<NewEvent>,
) -> Result<(), Broken<'a>> {
    let ignored = |reason| unread(change.raw.get().as_bytes(), Reading::Ignored(reason));
    let field = change.field();
    if !change.account.is_empty() && change.account != account {
        into.push(ignored(OTHER_ACCOUNT));
        return Ok(());
    }
    if field != MESSAGES && !group::FIELDS.contains(&field) {
        let handed_over = matches!(field, "standby" | "messaging_handovers");
        into.push(ignored(if handed_over { HANDED_OVER } else { OTHER_FIELD }));
        return Ok(());
    }
    let value = change.value()?;
    if value.phone_number_id() != number {
        into.push(ignored(OTHER_NUMBER));
        return Ok(());
    }
    if field == MESSAGES {
        read_messages(value, number, into)
    } else {
        read_groups(field, value, number, into)
    }
    Ok(())
}

fn read_messages(value: Value<'_>, number: &str, into: &mut Vec<NewEvent>) {
    let contacts = message::Contacts::read(value.contacts);
    into.extend(value.messages.into_iter().flatten().map(|raw| message_event(raw, &contacts, number)));
    into.extend(value.statuses.into_iter().flatten().map(|raw| status_event(raw, number)));
    into.extend(value.errors.into_iter().flatten().map(|raw| {
        let alone = Alone { number, field: MESSAGES, contact: None, list: "errors", raw };
        alone.kept(EventKind::Other, Reading::Ignored(NUMBER_TROUBLE))
    }));
}

fn read_groups(field: &str, value: Value<'_>, number: &str, into: &mut Vec<NewEvent>) {
    into.extend(value.groups.into_iter().flatten().map(|raw| group_event(field, raw, number)));
}

fn message_event(raw: &RawValue, contacts: &message::Contacts<'_>, number: &str) -> NewEvent {
    let mut alone = Alone { number, field: MESSAGES, contact: None, list: "messages", raw };
    match message::read(raw, contacts) {
        Ok(read) => {
            alone.contact = read.contact;
            // Planted: the id alone, as if there were one number in the world.
            let number = if planted!("key_without_number") { "" } else { number };
            let key = format!("m:{number}:{}", read.message.wamid.as_str());
            alone.event(EventKind::Message, key, read.at, Inbound::Message(read.message))
        }
        Err(reason) => alone.kept(EventKind::Message, Reading::Dead(reason)),
    }
}

fn status_event(raw: &RawValue, number: &str) -> NewEvent {
    let alone = Alone { number, field: MESSAGES, contact: None, list: "statuses", raw };
    match status::read(raw) {
        Ok(read) => alone.event(EventKind::Status, read.key, read.at, Inbound::Status(read.status)),
        Err(reason) => alone.kept(EventKind::Status, Reading::Dead(reason)),
    }
}

fn group_event(field: &str, raw: &RawValue, number: &str) -> NewEvent {
    let alone = Alone { number, field, contact: None, list: "groups", raw };
    match group::read(field, raw) {
        Ok(group::Read { change: Some(change), at, key, request }) => {
            let request = request.unwrap_or_else(|| sha256(raw.get().as_bytes()));
            alone.event(EventKind::Group, format!("{key}:{request}"), at, Inbound::Group(change))
        }
        Ok(_) => alone.kept(EventKind::Group, Reading::Ignored(NO_GROUP)),
        Err(reason) => alone.kept(EventKind::Group, Reading::Dead(reason)),
    }
}

/// One event without its siblings, in the shape of a change.
struct Alone<'a> {
    number: &'a str,
    field: &'a str,
    contact: Option<&'a str>,
    list: &'static str,
    raw: &'a RawValue,
}

impl Alone<'_> {
    /// The JSON that [`WebhookDecoder`] reads again. Of the metadata only the number is kept, which is known.
    fn bytes(&self) -> Vec<u8> {
        let (before, after) = if self.contact.is_some() { (r#""contacts":["#, "],") } else { ("", "") };
        let pieces = [
            r#"{"field":""#,
            self.field,
            r#"","value":{"metadata":{"phone_number_id":""#,
            self.number,
            r#""},"#,
            before,
            self.contact.unwrap_or_default(),
            after,
            "\"",
            self.list,
            r#"":["#,
            self.raw.get(),
            "]}}",
        ];
        pieces.concat().into_bytes()
    }

    fn event(&self, kind: EventKind, key: String, at: Option<DateTime<Utc>>, inbound: Inbound) -> NewEvent {
        let reading = Reading::Event(Box::new(inbound));
        NewEvent { dedupe_key: bounded(key), kind, event_at: at, raw: self.bytes(), reading }
    }

    /// Kept without being acted on, under a hash of the event as it came.
    fn kept(&self, kind: EventKind, reading: Reading) -> NewEvent {
        let dedupe_key = format!("h:{}", sha256(self.raw.get().as_bytes()));
        NewEvent { dedupe_key, kind, event_at: None, raw: self.bytes(), reading }
    }
}

/// A piece of a body that is kept whole, under a hash of its bytes.
fn unread(raw: &[u8], reading: Reading) -> NewEvent {
    let dedupe_key = format!("h:{}", sha256(raw));
    NewEvent { dedupe_key, kind: EventKind::Other, event_at: None, raw: raw.to_vec(), reading }
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Keeps the kind of a key that is too long and hashes the rest.
fn bounded(key: String) -> String {
    if key.len() <= KEY_LIMIT {
        return key;
    }
    let kind = key.split(':').next().unwrap_or_default();
    format!("{kind}:h:{}", sha256(key.as_bytes()))
}

/// Reads events back from the bytes that [`read_body`] made.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebhookDecoder;

impl ports::Decoder for WebhookDecoder {
    fn decode(&self, kind: EventKind, raw: &[u8]) -> Result<Inbound, String> {
        let text = std::str::from_utf8(raw).map_err(|_| "not UTF-8")?;
        let change: &RawValue = serde_json::from_str(text).map_err(|error| fault(&error))?;
        let change = envelope::change(change, "").map_err(|broken| broken.reason)?;
        let value = change.value().map_err(|broken| broken.reason)?;
        let first = |list: Option<Vec<_>>| list.unwrap_or_default().first().copied().ok_or("no event in it");
        match kind {
            EventKind::Message => {
                let contacts = message::Contacts::read(value.contacts);
                message::read(first(value.messages)?, &contacts).map(|read| Inbound::Message(read.message))
            }
            EventKind::Status => status::read(first(value.statuses)?).map(|read| Inbound::Status(read.status)),
            EventKind::Group => {
                let read = group::read(change.field(), first(value.groups)?)?;
                read.change.map(Inbound::Group).ok_or_else(|| NO_GROUP.to_owned())
            }
            EventKind::Other => Err("not a kind that is acted on".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests;
