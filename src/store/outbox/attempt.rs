//! An attempt as a row: reading it, and what of it is written when.

use sea_orm::DbErr;

use crate::domain::address::Wamid;
use crate::domain::delivery::{Attempt, Known, SettledBy};
use crate::store::entity::attempt::{Column, Model};
use crate::store::rows::Row;
use crate::store::time::{instant, micros};

/// The attempt that a row holds.
pub fn read(row: Model) -> Result<Attempt, DbErr> {
    let id = row.id;
    let unreadable = |what: &str| DbErr::Type(format!("attempt {id} has no readable {what}"));
    let settled_by = row.settled_by.map(|by| SettledBy::parse(&by).ok_or_else(|| unreadable("settler")));
    Ok(Attempt {
        number: row.number.unsigned_abs(),
        opaque: row.opaque,
        known: Known::parse(&row.outcome).ok_or_else(|| unreadable("outcome"))?,
        wamid: row.wamid.as_deref().and_then(Wamid::parse),
        started_at: instant(row.started_at),
        finished_at: row.finished_at.map(instant),
        seen_at: row.seen_at.map(instant),
        error: row.error,
        settled: settled_by.transpose()?.zip(row.settled_at.map(instant)),
    })
}

/// Columns that change, in the order of [`changed`]; the key is the row id.
pub const CHANGED: [Column; 7] = [
    Column::FinishedAt,
    Column::Outcome,
    Column::Error,
    Column::Wamid,
    Column::SettledBy,
    Column::SettledAt,
    Column::SeenAt,
];

/// Columns that are written once, in the order of [`begun`]; those of [`CHANGED`] follow.
const BEGUN: [Column; 5] = [Column::EntryId, Column::Number, Column::Opaque, Column::BootId, Column::StartedAt];

/// All columns of a new row, in the order of [`begun`].
pub fn columns() -> Vec<Column> {
    [&BEGUN[..], &CHANGED[..]].concat()
}

/// The row of an attempt that is new.
pub fn begun(attempt: &Attempt, entry_id: i64, boot_id: &str) -> Row {
    let mut row: Row = vec![
        entry_id.into(),
        number(attempt.number).into(),
        attempt.opaque.as_str().into(),
        boot_id.into(),
        micros(attempt.started_at).into(),
    ];
    row.extend(changed(attempt));
    row
}

/// What may have changed about an attempt.
pub fn changed(attempt: &Attempt) -> Row {
    vec![
        attempt.finished_at.map(micros).into(),
        attempt.known.as_str().into(),
        attempt.error.as_deref().into(),
        attempt.wamid.as_ref().map(Wamid::as_str).into(),
        attempt.settled.map(|(by, _)| by.as_str()).into(),
        attempt.settled.map(|(_, at)| micros(at)).into(),
        attempt.seen_at.map(micros).into(),
    ]
}

/// Counters are stored as signed integers; none ever comes near the end.
pub fn number(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
