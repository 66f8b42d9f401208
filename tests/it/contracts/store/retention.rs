//! Cleaning up: everything of every age in every state, and what must be there afterwards, row by row.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use wa_scheduler::domain::claim::LateRule;
use wa_scheduler::domain::content::Content;
use wa_scheduler::domain::delivery::{Event, RECONCILE, Verdict};
use wa_scheduler::domain::inbound::{EventKind, Inbound as Understood, NewEvent, News, Reading, Status};
use wa_scheduler::domain::member::NewReply;
use wa_scheduler::domain::outbox::{Delivery, Entry, Hold, NewEntry, Outcome, Purpose, State};
use wa_scheduler::domain::refusal::Class;
use wa_scheduler::domain::retention::{Keep, What};
use wa_scheduler::failpoint::arm;
use wa_scheduler::ports::{Applied, Directory, Inbox, Jobs, Outbox, Recorded, Replies, Retention, Settlement};
use wa_scheduler::store::Store;

use super::{
    accepted, apply, change, entry, intend, new_job, noon, open, owner, person, planned, post, refusal, register,
    status, store, unknown, wamid,
};
use crate::world::Database;

const DAY: i64 = 24 * 3600;
/// Around every limit: a second before it, on it, and well beyond; oldest first, as things happen.
const AGES: [i64; 13] = [
    500 * DAY,
    400 * DAY,
    400 * DAY - 1,
    60 * DAY,
    45 * DAY,
    45 * DAY - 1,
    30 * DAY,
    30 * DAY - 1,
    14 * DAY,
    7 * DAY,
    7 * DAY - 1,
    DAY,
    0,
];

fn ago(seconds: i64) -> DateTime<Utc> {
    noon() - TimeDelta::seconds(seconds)
}

/// Cleans to the end; how many rows of each kind went.
async fn clean(store: &Store, now: DateTime<Utc>) -> BTreeMap<What, u64> {
    let mut gone = BTreeMap::new();
    for what in What::ALL {
        let mut after = 0;
        loop {
            let purged = store.purge(*what, &Keep::default(), after, now).await.expect("purged");
            *gone.entry(*what).or_default() += purged.rows;
            match purged.next {
                Some(next) => after = next,
                None => break,
            }
        }
    }
    gone
}

/// Where a message ends up in this test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Planned,
    Held,
    Sending,
    Unknown,
    Accepted,
    Failed,
    Cancelled,
    Expired,
    Unresolved,
}

const FATES: [Fate; 9] = [
    Fate::Planned,
    Fate::Held,
    Fate::Sending,
    Fate::Unknown,
    Fate::Accepted,
    Fate::Failed,
    Fate::Cancelled,
    Fate::Expired,
    Fate::Unresolved,
];

impl Fate {
    fn is_over(self) -> bool {
        !matches!(self, Self::Planned | Self::Held | Self::Sending | Self::Unknown)
    }

    /// Takes a planned entry there at an instant.
    async fn befall(self, store: &Store, id: i64, at: DateTime<Utc>) {
        let do_it_at = async |event, at| {
            let applied = apply(store, change(id, event, at)).await;
            assert!(matches!(applied, Applied::Moved { .. }), "{self:?}: {applied:?}");
        };
        let do_it = async |event| do_it_at(event, at).await;
        if !matches!(self, Self::Planned | Self::Held | Self::Cancelled | Self::Expired) {
            intend(store, id, at).await;
        }
        match self {
            Self::Planned | Self::Sending => {}
            Self::Held => do_it(Event::Hold(Hold::Window)).await,
            Self::Unknown => do_it(unknown(1)).await,
            Self::Accepted => do_it(accepted(1, &format!("wamid.{id}"))).await,
            Self::Failed => do_it(refused()).await,
            Self::Cancelled => do_it(Event::Cancel).await,
            Self::Expired => do_it(Event::Tick).await,
            Self::Unresolved => {
                // It is not decided before the time for evidence is over; some are asked about, others are not.
                let outcome = Outcome::Unknown { cause: "reset".into(), probably_accepted: true };
                do_it_at(Event::Answered { attempt: 1, outcome }, at - RECONCILE).await;
                do_it(Event::Tick).await;
                if entry(store, id).await.state == State::Unknown {
                    do_it(Event::Verdict(Verdict::Leave)).await;
                }
            }
        }
    }
}

