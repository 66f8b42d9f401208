//! The port of the outbox: what is asked of it, and the two ways to write to it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use sea_orm::{QuerySelect, Select};

use super::row;
use crate::domain::address::{Address, GroupId, Wamid};
use crate::domain::delivery::ANSWER_WITHIN;
use crate::domain::outbox::{Entry, Hold, NewEntry, Purpose, State};
use crate::ports::{Applied, Change, DueFilter, Outbox, StoreError};
use crate::store::cause::failed;
use crate::store::entity::attempt;
use crate::store::entity::outbox::{Column, Entity};
use crate::store::time::{instant, micros};
use crate::store::transaction::{Work, transact};
use crate::store::{Store, dialect, log, rows};

const READ: &str = "read the outbox";
/// More sends than this are never in flight; the rest is found by the next look.
const MOST_ORPHANS: u64 = 10_000;
/// A job has at most a few dozen groups; repeated ones are cut off here.
const MOST_POSTS: u64 = 10_000;

#[async_trait]
impl Outbox for Store {
    async fn plan(&self, entries: Vec<NewEntry>, now: DateTime<Utc>) -> Result<Vec<(i64, bool)>, StoreError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        self.plan.submit((entries, now)).await
    }

    async fn due(&self, now: DateTime<Utc>, filter: &DueFilter) -> Result<Vec<Entry>, StoreError> {
        let select = ready(now).filter(Column::NotBefore.lte(micros(now))).filter(none_of(filter));
        let select = select.order_by_asc(Column::NotBefore).order_by_asc(Column::Id).limit(u64::from(filter.limit));
        self.entries(select).await
    }

    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let select = ready(now).filter(Column::NotBefore.gt(micros(now))).order_by_asc(Column::NotBefore);
        let select = select.select_only().column(Column::NotBefore).into_tuple::<i64>();
        Ok(select.one(&self.db.reader).await.map_err(failed(READ))?.map(instant))
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<Vec<Applied>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        self.apply.submit(changes).await
    }

    async fn overdue(&self, now: DateTime<Utc>, after: i64, limit: u32) -> Result<Vec<i64>, StoreError> {
        let now = micros(now);
        let waits = Column::State.eq(State::Planned.as_str()).and(Column::ExpiresAt.lte(now));
        let open = Column::State.is_in([State::Sending.as_str(), State::Unknown.as_str()]);
        let passed = Condition::any().add(waits).add(open.and(Column::DeadlineAt.lte(now)));
        self.ids(Entity::find().filter(Column::Id.gt(after)).filter(passed), limit).await
    }

    async fn orphans(&self) -> Result<Vec<i64>, StoreError> {
        let latest = Condition::all()
            .add(Expr::col((attempt::Entity, attempt::Column::EntryId)).equals((Entity, Column::Id)))
            .add(Expr::col((attempt::Entity, attempt::Column::Number)).equals((Entity, Column::Attempt)));
        let mut sending = Query::select();
        sending.column((Entity, Column::Id)).column((attempt::Entity, attempt::Column::BootId)).from(Entity);
        sending.inner_join(attempt::Entity, latest).and_where(Column::State.eq(State::Sending.as_str()));
        sending.and_where(attempt::Column::BootId.ne(self.db.presence.boot_id.as_str())).limit(MOST_ORPHANS);
        let rows = self.db.reader.query_all(&sending).await.map_err(failed(READ))?;
        let sending: Result<Vec<(i64, String)>, _> =
            rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect();
        let sending = sending.map_err(failed(READ))?;
        let boots: BTreeSet<String> = sending.iter().map(|(_, boot)| boot.clone()).collect();
        let gone = self.db.presence.gone(boots.into_iter().collect()).await.map_err(failed(READ))?;
        Ok(sending.into_iter().filter(|(_, boot)| gone.contains(boot)).map(|(id, _)| id).collect())
    }

    async fn held(&self, hold: Hold, to: Option<&Address>, limit: u32) -> Result<Vec<i64>, StoreError> {
        let mut held = Entity::find().filter(Column::State.eq(State::Planned.as_str()));
        held = held.filter(Column::HeldBy.eq(hold.as_str()));
        if let Some(to) = to {
            held = held.filter(Column::ToKind.eq(to.kind())).filter(Column::ToId.eq(to.id()));
        }
        self.ids(held, limit).await
    }

    async fn get(&self, id: i64) -> Result<Option<Entry>, StoreError> {
        self.entry(Entity::find().filter(Column::Id.eq(id))).await
    }

    async fn by_wamid(&self, wamid: &Wamid) -> Result<Option<Entry>, StoreError> {
        self.entry(Entity::find().filter(Column::Wamid.eq(wamid.as_str()))).await
    }

    async fn posts_of(&self, job_id: i64) -> Result<Vec<Entry>, StoreError> {
        let posts = Entity::find().filter(Column::JobId.eq(job_id));
        self.entries(posts.order_by_asc(Column::SlotAt).order_by_asc(Column::Id).limit(MOST_POSTS)).await
    }

    async fn latest_post(
        &self,
        group: &GroupId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Option<Entry>, StoreError> {
        let posts = Entity::find().filter(Column::ToId.eq(group.as_str())).filter(Column::ToKind.eq("group"));
        let posts = posts.filter(Column::Purpose.eq(Purpose::Post.as_str()));
        let out = [State::Sending, State::Unknown, State::Accepted, State::Unresolved];
        let posts = posts.filter(Column::State.is_in(out.map(State::as_str)));
        let posts = posts.filter(Column::AcceptedAt.is_null().or(Column::AcceptedAt.gte(micros(from))));
        let begun = begun_by(to);
        let posts = posts.filter(Expr::from(begun.clone()).gte(micros(from)));
        self.entry(posts.order_by_desc(Expr::from(begun)).order_by_desc(Column::Id)).await
    }

    async fn late_posts(&self, asked: bool, limit: u32) -> Result<Vec<Entry>, StoreError> {
        let late = Entity::find().filter(Column::HeldBy.eq(Hold::Late.as_str()));
        let late = if asked {
            late.filter(Column::State.eq(State::Planned.as_str())).filter(Column::AskedAt.is_not_null())
        } else {
            // What is too late to be sent is mentioned once, and then it is over.
            let states = [State::Planned.as_str(), State::Expired.as_str()];
            late.filter(Column::State.is_in(states)).filter(Column::AskedAt.is_null())
        };
        self.entries(late.order_by_asc(Column::Id).limit(u64::from(limit))).await
    }

    async fn ask_about_late(&self, posts: &[i64], digest: NewEntry, now: DateTime<Utc>) -> Result<(), StoreError> {
        let question = Question { posts, digest, now };
        transact(&self.db.writer, &question).await.map_err(failed("ask about late posts"))
    }

    async fn counts(&self) -> Result<Vec<(State, u64)>, StoreError> {
        let select = Entity::find().select_only().column(Column::State);
        let select = select.column_as(Expr::expr(Func::count(Expr::col(Column::Id))), "n").group_by(Column::State);
        let counts = select.into_tuple::<(String, i64)>().all(&self.db.reader).await.map_err(failed(READ))?;
        Ok(counts.into_iter().filter_map(|(state, n)| Some((State::parse(&state)?, n.unsigned_abs()))).collect())
    }
}

