//! What the owner changed about a job, so that it can be undone and is done once; pauses that end by themselves; people
//! who are not listened to for a while, and groups that are not posted to at night.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{
    add_column, create, drop, drop_column, drop_index, id, index, instant, instant_null, key, name, name_null,
    reference,
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add_column(manager, "jobs", instant_null("paused_until")).await?;
        index(manager, "jobs", "jobs_by_pause", &["state", "paused_until"]).await?;
        add_column(manager, "members", instant_null("muted_until")).await?;
        add_column(manager, "groups", name_null("quiet")).await?;
        index(manager, "job_log", "job_log_by_job", &["job_id"]).await?;
        let mut changes = Table::create();
        changes
            .table("job_changes")
            .col(id())
            .col(schema::big_integer("job_id"))
            .col(key("cause"))
            .col(name("what"))
            .col(schema::text("was"))
            .col(schema::integer("revision"))
            .col(instant("at"))
            .col(instant_null("undone_at"))
            .foreign_key(&mut reference("job_changes", "job_id", "jobs"))
            .index(Index::create().name("job_changes_once").unique().col("cause").col("job_id"));
        create(manager, &mut changes).await?;
        index(manager, "job_changes", "job_changes_by_job", &["job_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "job_changes").await?;
        drop_index(manager, "job_log", "job_log_by_job").await?;
        drop_column(manager, "groups", "quiet").await?;
        drop_column(manager, "members", "muted_until").await?;
        drop_index(manager, "jobs", "jobs_by_pause").await?;
        drop_column(manager, "jobs", "paused_until").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
