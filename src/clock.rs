//! The two clocks: the machine's, and one that is moved by hand.
//!
//! Nothing else reads the time. A wait is judged by the wall clock again and again, because the timers of the runtime
//! stand still while the machine sleeps.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::failpoint::planted;
use crate::ports::Clock;

/// Longest wait before the wall clock is read again.
const LONGEST_NAP: Duration = Duration::from_secs(30);
/// The same while a test may move the clock at any moment.
const SHORT_NAP: Duration = Duration::from_millis(10);

/// Two clocks that differ by no more than this, and by what it takes to compare them, agree.
const TOLERANCE: TimeDelta = TimeDelta::milliseconds(20);
/// A difference that an operator should know of.
const WORTH_A_WORD: TimeDelta = TimeDelta::seconds(2);

/// The machine's clock, put right by that of the database where several processes share one.
#[derive(Clone, Debug, Default)]
pub struct SystemClock {
    /// How far the machine's clock is behind, in microseconds.
    behind: Arc<AtomicI64>,
    /// A file that says by how many seconds a test moves the clock on, read anew every time.
    moved_by: Option<PathBuf>,
}

impl SystemClock {
    /// A clock that a test moves by writing a number of seconds into a file.
    pub fn moved_by(file: PathBuf) -> Self {
        Self { moved_by: Some(file), ..Self::default() }
    }

    fn moved(&self) -> TimeDelta {
        let text = self.moved_by.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        let seconds = text.and_then(|text| text.trim().parse::<f64>().ok()).unwrap_or_default();
        TimeDelta::microseconds((seconds * 1e6) as i64)
    }
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        self.machine() + TimeDelta::microseconds(self.behind.load(Ordering::Relaxed)) + self.moved()
    }

    fn agree(&self, shared: DateTime<Utc>, took: Duration) {
        let took = TimeDelta::from_std(took).unwrap_or(TimeDelta::MAX);
        let behind = shared + took / 2 - self.machine();
        // What may as well be the way of the question is no difference.
        let real = if behind.abs() <= took + TOLERANCE { TimeDelta::zero() } else { behind };
        let known = TimeDelta::microseconds(self.behind.load(Ordering::Relaxed));
        // A difference is kept as it is while the next one could be the same: an instant is not to jump to and fro.
        if !real.is_zero() && (real - known).abs() <= took + TOLERANCE {
            return;
        }
        self.behind.store(real.num_microseconds().unwrap_or_default(), Ordering::Relaxed);
        if real.abs() > WORTH_A_WORD {
            tracing::warn!(
                behind_ms = real.num_milliseconds(),
                "the clock of this machine is not the database's; that one counts"
            );
        }
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the daemon reads the machine's clock")]
    fn machine(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the daemon waits")]
    async fn sleep_until(&self, at: DateTime<Utc>) {
        let longest = if self.moved_by.is_some() { SHORT_NAP } else { LONGEST_NAP };
        while let Ok(left) = (at - self.now()).to_std() {
            if left.is_zero() {
                return;
            }
            // Planted: slept through, as if no clock were ever set.
            if planted!("nap_without_a_look") {
                return tokio::time::sleep(left).await;
            }
            tokio::time::sleep(left.min(longest)).await;
        }
    }
}

/// A clock that stands still until it is moved; whoever waits for an instant it passes is woken.
#[derive(Clone, Debug)]
pub struct ManualClock {
    now: watch::Sender<DateTime<Utc>>,
}

impl ManualClock {
    /// A clock that stands at `start`.
    pub fn at(start: DateTime<Utc>) -> Self {
        Self { now: watch::Sender::new(start) }
    }

    /// Where it stands.
    pub fn instant(&self) -> DateTime<Utc> {
        *self.now.borrow()
    }

    /// Moves it on.
    pub fn advance(&self, by: TimeDelta) {
        self.now.send_modify(|now| *now += by);
    }

    /// Sets it, backwards too.
    pub fn set(&self, to: DateTime<Utc>) {
        self.now.send_replace(to);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.instant()
    }

    async fn sleep_until(&self, at: DateTime<Utc>) {
        let mut moves = self.now.subscribe();
        // The sender lives in `self`, so the only way out is that the instant is reached.
        drop(moves.wait_for(|now| *now >= at).await);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_sleeper_is_woken_when_the_hand_passes_its_instant_and_not_before() {
        let start: DateTime<Utc> = "2026-11-22T06:55:00Z".parse().expect("instant");
        let clock = ManualClock::at(start);
        let mut sleeper = Box::pin(clock.sleep_until(start + TimeDelta::hours(1)));
        assert!(sleeper.as_mut().now_or_never().is_none());
        clock.advance(TimeDelta::minutes(59));
        assert!(sleeper.as_mut().now_or_never().is_none());
        clock.advance(TimeDelta::minutes(1));
        sleeper.await;
    }

    #[test]
    fn a_clock_agrees_with_the_shared_one_unless_the_difference_may_be_the_way() {
        let clock = SystemClock::default();
        // Rounded: time passes between one reading of the machine's clock and the next.
        let told = |by: TimeDelta, took: Duration| {
            clock.agree(clock.machine() + by, took);
            let ahead = clock.now() - clock.machine();
            (ahead + TimeDelta::milliseconds(500)).num_milliseconds().div_euclid(1_000)
        };
        assert_eq!(told(TimeDelta::milliseconds(10), Duration::ZERO), 0);
        assert_eq!(
            told(TimeDelta::seconds(3), Duration::from_secs(10)),
            0,
            "the answer took longer than the difference"
        );
        assert_eq!(told(TimeDelta::hours(2), Duration::ZERO), 7_200);
        assert_eq!(told(TimeDelta::hours(-1), Duration::ZERO), -3_600);
        assert_eq!(told(TimeDelta::zero(), Duration::ZERO), 0, "it was put right");
    }

    #[tokio::test(start_paused = true)]
    async fn a_sleeper_looks_at_the_clock_before_it_goes_on() {
        // The timer of a paused runtime is over at once, as that of a machine that was suspended may be too early.
        let clock = SystemClock::default();
        let at = clock.now() + TimeDelta::milliseconds(20);
        clock.sleep_until(at).await;
        assert!(clock.now() >= at);
    }

    #[tokio::test]
    async fn an_instant_that_is_past_is_reached_at_once() {
        let clock = SystemClock::default();
        clock.sleep_until(clock.now() - TimeDelta::seconds(1)).await;
    }
}
