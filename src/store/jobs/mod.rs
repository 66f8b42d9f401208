//! What the owner scheduled: adding, listing, taking what is due, withdrawing.

mod add;
mod amend;
mod arm;
mod cancel;
mod change;
mod claim;
mod list;
mod pause;
mod row;
mod undo;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

pub use add::Add;

use super::Store;
use super::cause::failed;
use super::entity::job::{Column, Entity};
use super::time::instant;
use super::transaction::transact;
use crate::domain::amend::Amendment;
use crate::domain::claim::LateRule;
use crate::domain::job::{Job, JobState, NewJob};
use crate::ports::{Added, Amended, Cancelled, Cause, Claim, JobCursor, JobFilter, Jobs, StoreError, Unarmed, Undone};

const READ: &str = "read the jobs";

#[async_trait]
impl Jobs for Store {
    async fn add(&self, jobs: Vec<NewJob>) -> Result<Vec<Added>, StoreError> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        self.add.submit(jobs).await
    }

    async fn get(&self, id: i64) -> Result<Option<Job>, StoreError> {
        let found = Entity::find().filter(Column::Id.eq(id)).all(&self.db.reader).await.map_err(failed(READ))?;
        Ok(row::jobs(&self.db.reader, found).await.map_err(failed(READ))?.pop())
    }

    async fn made_by(&self, created_from: &str) -> Result<Option<Job>, StoreError> {
        let found = Entity::find().filter(Column::CreatedFrom.eq(created_from)).all(&self.db.reader).await;
        Ok(row::jobs(&self.db.reader, found.map_err(failed(READ))?).await.map_err(failed(READ))?.pop())
    }

    async fn list(&self, filter: &JobFilter, after: Option<JobCursor>, limit: u32) -> Result<Vec<Job>, StoreError> {
        list::list(&self.db.reader, filter, after, limit).await.map_err(failed(READ))
    }

    async fn claim_due(&self, now: DateTime<Utc>, rule: LateRule, limit: u32) -> Result<Claim, StoreError> {
        let due = claim::TakeDue { desk: &self.db.desk, now, rule, limit };
        transact(&self.db.writer, &due).await.map_err(failed("take what is due"))
    }

    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let select = Entity::find().filter(Column::State.eq(JobState::Active.as_str()));
        let select = select.filter(Column::NextDueAt.is_not_null()).order_by_asc(Column::NextDueAt);
        let next = select.select_only().column(Column::NextDueAt).into_tuple::<i64>().one(&self.db.reader).await;
        let slot = next.map_err(failed(READ))?.map(instant);
        let pause = pause::next_end(&self.db.reader).await.map_err(failed(READ))?;
        Ok(slot.into_iter().chain(pause).min())
    }

    async fn unarmed(
        &self,
        until: DateTime<Utc>,
        after: Option<JobCursor>,
        limit: u32,
    ) -> Result<Vec<Unarmed>, StoreError> {
        arm::unarmed(&self.db.reader, until, after, limit).await.map_err(failed(READ))
    }

    async fn armed(&self, slots: &[Unarmed]) -> Result<(), StoreError> {
        if slots.is_empty() {
            return Ok(());
        }
        transact(&self.db.writer, &arm::Arm(slots)).await.map_err(failed("note armed jobs"))
    }

    async fn disarm(&self, until: DateTime<Utc>) -> Result<(), StoreError> {
        arm::disarm(&self.db.writer, until).await.map_err(failed("disarm jobs"))
    }

    async fn cancel(&self, id: i64, cause: Option<Cause<'_>>, now: DateTime<Utc>) -> Result<Cancelled, StoreError> {
        let withdraw = cancel::Withdraw { apply: &self.rules, id, cause, now };
        transact(&self.db.writer, &withdraw).await.map_err(failed("cancel a job"))
    }

    async fn amend(
        &self,
        ids: &[i64],
        amendment: &Amendment,
        cause: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<Amended>, StoreError> {
        let amend = amend::Amend { ids, amendment, cause, now };
        transact(&self.db.writer, &amend).await.map_err(failed("change a job"))
    }

    async fn undo(&self, id: Option<i64>, cause: &str, now: DateTime<Utc>) -> Result<Undone, StoreError> {
        let undo = undo::Undo { id, cause, now };
        transact(&self.db.writer, &undo).await.map_err(failed("undo a change"))
    }

    async fn wake_up(&self, now: DateTime<Utc>) -> Result<u32, StoreError> {
        transact(&self.db.writer, &pause::WakeUp { now }).await.map_err(failed("end a pause"))
    }
}
