//! Events that came in, each once: where they are kept until they were acted on, and who reads them.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::domain::inbound::{EventKind, Inbound, NewEvent};

/// Reads an event back from the bytes kept in the inbox.
pub trait Decoder: Send + Sync {
    /// `Err` says in words why it cannot be read.
    fn decode(&self, kind: EventKind, raw: &[u8]) -> Result<Inbound, String>;
}

/// What became of recording one event, in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is new and waits for being acted on; the inbox row.
    Fresh(i64),
    /// It is new and there is nothing to act on: ignored or dead.
    Kept,
    /// It was known already.
    Known,
}

/// An event that waits in the inbox.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The inbox row.
    pub id: i64,
    /// What kind it is.
    pub kind: EventKind,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
}

/// How an inbox row is closed, or put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was acted on.
    Done,
    /// There was nothing to do; why.
    Ignored(&'static str),
    /// It cannot be acted on; why. Kept for forensics.
    Dead(String),
    /// It failed; tried again not before the instant.
    Retry {
        /// Why.
        reason: String,
        /// Not before.
        not_before: DateTime<Utc>,
    },
}

/// Events that came in, each once.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Records events; many callers share one commit. Answers in the order given.
    async fn record(&self, events: Vec<NewEvent>, received_at: DateTime<Utc>) -> Result<Vec<Recorded>, StoreError>;
    /// Closes rows, or puts them off.
    async fn settle(&self, rows: Vec<(i64, Settlement)>) -> Result<(), StoreError>;
    /// Takes over rows that wait in the hand of a process that is gone; how many.
    async fn adopt(&self) -> Result<u64, StoreError>;
    /// Rows that wait in the hand of this process, oldest first, with an id above `after`, whose time has come.
    async fn waiting(&self, now: DateTime<Utc>, after: i64, limit: u32) -> Result<Vec<Waiting>, StoreError>;
    /// When the oldest waiting row was received.
    async fn oldest_waiting(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// How many rows are in each state.
    async fn counts(&self) -> Result<Vec<(String, u64)>, StoreError>;
}
