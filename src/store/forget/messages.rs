//! Outgoing messages that are about a person: to them, with their words, or telling of them.
//!
//! They stay as records: where they went and what they are known by becomes a pseudonym, what they said goes. Only what
//! is over is touched; it is locked and judged again in the transaction that changes it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

use super::pseudonym::Secret;
use super::traces::Traces;
use crate::domain::content::Content;
use crate::domain::delivery::Event;
use crate::domain::notice;
use crate::domain::outbox::{Purpose, State};
use crate::ports::{Applied, Change, Target};
use crate::store::entity::outbox::{Column, Entity};
use crate::store::entity::{attempt, reply};
use crate::store::outbox::{Apply, without_words};
use crate::store::time::micros;
use crate::store::transaction::{Work, transact};
use crate::store::{Db, dialect, rows};

/// How a message is about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It goes to them.
    To,
    /// It brings their words to the owner.
    Words,
    /// It tells the owner of them, or of a message to them.
    About,
}

/// A message, as far as it has to be known.
pub struct Message {
    /// The row.
    pub id: i64,
    /// How it is about the person.
    pub link: Link,
    key: String,
    state: State,
    attempts: u32,
}

impl Message {
    /// True when it has not gone out.
    pub fn waits(&self) -> bool {
        self.state == State::Planned
    }

    /// True when only evidence can still change it.
    pub fn is_over(&self) -> bool {
        self.state.is_final()
    }

    /// The owner's message that an answer to the person was taken from.
    pub fn answers(&self) -> Option<String> {
        self.key.strip_prefix("relay:").filter(|_| self.link == Link::To).map(str::to_owned)
    }

    /// The keys of what the owner was told about it.
    fn keys_about(&self) -> Vec<String> {
        let mut keys = notice::keys_about(self.id, self.attempts);
        keys.extend(self.answers().map(|wamid| format!("reply:{wamid}:0")));
        keys
    }
}

/// A reply of the person.
pub struct Reply {
    /// The row.
    pub id: i64,
    /// Its own id.
    pub wamid: String,
    /// What brought it to the owner.
    pub forward: Option<i64>,
}

/// The replies of these people up to an instant.
pub async fn replies(db: &Db, members: &[i64], upto: DateTime<Utc>) -> Result<Vec<Reply>, DbErr> {
    use reply::Column;
    let select = reply::Entity::find().select_only().columns([Column::Id, Column::Wamid, Column::ForwardEntry]);
    let select =
        select.filter(Column::MemberId.is_in(members.iter().copied())).filter(Column::SentAt.lte(micros(upto)));
    let select = select.order_by_asc(Column::Id);
    let found = select.into_tuple::<(i64, String, Option<i64>)>().all(&db.writer).await?;
    Ok(found.into_iter().map(|(id, wamid, forward)| Reply { id, wamid, forward }).collect())
}

/// Finds every message up to an instant that is about the person, each once.
pub async fn find(db: &Db, traces: &Traces, replies: &[Reply], upto: DateTime<Utc>) -> Result<Vec<Message>, DbErr> {
    let mut found = Vec::new();
    for address in traces.addresses() {
        let to = Entity::find().filter(Column::ToKind.eq(address.kind())).filter(Column::ToId.eq(address.id()));
        let to = to.filter(Column::CreatedAt.lte(micros(upto)));
        add(db, &mut found, Link::To, to).await?;
    }
    for list in rows::lists(&replies.iter().filter_map(|reply| reply.forward).collect::<Vec<_>>()) {
        add(db, &mut found, Link::Words, Entity::find().filter(Column::Id.is_in(list))).await?;
    }
    let forwards = replies.iter().map(|reply| format!("forward:{}", reply.wamid)).collect();
    by_keys(db, &mut found, Link::Words, forwards).await?;
    let keys: Vec<String> = found.iter().flat_map(Message::keys_about).collect();
    by_keys(db, &mut found, Link::About, keys).await?;
    for list in rows::lists(&telling(db, traces, upto).await?) {
        add(db, &mut found, Link::About, Entity::find().filter(Column::Id.is_in(list))).await?;
    }
    Ok(found)
}

