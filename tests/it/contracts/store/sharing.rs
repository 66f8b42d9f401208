//! Many callers at once: every message goes out once, and one key is one entry.

use futures::future::join_all;
use wa_scheduler::domain::outbox::State;
use wa_scheduler::ports::{Applied, Outbox};

use super::{accepted, change, intent, noon, planned, post, store};

#[tokio::test]
async fn many_messages_go_out_at_once_each_exactly_once() {
    let (store, _database) = store().await;
    let entries = (0..300).map(|n| post(&format!("post:{n}"), n)).collect();
    let ids: Vec<i64> = store.plan(entries, noon()).await.expect("planned").into_iter().map(|(id, _)| id).collect();
    let shared = &store;
    let sends = ids.iter().map(|id| async move {
        let twice = [
            shared.apply(vec![change(*id, intent(&format!("w1.{id}.a")), noon())]),
            shared.apply(vec![change(*id, intent(&format!("w1.{id}.b")), noon())]),
        ];
        let granted = join_all(twice).await.into_iter().flat_map(|a| a.expect("applied"));
        let granted = granted.filter(|a| matches!(a, Applied::Moved { .. })).count();
        let answer = change(*id, accepted(1, &format!("wamid.{id}")), noon());
        shared.apply(vec![answer]).await.expect("applied");
        granted
    });
    assert_eq!(join_all(sends).await, vec![1; 300]);
    assert_eq!(Outbox::counts(&*store).await.expect("counts"), [(State::Accepted, 300)]);
}

#[tokio::test]
async fn planning_the_same_key_from_everywhere_yields_one_entry() {
    let (store, _database) = store().await;
    let planners = join_all((0..50).map(|_| store.plan(vec![post("post:1", 1)], noon()))).await;
    let planned_ids: Vec<(i64, bool)> = planners.into_iter().flat_map(|p| p.expect("planned")).collect();
    assert_eq!(planned_ids.iter().filter(|(_, new)| *new).count(), 1);
    assert!(planned_ids.iter().all(|(id, _)| *id == planned_ids[0].0));
    assert_eq!(planned(&store, post("post:1", 1)).await, planned_ids[0].0);
}
