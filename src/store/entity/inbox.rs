//! Table `inbox`: every event that came in, once.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox")]
pub struct Model {
    /// Row id; grows in the order of arrival.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// What makes the event idempotent; unique.
    pub dedupe_key: String,
    /// `EventKind`.
    pub kind: String,
    /// When it happened, as the sender says; microseconds.
    pub event_at: Option<i64>,
    /// When it was received; microseconds.
    pub received_at: i64,
    /// The event as bytes of JSON; empty once they are no longer kept.
    pub raw: Vec<u8>,
    /// `new`, `done`, `ignored` or `dead`.
    pub state: String,
    /// How often acting on it failed.
    pub attempts: i32,
    /// Not acted on before; microseconds.
    pub next_at: i64,
    /// The process that acts on it.
    pub taken_by: Option<String>,
    /// Why it is ignored, dead or put off.
    pub reason: Option<String>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("inbox row")
    }
}
