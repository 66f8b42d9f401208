//! The database schema, step by step, for SQLite, PostgreSQL and MySQL/MariaDB alike.
//!
//! Steps are written with the schema builder only and are never changed once released: what is wrong is
//! mended by a further step. Times are `BIGINT` microseconds since the Unix epoch, UTC.

mod m20261101_000001_directory;
mod m20261101_000002_jobs;
mod m20261101_000003_inbox;
mod m20261101_000004_outbox;
mod m20261101_000005_replies;
mod m20261101_000006_sessions;
mod m20261101_000007_job_log;
mod m20261101_000008_probe;
mod m20261125_000009_replicas;
mod m20261125_000010_retention;
mod m20261126_000011_dialogue;
mod m20261126_000012_changes;
mod point;
mod support;

use std::collections::HashSet;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DatabaseConnection, EntityTrait, QueryOrder};
use sea_orm_migration::{MigrationStatus, seaql_migrations};

#[cfg(feature = "failpoints")]
pub use point::after_each_statement;

struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261101_000001_directory::Migration),
            Box::new(m20261101_000002_jobs::Migration),
            Box::new(m20261101_000003_inbox::Migration),
            Box::new(m20261101_000004_outbox::Migration),
            Box::new(m20261101_000005_replies::Migration),
            Box::new(m20261101_000006_sessions::Migration),
            Box::new(m20261101_000007_job_log::Migration),
            Box::new(m20261101_000008_probe::Migration),
            Box::new(m20261125_000009_replicas::Migration),
            Box::new(m20261125_000010_retention::Migration),
            Box::new(m20261126_000011_dialogue::Migration),
            Box::new(m20261126_000012_changes::Migration),
        ]
    }
}

/// One step of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its name, which begins with the date it was written.
    pub name: String,
    /// True once it has been applied to this database.
    pub applied: bool,
}

/// Applies every pending step.
pub async fn up(db: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(db, None).await
}

/// Takes back the latest `steps`, or all of them. What their tables hold is lost.
pub async fn down(db: &DatabaseConnection, steps: Option<u32>) -> Result<(), DbErr> {
    Migrator::down(db, steps).await
}

/// Every step that this binary knows, oldest first. Changes nothing.
pub async fn status(db: &DatabaseConnection) -> Result<Vec<Step>, DbErr> {
    let steps = Migrator::get_migration_with_status_read_only(db).await?;
    let step = |m: &sea_orm_migration::Migration| Step {
        name: m.name().to_owned(),
        applied: m.status() == MigrationStatus::Applied,
    };
    Ok(steps.iter().map(step).collect())
}

/// Names of steps in the database that this binary does not know: it was written by a newer one. Changes nothing.
pub async fn unknown(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    if !SchemaManager::new(db).has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let known: HashSet<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
    let applied = seaql_migrations::Entity::find().order_by_asc(seaql_migrations::Column::Version).all(db).await?;
    Ok(applied.into_iter().map(|row| row.version).filter(|name| !known.contains(name)).collect())
}