async fn by_keys(db: &Db, found: &mut Vec<Message>, link: Link, keys: Vec<String>) -> Result<(), DbErr> {
    for list in rows::lists(&keys) {
        add(db, found, link, Entity::find().filter(Column::PurposeKey.is_in(list))).await?;
    }
    Ok(())
}

async fn add(db: &Db, found: &mut Vec<Message>, link: Link, select: Select<Entity>) -> Result<(), DbErr> {
    let columns = [Column::Id, Column::PurposeKey, Column::State, Column::Attempt];
    let select = select.select_only().columns(columns).order_by_asc(Column::Id);
    for (id, key, state, attempts) in select.into_tuple::<(i64, String, String, i32)>().all(&db.writer).await? {
        let state =
            State::parse(&state).ok_or_else(|| DbErr::Type(format!("outbox row {id} has no readable state")))?;
        if found.iter().all(|known| known.id != id) {
            found.push(Message { id, link, key, state, attempts: attempts.unsigned_abs() });
        }
    }
    Ok(())
}

/// Messages to the owner that name the person. What the owner wrote themself stays as it is.
async fn telling(db: &Db, traces: &Traces, upto: DateTime<Utc>) -> Result<Vec<i64>, DbErr> {
    let purposes = [Purpose::Forward, Purpose::Reply, Purpose::Notice].map(Purpose::as_str);
    let select = Entity::find().select_only().column(Column::Id).filter(Column::ToId.eq(db.desk.owner.id()));
    let select = select.filter(Column::Purpose.is_in(purposes)).filter(Column::PurgedAt.is_null());
    let select = select.filter(Column::CreatedAt.lte(micros(upto)));
    let with_words: Vec<i64> = select.into_tuple().all(&db.reader).await?;
    let mut telling = Vec::new();
    for list in with_words.chunks(256) {
        let select = Entity::find().select_only().columns([Column::Id, Column::Content]);
        let select = select.filter(Column::Id.is_in(list.iter().copied())).into_tuple::<(i64, String)>();
        let named = |content: &str| serde_json::from_str::<Content>(content).is_ok_and(|c| traces.are_told_by(&c));
        telling
            .extend(select.all(&db.reader).await?.into_iter().filter(|(_, content)| named(content)).map(|(id, _)| id));
    }
    Ok(telling)
}

/// Withdraws messages that have not gone out; how many.
pub async fn withdraw(db: &Db, apply: &Apply, ids: &[i64], now: DateTime<Utc>) -> Result<u64, DbErr> {
    let mut withdrawn = 0;
    for ids in ids.chunks(256) {
        withdrawn += transact(&db.writer, &Withdraw { apply, ids, now }).await?;
    }
    Ok(withdrawn)
}

struct Withdraw<'a> {
    apply: &'a Apply,
    ids: &'a [i64],
    now: DateTime<Utc>,
}

#[async_trait]
impl Work for Withdraw<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, again: bool) -> Result<u64, DbErr> {
        let change =
            |id: &i64| Change { target: Target::Entry(*id), event: Event::Cancel, at: self.now, actor: "admin" };
        let changes: Vec<Change> = self.ids.iter().map(change).collect();
        let applied = self.apply.apply(tx, &changes.iter().collect::<Vec<_>>(), again).await?;
        Ok(applied.iter().filter(|applied| matches!(applied, Applied::Moved { .. })).count() as u64)
    }
}

/// What replaces the person.
pub struct With<'a> {
    /// With what pseudonyms of ids are made.
    pub secret: &'a Secret,
    /// Who they are from now on.
    pub pseudonym: String,
    /// When.
    pub now: DateTime<Utc>,
}

/// Takes the person out of messages that are over; how many lost their words.
pub async fn remove(db: &Db, messages: &[Message], with: &With<'_>) -> Result<u64, DbErr> {
    let mut emptied = 0;
    for messages in messages.chunks(256) {
        emptied += transact(&db.writer, &Remove { messages, with }).await?;
    }
    Ok(emptied)
}

struct Remove<'a> {
    messages: &'a [Message],
    with: &'a With<'a>,
}

