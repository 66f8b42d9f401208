//! Received events: first their bytes go, later what they are known by.
//!
//! An event that waits to be acted on is never touched, and neither is the key of one that was acted on and names no
//! time of its own: nothing else would keep a replay of it from being acted on again.

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, UpdateMany,
};

use super::{STEP, Step, next_page, progress};
use crate::domain::retention::{DEAD_EVENTS_MOST, What};
use crate::failpoint::failpoint;
use crate::ports::Purged;
use crate::store::entity::inbox::{Column, Entity};
use crate::store::forget::pseudonym;
use crate::store::inbox::{DEAD, DONE, NEW};
use crate::store::time::micros;
use crate::store::transaction::{Work, transact};
use crate::store::{Db, rows};

/// What is looked at of a row: id, when it was received, its state.
type Row = (i64, i64, String);

/// Takes the bytes away.
pub async fn empty(db: &Db, step: Step) -> Result<Purged, DbErr> {
    let reached = progress::reached(&db.reader, step.what).await?;
    let after = reached.max(step.after);
    let select = behind(after).select_only().columns([Column::Id, Column::ReceivedAt, Column::State]);
    let select = if step.what == What::DeadEvents { select.filter(Column::State.eq(DEAD)) } else { select };
    let rows = select.order_by_asc(Column::Id).limit(STEP).into_tuple::<Row>().all(&db.reader).await?;
    // This pass has come further than what is dealt with for good: something before this page waits.
    let ripe = Ripe { step, dead_upto: dead_upto(db, step).await?, waits: after > reached };
    let judged = ripe.judge(&rows);
    failpoint!("gc.selected")?;
    let emptied = match judged.seen_upto {
        Some(_) => transact(&db.writer, &Empty { judged: &judged, what: step.what }).await?,
        None => 0,
    };
    let whole = rows.len() as u64 == STEP && judged.seen_upto == rows.last().map(|(id, ..)| *id);
    Ok(Purged { rows: emptied, next: judged.seen_upto.filter(|_| whole) })
}

fn behind(id: i64) -> Select<Entity> {
    Entity::find().filter(Column::Id.gt(id))
}

/// The dead events up to this id are beyond the newest that are kept.
async fn dead_upto(db: &Db, step: Step) -> Result<i64, DbErr> {
    if step.what == What::Events {
        return progress::reached(&db.reader, What::DeadEvents).await;
    }
    let dead = Entity::find().select_only().column(Column::Id).filter(Column::State.eq(DEAD));
    let beyond = dead.order_by_desc(Column::Id).offset(DEAD_EVENTS_MOST).limit(1).into_tuple::<i64>();
    Ok(beyond.one(&db.reader).await?.unwrap_or(0))
}

/// Which rows have had their time.
struct Ripe {
    step: Step,
    /// The dead up to this id are beyond the newest, or seen to already.
    dead_upto: i64,
    /// True when a row before these waits.
    waits: bool,
}

/// What becomes of a page of rows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Judged {
    /// The rows whose bytes go.
    ids: Vec<i64>,
    /// All before this row are old enough to be looked at.
    seen_upto: Option<i64>,
    /// All up to this row are dealt with for good.
    done_upto: Option<i64>,
}

impl Ripe {
    /// Goes as far as the rows are old enough. One that waits is passed over, and comes up again in every pass.
    fn judge(&self, rows: &[Row]) -> Judged {
        let mut judged = Judged::default();
        let mut waits = self.waits;
        for (id, received_at, state) in rows {
            // What seems to come from the future was received under a wrong clock; it must not hide those behind it.
            let old = *received_at <= micros(self.step.limit) || *received_at > micros(self.step.now);
            match (state.as_str(), self.step.what) {
                (NEW, _) if old => waits = true,
                // Those that are kept longer are seen to by their own pass; what it left behind is taken here.
                (DEAD, What::Events) if *id > self.dead_upto && old => {}
                (DEAD, What::DeadEvents) if old || *id <= self.dead_upto => judged.ids.push(*id),
                (_, What::Events) if old => judged.ids.push(*id),
                _ => break,
            }
            judged.seen_upto = Some(*id);
            if !waits {
                judged.done_upto = Some(*id);
            }
        }
        judged
    }
}

/// Takes the bytes of some events away.
struct Empty<'a> {
    judged: &'a Judged,
    what: What,
}

#[async_trait]
impl Work for Empty<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let mut emptied = 0;
        for list in rows::lists(&self.judged.ids) {
            emptied += without_bytes().filter(Column::Id.is_in(list)).exec(tx).await?.rows_affected;
        }
        failpoint!("gc.deleted")?;
        if let Some(upto) = self.judged.done_upto {
            progress::advance(tx, self.what, upto).await?;
        }
        Ok(emptied)
    }
}

