//! Jobs that repeat, and jobs that are changed: once per cause, undone, paused and woken.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Asia::Jerusalem;

use super::jobs::RULE;
use super::{at, new_job, register, store};
use wa_scheduler::domain::amend::{Amendment, Obstacle};
use wa_scheduler::domain::job::{Job, JobState};
use wa_scheduler::domain::outbox::{Purpose, State};
use wa_scheduler::domain::recurrence::Slot;
use wa_scheduler::domain::when::{Settings, understand};
use wa_scheduler::ports::{Amended, Cause, Jobs, Outbox, Undone};
use wa_scheduler::store::Store;

/// Phrases are read to the millisecond.
fn noon() -> DateTime<Utc> {
    at("2026-11-22T12:00:00Z")
}

/// What a phrase means at noon.
fn slot(phrase: &str) -> Slot {
    let understood = understand(phrase, noon(), &Settings::new(Jerusalem)).expect(phrase);
    Slot::of(phrase, understood, noon()).expect(phrase)
}

async fn add(store: &Store, cause: &str, phrase: &str) -> Job {
    let job = wa_scheduler::domain::job::NewJob {
        slot: slot(phrase),
        created_at: noon(),
        ..new_job(cause, noon(), &["team"])
    };
    store.add(vec![job]).await.expect("added").remove(0).job
}

/// Asked for by the owner.
fn owner(key: &str) -> Option<Cause<'_>> {
    Some(Cause { key, undoes: false })
}

async fn job(store: &Store, id: i64) -> Job {
    Jobs::get(store, id).await.expect("read").expect("a job")
}

async fn amend(store: &Store, id: i64, amendment: Amendment, cause: &str) -> Amended {
    store.amend(&[id], &amendment, cause, noon()).await.expect("asked").remove(0)
}

