//! What cleaning up must know: when a message or a job was over and when its words went, how far each kind has come, who
//! was forgotten, and with what the pseudonyms of the forgotten are made.
//!
//! No index is over the new columns: the log is in the order of time already, and leads to whatever ended.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend};

use crate::point::statement;
use crate::support::{add_column, create, drop, drop_column, drop_index, index, instant, instant_null, key, name};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// The states in which a message, or a job, is over.
const ENTRY_ENDS: [&str; 5] = ["accepted", "failed", "cancelled", "expired", "unresolved"];
const JOB_ENDS: [&str; 2] = ["done", "cancelled"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["outbox", "jobs"] {
            add_column(manager, table, instant_null("ended_at")).await?;
            add_column(manager, table, instant_null("purged_at")).await?;
        }
        add_column(manager, "members", instant_null("forgotten_at")).await?;
        if has_no_index_of_its_own(manager) {
            // Else taking out one message, or one person, would read all replies.
            index(manager, "replies", "replies_by_post", &["post_entry"]).await?;
            index(manager, "replies", "replies_by_member", &["member_id"]).await?;
        }
        let mut purges = Table::create();
        purges.table("purges").col(name("what").primary_key()).col(schema::big_integer("upto"));
        create(manager, &mut purges).await?;
        let mut pseudonyms = Table::create();
        pseudonyms
            .table("pseudonyms")
            .col(schema::integer("id").primary_key())
            .col(key("secret"))
            .col(instant("needed_until"));
        create(manager, &mut pseudonyms).await?;
        note_ends(manager, "outbox", "entry_id", &ENTRY_ENDS).await?;
        note_ends(manager, "jobs", "job_id", &JOB_ENDS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, "pseudonyms").await?;
        drop(manager, "purges").await?;
        if has_no_index_of_its_own(manager) {
            drop_index(manager, "replies", "replies_by_member").await?;
            drop_index(manager, "replies", "replies_by_post").await?;
        }
        drop_column(manager, "members", "forgotten_at").await?;
        for table in ["jobs", "outbox"] {
            drop_column(manager, table, "purged_at").await?;
            drop_column(manager, table, "ended_at").await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// MySQL makes an index for every reference by itself.
fn has_no_index_of_its_own(manager: &SchemaManager<'_>) -> bool {
    manager.get_database_backend() != DbBackend::MySql
}

/// Rows that were over before this step: they ended with their last line in the log, or as they were made.
async fn note_ends(
    manager: &SchemaManager<'_>,
    table: &'static str,
    reference: &'static str,
    ends: &[&'static str],
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let mut last = Query::select();
    last.column(reference).expr(Func::max(Expr::col("at"))).from("job_log");
    last.and_where(Expr::col(reference).is_not_null()).and_where(Expr::col("to_state").is_in(ends.iter().copied()));
    if table == "jobs" {
        last.and_where(Expr::col("entry_id").is_null());
    }
    last.group_by_col(reference);
    for row in db.query_all(&last).await? {
        let (id, at): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        execute(manager, ended(table, ends, Expr::val(at)).and_where(Expr::col("id").eq(id))).await?;
    }
    execute(manager, &ended(table, ends, Expr::col("created_at"))).await
}

async fn execute(manager: &SchemaManager<'_>, update: &UpdateStatement) -> Result<(), DbErr> {
    statement(async { manager.get_connection().execute(update).await.map(|_| ()) }).await
}

fn ended(table: &'static str, ends: &[&'static str], at: Expr) -> UpdateStatement {
    let mut update = Query::update();
    update.table(table).value("ended_at", at).and_where(Expr::col("ended_at").is_null());
    update.and_where(Expr::col("state").is_in(ends.iter().copied()));
    update
}