impl Store {
    async fn entries(&self, select: Select<Entity>) -> Result<Vec<Entry>, StoreError> {
        let rows = select.all(&self.db.reader).await.map_err(failed(READ))?;
        rows.into_iter().map(row::entry).collect::<Result<_, _>>().map_err(failed(READ))
    }

    async fn entry(&self, select: Select<Entity>) -> Result<Option<Entry>, StoreError> {
        let row = select.one(&self.db.reader).await.map_err(failed(READ))?;
        row.map(row::entry).transpose().map_err(failed(READ))
    }

    async fn ids(&self, select: Select<Entity>, limit: u32) -> Result<Vec<i64>, StoreError> {
        let select = select.select_only().column(Column::Id).order_by_asc(Column::Id).limit(u64::from(limit));
        select.into_tuple().all(&self.db.reader).await.map_err(failed(READ))
    }
}

/// When the latest attempt before `by` began; a message can be read from then on, whenever we hear that it was taken.
fn begun_by(by: DateTime<Utc>) -> SelectStatement {
    let mut begun = Query::select();
    begun.expr(Func::max(Expr::col(attempt::Column::StartedAt))).from(attempt::Entity);
    begun.and_where(Expr::col((attempt::Entity, attempt::Column::EntryId)).equals((Entity, Column::Id)));
    begun.and_where(Expr::col(attempt::Column::StartedAt).lte(micros(by)));
    begun
}

