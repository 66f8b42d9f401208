//! Table `job_changes`: what the owner changed about a job, and how it was before.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_changes")]
pub struct Model {
    /// Row id; grows with time.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The job.
    pub job_id: i64,
    /// What caused it; each once per job.
    pub cause: String,
    /// What was done.
    pub what: String,
    /// `Snapshot` as JSON: how the job was before.
    pub was: String,
    /// The revision that it led to.
    pub revision: i32,
    /// Microseconds.
    pub at: i64,
    /// When it was undone; microseconds.
    pub undone_at: Option<i64>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("job_changes row")
    }
}
