//! Table `paces`: what has been taken of each limit of the number, shared by every process that sends from it.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "paces")]
pub struct Model {
    /// `number`, or a person as kind and id of their address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub who: String,
    /// Up to when places are taken; microseconds.
    pub taken_until: Option<i64>,
    /// Until when there is none; microseconds.
    pub paused_until: Option<i64>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("paces row")
    }
}
