//! What is kept of people: limits that hold nobody back, and people of whom nothing else is left.
//!
//! The owner is never among them: when they last wrote decides what may be sent to them.

use async_trait::async_trait;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{STEP, Step};
use crate::failpoint::failpoint;
use crate::ports::Purged;
use crate::store::entity::{member, pace, reply};
use crate::store::outbox::NUMBER;
use crate::store::time::micros;
use crate::store::transaction::{Work, transact};
use crate::store::{Db, rows};

/// Takes limits away that hold nobody back any more.
pub async fn paces(db: &Db, step: Step) -> Result<Purged, DbErr> {
    let idle = pace::Entity::find().select_only().column(pace::Column::Who).filter(idle(micros(step.limit)));
    let who: Vec<String> = idle.limit(STEP).into_tuple().all(&db.reader).await?;
    failpoint!("gc.selected")?;
    let rows = if who.is_empty() { 0 } else { transact(&db.writer, &Idle { who: &who, step }).await? };
    let more = who.len() as u64 == STEP && rows > 0;
    Ok(Purged { rows, next: more.then_some(0) })
}

/// What was taken of it, and what was forbidden, is over. The number's own stays: its row is what all who send lock.
fn idle(now: i64) -> Condition {
    let over = |column: pace::Column| column.is_null().or(column.lte(now));
    let others = pace::Column::Who.ne(NUMBER);
    Condition::all().add(others).add(over(pace::Column::TakenUntil)).add(over(pace::Column::PausedUntil))
}

struct Idle<'a> {
    who: &'a [String],
    step: Step,
}

#[async_trait]
impl Work for Idle<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let mut deleted = 0;
        for list in rows::lists(self.who) {
            let delete = pace::Entity::delete_many().filter(pace::Column::Who.is_in(list));
            deleted += delete.filter(idle(micros(self.step.limit))).exec(tx).await?.rows_affected;
        }
        failpoint!("gc.deleted")?;
        Ok(deleted)
    }
}

/// Takes people away who last wrote privately long ago or were forgotten, and of whom no reply is kept.
pub async fn people(db: &Db, step: Step) -> Result<Purged, DbErr> {
    use member::Column;
    let silent = member::Entity::find().select_only().column(Column::Id).filter(Column::Id.gt(step.after));
    let silent = silent.filter(gone_quiet(db, step)).order_by_asc(Column::Id).limit(STEP);
    let ids: Vec<i64> = silent.into_tuple().all(&db.reader).await?;
    failpoint!("gc.selected")?;
    let rows = if ids.is_empty() { 0 } else { transact(&db.writer, &Silent { db, ids: &ids, step }).await? };
    let next = ids.last().filter(|_| ids.len() as u64 == STEP).copied();
    Ok(Purged { rows, next })
}

fn gone_quiet(db: &Db, step: Step) -> Condition {
    use member::Column;
    let mut replies = Query::select();
    replies.expr(Expr::val(1)).from(reply::Entity);
    replies.and_where(Expr::col((reply::Entity, reply::Column::MemberId)).equals((member::Entity, Column::Id)));
    let forgotten = Column::Phone.is_null().and(Column::Bsuid.is_null());
    Condition::all()
        .add(Column::LastPrivateAt.lte(micros(step.limit)).or(forgotten))
        .add(Column::Phone.is_null().or(Column::Phone.ne(db.desk.owner.id())))
        .add(Expr::exists(replies).not())
}

struct Silent<'a> {
    db: &'a Db,
    ids: &'a [i64],
    step: Step,
}

#[async_trait]
impl Work for Silent<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let mut deleted = 0;
        for list in rows::lists(self.ids) {
            let delete = member::Entity::delete_many().filter(member::Column::Id.is_in(list));
            deleted += delete.filter(gone_quiet(self.db, self.step)).exec(tx).await?.rows_affected;
        }
        failpoint!("gc.deleted")?;
        Ok(deleted)
    }
}
