//! The process is killed while it cleans up: nothing is half gone, and the next start finishes.

use wa_scheduler::sandbox::{Emulator, EmulatorConfig, Said};

use crate::world::{Daemon, Database, Kind, OWNER};

const DAY: i64 = 24 * 3600;

/// Words whose bytes stand in the inbox and whose answer stands in the outbox.
const WORDS: &str = "feathers are no command";

async fn count(database: &Database, sql: &str) -> usize {
    database.rows(sql).await.len()
}

/// Rows whose content is gone though nothing says so, or the other way round.
const TORN: &str = "SELECT 1 FROM outbox WHERE (purged_at IS NULL) <> (content <> '{\"type\":\"removed\"}')";
const WITH_WORDS: &str = "SELECT 1 FROM outbox WHERE purged_at IS NULL";
const WITH_BYTES: &str = "SELECT 1 FROM inbox WHERE LENGTH(raw) > 0";

#[actix_web::test]
async fn a_kill_in_the_middle_of_the_clean_up_leaves_nothing_half_done() {
    for pass in 1..=2 {
        let database = Database::of(Kind::Sqlite).await;
        let folder = std::env::temp_dir().join(format!("wa-scheduler-clean-{}-{pass}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let emulator = Emulator::start(EmulatorConfig::default()).await.expect("an emulator");
        let rules = format!("gc.deleted=kill@{pass}");
        let settings = [("DATABASE_URL", database.url()), ("WA_FAILPOINTS", &rules)];
        let daemon = Daemon::start(&folder, &emulator, 0, &settings).await;
        let said = Said { from: OWNER.to_owned(), text: Some(WORDS.to_owned()), ..Said::default() };
        emulator.say(said).expect("the owner writes");
        let done = "SELECT 1 FROM outbox WHERE state = 'accepted' AND delivery = 'read'";
        while count(&database, done).await < 1 || count(&database, WITH_BYTES).await < 4 {
            tokio::task::yield_now().await;
        }
        let events = count(&database, "SELECT 1 FROM inbox").await;
        std::fs::write(folder.join("clock"), (40 * DAY).to_string()).expect("a clock");
        assert_eq!(daemon.ended(), None, "it is killed");
        assert_eq!(count(&database, TORN).await, 0);
        assert!(count(&database, WITH_WORDS).await > 0, "it was killed before that was committed");
        let daemon = Daemon::start(&folder, &emulator, 40 * DAY, &settings[..1]).await;
        while count(&database, WITH_WORDS).await + count(&database, WITH_BYTES).await > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(count(&database, TORN).await, 0);
        assert_eq!(count(&database, "SELECT 1 FROM inbox").await, events, "every event is still known");
        assert_eq!(daemon.terminate(), Some(0));
        emulator.stop().await;
        drop(std::fs::remove_dir_all(&folder));
    }
}