fn refused() -> Event {
    let outcome = Outcome::Refused(refusal(Class::Final));
    Event::Answered { attempt: 1, outcome }
}

/// A message, and what became of it how long ago.
struct Case {
    id: i64,
    purpose: Purpose,
    fate: Fate,
    age: i64,
}

impl Case {
    /// The rule as a table: seconds since the end after which the words, and the record, are gone.
    fn kept(&self) -> (i64, i64) {
        let words = if self.purpose == Purpose::Forward { 7 * DAY } else { 30 * DAY };
        (words, 400 * DAY)
    }

    async fn check(&self, store: &Store, before: &Entry) {
        let (words, record) = self.kept();
        let name = format!("{:?} {:?}, {} s ago", self.purpose, self.fate, self.age);
        let now = Outbox::get(store, self.id).await.expect("read");
        if self.fate.is_over() && self.age >= record {
            assert_eq!(now, None, "{name}");
            return;
        }
        let mut expected = before.clone();
        if self.fate.is_over() && self.age >= words {
            expected.content = Content::Removed;
        }
        assert_eq!(now.as_ref(), Some(&expected), "{name}");
    }
}

/// Everything but posts, in every state and of every age; a person each, so that no pace is in the way.
async fn single_messages(store: &Store) -> Vec<Case> {
    let mut cases = Vec::new();
    for age in AGES {
        for fate in FATES {
            for purpose in [Purpose::Forward, Purpose::Relay, Purpose::Reply, Purpose::Notice] {
                let at = ago(age);
                let key = format!("{}:{age}:{fate:?}", purpose.as_str());
                let digits = format!("4930{:08}", cases.len());
                let to = wa_scheduler::domain::address::Address::Phone(super::phone(&digits));
                let mut new = NewEntry::planned(purpose, key, to, Content::text("words"), at);
                new.expires_at = (fate == Fate::Expired).then_some(at);
                let id = store.plan(vec![new], at).await.expect("planned")[0].0;
                fate.befall(store, id, at).await;
                cases.push(Case { id, purpose, fate, age });
            }
        }
    }
    cases
}

#[tokio::test]
async fn of_messages_the_words_go_and_then_the_record_and_nothing_that_is_open_is_touched() {
    let (store, database) = store().await;
    let cases = single_messages(&store).await;
    let mut before = Vec::new();
    for case in &cases {
        before.push(entry(&store, case.id).await);
    }
    clean(&store, noon()).await;
    for (case, before) in cases.iter().zip(&before) {
        case.check(&store, before).await;
    }
    let orphans = "SELECT 1 FROM attempts WHERE entry_id NOT IN (SELECT id FROM outbox)";
    assert!(database.rows(orphans).await.is_empty());
    let tried = "SELECT 1 FROM outbox WHERE attempt > 0 AND id NOT IN (SELECT entry_id FROM attempts)";
    assert!(database.rows(tried).await.is_empty(), "attempts stay with their message");
    assert!(clean(&store, noon()).await.values().all(|rows| *rows == 0), "a second pass finds nothing");
}

#[tokio::test]
async fn of_the_log_what_is_about_open_messages_stays_and_the_rest_goes_with_the_records() {
    let (store, database) = store().await;
    let cases = single_messages(&store).await;
    clean(&store, noon()).await;
    let lines = database.rows("SELECT DISTINCT entry_id FROM job_log WHERE entry_id IS NOT NULL").await;
    let lines: Vec<i64> = lines.iter().map(|row| row.try_get_by_index(0).expect("an id")).collect();
    for case in cases.iter().filter(|case| case.fate != Fate::Planned) {
        let gone = case.fate.is_over() && case.age >= 400 * DAY;
        assert_eq!(lines.contains(&case.id), !gone, "{:?} {}", case.fate, case.age);
    }
}

