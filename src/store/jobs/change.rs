//! What was changed about a job: a row for each, with how the job was before.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use crate::domain::job::Job;
use crate::store::entity::job_change::{Column, Entity, Model};
use crate::store::rows;
use crate::store::time::micros;

const COLUMNS: [Column; 6] = [Column::JobId, Column::Cause, Column::What, Column::Was, Column::Revision, Column::At];

/// The change of a job that has this cause.
pub async fn of(tx: &DatabaseTransaction, job_id: i64, cause: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Cause.eq(cause)).filter(Column::JobId.eq(job_id)).one(tx).await
}

/// Notes a change of `job`, which is given as it was before.
pub async fn append(
    tx: &DatabaseTransaction,
    job: &Job,
    what: &str,
    cause: &str,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let was = serde_json::to_string(&job.snapshot()).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = vec![job.id.into(), cause.into(), what.into(), was.into(), (job.revision + 1).into(), micros(now).into()];
    rows::insert::<Entity>(tx, &COLUMNS, vec![row]).await
}
