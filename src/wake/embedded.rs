//! Wakes inside the process: one timer for the earliest instant, whatever the number of jobs.
//!
//! It keeps a single instant. Whoever is woken looks at the rows, takes all that is due and asks for the next wake.

use std::sync::Arc;

use actix::{Message, Recipient};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::messages::{Unavailable, ask};
use crate::ports::{Clock, WakeQueue};

/// Pause before a wake that could not be handed over is tried again.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(1);

/// Where instants are handed in.
#[derive(Clone, Debug)]
pub struct EmbeddedWake {
    earliest: watch::Sender<Option<DateTime<Utc>>>,
}

/// The timer behind an [`EmbeddedWake`]; does nothing until it is run.
#[derive(Debug)]
pub struct Timer {
    earliest: watch::Receiver<Option<DateTime<Utc>>>,
    rearm: watch::Sender<Option<DateTime<Utc>>>,
}

impl EmbeddedWake {
    /// The queue for whoever arms it, and its timer, which is run once the one to be woken exists.
    pub fn new() -> (Self, Timer) {
        let (earliest, receiver) = watch::channel(None);
        (Self { earliest: earliest.clone() }, Timer { earliest: receiver, rearm: earliest })
    }
}

fn earlier(present: &mut Option<DateTime<Utc>>, at: DateTime<Utc>) -> bool {
    let sooner = present.is_none_or(|present| at < present);
    if sooner {
        *present = Some(at);
    }
    sooner
}

#[async_trait]
impl WakeQueue for EmbeddedWake {
    async fn arm(&self, due_at: DateTime<Utc>) {
        self.earliest.send_if_modified(|present| earlier(present, due_at));
    }
}

impl Timer {
    /// Wakes `whom` with `message` at every earliest instant, until this future is dropped.
    pub async fn run<M, T>(mut self, clock: Arc<dyn Clock>, whom: Recipient<M>, message: impl Fn() -> M)
    where
        M: Message<Result = Result<T, Unavailable>> + Send + 'static,
        M::Result: Send,
        T: Send + 'static,
    {
        loop {
            let at = *self.earliest.borrow_and_update();
            if !self.reached(&*clock, at).await {
                continue;
            }
            // Cleared before the knock: what is armed while the rows are looked at must not be forgotten.
            self.rearm.send_if_modified(|present| {
                if *present == at {
                    *present = None;
                }
                false
            });
            if ask(&whom, message()).await.is_err() {
                let again = clock.now() + TRY_AGAIN;
                self.rearm.send_if_modified(|present| earlier(present, again));
            }
        }
    }

    /// Waits for the instant; false when an earlier one, or a first one, was handed in meanwhile.
    async fn reached(&mut self, clock: &dyn Clock, at: Option<DateTime<Utc>>) -> bool {
        let Some(at) = at else {
            drop(self.earliest.changed().await);
            return false;
        };
        tokio::select! {
            () = clock.sleep_until(at) => true,
            _ = self.earliest.changed() => false,
        }
    }
}
