//! Changes to entries: the rules carried out, with evidence, notices and guards.

use super::{
    accepted, after, apply, change, entry, intend, intent, noon, planned, post, refusal, reply_to_owner, send_again,
    status, store, unknown, wamid,
};
use wa_scheduler::domain::delivery::{Event, Verdict};
use wa_scheduler::domain::outbox::{Delivery, Hold, Outcome, Purpose, State};
use wa_scheduler::domain::refusal::Class;
use wa_scheduler::ports::{Applied, Change, Outbox};
use wa_scheduler::store::Store;

fn seen(delivery: Delivery) -> Event {
    Event::Seen { attempt: None, delivery }
}

fn bounced(class: Class) -> Event {
    Event::Bounced { attempt: None, refusal: refusal(class) }
}

fn refused(attempt: u32, class: Class) -> Event {
    Event::Answered { attempt, outcome: Outcome::Refused(refusal(class)) }
}

async fn notices(store: &Store) -> Vec<String> {
    let filter = wa_scheduler::ports::DueFilter { limit: 100, ..Default::default() };
    let due = store.due(after(1_000_000), &filter).await.expect("due");
    due.into_iter().filter(|e| matches!(e.purpose, Purpose::Notice | Purpose::Knock)).map(|e| e.key).collect()
}

#[tokio::test]
async fn a_message_goes_out_and_climbs_as_its_statuses_come() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    let opaque = intend(&store, id, noon()).await;
    let sending = entry(&store, id).await;
    assert_eq!((sending.state, sending.attempt, sending.deadline_at), (State::Sending, 1, Some(after(60))));
    let done = apply(&store, change(id, accepted(1, "wamid.1"), after(1))).await;
    let Applied::Moved { entry: moved, from, told } = done else { panic!("{done:?}") };
    assert_eq!((from, told), (State::Sending, false));
    assert_eq!(*moved, entry(&store, id).await);
    assert_eq!(
        (moved.state, moved.delivery, moved.accepted_at),
        (State::Accepted, Some(Delivery::Accepted), Some(after(1)))
    );
    for (delivery, climbs) in
        [(Delivery::Delivered, true), (Delivery::Sent, false), (Delivery::Read, true), (Delivery::Read, false)]
    {
        let applied = apply(&store, status(Some(&opaque), "wamid.1", seen(delivery), after(2))).await;
        assert_eq!(matches!(applied, Applied::Moved { .. }), climbs, "{delivery:?}");
    }
    assert_eq!(entry(&store, id).await.delivery, Some(Delivery::Read));
}

#[tokio::test]
async fn an_intent_is_given_once_even_to_two_who_ask_in_one_batch() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    let twice = vec![change(id, intent("w1.1"), noon()), change(id, intent("w1.2"), noon())];
    let applied = store.apply(twice).await.expect("applied");
    assert!(matches!(applied[0], Applied::Moved { .. }) && matches!(applied[1], Applied::Refused(_)), "{applied:?}");
    assert!(matches!(apply(&store, change(id, intent("w1.3"), noon())).await, Applied::Refused(_)));
    assert_eq!(apply(&store, change(99, intent("w1.4"), noon())).await, Applied::NoSuchEntry);
}

#[tokio::test]
async fn a_whole_life_in_one_batch_ends_where_it_would_have_ended_step_by_step() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    let life = vec![
        change(id, intent("w1.5"), noon()),
        change(id, refused(1, Class::Transient), after(1)),
        change(id, intent("w1.6"), after(100)),
        change(id, accepted(2, "wamid.1"), after(101)),
        status(None, "wamid.1", seen(Delivery::Delivered), after(102)),
    ];
    let applied = store.apply(life).await.expect("applied");
    assert!(applied[..4].iter().all(|a| matches!(a, Applied::Moved { .. })), "{applied:?}");
    // The id at the API was not known when the batch was loaded.
    assert_eq!(applied[4], Applied::NoSuchEntry);
    let end = entry(&store, id).await;
    assert_eq!((end.state, end.attempt, end.revision, end.retries), (State::Accepted, 2, 4, 0));
    assert_eq!((end.wamid, end.error, end.not_before), (Some(wamid("wamid.1")), None, after(61)));
}

