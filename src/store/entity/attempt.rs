//! Table `attempts`: one row per attempt on the wire, from its intent on.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Row id; grows in the order of the intents.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The outbox entry.
    pub entry_id: i64,
    /// Number of the attempt, from 1.
    pub number: i32,
    /// Our own id, echoed in every status; unique.
    pub opaque: String,
    /// The process that made it.
    pub boot_id: String,
    /// Microseconds.
    pub started_at: i64,
    /// When its answer was read; microseconds.
    pub finished_at: Option<i64>,
    /// `open`, `accepted`, `refused`, `not_sent` or `unknown`.
    pub outcome: String,
    /// What went wrong.
    pub error: Option<String>,
    /// Id the API gave.
    pub wamid: Option<String>,
    /// Who settled the outcome: `answer`, `webhook` or `owner`.
    pub settled_by: Option<String>,
    /// When; microseconds.
    pub settled_at: Option<i64>,
    /// First status webhook that proves it; microseconds.
    pub seen_at: Option<i64>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("attempts row")
    }
}
