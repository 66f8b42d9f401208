//! That there was a reply, a message, a job: rows without words, which go much later.
//!
//! What others stand on goes after them: a post after the replies to it, a job after its posts. A row goes whole, with
//! its attempts, so that nothing is ever half known.

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{STEP, Step, next_page};
use crate::domain::job::JobState;
use crate::domain::outbox::State;
use crate::domain::retention::job_is_over;
use crate::failpoint::failpoint;
use crate::ports::Purged;
use crate::store::entity::{attempt, job, job_change, job_group, outbox, reply};
use crate::store::time::micros;
use crate::store::transaction::{Work, transact};
use crate::store::{Db, rows};

/// Members' replies, once what brought them to the owner is over.
pub async fn replies(db: &Db, step: Step) -> Result<Purged, DbErr> {
    use reply::Column;
    let select = reply::Entity::find().select_only().columns([Column::Id, Column::SentAt, Column::ForwardEntry]);
    let select = select.filter(Column::Id.gt(step.after)).order_by_asc(Column::Id).limit(STEP);
    let found = select.into_tuple::<(i64, i64, Option<i64>)>().all(&db.reader).await?;
    let limit = micros(step.limit);
    let forwards: Vec<i64> = found.iter().filter_map(|(.., forward)| *forward).collect();
    let open = open_entries(db, &forwards).await?;
    let may_go = |(_, sent_at, forward): &&(i64, i64, Option<i64>)| {
        *sent_at <= limit && !forward.is_some_and(|forward| open.contains(&forward))
    };
    let ids: Vec<i64> = found.iter().filter(may_go).map(|(id, ..)| *id).collect();
    let page: Vec<(i64, bool)> = found.iter().map(|(id, sent_at, _)| (*id, *sent_at <= limit)).collect();
    delete(db, Delete::Replies(&ids), &page).await
}

/// How jobs were before they were changed; each is needed only while the change may come again or be undone.
pub async fn changes(db: &Db, step: Step) -> Result<Purged, DbErr> {
    use job_change::Column;
    let select = job_change::Entity::find().select_only().columns([Column::Id, Column::At]);
    let select = select.filter(Column::Id.gt(step.after)).order_by_asc(Column::Id).limit(STEP);
    let found = select.into_tuple::<(i64, i64)>().all(&db.reader).await?;
    let limit = micros(step.limit);
    let page: Vec<(i64, bool)> = found.iter().map(|(id, at)| (*id, *at <= limit)).collect();
    let ids: Vec<i64> = page.iter().filter(|(_, old)| *old).map(|(id, _)| *id).collect();
    delete(db, Delete::Changes(&ids), &page).await
}

/// A row: its id, when it was made, when it ended, and when its words were taken away.
type Ended = (i64, i64, Option<i64>, Option<i64>);

/// Which rows may go, those that ended long enough ago and have no words any more; and the page that they stand on.
fn wordless(found: &[Ended], limit: i64) -> (Vec<i64>, Vec<(i64, bool)>) {
    let may_go = |(_, _, ended_at, purged_at): &&Ended| purged_at.is_some() && ended_at.is_some_and(|at| at <= limit);
    let ids = found.iter().filter(may_go).map(|(id, ..)| *id).collect();
    let page = found.iter().map(|(id, made_at, ..)| (*id, *made_at <= limit)).collect();
    (ids, page)
}

/// Messages whose words are gone, with their attempts.
pub async fn entries(db: &Db, step: Step) -> Result<Purged, DbErr> {
    use outbox::Column;
    let columns = [Column::Id, Column::CreatedAt, Column::EndedAt, Column::PurgedAt];
    let select = outbox::Entity::find().select_only().columns(columns).filter(Column::Id.gt(step.after));
    let select = select.order_by_asc(Column::Id).limit(STEP).into_tuple::<Ended>();
    let found = select.all(&db.reader).await?;
    let limit = micros(step.limit);
    let (ids, page) = wordless(&found, limit);
    delete(db, Delete::Entries(&ids, limit), &page).await
}

/// Jobs whose text and posts are gone.
pub async fn jobs(db: &Db, step: Step) -> Result<Purged, DbErr> {
    use job::Column;
    let columns = [Column::Id, Column::CreatedAt, Column::EndedAt, Column::PurgedAt];
    let select = job::Entity::find().select_only().columns(columns).filter(Column::Id.gt(step.after));
    let select = select.order_by_asc(Column::Id).limit(STEP).into_tuple::<Ended>();
    let found = select.all(&db.reader).await?;
    let limit = micros(step.limit);
    let (ids, page) = wordless(&found, limit);
    delete(db, Delete::Jobs(&ids), &page).await
}

