//! What is known of the line to the broker, for those who park tickets and those who take them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::link::NoLink;

/// So many instants at which something fell due …
const SUSPICIOUS: u32 = 20;
/// … while no ticket came for so long, and the line is made anew. Tickets come back a slot and the lead before they are due
/// at the most, and other processes get their share.
const SILENCE: Duration = Duration::from_secs(45);

/// See the page of this module.
#[derive(Debug, Default)]
pub struct State {
    /// Grows with every line that is made.
    epoch: AtomicU64,
    /// True while the outage has been told of, so that it is told once.
    told: AtomicBool,
    heard: Mutex<Heard>,
    kick: Notify,
}

/// What was heard over the present line.
#[derive(Debug)]
struct Heard {
    /// When a ticket was last seen, or the line was made.
    at: Instant,
    /// Instants at which something fell due since then.
    missed: u32,
}

impl Default for Heard {
    fn default() -> Self {
        Self { at: Instant::now(), missed: 0 }
    }
}

impl State {
    /// A line was made.
    pub fn up(&self) {
        self.heard();
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
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Heard::default();
    }

    /// Something fell due at so many instants for which tickets were parked.
    pub fn fell_due(&self, instants: u32) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.missed = heard.missed.saturating_add(instants);
        if heard.missed >= SUSPICIOUS && heard.at.elapsed() >= SILENCE {
            *heard = Heard::default();
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

    #[tokio::test(start_paused = true)]
    async fn many_instants_without_a_ticket_for_long_are_suspicious_and_one_ticket_is_enough() {
        let state = State::default();
        state.fell_due(SUSPICIOUS);
        assert!(state.kicked().now_or_never().is_none(), "the tickets of a slot come together, long before");
        tokio::time::advance(SILENCE).await;
        state.heard();
        state.fell_due(SUSPICIOUS);
        assert!(state.kicked().now_or_never().is_none());
        tokio::time::advance(SILENCE).await;
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
