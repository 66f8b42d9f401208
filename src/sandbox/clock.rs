//! The emulator's time: moved by hand, or frozen, or simply the machine's.
//!
//! Windows, rate limits and every timestamp in a webhook come from here, so that a day passes when a test says so.
//! Only transport delays (a slow answer, a retry of a webhook) use real milliseconds, through [`real_pause`].
//! Nothing else in the emulator may read the machine's clock or sleep.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::time::Instant;

/// Where a clock gets its base time from; lets the emulator follow a clock that somebody else owns.
pub trait TimeSource: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's own time.
#[derive(Debug, Clone, Copy, Default)]
pub struct MachineTime;

impl TimeSource for MachineTime {
    #[expect(clippy::disallowed_methods, reason = "the one place where the emulator reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A movable clock: a base plus an offset, or one fixed instant while frozen.
///
/// The same clock may be given to a daemon in the same process; [`EmulatorClock::moved`] tells its timers to look again.
pub struct EmulatorClock {
    base: Arc<dyn TimeSource>,
    setting: Mutex<Setting>,
    moved: watch::Sender<u64>,
}

#[derive(Clone, Copy, Default)]
struct Setting {
    offset: TimeDelta,
    frozen_at: Option<DateTime<Utc>>,
}

impl EmulatorClock {
    /// A running clock that starts at the machine's time.
    pub fn real() -> Self {
        Self::over(Arc::new(MachineTime))
    }

    /// A running clock on top of another one.
    pub fn over(base: Arc<dyn TimeSource>) -> Self {
        Self { base, setting: Mutex::new(Setting::default()), moved: watch::Sender::new(0) }
    }

    /// A clock that stands still at `instant` until it is moved by hand.
    pub fn frozen_at(instant: DateTime<Utc>) -> Self {
        let clock = Self::real();
        clock.change(|setting, _| setting.frozen_at = Some(instant));
        clock
    }

    /// Moves the time by `by`, backwards when negative.
    pub fn advance(&self, by: TimeDelta) {
        self.change(|setting, _| match &mut setting.frozen_at {
            Some(at) => *at = moved_by(*at, by),
            None => setting.offset = setting.offset.checked_add(&by).unwrap_or(setting.offset),
        });
    }

    /// Moves the time to `instant`; a running clock goes on running from there.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.change(|setting, base| match &mut setting.frozen_at {
            Some(at) => *at = instant,
            None => setting.offset = instant - base,
        });
    }

    /// Stops the clock where it is (`true`), or lets it run on from there (`false`).
    pub fn freeze(&self, frozen: bool) {
        self.change(|setting, base| match (frozen, setting.frozen_at) {
            (true, None) => setting.frozen_at = Some(moved_by(base, setting.offset)),
            (false, Some(at)) => *setting = Setting { offset: at - base, frozen_at: None },
            _ => {}
        });
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        self.lock().frozen_at.is_some()
    }

    /// A counter that grows whenever the clock is moved, for timers that wait on this clock.
    pub fn moved(&self) -> watch::Receiver<u64> {
        self.moved.subscribe()
    }

    fn change(&self, edit: impl FnOnce(&mut Setting, DateTime<Utc>)) {
        edit(&mut self.lock(), self.base.now());
        self.moved.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Setting> {
        self.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TimeSource for EmulatorClock {
    fn now(&self) -> DateTime<Utc> {
        let setting = *self.lock();
        setting.frozen_at.unwrap_or_else(|| moved_by(self.base.now(), setting.offset))
    }
}

/// An instant that may lie beyond what can be told; then it stays where it is.
fn moved_by(instant: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    instant.checked_add_signed(by).unwrap_or(instant)
}

/// Microseconds of the machine's clock since 1970: when something really happened, whatever the movable clock says.
pub(super) fn wall_micros() -> i64 {
    MachineTime.now().timestamp_micros()
}

/// Waits for real time to pass; only for what the network would have delayed.
pub(super) async fn real_pause(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep_until(Instant::now() + duration).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    #[test]
    fn a_frozen_clock_moves_only_by_hand() {
        let clock = EmulatorClock::frozen_at(noon());
        assert_eq!(clock.now(), noon());
        clock.advance(TimeDelta::hours(25));
        assert_eq!(clock.now(), noon() + TimeDelta::hours(25));
        clock.set(noon());
        assert_eq!(clock.now(), noon());
    }

    #[test]
    fn a_clock_over_another_follows_it_and_keeps_its_offset() {
        let below = Arc::new(EmulatorClock::frozen_at(noon()));
        let clock = EmulatorClock::over(below.clone());
        clock.advance(TimeDelta::minutes(5));
        below.advance(TimeDelta::minutes(1));
        assert_eq!(clock.now(), noon() + TimeDelta::minutes(6));
        clock.freeze(true);
        below.advance(TimeDelta::minutes(1));
        assert_eq!(clock.now(), noon() + TimeDelta::minutes(6));
        clock.freeze(false);
        below.advance(TimeDelta::minutes(1));
        assert_eq!(clock.now(), noon() + TimeDelta::minutes(7));
    }

    #[test]
    fn a_move_beyond_all_time_is_no_move() {
        let clock = EmulatorClock::real();
        clock.advance(TimeDelta::MAX);
        clock.advance(TimeDelta::MAX);
        assert!(clock.now() > noon());
        clock.freeze(true);
        let frozen = clock.now();
        clock.advance(TimeDelta::MIN);
        assert_eq!(clock.now(), frozen);
    }

    #[test]
    fn every_move_is_announced() {
        let clock = EmulatorClock::frozen_at(noon());
        let moved = clock.moved();
        let before = *moved.borrow();
        clock.advance(TimeDelta::seconds(1));
        assert!(*moved.borrow() > before);
    }
}
