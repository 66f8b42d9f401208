//! Jobs: added once, listed in order, taken once, withdrawn while that is possible.

use chrono::TimeDelta;

use super::{accepted, after, apply, change, intend, new_job, noon, register, store};
use wa_scheduler::domain::claim::LateRule;
use wa_scheduler::domain::content::Content;
use wa_scheduler::domain::job::{Job, JobState};
use wa_scheduler::domain::outbox::{Hold, Purpose, State};
use wa_scheduler::ports::{Cancelled, Claim, DueFilter, JobCursor, JobFilter, Jobs, Outbox};
use wa_scheduler::store::Store;

pub const RULE: LateRule = LateRule { grace: TimeDelta::seconds(900) };

async fn add(store: &Store, cause: &str, due: i64, groups: &[&str]) -> Job {
    store.add(vec![new_job(cause, after(due), groups)]).await.expect("added").remove(0).job
}

fn numbers(jobs: &[Job]) -> Vec<i64> {
    jobs.iter().map(|job| job.id).collect()
}

#[tokio::test]
async fn the_same_cause_makes_one_job() {
    let (store, _database) = store().await;
    let twice = vec![new_job("wa:1", after(60), &["team", "ops"]), new_job("wa:1", after(99), &["other"])];
    let added = store.add(twice.clone()).await.expect("added");
    assert_eq!(added.iter().map(|a| a.fresh).collect::<Vec<_>>(), [true, false]);
    assert_eq!(added[0].job.id, added[1].job.id);
    let again = store.add(twice).await.expect("added");
    assert!(again.iter().all(|a| !a.fresh && a.job == added[0].job), "{again:?}");
    let job = Jobs::get(&*store, added[0].job.id).await.expect("read").expect("job");
    assert_eq!(job, added[0].job);
    assert_eq!(
        (job.groups, job.state, job.next_due_at),
        (vec!["team".to_owned(), "ops".to_owned()], JobState::Active, Some(after(60)))
    );
    assert_eq!(Jobs::get(&*store, 999).await.expect("read"), None);
}

#[tokio::test]
async fn the_list_is_soonest_first_and_pages_meet_without_gap_or_overlap() {
    let (store, _database) = store().await;
    for (cause, due) in [("a", 300), ("b", 100), ("c", 200), ("d", 100), ("e", 100)] {
        add(&store, cause, due, &["team"]).await;
    }
    let filter = JobFilter::default();
    let all = numbers(&store.list(&filter, None, 50).await.expect("list"));
    assert_eq!(all, [2, 4, 5, 3, 1]);
    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.list(&filter, cursor, 2).await.expect("page");
        let Some(last) = page.last() else { break };
        cursor = Some(JobCursor { due_at: last.next_due_at, id: last.id });
        paged.extend(numbers(&page));
    }
    assert_eq!(paged, all);
}

#[tokio::test]
async fn the_list_can_be_narrowed_to_states_and_to_a_group() {
    let (store, _database) = store().await;
    let done = add(&store, "a", -1, &["team"]).await;
    let waiting = add(&store, "b", 60, &["team", "ops"]).await;
    let cancelled = add(&store, "c", 60, &["ops"]).await;
    store.claim_due(noon(), RULE, 10).await.expect("claimed");
    store.cancel(cancelled.id, None, noon()).await.expect("cancelled");
    let list = async |states: &[JobState], group: Option<&str>| {
        let filter = JobFilter { states: states.to_vec(), group: group.map(str::to_owned), ..JobFilter::default() };
        numbers(&store.list(&filter, None, 50).await.expect("list"))
    };
    assert_eq!(list(&[], None).await, [waiting.id]);
    assert_eq!(list(&[JobState::Done], None).await, [done.id]);
    assert_eq!(list(JobState::ALL, None).await, [waiting.id, done.id, cancelled.id]);
    assert_eq!(list(JobState::ALL, Some("ops")).await, [waiting.id, cancelled.id]);
    assert_eq!(list(JobState::ALL, Some("nobody")).await, Vec::<i64>::new());
    let cursor = Some(JobCursor { due_at: None, id: done.id });
    let filter = JobFilter { states: JobState::ALL.to_vec(), ..JobFilter::default() };
    assert_eq!(numbers(&store.list(&filter, cursor, 50).await.expect("list")), [cancelled.id]);
}

