//! One attempt: commit the intent, make one request, record what came of it.
//!
//! It runs as a task of its own, so that neither a restart of the actor nor a dropped future can cut it
//! between the request and the record. It never makes a second request.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Parts;
use crate::domain::delivery::{Event, Intent, may_depart};
use crate::domain::outbox::{Entry, OWN_PREFIX, Outcome, State};
use crate::failpoint::failpoint;
use crate::messages::Unavailable;
use crate::ports::{Applied, Change, Departure, Limit, StoreError, Target};

/// Pauses between tries to record an outcome while the database is away, in seconds; the last one repeats.
const RECORD_PAUSES: [i64; 5] = [0, 1, 2, 5, 10];

/// What came of an attempt.
pub(super) struct Finished {
    /// The entry as it was when it was picked.
    pub entry: Entry,
    /// What came of it.
    pub outcome: Made,
    /// The entry as it stands now, when it is known.
    pub now: Option<Entry>,
}

/// Whether an attempt was made.
pub(super) enum Made {
    /// It was, and it is over.
    Over(Outcome),
    /// It was not: the entry had moved on.
    MovedOn,
    /// It was not: too much goes out already.
    TooSoon {
        /// Which limit is reached.
        limit: Limit,
        /// When there may be a place.
        until: DateTime<Utc>,
    },
    /// It was not: the store could not take the intent.
    NotRecorded,
}

/// What came of asking for leave to send.
enum Leave {
    /// The intent was committed, as made at this instant.
    Given(Departure, DateTime<Utc>),
    /// It is not to be sent now.
    Refused(Made),
}

/// Makes one attempt at an entry.
pub(super) async fn attempt(parts: Arc<Parts>, entry: Entry) -> Finished {
    match intend(&parts, &entry).await {
        Leave::Given(departure, intended_at) => depart(&parts, entry, departure, intended_at).await,
        Leave::Refused(made) => Finished { entry, outcome: made, now: None },
    }
}

/// Commits the intent.
async fn intend(parts: &Parts, entry: &Entry) -> Leave {
    let opaque = format!("{OWN_PREFIX}{}", uuid::Uuid::new_v4().simple());
    match commit_intent(parts, entry, &opaque).await {
        Ok(leave) => leave,
        Err(error) => {
            // Without a confirmed intent there is no byte on the wire. If it was committed all the same, it is taken back.
            tracing::warn!(entry.id, %error, "intent not recorded, nothing sent");
            record(parts, Target::Own(opaque), Event::Abandoned { attempt: None }).await;
            Leave::Refused(Made::NotRecorded)
        }
    }
}

async fn commit_intent(parts: &Parts, entry: &Entry, opaque: &str) -> Result<Leave, Unavailable> {
    failpoint!("send.claimed")?;
    let at = parts.clock.now();
    let event = Event::Intend(Intent { opaque: opaque.to_owned(), pace: parts.pace });
    failpoint!("send.intent_begin")?;
    let applied = apply(parts, Target::Entry(entry.id), event, at).await?;
    failpoint!("send.intent_committed")?;
    Ok(match applied {
        Applied::Moved { entry, .. } => {
            let Entry { id: entry_id, attempt, to, content, quoting, .. } = *entry;
            let opaque = opaque.to_owned();
            Leave::Given(Departure { entry_id, attempt, opaque, to, content, quoting }, at)
        }
        Applied::TooSoon { limit, until } => Leave::Refused(Made::TooSoon { limit, until }),
        Applied::Stayed | Applied::Refused(_) | Applied::NoSuchEntry => Leave::Refused(Made::MovedOn),
    })
}

async fn depart(parts: &Parts, entry: Entry, departure: Departure, intended_at: DateTime<Utc>) -> Finished {
    let begun = parts.clock.now();
    let outcome = if may_depart(intended_at, begun) {
        measure_lateness(&entry, begun);
        parts.messenger.send(&departure).await
    } else {
        Outcome::NotSent { cause: "the attempt began too late".to_owned() }
    };
    metrics::counter!("wa_send_attempts_total", "outcome" => outcome_name(&outcome)).increment(1);
    let event = Event::Answered { attempt: departure.attempt, outcome: outcome.clone() };
    let now = record(parts, Target::Entry(entry.id), event).await;
    Finished { entry, outcome: Made::Over(outcome), now }
}

/// Records what came of the attempt, for as long as it takes: the answer exists nowhere else.
async fn record(parts: &Parts, target: Target, event: Event) -> Option<Entry> {
    let mut pauses = RECORD_PAUSES.iter().copied().chain(std::iter::repeat(10));
    loop {
        match try_to_record(parts, target.clone(), event.clone()).await {
            Ok(Applied::Moved { entry, .. }) => return Some(*entry),
            Ok(_) => return None,
            Err(error) => {
                let pause = pauses.next().unwrap_or(10);
                tracing::error!(%error, pause_s = pause, "outcome not recorded yet");
                parts.clock.sleep_until(parts.clock.now() + TimeDelta::seconds(pause)).await;
            }
        }
    }
}

async fn try_to_record(parts: &Parts, target: Target, event: Event) -> Result<Applied, Unavailable> {
    failpoint!("send.record_begin")?;
    let applied = apply(parts, target, event, parts.clock.now()).await?;
    failpoint!("send.recorded")?;
    Ok(applied)
}

async fn apply(parts: &Parts, target: Target, event: Event, at: DateTime<Utc>) -> Result<Applied, StoreError> {
    let change = Change { target, event, at, actor: "sender" };
    Ok(parts.outbox.apply(vec![change]).await?.pop().unwrap_or(Applied::NoSuchEntry))
}

fn measure_lateness(entry: &Entry, now: DateTime<Utc>) {
    if let Some(post) = entry.post.as_ref().filter(|_| entry.attempt == 0 && entry.state == State::Planned) {
        let late = (now - post.due_at).to_std().unwrap_or_default();
        metrics::histogram!("wa_post_lateness_seconds").record(late.as_secs_f64());
    }
}

fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Refused(_) => "refused",
        Outcome::NotSent { .. } => "not_sent",
        Outcome::Unknown { .. } => "unknown",
    }
}
