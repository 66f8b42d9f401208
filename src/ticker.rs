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
    loop {
        let next = clock.now() + period;
        for failed in join_all(whom.iter().map(|to| ask(to, Sweep))).await.into_iter().filter_map(Result::err) {
            tracing::warn!(error = %failed, "a sweep was not done, the next one will be");
        }
        clock.sleep_until(next).await;
    }
}
