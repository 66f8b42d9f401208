//! Events, each once.

use super::{after, noon, store, wamid};
use wa_scheduler::domain::inbound::{EventKind, Inbound, NewEvent, News, Reading, Status};
use wa_scheduler::ports::{Inbox, Recorded, Settlement};

fn event(key: &str, reading: Reading) -> NewEvent {
    NewEvent {
        dedupe_key: key.to_owned(),
        kind: EventKind::Status,
        event_at: Some(noon()),
        raw: format!("{{\"key\":\"{key}\"}}").into_bytes(),
        reading,
    }
}

pub fn fresh(key: &str) -> NewEvent {
    let status = Status { wamid: wamid("wamid.1"), news: News::Sent, at: noon(), opaque: None };
    event(key, Reading::Event(Box::new(Inbound::Status(status))))
}

#[tokio::test]
async fn an_event_is_fresh_once_however_often_it_comes() {
    let (store, _database) = store().await;
    let events = vec![
        fresh("a"),
        event("b", Reading::Ignored("not for us")),
        fresh("a"),
        event("c", Reading::Dead("no json".to_owned())),
        fresh("d"),
    ];
    let first = store.record(events.clone(), noon()).await.expect("recorded");
    let [Recorded::Fresh(a), Recorded::Kept, Recorded::Known, Recorded::Kept, Recorded::Fresh(d)] = first[..] else {
        panic!("{first:?}")
    };
    assert!(a < d);
    assert_eq!(store.record(events, noon()).await.expect("recorded"), [Recorded::Known; 5]);
    assert!(store.record(Vec::new(), noon()).await.expect("nothing").is_empty());
}

#[tokio::test]
async fn one_delivery_of_many_events_keeps_its_order() {
    let (store, _database) = store().await;
    let events: Vec<NewEvent> = (0..1000).map(|n| fresh(&format!("k{n}"))).collect();
    let recorded = store.record(events, noon()).await.expect("recorded");
    let waiting = store.waiting(noon(), 0, 2000).await.expect("waiting");
    assert_eq!(waiting.len(), 1000);
    for (n, (recorded, waiting)) in recorded.iter().zip(&waiting).enumerate() {
        assert_eq!(*recorded, Recorded::Fresh(waiting.id), "event {n}");
        assert_eq!(waiting.raw, format!("{{\"key\":\"k{n}\"}}").into_bytes());
    }
}

#[tokio::test]
async fn what_waits_is_read_in_order_page_by_page_until_it_is_settled() {
    let (store, _database) = store().await;
    let keys = ["a", "b", "c", "d"];
    let recorded = store.record(keys.map(fresh).to_vec(), noon()).await.expect("recorded");
    let ids: Vec<i64> =
        recorded.iter().map(|r| if let Recorded::Fresh(id) = r { *id } else { panic!("{r:?}") }).collect();
    assert_eq!(store.oldest_waiting().await.expect("oldest"), Some(noon()));

    let page = store.waiting(noon(), 0, 2).await.expect("page");
    assert_eq!(page.iter().map(|w| w.id).collect::<Vec<_>>(), ids[..2]);
    assert_eq!((page[0].kind, page[0].received_at, page[0].attempts), (EventKind::Status, noon(), 0));
    let rest = store.waiting(noon(), ids[1], 10).await.expect("page");
    assert_eq!(rest.iter().map(|w| w.id).collect::<Vec<_>>(), ids[2..]);

    let retry = Settlement::Retry { reason: "the store was away".to_owned(), not_before: after(30) };
    let settlements = vec![
        (ids[0], Settlement::Done),
        (ids[1], Settlement::Ignored("a stranger")),
        (ids[2], Settlement::Dead("no sense in it".to_owned())),
        (ids[3], retry),
    ];
    for _ in 0..2 {
        store.settle(settlements.clone()).await.expect("settled");
    }
    assert!(store.waiting(after(29), 0, 10).await.expect("none").is_empty());
    let again = store.waiting(after(30), 0, 10).await.expect("one");
    assert_eq!(again.iter().map(|w| (w.id, w.attempts)).collect::<Vec<_>>(), [(ids[3], 1)]);
    let mut counts = store.counts().await.expect("counts");
    counts.sort();
    let expected = [("dead", 1), ("done", 1), ("ignored", 1), ("new", 1)];
    assert_eq!(counts, expected.map(|(state, n)| (state.to_owned(), n)));
}

#[tokio::test]
async fn what_is_settled_stays_settled() {
    let (store, _database) = store().await;
    let recorded = store.record(vec![fresh("a")], noon()).await.expect("recorded");
    let [Recorded::Fresh(id)] = recorded[..] else { panic!("{recorded:?}") };
    store.settle(vec![(id, Settlement::Done)]).await.expect("settled");
    let retry = Settlement::Retry { reason: "late".to_owned(), not_before: noon() };
    store.settle(vec![(id, retry)]).await.expect("no effect");
    assert!(store.waiting(after(3600), 0, 10).await.expect("none").is_empty());
    assert_eq!(store.oldest_waiting().await.expect("none"), None);
}
