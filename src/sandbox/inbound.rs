//! What people do: write in private or in a group, quote, tap a button.
//!
//! Each act changes the world (windows open) and returns the webhook that Meta would send. The people here act as
//! phones do: who is not in a group cannot write there, and only what was received can be tapped.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::envelope::Change;
use super::ids::Direction;
use super::json::put;
use super::ledger::Accepted;
use super::people::Person;
use super::world::World;

/// Why something that was asked of the world cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// No such person.
    #[error("no such person; GET /_control/people lists them")]
    UnknownPerson,
    /// No such group.
    #[error("no such group; GET /_control/groups lists them")]
    UnknownGroup,
    /// The person is not in that group.
    #[error("this person is not a member of the group")]
    NotAMember,
    /// No such message, or none yet where `last` was asked for.
    #[error("no such message; GET /_control/sent lists what was sent")]
    UnknownMessage,
    /// The message went to somebody else.
    #[error("this person has not received that message")]
    NotReceived,
    /// The message has no such button.
    #[error("the message has no button or row with that id or title")]
    NoSuchButton,
    /// A group has at most eight members.
    #[error("a group has at most eight members")]
    GroupFull,
    /// A removed person cannot come back.
    #[error("this person was removed from the group and cannot join again")]
    Removed,
    /// A message needs a text or a content.
    #[error("a message needs `text`, or `content` with a `type`")]
    NothingSaid,
    /// Nobody could report that status.
    #[error("nobody could report this status: no reachable member, or read receipts are off")]
    NobodyToReport,
    /// The status name is unknown.
    #[error("status must be sent, delivered, read or failed")]
    UnknownStatus,
}

/// A message from a person.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Said {
    /// Who writes: number, business-scoped user id, username or name.
    pub from: String,
    /// Group id or subject; in private when absent.
    pub group: Option<String>,
    /// What is written.
    pub text: Option<String>,
    /// Message id that is quoted; `last` is the newest message of the bot in this chat.
    pub quoting: Option<String>,
    /// Anything but text: an object with `type` and the member of that name.
    pub content: Option<Value>,
    /// Message id, when it must be a certain one (such as a duplicate).
    pub id: Option<String>,
    /// How many seconds ago the person wrote, for late webhooks.
    pub seconds_ago: i64,
}

/// A tap on a button or a row of a list.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tap {
    /// Who taps.
    pub from: String,
    /// Message id; `last` is the newest message to this person.
    #[serde(default = "last")]
    pub wamid: String,
    /// Id or title of the button or row; the only link of a `cta_url` message when absent.
    #[serde(default)]
    pub button: Option<String>,
}

fn last() -> String {
    "last".to_owned()
}

/// What a tap led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tapped {
    /// Id of the message that the bot receives; none for a link.
    pub wamid: Option<String>,
    /// The link that opens on the phone; the bot hears nothing of it.
    pub url: Option<String>,
}

impl World {
    /// A person writes; returns the message id and the webhook.
    pub fn say(&mut self, said: Said, now: DateTime<Utc>) -> Result<(String, Change), ControlError> {
        let person = self.people.find(&said.from).ok_or(ControlError::UnknownPerson)?.clone();
        let group = match &said.group {
            None => None,
            Some(which) => {
                let group = self.groups.find(which).ok_or(ControlError::UnknownGroup)?;
                if !group.members.contains(&person.phone) {
                    return Err(ControlError::NotAMember);
                }
                Some(group.id.clone())
            }
        };
        let mut message = match (said.content, said.text) {
            (Some(Value::Object(content)), _) if content.contains_key("type") => Value::Object(content),
            (None, Some(text)) => json!({ "type": "text", "text": { "body": text } }),
            _ => return Err(ControlError::NothingSaid),
        };
        if let Some(quoted) = &said.quoting {
            put(&mut message, "context", self.context(quoted, &person, group.as_deref())?);
        }
        let ago = TimeDelta::try_seconds(said.seconds_ago).unwrap_or_default();
        let at = now.checked_sub_signed(ago).unwrap_or(now);
        Ok(self.receive(&person, group, message, said.id, at))
    }

    /// A person taps a button; returns the webhook unless it was a link.
    pub fn tap(&mut self, tap: &Tap, now: DateTime<Utc>) -> Result<(Tapped, Option<Change>), ControlError> {
        let person = self.people.find(&tap.from).ok_or(ControlError::UnknownPerson)?.clone();
        let entry = self.message(&tap.wamid, &person, None)?;
        if !is_for(entry, &person) {
            return Err(ControlError::NotReceived);
        }
        let wanted = tap.button.as_deref();
        let mut message = match pressed(entry, wanted).ok_or(ControlError::NoSuchButton)? {
            Pressed::Link(url) => return Ok((Tapped { wamid: None, url: Some(url) }, None)),
            Pressed::Reply(message) => message,
        };
        put(&mut message, "context", json!({ "from": self.business.number, "id": entry.wamid }));
        let (wamid, change) = self.receive(&person, None, message, None, now);
        Ok((Tapped { wamid: Some(wamid), url: None }, Some(change)))
    }

