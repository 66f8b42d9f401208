//! Table `members`: people who were seen, by number, by business-scoped id, or both.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    /// Row id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Digits; unique.
    pub phone: Option<String>,
    /// Business-scoped user id; unique.
    pub bsuid: Option<String>,
    /// Profile name.
    pub name: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
    /// Their last private message; microseconds.
    pub last_private_at: Option<i64>,
    /// Until when they are muted; microseconds.
    pub muted_until: Option<i64>,
    /// Since when they are to be forgotten; their identities go last. Microseconds.
    pub forgotten_at: Option<i64>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("members row")
    }
}
