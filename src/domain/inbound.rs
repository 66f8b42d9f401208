//! What a webhook tells us, free of the wire format: messages, statuses, group events.
//!
//! Everything optional in a real payload is optional here (Meta, "Messages webhook", 2025-11 to 2026-06).
//! An unknown kind keeps its name, it is never an error.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::address::{GroupId, Person, Wamid};

/// One event as it is put into the inbox.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Unique text that makes the event idempotent, whatever batch it comes in.
    pub dedupe_key: String,
    /// What kind of row it is.
    pub kind: EventKind,
    /// When it happened, as the sender of the webhook says.
    pub event_at: Option<DateTime<Utc>>,
    /// The event alone, as bytes of JSON that [`crate::ports::Decoder`] reads again after a restart.
    pub raw: Vec<u8>,
    /// What was understood.
    pub reading: Reading,
}

/// What was understood of one event.
#[derive(Clone, Debug)]
pub enum Reading {
    /// To be acted on. Boxed: most of a batch may be unreadable or ignored.
    Event(Box<Inbound>),
    /// Well-formed but not for us; kept, never acted on.
    Ignored(&'static str),
    /// Could not be read; kept aside with its bytes.
    Dead(String),
}

/// Kind of an inbox row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A message by a person, privately or in a group.
    Message,
    /// What became of a message of ours.
    Status,
    /// Something about a group itself.
    Group,
    /// A field or an object that we keep but do not act on.
    Other,
}

impl EventKind {
    /// The name in the database and in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Status => "status",
            Self::Group => "group",
            Self::Other => "other",
        }
    }
}

/// An event that was understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Inbound {
    /// A message by a person.
    Message(Message),
    /// What became of a message of ours.
    Status(Status),
    /// Something about a group itself.
    Group(GroupChange),
}

/// A message by a person, privately or in a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub wamid: Wamid,
    /// Who wrote it.
    pub from: Person,
    /// Profile name, when the webhook brought it.
    pub name: Option<String>,
    /// Username without the leading `@`.
    pub username: Option<String>,
    /// The group it was written in; `None` in a private chat.
    pub group: Option<GroupId>,
    /// When it was written; the beginning of 1970 when the webhook brings no believable time.
    pub sent_at: DateTime<Utc>,
    /// The message it quotes. A forwarded message quotes nothing.
    pub quoted: Option<Wamid>,
    /// True when it was forwarded to us; then its words are not the writer's own.
    pub forwarded: bool,
    /// What it says.
    pub said: Said,
}

/// What an inbound message says.
#[derive(Clone, PartialEq)]
pub enum Said {
    /// Text.
    Text(String),
    /// Image, video, audio, document or sticker.
    Media {
        /// `image`, `video`, `audio`, `voice`, `document` or `sticker`.
        kind: String,
        /// Words below it.
        caption: Option<String>,
        /// Name of a document.
        filename: Option<String>,
    },
    /// A place; its name or address when given.
    Location(Option<String>),
    /// Shared contact cards: the names on them.
    Contacts(Vec<String>),
    /// A reply button, a list row or a template's quick reply was tapped.
    Tapped {
        /// The id we gave the button.
        id: String,
        /// What the person saw.
        title: String,
    },
    /// An emoji on a message; `None` takes it back.
    Reaction {
        /// The message it is on.
        target: Wamid,
        /// The emoji.
        emoji: Option<String>,
    },
    /// A message was edited.
    Edited {
        /// The message that was edited.
        original: Wamid,
        /// The new text, when it is text.
        text: Option<String>,
    },
    /// A message was deleted.
    Revoked {
        /// The message that was deleted.
        original: Wamid,
    },
    /// The platform says something about the person, for example a changed number.
    System {
        /// `user_changed_number`, `user_changed_user_id`, …
        change: String,
    },
    /// Anything else, by its name: `order`, `poll_creation`, whatever comes next.
    Other(String),
}

/// Never shows what is said: message texts must not reach a log.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Said::Text(…)",
            Self::Media { .. } => "Said::Media(…)",
            Self::Location(_) => "Said::Location(…)",
            Self::Contacts(_) => "Said::Contacts(…)",
            Self::Tapped { .. } => "Said::Tapped(…)",
            Self::Reaction { .. } => "Said::Reaction(…)",
            Self::Edited { .. } => "Said::Edited(…)",
            Self::Revoked { .. } => "Said::Revoked(…)",
            Self::System { .. } => "Said::System(…)",
            Self::Other(_) => "Said::Other(…)",
        })
    }
}

/// What became of a message of ours (Meta, "Status messages webhook", 2026-05).
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The message it is about.
    pub wamid: Wamid,
    /// What happened.
    pub news: News,
    /// When; the beginning of 1970 when the webhook brings no believable time.
    pub at: DateTime<Utc>,
    /// Our own id for the attempt (`biz_opaque_callback_data`), echoed.
    pub opaque: Option<String>,
}

/// What a status says.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// It left Meta's servers.
    Sent,
    /// It is on the device of (one of) the recipients.
    Delivered,
    /// It was shown (or played).
    Read,
    /// It was not sent after all.
    Failed(super::refusal::Refusal),
    /// A status we do not know; it still proves that the message was accepted.
    Other(String),
}

/// Something about a group itself (Meta, "Webhooks for Groups API").
#[derive(Clone, Debug, PartialEq)]
pub struct GroupChange {
    /// The group.
    pub group: GroupId,
    /// What happened.
    pub change: Change,
    /// When; the beginning of 1970 when the webhook brings no believable time.
    pub at: DateTime<Utc>,
}

/// What happened to a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Created, or its settings are known to be good again.
    Created {
        /// Link by which people join.
        invite_link: Option<String>,
    },
    /// Deleted.
    Deleted,
    /// Suspended by Meta: nothing can be posted.
    Suspended,
    /// No longer suspended.
    Cleared,
    /// Anything else: participants, settings.
    Other(String),
}
