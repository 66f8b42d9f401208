//! What is taken away: what has been kept long enough, and people who ask for it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::domain::address::Person;
use crate::domain::retention::{Keep, What};

/// What one step of cleaning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// How many rows were taken away, or lost their words.
    pub rows: u64,
    /// Where the next step of this pass begins; `None` when there is no more.
    pub next: Option<i64>,
}

/// Takes away what has been kept long enough (`domain::retention`).
#[async_trait]
pub trait Retention: Send + Sync {
    /// One small step in one transaction: looks at the rows of one kind behind `after`, which is 0 at the beginning of a
    /// pass. Nothing that is not over is touched. Several processes may do the same at once.
    async fn purge(&self, what: What, keep: &Keep, after: i64, now: DateTime<Utc>) -> Result<Purged, StoreError>;
}

/// What was removed of a person; a second time there is nothing left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Messages to them, and words of theirs on the way to the owner, that were withdrawn before they went out.
    pub withdrawn: u64,
    /// Outgoing messages that lost their words: answers to them, what they wrote, and what was said about them.
    pub messages: u64,
    /// Received events that lost their bytes, and what they are known by.
    pub events: u64,
    /// Replies of theirs that were unlinked from them.
    pub replies: u64,
    /// Entries of them among the people who were seen.
    pub people: u64,
    /// What cannot be removed yet: it is on the wire, its outcome is unknown, or it waits to be acted on.
    pub pending: u64,
}

impl Forgotten {
    /// How many rows were changed.
    pub fn rows(&self) -> u64 {
        self.withdrawn + self.messages + self.events + self.replies + self.people
    }

    /// What is still to come, in words for the operator.
    pub fn what_follows(&self) -> &'static str {
        match self.pending {
            0 => "Nothing is left of them. What comes in from now on is new.",
            _ => {
                "Something is still under way: on the wire, of unknown outcome, or waiting to be acted on. The daemon \
                 looks every hour and finishes once that is over; to see that it is done, ask again."
            }
        }
    }
}

/// What became of forgetting a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgetting {
    /// It is done, as far as nothing is pending; the rest follows once that is over.
    Done(Forgotten),
    /// They are the owner, who cannot be forgotten.
    Owner,
}

/// Removes people at their request. What was done, and what must not be done twice, stays known under pseudonyms.
#[async_trait]
pub trait People: Send + Sync {
    /// Removes what is known of a person up to the instant of their request, in small transactions. What they do later is
    /// new. May be repeated with the same instant, and goes on where it was cut off.
    async fn forget(&self, person: &Person, asked_at: DateTime<Utc>) -> Result<Forgetting, StoreError>;
    /// People whose forgetting is not finished, because something was pending, and when they asked for it.
    async fn half_forgotten(&self) -> Result<Vec<(Person, DateTime<Utc>)>, StoreError>;
}
