//! Pauses that end by themselves.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::row;
use crate::domain::amend::wake_up;
use crate::domain::job::JobState;
use crate::store::entity::job::{Column, Entity};
use crate::store::log::{self, Logged};
use crate::store::time::{instant, micros};
use crate::store::transaction::Work;

/// Ends the pauses that are over.
pub struct WakeUp {
    /// The present.
    pub now: DateTime<Utc>,
}

/// Most pauses that end in one transaction.
const WAKE_BATCH: u64 = 200;

#[async_trait]
impl Work for WakeUp {
    type Output = u32;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u32, DbErr> {
        let over = Entity::find().filter(Column::State.eq(JobState::Paused.as_str()));
        let over = over.filter(Column::PausedUntil.lte(micros(self.now))).order_by_asc(Column::PausedUntil);
        let over = row::jobs(tx, over.limit(WAKE_BATCH).lock_exclusive().all(tx).await?).await?;
        for job in &over {
            let mut new = wake_up(job, self.now);
            new.ended_at = (!new.is_pending()).then_some(self.now);
            row::set(tx, job, &new).await?;
            let logged = Logged {
                job_id: Some(job.id),
                entry_id: None,
                revision: job.revision + 1,
                from: Some(job.state.as_str()),
                to: new.state.as_str(),
                actor: "scheduler",
                reason: "its pause was over".to_owned(),
                at: self.now,
            };
            log::append(tx, vec![logged]).await?;
        }
        Ok(u32::try_from(over.len()).unwrap_or(u32::MAX))
    }
}

/// When the next pause ends.
pub async fn next_end(db: &DatabaseConnection) -> Result<Option<DateTime<Utc>>, DbErr> {
    let select = Entity::find().filter(Column::State.eq(JobState::Paused.as_str()));
    let select = select.filter(Column::PausedUntil.is_not_null()).order_by_asc(Column::PausedUntil);
    let next = select.select_only().column(Column::PausedUntil).into_tuple::<i64>().one(db).await?;
    Ok(next.map(instant))
}
