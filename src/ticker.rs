//! The periodic sweep: every so often each actor is asked to look for leftovers.
//!
//! It decides nothing; a sweep that is still running when the next one is due is not doubled.

use std::sync::Arc;

use actix::Recipient;
use chrono::TimeDelta;
use futures::future::join_all;

use crate::messages::{Sweep, ask};
use crate::ports::Clock;

/// Asks everybody in `whom` to sweep, at once and then every `period`, until this future is dropped.
pub async fn run(clock: Arc<dyn Clock>, period: TimeDelta, whom: Vec<Recipient<Sweep>>) {
    // Elapsed time ends the wait as well: a wall clock that was set back by a year must not stop the sweeps for one.
    let longest = period.to_std().unwrap_or_default();
    loop {
        let next = clock.now() + period;
        for failed in join_all(whom.iter().map(|to| ask(to, Sweep))).await.into_iter().filter_map(Result::err) {
            tracing::warn!(error = %failed, "a sweep was not done, the next one will be");
        }
        let _ = tokio::time::timeout(longest, clock.sleep_until(next)).await;
    }
}

#[cfg(test)]
mod tests {
    use actix::{Actor, Context, Handler, ResponseFuture};
    use tokio::sync::watch;

    use super::*;
    use crate::clock::ManualClock;
    use crate::messages::Unavailable;

    /// Counts sweeps; each ends when it is let go.
    struct Sweeper {
        begun: watch::Sender<u32>,
        may_end: watch::Receiver<bool>,
        fails: bool,
    }

    impl Actor for Sweeper {
        type Context = Context<Self>;
    }

    impl Handler<Sweep> for Sweeper {
        type Result = ResponseFuture<Result<(), Unavailable>>;
        fn handle(&mut self, _: Sweep, _: &mut Self::Context) -> Self::Result {
            self.begun.send_modify(|begun| *begun += 1);
            let (mut may_end, fails) = (self.may_end.clone(), self.fails);
            Box::pin(async move {
                drop(may_end.wait_for(|may| *may).await);
                if fails { Err(Unavailable::Fault) } else { Ok(()) }
            })
        }
    }

    fn sweeper(fails: bool, may_end: &watch::Sender<bool>) -> (Recipient<Sweep>, watch::Receiver<u32>) {
        let (begun, sweeps) = watch::channel(0);
        (Sweeper { begun, may_end: may_end.subscribe(), fails }.start().recipient(), sweeps)
    }

    async fn reach(sweeps: &mut watch::Receiver<u32>, times: u32) {
        sweeps.wait_for(|begun| *begun == times).await.expect("a sweeper");
    }

    async fn settle() {
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }

    const PERIOD: TimeDelta = TimeDelta::hours(1);

    #[actix::test]
    async fn everybody_sweeps_at_once_and_then_every_period_whoever_fails() {
        let clock = Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH));
        let may_end = watch::Sender::new(true);
        let ((failing, mut first), (working, mut second)) = (sweeper(true, &may_end), sweeper(false, &may_end));
        actix::spawn(run(Arc::clone(&clock) as Arc<dyn Clock>, PERIOD, vec![failing, working]));
        for times in 1..=3 {
            reach(&mut first, times).await;
            reach(&mut second, times).await;
            settle().await;
            assert_eq!((*first.borrow(), *second.borrow()), (times, times));
            clock.advance(PERIOD);
        }
    }

    #[actix::test]
    async fn a_sweep_that_takes_longer_than_a_period_is_not_doubled() {
        let clock = Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH));
        let may_end = watch::Sender::new(false);
        let (slow, mut sweeps) = sweeper(false, &may_end);
        actix::spawn(run(Arc::clone(&clock) as Arc<dyn Clock>, PERIOD, vec![slow]));
        reach(&mut sweeps, 1).await;
        clock.advance(PERIOD * 3);
        settle().await;
        assert_eq!(*sweeps.borrow(), 1);
        may_end.send_replace(true);
        reach(&mut sweeps, 2).await;
    }

    #[actix::test]
    async fn a_clock_that_is_set_back_does_not_stop_the_sweeps() {
        tokio::time::pause();
        let clock = Arc::new(ManualClock::at(chrono::DateTime::UNIX_EPOCH));
        let may_end = watch::Sender::new(true);
        let (to, mut sweeps) = sweeper(false, &may_end);
        actix::spawn(run(Arc::clone(&clock) as Arc<dyn Clock>, PERIOD, vec![to]));
        clock.set(chrono::DateTime::UNIX_EPOCH - TimeDelta::days(365));
        reach(&mut sweeps, 3).await;
    }
}
