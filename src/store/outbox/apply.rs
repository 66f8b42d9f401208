//! Applying changes to entries: the rules say what follows, this writes it down.
//!
//! It decides nothing: `domain::delivery` does. Every move is one guarded update, one log row and
//! what the owner must be told of it, in one transaction.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};

use super::ledger::Ledger;
use super::write;
use crate::domain::address::Wamid;
use crate::domain::delivery::{Event, Intent, Move, Step};
use crate::domain::notice::{OwnerDesk, notice};
use crate::domain::outbox::OWN_PREFIX;
use crate::domain::refusal::{Class, Refusal};
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
        let event = change.event.about(number);
        let to_owner = held.life.entry.to == self.desk.owner;
        let step = held.life.judge(&event, to_owner, held.is_witnessed(confirmed_up_to), at);
        held.times.note(&event, at);
        let wamid = target_wamid(&change.target).filter(|_| !held.life.entry.to.is_forgotten());
        held.life.note(&event, wamid, matches!(step, Step::Move(_)), at);
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
        let from = held.life.entry.state;
        held.life.move_on(event, target_wamid(&change.target), &to, at);
        held.times.moved(to.to, at);
        let entry = held.life.entry.clone();
        if let Some(limit) = event.refusal().and_then(limited) {
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

fn target_wamid(target: &Target) -> Option<&Wamid> {
    match target {
        Target::Entry(_) | Target::Own(_) => None,
        Target::Attempt { wamid, .. } => Some(wamid),
    }
}

/// Takes the place that an intent needs; nothing else needs one.
fn admit(ledger: &mut Ledger, change: &Change, at: DateTime<Utc>) -> Result<(), (Limit, DateTime<Utc>)> {
    let Event::Intend(Intent { pace, .. }) = &change.event else { return Ok(()) };
    let found = ledger.find(&change.target).and_then(|(id, _)| ledger.held.get(&id));
    found.map_or(Ok(()), |held| ledger.limits.admit(&held.life.entry.to, *pace, at))
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
    matches!(event, Event::Intend(_)) || event.refusal().and_then(limited).is_some()
}
