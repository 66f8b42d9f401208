//! What a database error means for us, and what of it may be said.
//!
//! Servers put the values of a row into their messages (`Duplicate entry '1555…'`); those must reach
//! neither a log nor a person, so only SQLite's messages, which name columns, are passed on.

use std::sync::Arc;

use sea_orm::sqlx::Error as SqlxError;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::mysql::MySqlDatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr};

use crate::failpoint::Planted;
use crate::ports::StoreError;

/// A database error in words, without any value of a row; cheap to hand to many askers.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Cause(Arc<str>);

impl Cause {
    /// Says `text`.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The error that the ports know.
    pub fn of(self, operation: &'static str) -> StoreError {
        StoreError { operation, source: Box::new(self) }
    }
}

impl From<&DbErr> for Cause {
    fn from(error: &DbErr) -> Self {
        match sqlx_error(error) {
            Some(SqlxError::Database(inner)) => Self::new(&database_words(inner.as_ref())),
            Some(other) => Self::new(&other.to_string()),
            None => Self::new(&error.to_string()),
        }
    }
}

/// Makes a `DbErr` the error of the port operation `operation`.
pub fn failed(operation: &'static str) -> impl Fn(DbErr) -> StoreError {
    move |error| Cause::from(&error).of(operation)
}

/// As if the database had gone away.
impl From<Planted> for DbErr {
    fn from(planted: Planted) -> Self {
        Self::Conn(RuntimeErr::Internal(planted.to_string()))
    }
}

/// What is to be done about a failed transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Another transaction was in the way: the same again may succeed at once.
    Conflict,
    /// The database cannot be used at this moment; nothing will succeed.
    Unavailable,
    /// Something about what was written.
    Content,
}

/// Judges an error by the codes of the three databases.
pub fn trouble(error: &DbErr) -> Trouble {
    match sqlx_error(error) {
        Some(SqlxError::Database(inner)) if inner.is_unique_violation() => Trouble::Conflict,
        Some(SqlxError::Database(inner)) => code_trouble(inner.as_ref()),
        Some(SqlxError::Decode(_) | SqlxError::Encode(_) | SqlxError::ColumnDecode { .. }) => Trouble::Content,
        Some(_) => Trouble::Unavailable,
        None if matches!(error, DbErr::RecordNotUpdated) => Trouble::Conflict,
        None if matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_)) => Trouble::Unavailable,
        None => Trouble::Content,
    }
}

fn code_trouble(error: &dyn DatabaseError) -> Trouble {
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // The primary code is the low byte: read-only 8, I/O 10, corrupt 11, full 13, cannot open 14; busy 5 and
        // locked 6 have waited for `busy_timeout` already.
        let primary = code.parse::<u32>().unwrap_or_default() & 0xff;
        return if matches!(primary, 5 | 6 | 8 | 10 | 11 | 13 | 14) { Trouble::Unavailable } else { Trouble::Content };
    }
    if let Some(mysql) = error.try_downcast_ref::<MySqlDatabaseError>() {
        // Its SQLSTATE is HY000 for nearly everything, so its own numbers count (manual, "Server Error Message
        // Reference"): deadlock 1213; a lock not given in time 1205, disk full 1021, table full 1114, read-only 1290
        // and 1836, out of connections 1040, shutting down 1053, killed 1317 and 1927.
        return match mysql.number() {
            1213 => Trouble::Conflict,
            1205 | 1021 | 1114 | 1290 | 1836 | 1040 | 1053 | 1317 | 1927 => Trouble::Unavailable,
            _ => Trouble::Content,
        };
    }
    match code.as_ref() {
        // Serialisation failure and deadlock.
        "40001" | "40P01" => Trouble::Conflict,
        // A lock not given in time, a transaction that was idle for too long, read-only.
        "55P03" | "25P03" | "25006" => Trouble::Unavailable,
        // Classes of PostgreSQL (manual, appendix A): connection, resources, operator intervention, system.
        other if ["08", "53", "57", "58"].iter().any(|class| other.starts_with(class)) => Trouble::Unavailable,
        _ => Trouble::Content,
    }
}

fn database_words(error: &dyn DatabaseError) -> String {
    if error.try_downcast_ref::<SqliteError>().is_some() {
        return error.message().to_owned();
    }
    match error.constraint() {
        Some(name) => format!("the database refused it by constraint {name}"),
        None => format!("the database refused it with code {}", error.code().unwrap_or_default()),
    }
}

fn sqlx_error(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}
