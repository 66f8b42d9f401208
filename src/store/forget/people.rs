//! The rows of a person among the people who were seen. The owner's are never touched.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use async_trait::async_trait;

use super::Known;
use super::traces::Traces;
use crate::domain::address::{Bsuid, Person, Phone};
use crate::domain::session::Session;
use crate::store::entity::member::{ActiveModel, Column, Entity, Model};
use crate::store::entity::{pace, reply};
use crate::store::outbox::lane;
use crate::store::time::{instant, micros};
use crate::store::transaction::{Work, transact};
use crate::store::{Db, document, rows, sessions};

/// Most people at once whose forgetting is to be finished.
const MOST: u64 = 100;

/// Finds all that a person is known by; `None` for the owner.
pub async fn find(db: &Db, person: &Person) -> Result<Option<Known>, DbErr> {
    let mut traces = Traces::default();
    traces.add(person);
    let is_theirs = Condition::any()
        .add_option(person.phone.as_ref().map(|phone| Column::Phone.eq(phone.digits())))
        .add_option(person.bsuid.as_ref().map(|bsuid| Column::Bsuid.eq(bsuid.as_str())));
    let rows = Entity::find().filter(is_theirs).order_by_asc(Column::Id).all(&db.writer).await?;
    for row in &rows {
        add(&mut traces, row);
    }
    let session = document::load::<_, Session, _>(&db.reader, sessions::COLUMNS, db.desk.owner.id()).await?;
    let pinned = session.and_then(|(session, _)| session.pinned);
    let is_owner = traces.phones().any(|digits| digits == db.desk.owner.id())
        || pinned.is_some_and(|pinned| traces.bsuids().any(|bsuid| bsuid == pinned.as_str()));
    Ok((!is_owner).then(|| Known { traces, rows: rows.iter().map(|row| row.id).collect() }))
}

fn add(traces: &mut Traces, row: &Model) {
    if let Some(person) = identities(row) {
        traces.add(&person);
    }
    for name in row.name.iter().chain(&row.username) {
        traces.add_name(name);
    }
}

fn identities(row: &Model) -> Option<Person> {
    Person::new(row.phone.as_deref().and_then(Phone::parse), row.bsuid.as_deref().and_then(Bsuid::parse))
}

/// Notes up to when they are to be forgotten: no answer to what they wrote before is passed on to them.
pub async fn mark(db: &Db, ids: &[i64], asked_at: DateTime<Utc>) -> Result<(), DbErr> {
    let asked_at = micros(asked_at);
    for list in rows::lists(ids) {
        let mark = Entity::update_many().col_expr(Column::ForgottenAt, Expr::val(asked_at));
        let earlier = Column::ForgottenAt.is_null().or(Column::ForgottenAt.lt(asked_at));
        let mark = mark.filter(Column::Id.is_in(list)).filter(earlier);
        mark.exec(&db.writer).await?;
    }
    Ok(())
}

/// People who are marked and still have an identity, and up to when they are to be forgotten.
pub async fn half_forgotten(db: &Db) -> Result<Vec<(Person, DateTime<Utc>)>, DbErr> {
    let named = Condition::any().add(Column::Phone.is_not_null()).add(Column::Bsuid.is_not_null());
    let marked = Entity::find().filter(Column::ForgottenAt.is_not_null()).filter(named);
    let rows = marked.order_by_asc(Column::Id).limit(MOST).all(&db.reader).await?;
    Ok(rows.iter().filter_map(|row| Some((identities(row)?, instant(row.forgotten_at?)))).collect())
}

/// Takes their identities and their limits away; how many rows there were. Whoever has written since they asked for it is
/// somebody new, and stays.
pub async fn remove(db: &Db, known: &Known, asked_at: DateTime<Utc>) -> Result<u64, DbErr> {
    transact(&db.writer, &Remove { known, asked_at }).await
}

/// Takes a person's rows away; one on which replies stand stays without anything in it.
struct Remove<'a> {
    known: &'a Known,
    asked_at: DateTime<Utc>,
}

impl Remove<'_> {
    /// The rows of those who are back. They are marked no more, and what they wrote before is nobody's.
    async fn back(&self, tx: &DatabaseTransaction) -> Result<Vec<i64>, DbErr> {
        let since = micros(self.asked_at);
        let mut back = Vec::new();
        for list in rows::lists(&self.known.rows) {
            let wrote = reply::Entity::find().select_only().column(reply::Column::MemberId).distinct();
            let wrote = wrote.filter(reply::Column::MemberId.is_in(list.clone()));
            back.extend(wrote.filter(reply::Column::SentAt.gt(since)).into_tuple::<i64>().all(tx).await?);
            let wrote = Entity::find().select_only().column(Column::Id).filter(Column::Id.is_in(list));
            back.extend(wrote.filter(Column::LastPrivateAt.gt(since)).into_tuple::<i64>().all(tx).await?);
        }
        if !back.is_empty() {
            self.part(tx, &back).await?;
        }
        for list in rows::lists(&back) {
            let unmark = Entity::update_many().col_expr(Column::ForgottenAt, Expr::val(Option::<i64>::None));
            unmark.filter(Column::Id.is_in(list)).exec(tx).await?;
        }
        Ok(back)
    }

    /// Puts a row without a name in the place of those who are back, for what they wrote before.
    async fn part(&self, tx: &DatabaseTransaction, back: &[i64]) -> Result<(), DbErr> {
        let since = micros(self.asked_at);
        let nobody = ActiveModel { forgotten_at: Set(Some(since)), ..ActiveModel::default() };
        let nobody = Entity::insert(nobody).exec(tx).await?.last_insert_id;
        for list in rows::lists(back) {
            let before = reply::Entity::update_many().col_expr(reply::Column::MemberId, Expr::val(nobody));
            let before = before.filter(reply::Column::MemberId.is_in(list)).filter(reply::Column::SentAt.lte(since));
            before.exec(tx).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Work for Remove<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let mut replies = Query::select();
        replies.expr(Expr::val(1)).from(reply::Entity);
        replies.and_where(Expr::col((reply::Entity, reply::Column::MemberId)).equals((Entity, Column::Id)));
        let back = self.back(tx).await?;
        let going: Vec<i64> = self.known.rows.iter().filter(|row| !back.contains(row)).copied().collect();
        let mut gone = 0;
        for list in rows::lists(&going) {
            let delete = Entity::delete_many().filter(Column::Id.is_in(list.clone()));
            gone += delete.filter(Expr::exists(replies.clone()).not()).exec(tx).await?.rows_affected;
            let nothing = || Expr::val(Option::<String>::None);
            let empty = Entity::update_many()
                .col_expr(Column::Phone, nothing())
                .col_expr(Column::Bsuid, nothing())
                .col_expr(Column::Name, nothing())
                .col_expr(Column::Username, nothing())
                .col_expr(Column::LastPrivateAt, Expr::val(Option::<i64>::None));
            gone += empty.filter(Column::Id.is_in(list)).exec(tx).await?.rows_affected;
        }
        let lanes: Vec<String> = self.known.traces.addresses().iter().filter_map(lane).collect();
        pace::Entity::delete_many().filter(pace::Column::Who.is_in(lanes)).exec(tx).await?;
        Ok(gone)
    }
}
