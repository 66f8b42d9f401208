//! Opening, locking, migrating.

use chrono::TimeDelta;
use wa_scheduler::clock::SystemClock;
use wa_scheduler::ports::{Clock, Health, Outbox, Saved, Sessions};
use wa_scheduler::store::{OpenError, Schema, Store};

use super::{desk, intend, noon, open, planned, post, store};
use crate::world::{Database, Kind};

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again() {
    let database = Database::fresh().await;
    let schema = Schema::open(database.url()).await.expect("a schema");
    let pending = async || {
        let steps = schema.status().await.expect("status");
        (steps.iter().filter(|step| !step.applied).count(), steps.len())
    };
    let (missing, all) = pending().await;
    assert_eq!(missing, all);
    for _ in 0..2 {
        schema.up().await.expect("up");
        assert_eq!(pending().await, (0, all));
        schema.down(1).await.expect("one down");
        assert_eq!(pending().await, (1, all));
        schema.down(u32::try_from(all).expect("few")).await.expect("all down");
        assert_eq!(pending().await, (all, all));
    }
}

#[tokio::test]
async fn what_was_over_before_ends_were_noted_ended_with_its_last_line_or_as_it_was_made() {
    let (store, database) = store().await;
    store.close().await;
    let schema = Schema::open(database.url()).await.expect("a schema");
    while !schema.status().await.expect("status").iter().any(|s| s.name.contains("retention") && !s.applied) {
        schema.down(1).await.expect("down");
    }
    let columns = "purpose, purpose_key, to_kind, to_id, content, not_before, revision, attempt, retries, created_at";
    for (id, state) in [(1, "accepted"), (2, "expired"), (3, "planned")] {
        let values = format!("'post', 'post:{id}', 'group', 'g', 'x', 7, 0, 0, 0, 7");
        database
            .execute(&format!("INSERT INTO outbox (id, state, {columns}) VALUES ({id}, '{state}', {values})"))
            .await;
    }
    let columns = "text, local_time, zone, revision, created_from, created_at";
    for (id, state) in [(1, "done"), (2, "active")] {
        let values = format!("'x', 'x', 'UTC', 0, 'wa:{id}', 5");
        database.execute(&format!("INSERT INTO jobs (id, state, {columns}) VALUES ({id}, '{state}', {values})")).await;
    }
    let columns = "revision, actor, reason, job_id, entry_id, to_state, at";
    for line in ["1, NULL, 'active', 5", "1, NULL, 'done', 9", "1, 1, 'accepted', 20", "1, 1, 'accepted', 30"] {
        database.execute(&format!("INSERT INTO job_log ({columns}) VALUES (0, 'x', 'x', {line})")).await;
    }
    schema.up().await.expect("up");
    let ends = async |table: &str| {
        let rows = database.rows(&format!("SELECT ended_at FROM {table} ORDER BY id")).await;
        rows.iter().map(|row| row.try_get_by_index::<Option<i64>>(0).expect("an instant")).collect::<Vec<_>>()
    };
    assert_eq!(ends("outbox").await, [Some(30), Some(7), None]);
    assert_eq!(ends("jobs").await, [Some(9), None]);
}

#[tokio::test]
async fn asking_for_the_status_creates_nothing() {
    let database = Database::fresh().await;
    let store = open(&database).await;
    assert!(!store.pending_migrations().await.expect("pending").is_empty());
    assert!(store.writable().await.is_err(), "there must be no table yet");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let (store, database) = store().await;
    store.close().await;
    let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_tomorrow', 0)";
    database.execute(sql).await;
    let error = Store::open(database.url(), desk()).await.err().expect("refused");
    assert!(matches!(error, OpenError::NewerSchema { .. }), "{error}");
    assert!(error.to_string().contains("m29990101_000001_tomorrow"), "{error}");
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart_and_an_open_attempt_is_an_orphan() {
    let (store, database) = store().await;
    let sent = planned(&store, post("post:1", 1)).await;
    let waits = planned(&store, post("post:2", 1)).await;
    intend(&store, sent, noon()).await;
    assert!(store.orphans().await.expect("orphans").is_empty(), "our own attempt is no orphan");
    store.close().await;
    let store = open(&database).await;
    assert_eq!(store.orphans().await.expect("orphans"), [sent]);
    assert!(store.get(waits).await.expect("read").is_some());
}

#[tokio::test]
async fn a_closed_store_takes_nothing_more() {
    let (store, _database) = store().await;
    store.close().await;
    let error = store.plan(vec![post("post:1", 1)], noon()).await.expect_err("closed");
    assert_eq!(error.to_string(), "the database could not plan messages");
    assert!(store.writable().await.is_err());
}

#[tokio::test]
async fn the_dialogue_is_kept_per_owner() {
    let (store, database) = store().await;
    let mut session = store.load().await.expect("empty");
    assert_eq!(session, wa_scheduler::domain::session::Session::default());
    for frozen in [true, false] {
        session.frozen = frozen;
        session.pinned = wa_scheduler::domain::address::Bsuid::parse("US.1");
        assert_eq!(store.save(&mut session).await.expect("saved"), Saved::Kept);
        assert_eq!(store.load().await.expect("loaded"), session);
    }
    store.writable().await.expect("first write");
    store.writable().await.expect("second write");
    store.close().await;
    let mut other = desk();
    other.owner = wa_scheduler::domain::address::Address::Phone(super::phone("15550001111"));
    let store = Store::open(database.url(), other).await.expect("reopened");
    assert_eq!(store.load().await.expect("empty").pinned, None);
}

#[tokio::test]
async fn a_server_tells_the_time_and_a_file_has_none() {
    let (store, _database) = store().await;
    let time = store.time().await.expect("read");
    if Kind::of_this_run() == Kind::Sqlite {
        return assert_eq!(time, None);
    }
    let ahead = time.expect("a server has a clock") - SystemClock::default().now();
    assert!(ahead.abs() < TimeDelta::minutes(1), "it runs on this machine: {ahead}");
}
