//! Events that came in, each once: recorded before they are acted on, settled when that is done.

use std::collections::{BTreeMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    UpdateMany,
};

use super::Store;
use super::cause::failed;
use super::entity::inbox::{Column, Entity, Model};
use super::forget::pseudonym;
use super::group_commit::Bulk;
use super::rows::{self, Identity, Row};
use super::time::{instant, micros};
use crate::domain::inbound::{EventKind, NewEvent, Reading};
use crate::failpoint::failpoint;
use crate::ports::{Inbox, Recorded, Settlement, StoreError, Waiting};

pub(super) const NEW: &str = "new";
pub(super) const DONE: &str = "done";
const IGNORED: &str = "ignored";
pub(super) const DEAD: &str = "dead";

const COLUMNS: [Column; 10] = [
    Column::DedupeKey,
    Column::Kind,
    Column::EventAt,
    Column::ReceivedAt,
    Column::Raw,
    Column::State,
    Column::Attempts,
    Column::NextAt,
    Column::TakenBy,
    Column::Reason,
];

/// Records events: those with a new key become rows in the hand of this process.
pub struct Record {
    /// This process.
    pub boot_id: String,
}

#[async_trait]
impl Bulk for Record {
    type Op = (Vec<NewEvent>, DateTime<Utc>);
    type Out = Vec<Recorded>;
    const OPERATION: &'static str = "record events";

    async fn write(&self, tx: &DatabaseTransaction, ops: &[Self::Op], _again: bool) -> Result<Vec<Self::Out>, DbErr> {
        failpoint!("in.tx_begin")?;
        let mut seen = HashSet::new();
        let all = ops.iter().flat_map(|(events, at)| events.iter().map(move |event| (event, *at)));
        let rows = all.filter(|(event, _)| seen.insert(event.dedupe_key.as_str()));
        let rows = rows.map(|(event, at)| (event.dedupe_key.clone(), row(event, at, &self.boot_id))).collect();
        let identity = Identity { id: Column::Id, key: Column::DedupeKey };
        let mut fresh = rows::insert_fresh::<Entity>(tx, identity, &COLUMNS, rows).await?;
        pseudonym::sort_out_known(tx, &mut fresh).await?;
        failpoint!("in.rows_inserted")?;
        // Taking a key out makes the second of two equal events in one batch a known one.
        let mut recorded = |event: &NewEvent| match (fresh.remove(&event.dedupe_key), &event.reading) {
            (Some(id), Reading::Event(_)) => Recorded::Fresh(id),
            (Some(_), Reading::Ignored(_) | Reading::Dead(_)) => Recorded::Kept,
            (None, _) => Recorded::Known,
        };
        Ok(ops.iter().map(|(events, _)| events.iter().map(&mut recorded).collect()).collect())
    }
}

fn row(event: &NewEvent, received_at: DateTime<Utc>, boot_id: &str) -> Row {
    let (state, reason) = match &event.reading {
        Reading::Event(_) => (NEW, None),
        Reading::Ignored(why) => (IGNORED, Some((*why).to_owned())),
        Reading::Dead(why) => (DEAD, Some(why.clone())),
    };
    vec![
        event.dedupe_key.as_str().into(),
        event.kind.as_str().into(),
        event.event_at.map(micros).into(),
        micros(received_at).into(),
        event.raw.clone().into(),
        state.into(),
        0_i32.into(),
        micros(received_at).into(),
        boot_id.into(),
        reason.into(),
    ]
}

/// Closes rows, or puts them off.
pub struct Settle;

#[async_trait]
impl Bulk for Settle {
    type Op = Vec<(i64, Settlement)>;
    type Out = ();
    const OPERATION: &'static str = "settle events";

    async fn write(&self, tx: &DatabaseTransaction, ops: &[Self::Op], _again: bool) -> Result<Vec<()>, DbErr> {
        let mut alike: BTreeMap<Fate<'_>, Vec<i64>> = BTreeMap::new();
        for (id, settlement) in ops.iter().flatten() {
            alike.entry(Fate::of(settlement)).or_default().push(*id);
        }
        for (fate, ids) in alike {
            for list in rows::lists(&ids) {
                tx.execute(fate.update().filter(Column::Id.is_in(list)).query()).await?;
            }
        }
        failpoint!("proc.event_done")?;
        Ok(vec![(); ops.len()])
    }
}

/// What rows that are settled alike get.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Fate<'a> {
    state: &'static str,
    reason: Option<&'a str>,
    next_at: Option<i64>,
}