#[async_trait]
impl Work for Remove<'_> {
    type Output = u64;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<u64, DbErr> {
        let ids: Vec<i64> = self.messages.iter().map(|message| message.id).collect();
        let over = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.as_str());
        let select = Entity::find().select_only().columns([Column::Id, Column::Wamid]).filter(Column::Id.is_in(ids));
        let select = select.filter(Column::State.is_in(over)).order_by_asc(Column::Id).lock_exclusive();
        let locked: Vec<(i64, Option<String>)> = select.into_tuple().all(tx).await?;
        let ids: Vec<i64> = locked.iter().map(|(id, _)| *id).collect();
        let emptied = without_words(self.with.now)?.filter(Column::Id.is_in(ids));
        let emptied = emptied.exec(tx).await?.rows_affected;
        self.addresses(tx, &locked).await?;
        self.keys(tx, &locked).await?;
        Ok(emptied)
    }
}

impl Remove<'_> {
    fn linked<'s>(
        &'s self,
        locked: &'s [(i64, Option<String>)],
        link: Link,
    ) -> impl Iterator<Item = (&'s Message, &'s Option<String>)> {
        let message = |id: i64| self.messages.iter().find(move |message| message.id == id);
        let linked = locked.iter().filter_map(move |(id, wamid)| Some((message(*id)?, wamid)));
        linked.filter(move |(message, _)| message.link == link)
    }

    /// Where messages to the person went, and their ids at the API, which carry the number.
    async fn addresses(&self, tx: &DatabaseTransaction, locked: &[(i64, Option<String>)]) -> Result<(), DbErr> {
        let of = |wamid: &Option<String>| Value::from(wamid.as_deref().map(|wamid| self.with.secret.of(wamid)));
        let to: Vec<(i64, Value)> = self.linked(locked, Link::To).map(|(m, wamid)| (m.id, of(wamid))).collect();
        let ids: Vec<i64> = to.iter().map(|(id, _)| *id).collect();
        let row =
            |(id, wamid): (i64, Value)| vec!["forgotten".into(), self.with.pseudonym.as_str().into(), wamid, id.into()];
        let set = [Column::ToKind, Column::ToId, Column::Wamid];
        dialect::update_rows::<Entity>(tx, &set, &[Column::Id], to.into_iter().map(row).collect()).await?;
        let select = attempt::Entity::find().select_only().columns([attempt::Column::Id, attempt::Column::Wamid]);
        let select = select.filter(attempt::Column::EntryId.is_in(ids)).filter(attempt::Column::Wamid.is_not_null());
        let attempts: Vec<(i64, Option<String>)> = select.into_tuple().all(tx).await?;
        let attempts = attempts.iter().map(|(id, wamid)| vec![of(wamid), (*id).into()]).collect();
        dialect::update_rows::<attempt::Entity>(tx, &[attempt::Column::Wamid], &[attempt::Column::Id], attempts).await
    }

    /// What forwards are known by is the id of the message that they brought.
    async fn keys(&self, tx: &DatabaseTransaction, locked: &[(i64, Option<String>)]) -> Result<(), DbErr> {
        let forwards = self.linked(locked, Link::Words);
        let row = |(message, _): (&Message, _)| {
            let wamid = message.key.strip_prefix("forward:").unwrap_or(&message.key);
            vec![format!("forward:{}", self.with.secret.of(wamid)).into(), message.id.into()]
        };
        let rows = forwards.map(row).collect();
        dialect::update_rows::<Entity>(tx, &[Column::PurposeKey], &[Column::Id], rows).await
    }
}

/// Puts pseudonyms in place of the ids of replies; how many there were.
pub async fn unlink(db: &Db, replies: &[Reply], secret: &Secret) -> Result<u64, DbErr> {
    let mut unlinked = 0;
    for replies in replies.chunks(256) {
        let row = |reply: &Reply| vec![secret.of(&reply.wamid).into(), reply.id.into()];
        transact(&db.writer, &Unlink(replies.iter().map(row).collect())).await?;
        unlinked += replies.len() as u64;
    }
    Ok(unlinked)
}

struct Unlink(Vec<rows::Row>);

#[async_trait]
impl Work for Unlink {
    type Output = ();

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<(), DbErr> {
        let (set, key) = ([reply::Column::Wamid], [reply::Column::Id]);
        dialect::update_rows::<reply::Entity>(tx, &set, &key, self.0.clone()).await
    }
}
