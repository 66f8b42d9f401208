//! What only the inside shows, on SQLite; what every database must do is in `tests/it/contracts/store`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::DateTime;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement, TransactionTrait};

use super::Store;
use super::connect::{self, Connected};
use super::group_commit::{Bulk, GroupCommit};
use crate::domain::address::{Address, Phone};
use crate::domain::content::Content;
use crate::domain::notice::OwnerDesk;
use crate::domain::outbox::{NewEntry, Purpose};
use crate::ports::Outbox;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _left_behind = std::fs::remove_dir_all(&self.0);
    }
}

async fn store() -> (Arc<Store>, Folder) {
    let folder = Folder(std::env::temp_dir().join(format!("wa-store-{}", uuid::Uuid::new_v4().simple())));
    std::fs::create_dir_all(&folder.0).expect("a folder");
    let owner = Address::Phone(Phone::parse("15550007777").expect("a number"));
    let desk = OwnerDesk { owner, template: "owner_notify".to_owned(), language: "en_US".to_owned() };
    let store = Store::open(&format!("sqlite://{}", folder.0.join("wa.db").display()), desk).await.expect("store");
    (store, folder)
}

/// Doubles numbers; fails on 13 and panics on 666.
struct Doubling {
    batches: Arc<AtomicUsize>,
}

#[async_trait]
impl Bulk for Doubling {
    type Op = u32;
    type Out = u32;
    const OPERATION: &'static str = "double";

    async fn write(&self, _tx: &DatabaseTransaction, ops: &[u32], _again: bool) -> Result<Vec<u32>, DbErr> {
        self.batches.fetch_add(1, Ordering::Relaxed);
        assert!(!ops.contains(&666), "planned");
        if ops.contains(&13) {
            return Err(DbErr::Custom("thirteen".to_owned()));
        }
        Ok(ops.iter().map(|n| n * 2).collect())
    }
}

#[tokio::test]
async fn callers_at_once_share_batches_and_get_their_own_answers() {
    let (store, _folder) = store().await;
    let batches = Arc::new(AtomicUsize::new(0));
    let commit = GroupCommit::start(store.db.writer.clone(), Doubling { batches: batches.clone() });
    let answers = join_all((1..=100_u32).map(|n| commit.submit(n))).await;
    let expected: Vec<u32> = (1..=100).map(|n| if n == 13 { 0 } else { n * 2 }).collect();
    let got: Vec<u32> = answers.into_iter().map(|a| a.unwrap_or(0)).collect();
    assert_eq!(got, expected, "only the one that failed has no answer");
    let together = join_all((20..120_u32).map(|n| commit.submit(n)));
    batches.store(0, Ordering::Relaxed);
    assert!(together.await.iter().all(Result::is_ok));
    assert!(batches.load(Ordering::Relaxed) < 50, "{batches:?} batches for 100 callers");
}

#[tokio::test]
async fn a_panic_costs_its_own_caller_only_and_the_next_batch_is_served() {
    let (store, _folder) = store().await;
    let commit = GroupCommit::start(store.db.writer.clone(), Doubling { batches: Arc::default() });
    let answers = join_all([1, 666, 3].map(|n| commit.submit(n))).await;
    assert_eq!(answers.iter().map(|a| a.as_ref().ok().copied()).collect::<Vec<_>>(), [Some(2), None, Some(6)]);
    assert_eq!(commit.submit(4).await.expect("still there"), 8);
    commit.close().await;
    assert!(commit.submit(5).await.is_err());
}

#[tokio::test]
async fn sqlite_runs_with_full_durability_and_readers_cannot_write() {
    let (store, _folder) = store().await;
    let pragma = async |db: &sea_orm::DatabaseConnection, name: &str| {
        let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, format!("PRAGMA {name}"));
        let row = sea_orm::ConnectionTrait::query_one_raw(db, statement).await.expect("pragma").expect("row");
        row.try_get_by_index::<String>(0).or_else(|_| row.try_get_by_index::<i32>(0).map(|n| n.to_string()))
    };
    for (name, expected) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("foreign_keys", "1"),
        ("busy_timeout", "5000"),
        ("secure_delete", "1"),
    ] {
        assert_eq!(pragma(&store.db.writer, name).await.expect("value"), expected, "{name}");
    }
    assert_eq!(pragma(&store.db.reader, "query_only").await.expect("value"), "1");
}

/// An I/O error makes SQLite end the transaction by itself; so does this trigger. Whoever then takes the connection for
/// one inside of a transaction writes into nowhere.
#[tokio::test]
async fn after_a_transaction_that_sqlite_ended_by_itself_what_is_confirmed_is_there_for_everybody() {
    let (store, _folder) = store().await;
    store.migrate().await.expect("schema");
    for (key, end) in [("gone", "ROLLBACK"), ("wrong", "ABORT")] {
        let trigger = format!(
            "CREATE TRIGGER {key} BEFORE INSERT ON outbox WHEN NEW.purpose_key LIKE '{key}%' \
             BEGIN SELECT RAISE({end}, 'planned'); END"
        );
        sea_orm::ConnectionTrait::execute_unprepared(&store.db.writer, &trigger).await.expect("a trigger");
    }
    let entry = |key: &str| {
        let owner = store.db.desk.owner.clone();
        NewEntry::planned(Purpose::Notice, key.to_owned(), owner, Content::text("words"), DateTime::UNIX_EPOCH)
    };
    for round in 0..6 {
        for trouble in ["gone", "wrong"] {
            let broken = store.plan(vec![entry(&format!("{trouble} {round}"))], DateTime::UNIX_EPOCH).await;
            assert!(broken.is_err(), "{trouble}");
        }
        let good =
            store.plan(vec![entry(&format!("good {round}"))], DateTime::UNIX_EPOCH).await.expect("it works again");
        // Read over another connection, which sees what is committed and nothing else.
        assert!(store.get(good[0].0).await.expect("read").is_some(), "round {round}");
    }
}

#[tokio::test]
#[ignore = "needs a server, which tests/run gives it"]
async fn every_session_on_a_server_is_told_what_it_needs() {
    let variable = |name: &str| std::env::var(name).expect("tests/servers env prints it");
    let (url, sql, expected) = match variable("WA_TEST_STORE").as_str() {
        "postgres" => (variable("WA_TEST_POSTGRES") + "/postgres", "SHOW lock_timeout", "10s"),
        _ => (variable("WA_TEST_MARIADB") + "/mysql", "SELECT CAST(@@innodb_lock_wait_timeout AS CHAR)", "10"),
    };
    let Connected { writer: db, presence, .. } = connect::open(&url).await.expect("a server");
    // At once, so that each is another connection of the pool.
    let sessions = join_all((0..10).map(|_| db.begin())).await;
    for session in sessions {
        let statement = Statement::from_string(db.get_database_backend(), sql);
        let row = session.expect("a session").query_one_raw(statement).await.expect("asked").expect("a row");
        assert_eq!(row.try_get_by_index::<String>(0).expect("a text"), expected);
    }
    db.close().await.expect("closed");
    presence.end().await;
}
