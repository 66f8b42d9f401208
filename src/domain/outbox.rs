//! One outgoing message, whatever its purpose: the outbox entry, as it is planned and as it stands.
//!
//! How an entry moves from state to state is [`super::delivery`]; nothing else may decide that.

use super::address::{Address, Wamid};
use super::content::Content;
use super::named::named;
use super::refusal::Refusal;
use chrono::{DateTime, Utc};

/// How every id of an attempt begins; what else is echoed to us is somebody else's.
pub const OWN_PREFIX: &str = "w1.";

named! {
    /// What an entry is for.
    Purpose {
        /// A scheduled message to a group.
        Post = "post",
        /// A member's message, brought to the owner.
        Forward = "forward",
        /// The owner's private answer to a member.
        Relay = "relay",
        /// The bot's answer to something the owner said.
        Reply = "reply",
        /// Something the owner must be told without having asked.
        Notice = "notice",
        /// The template that asks the owner to write, because their window is closed.
        Knock = "knock",
    }
}

named! {
    /// Where an entry stands; see [`super::delivery`] for the arrows.
    State {
        /// Waiting for its time; has not been sent (by its present attempt).
        Planned = "planned",
        /// Its intent is committed: from here it may have been sent.
        Sending = "sending",
        /// Nobody knows whether it was sent.
        Unknown = "unknown",
        /// The API took it.
        Accepted = "accepted",
        /// Definitely not sent, and not tried again.
        Failed = "failed",
        /// Withdrawn before it was sent.
        Cancelled = "cancelled",
        /// Its time passed before it could be sent.
        Expired = "expired",
        /// Given up without knowing: it may have been sent.
        Unresolved = "unresolved",
    }
}

impl State {
    /// True when only evidence can still change it.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Planned | Self::Sending | Self::Unknown)
    }
}

named! {
    /// How far an accepted message got; it only climbs.
    Delivery {
        /// The API took it.
        Accepted = "accepted",
        /// It left Meta's servers.
        Sent = "sent",
        /// It is on a recipient's device.
        Delivered = "delivered",
        /// A recipient has seen it.
        Read = "read",
    }
}

named! {
    /// Why a planned entry must wait although its time has come.
    Hold {
        /// It fell due while the daemon was away: the owner decides.
        Late = "late",
        /// The owner's 24-hour window is closed: until they write.
        Window = "window",
        /// The access token is refused: until the operator mends it.
        Credential = "credential",
        /// The account may not send.
        Account = "account",
    }
}

named! {
    /// What happens to an entry whose outcome stays unknown.
    Policy {
        /// The owner is asked.
        Ask = "ask",
        /// It is left as unresolved.
        AtMostOnce = "at_most_once",
        /// It is sent again once silence can be trusted.
        AtLeastOnce = "at_least_once",
    }
}

impl Purpose {
    /// The policy for a lost outcome: a doubled notice is a nuisance, a doubled post is a breach.
    pub fn policy(self) -> Policy {
        match self {
            Self::Post | Self::Relay => Policy::Ask,
            Self::Forward | Self::Reply | Self::Notice => Policy::AtLeastOnce,
            Self::Knock => Policy::AtMostOnce,
        }
    }
}

/// Which slot of which job a post belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostOf {
    /// The job.
    pub job_id: i64,
    /// Alias of the group at the time.
    pub group: String,
    /// The due instant.
    pub due_at: DateTime<Utc>,
}

/// An entry that is to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEntry {
    /// What it is for.
    pub purpose: Purpose,
    /// Unique text that makes it idempotent: `post:12:2026-11-22T08:55:00Z:team`, `reply:<wamid>:0`, …
    pub key: String,
    /// For posts: the slot.
    pub post: Option<PostOf>,
    /// Where it goes.
    pub to: Address,
    /// What it says.
    pub content: Content,
    /// The message it quotes.
    pub quoting: Option<Wamid>,
    /// Not sent before this.
    pub not_before: DateTime<Utc>,
    /// Not sent after this.
    pub expires_at: Option<DateTime<Utc>>,
    /// Held from the start.
    pub held_by: Option<Hold>,
    /// `Planned`, or a final state for what is only recorded.
    pub state: State,
    /// Why, for an entry that is recorded as failed.
    pub error: Option<String>,
}

