//! Everything that goes out, and every attempt at it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{create, drop, id, index, instant, instant_null, key, key_null, name, name_null, reference};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        outbox(manager).await?;
        attempts(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "attempts").await?;
        drop(manager, "outbox").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn outbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut outbox = Table::create();
    outbox
        .table("outbox")
        .col(id())
        .col(name("purpose"))
        .col(key("purpose_key").unique_key())
        .col(schema::big_integer_null("job_id"))
        .col(key_null("group_alias"))
        .col(instant_null("slot_at"))
        .col(name("to_kind"))
        .col(key("to_id"))
        .col(schema::text("content"))
        .col(key_null("quoting"))
        .col(instant("not_before"))
        .col(instant_null("expires_at"))
        .col(name("state"))
        .col(name_null("delivery"))
        .col(name_null("held_by"))
        .col(schema::integer("revision"))
        .col(schema::integer("attempt"))
        .col(schema::integer("retries"))
        .col(instant_null("asked_at"))
        .col(instant_null("deadline_at"))
        .col(key_null("wamid").unique_key())
        .col(schema::text_null("error"))
        .col(instant("created_at"))
        .col(instant_null("accepted_at"))
        .col(instant_null("sent_at"))
        .col(instant_null("delivered_at"))
        .col(instant_null("read_at"))
        .col(instant_null("failed_at"));
    create(manager, &mut outbox).await?;
    // What is due: planned, held by nothing, by time; and what a hold keeps back.
    index(manager, "outbox", "outbox_by_state", &["state", "held_by", "not_before"]).await?;
    index(manager, "outbox", "outbox_by_job", &["job_id"]).await?;
    // The latest post to a group.
    index(manager, "outbox", "outbox_by_recipient", &["to_id", "accepted_at"]).await
}

async fn attempts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut attempts = Table::create();
    attempts
        .table("attempts")
        .col(id())
        .col(schema::big_integer("entry_id"))
        .col(schema::integer("number"))
        .col(key("opaque").unique_key())
        .col(key("boot_id"))
        .col(instant("started_at"))
        .col(instant_null("finished_at"))
        .col(name("outcome"))
        .col(schema::text_null("error"))
        .col(key_null("wamid"))
        .col(name_null("settled_by"))
        .col(instant_null("settled_at"))
        .col(instant_null("seen_at"))
        .foreign_key(&mut reference("attempts", "entry_id", "outbox"));
    create(manager, &mut attempts).await?;
    index(manager, "attempts", "attempts_by_entry", &["entry_id"]).await
}