/// A job with one post, made and taken `age` ago.
async fn job(store: &Store, age: i64, fate: Fate) -> (i64, i64) {
    let at = ago(age);
    let mut new = new_job(&format!("wa:{age}:{fate:?}"), at, &["team"]);
    new.created_at = at;
    let job = store.add(vec![new]).await.expect("added")[0].job.id;
    let grace = TimeDelta::minutes(15);
    store.claim_due(at, LateRule { grace }, 10).await.expect("claimed");
    let post = store.posts_of(job).await.expect("posts")[0].id;
    if fate == Fate::Expired {
        // Expiry is not part of a job; what the owner was asked about and did not answer has one.
        apply(store, change(post, Event::Hold(Hold::Late), at)).await;
        let digest = NewEntry::planned(Purpose::Notice, format!("late:{post}"), owner(), Content::text("late"), at);
        store.ask_about_late(&[post], digest, at - TimeDelta::hours(24)).await.expect("asked");
    }
    fate.befall(store, post, at).await;
    (job, post)
}

#[tokio::test]
async fn a_job_keeps_its_text_until_all_its_posts_are_through() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let mut jobs = Vec::new();
    for age in AGES {
        for fate in FATES.into_iter().filter(|fate| *fate != Fate::Held) {
            let (job, post) = job(&store, age, fate).await;
            jobs.push((job, age, fate, Jobs::get(&*store, job).await.expect("read"), entry(&store, post).await));
        }
    }
    clean(&store, noon()).await;
    for (id, age, fate, job, post) in jobs {
        let (name, job) = (format!("{fate:?}, {age} s ago"), job.expect("a job"));
        let now = (Jobs::get(&*store, id).await.expect("read"), Outbox::get(&*store, post.id).await.expect("read"));
        let expected = match age {
            age if !fate.is_over() || age < 30 * DAY => (Some(job), Some(post)),
            age if age < 400 * DAY => {
                let job = wa_scheduler::domain::job::Job { text: String::new(), ..job };
                let post = Entry { content: Content::Removed, ..post };
                (Some(job), Some(post))
            }
            _ => (None, None),
        };
        assert_eq!(now, expected, "{name}");
    }
}

#[tokio::test]
async fn a_job_that_goes_on_keeps_its_text_while_its_posts_go_one_by_one() {
    let (store, database) = store().await;
    register(&store, "team").await;
    let (repeating, old_post) = job(&store, 31 * DAY, Fate::Accepted).await;
    let sql = format!("UPDATE jobs SET state = 'active', next_due_at = 1, ended_at = NULL WHERE id = {repeating}");
    database.execute(&sql).await;
    let mut far = new_job("wa:far", noon() + TimeDelta::days(9), &["team"]);
    far.created_at = ago(500 * DAY);
    let far = store.add(vec![far]).await.expect("added")[0].job.id;
    let mut withdrawn = new_job("wa:withdrawn", noon() + TimeDelta::days(9), &["team"]);
    withdrawn.created_at = ago(500 * DAY);
    let withdrawn = store.add(vec![withdrawn]).await.expect("added")[0].job.id;
    store
        .cancel(withdrawn, Some(wa_scheduler::ports::Cause { key: "wa:cancel", undoes: false }), ago(31 * DAY))
        .await
        .expect("withdrawn");
    let lines = database.rows("SELECT id FROM job_log").await.len();
    clean(&store, noon()).await;
    assert!(entry(&store, old_post).await.content.is_removed());
    for job in [repeating, far] {
        assert!(!Jobs::get(&*store, job).await.expect("read").expect("a job").is_removed());
    }
    assert!(Jobs::get(&*store, withdrawn).await.expect("read").expect("a job").is_removed());
    assert!(database.rows("SELECT id FROM job_changes").await.is_empty(), "its text would live on in them");
    assert_eq!(database.rows("SELECT id FROM job_log").await.len(), lines - 1, "only that the withdrawn one was added");
    clean(&store, noon() + TimeDelta::days(400)).await;
    assert_eq!(Outbox::get(&*store, old_post).await.expect("read"), None, "its record is older than 400 days");
    assert!(!Jobs::get(&*store, repeating).await.expect("read").expect("a job").is_removed());
    store.cancel(repeating, None, noon() + TimeDelta::days(400)).await.expect("withdrawn");
    clean(&store, noon() + TimeDelta::days(430)).await;
    assert!(Jobs::get(&*store, repeating).await.expect("read").expect("a job").is_removed());
    clean(&store, noon() + TimeDelta::days(800)).await;
    assert_eq!(Jobs::get(&*store, repeating).await.expect("read"), None);
}

