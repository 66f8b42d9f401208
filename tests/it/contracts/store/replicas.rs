//! Several processes on one database. On SQLite there is one, and what a second one would need is the file.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use wa_scheduler::domain::breaker::Breaker;
use wa_scheduler::domain::delivery::{Event, Intent};
use wa_scheduler::domain::outbox::{Outcome, State};
use wa_scheduler::domain::pace::Pace;
use wa_scheduler::domain::refusal::Class;
use wa_scheduler::ports::{Applied, Breakers, Change, Inbox, Jobs, Limit, Outbox, Recorded, Saved, Sessions};
use wa_scheduler::store::{Schema, Store};

use super::inbox::fresh;
use super::{accepted, after, apply, change, desk, entry, intend, intent, new_job, noon, open, planned, post};
use super::{refusal, register, reply_to_owner, store};
use crate::rig::{Mode, Proxy};
use crate::world::{Database, Kind};

/// An intent at a pace of so many a second.
fn paced(opaque: &str, messages: u32) -> Event {
    Event::Intend(Intent { opaque: opaque.to_owned(), pace: Pace::per_second(messages) })
}

fn until(applied: &Applied) -> (Limit, DateTime<Utc>) {
    match applied {
        Applied::TooSoon { limit, until } => (*limit, *until),
        other => panic!("it was not too soon: {other:?}"),
    }
}

/// Two processes, where the database allows it.
async fn two() -> Option<(std::sync::Arc<Store>, std::sync::Arc<Store>, Database)> {
    if Kind::of_this_run() == Kind::Sqlite {
        return None;
    }
    let (one, database) = store().await;
    let other = open(&database).await;
    Some((one, other, database))
}

#[tokio::test]
async fn an_intent_whose_commit_was_not_confirmed_is_taken_back_by_its_own_id_alone() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    let abandon = |opaque: &str| Change {
        target: wa_scheduler::ports::Target::Own(opaque.to_owned()),
        event: Event::Abandoned { attempt: None },
        at: after(1),
        actor: "sender",
    };
    assert_eq!(apply(&store, abandon("w1.never")).await, Applied::NoSuchEntry, "it was not committed");
    let opaque = intend(&store, id, noon()).await;
    assert_eq!(apply(&store, abandon("w1.other")).await, Applied::NoSuchEntry);
    assert_eq!(entry(&store, id).await.state, State::Sending);
    assert!(matches!(apply(&store, abandon(&opaque)).await, Applied::Moved { .. }));
    assert_eq!(entry(&store, id).await.state, State::Planned);
    let second = intend(&store, id, after(60)).await;
    assert_eq!(apply(&store, abandon(&opaque)).await, Applied::Stayed, "it says nothing about a later attempt");
    assert_ne!(second, opaque);
    assert_eq!(entry(&store, id).await.state, State::Sending);
}

#[tokio::test]
async fn the_pace_of_the_number_is_one_for_all_processes() {
    let (one, database) = store().await;
    let other = if Kind::of_this_run() == Kind::Sqlite { one.clone() } else { open(&database).await };
    let mut given = 0;
    for n in 0..14 {
        let id = planned(&one, post(&format!("post:{n}"), n)).await;
        let store = if n % 2 == 0 { &one } else { &other };
        match apply(store, change(id, paced(&format!("w1.{n}"), 10), noon())).await {
            Applied::Moved { .. } => given += 1,
            refused => assert_eq!(until(&refused), (Limit::Number, noon() + TimeDelta::milliseconds(100))),
        }
    }
    assert_eq!(given, 10);
}

#[tokio::test]
async fn a_refusal_for_speed_makes_every_process_wait() {
    let (one, database) = store().await;
    let other = if Kind::of_this_run() == Kind::Sqlite { one.clone() } else { open(&database).await };
    let first = planned(&one, post("post:1", 1)).await;
    let second = planned(&one, post("post:2", 2)).await;
    intend(&one, first, noon()).await;
    let refused = Event::Answered { attempt: 1, outcome: Outcome::Refused(refusal(Class::Throughput)) };
    apply(&one, change(first, refused, after(1))).await;
    let waits = entry(&one, first).await.not_before;
    assert_eq!(until(&apply(&other, change(second, intent("w1.b"), after(1))).await), (Limit::Number, waits));
    assert!(matches!(apply(&other, change(second, intent("w1.c"), after(10))).await, Applied::Moved { .. }));
}

#[tokio::test]
async fn two_messages_to_one_person_are_never_on_the_wire_at_once() {
    let (one, database) = store().await;
    let other = if Kind::of_this_run() == Kind::Sqlite { one.clone() } else { open(&database).await };
    let first = planned(&one, reply_to_owner("reply:1")).await;
    let second = planned(&one, reply_to_owner("reply:2")).await;
    let begun = join_all([
        one.apply(vec![change(first, intent("w1.a"), noon())]),
        other.apply(vec![change(second, intent("w1.b"), noon())]),
    ]);
    let begun: Vec<Applied> = begun.await.into_iter().flat_map(|applied| applied.expect("applied")).collect();
    let given: Vec<bool> = begun.iter().map(|applied| matches!(applied, Applied::Moved { .. })).collect();
    assert_eq!(given.iter().filter(|given| **given).count(), 1, "{begun:?}");
    let (sent, waits) = if given[0] { (first, second) } else { (second, first) };
    assert_eq!(until(&apply(&one, change(waits, intent("w1.c"), noon())).await).0, Limit::Person);
    apply(&other, change(sent, accepted(1, "wamid.1"), after(1))).await;
    assert!(matches!(apply(&one, change(waits, intent("w1.d"), after(1))).await, Applied::Moved { .. }));
}

