//! What settles an entry from outside an attempt: statuses, the owner's decision, the sweep.
//!
//! All of it goes through `Outbox::apply`, so that one rule decides; nothing here looks at a state itself.

use chrono::{DateTime, Utc};

use super::{Parts, window};
use crate::domain::breaker::Breaker;
use crate::domain::delivery::{Decision, Event, Verdict};
use crate::domain::inbound::{News, Status};
use crate::domain::outbox::{Delivery, Entry, Hold, State};
use crate::failpoint::failpoint;
use crate::messages::{Settled, Unavailable};
use crate::ports::{Applied, Change, Target};

/// What statuses showed besides what they changed.
pub(super) struct Bounced {
    /// When the latest of them found the owner's window closed, if one did.
    pub window_closed: Option<DateTime<Utc>>,
}

/// Applies status webhooks.
pub(super) async fn statuses(parts: &Parts, statuses: Vec<Status>) -> Result<Bounced, Unavailable> {
    let changes: Vec<Change> = statuses.into_iter().map(status_change).collect();
    let times: Vec<DateTime<Utc>> = changes.iter().map(|change| change.at).collect();
    failpoint!("st.claimed")?;
    let applied = parts.outbox.apply(changes).await?;
    failpoint!("st.committed")?;
    let held = applied.iter().zip(times).filter(|(applied, _)| is_window_hold(applied));
    let window_closed = held.map(|(_, at)| at).max();
    Ok(Bounced { window_closed })
}

fn status_change(status: Status) -> Change {
    let event = match status.news {
        News::Sent => Event::Seen { attempt: None, delivery: Delivery::Sent },
        News::Delivered => Event::Seen { attempt: None, delivery: Delivery::Delivered },
        News::Read => Event::Seen { attempt: None, delivery: Delivery::Read },
        News::Failed(refusal) => Event::Bounced { attempt: None, refusal },
        News::Other(_) => Event::Seen { attempt: None, delivery: Delivery::Accepted },
    };
    let target = Target::Attempt { opaque: status.opaque, wamid: status.wamid };
    Change { target, event, at: status.at, actor: "status" }
}

/// True for a change after which an entry waits for the owner to write.
pub(super) fn is_window_hold(applied: &Applied) -> bool {
    matches!(applied, Applied::Moved { entry, .. } if entry.held_by == Some(Hold::Window))
}

/// Carries out what the owner decided.
pub(super) async fn decision(parts: &Parts, decision: &Decision) -> Result<Settled, Unavailable> {
    failpoint!("own.parsed")?;
    let settled = match *decision {
        Decision::Unknown { entry_id, attempt, verdict } => unknown(parts, entry_id, attempt, verdict).await?,
        Decision::Late { job_id, send } => late(parts, job_id, send).await?,
    };
    failpoint!("own.committed")?;
    Ok(settled)
}

async fn unknown(parts: &Parts, entry_id: i64, attempt: Option<u32>, verdict: Verdict) -> Result<Settled, Unavailable> {
    let tried = parts.outbox.get(entry_id).await?.map(|entry| entry.attempt);
    if attempt.is_some() && tried.is_some() && attempt != tried {
        return Ok(Settled::Refused("it was sent once more since you were asked"));
    }
    let applied = apply(parts, &[entry_id], &Event::Verdict(verdict), "owner").await?;
    Ok(match applied.first() {
        Some(Applied::Moved { .. }) => Settled::Done(1),
        Some(Applied::Refused(why)) => Settled::Refused(why),
        Some(Applied::Stayed | Applied::TooSoon { .. }) => Settled::Done(0),
        Some(Applied::NoSuchEntry) | None => Settled::NoSuchEntry,
    })
}