#[tokio::test]
async fn a_post_that_was_too_late_keeps_its_words_until_the_owner_was_told() {
    let (store, _database) = store().await;
    let mut lost = post("post:1", 1);
    lost.state = State::Expired;
    lost.held_by = Some(Hold::Late);
    let id = store.plan(vec![lost], ago(200 * DAY)).await.expect("planned")[0].0;
    clean(&store, noon()).await;
    assert_eq!(store.late_posts(false, 10).await.expect("late")[0].content, Content::text("hello"));
    let digest = NewEntry::planned(Purpose::Notice, "late:1".to_owned(), owner(), Content::text("late"), noon());
    store.ask_about_late(&[id], digest, noon()).await.expect("told");
    clean(&store, noon() + TimeDelta::days(29)).await;
    assert!(!entry(&store, id).await.content.is_removed());
}

fn event(key: &str, reading: Reading, event_at: Option<DateTime<Utc>>) -> NewEvent {
    let raw = format!("{{\"bytes\":\"{key}\"}}").into_bytes();
    NewEvent { dedupe_key: key.to_owned(), kind: EventKind::Status, event_at, raw, reading }
}

fn understood() -> Reading {
    let status = Status { wamid: wamid("wamid.1"), news: News::Sent, at: noon(), opaque: None };
    Reading::Event(Box::new(Understood::Status(status)))
}

async fn received(store: &Store, key: &str, state: &str, at: DateTime<Utc>, event_at: Option<DateTime<Utc>>) {
    let recorded = Inbox::record(store, vec![event(key, understood(), event_at)], at).await.expect("recorded");
    let [Recorded::Fresh(id)] = recorded[..] else { panic!("{recorded:?}") };
    let settlement = match state {
        "new" => return,
        "done" => Settlement::Done,
        "ignored" => Settlement::Ignored("not for us"),
        _ => Settlement::Dead("no sense in it".to_owned()),
    };
    store.settle(vec![(id, settlement)]).await.expect("settled");
}

/// What is left of the inbox: by key, whether the bytes are still there.
async fn inbox(database: &Database) -> BTreeMap<String, bool> {
    let rows = database.rows("SELECT dedupe_key, raw FROM inbox").await;
    let row = |row: &sea_orm::QueryResult| {
        let raw: Vec<u8> = row.try_get_by_index(1).expect("bytes");
        (row.try_get_by_index(0).expect("a key"), !raw.is_empty())
    };
    rows.iter().map(row).collect()
}

