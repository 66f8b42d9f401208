//! What several processes on one database must know of each other: whose an event is, who is being sent to, what is
//! left of the limits, whether sending is held, and for which instant a wake-up waits in the broker.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{add_column, create, drop, drop_column, drop_index, instant_null, key, key_null, unique_index};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "inbox", key_null("taken_by")).await?;
        add_column(manager, "outbox", key_null("lane")).await?;
        unique_index(manager, "outbox", "outbox_by_lane", "lane").await?;
        add_column(manager, "jobs", instant_null("armed_at")).await?;
        add_column(manager, "sessions", schema::integer("revision").default(0).take()).await?;

        let mut paces = Table::create();
        paces
            .table("paces")
            .col(key("who").primary_key())
            .col(instant_null("taken_until"))
            .col(instant_null("paused_until"));
        create(manager, &mut paces).await?;

        let mut breakers = Table::create();
        breakers
            .table("breakers")
            .col(key("who").primary_key())
            .col(schema::text("state"))
            .col(schema::integer("revision"));
        create(manager, &mut breakers).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "breakers").await?;
        drop(manager, "paces").await?;
        drop_column(manager, "sessions", "revision").await?;
        drop_column(manager, "jobs", "armed_at").await?;
        drop_index(manager, "outbox", "outbox_by_lane").await?;
        drop_column(manager, "outbox", "lane").await?;
        drop_column(manager, "inbox", "taken_by").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
