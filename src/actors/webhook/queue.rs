//! The events that wait in memory: bounded, in order, each row at most once.
//!
//! Losing the whole of it costs nothing but time; the rows are in the inbox.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, Utc};

use crate::domain::inbound::Inbound;

/// Most events in memory; what goes beyond it stays a row until there is room.
const CAPACITY: usize = 10_000;
/// Most events of one round.
const ROUND: usize = 256;

/// An event that waits for being handed over.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The inbox row.
    pub row: i64,
    /// What happened.
    pub inbound: Inbound,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
}

/// See the page of this module.
#[derive(Default)]
pub(super) struct Queue {
    waiting: VecDeque<Event>,
    /// Rows that wait here or are in the present round.
    in_hand: HashSet<i64>,
    /// True when rows were left in the inbox for want of room.
    behind: bool,
}

impl Queue {
    /// How many more events fit.
    pub fn room(&self) -> usize {
        CAPACITY.saturating_sub(self.in_hand.len())
    }

    /// Takes an event, unless it is in hand already or there is no room.
    pub fn push(&mut self, event: Event) {
        if self.room() == 0 {
            self.behind = true;
        } else if self.in_hand.insert(event.row) {
            self.waiting.push_back(event);
        }
    }

    /// The oldest events; they stay in hand until they are released.
    pub fn next_round(&mut self) -> Vec<Event> {
        self.waiting.drain(..self.waiting.len().min(ROUND)).collect()
    }

    /// Lets go of rows whose round is over, whatever became of them.
    pub fn release(&mut self, rows: &[i64]) {
        for row in rows {
            self.in_hand.remove(row);
        }
    }

    /// Notes that there may be more rows than were read.
    pub fn note_behind(&mut self, more: bool) {
        self.behind |= more;
    }

    /// True once after rows were left behind.
    pub fn take_behind(&mut self) -> bool {
        std::mem::take(&mut self.behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::GroupId;
    use crate::domain::inbound::{Change, GroupChange};

    fn event(row: i64) -> Event {
        let at = DateTime::UNIX_EPOCH;
        let group = GroupId::parse("g").expect("an id");
        let inbound = Inbound::Group(GroupChange { group, change: Change::Deleted, at });
        Event { row, inbound, received_at: at, attempts: 0 }
    }

    #[test]
    fn a_row_that_is_in_hand_is_not_taken_again_until_it_is_released() {
        let mut queue = Queue::default();
        queue.push(event(7));
        queue.push(event(7));
        assert_eq!(queue.next_round().len(), 1);
        queue.push(event(7));
        assert!(queue.next_round().is_empty());
        queue.release(&[7]);
        queue.push(event(7));
        assert_eq!(queue.next_round().len(), 1);
    }

    #[test]
    fn rounds_are_bounded_and_keep_the_order() {
        let mut queue = Queue::default();
        (0..300).for_each(|row| queue.push(event(row)));
        let rounds: Vec<Vec<i64>> = (0..2).map(|_| queue.next_round().iter().map(|e| e.row).collect()).collect();
        assert_eq!(rounds, [(0..256).collect::<Vec<_>>(), (256..300).collect()]);
    }

    #[test]
    fn what_does_not_fit_is_remembered_as_left_behind_once() {
        let mut queue = Queue::default();
        (0..=10_000).for_each(|row| queue.push(event(row)));
        assert_eq!(queue.room(), 0);
        assert!(queue.take_behind());
        assert!(!queue.take_behind());
    }
}
