//! Applying changes to entries: the rules say what follows, this writes it down.
//!
//! It decides nothing: `domain::delivery::step` does. Every move is one guarded update, one log row and
//! what the owner must be told of it, in one transaction.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};

use super::attempt::Attempt;
use super::ledger::{Held, Ledger};
use super::write;
use crate::domain::address::Wamid;
use crate::domain::delivery::{Event, Intent, Move, Step, Verdict, step};
use crate::domain::notice::{OwnerDesk, notice};
use crate::domain::outbox::{OWN_PREFIX, Outcome, State};
use crate::domain::refusal::{Class, Refusal};
use crate::domain::retention::without_words;
use crate::failpoint::failpoint;
use crate::ports::{Applied, Change, Limit, Target};
use crate::store::group_commit::Bulk;
use crate::store::log::Logged;
use crate::store::time::stored;

/// Applies changes.
#[derive(Clone)]
pub struct Apply {
    /// Where the owner is reached.
    pub desk: OwnerDesk,
    /// This process, as its attempts name it.
    pub boot_id: String,
}

#[async_trait]
impl Bulk for Apply {
    type Op = Vec<Change>;
    type Out = Vec<Applied>;
    const OPERATION: &'static str = "change messages";

    async fn write(&self, tx: &DatabaseTransaction, ops: &[Self::Op], again: bool) -> Result<Vec<Self::Out>, DbErr> {
        let changes: Vec<&Change> = ops.iter().flatten().collect();
        let mut applied = self.apply(tx, &changes, again).await?.into_iter();
        Ok(ops.iter().map(|changes| applied.by_ref().take(changes.len()).collect()).collect())
    }
}

impl Apply {
    /// Applies `changes` in order within a transaction. `again` as in `transaction::Work`.
    pub async fn apply(
        &self,
        tx: &DatabaseTransaction,
        changes: &[&Change],
        again: bool,
    ) -> Result<Vec<Applied>, DbErr> {
        let mut ledger = Ledger::load(tx, changes).await?;
        let applied = changes.iter().map(|change| self.one(&mut ledger, change)).collect();
        write::write(tx, ledger, &self.boot_id, again).await?;
        passed(changes).await?;
        Ok(applied)
    }

    fn one(&self, ledger: &mut Ledger, change: &Change) -> Applied {
        let found = ledger.find(&change.target);
        let confirmed_up_to = ledger.confirmed_up_to;
        let Some((held, number)) = found.and_then(|(id, number)| Some((ledger.held.get_mut(&id)?, number))) else {
            count_foreign(&change.target);
            return Applied::NoSuchEntry;
        };
        let at = stored(change.at);
        let event = with_attempt(&change.event, number);
        let number = attempt_of(&event).unwrap_or(held.entry.attempt);
        let standing = held.standing(number, held.entry.to == self.desk.owner, confirmed_up_to);
        let mut step = step(&standing, &event, at);
        if held.entry.content.is_removed() {
            step = without_words(&standing, &event, step);
        }
        let wamid = target_wamid(&change.target).filter(|_| !held.entry.to.is_forgotten());
        record(held, number, &event, wamid, matches!(step, Step::Move(_)), at);
        match step {
            Step::Stay => Applied::Stayed,
            Step::Refused(why) => Applied::Refused(why),
            Step::Move(to) => match admit(ledger, change, at) {
                Ok(()) => self.move_on(ledger, change, &event, to, at),
                Err((limit, until)) => Applied::TooSoon { limit, until },
            },
        }
    }

    fn move_on(&self, ledger: &mut Ledger, change: &Change, event: &Event, to: Move, at: DateTime<Utc>) -> Applied {
        let found = ledger.find(&change.target).and_then(|(id, _)| ledger.held.get_mut(&id));
        let Some(held) = found else { return Applied::NoSuchEntry };
        let from = held.entry.state;
        if let Event::Intend(Intent { opaque, .. }) = event {
            begin(held, opaque, at);
        }
        move_entry(held, event, &to, at);
        take_wamid(held, event, target_wamid(&change.target));
        let entry = held.entry.clone();
        if let Some(limit) = refusal_of(event).and_then(limited) {
            ledger.limits.pause(limit, &entry.to, entry.not_before, at);
        }
        let notice = to.tell.as_ref().and_then(|tell| notice(&self.desk, &entry, tell, at));
        let told = notice.is_some();
        ledger.notices.extend(notice.map(|notice| (notice, at)));
        ledger.log.push(Logged {
            job_id: entry.post.as_ref().map(|post| post.job_id),
            entry_id: Some(entry.id),
            revision: entry.revision,
            from: Some(from.as_str()),
            to: entry.state.as_str(),
            actor: change.actor,
            reason: to.reason,
            at,
        });
        Applied::Moved { entry: Box::new(entry), from, told }
    }
}

/// The points of fault before the commit, by who causes the changes.
async fn passed(changes: &[&Change]) -> Result<(), DbErr> {
    match changes.first().map_or("", |change| change.actor) {
        "status" => failpoint!("st.applied")?,
        "sweep" => failpoint!("reap.updated")?,
        _ => {}
    }
    Ok(())
}

/// A status of ours that we know nothing of: another installation sends through the same number, or rows were lost.
fn count_foreign(target: &Target) {
    if let Target::Own(opaque) | Target::Attempt { opaque: Some(opaque), .. } = target
        && opaque.starts_with(OWN_PREFIX)
    {
        metrics::counter!("wa_foreign_statuses_total").increment(1);
    }
}