#[tokio::test]
async fn a_refusal_for_good_fails_it_and_tells_the_owner_in_the_same_step() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    intend(&store, id, noon()).await;
    let applied = apply(&store, change(id, refused(1, Class::Final), noon())).await;
    assert!(matches!(applied, Applied::Moved { told: true, .. }), "{applied:?}");
    let failed = entry(&store, id).await;
    assert_eq!((failed.state, failed.error.as_deref()), (State::Failed, Some("it did not work (131000)")));
    assert_eq!(notices(&store).await, [format!("notice:failed:{id}:1")]);
    assert_eq!(apply(&store, change(id, refused(1, Class::Final), noon())).await, Applied::Stayed);
    assert_eq!(notices(&store).await.len(), 1);
}

#[tokio::test]
async fn a_notice_that_fails_causes_no_notice() {
    let (store, _database) = store().await;
    let id = planned(&store, reply_to_owner("reply:1")).await;
    intend(&store, id, noon()).await;
    let applied = apply(&store, change(id, refused(1, Class::Final), noon())).await;
    assert!(matches!(applied, Applied::Moved { told: false, .. }), "{applied:?}");
    assert!(notices(&store).await.is_empty());
}

#[tokio::test]
async fn a_closed_window_holds_the_message_until_the_owner_writes() {
    let (store, _database) = store().await;
    let id = planned(&store, reply_to_owner("reply:1")).await;
    intend(&store, id, noon()).await;
    apply(&store, change(id, refused(1, Class::Window), noon())).await;
    let held = entry(&store, id).await;
    assert_eq!((held.state, held.held_by), (State::Planned, Some(Hold::Window)));
    assert_eq!(store.held(Hold::Window, None, 10).await.expect("held"), [id]);
    apply(&store, change(id, Event::Release(Hold::Window), after(1))).await;
    assert_eq!(entry(&store, id).await.held_by, None);
}

#[tokio::test]
async fn evidence_settles_an_unknown_outcome_by_our_own_id() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    let opaque = intend(&store, id, noon()).await;
    apply(&store, change(id, Event::Orphaned, after(1))).await;
    assert_eq!(entry(&store, id).await.state, State::Unknown);
    apply(&store, status(Some(&opaque), "wamid.1", seen(Delivery::Sent), after(2))).await;
    let settled = entry(&store, id).await;
    assert_eq!((settled.state, settled.wamid, settled.error), (State::Accepted, Some(wamid("wamid.1")), None));
    assert_eq!(settled.accepted_at, Some(after(2)));
}

#[tokio::test]
async fn a_status_that_leads_nowhere_is_not_an_error() {
    let (store, _database) = store().await;
    for opaque in [None, Some("w1.unknown.1"), Some("someone-elses")] {
        let applied = apply(&store, status(opaque, "wamid.9", seen(Delivery::Read), noon())).await;
        assert_eq!(applied, Applied::NoSuchEntry, "{opaque:?}");
    }
}

#[tokio::test]
async fn a_refusal_that_follows_the_acceptance_sends_it_again_unless_somebody_got_it() {
    let (store, _database) = store().await;
    for (key, delivered, expected) in [("post:1", false, State::Planned), ("post:2", true, State::Accepted)] {
        let id = planned(&store, post(key, 1)).await;
        let opaque = intend(&store, id, noon()).await;
        apply(&store, change(id, accepted(1, key), noon())).await;
        if delivered {
            apply(&store, status(Some(&opaque), key, seen(Delivery::Delivered), noon())).await;
        }
        apply(&store, status(Some(&opaque), key, bounced(Class::Transient), after(5))).await;
        assert_eq!(entry(&store, id).await.state, expected, "{key}");
    }
}

#[tokio::test]
async fn a_message_that_arrives_twice_is_noticed() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    let first = intend(&store, id, noon()).await;
    apply(&store, change(id, unknown(1), after(1))).await;
    send_again(&store, id).await;
    intend(&store, id, after(3)).await;
    assert_eq!(apply(&store, status(Some(&first), "wamid.1", seen(Delivery::Sent), after(4))).await, Applied::Stayed);
    let applied = apply(&store, change(id, accepted(2, "wamid.2"), after(5))).await;
    assert!(matches!(applied, Applied::Moved { told: true, .. }), "{applied:?}");
    assert_eq!(notices(&store).await, [format!("notice:doubled:{id}:2"), format!("notice:unknown:{id}:1")]);
    assert_eq!(entry(&store, id).await.wamid, Some(wamid("wamid.2")));
}

