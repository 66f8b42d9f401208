//! The dialogue with the owner, one row per owner.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{create, drop, key};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut sessions = Table::create();
        sessions.table("sessions").col(key("owner").primary_key()).col(schema::text("state"));
        create(manager, &mut sessions).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "sessions").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
