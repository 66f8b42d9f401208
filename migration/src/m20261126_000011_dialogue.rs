//! The dialogue with the owner may hold fifty posts, each with its whole text: on MySQL a `text` ends at 64 KiB.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::point::statement;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::MySql {
            return Ok(());
        }
        let state = ColumnDef::new("state").custom("mediumtext").not_null().take();
        statement(manager.alter_table(Table::alter().table("sessions").modify_column(state).take())).await
    }

    /// Whatever is longer would be cut off, so the wide column stays.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
