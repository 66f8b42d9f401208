//! Table `breakers`: whether sending is held for everybody, shared by every process that sends from the number.

use sea_orm::entity::prelude::*;

/// One row; there is one per number.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "breakers")]
pub struct Model {
    /// What it is about: `number`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub who: String,
    /// `Breaker` as JSON.
    pub state: String,
    /// Grows with every change; the guard of every update.
    pub revision: i32,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("breakers row")
    }
}