/// Planned, held by nothing, and not over: an expired one would be picked again and again until the sweep ends it.
fn ready(now: DateTime<Utc>) -> Select<Entity> {
    let open = Column::ExpiresAt.is_null().or(Column::ExpiresAt.gt(micros(now)));
    Entity::find().filter(Column::State.eq(State::Planned.as_str())).filter(Column::HeldBy.is_null()).filter(open)
}

fn none_of(filter: &DueFilter) -> Condition {
    let mut none = Condition::all();
    if !filter.skip_ids.is_empty() {
        none = none.add(Column::Id.is_not_in(rows::lists(&filter.skip_ids).concat()));
    }
    for kind in ["phone", "user", "group"] {
        let ids: Vec<&str> = filter.skip_to.iter().filter(|to| to.kind() == kind).map(Address::id).collect();
        if !ids.is_empty() {
            let skipped = Column::ToKind.eq(kind).and(Column::ToId.is_in(rows::lists(&ids).concat()));
            none = none.add(skipped.not());
        }
    }
    none
}

/// Asks the owner about late posts. Unanswered, they expire.
struct Question<'a> {
    posts: &'a [i64],
    digest: NewEntry,
    now: DateTime<Utc>,
}

#[async_trait]
impl Work for Question<'_> {
    type Output = ();

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<(), DbErr> {
        if super::plan::insert(tx, vec![(&self.digest, self.now)]).await?.is_empty() {
            // Another process asks at this moment. What its question does not name gets one of its own.
            return Ok(());
        }
        let mut asked = Vec::new();
        for list in rows::lists(self.posts) {
            let select = Entity::find().filter(Column::Id.is_in(list)).filter(Column::AskedAt.is_null());
            let select = select.filter(Column::HeldBy.eq(Hold::Late.as_str())).lock_exclusive();
            asked.extend(select.all(tx).await?);
        }
        let until = micros(self.now + ANSWER_WITHIN);
        let set = [Column::AskedAt, Column::ExpiresAt, Column::Revision];
        let rows = asked.iter().map(|post| {
            let (asked_at, revision) = (micros(self.now), post.revision);
            let expires_at = post.expires_at.unwrap_or(until);
            vec![asked_at.into(), expires_at.into(), (revision + 1).into(), post.id.into(), revision.into()]
        });
        dialect::update_rows::<Entity>(tx, &set, &[Column::Id, Column::Revision], rows.collect()).await?;
        let logged = asked.iter().filter_map(|post| {
            let state = State::parse(&post.state)?.as_str();
            Some(log::Logged {
                job_id: post.job_id,
                entry_id: Some(post.id),
                revision: post.revision + 1,
                from: Some(state),
                to: state,
                actor: "scheduler",
                reason: "the owner is asked whether it is still wanted".to_owned(),
                at: self.now,
            })
        });
        log::append(tx, logged.collect()).await
    }
}
