//! The log of what happened to jobs and entries; its rows go in with the change that they tell of.

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};

use super::entity::job_log::{Column, Entity};
use super::rows;
use super::time::micros;

/// One thing that happened.
pub struct Logged {
    /// The job, if any.
    pub job_id: Option<i64>,
    /// The outbox entry, if any.
    pub entry_id: Option<i64>,
    /// The revision that it led to.
    pub revision: i32,
    /// State before; `None` for what is new.
    pub from: Option<&'static str>,
    /// State after.
    pub to: &'static str,
    /// Who did it.
    pub actor: &'static str,
    /// Why.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

const COLUMNS: [Column; 8] = [
    Column::JobId,
    Column::EntryId,
    Column::Revision,
    Column::FromState,
    Column::ToState,
    Column::Actor,
    Column::Reason,
    Column::At,
];

/// Appends `logged`.
pub async fn append(tx: &DatabaseTransaction, logged: Vec<Logged>) -> Result<(), DbErr> {
    let row = |l: Logged| {
        vec![
            l.job_id.into(),
            l.entry_id.into(),
            l.revision.into(),
            l.from.into(),
            l.to.into(),
            l.actor.into(),
            l.reason.into(),
            micros(l.at).into(),
        ]
    };
    rows::insert::<Entity>(tx, &COLUMNS, logged.into_iter().map(row).collect()).await
}
