//! The ledger: everything the emulated API accepted, append-only, the ground truth for "was it sent, and how often".
//!
//! With a file every entry is one JSON line, handed to the operating system before the request is answered, so that it
//! survives a killed emulator. A refused request must never get in, an accepted one must never be left out.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// A message that the emulated API accepted.
///
/// Has no `Debug` on purpose: it holds the text and the recipient.
#[derive(Clone, Serialize)]
pub struct Accepted {
    /// Position in the ledger, from 0.
    pub index: usize,
    /// Message id that the sender was (or would have been) told.
    pub wamid: String,
    /// Digits of the number, business-scoped user id, or group id.
    pub to: String,
    /// `individual` or `group`.
    pub recipient_type: &'static str,
    /// Message type, such as `text`, `interactive` or `template`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What a person would read.
    pub text: Option<String>,
    /// `biz_opaque_callback_data`.
    pub opaque: Option<String>,
    /// Message id that this one quotes.
    pub quoting: Option<String>,
    /// Template category, in lower case.
    pub category: Option<String>,
    /// Code of the `failed` status that follows, if one does.
    pub fails_with: Option<i64>,
    /// Instant on the emulator's clock.
    pub accepted_at: DateTime<Utc>,
    /// Microseconds of the machine's clock since 1970.
    pub wall_micros: i64,
    /// The request body.
    pub body: Value,
}

/// All accepted messages, in order.
#[derive(Default)]
pub(super) struct Ledger {
    entries: Vec<Accepted>,
    position: HashMap<String, usize>,
    file: Option<File>,
}

impl Ledger {
    /// A ledger that also appends to `file`.
    pub fn open(file: Option<&Path>) -> io::Result<Self> {
        let file = file.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        Ok(Self { file, ..Self::default() })
    }

    /// The index that the next entry gets.
    pub fn next_index(&self) -> usize {
        self.entries.len()
    }

    /// Adds an entry, on file first: what cannot be written down must not be accepted.
    pub fn append(&mut self, entry: Accepted) -> io::Result<&Accepted> {
        if let Some(file) = &mut self.file {
            let mut line = serde_json::to_vec(&entry)?;
            line.push(b'\n');
            file.write_all(&line)?;
        }
        let position = self.entries.len();
        self.position.insert(entry.wamid.clone(), position);
        self.entries.push(entry);
        self.entries.last().ok_or_else(|| io::Error::other("the entry just added is gone"))
    }

    /// The accepted message with this id.
    pub fn find(&self, wamid: &str) -> Option<&Accepted> {
        self.entries.get(*self.position.get(wamid)?)
    }

    /// Entries from index `since` on, of one recipient when given, at most `limit`.
    pub fn list<'a>(&'a self, to: Option<&'a str>, since: usize, limit: usize) -> impl Iterator<Item = &'a Accepted> {
        let entries = self.entries.get(since..).unwrap_or_default();
        entries.iter().filter(move |entry| to.is_none_or(|to| entry.to == to)).take(limit)
    }

    /// Forgets everything in memory; a file keeps what it has.
    pub fn forget(&mut self) {
        self.entries.clear();
        self.position.clear();
    }
}