impl NewEntry {
    /// A planned entry that may go out at `now`.
    pub fn planned(purpose: Purpose, key: String, to: Address, content: Content, now: DateTime<Utc>) -> Self {
        Self {
            purpose,
            key,
            post: None,
            to,
            content,
            quoting: None,
            not_before: now,
            expires_at: None,
            held_by: None,
            state: State::Planned,
            error: None,
        }
    }

    /// The same entry, quoting a message.
    pub fn quoting(mut self, wamid: Wamid) -> Self {
        self.quoting = Some(wamid);
        self
    }
}

#[cfg(test)]
impl NewEntry {
    /// The row that it becomes when it is planned at the instant it may go out.
    pub fn into_entry(self, id: i64) -> Entry {
        Entry {
            id,
            purpose: self.purpose,
            key: self.key,
            post: self.post,
            to: self.to,
            content: self.content,
            quoting: self.quoting,
            not_before: self.not_before,
            expires_at: self.expires_at,
            state: self.state,
            delivery: None,
            held_by: self.held_by,
            revision: 0,
            attempt: 0,
            retries: 0,
            asked_at: None,
            deadline_at: None,
            wamid: None,
            error: self.error,
            created_at: self.not_before,
            accepted_at: None,
        }
    }
}

/// An entry as it stands in the database.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Row id; the number the owner uses for an unknown outcome.
    pub id: i64,
    /// What it is for.
    pub purpose: Purpose,
    /// Its idempotency key.
    pub key: String,
    /// For posts: the slot.
    pub post: Option<PostOf>,
    /// Where it goes.
    pub to: Address,
    /// What it says.
    pub content: Content,
    /// The message it quotes.
    pub quoting: Option<Wamid>,
    /// Not sent before this.
    pub not_before: DateTime<Utc>,
    /// Not sent after this. The end of an entry sets it, so that nothing that is heard later sends it again.
    pub expires_at: Option<DateTime<Utc>>,
    /// Where it stands.
    pub state: State,
    /// How far it got.
    pub delivery: Option<Delivery>,
    /// Why it waits although planned.
    pub held_by: Option<Hold>,
    /// Grows with every change; the guard of every update.
    pub revision: i32,
    /// Number of the latest attempt; 0 before the first.
    pub attempt: u32,
    /// Repetitions in a row for the present trouble; the index into its delays.
    pub retries: u32,
    /// When the owner was asked about an unknown outcome or a late post.
    pub asked_at: Option<DateTime<Utc>>,
    /// `sending`: when the attempt counts as lost; `unknown`: when the policy decides.
    pub deadline_at: Option<DateTime<Utc>>,
    /// Id the API gave it.
    pub wamid: Option<Wamid>,
    /// The last trouble, in words.
    pub error: Option<String>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
    /// When the API took it, or evidence of that came.
    pub accepted_at: Option<DateTime<Utc>>,
}

/// What is known of one attempt on the wire when it is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// 2xx with an id. `paced` when Meta holds it back for quality assessment.
    Accepted {
        /// Id the API gave it.
        wamid: Wamid,
        /// `message_status` was not plainly `accepted`.
        paced: bool,
    },
    /// A well-formed Graph error.
    Refused(Refusal),
    /// Provably never sent: the connection was not made, or the attempt was abandoned before it.
    NotSent {
        /// Which step failed, without any content.
        cause: String,
    },
    /// It may have been sent.
    Unknown {
        /// What happened instead of an answer.
        cause: String,
        /// A 2xx without a readable id: never sent again by itself.
        probably_accepted: bool,
    },
}