async fn late(parts: &Parts, job_id: Option<i64>, send: bool) -> Result<Settled, Unavailable> {
    let event = if send { Event::Release(Hold::Late) } else { Event::Cancel };
    // Only what the owner was asked about: what they have not seen gets a question of its own.
    let asked =
        |entry: &&Entry| entry.state == State::Planned && entry.held_by == Some(Hold::Late) && entry.asked_at.is_some();
    let mut done = 0;
    loop {
        let posts = match job_id {
            Some(id) => parts.outbox.posts_of(id).await?,
            None => parts.outbox.late_posts(true, window::STEP).await?,
        };
        let ids: Vec<i64> = posts.iter().filter(asked).map(|entry| entry.id).collect();
        let applied = apply(parts, &ids, &event, "owner").await?;
        let moved = applied.iter().filter(|a| matches!(a, Applied::Moved { .. })).count();
        done += moved;
        if moved == 0 || job_id.is_some() {
            return Ok(Settled::Done(done));
        }
    }
}

/// What a sweep found.
pub(super) struct Found {
    /// Something is held because the token or the account was refused.
    pub held: Option<Hold>,
    /// Whether anything may be sent, as all processes know it.
    pub breaker: Breaker,
    /// Something waits for the owner to write.
    pub owner_waits: bool,
    /// When the owner last wrote.
    pub owner_wrote: Option<DateTime<Utc>>,
}

/// Looks for what was left: attempts of a process that is gone, passed deadlines, holds.
pub(super) async fn sweep(parts: &Parts) -> Result<Found, Unavailable> {
    // Whether others are gone may be unknown for a while; whose time has come is not.
    let reaped = reap(parts).await;
    tick_overdue(parts).await?;
    reaped?;
    let mut held = None;
    for hold in [Hold::Credential, Hold::Account] {
        if !parts.outbox.held(hold, None, 1).await?.is_empty() {
            held = held.or(Some(hold));
        }
    }
    let owner_waits = !parts.outbox.held(Hold::Window, None, 1).await?.is_empty();
    let (breaker, _) = parts.breakers.load().await?;
    Ok(Found { held, breaker, owner_waits, owner_wrote: window::last_wrote(parts).await? })
}

/// Takes over what processes that are gone were sending.
async fn reap(parts: &Parts) -> Result<(), Unavailable> {
    let orphans = parts.outbox.orphans().await?;
    failpoint!("reap.selected")?;
    apply(parts, &orphans, &Event::Orphaned, "sweep").await?;
    failpoint!("reap.committed")?;
    Ok(())
}

/// Lets time pass for every entry whose expiry or deadline has come.
async fn tick_overdue(parts: &Parts) -> Result<(), Unavailable> {
    let mut after = 0;
    loop {
        let ids = parts.outbox.overdue(parts.clock.now(), after, window::STEP).await?;
        let Some(last) = ids.last().copied() else { return Ok(()) };
        failpoint!("rec.deadline")?;
        apply(parts, &ids, &Event::Tick, "sweep").await?;
        failpoint!("rec.committed")?;
        after = last;
    }
}

/// Releases everything that is held by `hold`, oldest first.
pub(super) async fn release_all(parts: &Parts, hold: Hold) -> Result<(), Unavailable> {
    loop {
        let ids = parts.outbox.held(hold, None, window::STEP).await?;
        if ids.is_empty() {
            return Ok(());
        }
        apply(parts, &ids, &Event::Release(hold), "sender").await?;
    }
}

/// Releases the oldest entry that is held by `hold`; false when there is none.
pub(super) async fn release_one(parts: &Parts, hold: Hold) -> Result<bool, Unavailable> {
    let ids = parts.outbox.held(hold, None, 1).await?;
    apply(parts, &ids, &Event::Release(hold), "sender").await?;
    Ok(!ids.is_empty())
}

/// Holds a post until the owner says whether it is still wanted.
pub(super) async fn hold_as_late(parts: &Parts, entry_id: i64) -> Result<(), Unavailable> {
    apply(parts, &[entry_id], &Event::Hold(Hold::Late), "sweep").await.map(drop)
}

async fn apply(parts: &Parts, ids: &[i64], event: &Event, actor: &'static str) -> Result<Vec<Applied>, Unavailable> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let at = parts.clock.now();
    let change = |id: &i64| Change { target: Target::Entry(*id), event: event.clone(), at, actor };
    Ok(parts.outbox.apply(ids.iter().map(change).collect()).await?)
}
