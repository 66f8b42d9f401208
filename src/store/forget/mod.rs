//! Forgets a person: their words, their name, their number and ids go; that something was done, and must not be done
//! again, stays known under pseudonyms.
//!
//! Everything is done in small transactions and may be cut off anywhere: their own row goes last, so that the next run
//! finds what this one has left. What is on the wire, of unknown outcome, or waits to be acted on is counted and left
//! for that run. What comes in afterwards is new, and goes by the ordinary rules.

mod dialogue;
mod events;
mod messages;
mod people;
pub mod pseudonym;
mod traces;

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use super::cause::failed;
use super::dialect;
use super::transaction::transact;
use super::{Db, Store};
use crate::domain::address::Person;
use crate::domain::retention::KEYS;
use crate::failpoint::failpoint;
use crate::ports::{Forgetting, Forgotten, People, StoreError};
use events::{Found, Search};
use messages::{Link, Message};
use pseudonym::{Ensure, Secret};
use traces::Traces;

#[async_trait]
impl People for Store {
    async fn forget(&self, person: &Person, asked_at: DateTime<Utc>) -> Result<Forgetting, StoreError> {
        forget(self, person, asked_at).await.map_err(failed("forget a person"))
    }

    async fn half_forgotten(&self) -> Result<Vec<(Person, DateTime<Utc>)>, StoreError> {
        people::half_forgotten(&self.db).await.map_err(failed("look for people who are not wholly forgotten"))
    }
}

async fn forget(store: &Store, person: &Person, asked_at: DateTime<Utc>) -> Result<Forgetting, DbErr> {
    let db = &store.db;
    let Some(known) = people::find(db, person).await? else { return Ok(Forgetting::Owner) };
    let secret = transact(&db.writer, &Ensure { until: asked_at + KEYS }).await?;
    people::mark(db, &known.rows, asked_at).await?;
    failpoint!("forget.marked")?;
    let replies = messages::replies(db, &known.rows, asked_at).await?;
    dialogue::remove(db, &replies.iter().map(|reply| reply.id).collect()).await?;
    let withdrawn = withdraw(store, &known.traces, &replies, asked_at).await?;
    failpoint!("forget.withdrawn")?;
    let messages = messages::find(db, &known.traces, &replies, asked_at).await?;
    let events =
        remove_events(db, &Search { traces: &known.traces, answers: &answers(&messages), secret: &secret, asked_at })
            .await?;
    failpoint!("forget.events")?;
    let rest = Rest::of(messages, replies, &events.open);
    let with = messages::With { secret: &secret, pseudonym: known.pseudonym(&secret), now: asked_at };
    let emptied = messages::remove(db, &rest.over, &with).await?;
    failpoint!("forget.messages")?;
    let unlinked = messages::unlink(db, &rest.replies, &secret).await?;
    failpoint!("forget.replies")?;
    let pending = (events.open.len() + rest.open) as u64;
    let people = if pending == 0 { people::remove(db, &known, asked_at).await? } else { 0 };
    dialect::erase_traces(&db.writer).await?;
    let (messages, events, replies) = (emptied, events.rows, unlinked);
    Ok(Forgetting::Done(Forgotten { withdrawn, messages, events, replies, people, pending }))
}

/// Messages of the owner that were answers to the person.
fn answers(messages: &[Message]) -> BTreeSet<String> {
    messages.iter().filter_map(Message::answers).collect()
}

/// Takes away the events that name the person, and those by which they were answered.
async fn remove_events(db: &Db, search: &Search<'_>) -> Result<Found, DbErr> {
    let found = events::remove(db, search).await?;
    if found.timeless {
        transact(&db.writer, &Ensure { until: DateTime::<Utc>::MAX_UTC }).await?;
    }
    Ok(found)
}

/// What can be removed now.
struct Rest {
    /// Messages that are over.
    over: Vec<Message>,
    /// How many are not.
    open: usize,
    /// Replies whose event was acted on.
    replies: Vec<messages::Reply>,
}

impl Rest {
    /// What waits to be acted on must find what it has made before, if it has: its reply and its forward stay as they
    /// are.
    fn of(messages: Vec<Message>, replies: Vec<messages::Reply>, open: &BTreeSet<String>) -> Self {
        let waits = |wamid: &str| open.iter().any(|key| key.ends_with(&format!(":{wamid}")));
        let (waiting, replies): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| waits(&reply.wamid));
        let held_back: BTreeSet<i64> = waiting.iter().filter_map(|reply| reply.forward).collect();
        let free = messages.into_iter().filter(|message| !held_back.contains(&message.id));
        let (over, open): (Vec<Message>, Vec<Message>) = free.partition(Message::is_over);
        Self { over, open: open.len(), replies }
    }
}

/// Withdraws what has not gone out: messages to them, and words of theirs on the way to the owner.
async fn withdraw(
    store: &Store,
    traces: &Traces,
    replies: &[messages::Reply],
    asked_at: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let messages = messages::find(&store.db, traces, replies, asked_at).await?;
    let waiting = messages.iter().filter(|message| message.waits() && message.link != Link::About);
    messages::withdraw(&store.db, &store.rules, &waiting.map(|message| message.id).collect::<Vec<_>>(), asked_at).await
}

/// A person as they are known.
struct Known {
    /// What they are known by.
    traces: Traces,
    /// Their rows among the people who were seen.
    rows: Vec<i64>,
}

impl Known {
    /// One pseudonym for all that is left of them.
    fn pseudonym(&self, secret: &Secret) -> String {
        let first = self.traces.addresses().first().map(|address| format!("{}:{}", address.kind(), address.id()));
        secret.of(&first.unwrap_or_default())
    }
}
