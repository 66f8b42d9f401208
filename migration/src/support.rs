//! What the steps have in common: column kinds, and creating tables and indexes so that a step which was
//! cut off half-way (MySQL commits every statement by itself) can simply run again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema;
use sea_orm_migration::sea_orm::DbBackend;

use crate::point::statement;

/// The surrogate key `id`.
pub fn id() -> ColumnDef {
    schema::big_pk_auto("id")
}

/// Opaque text that may stand in a unique index: MySQL wants its length bounded.
pub fn key(name: &'static str) -> ColumnDef {
    schema::string_len(name, 255)
}

/// The same, which may be missing.
pub fn key_null(name: &'static str) -> ColumnDef {
    schema::string_len_null(name, 255)
}

/// The stable name of an enum's value.
pub fn name(column: &'static str) -> ColumnDef {
    schema::string_len(column, 32)
}

/// The same, which may be missing.
pub fn name_null(column: &'static str) -> ColumnDef {
    schema::string_len_null(column, 32)
}

/// Microseconds since the Unix epoch, UTC.
pub fn instant(name: &'static str) -> ColumnDef {
    schema::big_integer(name)
}

/// The same, which may be missing.
pub fn instant_null(name: &'static str) -> ColumnDef {
    schema::big_integer_null(name)
}

/// Bytes of up to a few megabytes.
pub fn bytes(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    match manager.get_database_backend() {
        // Its `blob` ends at 64 KiB.
        DbBackend::MySql => ColumnDef::new(name).custom("longblob").not_null().take(),
        _ => schema::blob(name),
    }
}

/// Creates a table. Text compares byte by byte: ids of the Cloud API differ in case alone.
pub async fn create(manager: &SchemaManager<'_>, table: &mut TableCreateStatement) -> Result<(), DbErr> {
    table.if_not_exists();
    if manager.get_database_backend() == DbBackend::MySql {
        table.engine("InnoDB").character_set("utf8mb4").collate("utf8mb4_bin");
    }
    statement(manager.create_table(table.take())).await
}

/// Creates an index over `columns`.
pub async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    if manager.has_index(table, name).await? {
        return Ok(());
    }
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    statement(manager.create_index(index.take())).await
}

/// Creates an index that holds every value of `column` once; missing values do not count.
pub async fn unique_index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    column: &'static str,
) -> Result<(), DbErr> {
    if manager.has_index(table, name).await? {
        return Ok(());
    }
    statement(manager.create_index(Index::create().name(name).table(table).col(column).unique().take())).await
}

/// Drops an index.
pub async fn drop_index(manager: &SchemaManager<'_>, table: &'static str, name: &'static str) -> Result<(), DbErr> {
    if !manager.has_index(table, name).await? {
        return Ok(());
    }
    statement(manager.drop_index(Index::drop().name(name).table(table).to_owned())).await
}

/// Adds a column to a table.
pub async fn add_column(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    if manager.has_column(table, column.get_column_name()).await? {
        return Ok(());
    }
    statement(manager.alter_table(Table::alter().table(table).add_column(column).take())).await
}

/// Drops a column.
pub async fn drop_column(manager: &SchemaManager<'_>, table: &'static str, column: &'static str) -> Result<(), DbErr> {
    if !manager.has_column(table, column).await? {
        return Ok(());
    }
    statement(manager.alter_table(Table::alter().table(table).drop_column(column).take())).await
}

/// Drops a table and what stands on it.
pub async fn drop(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    statement(manager.drop_table(Table::drop().table(table).if_exists().take())).await
}

/// A reference to the `id` of another table.
pub fn reference(table: &'static str, column: &'static str, target: &'static str) -> ForeignKeyCreateStatement {
    let mut key = ForeignKey::create();
    key.name(format!("fk_{table}_{column}")).from(table, column).to(target, "id");
    key.take()
}
