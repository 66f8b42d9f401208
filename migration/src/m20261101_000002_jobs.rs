//! What the owner scheduled, and to which groups.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;

use crate::support::{create, drop, id, index, instant, instant_null, key, key_null, name, reference};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut jobs = Table::create();
        jobs.table("jobs")
            .col(id())
            .col(name("state"))
            .col(schema::text("text"))
            .col(instant_null("next_due_at"))
            .col(key("local_time"))
            .col(key("zone"))
            .col(schema::text_null("recurrence"))
            .col(schema::integer("revision"))
            .col(key("created_from").unique_key())
            .col(key_null("fingerprint"))
            .col(instant("created_at"));
        create(manager, &mut jobs).await?;
        index(manager, "jobs", "jobs_by_due", &["state", "next_due_at"]).await?;

        let mut groups = Table::create();
        groups
            .table("job_groups")
            .col(schema::big_integer("job_id"))
            .col(schema::integer("position"))
            .col(key("alias"))
            .primary_key(Index::create().col("job_id").col("position"))
            .foreign_key(&mut reference("job_groups", "job_id", "jobs"));
        create(manager, &mut groups).await?;
        index(manager, "job_groups", "job_groups_by_alias", &["alias"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "job_groups").await?;
        drop(manager, "jobs").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