#[tokio::test]
async fn a_refused_repetition_does_not_hide_that_the_first_may_have_gone_out() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    intend(&store, id, noon()).await;
    apply(&store, change(id, unknown(1), after(1))).await;
    send_again(&store, id).await;
    intend(&store, id, after(3)).await;
    apply(&store, change(id, refused(2, Class::Final), after(4))).await;
    assert_eq!(entry(&store, id).await.state, State::Unresolved);
}

#[tokio::test]
async fn the_owner_is_asked_and_a_new_attempt_begins_with_no_question_open() {
    let (store, _database) = store().await;
    let id = planned(&store, post("post:1", 1)).await;
    intend(&store, id, noon()).await;
    apply(&store, change(id, unknown(1), after(1))).await;
    apply(&store, change(id, Event::Tick, after(901))).await;
    let asked = entry(&store, id).await;
    assert_eq!((asked.state, asked.asked_at), (State::Unknown, Some(after(901))));
    assert_eq!(notices(&store).await, [format!("notice:unknown:{id}:1")]);
    apply(&store, change(id, Event::Verdict(Verdict::SendAgain), after(950))).await;
    intend(&store, id, after(951)).await;
    assert_eq!(entry(&store, id).await.asked_at, None);
}

#[tokio::test]
async fn silence_counts_as_not_sent_only_while_a_later_message_was_confirmed() {
    let (store, _database) = store().await;
    let lost = planned(&store, reply_to_owner("reply:1")).await;
    intend(&store, lost, noon()).await;
    apply(&store, change(lost, unknown(1), after(1))).await;
    assert_eq!(apply(&store, change(lost, Event::Tick, after(1000))).await, Applied::Stayed);
    let other = planned(&store, reply_to_owner("reply:2")).await;
    let opaque = intend(&store, other, after(1001)).await;
    apply(&store, change(other, accepted(1, "wamid.2"), after(1002))).await;
    assert_eq!(apply(&store, change(lost, Event::Tick, after(1003))).await, Applied::Stayed, "an answer is no webhook");
    apply(&store, status(Some(&opaque), "wamid.2", seen(Delivery::Sent), after(1004))).await;
    assert!(matches!(apply(&store, change(lost, Event::Tick, after(1005))).await, Applied::Moved { .. }));
    assert_eq!(entry(&store, lost).await.state, State::Planned);
}

#[tokio::test]
async fn an_id_of_the_api_given_twice_breaks_nothing() {
    let (store, _database) = store().await;
    let mut ids = Vec::new();
    for key in ["post:1", "post:2", "post:3"] {
        ids.push(planned(&store, post(key, 1)).await);
    }
    for id in &ids {
        intend(&store, *id, noon()).await;
    }
    apply(&store, change(ids[0], accepted(1, "wamid.same"), noon())).await;
    let rest: Vec<Change> = ids[1..].iter().map(|id| change(*id, accepted(1, "wamid.same"), noon())).collect();
    let applied = store.apply(rest).await.expect("applied");
    assert!(applied.iter().all(|a| matches!(a, Applied::Moved { .. })), "{applied:?}");
    for (id, expected) in ids.iter().zip([Some(wamid("wamid.same")), None, None]) {
        let end = entry(&store, *id).await;
        assert_eq!((end.state, end.wamid), (State::Accepted, expected));
    }
}

#[tokio::test]
async fn every_move_leaves_a_line_in_the_log_and_a_refusal_none() {
    let (store, database) = store().await;
    let id = planned(&store, post("post:1", 7)).await;
    intend(&store, id, noon()).await;
    apply(&store, change(id, accepted(1, "wamid.1"), after(1))).await;
    assert!(matches!(apply(&store, change(id, Event::Cancel, after(2))).await, Applied::Refused(_)));
    let log = database.rows("SELECT job_id, entry_id, revision, to_state, reason FROM job_log ORDER BY id").await;
    let line = |row: &sea_orm::QueryResult| {
        let number = |name| row.try_get::<i64>("", name).expect("a number");
        let text = |name| row.try_get::<String>("", name).expect("a text");
        (number("job_id"), number("entry_id"), row.try_get::<i32>("", "revision"), text("to_state"), text("reason"))
    };
    let told = |revision, state: &str, why: &str| (7, id, Ok(revision), state.to_owned(), why.to_owned());
    let lines: Vec<_> = log.iter().map(line).collect();
    assert_eq!(lines, [told(1, "sending", "intent"), told(2, "accepted", "accepted")]);
}
