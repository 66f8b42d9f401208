//! What a database error means for us, and what of it may be said.
//!
//! Servers put the values of a row into their messages (`Duplicate entry '1555…'`); those must reach
//! neither a log nor a person, so only SQLite's messages, which name columns, are passed on.

use std::sync::Arc;

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::{Error as SqlxError, sqlite::SqliteError};
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
    match code.as_ref() {
        // Serialisation failure and deadlock: PostgreSQL 40001 and 40P01, MySQL 1213 and 1205 (SQLSTATE 40001, HY000).
        "40001" | "40P01" | "1213" | "1205" => Trouble::Conflict,
        // PostgreSQL classes: connection, resources, operator intervention, system.
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
