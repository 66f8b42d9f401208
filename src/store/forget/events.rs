//! The events that name a person: their bytes go, and what they are known by becomes a pseudonym.
//!
//! All of the inbox is read, because people stand in many places of an event and in its key. An event that waits to be
//! acted on is left alone and counted.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::pseudonym::{KEY_PREFIX, Secret};
use super::traces::Traces;
use crate::store::Db;
use crate::store::dialect;
use crate::store::entity::inbox::{Column, Entity};
use crate::store::inbox::{DONE, NEW};
use crate::store::rows::Row;
use crate::store::time::micros;
use crate::store::transaction::{Work, transact};

/// Rows that are read at once.
const PAGE: u64 = 300;

/// What is looked for.
pub struct Search<'a> {
    /// The person.
    pub traces: &'a Traces,
    /// Messages of the owner that were answers to the person: their words go too.
    pub answers: &'a BTreeSet<String>,
    /// With what pseudonyms are made.
    pub secret: &'a Secret,
    /// What came in later is new.
    pub asked_at: DateTime<Utc>,
}

/// What was found.
#[derive(Default)]
pub struct Found {
    /// How many rows lost their bytes.
    pub rows: u64,
    /// The keys of those that wait to be acted on.
    pub open: BTreeSet<String>,
    /// True when one names no time: it must be known for ever.
    pub timeless: bool,
}

/// Id, key, bytes, state, and when it happened.
type Event = (i64, String, Vec<u8>, String, Option<i64>);

/// Reads all events, and takes away what names the person.
pub async fn remove(db: &Db, search: &Search<'_>) -> Result<Found, DbErr> {
    let (mut found, mut after) = (Found::default(), 0);
    loop {
        let columns = [Column::Id, Column::DedupeKey, Column::Raw, Column::State, Column::EventAt];
        let select = Entity::find().select_only().columns(columns).filter(Column::Id.gt(after));
        let select = select.filter(Column::ReceivedAt.lte(micros(search.asked_at)));
        let page: Vec<Event> = select.order_by_asc(Column::Id).limit(PAGE).into_tuple().all(&db.reader).await?;
        let Some((last, ..)) = page.last() else { return Ok(found) };
        after = *last;
        let rows: Vec<Row> = page.iter().filter_map(|event| search.judge(event, &mut found)).collect();
        if !rows.is_empty() {
            found.rows += rows.len() as u64;
            transact(&db.writer, &Remove(rows)).await?;
        }
    }
}

impl Search<'_> {
    /// The new key and bytes of an event, if anything about it has to change.
    fn judge(&self, (id, key, raw, state, event_at): &Event, found: &mut Found) -> Option<Row> {
        let settled = state != NEW;
        if settled && !raw.is_empty() && key.rsplit(':').next().is_some_and(|wamid| self.answers.contains(wamid)) {
            return Some(vec![key.as_str().into(), Vec::<u8>::new().into(), (*id).into()]);
        }
        if key.starts_with(KEY_PREFIX) || !(self.traces.are_in(key.as_bytes()) || self.traces.are_in(raw)) {
            return None;
        }
        if !settled {
            found.open.insert(key.clone());
            return None;
        }
        found.timeless |= event_at.is_none() && state == DONE;
        Some(vec![self.secret.of_key(key).into(), Vec::<u8>::new().into(), (*id).into()])
    }
}

/// Writes keys and bytes of settled events.
struct Remove(Vec<Row>);

#[async_trait]
impl Work for Remove {
    type Output = ();

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<(), DbErr> {
        dialect::update_rows::<Entity>(tx, &[Column::DedupeKey, Column::Raw], &[Column::Id], self.0.clone()).await
    }
}
