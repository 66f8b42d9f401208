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
use crate::failpoint::failpoint;
use crate::store::entity::attempt as attempts;
use crate::store::entity::outbox::{Column, Entity};
use crate::store::rows::{self, Row};
use crate::store::time::micros;
use crate::store::{dialect, log};

/// Columns that no index is over.
const PLAIN: [Column; 12] = [
    Column::Revision,
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
const GUARD: [Column; 3] = [Column::Id, Column::State, Column::Revision];

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
    let is_new = |held: &&mut Held| held.entry.wamid.is_some() && held.entry.wamid != held.before.taken.0;
    let text = |held: &Held| held.entry.wamid.as_ref().map(|wamid| wamid.as_str().to_owned());
    let new: Vec<String> = ledger.held.values_mut().filter(is_new).filter_map(|held| text(held)).collect();
    let mut taken = HashSet::new();
    for list in rows::lists(&new) {
        let select = Entity::find().select_only().column(Column::Wamid).filter(Column::Wamid.is_in(list));
        taken.extend(select.into_tuple::<String>().all(tx).await?);
    }
    for held in ledger.held.values_mut().filter(is_new) {
        if text(held).is_some_and(|wamid| !taken.insert(wamid)) {
            held.entry.wamid.clone_from(&held.before.taken.0);
        }
    }
    Ok(())
}

async fn write_entries(tx: &DatabaseTransaction, ledger: &Ledger) -> Result<(), DbErr> {
    let mut shapes: BTreeMap<(bool, bool), Vec<Row>> = BTreeMap::new();
    for held in ledger.held.values().filter(|held| differs(held)) {
        let queue = queue_of(held) != (held.before.guard.0, held.before.queue);
        let taken = (&held.entry.wamid, held.entry.accepted_at) != (&held.before.taken.0, held.before.taken.1);
        shapes.entry((queue, taken)).or_default().push(update_row(held, queue, taken));
    }
    for ((queue, taken), rows) in shapes {
        let mut columns = PLAIN.to_vec();
        columns.extend(QUEUE.iter().filter(|_| queue));
        columns.extend(TAKEN.iter().filter(|_| taken));
        dialect::update_rows::<Entity>(tx, &columns, &GUARD, rows).await?;
    }
    Ok(())
}

fn differs(held: &Held) -> bool {
    held.entry.revision != held.before.guard.1 || held.times != held.before.times
}

fn queue_of(held: &Held) -> (State, (Option<Hold>, DateTime<Utc>)) {
    (held.entry.state, (held.entry.held_by, held.entry.not_before))
}

fn update_row(held: &Held, queue: bool, taken: bool) -> Row {
    let (entry, times) = (&held.entry, &held.times);
    let mut row: Row = vec![
        entry.revision.into(),
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
    row.extend([entry.id.into(), state.as_str().into(), revision.into()]);
    row
}

async fn write_attempts(tx: &DatabaseTransaction, ledger: &Ledger, boot_id: &str) -> Result<(), DbErr> {
    let all = || ledger.held.values().flat_map(|held| held.attempts.iter().map(move |a| (held.entry.id, a)));
    let new = all().filter(|(_, a)| a.id == 0).map(|(entry, a)| begun(a, entry, boot_id)).collect();
    rows::insert::<attempts::Entity>(tx, &attempt::columns(), new).await?;
    let known = all().filter(|(_, a)| a.id > 0 && a.changed).map(|(_, a)| {
        let mut row = changed(a);
        row.push(a.id.into());
        row
    });
    let known = known.collect();
    dialect::update_rows::<attempts::Entity>(tx, &attempt::CHANGED, &[attempts::Column::Id], known).await
}
