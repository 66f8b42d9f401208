//! What happened to a job or an entry, by whom and why. Only ever appended to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{create, drop, id, instant, name, name_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut log = Table::create();
        log.table("job_log")
            .col(id())
            .col(schema::big_integer_null("job_id"))
            .col(schema::big_integer_null("entry_id"))
            .col(schema::integer("revision"))
            .col(name_null("from_state"))
            .col(name("to_state"))
            .col(name("actor"))
            .col(schema::text("reason"))
            .col(instant("at"));
        create(manager, &mut log).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "job_log").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
