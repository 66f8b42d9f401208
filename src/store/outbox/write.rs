//! Writes back what a batch of changes has left in the ledger, in few statements.
//!
//! An update names only columns of the groups that changed: an index costs as much to keep as the row,
//! and most changes touch none.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter};
use sea_orm::{DatabaseTransaction, DbErr, EntityTrait, QuerySelect};

use super::attempt::{self, begun, changed, number};
use super::ledger::{Held, Ledger};
use super::{limits, plan};
use crate::domain::address::Wamid;
use crate::domain::outbox::{Delivery, Hold, State};
use crate::failpoint::{failpoint, planted};
use crate::store::entity::attempt as attempts;
use crate::store::entity::outbox::{Column, Entity};
use crate::store::rows::{self, Row};
use crate::store::time::micros;
use crate::store::{dialect, log};

/// Columns that no index is over.
const PLAIN: [Column; 13] = [
    Column::Revision,
    Column::ExpiresAt,
    Column::Delivery,
    Column::Attempt,
    Column::Retries,
    Column::AskedAt,
    Column::DeadlineAt,
    Column::Error,
    Column::SentAt,
    Column::DeliveredAt,
    Column::ReadAt,
    Column::FailedAt,
    Column::EndedAt,
];
/// What the queue is ordered by.
const QUEUE: [Column; 4] = [Column::State, Column::HeldBy, Column::NotBefore, Column::Lane];
/// What the API gave.
const TAKEN: [Column; 2] = [Column::Wamid, Column::AcceptedAt];

/// Writes everything that differs from what was loaded. `careful`: a unique key got in the way the last time.
pub async fn write(tx: &DatabaseTransaction, mut ledger: Ledger, boot_id: &str, careful: bool) -> Result<(), DbErr> {
    if careful {
        yield_wamids(tx, &mut ledger).await?;
    }
    write_entries(tx, &ledger).await?;
    write_attempts(tx, &ledger, boot_id).await?;
    ledger.limits.write(tx).await?;
    log::append(tx, ledger.log).await?;
    if !ledger.notices.is_empty() {
        failpoint!("rec.notice")?;
    }
    plan::insert(tx, ledger.notices.iter().map(|(notice, at)| (notice, *at)).collect()).await?;
    Ok(())
}

/// A wamid that another entry has already is left out: nothing that the API says may break the batch.
async fn yield_wamids(tx: &DatabaseTransaction, ledger: &mut Ledger) -> Result<(), DbErr> {
    let is_new = |held: &&mut Held| held.life.entry.wamid.is_some() && held.life.entry.wamid != held.before.taken.0;
    let text = |held: &Held| held.life.entry.wamid.as_ref().map(|wamid| wamid.as_str().to_owned());
    let new: Vec<String> = ledger.held.values_mut().filter(is_new).filter_map(|held| text(held)).collect();
    let mut taken = HashSet::new();
    for list in rows::lists(&new) {
        let select = Entity::find().select_only().column(Column::Wamid).filter(Column::Wamid.is_in(list));
        taken.extend(select.into_tuple::<String>().all(tx).await?);
    }
    for held in ledger.held.values_mut().filter(is_new) {
        if text(held).is_some_and(|wamid| !taken.insert(wamid)) {
            held.life.entry.wamid.clone_from(&held.before.taken.0);
        }
    }
    Ok(())
}

async fn write_entries(tx: &DatabaseTransaction, ledger: &Ledger) -> Result<(), DbErr> {
    let mut shapes: BTreeMap<(bool, bool), Vec<Row>> = BTreeMap::new();
    for held in ledger.held.values().filter(|held| differs(held)) {
        let queue = queue_of(held) != (held.before.guard.0, held.before.queue);
        let taken =
            (&held.life.entry.wamid, held.life.entry.accepted_at) != (&held.before.taken.0, held.before.taken.1);
        shapes.entry((queue, taken)).or_default().push(update_row(held, queue, taken));
    }
    for ((queue, taken), rows) in shapes {
        let mut columns = PLAIN.to_vec();
        columns.extend(QUEUE.iter().filter(|_| queue));
        columns.extend(TAKEN.iter().filter(|_| taken));
        dialect::update_rows::<Entity>(tx, &columns, guard(), rows).await?;
    }
    Ok(())
}

/// What an update is guarded by: it must find what was loaded.
fn guard() -> &'static [Column] {
    // Planted: whatever another process wrote meanwhile is written over.
    if planted!("unguarded_intent") { &[Column::Id] } else { &[Column::Id, Column::State, Column::Revision] }
}

fn differs(held: &Held) -> bool {
    held.life.entry.revision != held.before.guard.1 || held.times != held.before.times
}

fn queue_of(held: &Held) -> (State, (Option<Hold>, DateTime<Utc>)) {
    (held.life.entry.state, (held.life.entry.held_by, held.life.entry.not_before))
}

fn update_row(held: &Held, queue: bool, taken: bool) -> Row {
    let (entry, times) = (&held.life.entry, &held.times);
    let mut row: Row = vec![
        entry.revision.into(),
        entry.expires_at.map(micros).into(),
        entry.delivery.map(Delivery::as_str).into(),
        number(entry.attempt).into(),
        number(entry.retries).into(),
        entry.asked_at.map(micros).into(),
        entry.deadline_at.map(micros).into(),
        entry.error.as_deref().into(),
        times.sent.map(micros).into(),
        times.delivered.map(micros).into(),
        times.read.map(micros).into(),
        times.failed.map(micros).into(),
        times.ended.map(micros).into(),
    ];
    if queue {
        let held_by = entry.held_by.map(Hold::as_str);
        let lane = limits::lane(&entry.to).filter(|_| entry.state == State::Sending);
        row.extend([entry.state.as_str().into(), held_by.into(), micros(entry.not_before).into(), lane.into()]);
    }
    if taken {
        row.extend([entry.wamid.as_ref().map(Wamid::as_str).into(), entry.accepted_at.map(micros).into()]);
    }
    let (state, revision) = held.before.guard;
    row.extend([entry.id.into(), state.as_str().into(), revision.into()].into_iter().take(guard().len()));
    row
}

async fn write_attempts(tx: &DatabaseTransaction, ledger: &Ledger, boot_id: &str) -> Result<(), DbErr> {
    let (mut new, mut known) = (Vec::new(), Vec::new());
    for held in ledger.held.values() {
        let rows = &held.before.attempts;
        new.extend(held.life.attempts.iter().skip(rows.len()).map(|a| begun(a, held.life.entry.id, boot_id)));
        let both = held.life.attempts.iter().zip(rows);
        known.extend(both.filter(|(now, (_, before))| *now != before).map(|(now, (id, _))| {
            let mut row = changed(now);
            row.push((*id).into());
            row
        }));
    }
    rows::insert::<attempts::Entity>(tx, &attempt::columns(), new).await?;
    dialect::update_rows::<attempts::Entity>(tx, &attempt::CHANGED, &[attempts::Column::Id], known).await
}
