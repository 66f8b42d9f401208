//! The only place where SQL is written by hand, and where one database is told from another.
//!
//! Everything else goes through the statement builder. Every function here works on all databases; what
//! is special to one of them is only a faster way to the same end.

use std::fmt::Write as _;

use sea_orm::sea_query::{ExprTrait, Iden, PostgresQueryBuilder, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, EntityTrait};
use sea_orm::{Statement, Value, Values};

use super::arrays;
use super::rows::{Row, pieces};

/// True where `INSERT … RETURNING` is to be had.
pub fn returns_rows(backend: DbBackend) -> bool {
    matches!(backend, DbBackend::Sqlite | DbBackend::Postgres)
}

/// True where rows travel as arrays, so that any number of them is the same statement.
pub fn takes_arrays(backend: DbBackend) -> bool {
    backend == DbBackend::Postgres
}

/// The version of the SQLite library, as it names itself.
pub async fn sqlite_version(db: &DatabaseConnection) -> Result<String, DbErr> {
    let statement = Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version()");
    let row = db.query_one_raw(statement).await?.ok_or_else(|| DbErr::Custom("no version".to_owned()))?;
    row.try_get_by_index(0)
}

/// The time of the server in microseconds since the Unix epoch; none where there is no server.
pub async fn server_micros(db: &DatabaseConnection) -> Result<Option<i64>, DbErr> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint",
        DbBackend::MySql => "SELECT CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)",
        _ => return Ok(None),
    };
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}

/// What a session on a server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Reading and writing, shared by everybody in turn.
    Work,
    /// Holding the locks by which others know that this process lives.
    Presence,
}

/// What a session on a server is told first. A process that vanishes without closing its connections, or stands still, must
/// not hold its locks against all others for as long as the defaults of the servers let it, which is hours.
pub fn session_settings(backend: DbBackend, session: Session) -> &'static [&'static str] {
    match (backend, session) {
        // Manual, 20.3.2, 20.5.1 and 20.11.1. What was committed must not be lost, whatever the server's default is.
        (DbBackend::Postgres, Session::Work) => &[
            "SET idle_in_transaction_session_timeout = '30s'",
            "SET lock_timeout = '10s'",
            KEEPALIVE[0],
            KEEPALIVE[1],
            KEEPALIVE[2],
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        ],
        (DbBackend::Postgres, Session::Presence) => &KEEPALIVE,
        // As PostgreSQL does by itself: MySQL would else read from a snapshot of the transaction's beginning, and lock the
        // gaps between rows (manual, 15.7.2.1).
        (DbBackend::MySql, Session::Work) => &[
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SET SESSION innodb_lock_wait_timeout = 10, wait_timeout = 60",
        ],
        // Shown by every sweep, which may be an hour apart.
        (DbBackend::MySql, Session::Presence) => &["SET SESSION wait_timeout = 7200"],
        _ => &[],
    }
}

/// A peer that is silent for half a minute is gone.
const KEEPALIVE: [&str; 3] =
    ["SET tcp_keepalives_idle = 15", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 3"];

/// What about the server makes that something committed could be lost when it crashes.
pub async fn durability_gap(db: &DatabaseConnection) -> Result<Option<&'static str>, DbErr> {
    if db.get_database_backend() != DbBackend::MySql {
        return Ok(None);
    }
    let sql = "SELECT @@innodb_flush_log_at_trx_commit = ?";
    let flushes = is_true(db, sql, "1").await?;
    Ok((!flushes).then_some("innodb_flush_log_at_trx_commit is not 1"))
}

/// Compares a version such as `3.51.3` with the least one wanted.
pub fn is_at_least(version: &str, least: (u32, u32, u32)) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= least
}

/// Holds the lock `name` for as long as the connection lives; the same again changes nothing. `db` must have one
/// connection and no more. False when somebody else holds it.
pub async fn hold_lock(db: &DatabaseConnection, name: &str) -> Result<bool, DbErr> {
    let sql = match db.get_database_backend() {
        // Advisory locks of PostgreSQL count, so it is taken only when it is not held (manual, 13.3.5).
        DbBackend::Postgres => {
            "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND \
             (classid::bigint << 32) | objid::bigint = hashtextextended($1, 0) AND objsubid = 1) \
             THEN true ELSE pg_try_advisory_lock(hashtextextended($1, 0)) END"
        }
        DbBackend::MySql => "SELECT COALESCE(GET_LOCK(?, 0), 0) > 0",
        _ => return Ok(true),
    };
    is_true(db, sql, name).await
}

/// True when nobody holds the lock `name`.
pub async fn is_lock_free<C: ConnectionTrait>(db: &C, name: &str) -> Result<bool, DbErr> {
    let sql = match db.get_database_backend() {
        // Taken for the length of this statement alone.
        DbBackend::Postgres => "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))",
        DbBackend::MySql => "SELECT IS_FREE_LOCK(?) = 1",
        _ => return Ok(true),
    };
    is_true(db, sql, name).await
}

