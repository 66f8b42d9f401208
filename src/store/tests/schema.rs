//! Opening, locking, migrating.

use super::{Scratch, after, desk, intend, noon, planned, post, store};
use crate::ports::{Health, Outbox, Sessions};
use crate::store::{OpenError, Schema, Store};

async fn refusal(url: &str) -> OpenError {
    Store::open(url, desk()).await.err().expect("refused")
}

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again() {
    let scratch = Scratch::new();
    let schema = Schema::open(&scratch.url()).await.expect("a schema");
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
async fn asking_for_the_status_creates_nothing() {
    let scratch = Scratch::new();
    let store = Store::open(&scratch.url(), desk()).await.expect("store");
    assert!(!store.pending_migrations().await.expect("pending").is_empty());
    assert!(store.writable().await.is_err(), "there must be no table yet");
}

#[tokio::test]
async fn a_second_process_is_turned_away_until_the_first_lets_go() {
    let (store, scratch) = store().await;
    let error = refusal(&scratch.url()).await;
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("DATABASE_URL"), "{error}");
    store.close().await;
    Store::open(&scratch.url(), desk()).await.expect("free again");
}

#[tokio::test]
async fn a_link_to_the_file_meets_the_same_lock() {
    let (_store, scratch) = store().await;
    let link = scratch.path().join("link.db");
    std::os::unix::fs::symlink(scratch.path().join("wa.db"), &link).expect("link");
    let error = refusal(&format!("sqlite://{}", link.display())).await;
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
}

#[tokio::test]
async fn a_bad_url_is_refused_without_repeating_it() {
    let table = [
        ("oracle://secret@host/db", "must begin with"),
        ("", "must begin with"),
        ("sqlite::memory:", "in-memory"),
        ("sqlite://x.db?mode=memory", "in-memory"),
        ("postgres://user:secret@host:notaport/db", "malformed"),
        ("mysql://user:secret@host:notaport/db", "malformed"),
        ("sqlite:///nowhere/at/all/secret.db", "must exist"),
    ];
    for (url, expected) in table {
        let error = refusal(url).await.to_string();
        assert!(error.contains(expected) && error.contains("DATABASE_URL"), "{url}: {error}");
        assert!(!error.contains("user:secret"), "{url}: {error}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_named_without_its_password() {
    let error = refusal("postgres://user:secret@%2Fnowhere/db").await;
    assert!(matches!(error, OpenError::Connect(_)), "{error}");
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let (store, scratch) = store().await;
    let sql = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_tomorrow', 0)";
    sea_orm::ConnectionTrait::execute_unprepared(&store.db.writer, sql).await.expect("inserted");
    store.close().await;
    let error = refusal(&scratch.url()).await;
    assert!(matches!(error, OpenError::NewerSchema { .. }), "{error}");
    assert!(error.to_string().contains("m29990101_000001_tomorrow"), "{error}");
}

#[tokio::test]
async fn sqlite_runs_with_full_durability_and_readers_cannot_write() {
    let (store, _scratch) = store().await;
    let pragma = async |db: &sea_orm::DatabaseConnection, name: &str| {
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, format!("PRAGMA {name}"));
        let row = sea_orm::ConnectionTrait::query_one_raw(db, statement).await.expect("pragma").expect("row");
        row.try_get_by_index::<String>(0).or_else(|_| row.try_get_by_index::<i32>(0).map(|n| n.to_string()))
    };
    for (name, expected) in
        [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1"), ("busy_timeout", "5000")]
    {
        assert_eq!(pragma(&store.db.writer, name).await.expect("value"), expected, "{name}");
    }
    assert_eq!(pragma(&store.db.reader, "query_only").await.expect("value"), "1");
}

#[tokio::test]
async fn what_was_committed_is_there_after_a_restart_and_an_open_attempt_is_an_orphan() {
    let (store, scratch) = store().await;
    let sent = planned(&store, post("post:1", 1)).await;
    let waits = planned(&store, post("post:2", 1)).await;
    intend(&store, sent, noon()).await;
    assert!(store.orphans(after(3600)).await.expect("orphans").is_empty(), "our own attempt is no orphan");
    drop(store);
    // Dropping lets go in the background; the file is free once the lock is.
    let store = loop {
        match Store::open(&scratch.url(), desk()).await {
            Ok(store) => break store,
            Err(OpenError::InUse { .. }) => tokio::task::yield_now().await,
            Err(other) => panic!("{other}"),
        }
    };
    assert_eq!(store.orphans(noon()).await.expect("orphans"), [sent]);
    assert!(store.get(waits).await.expect("read").is_some());
}

#[tokio::test]
async fn a_closed_store_takes_nothing_more() {
    let (store, _scratch) = store().await;
    store.close().await;
    let error = store.plan(vec![post("post:1", 1)], noon()).await.expect_err("closed");
    assert_eq!(error.to_string(), "the database could not plan messages");
    assert!(store.writable().await.is_err());
}

#[tokio::test]
async fn the_dialogue_is_kept_per_owner() {
    let (store, scratch) = store().await;
    let mut session = store.load().await.expect("empty");
    assert_eq!(session, crate::domain::session::Session::default());
    for frozen in [true, false] {
        session.frozen = frozen;
        session.pinned = crate::domain::address::Bsuid::parse("US.1");
        store.save(&session).await.expect("saved");
        assert_eq!(store.load().await.expect("loaded"), session);
    }
    store.writable().await.expect("first write");
    store.writable().await.expect("second write");
    store.close().await;
    let mut other = desk();
    other.owner = crate::domain::address::Address::Phone(super::phone("15550001111"));
    let store = Store::open(&scratch.url(), other).await.expect("reopened");
    assert_eq!(store.load().await.expect("empty").pinned, None);
}
