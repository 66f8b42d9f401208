//! The lines of the log that are old enough, and about nothing that still goes on.
//!
//! Words are found along the log, so no line goes before they were looked for at it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::records::open_entries;
use super::{STEP, Step, next_page, progress};
use crate::domain::job::JobState;
use crate::domain::retention::{What, job_is_over};
use crate::failpoint::failpoint;
use crate::ports::Purged;
use crate::store::entity::job;
use crate::store::entity::job_log::{Column, Entity};
use crate::store::time::micros;
use crate::store::transaction::{Work, transact};
use crate::store::{Db, rows};

/// Id, job, message, and when.
type Line = (i64, Option<i64>, Option<i64>, i64);

/// Takes lines away.
pub async fn delete(db: &Db, step: Step) -> Result<Purged, DbErr> {
    let looked_at =
        progress::reached(&db.reader, What::Forwards).await?.min(progress::reached(&db.reader, What::Bodies).await?);
    let select = Entity::find().select_only().columns([Column::Id, Column::JobId, Column::EntryId, Column::At]);
    let select = select.filter(Column::Id.gt(step.after)).filter(Column::Id.lte(looked_at));
    let lines: Vec<Line> = select.order_by_asc(Column::Id).limit(STEP).into_tuple().all(&db.reader).await?;
    let limit = micros(step.limit);
    let old = || lines.iter().filter(|(.., at)| *at <= limit);
    let jobs = open_jobs(db, old().filter_map(|(_, job, ..)| *job).collect()).await?;
    let entries: BTreeSet<i64> = old().filter_map(|(_, _, entry, _)| *entry).collect();
    let entries = open_entries(db, &entries.into_iter().collect::<Vec<_>>()).await?;
    let goes_on = |(_, job, entry, _): &&Line| {
        job.is_some_and(|job| jobs.contains(&job)) || entry.is_some_and(|entry| entries.contains(&entry))
    };
    let ids: Vec<i64> = old().filter(|line| !goes_on(line)).map(|(id, ..)| *id).collect();
    let page: Vec<(i64, bool)> = lines.iter().map(|(id, .., at)| (*id, *at <= limit)).collect();
    failpoint!("gc.selected")?;
    let rows = if ids.is_empty() { 0 } else { transact(&db.writer, &Delete(&ids)).await? };
    Ok(Purged { rows, next: next_page(&page) })
}

async fn open_jobs(db: &Db, ids: BTreeSet<i64>) -> Result<BTreeSet<i64>, DbErr> {
    let states = JobState::ALL.iter().filter(|state| !job_is_over(**state)).map(|state| state.as_str());
    let states: Vec<&str> = states.collect();
    let mut open = BTreeSet::new();
    for list in rows::lists(&ids.into_iter().collect::<Vec<_>>()) {
        let select = job::Entity::find().select_only().column(job::Column::Id).filter(job::Column::Id.is_in(list));
        let select = select.filter(job::Column::State.is_in(states.clone())).into_tuple::<i64>();
        open.extend(select.all(&db.reader).await?);
    }
    Ok(open)
}

/// Takes some lines away.
struct Delete<'a>(&'a [i64]);

#[async_trait]
impl Work for Delete<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let mut deleted = 0;
        for list in rows::lists(self.0) {
            deleted += Entity::delete_many().filter(Column::Id.is_in(list)).exec(tx).await?.rows_affected;
        }
        failpoint!("gc.deleted")?;
        Ok(deleted)
    }
}
