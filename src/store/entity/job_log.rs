//! Table `job_log`: what happened to a job or an entry. Only ever appended to.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_log")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The job.
    pub job_id: Option<i64>,
    /// The outbox entry.
    pub entry_id: Option<i64>,
    /// Its revision after the change.
    pub revision: i32,
    /// State before; null for what is new.
    pub from_state: Option<String>,
    /// State after.
    pub to_state: String,
    /// Who did it.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Microseconds.
    pub at: i64,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("job_log row")
    }
}
