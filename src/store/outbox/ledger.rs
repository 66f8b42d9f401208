//! The entries that a batch of changes is about, with their attempts, held in memory for one transaction.
//!
//! Several changes of a batch may meet one entry: each is judged by what the one before left here, and
//! only the end is written. Loading locks the rows where the database can.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::apply::concerns_limits;
use super::attempt as attempt_row;
use super::limits::Limits;
use super::row::{self, Times};
use crate::domain::address::Wamid;
use crate::domain::delivery::{Attempt, Event, Life};
use crate::domain::outbox::{Hold, NewEntry, Policy, State};
use crate::ports::{Change, Target};
use crate::store::entity::{attempt, outbox};
use crate::store::log::Logged;
use crate::store::rows;

/// An entry in hand.
pub struct Held {
    /// It and its attempts as they stand after the changes so far.
    pub life: Life,
    /// First times of each step.
    pub times: Times,
    /// As it was loaded; what the update is guarded by.
    pub before: Before,
}

/// What was there when the entry was loaded.
pub struct Before {
    /// State and revision.
    pub guard: (State, i32),
    /// What the indexes are over: hold and time.
    pub queue: (Option<Hold>, DateTime<Utc>),
    /// The id at the API and when it was accepted.
    pub taken: (Option<Wamid>, Option<DateTime<Utc>>),
    /// First times of each step.
    pub times: Times,
    /// The rows of its attempts, oldest first; those begun since have none yet.
    pub attempts: Vec<(i64, Attempt)>,
}

impl Held {
    fn new(model: outbox::Model) -> Result<Self, DbErr> {
        let times = Times::of(&model);
        let entry = row::entry(model)?;
        let before = Before {
            guard: (entry.state, entry.revision),
            queue: (entry.held_by, entry.not_before),
            taken: (entry.wamid.clone(), entry.accepted_at),
            times,
            attempts: Vec::new(),
        };
        Ok(Self { life: Life { entry, attempts: Vec::new() }, times, before })
    }

    /// The row of the latest attempt, if it is in the table yet.
    fn latest_row(&self) -> Option<i64> {
        self.before.attempts.get(self.life.attempts.len().checked_sub(1)?).map(|(id, _)| *id)
    }

    /// True when a later attempt, of whatever entry, was confirmed by a webhook; `confirmed_up_to` is the latest such.
    pub fn is_witnessed(&self, confirmed_up_to: i64) -> bool {
        self.latest_row().is_some_and(|row| row < confirmed_up_to)
    }
}

/// All that one batch is about.
pub struct Ledger {
    /// The entries by id.
    pub held: BTreeMap<i64, Held>,
    /// The latest attempt of all that a webhook has confirmed; 0 when nothing in the batch asks.
    pub confirmed_up_to: i64,
    /// What is left of the limits, when the batch needs to know.
    pub limits: Limits,
    /// What happened, in order.
    pub log: Vec<Logged>,
    /// What the owner is to be told.
    pub notices: Vec<(NewEntry, DateTime<Utc>)>,
    by_opaque: HashMap<String, (i64, u32)>,
    by_wamid: HashMap<String, i64>,
}

impl Ledger {
    /// Loads what `changes` are about.
    pub async fn load(tx: &DatabaseTransaction, changes: &[&Change]) -> Result<Self, DbErr> {
        let by_opaque = load_opaques(tx, changes).await?;
        let mut held = load_by_id(tx, changes, &by_opaque).await?;
        let by_wamid = load_by_wamid(tx, changes, &by_opaque, &mut held).await?;
        load_attempts(tx, &mut held).await?;
        let (limits, log, notices) = (Limits::default(), Vec::new(), Vec::new());
        let mut ledger = Self { held, confirmed_up_to: 0, limits, log, notices, by_opaque, by_wamid };
        ledger.limits = ledger.load_limits(tx, changes).await?;
        ledger.confirmed_up_to = ledger.load_witness(tx, changes).await?;
        Ok(ledger)
    }

    /// The entry that a change is about, and the attempt if that is known.
    pub fn find(&self, target: &Target) -> Option<(i64, Option<u32>)> {
        match target {
            Target::Entry(id) => self.held.contains_key(id).then_some((*id, None)),
            Target::Own(opaque) => self.by_opaque.get(opaque).map(|(id, number)| (*id, Some(*number))),
            Target::Attempt { opaque, wamid } => {
                let known = opaque.as_ref().and_then(|opaque| self.by_opaque.get(opaque));
                known.map(|(id, number)| (*id, Some(*number))).or_else(|| {
                    let id = *self.by_wamid.get(wamid.as_str())?;
                    let attempts = &self.held.get(&id)?.life.attempts;
                    Some((id, attempts.iter().find(|a| a.wamid.as_ref() == Some(wamid)).map(|a| a.number)))
                })
            }
        }
    }

    async fn load_limits(&self, tx: &DatabaseTransaction, changes: &[&Change]) -> Result<Limits, DbErr> {
        let concerned = changes.iter().filter(|change| concerns_limits(&change.event));
        let entries = concerned.filter_map(|change| Some(&self.held.get(&self.find(&change.target)?.0)?.life.entry));
        Limits::load(tx, &entries.collect::<Vec<_>>()).await
    }