fn refused(amended: Amended) -> Obstacle {
    match amended {
        Amended::Refused { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

fn done(amended: Amended) -> (Job, Job) {
    match amended {
        Amended::Done { before, after, .. } => (*before, *after),
        other => panic!("{other:?}"),
    }
}

fn hours(count: i64) -> DateTime<Utc> {
    noon() + TimeDelta::hours(count)
}

#[tokio::test]
async fn a_series_takes_one_slot_after_the_other_and_ends() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let series = add(&store, "wa:1", "every 2 hours for 3 times").await;
    assert_eq!(series.next_due_at, Some(hours(2)));
    for (taken, next) in [(2, Some(hours(4))), (4, Some(hours(6))), (6, None)] {
        assert_eq!(store.claim_due(hours(taken), RULE, 10).await.expect("claimed").planned, 1);
        let now = job(&store, series.id).await;
        assert_eq!(now.next_due_at, next);
        assert_eq!(now.state, if next.is_some() { JobState::Active } else { JobState::Done });
    }
    let posts = store.posts_of(series.id).await.expect("posts");
    let due: Vec<_> = posts.iter().filter_map(|post| post.post.as_ref()).map(|post| post.due_at).collect();
    assert_eq!(due, [hours(2), hours(4), hours(6)]);
    assert_eq!(job(&store, series.id).await.recurrence.expect("kept").phrase, "every 2 hours for 3 times");
}

#[tokio::test]
async fn what_a_series_missed_is_told_once_and_never_sent_in_a_burst() {
    let (store, database) = store().await;
    register(&store, "team").await;
    let series = add(&store, "wa:1", "every 2 hours").await;
    let late = hours(10) + TimeDelta::minutes(5);
    let claim = store.claim_due(late, RULE, 10).await.expect("claimed");
    assert_eq!((claim.jobs, claim.planned), (1, 1));
    let posts = store.posts_of(series.id).await.expect("posts");
    assert_eq!(posts.len(), 1, "the latest of five");
    assert_eq!(posts[0].post.as_ref().expect("a post").due_at, hours(10));
    assert_eq!(job(&store, series.id).await.next_due_at, Some(hours(12)));
    let notices = database.rows("SELECT id FROM outbox WHERE purpose = 'notice'").await.len();
    assert_eq!(notices, 1);
    // Past the middle to the next one, the owner is asked.
    let claim = store.claim_due(hours(13) + TimeDelta::minutes(1), RULE, 10).await.expect("claimed");
    assert_eq!((claim.planned, claim.late), (0, 1));
}

#[tokio::test]
async fn a_change_is_made_once_per_cause_and_tells_before_and_after() {
    let (store, _database) = store().await;
    let series = add(&store, "wa:1", "every day at 15:00").await;
    let first = series.next_due_at.expect("due");
    let (before, after) = done(amend(&store, series.id, Amendment::Skip, "wa:2").await);
    assert_eq!((before.next_due_at, after.next_due_at), (Some(first), Some(first + TimeDelta::days(1))));
    let again = done(amend(&store, series.id, Amendment::Skip, "wa:2").await);
    assert_eq!(again, (before, after.clone()));
    assert_eq!(job(&store, series.id).await, after);
    let (_, third) = done(amend(&store, series.id, Amendment::Skip, "wa:3").await);
    assert_eq!(third.next_due_at, Some(first + TimeDelta::days(2)));
    assert!(matches!(amend(&store, 99, Amendment::Skip, "wa:4").await, Amended::Unknown(99)));
    let once = add(&store, "wa:5", "tomorrow 9:00").await;
    assert_eq!(refused(amend(&store, once.id, Amendment::Skip, "wa:6").await), Obstacle::Once);
}

#[tokio::test]
async fn the_next_occurrence_moves_alone_and_not_past_its_neighbour() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let series = add(&store, "wa:1", "every day at 15:00").await;
    let (_, moved) = done(amend(&store, series.id, Amendment::Move(Box::new(slot("today 14:30"))), "wa:2").await);
    let earlier = moved.next_due_at.expect("due");
    assert_eq!(series.next_due_at.expect("due") - earlier, TimeDelta::minutes(30));
    store.claim_due(earlier, RULE, 10).await.expect("claimed");
    let next = job(&store, series.id).await.next_due_at;
    assert_eq!(next, series.next_due_at.map(|due| due + TimeDelta::days(1)), "the moved one is not sent twice");
    let far = amend(&store, series.id, Amendment::Move(Box::new(slot("in 5 days at 10:00"))), "wa:3").await;
    assert!(matches!(refused(far), Obstacle::BeyondNext(_)));
    let (_, other) = done(amend(&store, series.id, Amendment::Move(Box::new(slot("every monday 8:00"))), "wa:4").await);
    assert_eq!(other.recurrence.expect("repeats").phrase, "every monday 8:00");
}

#[tokio::test]
async fn what_was_done_last_is_undone_first_and_only_while_nothing_happened_since() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let one = add(&store, "wa:1", "tomorrow 9:00").await;
    let text = |text: &str| Amendment::Text(text.to_owned());
    amend(&store, one.id, text("second"), "wa:2").await;
    amend(&store, one.id, text("third"), "wa:3").await;
    let undo = async |cause: &str| store.undo(None, cause, noon()).await.expect("asked");
    for (cause, want) in [("wa:4", "second"), ("wa:4", "second"), ("wa:5", "text of wa:1")] {
        let Undone::Changes(mut changes) = undo(cause).await else { panic!("{cause}") };
        assert_eq!(done(changes.remove(0)).1.text, want);
        assert_eq!(job(&store, one.id).await.text, want);
    }
    assert_eq!(undo("wa:6").await, Undone::Made(one.id));
    store.cancel(one.id, owner("wa:7"), noon()).await.expect("withdrawn");
    let Undone::Changes(mut changes) = undo("wa:8").await else { panic!("the withdrawal") };
    assert_eq!(done(changes.remove(0)).1, Job { revision: 6, ..one.clone() });
    amend(&store, one.id, text("more"), "wa:9").await;
    store.claim_due(one.next_due_at.expect("due"), RULE, 10).await.expect("claimed");
    let Undone::Changes(mut changes) = undo("wa:10").await else { panic!("refused") };
    assert_eq!(refused(changes.remove(0)), Obstacle::MovedOn);
}

