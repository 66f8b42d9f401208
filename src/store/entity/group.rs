//! Table `groups`: what the owner calls a group, and its id at the API.

use sea_orm::entity::prelude::*;

/// One row.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "groups")]
pub struct Model {
    /// What the owner calls it; lower-case.
    #[sea_orm(primary_key, auto_increment = false)]
    pub alias: String,
    /// What people see.
    pub name: String,
    /// Id at the API.
    pub group_id: String,
    /// `GroupState`.
    pub state: String,
    /// Link by which people join.
    pub invite_link: Option<String>,
    /// Quiet hours, as `22:00-07:00`.
    pub quiet: Option<String>,
}

/// No relations: what belongs together is joined where it is read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Shows nothing but the table: rows hold numbers and texts, which must not reach a log.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("groups row")
    }
}
