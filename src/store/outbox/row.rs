//! An outbox entry as a row: what is written when it is planned, and reading it back.

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use crate::domain::address::{Address, Wamid};
use crate::domain::delivery::Event;
use crate::domain::outbox::{Delivery, Entry, Hold, NewEntry, PostOf, Purpose, State};
use crate::store::entity::outbox::{Column, Entity, Model};
use crate::store::rows::{Identity, Row};
use crate::store::time::{instant, micros};

/// What makes an entry the same entry again.
pub const IDENTITY: Identity<Entity> = Identity { id: Column::Id, key: Column::PurposeKey };

/// The columns of a planned entry, in the order of [`planned`].
pub const PLANNED: [Column; 19] = [
    Column::Purpose,
    Column::PurposeKey,
    Column::JobId,
    Column::GroupAlias,
    Column::SlotAt,
    Column::ToKind,
    Column::ToId,
    Column::Content,
    Column::Quoting,
    Column::NotBefore,
    Column::ExpiresAt,
    Column::State,
    Column::HeldBy,
    Column::Revision,
    Column::Attempt,
    Column::Retries,
    Column::Error,
    Column::CreatedAt,
    Column::EndedAt,
];

/// The row of an entry that is planned at `now`.
pub fn planned(entry: &NewEntry, now: DateTime<Utc>) -> Result<Row, DbErr> {
    let content = serde_json::to_string(&entry.content).map_err(|error| DbErr::Json(error.to_string()))?;
    let post = entry.post.as_ref();
    Ok(vec![
        entry.purpose.as_str().into(),
        entry.key.as_str().into(),
        post.map(|post| post.job_id).into(),
        post.map(|post| post.group.as_str()).into(),
        post.map(|post| micros(post.due_at)).into(),
        entry.to.kind().into(),
        entry.to.id().into(),
        content.into(),
        entry.quoting.as_ref().map(Wamid::as_str).into(),
        micros(entry.not_before).into(),
        entry.expires_at.map(micros).into(),
        entry.state.as_str().into(),
        entry.held_by.map(Hold::as_str).into(),
        0_i32.into(),
        0_i32.into(),
        0_i32.into(),
        entry.error.as_deref().into(),
        micros(now).into(),
        entry.state.is_final().then_some(micros(now)).into(),
    ])
}

/// The entry that a row holds.
pub fn entry(row: Model) -> Result<Entry, DbErr> {
    let id = row.id;
    let unreadable = |what: &str| DbErr::Type(format!("outbox row {id} has no readable {what}"));
    let content = serde_json::from_str(&row.content).map_err(|_| unreadable("content"))?;
    Ok(Entry {
        id,
        purpose: Purpose::parse(&row.purpose).ok_or_else(|| unreadable("purpose"))?,
        key: row.purpose_key,
        post: post_of(row.job_id, row.group_alias, row.slot_at),
        to: Address::from_parts(&row.to_kind, &row.to_id).ok_or_else(|| unreadable("address"))?,
        content,
        quoting: row.quoting.as_deref().and_then(Wamid::parse),
        not_before: instant(row.not_before),
        expires_at: row.expires_at.map(instant),
        state: State::parse(&row.state).ok_or_else(|| unreadable("state"))?,
        delivery: named(row.delivery.as_deref(), Delivery::parse).ok_or_else(|| unreadable("delivery"))?,
        held_by: named(row.held_by.as_deref(), Hold::parse).ok_or_else(|| unreadable("hold"))?,
        revision: row.revision,
        attempt: row.attempt.unsigned_abs(),
        retries: row.retries.unsigned_abs(),
        asked_at: row.asked_at.map(instant),
        deadline_at: row.deadline_at.map(instant),
        wamid: row.wamid.as_deref().and_then(Wamid::parse),
        error: row.error,
        created_at: instant(row.created_at),
        accepted_at: row.accepted_at.map(instant),
    })
}

fn post_of(job_id: Option<i64>, group: Option<String>, slot_at: Option<i64>) -> Option<PostOf> {
    Some(PostOf { job_id: job_id?, group: group?, due_at: instant(slot_at?) })
}

/// `None` when there is a name that nobody knows.
fn named<T>(name: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    name.map_or(Some(None), |name| parse(name).map(Some))
}

/// When each step of the delivery was first heard of; not needed by any rule, so not part of [`Entry`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// `sent`.
    pub sent: Option<DateTime<Utc>>,
    /// `delivered`.
    pub delivered: Option<DateTime<Utc>>,
    /// `read`.
    pub read: Option<DateTime<Utc>>,
    /// A refusal by webhook.
    pub failed: Option<DateTime<Utc>>,
    /// When it came into its final state.
    pub ended: Option<DateTime<Utc>>,
}

impl Times {
    /// The times that a row holds.
    pub fn of(row: &Model) -> Self {
        Self {
            sent: row.sent_at.map(instant),
            delivered: row.delivered_at.map(instant),
            read: row.read_at.map(instant),
            failed: row.failed_at.map(instant),
            ended: row.ended_at.map(instant),
        }
    }

    /// Notes what an event tells; what came first stays.
    pub fn note(&mut self, event: &Event, at: DateTime<Utc>) {
        let time = match event {
            Event::Seen { delivery: Delivery::Sent, .. } => &mut self.sent,
            Event::Seen { delivery: Delivery::Delivered, .. } => &mut self.delivered,
            Event::Seen { delivery: Delivery::Read, .. } => &mut self.read,
            Event::Bounced { .. } => &mut self.failed,
            _ => return,
        };
        time.get_or_insert(at);
    }

    /// Notes the state that an entry comes to; a final state that follows another one is no new end.
    pub fn moved(&mut self, to: State, at: DateTime<Utc>) {
        self.ended = if to.is_final() { self.ended.or(Some(at)) } else { None };
        if to == State::Failed {
            self.failed.get_or_insert(at);
        }
    }
}
