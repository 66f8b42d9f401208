//! For which slots a ticket waits in the broker: the row remembers the slot, so a job that moves on is unarmed by itself.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect, Select,
};

use super::list::active_after;
use crate::domain::job::JobState;
use crate::ports::{JobCursor, Ticket, Unarmed};
use crate::store::entity::job::{Column, Entity};
use crate::store::rows;
use crate::store::time::{instant, micros};
use crate::store::transaction::Work;

/// Active jobs due by `until` whose slot has no ticket, soonest first.
pub async fn unarmed(
    db: &DatabaseConnection,
    until: DateTime<Utc>,
    after: Option<JobCursor>,
    limit: u32,
) -> Result<Vec<Unarmed>, DbErr> {
    let Some(jobs) = active_after(after) else { return Ok(Vec::new()) };
    let differs = Column::ArmedAt.is_null().or(Expr::col(Column::ArmedAt).not_equals(Column::NextDueAt));
    let jobs: Select<Entity> = jobs.filter(Column::NextDueAt.lte(micros(until))).filter(differs);
    let jobs = jobs.select_only().columns([Column::Id, Column::NextDueAt, Column::Revision]).limit(u64::from(limit));
    let rows: Vec<(i64, i64, i32)> = jobs.into_tuple().all(db).await?;
    let slot = |(job_id, due_at, revision)| Unarmed { ticket: Ticket { job_id, due_at: instant(due_at) }, revision };
    Ok(rows.into_iter().map(slot).collect())
}

/// Notes that tickets wait.
pub struct Arm<'a>(pub &'a [Unarmed]);

#[async_trait]
impl Work for Arm<'_> {
    type Output = ();

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<(), DbErr> {
        // By revision, so that a job which was moved meanwhile is not taken for armed. Pairs of id and revision would each
        // be looked up by a condition of its own.
        let mut alike: BTreeMap<i32, Vec<i64>> = BTreeMap::new();
        for slot in self.0 {
            alike.entry(slot.revision).or_default().push(slot.ticket.job_id);
        }
        for (revision, jobs) in alike {
            for list in rows::lists(&jobs) {
                let update = Entity::update_many().col_expr(Column::ArmedAt, Expr::col(Column::NextDueAt));
                update.filter(Column::Id.is_in(list)).filter(Column::Revision.eq(revision)).exec(tx).await?;
            }
        }
        Ok(())
    }
}

/// Forgets that tickets wait for what is due by `until`.
pub async fn disarm(db: &DatabaseConnection, until: DateTime<Utc>) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::ArmedAt, Expr::val(Option::<i64>::None));
    let update = update.filter(Column::State.eq(JobState::Active.as_str()));
    let update = update.filter(Column::NextDueAt.lte(micros(until))).filter(Column::ArmedAt.is_not_null());
    update.exec(db).await.map(drop)
}
