//! Whatever happens, in whatever order and however batched, the rows are what the rules alone make of it.
//!
//! Random things happen to a few entries of a real store, and to the same lives in memory, where only the pure rules
//! are at work. After every batch both must be alike, to the last column; in the end every change of an entry has its
//! line in the log. `PROPTEST_CASES` says how many such stories are told.

mod expected;
mod story;

use std::cell::Cell;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prop_assert_eq;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use wa_scheduler::domain::address::Address;
use wa_scheduler::domain::claim::LateRule;
use wa_scheduler::domain::content::Content;
use wa_scheduler::domain::delivery::{Event, Life};
use wa_scheduler::domain::outbox::{NewEntry, Purpose};
use wa_scheduler::ports::{Jobs, Outbox};
use wa_scheduler::store::Store;

use super::{change, new_job, noon, owner, phone, register, store};
use crate::world::{Database, Kind};
use expected::Expected;
use story::{Chapter, Deed, Story};

const RULE: LateRule = LateRule { grace: TimeDelta::seconds(900) };

/// Where all stories are told: one store for all of them, and a month for each.
struct Stage {
    store: Arc<Store>,
    database: Database,
    day: Cell<i64>,
}

#[test]
fn whatever_happens_the_rows_are_what_the_rules_make_of_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stage = runtime.block_on(async {
        let (store, database) = store().await;
        register(&store, "team").await;
        register(&store, "ops").await;
        Stage { store, database, day: Cell::new(0) }
    });
    let told = TestRunner::new(config()).run(&story::story(), |story| runtime.block_on(tell(&stage, &story)));
    told.expect("rows that are what the rules make of it");
}

/// A server takes its time for a commit, so that by default fewer stories are told there.
fn config() -> Config {
    let default = Config { failure_persistence: None, ..Config::default() };
    let is_server = Kind::of_this_run() != Kind::Sqlite;
    if is_server && std::env::var_os("PROPTEST_CASES").is_none() { Config { cases: 64, ..default } } else { default }
}

async fn tell(stage: &Stage, story: &Story) -> Result<(), TestCaseError> {
    let now = noon() + TimeDelta::days(stage.day.replace(stage.day.get() + 30));
    let (job, ids) = begin(stage, story, now).await;
    let mut expected = Expected::default();
    for id in &ids {
        let entry = Outbox::get(&*stage.store, *id).await.expect("read").expect("entry");
        expected.lives.insert(*id, Life { entry, attempts: Vec::new() });
    }
    let told = all_of(stage, &mut expected, job, &story.chapters, now).await;
    // Whoever is still being sent to would have to wait in the stories to come.
    let over = ids.iter().map(|id| change(*id, Event::Orphaned, now)).collect();
    stage.store.apply(over).await.expect("over");
    told
}

async fn all_of(
    stage: &Stage,
    expected: &mut Expected,
    job: i64,
    chapters: &[Chapter],
    mut now: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    for (number, chapter) in chapters.iter().enumerate() {
        now += chapter.pause;
        happen(stage, expected, job, &chapter.deed, number, now).await?;
        for (id, life) in expected.lives.iter().filter(|(id, _)| expected.touched.contains(id)) {
            let entry = Outbox::get(&*stage.store, *id).await.expect("read");
            prop_assert_eq!(entry.as_ref(), Some(&life.entry));
        }
    }
    compare_rows(stage, expected).await
}

/// Two posts of one job, a private answer, and something for the owner.
async fn begin(stage: &Stage, story: &Story, now: DateTime<Utc>) -> (i64, Vec<i64>) {
    let (store, day) = (&stage.store, stage.day.get());
    let due_at = now - TimeDelta::seconds(if story.late { 3600 } else { 0 });
    let added = store.add(vec![new_job(&format!("lives:{day}"), due_at, &["team", "ops"])]).await.expect("added");
    let job = added[0].job.id;
    store.claim_due(now, RULE, 10).await.expect("claimed");
    let posts = store.posts_of(job).await.expect("posts");
    let person = Address::Phone(phone("15550001111"));
    let relay = NewEntry::planned(Purpose::Relay, format!("lives:relay:{day}"), person, Content::text("yes"), now);
    let told = NewEntry::planned(story.to_owner, format!("lives:owner:{day}"), owner(), Content::text("look"), now);
    let told = NewEntry { expires_at: story.expires.then(|| now + TimeDelta::hours(1)), ..told };
    let others = store.plan(vec![relay, told], now).await.expect("planned");
    (job, posts.iter().map(|post| post.id).chain(others.iter().map(|(id, _)| *id)).collect())
}

async fn happen(
    stage: &Stage,
    expected: &mut Expected,
    job: i64,
    deed: &Deed,
    number: usize,
    now: DateTime<Utc>,
) -> Result<(), TestCaseError> {
    match deed {
        Deed::Batch(deeds) => {
            let changes = expected.changes(deeds, now);
            if changes.iter().any(|change| change.event == Event::Tick) {
                expected.witnessed = stage.witnessed(expected).await;
            }
            let wanted = expected.apply(&changes);
            let applied = stage.store.apply(changes).await.expect("applied");
            prop_assert_eq!(applied, wanted);
        }
        Deed::Withdraw => {
            expected.withdraw(job, now);
            stage.store.cancel(job, None, now).await.expect("withdrawn");
        }
        Deed::AskAboutLate => {
            let posts = expected.ask_about_late(now);
            let key = format!("lives:late:{}:{number}", stage.day.get());
            let digest = NewEntry::planned(Purpose::Notice, key, owner(), Content::text("late"), now);
            stage.store.ask_about_late(&posts, digest, now).await.expect("asked");
        }
    }
    Ok(())
}

/// The attempts are alike, and every change of an entry is in the log, once and in order.
async fn compare_rows(stage: &Stage, expected: &Expected) -> Result<(), TestCaseError> {
    for (id, life) in &expected.lives {
        let rows = stage.database.rows(&format!("SELECT * FROM attempts WHERE entry_id = {id} ORDER BY id")).await;
        let found: Vec<String> = rows.iter().map(expected::attempt_of_row).collect();
        let wanted: Vec<String> = life.attempts.iter().map(expected::attempt).collect();
        prop_assert_eq!(found, wanted);
        let log = stage.database.rows(&format!("SELECT revision FROM job_log WHERE entry_id = {id} ORDER BY id")).await;
        let logged: Vec<i32> = log.iter().map(|row| row.try_get("", "revision").expect("a number")).collect();
        prop_assert_eq!(logged, (1..=life.entry.revision).collect::<Vec<_>>());
    }
    Ok(())
}

impl Stage {
    /// Messages whose latest attempt was followed by one, of whatever message, that a webhook has confirmed.
    async fn witnessed(&self, expected: &Expected) -> Vec<i64> {
        let confirmed = "SELECT MAX(id) AS id FROM attempts WHERE seen_at IS NOT NULL";
        let of = "SELECT entry_id, MAX(id) AS id FROM attempts GROUP BY entry_id HAVING MAX(id)";
        let rows = self.database.rows(&format!("{of} < ({confirmed})")).await;
        let ids = rows.iter().map(|row| row.try_get("", "entry_id").expect("a number"));
        ids.filter(|id| expected.lives.contains_key(id)).collect()
    }
}