impl<'a> Fate<'a> {
    fn of(settlement: &'a Settlement) -> Self {
        match settlement {
            Settlement::Done => Self { state: DONE, reason: None, next_at: None },
            Settlement::Ignored(why) => Self { state: IGNORED, reason: Some(why), next_at: None },
            Settlement::Dead(why) => Self { state: DEAD, reason: Some(why), next_at: None },
            Settlement::Retry { reason, not_before } => {
                Self { state: NEW, reason: Some(reason), next_at: Some(micros(*not_before)) }
            }
        }
    }

    /// Only rows that wait are touched, and a row is put off to the same instant once.
    fn update(&self) -> UpdateMany<Entity> {
        let update = Entity::update_many().filter(Column::State.eq(NEW));
        let update = update.col_expr(Column::Reason, Expr::val(self.reason.map(str::to_owned)));
        match self.next_at {
            None => update.col_expr(Column::State, Expr::val(self.state)),
            Some(at) => update
                .col_expr(Column::NextAt, Expr::val(at))
                .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
                .filter(Column::NextAt.ne(at)),
        }
    }
}

#[async_trait]
impl Inbox for Store {
    async fn record(&self, events: Vec<NewEvent>, received_at: DateTime<Utc>) -> Result<Vec<Recorded>, StoreError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.record.submit((events, received_at)).await
    }

    async fn settle(&self, rows: Vec<(i64, Settlement)>) -> Result<(), StoreError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.settle.submit(rows).await
    }

    async fn adopt(&self) -> Result<u64, StoreError> {
        let failed = failed("take over events of a process that is gone");
        let foreign = Entity::find().select_only().column(Column::TakenBy).filter(Column::State.eq(NEW));
        let foreign = foreign.filter(Column::TakenBy.is_not_null()).filter(self.not_mine()).distinct();
        let boots = foreign.into_tuple().all(&self.db.reader).await.map_err(&failed)?;
        let gone = self.db.presence.gone(boots).await.map_err(&failed)?;
        // What a version without this column left belongs to nobody.
        let nobodys = Column::TakenBy.is_null().or(Column::TakenBy.is_in(gone));
        let adopt = Entity::update_many().col_expr(Column::TakenBy, Expr::val(self.db.presence.boot_id.as_str()));
        let adopt = adopt.filter(Column::State.eq(NEW)).filter(nobodys).exec(&self.db.writer).await;
        adopt.map(|done| done.rows_affected).map_err(failed)
    }

    async fn waiting(&self, now: DateTime<Utc>, after: i64, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let mine = Column::TakenBy.eq(self.db.presence.boot_id.as_str());
        let select = Entity::find().filter(Column::State.eq(NEW)).filter(Column::Id.gt(after)).filter(mine);
        let select = select.filter(Column::NextAt.lte(micros(now))).order_by_asc(Column::Id).limit(u64::from(limit));
        let rows = select.all(&self.db.reader).await.map_err(failed("read the inbox"))?;
        rows.into_iter().map(waiting).collect::<Result<_, _>>().map_err(failed("read the inbox"))
    }

    async fn oldest_waiting(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let select = Entity::find().select_only().column(Column::ReceivedAt).filter(Column::State.eq(NEW));
        let oldest = select.order_by_asc(Column::Id).into_tuple::<i64>().one(&self.db.reader).await;
        Ok(oldest.map_err(failed("read the inbox"))?.map(instant))
    }

    async fn counts(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let select = Entity::find().select_only().column(Column::State);
        let select = select.column_as(Expr::expr(Func::count(Expr::col(Column::Id))), "n").group_by(Column::State);
        let counts = select.into_tuple::<(String, i64)>().all(&self.db.reader).await;
        let counts = counts.map_err(failed("count the inbox"))?;
        Ok(counts.into_iter().map(|(state, n)| (state, n.unsigned_abs())).collect())
    }
}

impl Store {
    fn not_mine(&self) -> Expr {
        Column::TakenBy.ne(self.db.presence.boot_id.as_str())
    }
}

fn waiting(row: Model) -> Result<Waiting, DbErr> {
    let kinds = [EventKind::Message, EventKind::Status, EventKind::Group, EventKind::Other];
    let kind = kinds.into_iter().find(|kind| kind.as_str() == row.kind);
    let kind = kind.ok_or_else(|| DbErr::Type(format!("inbox row {} is of an unknown kind", row.id)))?;
    Ok(Waiting {
        id: row.id,
        kind,
        raw: row.raw,
        received_at: instant(row.received_at),
        attempts: row.attempts.unsigned_abs(),
    })
}
