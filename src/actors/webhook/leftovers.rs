//! The sweep: rows that wait in the inbox and are in nobody's hand.
//!
//! It reads and never hands over, so a row is handed over in one way only.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::queue::Event;
use super::round::{Lost, Rows, Work};
use crate::messages::Unavailable;
use crate::ports::Waiting;

/// Rows read at once by the sweep.
const PAGE: u32 = 256;

/// What the owner reads about a row that was understood when it came in, and is not any more.
const UNREADABLE: Lost =
    Lost { what: "an event that I kept", advice: "Please look whether a message waits for an answer." };

/// What the sweep found.
pub(super) struct Leftovers {
    /// Events, oldest first.
    pub events: Vec<Event>,
    /// True when there may be more rows.
    pub more: bool,
}

impl Work {
    /// Reads rows that wait, about as many as there is `room` for. Rows that cannot be read are given up.
    pub async fn leftovers(&self, room: usize) -> Result<Leftovers, Unavailable> {
        if let Err(error) = self.parts.inbox.adopt().await {
            // What is ours already is not to wait for it.
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "events of processes that are gone stay with them"
            );
        }
        let now = self.parts.clock.now();
        let mut found = Leftovers { events: Vec::new(), more: true };
        let mut unreadable = Rows::new();
        let mut after = 0;
        while found.more && found.events.len() < room {
            let page = self.parts.inbox.waiting(now, after, PAGE).await?;
            found.more = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
            after = page.last().map_or(after, |waiting| waiting.id);
            for waiting in page {
                match self.read(&waiting) {
                    Ok(event) => found.events.push(event),
                    Err(why) => unreadable.push((waiting.id, self.give_up(waiting.id, why, UNREADABLE).await)),
                }
            }
        }
        self.settle(unreadable).await?;
        Ok(found)
    }

    fn read(&self, waiting: &Waiting) -> Result<Event, String> {
        // Fenced by itself: a row at which reading panics must not keep the sweep from all the others.
        let read = catch_unwind(AssertUnwindSafe(|| self.parts.decoder.decode(waiting.kind, &waiting.raw)));
        let inbound = read.unwrap_or_else(|_| Err("a fault ended the reading of it".to_owned()))?;
        Ok(Event { row: waiting.id, inbound, received_at: waiting.received_at, attempts: waiting.attempts })
    }
}
