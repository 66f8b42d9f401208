//! Table `jobs`: what the owner scheduled.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// The number the owner uses.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// `JobState`.
    pub state: String,
    /// What is posted; empty once it is no longer kept.
    pub text: String,
    /// The next slot, microseconds; null exactly when the job is done or cancelled.
    pub next_due_at: Option<i64>,
    /// The wall clock the owner named, ISO 8601 without an offset.
    pub local_time: String,
    /// IANA name of the zone it was named in.
    pub zone: String,
    /// The rule of a repeating job, `Recurrence` as JSON.
    pub recurrence: Option<String>,
    /// When a pause ends by itself; microseconds.
    pub paused_until: Option<i64>,
    /// Grows with every change.
    pub revision: i32,
    /// The slot for which a ticket waits in the broker; microseconds.
    pub armed_at: Option<i64>,
    /// What caused it; unique.
    pub created_from: String,
    /// Digest of the request that made it.
    pub fingerprint: Option<String>,
    /// Microseconds.
    pub created_at: i64,
    /// When it was over; microseconds.
    pub ended_at: Option<i64>,
    /// When its text went; microseconds.
    pub purged_at: Option<i64>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("jobs row")
    }
}
