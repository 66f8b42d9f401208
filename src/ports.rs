//! MAP 2: every trait to the outside.
//!
//! Adapters implement these; actors and HTTP handlers know nothing else of databases, brokers and the
//! Cloud API. A method that changes something is durable when it returns `Ok`; every method may be called
//! again with the same arguments without a second effect, unless its page says otherwise.

mod directory;
mod history;
mod inbox;
mod jobs;
mod messenger;
mod outbox;
mod preferences;
mod removal;
mod shared;
mod wake;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub use directory::{Directory, Replies};
pub use history::{Happening, History, ReplyTo};
pub use inbox::{Decoder, Inbox, Recorded, Settlement, Waiting};
pub use jobs::{Added, Amended, Cancelled, Cause, Claim, JobCursor, JobFilter, Jobs, Unarmed, Undone};
pub use messenger::{Departure, GroupCheck, Messenger};
pub use outbox::{Applied, Change, DueFilter, Limit, Outbox, Target};
pub use preferences::Preferences;
pub use removal::{Forgetting, Forgotten, People, Purged, Retention};
pub use shared::{Breakers, Saved, Sessions};
pub use wake::{Alarm, Ticket, WakeQueue};

/// The store could not do it now; nothing was half done.
#[derive(Debug, thiserror::Error)]
#[error("the database could not {operation}")]
pub struct StoreError {
    /// What was tried, as a verb phrase: `record events`.
    pub operation: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Reads the time. Nothing else does.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
    /// Returns once the wall clock has reached `at`, at once when it is past; survives suspend and clock jumps.
    async fn sleep_until(&self, at: DateTime<Utc>);
    /// Learns what the clock says that all processes share, and how long it took to ask. One that is moved by hand does
    /// not care.
    fn agree(&self, _shared: DateTime<Utc>, _took: Duration) {}
    /// What the machine says, before it agreed with anybody.
    fn machine(&self) -> DateTime<Utc> {
        self.now()
    }
}

/// Whether the store can take a write at this moment.
#[async_trait]
pub trait Health: Send + Sync {
    /// Makes a real write.
    async fn writable(&self) -> Result<(), StoreError>;
    /// The time of the server; none where the database is a file.
    async fn time(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
}
