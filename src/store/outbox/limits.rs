//! The limits of the number as rows, for the intents of one batch: a place is taken in the transaction of the intent.
//!
//! So they hold for all processes together, and nothing is sent that did not take its place. Two of a person's messages
//! are never on the wire at once, whoever sends them: that keeps their order.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::address::Address;
use crate::domain::outbox::Entry;
use crate::domain::pace::{Pace, Usage};
use crate::ports::Limit;
use crate::store::entity::{outbox, pace};
use crate::store::rows;
use crate::store::time::{instant, micros};

const COLUMNS: [pace::Column; 3] = [pace::Column::Who, pace::Column::TakenUntil, pace::Column::PausedUntil];
/// The key of the number's own limit.
pub const NUMBER: &str = "number";
/// How long to wait for another message to the same person that is on its way elsewhere.
const BUSY: TimeDelta = TimeDelta::milliseconds(100);

/// What is left of the limits.
#[derive(Default)]
pub struct Limits {
    usages: BTreeMap<String, Usage>,
    changed: BTreeSet<String>,
    /// People who are being sent to.
    busy: HashSet<String>,
}

/// The person that an entry goes to, as one text; `None` for a group.
pub fn lane(to: &Address) -> Option<String> {
    (!to.is_group()).then(|| format!("{}:{}", to.kind(), to.id()))
}

impl Limits {
    /// Loads what changes of `entries` need, and locks it until the end of the transaction.
    pub async fn load(tx: &DatabaseTransaction, entries: &[&Entry]) -> Result<Self, DbErr> {
        let mut limits = Self::default();
        if entries.is_empty() {
            return Ok(limits);
        }
        let lanes: Vec<String> =
            entries.iter().filter_map(|entry| lane(&entry.to)).collect::<BTreeSet<_>>().into_iter().collect();
        for list in rows::lists(&[&[NUMBER.to_owned()], &lanes[..]].concat()) {
            let select = pace::Entity::find().filter(pace::Column::Who.is_in(list));
            for row in select.order_by_asc(pace::Column::Who).lock_exclusive().all(tx).await? {
                let (taken_until, paused_until) = (row.taken_until.map(instant), row.paused_until.map(instant));
                limits.usages.insert(row.who, Usage { taken_until, paused_until });
            }
        }
        for list in rows::lists(&lanes) {
            let busy = outbox::Entity::find().select_only().column(outbox::Column::Lane);
            let busy = busy.filter(outbox::Column::Lane.is_in(list)).into_tuple::<String>().all(tx).await?;
            limits.busy.extend(busy);
        }
        Ok(limits)
    }

    /// Takes a place for a message to `to`, from the number and from the person.
    ///
    /// # Errors
    /// Which limit is reached, and when there may be a place.
    pub fn admit(&mut self, to: &Address, pace: Pace, now: DateTime<Utc>) -> Result<(), (Limit, DateTime<Utc>)> {
        let lane = lane(to);
        if lane.as_ref().is_some_and(|lane| self.busy.contains(lane)) {
            return Err((Limit::Person, now + BUSY));
        }
        let mut number = self.usage(NUMBER);
        pace.take(&mut number, now).map_err(|until| (Limit::Number, until))?;
        if let Some(lane) = lane {
            let mut person = self.usage(&lane);
            Pace::PERSON.take(&mut person, now).map_err(|until| (Limit::Person, until))?;
            self.set(lane.clone(), person);
            self.busy.insert(lane);
        }
        self.set(NUMBER.to_owned(), number);
        Ok(())
    }

    fn usage(&self, who: &str) -> Usage {
        self.usages.get(who).copied().unwrap_or_default()
    }

    fn set(&mut self, who: String, usage: Usage) {
        self.usages.insert(who.clone(), usage);
        self.changed.insert(who);
    }

    /// Makes everybody, or one person, wait until an instant: the API said so.
    pub fn pause(&mut self, limit: Limit, to: &Address, until: DateTime<Utc>, now: DateTime<Utc>) {
        let who = match limit {
            Limit::Number => Some(NUMBER.to_owned()),
            Limit::Person => lane(to),
        };
        if let Some(who) = who {
            let mut usage = self.usage(&who);
            usage.pause_until(until, now);
            self.set(who, usage);
        }
    }

    /// Writes what was taken.
    pub async fn write(&self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        let row = |who: &String| {
            let usage = self.usage(who);
            vec![who.as_str().into(), usage.taken_until.map(micros).into(), usage.paused_until.map(micros).into()]
        };
        let rows = self.changed.iter().map(row).collect();
        rows::upsert::<pace::Entity>(tx, pace::Column::Who, &COLUMNS, rows).await
    }
}
