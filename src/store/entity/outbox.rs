//! Table `outbox`: everything that goes out.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// `Purpose`.
    pub purpose: String,
    /// What makes the entry idempotent; unique.
    pub purpose_key: String,
    /// The job of a post.
    pub job_id: Option<i64>,
    /// The group's alias when the slot of a post was taken.
    pub group_alias: Option<String>,
    /// The slot of a post; microseconds.
    pub slot_at: Option<i64>,
    /// Kind of the address.
    pub to_kind: String,
    /// Id of the address.
    pub to_id: String,
    /// `Content` as JSON.
    pub content: String,
    /// The message it quotes.
    pub quoting: Option<String>,
    /// Not sent before; microseconds.
    pub not_before: i64,
    /// Not sent after; microseconds.
    pub expires_at: Option<i64>,
    /// `State`.
    pub state: String,
    /// `Delivery`.
    pub delivery: Option<String>,
    /// `Hold`.
    pub held_by: Option<String>,
    /// Grows with every change; the guard of every update.
    pub revision: i32,
    /// Number of the latest attempt.
    pub attempt: i32,
    /// Repetitions in a row.
    pub retries: i32,
    /// The person being sent to, while it is on the wire; unique.
    pub lane: Option<String>,
    /// When the owner was asked; microseconds.
    pub asked_at: Option<i64>,
    /// When the state runs out; microseconds.
    pub deadline_at: Option<i64>,
    /// Id the API gave; unique.
    pub wamid: Option<String>,
    /// The last trouble.
    pub error: Option<String>,
    /// Microseconds.
    pub created_at: i64,
    /// When the API took it; microseconds.
    pub accepted_at: Option<i64>,
    /// First `sent`; microseconds.
    pub sent_at: Option<i64>,
    /// First `delivered`; microseconds.
    pub delivered_at: Option<i64>,
    /// First `read`; microseconds.
    pub read_at: Option<i64>,
    /// First refusal for good; microseconds.
    pub failed_at: Option<i64>,
    /// When it came into its final state; microseconds.
    pub ended_at: Option<i64>,
    /// When its words went; microseconds.
    pub purged_at: Option<i64>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("outbox row")
    }
}
