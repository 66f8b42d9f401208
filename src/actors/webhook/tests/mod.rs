//! The actor as the HTTP edge and the ticker see it.

mod fakes;

use std::sync::atomic::Ordering;

use chrono::TimeDelta;

use super::*;
use crate::actors::supervision::End;
use crate::failpoint;
use crate::ports::Settlement;

use fakes::{Bench, now};

#[actix::test]
async fn each_event_goes_to_its_audience_and_its_row_is_closed() {
    let bench = Bench::over(&[]);
    let lines = ["private a", "private stranger", "group b", "status c", "suspended team"];
    let recorded = bench.ingest(&lines).await.expect("recorded");
    assert!(recorded.iter().all(|one| matches!(one, Recorded::Fresh(_))));
    let outcomes: Vec<Settlement> = bench.settled().await.into_iter().map(|(_, outcome)| outcome).collect();
    let done = Settlement::Done;
    assert_eq!(outcomes, [done.clone(), Settlement::Ignored("no owner"), done.clone(), done.clone(), done]);
    let mut told = bench.told.lines();
    told.sort();
    assert_eq!(told, ["directory team suspended", "member b 0", "owner a 0", "owner stranger 0", "sender c 0"]);
}

#[actix::test]
async fn a_doubled_event_is_acted_on_once() {
    let bench = Bench::over(&[]);
    let first = bench.ingest(&["private a", "private a"]).await.expect("recorded");
    assert_eq!(first, [Recorded::Fresh(1), Recorded::Known]);
    bench.settled().await;
    assert_eq!(bench.ingest(&["private a"]).await.expect("recorded"), [Recorded::Known]);
    bench.sweep().await;
    assert_eq!(bench.told.lines(), ["owner a 0"]);
}

#[actix::test]
async fn the_order_within_an_audience_is_that_of_the_rows() {
    let bench = Bench::over(&[]);
    let lines: Vec<String> = (0..600).map(|n| format!("group m{n}")).collect();
    for request in lines.chunks(7) {
        let request: Vec<&str> = request.iter().map(String::as_str).collect();
        bench.ingest(&request).await.expect("recorded");
    }
    bench.settled().await;
    assert_eq!(bench.told.lines(), (0..600).map(|n| format!("member m{n} 0")).collect::<Vec<_>>());
}

#[actix::test]
async fn a_poisonous_event_costs_only_itself_and_the_owner_is_told_once() {
    let bench = Bench::over(&[]);
    bench.ingest(&["group a", "group poison", "group b", "private c"]).await.expect("recorded");
    assert!(matches!(bench.outcome_of("group poison").await, Settlement::Retry { .. }));
    assert_eq!(bench.outcome_of("group b").await, Settlement::Done);
    assert!(matches!(bench.outcome_in_the_end("group poison").await, Settlement::Dead(_)));
    let mut told = bench.told.lines();
    told.sort();
    assert_eq!(told, ["member a 0", "member b 0", "notice notice:inbox:2", "owner c 0"]);
}

#[actix::test]
async fn rows_left_by_a_crash_are_found_at_the_start() {
    let bench = Bench::over(&["private a", "status b"]);
    assert!(bench.settled().await.iter().all(|(_, outcome)| *outcome == Settlement::Done));
    assert_eq!(bench.told.lines().len(), 2);
}

