//! The log of every request that reached the emulated Graph API, with the verdict on it.
//!
//! Bounded: the oldest lines go first, and their number is kept. It never holds a token or a message text.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;

const KEPT: usize = 100_000;

/// One request to the emulated Graph API.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// Position in the order of arrival, from 0.
    pub index: u64,
    /// Instant on the emulator's clock.
    pub at: DateTime<Utc>,
    /// Microseconds of the machine's clock since 1970.
    pub wall_micros: i64,
    /// HTTP method.
    pub method: String,
    /// Path without the query.
    pub path: String,
    /// HTTP status that was answered, or would have been without a fault.
    pub status: u16,
    /// Graph error code, when refused.
    pub code: Option<i64>,
    /// Id of the message, when one was accepted.
    pub wamid: Option<String>,
    /// The fault that was applied, when one was.
    pub fault: Option<String>,
}

/// The newest requests.
#[derive(Default)]
pub(super) struct Requests {
    lines: VecDeque<Seen>,
    next: u64,
}

impl Requests {
    /// Adds a line; its index is set here.
    pub fn add(&mut self, seen: Seen) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(Seen { index: self.next, ..seen });
        self.next += 1;
    }

    /// Lines from index `since` on that are still kept, at most `limit`.
    pub fn list(&self, since: u64, limit: usize) -> Vec<Seen> {
        self.lines.iter().filter(|line| line.index >= since).take(limit).cloned().collect()
    }

    /// How many requests there were in all.
    pub fn count(&self) -> u64 {
        self.next
    }
}