/// Waits for the lock `name`, for as long as it takes, and holds it like [`hold_lock`].
pub async fn await_lock(db: &DatabaseConnection, name: &str) -> Result<(), DbErr> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT pg_advisory_lock(hashtextextended($1, 0)) IS NOT NULL",
        // MariaDB reads a negative wait as none at all, so it is a long one.
        DbBackend::MySql => "SELECT COALESCE(GET_LOCK(?, 86400), 0) = 1",
        _ => return Ok(()),
    };
    let held = is_true(db, sql, name).await?;
    if held { Ok(()) } else { Err(DbErr::Custom(format!("the lock {name} was not given"))) }
}

/// Lets go of the lock `name`.
pub async fn release_lock(db: &DatabaseConnection, name: &str) -> Result<(), DbErr> {
    let sql = match db.get_database_backend() {
        DbBackend::Postgres => "SELECT pg_advisory_unlock(hashtextextended($1, 0))",
        DbBackend::MySql => "SELECT COALESCE(RELEASE_LOCK(?), 0) = 1",
        _ => return Ok(()),
    };
    is_true(db, sql, name).await.map(drop)
}

/// Lets go of what was overwritten or deleted as far as the database can be told to: SQLite keeps it in the file of its
/// write-ahead log until that is used again. Servers clean up by themselves.
pub async fn erase_traces(db: &DatabaseConnection) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Sqlite {
        db.query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(TRUNCATE)")).await?;
    }
    Ok(())
}

async fn is_true<C: ConnectionTrait>(db: &C, sql: &str, name: &str) -> Result<bool, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [name.into()]);
    let row = db.query_one_raw(statement).await?.ok_or_else(|| DbErr::Custom("no answer".to_owned()))?;
    row.try_get_by_index::<bool>(0).or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n != 0))
}

/// Sets different values in many rows. Each of `rows` holds the values of `set`, then those of `key`, which
/// together pick one row. Fails with `RecordNotUpdated` unless every row was there.
pub async fn update_rows<E: EntityTrait>(
    tx: &DatabaseTransaction,
    set: &[E::Column],
    key: &[E::Column],
    rows: Vec<Row>,
) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    for piece in pieces(backend, rows) {
        let expected = piece.len() as u64;
        let updated = match table_of(backend, &piece)? {
            Some((table, values)) => {
                let sql = update_from::<E>(set, key, &table);
                tx.execute_raw(Statement { sql, values: Some(values), db_backend: backend }).await?.rows_affected()
            }
            None => one_by_one::<E>(tx, set, key, piece).await?,
        };
        if updated != expected {
            return Err(DbErr::RecordNotUpdated);
        }
    }
    Ok(())
}

/// `rows` as a query and its arguments, where one statement can update from it.
fn table_of(backend: DbBackend, rows: &[Row]) -> Result<Option<(String, Values)>, DbErr> {
    if takes_arrays(backend) {
        return Ok(Some(arrays::unnest(rows)?.build(PostgresQueryBuilder)));
    }
    if backend != DbBackend::Sqlite || rows.len() == 1 {
        return Ok(None);
    }
    let places = format!("({})", vec!["?"; rows.first().map_or(0, Vec::len)].join(","));
    let sql = format!("VALUES {}", vec![places; rows.len()].join(","));
    Ok(Some((sql, Values(rows.concat()))))
}

/// One statement that looks each row up by its key: `WITH v(c0, c1) AS (…) UPDATE t SET a = v.c0 FROM v WHERE t.k = v.c1`.
fn update_from<E: EntityTrait>(set: &[E::Column], key: &[E::Column], rows: &str) -> String {
    let table = E::default().table_name().to_owned();
    let names: Vec<String> = (0..set.len() + key.len()).map(|n| format!("c{n}")).collect();
    let mut sql = format!("WITH v({}) AS ({rows}) UPDATE \"{table}\" SET ", names.join(","));
    for (n, column) in set.iter().enumerate() {
        let comma = if n == 0 { "" } else { ", " };
        let _infallible = write!(sql, "{comma}\"{}\" = v.c{n}", column.unquoted());
    }
    sql.push_str(" FROM v WHERE ");
    for (n, column) in key.iter().enumerate() {
        let and = if n == 0 { "" } else { " AND " };
        let _infallible = write!(sql, "{and}\"{table}\".\"{}\" = v.c{}", column.unquoted(), set.len() + n);
    }
    sql
}

async fn one_by_one<E: EntityTrait>(
    tx: &DatabaseTransaction,
    set: &[E::Column],
    key: &[E::Column],
    rows: Vec<Row>,
) -> Result<u64, DbErr> {
    let mut updated = 0;
    for row in rows {
        let mut values = row.into_iter();
        let mut update = Query::update();
        update.table(E::default());
        for column in set {
            update.value(*column, values.next().unwrap_or(Value::BigInt(None)));
        }
        for column in key {
            update.and_where(column.into_expr().eq(values.next().unwrap_or(Value::BigInt(None))));
        }
        updated += tx.execute(&update).await?.rows_affected();
    }
    Ok(updated)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_part_by_part() {
        for (version, fits) in [("3.51.3", true), ("3.51.2", false), ("3.100.0", true), ("4.0", true), ("3.9.9", false)]
        {
            assert_eq!(is_at_least(version, (3, 51, 3)), fits, "{version}");
        }
    }
}