#[tokio::test]
async fn a_due_slot_becomes_one_post_per_group_and_is_taken_once() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    register(&store, "ops").await;
    let job = add(&store, "a", 0, &["team", "ops"]).await;
    let later = add(&store, "b", 60, &["team"]).await;
    assert_eq!(Jobs::next_due(&*store).await.expect("next"), Some(after(0)));
    let claim = store.claim_due(after(1), RULE, 10).await.expect("claimed");
    assert_eq!(claim, Claim { jobs: 1, armed: 0, planned: 2, late: 0, lateness_ms: 1000 });
    assert_eq!(store.claim_due(after(1), RULE, 10).await.expect("nothing"), Claim::default());
    let taken = Jobs::get(&*store, job.id).await.expect("read").expect("job");
    assert_eq!((taken.state, taken.next_due_at, taken.revision), (JobState::Done, None, 1));
    assert_eq!(Jobs::next_due(&*store).await.expect("next"), later.next_due_at);
    let posts = store.posts_of(job.id).await.expect("posts");
    let seen: Vec<_> = posts.iter().map(|p| (p.to.id(), p.content.words(), p.state)).collect();
    assert_eq!(seen, [("g-team", "text of a", State::Planned), ("g-ops", "text of a", State::Planned)]);
    let due = store.due(after(1), &DueFilter { limit: 10, ..DueFilter::default() }).await.expect("due");
    assert_eq!(due, posts);
}

#[tokio::test]
async fn the_limit_bounds_a_pass_and_the_soonest_go_first() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    for (cause, due) in [("a", -10), ("b", -30), ("c", -20)] {
        add(&store, cause, due, &["team"]).await;
    }
    let claim = store.claim_due(noon(), RULE, 2).await.expect("claimed");
    assert_eq!((claim.jobs, claim.lateness_ms), (2, 30_000));
    assert_eq!(numbers(&store.list(&JobFilter::default(), None, 9).await.expect("list")), [1]);
}

#[tokio::test]
async fn late_posts_wait_for_the_owner_and_are_asked_about_once() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    add(&store, "late", -3600, &["team"]).await;
    add(&store, "too late", -90_000, &["team"]).await;
    let claim = store.claim_due(noon(), RULE, 10).await.expect("claimed");
    assert_eq!((claim.planned, claim.late), (0, 2));
    assert!(store.due(noon(), &DueFilter { limit: 10, ..DueFilter::default() }).await.expect("due").is_empty());
    let late = store.late_posts(false, 10).await.expect("late");
    let states: Vec<State> = late.iter().map(|p| p.state).collect();
    assert_eq!(states, [State::Expired, State::Planned]);
    let ids: Vec<i64> = late.iter().map(|p| p.id).collect();
    for _ in 0..2 {
        let digest = super::reply_to_owner("notice:late:1");
        store.ask_about_late(&ids, digest, noon()).await.expect("asked");
    }
    assert!(store.late_posts(false, 10).await.expect("late").is_empty());
    let asked = store.late_posts(true, 10).await.expect("asked");
    assert_eq!(asked.iter().map(|p| (p.id, p.asked_at, p.revision)).collect::<Vec<_>>(), [(ids[1], Some(noon()), 1)]);
    let due =
        store.due(noon(), &wa_scheduler::ports::DueFilter { limit: 10, ..Default::default() }).await.expect("due");
    assert_eq!(due.iter().filter(|entry| entry.key == "notice:late:1").count(), 1);
    assert_eq!(store.held(Hold::Late, None, 10).await.expect("held"), [ids[1]]);
    assert_eq!(store.overdue(after(86_400), 0, 10).await.expect("unanswered"), [ids[1]]);
}

#[tokio::test]
async fn a_post_without_a_group_is_on_record_and_the_owner_is_told() {
    let (store, _database) = store().await;
    let job = add(&store, "a", 0, &["gone"]).await;
    let claim = store.claim_due(noon(), RULE, 10).await.expect("claimed");
    assert_eq!((claim.jobs, claim.planned, claim.late), (1, 0, 0));
    let posts = store.posts_of(job.id).await.expect("posts");
    assert_eq!(posts.iter().map(|p| p.state).collect::<Vec<_>>(), [State::Failed]);
    let due = store.due(noon(), &DueFilter { limit: 10, ..DueFilter::default() }).await.expect("due");
    assert_eq!(due.iter().map(|e| (e.purpose, e.to == super::owner())).collect::<Vec<_>>(), [(Purpose::Notice, true)]);
    let Content::Text { body } = &due[0].content else { panic!("{:?}", due[0]) };
    assert!(body.contains("post #1 to gone") && body.contains("register group gone"), "{body}");
}