#[tokio::test]
async fn several_jobs_change_together_and_go_back_together() {
    let (store, _database) = store().await;
    let ids = [add(&store, "wa:1", "tomorrow 9:00").await.id, add(&store, "wa:2", "every day 10:00").await.id];
    store.amend(&ids, &Amendment::Pause { until: None }, "wa:3", noon()).await.expect("paused");
    assert!(job(&store, ids[0]).await.state == JobState::Paused && job(&store, ids[1]).await.state == JobState::Paused);
    assert_eq!(store.claim_due(hours(48), RULE, 10).await.expect("claimed").jobs, 0);
    store.undo(None, "wa:4", noon()).await.expect("undone");
    assert!(job(&store, ids[0]).await.state == JobState::Active && job(&store, ids[1]).await.state == JobState::Active);
}

#[tokio::test]
async fn a_pause_ends_by_itself_and_a_series_goes_on_with_what_is_ahead() {
    let (store, _database) = store().await;
    let series = add(&store, "wa:1", "every 2 hours").await;
    let once = add(&store, "wa:2", "in 3 hours").await;
    let until = Some(hours(5));
    store.amend(&[series.id, once.id], &Amendment::Pause { until }, "wa:3", noon()).await.expect("paused");
    assert_eq!(Jobs::next_due(&*store).await.expect("read"), until);
    assert_eq!(store.wake_up(hours(4)).await.expect("woken"), 0);
    assert_eq!(store.wake_up(hours(5)).await.expect("woken"), 2);
    assert_eq!(job(&store, series.id).await.next_due_at, Some(hours(6)));
    let late = job(&store, once.id).await;
    assert_eq!((late.state, late.next_due_at), (JobState::Active, Some(hours(3))), "the rule for late posts decides");
}

#[tokio::test]
async fn a_withdrawn_job_comes_back_for_thirty_days() {
    let (store, _database) = store().await;
    let one = add(&store, "wa:1", "in 40 days").await;
    store.cancel(one.id, owner("wa:2"), noon()).await.expect("withdrawn");
    let late = noon() + TimeDelta::days(31);
    let restored = store.amend(&[one.id], &Amendment::Restore, "wa:3", late).await.expect("asked").remove(0);
    assert_eq!(refused(restored), Obstacle::TooOld);
    let (_, back) = done(amend(&store, one.id, Amendment::Restore, "wa:4").await);
    assert_eq!((back.state, back.next_due_at, back.ended_at), (JobState::Active, one.next_due_at, None));
    assert_eq!(refused(amend(&store, one.id, Amendment::Restore, "wa:5").await), Obstacle::NotCancelled);
}

#[tokio::test]
async fn what_is_on_its_way_stays_as_it_is_and_is_told() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let series = add(&store, "wa:1", "every 2 hours").await;
    store.claim_due(hours(2), RULE, 10).await.expect("claimed");
    let changed = amend(&store, series.id, Amendment::Text("other".to_owned()), "wa:2").await;
    assert!(matches!(changed, Amended::Done { going: 1, .. }), "{changed:?}");
    let posts = store.posts_of(series.id).await.expect("posts");
    assert_eq!(posts[0].content.words(), "text of wa:1");
    assert_eq!((posts[0].purpose, posts[0].state), (Purpose::Post, State::Planned));
    let once = add(&store, "wa:3", "in 1 hour").await;
    store.claim_due(hours(2), RULE, 10).await.expect("claimed");
    let refusal = amend(&store, once.id, Amendment::Text("other".to_owned()), "wa:4").await;
    assert!(matches!(refusal, Amended::Refused { why: Obstacle::Over, going: 1, .. }), "{refusal:?}");
}
