//! Whatever characters and bytes are written come back as they were, however rows travel to the database.

use super::{after, change, entry, intend, new_job, noon, planned, post, store};
use wa_scheduler::domain::delivery::Event;
use wa_scheduler::domain::outbox::Outcome;
use wa_scheduler::ports::{Applied, Inbox, Jobs, Outbox, Recorded};

/// Each has a meaning in some statement, array or escape.
const AWKWARD: [&str; 8] =
    ["", "NULL", r#"say "hi""#, r"C:\new\{x}", "{a,b}", "it's $1, ?", "line\nbreak\t\\", "ü 👋 \u{202e}"];

#[tokio::test]
async fn every_byte_of_an_event_is_kept() {
    let (store, _database) = store().await;
    let raw: Vec<Vec<u8>> = vec![(0..=255).collect(), Vec::new(), br#"\x41","\\"#.to_vec(), b"NULL".to_vec()];
    let event = |(n, raw): (usize, &Vec<u8>)| {
        let mut event = super::inbox::fresh(&format!("{n} {}", AWKWARD[n + 1]));
        event.raw.clone_from(raw);
        event
    };
    let events: Vec<_> = raw.iter().enumerate().map(event).collect();
    let recorded = store.record(events.clone(), noon()).await.expect("recorded");
    assert!(recorded.iter().all(|recorded| matches!(recorded, Recorded::Fresh(_))), "{recorded:?}");
    let waiting = store.waiting(noon(), 0, 10).await.expect("waiting");
    assert_eq!(waiting.into_iter().map(|waiting| waiting.raw).collect::<Vec<_>>(), raw);
    assert_eq!(store.record(events, noon()).await.expect("recorded"), [Recorded::Known; 4]);
}

#[tokio::test]
async fn every_character_of_a_job_is_kept() {
    let (store, _database) = store().await;
    let job = |(n, text): (usize, &&str)| {
        let mut job = new_job(&format!("{n}"), noon(), &["team"]);
        job.text = (*text).to_owned();
        job.fingerprint = (n % 2 == 0).then(|| (*text).to_owned());
        job
    };
    let added = store.add(AWKWARD.iter().enumerate().map(job).collect()).await.expect("added");
    for (added, text) in added.iter().zip(AWKWARD) {
        let read = Jobs::get(&*store, added.job.id).await.expect("read").expect("a job");
        assert_eq!((&read, read.text.as_str()), (&added.job, text));
    }
}

#[tokio::test]
async fn every_character_of_many_changes_at_once_is_kept() {
    let (store, _database) = store().await;
    let mut changes = Vec::new();
    for (n, text) in AWKWARD.iter().enumerate() {
        let id = planned(&store, post(&format!("post:{n}"), 1)).await;
        intend(&store, id, noon()).await;
        let outcome = Outcome::Unknown { cause: (*text).to_owned(), probably_accepted: false };
        changes.push(change(id, Event::Answered { attempt: 1, outcome }, after(1)));
    }
    for (applied, text) in store.apply(changes).await.expect("applied").into_iter().zip(AWKWARD) {
        let Applied::Moved { entry: moved, .. } = applied else { panic!("{applied:?}") };
        let read = entry(&store, moved.id).await;
        assert!(read.error.as_deref().is_some_and(|error| error.contains(text)), "{read:?}");
        assert_eq!(read, *moved);
    }
}
