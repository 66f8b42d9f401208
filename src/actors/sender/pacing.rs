//! How fast the number, and each person, may be sent to.
//!
//! The limits are Meta's ("About the platform" and "Throughput", 2025): so many messages a second for the number,
//! one in six seconds to one person with a burst of 45. Groups have no pair limit. What is counted here is lost at
//! a restart; the API's own refusals (130429, 131056) then pause what must be paused.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::domain::address::Address;
use crate::ports::Clock;

/// One message to one person in this time …
const PAIR_PERIOD: Duration = Duration::from_secs(6);
/// … and so many at once, borrowed from later.
const PAIR_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(44);

/// The clock of the product, as the limiter reads it.
#[derive(Clone)]
struct LimiterClock(Arc<dyn Clock>);

impl GovernorClock for LimiterClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let nanos = self.0.now().timestamp_nanos_opt().unwrap_or_default();
        Nanos::new(u64::try_from(nanos).unwrap_or_default())
    }
}

type NumberLimiter = RateLimiter<NotKeyed, InMemoryState, LimiterClock, NoOpMiddleware<Nanos>>;
type PairLimiter = RateLimiter<Address, HashMapStateStore<Address>, LimiterClock, NoOpMiddleware<Nanos>>;

/// Token buckets and pauses.
pub(super) struct Pacing {
    clock: Arc<dyn Clock>,
    number: NumberLimiter,
    pairs: PairLimiter,
    /// The number as a whole must wait until then.
    number_until: Option<DateTime<Utc>>,
    /// These people must wait until then.
    people_until: HashMap<Address, DateTime<Utc>>,
    /// Attempts in a row that could not reach the API; those that were under way together count once.
    unreachable: u32,
    /// When the last of them was counted.
    counted_at: Option<DateTime<Utc>>,
    per_second: NonZeroU32,
    /// The latest instant seen, to notice a clock that was set back.
    latest: DateTime<Utc>,
}

/// A clock that was set back by more than this makes every limit meaningless.
const SET_BACK: TimeDelta = TimeDelta::seconds(1);

impl Pacing {
    pub(super) fn new(messages_per_second: u32, clock: Arc<dyn Clock>) -> Self {
        let per_second = NonZeroU32::new(messages_per_second).unwrap_or(NonZeroU32::MIN);
        let (number, pairs) = limiters(per_second, &clock);
        Self {
            number,
            pairs,
            number_until: None,
            people_until: HashMap::new(),
            unreachable: 0,
            counted_at: None,
            per_second,
            latest: clock.now(),
            clock,
        }
    }

    /// The present instant. A clock that was set back would make everybody wait until it is where it was; limits and
    /// pauses of that time are forgotten instead, and the API's own refusals make new ones.
    fn now(&mut self) -> DateTime<Utc> {
        let now = self.clock.now();
        if now + SET_BACK < self.latest {
            (self.number, self.pairs) = limiters(self.per_second, &self.clock);
            self.number_until = None;
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
        self.number_until.filter(|until| *until > now)
    }

    /// Takes a place for one message to `to`, or says until when it has to wait.
    pub(super) fn admit(&mut self, to: &Address) -> Admission {
        let now = self.now();
        if let Some(until) = self.paused_until() {
            return Admission::NumberWaits(until);
        }
        if let Some(until) = self.people_until.get(to).copied().filter(|until| *until > now) {
            return Admission::PersonWaits(until);
        }
        if let Err(not_until) = self.number.check() {
            let wait = not_until.wait_time_from(self.limiter_now());
            return Admission::NumberWaits(now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::seconds(1)));
        }
        if to.is_group() {
            return Admission::Go;
        }
        match self.pairs.check_key(to) {
            Ok(()) => Admission::Go,
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.limiter_now());
                let until = now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::seconds(6));
                self.people_until.insert(to.clone(), until);
                Admission::PersonWaits(until)
            }
        }
    }

    fn limiter_now(&self) -> Nanos {
        LimiterClock(Arc::clone(&self.clock)).now()
    }

    /// Makes one person wait.
    pub(super) fn pause_person(&mut self, to: &Address, until: DateTime<Utc>) {
        self.people_until.insert(to.clone(), until);
    }

    /// Makes everybody wait; a longer pause stays.
    pub(super) fn pause_number(&mut self, until: DateTime<Utc>) {
        self.number_until = self.number_until.max(Some(until));
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
        self.people_until.values().copied().chain(self.number_until).filter(|until| *until > now).min()
    }

    /// Drops what no longer limits anybody, so that memory does not grow with the number of people ever seen.
    pub(super) fn forget_idle(&mut self) {
        let now = self.now();
        self.people_until.retain(|_, until| *until > now);
        self.pairs.retain_recent();
        self.pairs.shrink_to_fit();
    }
}

fn limiters(per_second: NonZeroU32, clock: &Arc<dyn Clock>) -> (NumberLimiter, PairLimiter) {
    let pair = Quota::with_period(PAIR_PERIOD).unwrap_or(Quota::per_minute(NonZeroU32::MIN)).allow_burst(PAIR_BURST);
    let clock = LimiterClock(Arc::clone(clock));
    let number = RateLimiter::new(Quota::per_second(per_second), InMemoryState::default(), clock.clone());
    (number, RateLimiter::new(pair, HashMapStateStore::default(), clock))
}

/// Whether a message may go out now.
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
        let pacing = Pacing::new(2, Arc::new(clock.clone()));
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
        while pacing.admit(&person) == Admission::Go {
            clock.advance(TimeDelta::milliseconds(500));
        }
        pacing.pause_number(clock.instant() + TimeDelta::hours(1));
        assert!(matches!(pacing.admit(&group), Admission::NumberWaits(_)));
        assert_eq!(pacing.waiting_people(), std::slice::from_ref(&person));
        clock.advance(TimeDelta::days(-3));
        assert_eq!(pacing.admit(&group), Admission::Go);
        assert_eq!(pacing.admit(&person), Admission::Go);
        assert!(pacing.waiting_people().is_empty());
    }
}
