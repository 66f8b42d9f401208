//! Table `replies`: group messages that answer a post.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "replies")]
pub struct Model {
    /// The number the owner uses.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The post: an outbox entry.
    pub post_entry: i64,
    /// Who wrote it.
    pub member_id: i64,
    /// Its own id; unique.
    pub wamid: String,
    /// False when it was matched by time.
    pub quoted: bool,
    /// Microseconds.
    pub sent_at: i64,
    /// The outbox entry that brought it to the owner.
    pub forward_entry: Option<i64>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("replies row")
    }
}