/// Those of some messages that are not over.
pub async fn open_entries(db: &Db, ids: &[i64]) -> Result<Vec<i64>, DbErr> {
    let mut open = Vec::new();
    for list in rows::lists(ids) {
        let select = outbox::Entity::find().select_only().column(outbox::Column::Id);
        let select =
            select.filter(outbox::Column::Id.is_in(list)).filter(outbox::Column::State.is_not_in(final_states()));
        open.extend(select.into_tuple::<i64>().all(&db.reader).await?);
    }
    Ok(open)
}

fn final_states() -> impl Iterator<Item = &'static str> {
    State::ALL.iter().filter(|state| state.is_final()).map(|state| state.as_str())
}

async fn delete(db: &Db, which: Delete<'_>, page: &[(i64, bool)]) -> Result<Purged, DbErr> {
    failpoint!("gc.selected")?;
    let rows = if which.ids().is_empty() { 0 } else { transact(&db.writer, &which).await? };
    Ok(Purged { rows, next: next_page(page) })
}

/// Takes rows away.
enum Delete<'a> {
    /// How jobs were.
    Changes(&'a [i64]),
    /// Replies.
    Replies(&'a [i64]),
    /// Messages that ended by an instant.
    Entries(&'a [i64], i64),
    /// Jobs.
    Jobs(&'a [i64]),
}

#[async_trait]
impl Work for Delete<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let mut deleted = 0;
        for list in rows::lists(self.ids()) {
            deleted += match self {
                Self::Changes(_) => {
                    let changes = job_change::Entity::delete_many().filter(job_change::Column::Id.is_in(list));
                    changes.exec(tx).await?.rows_affected
                }
                Self::Replies(_) => {
                    let replies = reply::Entity::delete_many().filter(reply::Column::Id.is_in(list));
                    replies.exec(tx).await?.rows_affected
                }
                Self::Entries(_, limit) => delete_entries(tx, list, *limit).await?,
                Self::Jobs(_) => delete_jobs(tx, list).await?,
            };
        }
        failpoint!("gc.deleted")?;
        Ok(deleted)
    }
}

impl<'a> Delete<'a> {
    fn ids(&self) -> &'a [i64] {
        match self {
            Self::Changes(ids) | Self::Replies(ids) | Self::Entries(ids, _) | Self::Jobs(ids) => ids,
        }
    }
}

/// Messages that are over, and that no reply stands on.
async fn delete_entries(tx: &DatabaseTransaction, ids: Vec<i64>, limit: i64) -> Result<u64, DbErr> {
    use outbox::Column;
    let mut replied = Query::select();
    replied.expr(Expr::val(1)).from(reply::Entity);
    replied.and_where(Expr::col((reply::Entity, reply::Column::PostEntry)).equals((outbox::Entity, Column::Id)));
    let select = outbox::Entity::find().select_only().column(Column::Id).filter(Column::Id.is_in(ids));
    let select = select.filter(Column::State.is_in(final_states())).filter(Column::EndedAt.lte(limit));
    let select = select.filter(Expr::exists(replied).not()).order_by_asc(Column::Id).lock_exclusive();
    let ids: Vec<i64> = select.into_tuple().all(tx).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    attempt::Entity::delete_many().filter(attempt::Column::EntryId.is_in(ids.clone())).exec(tx).await?;
    Ok(outbox::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx).await?.rows_affected)
}

/// Jobs that are over, and of which no post is left.
async fn delete_jobs(tx: &DatabaseTransaction, ids: Vec<i64>) -> Result<u64, DbErr> {
    use job::Column;
    let mut posts = Query::select();
    posts.expr(Expr::val(1)).from(outbox::Entity);
    posts.and_where(Expr::col((outbox::Entity, outbox::Column::JobId)).equals((job::Entity, Column::Id)));
    let over = JobState::ALL.iter().filter(|state| job_is_over(**state)).map(|state| state.as_str());
    let select = job::Entity::find().select_only().column(Column::Id).filter(Column::Id.is_in(ids));
    let select = select.filter(Column::State.is_in(over)).filter(Expr::exists(posts).not());
    let ids: Vec<i64> = select.order_by_asc(Column::Id).lock_exclusive().into_tuple().all(tx).await?;
    if ids.is_empty() {
        return Ok(0);
    }
    job_change::Entity::delete_many().filter(job_change::Column::JobId.is_in(ids.clone())).exec(tx).await?;
    job_group::Entity::delete_many().filter(job_group::Column::JobId.is_in(ids.clone())).exec(tx).await?;
    Ok(job::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx).await?.rows_affected)
}
