//! What is known of the line to the broker, for those who park tickets and those who take them.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use tokio::sync::Notify;

use super::link::NoLink;

/// So many jobs that fell due while their tickets never came, and the line is made anew.
const SUSPICIOUS: u32 = 20;

/// See the page of this module.
#[derive(Debug, Default)]
pub struct State {
    /// Grows with every line that is made.
    epoch: AtomicU64,
    /// True while the outage has been told of, so that it is told once.
    told: AtomicBool,
    /// Jobs that fell due since a ticket was last seen.
    unheard: AtomicU32,
    kick: Notify,
}

impl State {
    /// A line was made.
    pub fn up(&self) {
        self.unheard.store(0, Ordering::Relaxed);
        self.epoch.fetch_add(1, Ordering::Release);
        metrics::gauge!("wa_broker_connected").set(1.0);
        self.told.store(false, Ordering::Relaxed);
        tracing::info!("connected to the broker");
    }

    /// The line is gone, or could not be made.
    pub fn down(&self, why: &NoLink) {
        metrics::gauge!("wa_broker_connected").set(0.0);
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(%why, "no broker: posts are woken by this process alone until it is back");
        }
    }

    /// Which line it is by now; tickets that were parked under an earlier one may be lost.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// A ticket came.
    pub fn heard(&self) {
        self.unheard.store(0, Ordering::Relaxed);
    }

    /// Jobs fell due for which tickets were parked.
    pub fn fell_due(&self, jobs: u32) {
        if self.unheard.fetch_add(jobs, Ordering::Relaxed).saturating_add(jobs) >= SUSPICIOUS {
            self.unheard.store(0, Ordering::Relaxed);
            self.kick.notify_one();
        }
    }

    /// Returns once tickets were missing for too long.
    pub async fn kicked(&self) {
        self.kick.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn many_jobs_without_one_ticket_are_suspicious_and_one_ticket_is_enough() {
        let state = State::default();
        state.fell_due(SUSPICIOUS - 1);
        state.heard();
        state.fell_due(SUSPICIOUS - 1);
        assert!(state.kicked().now_or_never().is_none());
        state.fell_due(1);
        assert!(state.kicked().now_or_never().is_some());
        assert!(state.kicked().now_or_never().is_none(), "once");
    }

    #[test]
    fn every_new_line_is_another_epoch() {
        let state = State::default();
        let first = state.epoch();
        state.up();
        state.down(&NoLink("gone".to_owned()));
        assert_eq!(state.epoch(), first + 1);
    }
}
