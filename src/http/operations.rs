//! What an operator's machinery asks: alive, ready, metrics; and the one thing that an operator tells the daemon.
//!
//! Neither Meta nor the broker is part of readiness: an outage there must not make us refuse webhooks.

use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::HttpState;
use super::problem::Problem;
use crate::domain::outbox::State;
use crate::messages::{Repair, ask};
use crate::ports::StoreError;

/// For so long the outcome of a test write stands for the next ones, so that anybody may ask at any rate.
const FRESH: Duration = Duration::from_secs(1);
/// A test write that takes longer has failed.
const WRITE_DEADLINE: Duration = Duration::from_secs(3);
/// States of an inbox row, so that a state without rows shows as 0.
const INBOX_STATES: [&str; 4] = ["new", "done", "ignored", "dead"];

/// The last test write: when, and whether it succeeded.
#[derive(Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, bool)>>);

impl Readiness {
    /// Makes a test write, one at a time, unless there was one just now.
    async fn writable(&self, state: &HttpState) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, writable)) = *last
            && at.elapsed() < FRESH
        {
            return writable;
        }
        let writable = matches!(timeout(WRITE_DEADLINE, state.health.writable()).await, Ok(Ok(())));
        *last = Some((Instant::now(), writable));
        writable
    }
}

/// `GET /healthz`.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`.
pub(super) async fn ready(state: Data<HttpState>, readiness: Data<Readiness>) -> HttpResponse {
    let reason = if state.draining.load(Ordering::Acquire) {
        "the daemon is stopping"
    } else if readiness.writable(&state).await {
        return HttpResponse::Ok().json(json!({"status": "ready"}));
    } else {
        "the database cannot be written to"
    };
    HttpResponse::ServiceUnavailable().json(json!({"status": "not ready", "reason": reason}))
}

/// `GET /metrics`.
pub(super) async fn metrics(state: Data<HttpState>) -> HttpResponse {
    if let Err(error) = refresh(&state).await {
        // The other figures are worth having, all the more now.
        tracing::warn!(error = &error as &dyn std::error::Error, "metrics without the figures of the store");
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body((state.metrics)())
}

/// Reads the figures that only the store knows.
async fn refresh(state: &HttpState) -> Result<(), StoreError> {
    let outbox = state.outbox.counts().await?;
    for &name in State::ALL {
        let count: u64 = outbox.iter().filter(|(state, _)| *state == name).map(|(_, count)| count).sum();
        metrics::gauge!("wa_outbox_entries", "state" => name.as_str()).set(count as f64);
    }
    let inbox = state.inbox.counts().await?;
    for name in INBOX_STATES {
        let count: u64 = inbox.iter().filter(|(state, _)| state == name).map(|(_, count)| count).sum();
        metrics::gauge!("wa_inbox_rows", "state" => name).set(count as f64);
    }
    let oldest = state.inbox.oldest_waiting().await?;
    let age = oldest.map_or(0.0, |at| (state.clock.now() - at).as_seconds_f64());
    metrics::gauge!("wa_inbox_oldest_seconds").set(age.max(0.0));
    Ok(())
}

/// `POST /owner/repair`: the operator vouches for the owner's number after its identity changed.
pub(super) async fn repair(state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    ask(&state.repair, Repair).await?;
    Ok(HttpResponse::Ok().json(json!({"status": "ok"})))
}
