//! One row that is written to learn whether the database can be written.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{create, drop};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut probe = Table::create();
        probe.table("probe").col(schema::integer("id").primary_key()).col(schema::big_integer("writes"));
        create(manager, &mut probe).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "probe").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
