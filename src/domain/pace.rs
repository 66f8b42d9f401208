//! How fast the number, and each person, may be sent to: one instant per limit tells all of the past that counts.
//!
//! The limits are Meta's ("Throughput" and "Pair rate limits", 2026): so many messages a second for the number, one in
//! six seconds to one person with a burst of 45. The reckoning is the generic cell rate algorithm (ITU-T I.371): a limit
//! is kept as the instant up to which its places are taken, so that any number of processes can share it as one row.

use chrono::{DateTime, TimeDelta, Utc};

/// The longest pause that is believed: one that is farther away was written by a clock that has been set back since.
pub const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);

/// A limit: one place in so much time, and so many at once, borrowed from later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Time between two places.
    pub every: TimeDelta,
    /// Places that may be taken at once.
    pub burst: i32,
}

/// What has been taken of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Up to when places are taken.
    pub taken_until: Option<DateTime<Utc>>,
    /// Until when there is none at all, because the API said so.
    pub paused_until: Option<DateTime<Utc>>,
}

impl Pace {
    /// One person: one message in six seconds, 45 at once.
    pub const PERSON: Self = Self { every: TimeDelta::seconds(6), burst: 45 };

    /// The number: so many messages a second, as many at once.
    pub fn per_second(messages: u32) -> Self {
        let messages = messages.clamp(1, 1_000_000);
        Self { every: TimeDelta::microseconds(1_000_000 / i64::from(messages)), burst: messages.cast_signed() }
    }

    /// Takes one place of a limit.
    ///
    /// # Errors
    /// When there will be one, if there is none now.
    pub fn take(self, usage: &mut Usage, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if let Some(until) = usage.pause(now) {
            return Err(until);
        }
        let reach = self.every * self.burst;
        let taken = usage.taken_until.filter(|taken| *taken - now <= reach).map_or(now, |taken| taken.max(now));
        let next = taken + self.every;
        if next - now > reach {
            return Err(next - reach);
        }
        usage.taken_until = Some(next);
        Ok(())
    }
}

impl Usage {
    /// Gives out no place before `until`; a longer pause stays, and none is longer than [`LONGEST_PAUSE`].
    pub fn pause_until(&mut self, until: DateTime<Utc>, now: DateTime<Utc>) {
        let until = until.min(now + LONGEST_PAUSE);
        self.paused_until = Some(self.pause(now).map_or(until, |present| present.max(until)));
    }

    /// Until when nothing goes, if there is a pause.
    pub fn pause(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.paused_until.filter(|until| *until > now && *until - now <= LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start() -> DateTime<Utc> {
        "2026-11-22T06:55:00Z".parse().expect("instant")
    }

    /// How many places there are at one instant.
    fn places(pace: Pace, usage: &mut Usage, now: DateTime<Utc>) -> i32 {
        let mut places = 0;
        while pace.take(usage, now).is_ok() {
            places += 1;
        }
        places
    }

    #[test]
    fn a_burst_is_followed_by_one_place_each_period() {
        let (pace, mut usage) = (Pace::PERSON, Usage::default());
        assert_eq!(places(pace, &mut usage, start()), 45);
        assert_eq!(pace.take(&mut usage, start()), Err(start() + TimeDelta::seconds(6)));
        assert_eq!(places(pace, &mut usage, start() + TimeDelta::seconds(6)), 1);
        assert_eq!(places(pace, &mut usage, start() + TimeDelta::seconds(66)), 10);
        assert_eq!(places(pace, &mut usage, start() + TimeDelta::days(1)), 45);
    }

    #[test]
    fn a_pause_gives_nothing_out_and_a_shorter_one_does_not_end_it() {
        let (pace, mut usage) = (Pace::per_second(80), Usage::default());
        let until = start() + TimeDelta::minutes(4);
        usage.pause_until(until, start());
        usage.pause_until(start() + TimeDelta::seconds(1), start());
        assert_eq!(pace.take(&mut usage, start()), Err(until));
        assert_eq!(places(pace, &mut usage, until), 80);
        usage.pause_until(until + TimeDelta::days(1), until);
        assert_eq!(pace.take(&mut usage, until), Err(until + LONGEST_PAUSE));
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let (pace, mut usage) = (Pace::per_second(80), Usage::default());
        assert_eq!(places(pace, &mut usage, start()), 80);
        usage.pause_until(start() + TimeDelta::minutes(10), start());
        assert_eq!(places(pace, &mut usage, start() - TimeDelta::days(3)), 80);
    }

    proptest! {
        /// Whatever the moments, no span holds more than the burst and what the span itself brings.
        #[test]
        fn no_span_holds_more_than_its_share(
            per_second in 1_u32..500,
            waits in proptest::collection::vec(0_i64..300_000, 1..200),
        ) {
            let pace = Pace::per_second(per_second);
            let (mut now, mut usage, mut sent) = (start(), Usage::default(), 0);
            for wait in waits {
                now += TimeDelta::microseconds(wait);
                sent += i64::from(pace.take(&mut usage, now).is_ok());
            }
            let span = (now - start()).num_microseconds().unwrap_or(0);
            let brought = span / pace.every.num_microseconds().unwrap_or(1);
            prop_assert!(sent <= i64::from(pace.burst) + brought + 1, "{sent} in {span} µs");
        }
    }
}