#[tokio::test]
async fn of_events_the_bytes_go_and_then_the_key_and_nothing_that_waits_is_touched() {
    let (store, database) = store().await;
    let mut expected = BTreeMap::new();
    for age in AGES {
        for state in ["done", "ignored", "dead"] {
            let key = format!("{state}:{age}");
            received(&store, &key, state, ago(age), Some(ago(age))).await;
            let bytes = if state == "dead" { 14 * DAY } else { 7 * DAY };
            if age < 45 * DAY {
                expected.insert(key, age < bytes);
            }
        }
        let timeless = format!("timeless:{age}");
        received(&store, &timeless, "done", ago(age), None).await;
        expected.insert(timeless, age < 7 * DAY);
    }
    clean(&store, noon()).await;
    assert_eq!(inbox(&database).await, expected);
    for key in expected.keys() {
        let again = Inbox::record(&*store, vec![event(key, understood(), None)], noon()).await.expect("recorded");
        assert_eq!(again, [Recorded::Known], "{key}");
    }
}

#[tokio::test]
async fn an_event_that_waits_keeps_its_bytes_until_it_is_settled_and_holds_nothing_up() {
    let (store, database) = store().await;
    received(&store, "before", "done", ago(40 * DAY), Some(noon())).await;
    received(&store, "waits", "new", ago(30 * DAY), Some(noon())).await;
    let ignored = |n: i64| event(&format!("b{n}"), Reading::Ignored("not for us"), Some(noon()));
    Inbox::record(&*store, (0..700).map(ignored).collect(), ago(20 * DAY)).await.expect("recorded");
    let with_bytes = async || {
        let left = inbox(&database).await.into_iter().filter(|(_, bytes)| *bytes);
        left.map(|(key, _)| key).collect::<Vec<_>>()
    };
    for rows in [701, 0] {
        assert_eq!(clean(&store, noon()).await[&What::Events], rows);
        assert_eq!(with_bytes().await, ["waits"]);
    }
    let waiting = store.waiting(noon(), 0, 10).await.expect("read");
    assert_eq!(waiting[0].raw, b"{\"bytes\":\"waits\"}");
    store.settle(vec![(waiting[0].id, Settlement::Done)]).await.expect("settled");
    assert_eq!(clean(&store, noon()).await[&What::Events], 1);
    assert_eq!(with_bytes().await, Vec::<String>::new());
    received(&store, "for ever", "new", ago(500 * DAY), Some(noon())).await;
    clean(&store, noon()).await;
    assert!(inbox(&database).await.contains_key("for ever"));
}

#[tokio::test]
async fn of_events_that_could_not_be_read_only_the_newest_thousand_keep_their_bytes() {
    let (store, database) = store().await;
    let dead = |n: i64| event(&format!("d{n:04}"), Reading::Dead("no json".to_owned()), None);
    Inbox::record(&*store, (0..1_350).map(dead).collect(), noon()).await.expect("recorded");
    clean(&store, noon()).await;
    let left = inbox(&database).await;
    assert_eq!(left.len(), 1_350);
    let kept: Vec<&String> = left.iter().filter(|(_, bytes)| **bytes).map(|(key, _)| key).collect();
    assert_eq!((kept.len(), kept[0].as_str()), (1_000, "d0350"));
}

#[tokio::test]
async fn replies_go_with_the_records_and_a_post_stays_while_one_stands_on_it() {
    let (store, _database) = store().await;
    let mut posts = Vec::new();
    for (n, replied) in [(0, ago(500 * DAY)), (1, ago(399 * DAY))] {
        let at = ago(500 * DAY);
        let mut new = post(&format!("post:{n}"), n);
        new.post = None;
        let id = store.plan(vec![new], at).await.expect("planned")[0].0;
        Fate::Accepted.befall(&store, id, at).await;
        let who = person(Some(&format!("1555000111{n}")), None);
        let member = store.seen(&who, Some("Ana"), None, Some(replied)).await.expect("seen").id;
        let reply = wamid(&format!("wamid.r{n}"));
        let reply = NewReply { post_entry: id, member_id: member, wamid: reply, quoted: true, sent_at: replied };
        posts.push((id, Replies::record(&*store, reply).await.expect("recorded").0.id, who));
    }
    clean(&store, noon()).await;
    let (gone, kept) = (&posts[0], &posts[1]);
    assert_eq!(Replies::get(&*store, gone.1).await.expect("read"), None);
    assert_eq!(Outbox::get(&*store, gone.0).await.expect("read"), None);
    assert_eq!(store.member(&gone.2).await.expect("read"), None, "nothing else was left of them");
    let reply = Replies::get(&*store, kept.1).await.expect("read").expect("a reply");
    assert_eq!(reply.member.expect("a person").person, kept.2);
    assert!(entry(&store, kept.0).await.content.is_removed());
}