#[actix::test]
async fn rows_that_could_not_be_closed_are_found_by_the_next_sweep() {
    let bench = Bench::over(&[]);
    bench.inbox.refuses_to_settle.store(true, Ordering::SeqCst);
    bench.ingest(&["private a"]).await.expect("recorded");
    while bench.inbox.refuses_to_settle.load(Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    bench.sweep().await;
    assert_eq!(bench.outcome_of("private a").await, Settlement::Done);
}

#[actix::test]
async fn an_audience_whose_store_is_down_gets_its_events_later_and_the_others_get_theirs_now() {
    let bench = Bench::over(&[]);
    bench.told.owner_store_is_down.store(true, Ordering::SeqCst);
    bench.ingest(&["private a", "group b"]).await.expect("recorded");
    let expected = now() + TimeDelta::seconds(1);
    assert!(
        matches!(bench.outcome_of("private a").await, Settlement::Retry { not_before, .. } if not_before == expected)
    );
    assert_eq!(bench.outcome_of("group b").await, Settlement::Done);
    bench.told.owner_store_is_down.store(false, Ordering::SeqCst);
    assert_eq!(bench.outcome_in_the_end("private a").await, Settlement::Done);
    assert_eq!(bench.told.lines(), ["member b 0", "owner a 0"]);
}

#[actix::test]
async fn an_event_of_long_ago_is_never_acted_on_and_one_from_the_future_is_of_now() {
    let bench = Bench::over(&[]);
    bench.ingest(&["private old -43201", "private aged -43199", "private future 90"]).await.expect("recorded");
    assert!(matches!(bench.outcome_of("private old -43201").await, Settlement::Ignored(_)));
    assert_eq!(bench.told.lines(), ["owner aged -43199", "owner future 0"]);
}

#[actix::test]
async fn an_event_without_a_time_happened_when_it_was_received() {
    let bench = Bench::over(&[]);
    bench.ingest(&["private a timeless", "group b timeless", "status c timeless"]).await.expect("recorded");
    assert!(bench.settled().await.iter().all(|(_, outcome)| *outcome == Settlement::Done));
    let mut told = bench.told.lines();
    told.sort();
    assert_eq!(told, ["member b 0", "owner a 0", "sender c 0"]);
}

#[actix::test]
async fn a_row_that_cannot_be_read_any_more_is_given_up_and_the_owner_is_told() {
    let bench = Bench::over(&["nonsense", "unspeakable", "private a"]);
    assert!(matches!(bench.outcome_of("nonsense").await, Settlement::Dead(_)));
    assert!(matches!(bench.outcome_of("unspeakable").await, Settlement::Dead(_)));
    assert_eq!(bench.outcome_of("private a").await, Settlement::Done);
    assert_eq!(bench.told.lines(), ["notice notice:inbox:1", "notice notice:inbox:2", "owner a 0"]);
}

#[actix::test]
async fn a_backlog_larger_than_the_memory_is_worked_off_by_itself() {
    let lines: Vec<String> = (0..11_000).map(|n| format!("status s{n}")).collect();
    let bench = Bench::over(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    bench.settled().await;
    assert_eq!(bench.told.lines().len(), 11_000);
}

#[actix::test]
async fn a_panic_restarts_the_actor_and_what_was_recorded_is_handed_over() {
    let bench = Bench::over(&[]);
    failpoint::arm("webhook.ingest");
    assert!(bench.ingest(&["private a"]).await.is_err());
    assert_eq!(bench.ingest(&["private a"]).await.expect("alive again"), [Recorded::Fresh(1)]);
    assert_eq!(bench.outcome_of("private a").await, Settlement::Done);
}

#[actix::test]
async fn a_panic_in_a_round_leaves_the_rows_to_the_sweep() {
    let bench = Bench::over(&[]);
    failpoint::arm("webhook.round");
    bench.ingest(&["private a"]).await.expect("recorded");
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(bench.told.lines().is_empty(), "the planted panic came first");
    bench.sweep().await;
    assert_eq!(bench.outcome_of("private a").await, Settlement::Done);
}

#[actix::test]
async fn it_ends_only_when_its_queue_is_worked_off() {
    let bench = Bench::over(&[]);
    let lines: Vec<String> = (0..1000).map(|n| format!("group m{n}")).collect();
    bench.ingest(&lines.iter().map(String::as_str).collect::<Vec<_>>()).await.expect("recorded");
    let Bench { webhook, mut end, inbox, .. } = bench;
    drop(webhook);
    assert_eq!(end.ended().await, End::Drained);
    assert!(inbox.rows.borrow().values().all(|row| row.settled == Some(Settlement::Done)));
}
