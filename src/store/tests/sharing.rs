//! Many callers, one commit: everybody gets their own answer, and nobody another's trouble.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::future::join_all;
use sea_orm::{DatabaseTransaction, DbErr};

use super::{accepted, change, noon, planned, post, store};
use crate::domain::delivery::Event;
use crate::domain::outbox::State;
use crate::ports::{Applied, Outbox};
use crate::store::group_commit::{Bulk, GroupCommit};

/// Doubles numbers; fails on 13 and panics on 666.
struct Doubling {
    batches: Arc<AtomicUsize>,
}

#[async_trait]
impl Bulk for Doubling {
    type Op = u32;
    type Out = u32;
    const OPERATION: &'static str = "double";

    async fn write(&self, _tx: &DatabaseTransaction, ops: &[u32], _again: bool) -> Result<Vec<u32>, DbErr> {
        self.batches.fetch_add(1, Ordering::Relaxed);
        assert!(!ops.contains(&666), "planned");
        if ops.contains(&13) {
            return Err(DbErr::Custom("thirteen".to_owned()));
        }
        Ok(ops.iter().map(|n| n * 2).collect())
    }
}

#[tokio::test]
async fn callers_at_once_share_batches_and_get_their_own_answers() {
    let (store, _scratch) = store().await;
    let batches = Arc::new(AtomicUsize::new(0));
    let commit = GroupCommit::start(store.db.writer.clone(), Doubling { batches: batches.clone() });
    let answers = join_all((1..=100_u32).map(|n| commit.submit(n))).await;
    let expected: Vec<u32> = (1..=100).map(|n| if n == 13 { 0 } else { n * 2 }).collect();
    let got: Vec<u32> = answers.into_iter().map(|a| a.unwrap_or(0)).collect();
    assert_eq!(got, expected, "only the one that failed has no answer");
    let together = join_all((20..120_u32).map(|n| commit.submit(n)));
    batches.store(0, Ordering::Relaxed);
    assert!(together.await.iter().all(Result::is_ok));
    assert!(batches.load(Ordering::Relaxed) < 50, "{batches:?} batches for 100 callers");
}

#[tokio::test]
async fn a_panic_costs_its_own_caller_only_and_the_next_batch_is_served() {
    let (store, _scratch) = store().await;
    let commit = GroupCommit::start(store.db.writer.clone(), Doubling { batches: Arc::default() });
    let answers = join_all([1, 666, 3].map(|n| commit.submit(n))).await;
    assert_eq!(answers.iter().map(|a| a.as_ref().ok().copied()).collect::<Vec<_>>(), [Some(2), None, Some(6)]);
    assert_eq!(commit.submit(4).await.expect("still there"), 8);
    commit.close().await;
    assert!(commit.submit(5).await.is_err());
}

#[tokio::test]
async fn many_messages_go_out_at_once_each_exactly_once() {
    let (store, _scratch) = store().await;
    let entries = (0..300).map(|n| post(&format!("post:{n}"), n)).collect();
    let ids: Vec<i64> = store.plan(entries, noon()).await.expect("planned").into_iter().map(|(id, _)| id).collect();
    let shared = &store;
    let sends = ids.iter().map(|id| async move {
        let twice = [
            shared.apply(vec![change(*id, Event::Intend, noon())]),
            shared.apply(vec![change(*id, Event::Intend, noon())]),
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
    let (store, _scratch) = store().await;
    let planners = join_all((0..50).map(|_| store.plan(vec![post("post:1", 1)], noon()))).await;
    let planned_ids: Vec<(i64, bool)> = planners.into_iter().flat_map(|p| p.expect("planned")).collect();
    assert_eq!(planned_ids.iter().filter(|(_, new)| *new).count(), 1);
    assert!(planned_ids.iter().all(|(id, _)| *id == planned_ids[0].0));
    assert_eq!(planned(&store, post("post:1", 1)).await, planned_ids[0].0);
}