#[tokio::test]
async fn a_person_gets_forty_five_at_once_and_then_one_in_six_seconds() {
    let (store, _database) = store().await;
    for n in 0..46 {
        let id = planned(&store, reply_to_owner(&format!("reply:{n}"))).await;
        let applied = apply(&store, change(id, intent(&format!("w1.{n}")), noon())).await;
        if n == 45 {
            assert_eq!(until(&applied), (Limit::Person, after(6)));
            assert!(matches!(apply(&store, change(id, intent("w1.x"), after(6))).await, Applied::Moved { .. }));
        } else {
            assert!(matches!(applied, Applied::Moved { .. }), "{n}: {applied:?}");
            apply(&store, change(id, accepted(1, &format!("wamid.{n}")), noon())).await;
        }
    }
}

#[tokio::test]
async fn an_event_is_in_one_hand_and_goes_over_only_when_its_process_is_gone() {
    let Some((one, other, _database)) = two().await else { return };
    let events: Vec<_> = (0..20).map(|n| fresh(&format!("k{n}"))).collect();
    let recorded = join_all([one.record(events.clone(), noon()), other.record(events, noon())]).await;
    let recorded: Vec<Recorded> = recorded.into_iter().flat_map(|r| r.expect("recorded")).collect();
    assert_eq!(
        recorded.iter().filter(|r| matches!(r, Recorded::Fresh(_))).count(),
        20,
        "each is fresh for one of them"
    );
    let waiting = async |store: &Store| store.waiting(noon(), 0, 100).await.expect("read").len();
    assert_eq!(waiting(&one).await + waiting(&other).await, 20);
    let in_hand = waiting(&one).await as u64;
    assert_eq!(other.adopt().await.expect("adopted"), 0, "both are there");
    one.close().await;
    assert_eq!(other.adopt().await.expect("adopted"), in_hand);
    assert_eq!(waiting(&other).await, 20);
}

#[tokio::test]
async fn an_attempt_is_an_orphan_only_when_its_process_is_gone() {
    let Some((one, other, _database)) = two().await else { return };
    let id = planned(&one, post("post:1", 1)).await;
    intend(&one, id, noon()).await;
    assert!(other.orphans().await.expect("orphans").is_empty(), "it is on the wire");
    one.close().await;
    assert_eq!(other.orphans().await.expect("orphans"), [id]);
}

#[tokio::test]
async fn due_slots_are_shared_and_each_is_taken_once() {
    let Some((one, other, _database)) = two().await else { return };
    register(&one, "team").await;
    let jobs = (0..200).map(|n| new_job(&format!("c{n}"), noon(), &["team"])).collect();
    one.add(jobs).await.expect("added");
    let take = async |store: &Store| {
        let mut taken = 0;
        loop {
            let claim = store.claim_due(after(1), super::jobs::RULE, 10).await.expect("claimed");
            taken += claim.jobs;
            if claim.jobs == 0 {
                return taken;
            }
        }
    };
    let taken = futures::join!(take(&one), take(&other));
    assert_eq!(taken.0 + taken.1, 200, "{taken:?}");
    assert_eq!(Outbox::counts(&*one).await.expect("counts"), [(State::Planned, 200)]);
}

#[tokio::test]
async fn neither_the_dialogue_nor_the_breaker_is_written_over() {
    let Some((one, other, _database)) = two().await else { return };
    let (mut mine, mut theirs) =
        (Sessions::load(&*one).await.expect("read"), Sessions::load(&*other).await.expect("read"));
    mine.frozen = true;
    assert_eq!(Sessions::save(&*one, &mut mine).await.expect("saved"), Saved::Kept);
    assert_eq!(Sessions::save(&*other, &mut theirs).await.expect("saved"), Saved::Outdated);
    assert!(Sessions::load(&*other).await.expect("read").frozen);

    let (breaker, revision) = Breakers::load(&*one).await.expect("read");
    assert_eq!((breaker, revision), (Breaker::Closed, 0));
    let saved = join_all([Breakers::save(&*one, breaker, revision), Breakers::save(&*other, breaker, revision)]).await;
    let saved: Vec<Saved> = saved.into_iter().map(|saved| saved.expect("saved")).collect();
    assert_eq!(saved.iter().filter(|saved| **saved == Saved::Kept).count(), 1, "{saved:?}");
}

#[tokio::test]
async fn processes_that_start_together_migrate_one_after_the_other() {
    if Kind::of_this_run() == Kind::Sqlite {
        return;
    }
    let database = Database::fresh().await;
    let starts = join_all((0..4).map(|_| async {
        let store = Store::open(database.url(), desk()).await.expect("store");
        store.migrate().await.map(|()| store)
    }));
    for started in starts.await {
        let store = started.expect("migrated");
        assert!(store.pending_migrations().await.expect("status").is_empty());
    }
    let schema = Schema::open(database.url()).await.expect("schema");
    assert!(schema.status().await.expect("status").iter().all(|step| step.applied));
}

#[tokio::test]
async fn a_server_that_falls_silent_does_not_hold_up_the_end_of_a_process() {
    let (_first, database) = store().await;
    let Some(server) = database.server() else { return };
    let proxy = Proxy::start(vec![server.clone()]).await;
    let url = database.url().replace(&server, &proxy.address().to_string());
    let store = Store::open(&url, desk()).await.expect("store");
    proxy.set(Mode::Silence);
    // Its connection goes back to the pool in the middle of a question.
    let question = tokio::time::timeout(Duration::from_millis(100), Outbox::counts(&*store)).await;
    assert!(question.is_err(), "nobody answers");
    assert!(store.close().await, "no connection is waited for without end");
}
