//! The outbox: planning once, and what is asked of it.

use super::{
    accepted, after, apply, at, change, entry, group_id, intend, noon, owner, planned, post, refusal, reply_to_owner,
    store, unknown, wamid,
};
use wa_scheduler::domain::address::Address;
use wa_scheduler::domain::content::{Button, Content};
use wa_scheduler::domain::delivery::Event;
use wa_scheduler::domain::outbox::{Hold, State};
use wa_scheduler::domain::refusal::Class;
use wa_scheduler::ports::{DueFilter, Outbox};

fn ten() -> DueFilter {
    DueFilter { limit: 10, ..DueFilter::default() }
}

#[tokio::test]
async fn a_key_is_planned_once() {
    let (store, _database) = store().await;
    let both = vec![post("post:1", 1), reply_to_owner("reply:1"), post("post:1", 1)];
    let first = store.plan(both.clone(), noon()).await.expect("planned");
    assert_eq!(first.iter().map(|(_, new)| *new).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(first[0].0, first[2].0);
    let again = store.plan(both, noon()).await.expect("planned");
    assert_eq!(again, [(first[0].0, false), (first[1].0, false), (first[2].0, false)]);
    assert_eq!(Outbox::counts(&*store).await.expect("counts"), [(State::Planned, 2)]);
}

#[tokio::test]
async fn an_entry_reads_as_it_was_planned() {
    let (store, _database) = store().await;
    let buttons = vec![Button { id: "a".to_owned(), title: "Yes".to_owned() }];
    let mut new = post("post:1", 7).quoting(wamid("wamid.quoted"));
    new.content = Content::Buttons { body: "שלום “x”".to_owned(), buttons };
    new.expires_at = Some(after(9));
    new.held_by = Some(Hold::Late);
    let id = planned(&store, new.clone()).await;
    let read = entry(&store, id).await;
    assert_eq!((&read.content, &read.post, &read.quoting, &read.to), (&new.content, &new.post, &new.quoting, &new.to));
    assert_eq!((read.not_before, read.expires_at, read.held_by), (noon(), Some(after(9)), Some(Hold::Late)));
    assert_eq!((read.created_at, read.attempt, read.revision), (noon(), 0, 0));
    assert_eq!(read.key, "post:1");
}

#[tokio::test]
async fn what_is_due_is_planned_not_held_not_skipped_and_comes_oldest_first() {
    let (store, _database) = store().await;
    let mut later = post("post:later", 1);
    later.not_before = after(60);
    let mut held = reply_to_owner("reply:held");
    held.held_by = Some(Hold::Window);
    let mut early = post("post:early", 1);
    early.not_before = after(-60);
    let [soon, held, early, reply] = [
        planned(&store, later).await,
        planned(&store, held).await,
        planned(&store, early).await,
        planned(&store, reply_to_owner("reply:1")).await,
    ];
    let due = async |now, filter: &DueFilter| {
        store.due(now, filter).await.expect("due").iter().map(|e| e.id).collect::<Vec<_>>()
    };
    assert_eq!(due(noon(), &ten()).await, [early, reply]);
    assert_eq!(due(after(60), &ten()).await, [early, reply, soon]);
    assert_eq!(due(noon(), &DueFilter { limit: 1, ..ten() }).await, [early]);
    assert_eq!(due(noon(), &DueFilter { skip_ids: vec![early], ..ten() }).await, [reply]);
    assert_eq!(due(noon(), &DueFilter { skip_to: vec![owner()], ..ten() }).await, [early]);
    let everybody = vec![owner(), Address::Group(group_id("g-team")), Address::Group(group_id("g-x"))];
    assert_eq!(due(noon(), &DueFilter { skip_to: everybody, ..ten() }).await, Vec::<i64>::new());
    assert_eq!(Outbox::next_due(&*store, noon()).await.expect("next"), Some(after(60)));
    assert_eq!(Outbox::next_due(&*store, after(60)).await.expect("next"), None);
    assert_eq!(store.held(Hold::Window, Some(&owner()), 10).await.expect("held"), [held]);
    assert_eq!(
        store.held(Hold::Window, Some(&Address::Group(group_id("g-team"))), 10).await.expect("held"),
        Vec::<i64>::new()
    );
}

#[tokio::test]
async fn what_has_run_out_is_found_by_expiry_or_by_deadline() {
    let (store, _database) = store().await;
    let mut expires = reply_to_owner("reply:1");
    expires.expires_at = Some(after(30));
    let expires = planned(&store, expires).await;
    let sending = planned(&store, post("post:1", 1)).await;
    let done = planned(&store, post("post:2", 1)).await;
    for id in [sending, done] {
        intend(&store, id, noon()).await;
    }
    apply(&store, change(done, accepted(1, "wamid.1"), noon())).await;
    let due = async |at| store.due(at, &ten()).await.expect("due").iter().map(|e| e.id).collect::<Vec<_>>();
    assert_eq!((due(after(29)).await, due(after(30)).await), (vec![expires], vec![]));
    assert!(store.overdue(after(29), 0, 10).await.expect("none").is_empty());
    assert_eq!(store.overdue(after(30), 0, 10).await.expect("one"), [expires]);
    assert_eq!(store.overdue(after(60), 0, 10).await.expect("two"), [expires, sending]);
    assert_eq!(store.overdue(after(60), expires, 10).await.expect("the rest"), [sending]);
    assert_eq!(store.overdue(after(60), 0, 1).await.expect("bounded"), [expires]);
}

#[tokio::test]
async fn a_post_can_be_answered_from_the_moment_its_attempt_begins_unless_it_was_refused() {
    let (store, _database) = store().await;
    let latest = async |to| {
        let post = store.latest_post(&group_id("g-team"), noon(), to).await.expect("read");
        post.and_then(|post| post.post).map(|post| post.job_id)
    };
    let slow = planned(&store, post("post:1", 1)).await;
    intend(&store, slow, after(10)).await;
    assert_eq!(latest(after(9)).await, None);
    assert_eq!(latest(after(10)).await, Some(1), "its answer has not been read yet");
    apply(&store, change(slow, accepted(1, "wamid.1"), after(20))).await;
    assert_eq!(latest(after(15)).await, Some(1));
    let lost = planned(&store, post("post:2", 2)).await;
    intend(&store, lost, after(30)).await;
    apply(&store, change(lost, unknown(1), after(40))).await;
    assert_eq!(latest(after(50)).await, Some(2), "it may have gone out");
    let bounced = planned(&store, post("post:3", 3)).await;
    intend(&store, bounced, after(60)).await;
    apply(&store, change(bounced, accepted(1, "wamid.3"), after(61))).await;
    let refused = Event::Bounced { attempt: Some(1), refusal: refusal(Class::Final) };
    apply(&store, change(bounced, refused, after(62))).await;
    assert_eq!(latest(after(70)).await, Some(2), "nobody saw the one that bounced");
}

#[tokio::test]
async fn the_latest_post_to_a_group_is_the_one_accepted_last_within_the_window() {
    let (store, _database) = store().await;
    for (n, when) in [(1, 0), (2, 100), (3, 200)] {
        let id = planned(&store, post(&format!("post:{n}"), n)).await;
        intend(&store, id, after(when)).await;
        apply(&store, change(id, accepted(1, &format!("wamid.{n}")), after(when))).await;
    }
    planned(&store, post("post:4", 4)).await;
    let latest = async |group: &str, from, to| {
        let post = store.latest_post(&group_id(group), from, to).await.expect("read");
        post.and_then(|post| post.post).map(|post| post.job_id)
    };
    assert_eq!(latest("g-team", noon(), after(1000)).await, Some(3));
    assert_eq!(latest("g-team", noon(), after(199)).await, Some(2));
    assert_eq!(latest("g-team", after(200), after(200)).await, Some(3));
    assert_eq!(latest("g-team", after(201), after(1000)).await, None);
    assert_eq!(latest("g-ops", noon(), after(1000)).await, None);
    let found = store.by_wamid(&wamid("wamid.2")).await.expect("read").expect("entry");
    assert_eq!(found.accepted_at, Some(at("2026-11-22T12:01:40.123456Z")));
    assert_eq!(store.by_wamid(&wamid("wamid.9")).await.expect("read"), None);
}

#[tokio::test]
async fn holding_and_releasing_moves_an_entry_in_and_out_of_the_queue() {
    let (store, _database) = store().await;
    let id = planned(&store, reply_to_owner("reply:1")).await;
    apply(&store, change(id, Event::Hold(Hold::Window), noon())).await;
    assert!(store.due(noon(), &ten()).await.expect("due").is_empty());
    apply(&store, change(id, Event::Release(Hold::Window), noon())).await;
    assert_eq!(store.due(noon(), &ten()).await.expect("due").len(), 1);
}
