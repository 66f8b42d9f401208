//! Group messages that answer a post.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{create, drop, id, index, instant, key, reference};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut replies = Table::create();
        replies
            .table("replies")
            .col(id())
            .col(schema::big_integer("post_entry"))
            .col(schema::big_integer("member_id"))
            .col(key("wamid").unique_key())
            .col(schema::boolean("quoted"))
            .col(instant("sent_at"))
            .col(schema::big_integer_null("forward_entry"))
            .foreign_key(&mut reference("replies", "post_entry", "outbox"))
            .foreign_key(&mut reference("replies", "member_id", "members"));
        create(manager, &mut replies).await?;
        index(manager, "replies", "replies_by_forward", &["forward_entry"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "replies").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
