//! The two clocks: the machine's, and one that is moved by hand.
//!
//! Nothing else reads the time. A wait is judged by the wall clock again and again, because the timers of the runtime
//! stand still while the machine sleeps.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::ports::Clock;

/// Longest wait before the wall clock is read again.
const LONGEST_NAP: Duration = Duration::from_secs(30);

/// The machine's clock, moved by a fixed offset in tests of the real binary.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock {
    offset: TimeDelta,
}

impl SystemClock {
    /// A clock that is ahead of the machine's by `offset`.
    pub fn ahead_by(offset: TimeDelta) -> Self {
        Self { offset }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the daemon reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.offset
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where the daemon waits")]
    async fn sleep_until(&self, at: DateTime<Utc>) {
        while let Ok(left) = (at - self.now()).to_std() {
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LONGEST_NAP)).await;
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

    #[tokio::test]
    async fn an_instant_that_is_past_is_reached_at_once() {
        let clock = SystemClock::default();
        clock.sleep_until(clock.now() - TimeDelta::seconds(1)).await;
    }
}
