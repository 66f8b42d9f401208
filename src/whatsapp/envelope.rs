//! The layers around the events of a webhook body, each read by itself.
//!
//! Every layer keeps the next one as raw JSON, so that a fault stays inside the piece that has it: a broken event
//! never takes its siblings along. Skipping raw JSON does not recurse, however deep it is nested.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{Text, object, present};

/// The whole body.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    object: Option<Text<'a>>,
    #[serde(borrow)]
    entry: Option<Vec<&'a RawValue>>,
}

/// One WhatsApp business account within a body.
#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    changes: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct WireChange<'a> {
    #[serde(borrow)]
    field: Option<Text<'a>>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// What one change says about the number it is for, and its events, still unread.
#[derive(Deserialize)]
pub(super) struct Value<'a> {
    #[serde(borrow)]
    metadata: Option<&'a RawValue>,
    /// What it says about people. Raw: no fault in it may harm the messages.
    #[serde(borrow)]
    pub contacts: Option<&'a RawValue>,
    /// Messages by people.
    #[serde(borrow)]
    pub messages: Option<Vec<&'a RawValue>>,
    /// What became of messages of ours.
    #[serde(borrow)]
    pub statuses: Option<Vec<&'a RawValue>>,
    /// What happened to groups.
    #[serde(borrow)]
    pub groups: Option<Vec<&'a RawValue>>,
    /// Troubles of the number as a whole.
    #[serde(borrow)]
    pub errors: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    phone_number_id: Option<&'a RawValue>,
}

/// One change, and the account it belongs to.
pub(super) struct Change<'a> {
    /// The change as it came.
    pub raw: &'a RawValue,
    /// The account; empty when absent.
    pub account: &'a str,
    field: Option<Text<'a>>,
    value: Option<&'a RawValue>,
}

/// A piece of a body that cannot be read, and why.
pub(super) struct Broken<'a> {
    /// The piece as it came.
    pub raw: &'a RawValue,
    /// What is wrong with it.
    pub reason: String,
}

impl<'a> Envelope<'a> {
    /// True when the body is about a WhatsApp business account.
    pub(super) fn is_whatsapp(&self) -> bool {
        present(&self.object) == Some("whatsapp_business_account")
    }

    /// Every change of every entry, in order.
    pub(super) fn changes(self) -> Vec<Result<Change<'a>, Broken<'a>>> {
        let mut changes = Vec::with_capacity(1);
        for raw in self.entry.unwrap_or_default() {
            match object::<Entry<'a>>(raw) {
                Ok(Entry { id, changes: raws }) => {
                    changes.extend(raws.unwrap_or_default().into_iter().map(|raw| change(raw, digits(id))));
                }
                Err(reason) => changes.push(Err(Broken { raw, reason })),
            }
        }
        changes
    }
}

/// An id of digits, written as text or as a number; empty when absent.
fn digits(raw: Option<&RawValue>) -> &str {
    raw.map(|raw| raw.get().trim_matches('"')).unwrap_or_default()
}

/// Reads one change of an account.
pub(super) fn change<'a>(raw: &'a RawValue, account: &'a str) -> Result<Change<'a>, Broken<'a>> {
    let wire: WireChange<'a> = object(raw).map_err(|reason| Broken { raw, reason })?;
    Ok(Change { raw, account, field: wire.field, value: wire.value })
}

impl<'a> Change<'a> {
    /// The name of what changed; empty when it has none.
    pub(super) fn field(&self) -> &str {
        present(&self.field).unwrap_or_default()
    }

    /// Its value.
    pub(super) fn value(&self) -> Result<Value<'a>, Broken<'a>> {
        let absent = || Broken { raw: self.raw, reason: "a change without a value".to_owned() };
        object(self.value.ok_or_else(absent)?).map_err(|reason| Broken { raw: self.raw, reason })
    }
}

impl<'a> Value<'a> {
    /// The phone number it is for; empty when absent.
    pub(super) fn phone_number_id(&self) -> &'a str {
        let metadata = self.metadata.and_then(|raw| object::<Metadata<'a>>(raw).ok());
        digits(metadata.and_then(|metadata| metadata.phone_number_id))
    }
}
