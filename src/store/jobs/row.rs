//! A job as a row, and its groups as rows beside it.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::NaiveDateTime;
use chrono_tz::Tz;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, UpdateMany,
    UpdateResult,
};

use crate::domain::job::{Job, JobState, NewJob};
use crate::domain::recurrence::{Recurrence, Slot};
use crate::store::entity::job::{Column, Entity, Model};
use crate::store::entity::job_group;
use crate::store::rows::{self, Identity, Row};
use crate::store::time::{instant, micros, stored};

/// What makes a job the same job again.
pub const IDENTITY: Identity<Entity> = Identity { id: Column::Id, key: Column::CreatedFrom };

/// The columns of a new job, in the order of [`new`].
pub const NEW: [Column; 10] = [
    Column::State,
    Column::Text,
    Column::NextDueAt,
    Column::LocalTime,
    Column::Zone,
    Column::Recurrence,
    Column::Revision,
    Column::CreatedFrom,
    Column::Fingerprint,
    Column::CreatedAt,
];

/// The columns of a job's group, in the order of [`groups`].
pub const GROUPS: [job_group::Column; 3] =
    [job_group::Column::JobId, job_group::Column::Position, job_group::Column::Alias];

/// The row of a new job.
pub fn new(job: &NewJob) -> Row {
    vec![
        JobState::Active.as_str().into(),
        job.text.as_str().into(),
        micros(job.slot.due_at).into(),
        wall_clock(job.slot.local_time).into(),
        job.slot.zone.name().into(),
        job.slot.recurrence.as_ref().map(rule).into(),
        0_i32.into(),
        job.created_from.as_str().into(),
        job.fingerprint.as_deref().into(),
        micros(job.created_at).into(),
    ]
}

/// The rows of its groups.
pub fn groups(job: &NewJob, id: i64) -> impl Iterator<Item = Row> {
    (0_i32..).zip(&job.groups).map(move |(position, alias)| vec![id.into(), position.into(), alias.as_str().into()])
}

/// The job that a new row will read as.
pub fn made(job: &NewJob, id: i64) -> Job {
    Job {
        id,
        state: JobState::Active,
        text: job.text.clone(),
        groups: job.groups.clone(),
        next_due_at: Some(stored(job.slot.due_at)),
        local_time: job.slot.local_time,
        zone: job.slot.zone,
        recurrence: job.slot.recurrence.clone(),
        paused_until: None,
        ended_at: None,
        revision: 0,
        created_at: stored(job.created_at),
        fingerprint: job.fingerprint.clone(),
    }
}

/// The jobs that rows hold, in their order, with their groups read in one go.
pub async fn jobs<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Job>, DbErr> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut groups: HashMap<i64, Vec<String>> = HashMap::with_capacity(ids.len());
    for list in rows::lists(&ids) {
        let select = job_group::Entity::find().filter(job_group::Column::JobId.is_in(list));
        let select = select.order_by_asc(job_group::Column::JobId).order_by_asc(job_group::Column::Position);
        for group in select.all(db).await? {
            groups.entry(group.job_id).or_default().push(group.alias);
        }
    }
    rows.into_iter().map(|row| job(row, &mut groups)).collect()
}

fn job(row: Model, groups: &mut HashMap<i64, Vec<String>>) -> Result<Job, DbErr> {
    let id = row.id;
    let unreadable = |what: &str| DbErr::Type(format!("job row {id} has no readable {what}"));
    let recurrence = row.recurrence.as_deref().map(serde_json::from_str::<Recurrence>).transpose();
    Ok(Job {
        id,
        state: JobState::parse(&row.state).ok_or_else(|| unreadable("state"))?,
        text: row.text,
        groups: groups.remove(&id).unwrap_or_default(),
        next_due_at: row.next_due_at.map(instant),
        local_time: NaiveDateTime::from_str(&row.local_time).map_err(|_| unreadable("local time"))?,
        zone: Tz::from_str(&row.zone).map_err(|_| unreadable("zone"))?,
        recurrence: recurrence.map_err(|_| unreadable("recurrence"))?,
        paused_until: row.paused_until.map(instant),
        ended_at: row.ended_at.map(instant),
        revision: row.revision,
        created_at: instant(row.created_at),
        fingerprint: row.fingerprint,
    })
}

/// Moves a series to its next slot.
pub async fn set_slot(tx: &DatabaseTransaction, job: &Job, next: &Slot) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::NextDueAt, Expr::val(micros(next.due_at)))
        .col_expr(Column::LocalTime, Expr::val(wall_clock(next.local_time)));
    written(update, job).exec(tx).await.and_then(once)
}

/// Writes everything that can be changed about a job.
pub async fn set(tx: &DatabaseTransaction, old: &Job, new: &Job) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::State, Expr::val(new.state.as_str()))
        .col_expr(Column::Text, Expr::val(new.text.as_str()))
        .col_expr(Column::NextDueAt, Expr::val(new.next_due_at.map(micros)))
        .col_expr(Column::LocalTime, Expr::val(wall_clock(new.local_time)))
        .col_expr(Column::Zone, Expr::val(new.zone.name()))
        .col_expr(Column::Recurrence, Expr::val(new.recurrence.as_ref().map(rule)))
        .col_expr(Column::PausedUntil, Expr::val(new.paused_until.map(micros)))
        .col_expr(Column::EndedAt, Expr::val(new.ended_at.map(micros)));
    written(update, old).exec(tx).await.and_then(once)
}

/// Only while nothing else changed the job, and counted.
fn written(update: UpdateMany<Entity>, job: &Job) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
        .filter(Column::Id.eq(job.id))
        .filter(Column::Revision.eq(job.revision))
}

fn once(done: UpdateResult) -> Result<(), DbErr> {
    if done.rows_affected == 1 { Ok(()) } else { Err(DbErr::RecordNotUpdated) }
}

/// A rule as it is kept. It has no map whose keys are not text and no number that JSON lacks, so this never fails.
fn rule(recurrence: &Recurrence) -> String {
    serde_json::to_string(recurrence).unwrap_or_default()
}

fn wall_clock(local: NaiveDateTime) -> String {
    local.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}
