//! Groups that the owner registered, and people who were seen.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{create, drop, id, instant_null, key, key_null, name};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut groups = Table::create();
        groups
            .table("groups")
            .col(key("alias").primary_key())
            .col(schema::text("name"))
            .col(key("group_id"))
            .col(name("state"))
            .col(schema::text_null("invite_link"));
        create(manager, &mut groups).await?;

        let mut members = Table::create();
        members
            .table("members")
            .col(id())
            .col(key_null("phone").unique_key())
            .col(key_null("bsuid").unique_key())
            .col(schema::text_null("name"))
            .col(schema::text_null("username"))
            .col(instant_null("last_private_at"));
        create(manager, &mut members).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "members").await?;
        drop(manager, "groups").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