#[tokio::test]
async fn the_owner_stays_known_however_long_they_are_silent() {
    let (store, _database) = store().await;
    let me = person(Some(owner().id()), Some("US.1"));
    store.seen(&me, Some("Me"), None, Some(ago(900 * DAY))).await.expect("seen");
    clean(&store, noon()).await;
    assert_eq!(store.member(&me).await.expect("read").map(|member| member.person), Some(me));
}

#[tokio::test]
async fn limits_go_once_they_hold_nobody_back() {
    let (store, database) = store().await;
    for (who, taken, paused) in [
        ("phone:1", Some(ago(1)), None),
        ("phone:2", Some(noon() + TimeDelta::seconds(1)), None),
        ("phone:3", Some(ago(1)), Some(noon() + TimeDelta::seconds(1))),
        ("phone:4", None, Some(ago(1))),
    ] {
        let micros = |at: Option<DateTime<Utc>>| at.map_or("NULL".to_owned(), |at| at.timestamp_micros().to_string());
        let (taken, paused) = (micros(taken), micros(paused));
        let sql = format!("INSERT INTO paces (who, taken_until, paused_until) VALUES ('{who}', {taken}, {paused})");
        database.execute(&sql).await;
    }
    assert_eq!(clean(&store, noon()).await[&What::Paces], 2);
    let left = database.rows("SELECT who FROM paces ORDER BY who").await;
    let left: Vec<String> = left.iter().map(|row| row.try_get_by_index(0).expect("who")).collect();
    assert_eq!(left, ["phone:2", "phone:3"]);
}

#[tokio::test]
async fn what_has_lost_its_words_still_takes_evidence_and_is_never_sent_again() {
    let (store, _database) = store().await;
    let old = ago(60 * DAY);
    let mut ids = Vec::new();
    for n in 0..3 {
        let id = store.plan(vec![post(&format!("post:{n}"), 1)], old).await.expect("planned")[0].0;
        let opaque = intend(&store, id, old).await;
        ids.push((id, opaque));
    }
    apply(&store, change(ids[0].0, accepted(1, "wamid.0"), old)).await;
    apply(&store, change(ids[1].0, accepted(1, "wamid.1"), old)).await;
    apply(&store, change(ids[2].0, unknown(1), old)).await;
    apply(&store, change(ids[2].0, Event::Tick, old + TimeDelta::hours(1))).await;
    apply(&store, change(ids[2].0, Event::Verdict(Verdict::Leave), old + TimeDelta::hours(2))).await;
    // No row of the job is there, so the words are taken as those of single messages are.
    clean(&store, noon()).await;
    for (id, _) in &ids {
        let sql = format!("UPDATE outbox SET job_id = NULL WHERE id = {id}");
        _database.execute(&sql).await;
    }
    _database.execute("UPDATE purges SET upto = 0").await;
    clean(&store, noon()).await;
    for (id, _) in &ids {
        assert!(entry(&store, *id).await.content.is_removed());
    }
    let read = Event::Seen { attempt: None, delivery: Delivery::Read };
    apply(&store, status(Some(&ids[0].1), "wamid.0", read, noon())).await;
    assert_eq!(entry(&store, ids[0].0).await.delivery, Some(Delivery::Read));
    let bounced = Event::Bounced { attempt: None, refusal: refusal(Class::Transient) };
    let applied = apply(&store, status(Some(&ids[1].1), "wamid.1", bounced, noon())).await;
    let Applied::Moved { entry: failed, told, .. } = applied else { panic!("{applied:?}") };
    assert_eq!((failed.state, told), (State::Failed, true), "it is told and not sent again");
    let again = apply(&store, change(ids[2].0, Event::Verdict(Verdict::SendAgain), noon())).await;
    let Applied::Refused(why) = again else { panic!("{again:?}") };
    assert!(why.contains("no longer kept"), "{why}");
    let arrived = apply(&store, change(ids[2].0, Event::Verdict(Verdict::Arrived), noon())).await;
    assert!(matches!(arrived, Applied::Moved { .. }));
}

