//! Table `sessions`: the dialogue with the owner.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// The owner, as the id of their address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner: String,
    /// `Session` as JSON.
    pub state: String,
    /// Grows with every change; the guard of every update.
    pub revision: i32,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("sessions row")
    }
}
