//! The store on a real database: every port method, what happens twice, and what happens at once.

mod changes;
mod directory;
mod forget;
mod history;
mod inbox;
mod jobs;
mod lives;
mod outbox;
mod outbox_changes;
mod replicas;
mod retention;
mod schema;
mod sharing;
mod verbatim;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use wa_scheduler::domain::address::{Address, Bsuid, GroupId, Person, Phone, Wamid};
use wa_scheduler::domain::content::Content;
use wa_scheduler::domain::delivery::{Event, Intent, Verdict};
use wa_scheduler::domain::group::{Group, GroupState};
use wa_scheduler::domain::job::NewJob;
use wa_scheduler::domain::notice::OwnerDesk;
use wa_scheduler::domain::outbox::{Entry, NewEntry, Outcome, PostOf, Purpose};
use wa_scheduler::domain::pace::Pace;
use wa_scheduler::domain::recurrence::Slot;
use wa_scheduler::domain::refusal::{Class, Refusal};
use wa_scheduler::ports::{Applied, Change, Directory, Outbox, Target};
use wa_scheduler::store::Store;

use crate::world::Database;

/// A migrated store on a database of its own.
pub async fn store() -> (Arc<Store>, Database) {
    let database = Database::fresh().await;
    let store = open(&database).await;
    store.migrate().await.expect("schema");
    (store, database)
}

/// One more process on the same database.
pub async fn open(database: &Database) -> Arc<Store> {
    Store::open(database.url(), desk()).await.expect("store")
}

pub fn desk() -> OwnerDesk {
    OwnerDesk { owner: owner(), template: "owner_notify".to_owned(), language: "en_US".to_owned() }
}

pub fn owner() -> Address {
    Address::Phone(phone("15550007777"))
}

pub fn phone(digits: &str) -> Phone {
    Phone::parse(digits).expect("phone")
}

pub fn person(digits: Option<&str>, bsuid: Option<&str>) -> Person {
    Person::new(digits.map(phone), bsuid.and_then(Bsuid::parse)).expect("person")
}

pub fn wamid(text: &str) -> Wamid {
    Wamid::parse(text).expect("wamid")
}

pub fn group_id(text: &str) -> GroupId {
    GroupId::parse(text).expect("group id")
}

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("instant")
}

pub fn noon() -> DateTime<Utc> {
    at("2026-11-22T12:00:00.123456Z")
}

pub fn after(seconds: i64) -> DateTime<Utc> {
    noon() + TimeDelta::seconds(seconds)
}

pub fn new_job(cause: &str, due_at: DateTime<Utc>, groups: &[&str]) -> NewJob {
    NewJob {
        text: format!("text of {cause}"),
        groups: groups.iter().map(|g| (*g).to_owned()).collect(),
        slot: Slot {
            due_at,
            local_time: due_at.with_timezone(&chrono_tz::Asia::Jerusalem).naive_local(),
            zone: chrono_tz::Asia::Jerusalem,
            recurrence: None,
        },
        created_from: cause.to_owned(),
        fingerprint: Some("f1".to_owned()),
        created_at: noon(),
    }
}

pub async fn register(store: &Store, alias: &str) {
    let group = Group {
        alias: alias.to_owned(),
        name: alias.to_uppercase(),
        group_id: group_id(&format!("g-{alias}")),
        state: GroupState::Unverified,
        invite_link: None,
        quiet: None,
    };
    store.register(group).await.expect("registered");
}

/// A post to a group, as a taken slot leaves it.
pub fn post(key: &str, job_id: i64) -> NewEntry {
    let to = Address::Group(group_id("g-team"));
    let mut entry = NewEntry::planned(Purpose::Post, key.to_owned(), to, Content::text("hello"), noon());
    entry.post = Some(PostOf { job_id, group: "team".to_owned(), due_at: noon() });
    entry
}

pub fn reply_to_owner(key: &str) -> NewEntry {
    NewEntry::planned(Purpose::Reply, key.to_owned(), owner(), Content::text("done"), noon())
}

pub async fn planned(store: &Store, entry: NewEntry) -> i64 {
    store.plan(vec![entry], noon()).await.expect("planned")[0].0
}

pub fn change(id: i64, event: Event, at: DateTime<Utc>) -> Change {
    Change { target: Target::Entry(id), event, at, actor: "sender" }
}

pub fn status(opaque: Option<&str>, id: &str, event: Event, at: DateTime<Utc>) -> Change {
    let target = Target::Attempt { opaque: opaque.map(str::to_owned), wamid: wamid(id) };
    Change { target, event, at, actor: "status" }
}

pub async fn apply(store: &Store, change: Change) -> Applied {
    store.apply(vec![change]).await.expect("applied").remove(0)
}

/// An intent at a pace that no test reaches.
pub fn intent(opaque: &str) -> Event {
    Event::Intend(Intent { opaque: opaque.to_owned(), pace: Pace::per_second(1_000_000) })
}

/// Commits an intent and answers with our id of the attempt.
pub async fn intend(store: &Store, id: i64, at: DateTime<Utc>) -> String {
    let opaque = format!("w1.{}", uuid::Uuid::new_v4().simple());
    match apply(store, change(id, intent(&opaque), at)).await {
        Applied::Moved { .. } => opaque,
        other => panic!("no intent: {other:?}"),
    }
}

/// The owner is asked about an unknown outcome, and says: send it again.
pub async fn send_again(store: &Store, id: i64) {
    apply(store, change(id, Event::Tick, after(901))).await;
    apply(store, change(id, Event::Verdict(Verdict::SendAgain), after(902))).await;
}

pub fn accepted(attempt: u32, id: &str) -> Event {
    Event::Answered { attempt, outcome: Outcome::Accepted { wamid: wamid(id), paced: false } }
}

pub fn unknown(attempt: u32) -> Event {
    let outcome = Outcome::Unknown { cause: "no answer".to_owned(), probably_accepted: false };
    Event::Answered { attempt, outcome }
}

pub fn refusal(class: Class) -> Refusal {
    Refusal { code: 131_000, class, meaning: "it did not work".to_owned(), fix: String::new(), retry_after: None }
}

pub async fn entry(store: &Store, id: i64) -> Entry {
    store.get(id).await.expect("read").expect("entry")
}