fn with_attempt(event: &Event, number: Option<u32>) -> Event {
    let mut event = event.clone();
    if let Event::Seen { attempt, .. } | Event::Bounced { attempt, .. } | Event::Abandoned { attempt } = &mut event {
        *attempt = attempt.or(number);
    }
    event
}

/// The attempt that an event names.
fn attempt_of(event: &Event) -> Option<u32> {
    match event {
        Event::Answered { attempt, .. } => Some(*attempt),
        Event::Seen { attempt, .. } | Event::Bounced { attempt, .. } | Event::Abandoned { attempt } => *attempt,
        _ => None,
    }
}

fn target_wamid(target: &Target) -> Option<&Wamid> {
    match target {
        Target::Entry(_) | Target::Own(_) => None,
        Target::Attempt { wamid, .. } => Some(wamid),
    }
}

/// Writes down what an event tells of the attempt, whether the entry moves or not.
fn record(held: &mut Held, number: u32, event: &Event, wamid: Option<&Wamid>, moved: bool, at: DateTime<Utc>) {
    held.times.note(event, at);
    let Some(attempt) = held.attempt(number) else { return };
    match event {
        Event::Answered { outcome, .. } => attempt.answered(outcome, at),
        Event::Seen { .. } => attempt.seen(wamid, at),
        Event::Bounced { refusal, .. } => attempt.bounced(refusal, moved, at),
        Event::Abandoned { .. } => attempt.abandoned(at),
        Event::Orphaned if moved => attempt.lost("the process ended while sending"),
        Event::Tick if moved => attempt.lost("no answer in time"),
        Event::Verdict(Verdict::Arrived) if moved => attempt.confirmed(at),
        _ => {}
    }
}

/// Opens the next attempt.
fn begin(held: &mut Held, opaque: &str, at: DateTime<Utc>) {
    let attempt = Attempt::begin(held.entry.attempt + 1, opaque, at);
    held.entry.attempt = attempt.number;
    // A question about an earlier attempt says nothing about this one.
    held.entry.asked_at = None;
    held.attempts.push(attempt);
}

/// Takes the place that an intent needs; nothing else needs one.
fn admit(ledger: &mut Ledger, change: &Change, at: DateTime<Utc>) -> Result<(), (Limit, DateTime<Utc>)> {
    let Event::Intend(Intent { pace, .. }) = &change.event else { return Ok(()) };
    let found = ledger.find(&change.target).and_then(|(id, _)| ledger.held.get(&id));
    found.map_or(Ok(()), |held| ledger.limits.admit(&held.entry.to, *pace, at))
}

/// The refusal that an event tells of.
fn refusal_of(event: &Event) -> Option<&Refusal> {
    match event {
        Event::Answered { outcome: Outcome::Refused(refusal), .. } | Event::Bounced { refusal, .. } => Some(refusal),
        _ => None,
    }
}

/// The limit that a refusal says is reached.
fn limited(refusal: &Refusal) -> Option<Limit> {
    match refusal.class {
        Class::Throughput => Some(Limit::Number),
        Class::Pair => Some(Limit::Person),
        _ => None,
    }
}

/// True for a change that takes a place, or learns that there is none.
pub fn concerns_limits(event: &Event) -> bool {
    matches!(event, Event::Intend(_)) || refusal_of(event).and_then(limited).is_some()
}

fn move_entry(held: &mut Held, event: &Event, to: &Move, at: DateTime<Utc>) {
    let entry = &mut held.entry;
    if to.to != State::Accepted {
        // What was taken back never went out; nobody can have answered it.
        entry.accepted_at = None;
    }
    entry.state = to.to;
    held.times.note_state(to.to, at);
    entry.delivery = to.delivery;
    entry.held_by = to.held_by;
    entry.retries = to.retries;
    entry.revision += 1;
    entry.deadline_at = to.deadline.map(|wait| at + wait);
    if let Some(delay) = to.delay {
        entry.not_before = at + delay;
    }
    if to.ask {
        entry.asked_at = Some(at);
    }
    match to.to {
        State::Accepted => {
            entry.accepted_at.get_or_insert(at);
            entry.error = None;
        }
        State::Failed => {
            held.times.failed.get_or_insert(at);
            entry.error = Some(to.reason.clone());
        }
        _ if is_trouble(event, to.to) => entry.error = Some(to.reason.clone()),
        _ => {}
    }
}

/// Withdrawing, releasing and trying again are no trouble; the last one stays on record.
fn is_trouble(event: &Event, to: State) -> bool {
    match to {
        State::Unknown | State::Unresolved | State::Expired => true,
        State::Planned => matches!(event, Event::Answered { .. } | Event::Bounced { .. } | Event::Hold(_)),
        _ => false,
    }
}

/// The id at the API is that of the latest attempt that is known to have been taken.
fn take_wamid(held: &mut Held, event: &Event, target: Option<&Wamid>) {
    // Ids of messages carry the number of whoever they went to.
    if held.entry.to.is_forgotten() {
        return;
    }
    let (attempt, wamid) = match event {
        Event::Answered { attempt, outcome: Outcome::Accepted { wamid, .. } } => (Some(*attempt), Some(wamid)),
        Event::Seen { attempt, .. } => (*attempt, target),
        _ => return,
    };
    let latest = attempt.is_none_or(|attempt| attempt == held.entry.attempt);
    if latest || held.entry.wamid.is_none() {
        held.entry.wamid = wamid.cloned().or(held.entry.wamid.take());
    }
}
