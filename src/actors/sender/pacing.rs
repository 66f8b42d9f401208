//! Who must wait before anything is sent to them again, as far as this process knows.
//!
//! The limits themselves are rows, taken in the transaction of each intent (`domain::pace`); this memory keeps the sender
//! from asking for what it would not get. It may be forgotten at any moment.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::address::Address;
use crate::domain::pace::{Pace, Usage};
use crate::ports::Clock;

/// A clock that was set back by more than this makes every wait meaningless.
const SET_BACK: TimeDelta = TimeDelta::seconds(1);

/// Places and pauses.
pub(super) struct Pacing {
    clock: Arc<dyn Clock>,
    pace: Pace,
    /// What this process took of the number's pace, and until when it must wait.
    number: Usage,
    /// These people must wait until then.
    people_until: HashMap<Address, DateTime<Utc>>,
    /// Attempts in a row that could not reach the API; those that were under way together count once.
    unreachable: u32,
    /// When the last of them was counted.
    counted_at: Option<DateTime<Utc>>,
    /// The latest instant seen, to notice a clock that was set back.
    latest: DateTime<Utc>,
}

impl Pacing {
    pub(super) fn new(pace: Pace, clock: Arc<dyn Clock>) -> Self {
        Self {
            pace,
            number: Usage::default(),
            people_until: HashMap::new(),
            unreachable: 0,
            counted_at: None,
            latest: clock.now(),
            clock,
        }
    }

    /// The present instant. A clock that was set back would make everybody wait until it is where it was; the waits of
    /// that time are forgotten instead, and refusals make new ones.
    fn now(&mut self) -> DateTime<Utc> {
        let now = self.clock.now();
        if now + SET_BACK < self.latest {
            self.number = Usage::default();
            self.people_until.clear();
            self.counted_at = None;
            self.latest = now;
        }
        self.latest = self.latest.max(now);
        now
    }

    /// Until when nothing may go out, if the number is paused.
    pub(super) fn paused_until(&mut self) -> Option<DateTime<Utc>> {
        let now = self.now();
        self.number.pause(now)
    }

    /// Takes a place for one message to `to`, or says until when it has to wait.
    pub(super) fn admit(&mut self, to: &Address) -> Admission {
        let now = self.now();
        if let Some(until) = self.people_until.get(to).copied().filter(|until| *until > now) {
            return Admission::PersonWaits(until);
        }
        self.pace.take(&mut self.number, now).map_or_else(Admission::NumberWaits, |()| Admission::Go)
    }

    /// Makes one person wait.
    pub(super) fn pause_person(&mut self, to: &Address, until: DateTime<Utc>) {
        self.people_until.insert(to.clone(), until);
    }

    /// Makes everybody wait; a longer pause stays.
    pub(super) fn pause_number(&mut self, until: DateTime<Utc>) {
        let now = self.now();
        self.number.pause_until(until, now);
    }

    /// Counts an attempt of `begun` that could not reach the API; returns how many there were in a row.
    pub(super) fn not_reached(&mut self, begun: DateTime<Utc>) -> u32 {
        let now = self.now();
        if self.counted_at.is_none_or(|counted| begun > counted) {
            self.unreachable = self.unreachable.saturating_add(1);
            self.counted_at = Some(now);
        }
        self.unreachable
    }

    /// An attempt reached the API.
    pub(super) fn reached(&mut self) {
        self.unreachable = 0;
        self.counted_at = None;
    }

    /// People who must wait now.
    pub(super) fn waiting_people(&mut self) -> Vec<Address> {
        let now = self.now();
        self.people_until.iter().filter(|(_, until)| **until > now).map(|(to, _)| to.clone()).collect()
    }

    /// The earliest end of a pause.
    pub(super) fn next_end(&mut self) -> Option<DateTime<Utc>> {
        let now = self.now();
        self.people_until.values().copied().filter(|until| *until > now).chain(self.number.pause(now)).min()
    }

    /// Drops what no longer makes anybody wait, so that memory does not grow with the number of people ever seen.
    pub(super) fn forget_idle(&mut self) {
        let now = self.now();
        self.people_until.retain(|_, until| *until > now);
    }
}

/// Whether a message may go out now, as far as this process knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may, and its place is taken.
    Go,
    /// Nothing may go out before then.
    NumberWaits(DateTime<Utc>),
    /// This person may not be sent to before then.
    PersonWaits(DateTime<Utc>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::address::{GroupId, Phone};

    fn bench() -> (ManualClock, Pacing) {
        let clock = ManualClock::at("2026-11-22T06:55:00Z".parse().expect("instant"));
        let pacing = Pacing::new(Pace::per_second(2), Arc::new(clock.clone()));
        (clock, pacing)
    }

    #[test]
    fn attempts_that_were_under_way_together_count_once() {
        let (clock, mut pacing) = bench();
        let begun = clock.instant();
        clock.advance(TimeDelta::seconds(1));
        assert_eq!((0..32).map(|_| pacing.not_reached(begun)).max(), Some(1));
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(pacing.not_reached(clock.instant()), 2);
        pacing.reached();
        assert_eq!(pacing.not_reached(begun), 1);
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let (clock, mut pacing) = bench();
        let group = Address::Group(GroupId::parse("g").expect("id"));
        let person = Address::Phone(Phone::parse("15550009901").expect("number"));
        pacing.pause_person(&person, clock.instant() + TimeDelta::minutes(4));
        pacing.pause_number(clock.instant() + TimeDelta::minutes(10));
        assert!(matches!(pacing.admit(&group), Admission::NumberWaits(_)));
        assert_eq!(pacing.waiting_people(), std::slice::from_ref(&person));
        clock.advance(TimeDelta::days(-3));
        assert_eq!(pacing.admit(&group), Admission::Go);
        assert_eq!(pacing.admit(&person), Admission::Go);
        assert!(pacing.waiting_people().is_empty());
    }
}
