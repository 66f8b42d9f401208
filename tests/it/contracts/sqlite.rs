//! What only a file needs: its lock, its path. And URLs that name no database at all.

use wa_scheduler::store::{OpenError, Store};

use super::store::{desk, open};
use crate::world::{Database, Kind};

async fn refusal(url: &str) -> OpenError {
    Store::open(url, desk()).await.err().expect("refused")
}

#[tokio::test]
async fn a_second_process_is_turned_away_until_the_first_lets_go() {
    let database = Database::of(Kind::Sqlite).await;
    let store = open(&database).await;
    let error = refusal(database.url()).await;
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    assert!(error.to_string().contains("DATABASE_URL"), "{error}");
    store.close().await;
    open(&database).await;
}

#[tokio::test]
async fn a_link_to_the_file_meets_the_same_lock() {
    let database = Database::of(Kind::Sqlite).await;
    let _store = open(&database).await;
    let file = std::path::PathBuf::from(database.url().trim_start_matches("sqlite://"));
    let link = file.with_file_name("link.db");
    std::os::unix::fs::symlink(&file, &link).expect("link");
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
