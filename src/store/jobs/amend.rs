//! Changing jobs: each change once per cause, with how the job was before.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::{change, row};
use crate::domain::amend::{Amendment, amend};
use crate::domain::job::{Job, Snapshot};
use crate::domain::outbox::State;
use crate::failpoint::failpoint;
use crate::ports::Amended;
use crate::store::entity::{job, job_change, outbox as posts};
use crate::store::log::{self, Logged};
use crate::store::transaction::Work;

/// Changes some jobs.
pub struct Amend<'a> {
    /// The jobs.
    pub ids: &'a [i64],
    /// The change.
    pub amendment: &'a Amendment,
    /// What caused it.
    pub cause: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

#[async_trait]
impl Work for Amend<'_> {
    type Output = Vec<Amended>;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<Vec<Amended>, DbErr> {
        let mut amended = Vec::with_capacity(self.ids.len());
        for id in self.ids {
            amended.push(one(tx, *id, self.amendment, self.cause, self.now).await?);
        }
        failpoint!("amend.written")?;
        Ok(amended)
    }
}

/// Changes one job.
pub(super) async fn one(
    tx: &DatabaseTransaction,
    id: i64,
    amendment: &Amendment,
    cause: &str,
    now: DateTime<Utc>,
) -> Result<Amended, DbErr> {
    let found = job::Entity::find().filter(job::Column::Id.eq(id)).lock_exclusive().all(tx).await?;
    let Some(job) = row::jobs(tx, found).await?.pop() else { return Ok(Amended::Unknown(id)) };
    if let Some(row) = change::of(tx, id, cause).await? {
        return known(tx, row).await;
    }
    let going = going(tx, id).await?;
    let mut new = match amend(&job, amendment, now) {
        Ok(new) => new,
        Err(why) => return Ok(Amended::Refused { job: Box::new(job), why, going }),
    };
    new.ended_at = if new.is_pending() { None } else { new.ended_at.or(Some(now)) };
    row::set(tx, &job, &new).await?;
    new.revision += 1;
    change::append(tx, &job, amendment.name(), cause, now).await?;
    let logged = Logged {
        job_id: Some(id),
        entry_id: None,
        revision: new.revision,
        from: Some(job.state.as_str()),
        to: new.state.as_str(),
        actor: amendment.actor(),
        reason: amendment.name().to_owned(),
        at: now,
    };
    log::append(tx, vec![logged]).await?;
    Ok(Amended::Done { before: Box::new(job), after: Box::new(new), going })
}

/// A change that was made before under the same cause.
pub(super) async fn known(tx: &DatabaseTransaction, change: job_change::Model) -> Result<Amended, DbErr> {
    let found = job::Entity::find().filter(job::Column::Id.eq(change.job_id)).all(tx).await?;
    let Some(after) = row::jobs(tx, found).await?.pop() else { return Ok(Amended::Unknown(change.job_id)) };
    let before = Job { revision: change.revision - 1, ..after.as_of(&snapshot(&change)?) };
    let going = going(tx, change.job_id).await?;
    Ok(Amended::Done { before: Box::new(before), after: Box::new(after), going })
}

/// How the job was before a change.
pub(super) fn snapshot(change: &job_change::Model) -> Result<Snapshot, DbErr> {
    let unreadable = || DbErr::Type(format!("job_changes row {} has no readable snapshot", change.id));
    serde_json::from_str(&change.was).map_err(|_| unreadable())
}

/// How many posts of a job are neither sent for sure nor given up.
async fn going(tx: &DatabaseTransaction, id: i64) -> Result<u32, DbErr> {
    let select = posts::Entity::find().select_only().column(posts::Column::State);
    let states: Vec<String> = select.filter(posts::Column::JobId.eq(id)).into_tuple().all(tx).await?;
    let open = states.iter().filter(|state| State::parse(state).is_some_and(|state| !state.is_final()));
    Ok(u32::try_from(open.count()).unwrap_or(u32::MAX))
}
