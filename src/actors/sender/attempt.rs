//! One attempt: commit the intent, make one request, record what came of it.
//!
//! It runs as a task of its own, so that neither a restart of the actor nor a dropped future can cut it
//! between the request and the record. It never makes a second request.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::Parts;
use crate::domain::delivery::{Event, SEND_DEADLINE};
use crate::domain::outbox::{Entry, Outcome, State};
use crate::ports::{Applied, Change, Departure, StoreError, Target};

/// The client gives up after this long; an attempt that begins later than its deadline less this is abandoned.
const REQUEST_TIME: TimeDelta = TimeDelta::seconds(30);
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
    /// It was not: the store could not take the intent.
    NotRecorded,
}

/// Makes one attempt at an entry.
pub(super) async fn attempt(parts: Arc<Parts>, entry: Entry) -> Finished {
    match intend(&parts, &entry).await {
        Ok(Some(departure)) => depart(&parts, entry, departure).await,
        Ok(None) => Finished { entry, outcome: Made::MovedOn, now: None },
        Err(error) => {
            // Without an intent there is no byte on the wire: the row is still planned, the sweep comes back to it.
            tracing::warn!(entry.id, %error, "intent not recorded, nothing sent");
            Finished { entry, outcome: Made::NotRecorded, now: None }
        }
    }
}

/// Commits the intent; `None` when the entry may not be sent any more.
async fn intend(parts: &Parts, entry: &Entry) -> Result<Option<(Departure, DateTime<Utc>)>, StoreError> {
    let at = parts.clock.now();
    match apply(parts, entry.id, Event::Intend, at).await? {
        Applied::Moved { entry, opaque: Some(opaque), .. } => {
            let Entry { id: entry_id, attempt, to, content, quoting, .. } = *entry;
            Ok(Some((Departure { entry_id, attempt, opaque, to, content, quoting }, at + SEND_DEADLINE)))
        }
        _ => Ok(None),
    }
}

async fn depart(parts: &Parts, entry: Entry, (departure, deadline): (Departure, DateTime<Utc>)) -> Finished {
    let begun = parts.clock.now();
    let outcome = if begun + REQUEST_TIME > deadline {
        // The process was held up: others may have decided about this entry by now.
        Outcome::NotSent { cause: "the attempt began too late".to_owned() }
    } else {
        measure_lateness(&entry, begun);
        parts.messenger.send(&departure).await
    };
    metrics::counter!("wa_send_attempts_total", "outcome" => outcome_name(&outcome)).increment(1);
    let event = Event::Answered { attempt: departure.attempt, outcome: outcome.clone() };
    let now = record(parts, entry.id, event).await;
    Finished { entry, outcome: Made::Over(outcome), now }
}

/// Records what came of the attempt, for as long as it takes: the answer exists nowhere else.
async fn record(parts: &Parts, entry_id: i64, event: Event) -> Option<Entry> {
    let mut pauses = RECORD_PAUSES.iter().copied().chain(std::iter::repeat(10));
    loop {
        match apply(parts, entry_id, event.clone(), parts.clock.now()).await {
            Ok(Applied::Moved { entry, .. }) => return Some(*entry),
            Ok(_) => return None,
            Err(error) => {
                let pause = pauses.next().unwrap_or(10);
                tracing::error!(entry.id = entry_id, %error, pause_s = pause, "outcome not recorded yet");
                parts.clock.sleep_until(parts.clock.now() + TimeDelta::seconds(pause)).await;
            }
        }
    }
}

async fn apply(parts: &Parts, entry_id: i64, event: Event, at: DateTime<Utc>) -> Result<Applied, StoreError> {
    let change = Change { target: Target::Entry(entry_id), event, at, actor: "sender" };
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
