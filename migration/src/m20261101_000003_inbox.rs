//! Every event that came in, once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{bytes, create, drop, id, index, instant, instant_null, key, name};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut inbox = Table::create();
        inbox
            .table("inbox")
            .col(id())
            .col(key("dedupe_key").unique_key())
            .col(name("kind"))
            .col(instant_null("event_at"))
            .col(instant("received_at"))
            .col(bytes(manager, "raw"))
            .col(name("state"))
            .col(schema::integer("attempts"))
            .col(instant("next_at"))
            .col(schema::text_null("reason"));
        create(manager, &mut inbox).await?;
        // What waits is read in the order it came in.
        index(manager, "inbox", "inbox_by_state", &["state", "id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "inbox").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