#[tokio::test]
async fn an_active_job_is_withdrawn_once() {
    let (store, _database) = store().await;
    let job = add(&store, "a", 60, &["team"]).await;
    let Cancelled::Done(withdrawn) = store.cancel(job.id, None, noon()).await.expect("cancelled") else { panic!() };
    assert_eq!((withdrawn.state, withdrawn.next_due_at), (JobState::Cancelled, None));
    assert_eq!(store.cancel(job.id, None, noon()).await.expect("again"), Cancelled::Already(withdrawn.clone()));
    assert_eq!(Jobs::get(&*store, job.id).await.expect("read"), Some(withdrawn));
    assert_eq!(store.cancel(99, None, noon()).await.expect("none"), Cancelled::Unknown);
    assert_eq!(store.claim_due(after(60), RULE, 10).await.expect("nothing"), Claim::default());
}

#[tokio::test]
async fn posts_that_still_wait_are_withdrawn_with_their_job() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let job = add(&store, "a", -3600, &["team"]).await;
    store.claim_due(noon(), RULE, 10).await.expect("claimed");
    let cancelled = store.cancel(job.id, None, noon()).await.expect("cancelled");
    assert!(matches!(&cancelled, Cancelled::Done(job) if job.state == JobState::Cancelled), "{cancelled:?}");
    let posts = store.posts_of(job.id).await.expect("posts");
    assert_eq!(posts.iter().map(|p| (p.state, p.held_by)).collect::<Vec<_>>(), [(State::Cancelled, None)]);
}

#[tokio::test]
async fn a_job_cannot_be_withdrawn_while_its_post_is_on_the_wire_nor_afterwards() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let job = add(&store, "a", 0, &["team"]).await;
    store.claim_due(noon(), RULE, 10).await.expect("claimed");
    let post = store.posts_of(job.id).await.expect("posts").remove(0).id;
    intend(&store, post, noon()).await;
    assert!(matches!(store.cancel(job.id, None, noon()).await.expect("too late"), Cancelled::Sending(_)));
    apply(&store, change(post, super::unknown(1), noon())).await;
    assert!(matches!(store.cancel(job.id, None, noon()).await.expect("nobody knows"), Cancelled::Sending(_)));
    apply(&store, change(post, accepted(1, "wamid.1"), noon())).await;
    assert!(matches!(store.cancel(job.id, None, noon()).await.expect("over"), Cancelled::Over(_)));
}

#[tokio::test]
async fn a_post_that_may_have_gone_out_before_is_not_called_cancelled() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let job = add(&store, "a", 0, &["team"]).await;
    store.claim_due(noon(), RULE, 10).await.expect("claimed");
    let post = store.posts_of(job.id).await.expect("posts").remove(0).id;
    intend(&store, post, noon()).await;
    apply(&store, change(post, super::unknown(1), noon())).await;
    super::send_again(&store, post).await;
    assert!(matches!(store.cancel(job.id, None, noon()).await.expect("cancelled"), Cancelled::Done(_)));
    assert_eq!(super::entry(&store, post).await.state, State::Unresolved);
}

#[tokio::test]
async fn a_slot_is_armed_once_and_again_only_when_tickets_may_be_lost() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let jobs = [(1, "near"), (2, "nearer"), (1_000, "far")];
    let jobs = jobs.map(|(minutes, cause)| new_job(cause, noon() + TimeDelta::minutes(minutes), &["team"]));
    let added = store.add(jobs.to_vec()).await.expect("added");
    let until = noon() + TimeDelta::minutes(15);
    let unarmed = async |after| store.unarmed(until, after, 10).await.expect("read");
    let slots = unarmed(None).await;
    let ids: Vec<i64> = slots.iter().map(|slot| slot.ticket.job_id).collect();
    assert_eq!(ids, [added[0].job.id, added[1].job.id], "soonest first, and nothing far");
    let first = JobCursor { due_at: Some(slots[0].ticket.due_at), id: slots[0].ticket.job_id };
    assert_eq!(unarmed(Some(first)).await, slots[1..]);

    store.cancel(added[1].job.id, None, noon()).await.expect("cancelled");
    store.armed(&slots).await.expect("armed");
    assert_eq!(unarmed(None).await, []);
    store.disarm(until).await.expect("disarmed");
    assert_eq!(unarmed(None).await, slots[..1], "what was cancelled meanwhile needs no ticket");
    store.armed(&slots).await.expect("armed");
    let claim = store.claim_due(noon() + TimeDelta::minutes(1), RULE, 10).await.expect("claimed");
    assert_eq!((claim.jobs, claim.armed), (1, 1));
}