    /// Looks for a witness only when silence is about to be taken for proof.
    async fn load_witness(&self, tx: &DatabaseTransaction, changes: &[&Change]) -> Result<i64, DbErr> {
        let asks = |change: &&Change| {
            let (id, _) = self.find(&change.target).filter(|_| change.event == Event::Tick)?;
            let held = self.held.get(&id)?;
            let entry = &held.life.entry;
            let silent = entry.state == State::Unknown && entry.purpose.policy() == Policy::AtLeastOnce;
            held.latest_row().filter(|_| silent)
        };
        let Some(oldest) = changes.iter().filter_map(asks).min() else { return Ok(0) };
        let later = attempt::Entity::find().filter(attempt::Column::Id.gt(oldest));
        let confirmed = later.filter(attempt::Column::SeenAt.is_not_null()).order_by_desc(attempt::Column::Id);
        let latest = confirmed.select_only().column(attempt::Column::Id).into_tuple::<i64>().one(tx).await?;
        Ok(latest.unwrap_or(0))
    }
}

async fn load_opaques(tx: &DatabaseTransaction, changes: &[&Change]) -> Result<HashMap<String, (i64, u32)>, DbErr> {
    let mut opaques = BTreeSet::new();
    for change in changes {
        if let Target::Own(opaque) | Target::Attempt { opaque: Some(opaque), .. } = &change.target {
            opaques.insert(opaque.as_str());
        }
    }
    let opaques: Vec<&str> = opaques.into_iter().collect();
    let mut found = HashMap::with_capacity(opaques.len());
    for list in rows::lists(&opaques) {
        let columns = [attempt::Column::Opaque, attempt::Column::EntryId, attempt::Column::Number];
        let select = attempt::Entity::find().select_only().columns(columns);
        let select = select.filter(attempt::Column::Opaque.is_in(list));
        for (opaque, entry, number) in select.into_tuple::<(String, i64, i32)>().all(tx).await? {
            found.insert(opaque, (entry, number.unsigned_abs()));
        }
    }
    Ok(found)
}

async fn load_by_id(
    tx: &DatabaseTransaction,
    changes: &[&Change],
    by_opaque: &HashMap<String, (i64, u32)>,
) -> Result<BTreeMap<i64, Held>, DbErr> {
    let mut wanted: BTreeSet<i64> = by_opaque.values().map(|(id, _)| *id).collect();
    for change in changes {
        if let Target::Entry(id) = &change.target {
            wanted.insert(*id);
        }
    }
    let wanted: Vec<i64> = wanted.into_iter().collect();
    let mut held = BTreeMap::new();
    for list in rows::lists(&wanted) {
        let select = outbox::Entity::find().filter(outbox::Column::Id.is_in(list));
        for model in select.order_by_asc(outbox::Column::Id).lock_exclusive().all(tx).await? {
            held.insert(model.id, Held::new(model)?);
        }
    }
    Ok(held)
}

async fn load_by_wamid(
    tx: &DatabaseTransaction,
    changes: &[&Change],
    by_opaque: &HashMap<String, (i64, u32)>,
    held: &mut BTreeMap<i64, Held>,
) -> Result<HashMap<String, i64>, DbErr> {
    let mut wanted = BTreeSet::new();
    for change in changes {
        if let Target::Attempt { opaque, wamid } = &change.target
            && !opaque.as_ref().is_some_and(|opaque| by_opaque.contains_key(opaque))
        {
            wanted.insert(wamid.as_str());
        }
    }
    let wanted: Vec<&str> = wanted.into_iter().collect();
    let mut by_wamid = HashMap::with_capacity(wanted.len());
    for list in rows::lists(&wanted) {
        let select = outbox::Entity::find().filter(outbox::Column::Wamid.is_in(list));
        for model in select.order_by_asc(outbox::Column::Id).lock_exclusive().all(tx).await? {
            by_wamid.extend(model.wamid.clone().map(|wamid| (wamid, model.id)));
            let id = model.id;
            if let std::collections::btree_map::Entry::Vacant(place) = held.entry(id) {
                place.insert(Held::new(model)?);
            }
        }
    }
    Ok(by_wamid)
}

async fn load_attempts(tx: &DatabaseTransaction, held: &mut BTreeMap<i64, Held>) -> Result<(), DbErr> {
    let tried: Vec<i64> = held.values().filter(|h| h.life.entry.attempt > 0).map(|h| h.life.entry.id).collect();
    for list in rows::lists(&tried) {
        let select = attempt::Entity::find().filter(attempt::Column::EntryId.is_in(list));
        for model in select.order_by_asc(attempt::Column::Id).all(tx).await? {
            if let Some(held) = held.get_mut(&model.entry_id) {
                let (id, attempt) = (model.id, attempt_row::read(model)?);
                held.life.attempts.push(attempt.clone());
                held.before.attempts.push((id, attempt));
            }
        }
    }
    Ok(())
}