/// Of settled events only, and once only.
fn without_bytes() -> UpdateMany<Entity> {
    let nothing = Vec::<u8>::new();
    let update = Entity::update_many().col_expr(Column::Raw, Expr::val(nothing.clone()));
    update.filter(Column::State.ne(NEW)).filter(Column::Raw.ne(nothing))
}

/// What is looked at of a row: id, when it was received, when it happened, its state.
type KeyRow = (i64, i64, Option<i64>, String);

/// Takes whole rows away, with what they are known by.
pub async fn delete(db: &Db, step: Step) -> Result<Purged, DbErr> {
    let columns = [Column::Id, Column::ReceivedAt, Column::EventAt, Column::State];
    let select = behind(step.after).select_only().columns(columns).order_by_asc(Column::Id).limit(STEP);
    let rows = select.into_tuple::<KeyRow>().all(&db.reader).await?;
    let old = |received_at: i64| received_at <= micros(step.limit);
    let may_go = |(_, received_at, event_at, state): &&KeyRow| {
        old(*received_at) && state != NEW && (event_at.is_some() || state != DONE)
    };
    let ids: Vec<i64> = rows.iter().filter(may_go).map(|(id, ..)| *id).collect();
    let page: Vec<(i64, bool)> = rows.iter().map(|(id, received_at, ..)| (*id, old(*received_at))).collect();
    failpoint!("gc.selected")?;
    let rows = if ids.is_empty() { 0 } else { transact(&db.writer, &Delete(&ids)).await? };
    let next = next_page(&page);
    if next.is_none() {
        pseudonym::retire(&db.writer, step.now).await?;
    }
    Ok(Purged { rows, next })
}

/// Takes some events away.
struct Delete<'a>(&'a [i64]);

#[async_trait]
impl Work for Delete<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let mut deleted = 0;
        for list in rows::lists(self.0) {
            let delete = Entity::delete_many().filter(Column::Id.is_in(list)).filter(Column::State.ne(NEW));
            deleted += delete.exec(tx).await?.rows_affected;
        }
        failpoint!("gc.deleted")?;
        Ok(deleted)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::*;

    /// Ids with their age in days and their state.
    fn judge(what: What, dead_upto: i64, given: &[(i64, i64, &str)]) -> Judged {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(100);
        let step = Step { what, limit: now - TimeDelta::days(10), after: 0, now };
        let row =
            |(id, days, state): &(i64, i64, &str)| (*id, micros(now - TimeDelta::days(*days)), (*state).to_owned());
        Ripe { step, dead_upto, waits: false }.judge(&given.iter().map(row).collect::<Vec<_>>())
    }

    fn judged(ids: &[i64], seen_upto: Option<i64>, done_upto: Option<i64>) -> Judged {
        Judged { ids: ids.to_vec(), seen_upto, done_upto }
    }

    #[test]
    fn bytes_go_up_to_the_first_event_that_is_too_young() {
        for (given, expected) in [
            (&[(1, 20, "done"), (2, 10, "ignored"), (3, 9, "done")][..], judged(&[1, 2], Some(2), Some(2))),
            (&[(1, 20, "dead"), (2, 20, "done")], judged(&[2], Some(2), Some(2))),
            (&[(1, 9, "new"), (2, 20, "done")], judged(&[], None, None)),
            (&[(1, -300, "done"), (2, 20, "done")], judged(&[1, 2], Some(2), Some(2))),
            (&[], Judged::default()),
        ] {
            assert_eq!(judge(What::Events, 0, given), expected, "{given:?}");
        }
    }

    #[test]
    fn one_that_waits_keeps_its_bytes_and_is_looked_at_again() {
        let given = [(1, 30, "done"), (2, 20, "new"), (3, 20, "done")];
        assert_eq!(judge(What::Events, 0, &given), judged(&[1, 3], Some(3), Some(1)));
    }

    #[test]
    fn of_the_dead_the_old_go_and_all_beyond_the_newest() {
        let given = [(1, 5, "dead"), (2, 5, "dead"), (3, 11, "dead"), (4, 9, "dead")];
        assert_eq!(judge(What::DeadEvents, 2, &given), judged(&[1, 2, 3], Some(3), Some(3)));
    }

    #[test]
    fn a_dead_event_that_its_own_pass_has_left_behind_is_taken_with_the_others() {
        let given = [(4, 20, "dead"), (6, 20, "dead")];
        assert_eq!(judge(What::Events, 5, &given), judged(&[4], Some(6), Some(6)));
    }
}