    /// Puts sender, id and time on a message, opens the window, and wraps it for the webhook.
    fn receive(
        &mut self,
        person: &Person,
        group: Option<String>,
        mut message: Value,
        id: Option<String>,
        at: DateTime<Utc>,
    ) -> (String, Change) {
        let wamid = id.unwrap_or_else(|| self.chance.wamid(&person.phone, Direction::FromUser));
        put(&mut message, "id", &wamid);
        put(&mut message, "timestamp", at.timestamp().to_string());
        if let Some(phone) = person.visible_phone() {
            put(&mut message, "from", phone);
        }
        if let Some(bsuid) = person.visible_bsuid() {
            put(&mut message, "from_user_id", bsuid);
        }
        // A notice of WhatsApp about a person, such as a new number, is no message of that person.
        let is_notice = message.get("type").and_then(Value::as_str) == Some("system");
        match &group {
            _ if is_notice => {}
            Some(id) => {
                put(&mut message, "group_id", id);
                // A message in a group opens the group's window and not its author's.
                if let Some(group) = self.groups.get_mut(id) {
                    group.last_wrote_at = Some(at);
                }
            }
            None => self.people.set_window(&person.phone, Some(at)),
        }
        self.rates.count_inbound(at);
        self.inbound.insert(wamid.clone(), group);
        let mut value = self.value();
        if !is_notice {
            put(&mut value, "contacts", [person.contact()]);
        }
        put(&mut value, "messages", [message]);
        (wamid, Change::messages(value))
    }

    fn context(&self, quoted: &str, person: &Person, group: Option<&str>) -> Result<Value, ControlError> {
        if quoted == "last" {
            return Ok(json!({ "from": self.business.number, "id": self.message(quoted, person, group)?.wamid }));
        }
        // A quoted id that is not the bot's belongs to another person, whose number stays out of it.
        match self.ledger.find(quoted) {
            Some(_) => Ok(json!({ "from": self.business.number, "id": quoted })),
            None => Ok(json!({ "id": quoted })),
        }
    }

    /// The accepted message with this id; `last` is the newest one in the chat.
    fn message(&self, wamid: &str, person: &Person, group: Option<&str>) -> Result<&Accepted, ControlError> {
        if wamid != "last" {
            return self.ledger.find(wamid).ok_or(ControlError::UnknownMessage);
        }
        let here = |entry: &&Accepted| group.map_or_else(|| is_for(entry, person), |id| entry.to == id);
        self.ledger.list(None, 0, usize::MAX).filter(here).last().ok_or(ControlError::UnknownMessage)
    }
}

fn is_for(entry: &Accepted, person: &Person) -> bool {
    entry.to == person.phone || Some(&entry.to) == person.bsuid.as_ref()
}

enum Pressed {
    Link(String),
    Reply(Value),
}

/// What a button of this message does.
fn pressed(entry: &Accepted, wanted: Option<&str>) -> Option<Pressed> {
    let matches = |item: &&Value| {
        ["id", "title"].iter().any(|key| item.get(*key).and_then(Value::as_str) == wanted && wanted.is_some())
    };
    let action = entry.body.pointer("/interactive/action");
    match entry.body.pointer("/interactive/type").and_then(Value::as_str) {
        Some("cta_url") => {
            let parameters = action?.get("parameters")?;
            let label = parameters.get("display_text").and_then(Value::as_str);
            let url = parameters.get("url")?.as_str()?.to_owned();
            (wanted.is_none() || wanted == label).then_some(Pressed::Link(url))
        }
        Some("button") => {
            let buttons = action?.get("buttons")?.as_array()?;
            let reply = buttons.iter().filter_map(|button| button.get("reply")).find(matches)?;
            let interactive = json!({ "type": "button_reply", "button_reply": reply });
            Some(Pressed::Reply(json!({ "type": "interactive", "interactive": interactive })))
        }
        Some("list") => {
            let sections = action?.get("sections")?.as_array()?;
            let rows = sections.iter().filter_map(|section| section.get("rows")?.as_array()).flatten();
            let row = rows.into_iter().find(matches)?;
            let interactive = json!({ "type": "list_reply", "list_reply": row });
            Some(Pressed::Reply(json!({ "type": "interactive", "interactive": interactive })))
        }
        // The quick reply of a template: the payload is what was sent, else the label.
        _ if entry.kind == "template" => {
            let label = wanted?;
            let components = entry.body.pointer("/template/components").and_then(Value::as_array);
            let payloads =
                components.into_iter().flatten().filter_map(|part| part.pointer("/parameters/0/payload")?.as_str());
            let payload = payloads.into_iter().find(|payload| *payload == label).unwrap_or(label);
            Some(Pressed::Reply(json!({ "type": "button", "button": { "payload": payload, "text": label } })))
        }
        _ => None,
    }
}