#[tokio::test]
async fn a_step_that_is_cut_off_has_done_nothing_and_the_next_pass_does_it() {
    for point in ["gc.selected", "gc.deleted"] {
        let (store, database) = store().await;
        received(&store, "old", "done", ago(8 * DAY), Some(noon())).await;
        let id = store.plan(vec![super::reply_to_owner("reply:1")], ago(40 * DAY)).await.expect("planned")[0].0;
        Fate::Accepted.befall(&store, id, ago(40 * DAY)).await;
        for what in [What::Events, What::Bodies] {
            let cut_off = std::sync::Arc::clone(&store);
            arm(point);
            let step = tokio::spawn(async move { cut_off.purge(what, &Keep::default(), 0, noon()).await });
            assert!(step.await.is_err(), "{point} is not passed by {what:?}");
        }
        assert_eq!(inbox(&database).await, BTreeMap::from([("old".to_owned(), true)]), "{point}");
        assert!(!entry(&store, id).await.content.is_removed(), "{point}");
        clean(&store, noon()).await;
        assert_eq!(inbox(&database).await, BTreeMap::from([("old".to_owned(), false)]), "{point}");
        assert!(entry(&store, id).await.content.is_removed(), "{point}");
    }
}

#[tokio::test]
async fn two_processes_may_clean_at_once() {
    let (store, database) = store().await;
    let other = if crate::world::Kind::of_this_run() == crate::world::Kind::Sqlite {
        std::sync::Arc::clone(&store)
    } else {
        open(&database).await
    };
    let entry = |n| NewEntry { state: State::Failed, ..super::reply_to_owner(&format!("reply:{n}")) };
    let ids = store.plan((0..900).map(entry).collect(), ago(500 * DAY)).await.expect("planned");
    // What is recorded as over from the start is found by the log of what happened to it since.
    let at = ago(450 * DAY).timestamp_micros();
    let columns = "entry_id, revision, to_state, actor, reason, at";
    let lines = format!("SELECT id, 1, 'failed', 'sender', 'x', {at} FROM outbox");
    database.execute(&format!("INSERT INTO job_log ({columns}) {lines}")).await;
    let events = (0..900).map(|n| event(&format!("e{n}"), understood(), Some(noon()))).collect();
    let recorded = Inbox::record(&*store, events, ago(60 * DAY)).await.expect("recorded");
    let done = recorded.iter().map(|recorded| match recorded {
        Recorded::Fresh(id) => (*id, Settlement::Done),
        other => panic!("{other:?}"),
    });
    store.settle(done.collect()).await.expect("settled");
    let (one, two) = futures::join!(clean(&store, noon()), clean(&other, noon()));
    for what in [What::Keys, What::Bodies, What::Records] {
        assert_eq!(one[&what] + two[&what], 900, "{what:?}: each row went once");
    }
    assert!(inbox(&database).await.is_empty());
    assert!(database.rows("SELECT 1 FROM outbox").await.is_empty());
    assert_eq!(planned(&store, post("post:1", 1)).await, ids[899].0 + 1, "no id is ever used again");
}
