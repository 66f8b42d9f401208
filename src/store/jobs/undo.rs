//! Undoing: the latest thing that the owner did goes back, with everything that was done along with it.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::amend;
use crate::domain::amend::{Amendment, UNDONE};
use crate::ports::{Amended, Undone};
use crate::store::entity::{job, job_change};
use crate::store::time::micros;
use crate::store::transaction::Work;

/// What was done longer ago than this is not undone any more.
const UNDOABLE: TimeDelta = TimeDelta::hours(24);
/// Among so many of the newest jobs the latest one by the owner is looked for.
const NEWEST: u64 = 200;

/// Undoes the latest change, or that of one job.
pub struct Undo<'a> {
    /// Of this job only.
    pub id: Option<i64>,
    /// What caused it.
    pub cause: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

#[async_trait]
impl Work for Undo<'_> {
    type Output = Undone;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<Undone, DbErr> {
        if let Some(done) = self.done_before(tx).await? {
            return Ok(done);
        }
        let latest = self.latest(tx).await?;
        let made = self.made(tx).await?;
        match (latest, made) {
            (latest, Some((id, made_at))) if latest.as_ref().is_none_or(|latest| latest.at < made_at) => {
                Ok(Undone::Made(id))
            }
            (Some(latest), _) => self.revert_all(tx, &latest.cause).await,
            (None, _) => Ok(Undone::Nothing),
        }
    }
}

impl Undo<'_> {
    /// What this undo did when it was carried out before.
    async fn done_before(&self, tx: &DatabaseTransaction) -> Result<Option<Undone>, DbErr> {
        use job_change::Column;
        let rows = job_change::Entity::find().filter(Column::Cause.eq(self.cause)).order_by_asc(Column::Id);
        let mut done = Vec::new();
        for row in rows.all(tx).await? {
            done.push(amend::known(tx, row).await?);
        }
        Ok((!done.is_empty()).then_some(Undone::Changes(done)))
    }

    async fn latest(&self, tx: &DatabaseTransaction) -> Result<Option<job_change::Model>, DbErr> {
        use job_change::Column;
        let mut rows = job_change::Entity::find().filter(Column::UndoneAt.is_null()).filter(Column::What.ne(UNDONE));
        rows = rows.filter(Column::At.gte(micros(self.now - UNDOABLE)));
        if let Some(id) = self.id {
            rows = rows.filter(Column::JobId.eq(id));
        }
        rows.order_by_desc(Column::Id).limit(1).one(tx).await
    }

    /// The latest job that the owner made, or the one that is meant, while it waits; and when it was made.
    async fn made(&self, tx: &DatabaseTransaction) -> Result<Option<(i64, i64)>, DbErr> {
        use job::Column;
        let mut rows = job::Entity::find().order_by_desc(Column::Id).limit(NEWEST);
        if let Some(id) = self.id {
            rows = rows.filter(Column::Id.eq(id));
        }
        let newest = rows.all(tx).await?;
        let by_owner = newest.iter().find(|job| job.created_from.starts_with("wa:"));
        let fresh = by_owner.filter(|job| job.created_at >= micros(self.now - UNDOABLE) && job.next_due_at.is_some());
        Ok(fresh.map(|job| (job.id, job.created_at)))
    }

    /// A change is undone. The one right before it is the last one again, as of this revision.
    async fn note(&self, tx: &DatabaseTransaction, row: &job_change::Model, revision: i32) -> Result<(), DbErr> {
        use job_change::Column;
        let undone = job_change::Entity::update_many().col_expr(Column::UndoneAt, Expr::val(micros(self.now)));
        undone.filter(Column::Id.eq(row.id)).exec(tx).await?;
        let last_again = job_change::Entity::update_many().col_expr(Column::Revision, Expr::val(revision));
        let last_again = last_again.filter(Column::JobId.eq(row.job_id)).filter(Column::Revision.eq(row.revision - 1));
        last_again.filter(Column::UndoneAt.is_null()).filter(Column::What.ne(UNDONE)).exec(tx).await.map(drop)
    }

    async fn revert_all(&self, tx: &DatabaseTransaction, cause: &str) -> Result<Undone, DbErr> {
        use job_change::Column;
        let rows = job_change::Entity::find().filter(Column::Cause.eq(cause)).filter(Column::UndoneAt.is_null());
        let mut undone = Vec::new();
        for row in rows.order_by_asc(Column::Id).all(tx).await? {
            let revert = Amendment::Revert { to: Box::new(amend::snapshot(&row)?), revision: row.revision };
            let done = amend::one(tx, row.job_id, &revert, self.cause, self.now).await?;
            if let Amended::Done { after, .. } = &done {
                self.note(tx, &row, after.revision).await?;
            }
            undone.push(done);
        }
        Ok(Undone::Changes(undone))
    }
}
