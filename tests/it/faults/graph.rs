//! What the Cloud API can do to a send, row by row, and what becomes of the message.

use chrono::TimeDelta;
use wa_scheduler::sandbox::{Endpoint, Fault, FaultKind, Seen};

use crate::world::{World, text};

/// A post due at 08:55 that meets these faults, in order.
async fn post_that_meets(faults: Vec<Fault>) -> World {
    let mut world = World::with_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.quiet().await;
    let group = Some(world.group.clone());
    world.stage.emulator.add_faults(faults.into_iter().map(|fault| Fault { to: group.clone(), ..fault }));
    world.set("2026-11-22T06:55:00Z").await;
    world
}

fn refusal(code: i64) -> Fault {
    Fault { code: Some(code), ..Fault::next(FaultKind::Refuse) }
}

async fn state(world: &World) -> String {
    let (_, job) = world.get("/jobs/1").await;
    job["posts"][0]["state"].as_str().unwrap_or_default().to_owned()
}

/// How many requests of the post reached the API: those that met a fault, and those that were simply taken.
fn requests(world: &World) -> usize {
    let posts = world.posts();
    let taken = |seen: &Seen| seen.wamid.as_ref().is_some_and(|wamid| posts.iter().any(|post| post.wamid == *wamid));
    world.stage.emulator.requests().iter().filter(|seen| seen.fault.is_some() || taken(seen)).count()
}

#[actix_web::test]
async fn throughput_and_pair_refusals_are_repeated_after_metas_delays_until_it_goes_out() {
    for (code, waits) in [(130_429, [1, 4]), (131_056, [6, 16])] {
        let world = post_that_meets(vec![refusal(code), refusal(code)]).await;
        assert_eq!(state(&world).await, "planned", "{code}");
        for wait in waits {
            assert!(world.posts().is_empty(), "{code}");
            world.advance(TimeDelta::seconds(wait)).await;
        }
        assert_eq!((state(&world).await.as_str(), world.posts().len()), ("accepted", 1), "{code}");
        world.end().await;
    }
}

#[actix_web::test]
async fn a_429_without_a_code_pauses_like_a_throughput_refusal() {
    let fault = Fault { http: Some(429), html: true, ..Fault::next(FaultKind::ServerError) };
    let world = post_that_meets(vec![fault]).await;
    assert_eq!(state(&world).await, "planned");
    world.advance(TimeDelta::seconds(2)).await;
    assert_eq!(world.posts().len(), 1);
    world.end().await;
}

#[actix_web::test]
async fn a_failing_server_that_says_so_in_graph_json_is_asked_again_after_a_minute() {
    let world = post_that_meets(vec![Fault { http: Some(500), ..Fault::next(FaultKind::ServerError) }]).await;
    assert_eq!(state(&world).await, "planned");
    world.advance(TimeDelta::seconds(50)).await;
    assert!(world.posts().is_empty(), "a webhook may still prove the opposite");
    world.advance(TimeDelta::seconds(20)).await;
    assert_eq!(world.posts().len(), 1);
    world.end().await;
}

#[actix_web::test]
async fn a_failing_server_that_took_it_all_the_same_is_not_asked_again() {
    let fault = Fault { http: Some(503), accept: Some(true), ..Fault::next(FaultKind::ServerError) };
    let world = post_that_meets(vec![fault]).await;
    assert_eq!(state(&world).await, "accepted", "the status webhook is evidence");
    world.advance(TimeDelta::hours(1)).await;
    assert_eq!(world.posts().len(), 1);
    world.end().await;
}

#[actix_web::test]
async fn lost_and_unreadable_answers_are_settled_by_the_status_and_never_repeated() {
    for kind in [FaultKind::Reset, FaultKind::Drop, FaultKind::Half, FaultKind::Garbage, FaultKind::NoId] {
        let world = post_that_meets(vec![Fault { accept: Some(true), ..Fault::next(kind) }]).await;
        assert_eq!(state(&world).await, "accepted", "{kind:?}");
        world.advance(TimeDelta::hours(2)).await;
        assert_eq!((world.posts().len(), requests(&world)), (1, 1), "{kind:?}");
        world.end().await;
    }
}

/// A post whose answer is lost, with no status that could settle it.
async fn in_the_dark(kind: FaultKind, accepted: bool) -> World {
    let mut world = World::with_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.quiet().await;
    let mut policy = wa_scheduler::sandbox::StatusPolicy { delay_ms: 1, ..Default::default() };
    policy.auto = false;
    world.stage.emulator.set_statuses(policy);
    let group = Some(world.group.clone());
    world.stage.emulator.add_faults([Fault { to: group, accept: Some(accepted), html: true, ..Fault::next(kind) }]);
    world.set("2026-11-22T06:55:00Z").await;
    world
}

#[actix_web::test]
async fn without_any_sign_the_owner_is_asked_once_and_their_word_is_carried_out() {
    for (kind, accepted, tap, expected) in [
        (FaultKind::Reset, true, "It arrived", "accepted"),
        (FaultKind::Garbage, true, "Leave it", "unresolved"),
        (FaultKind::ServerError, false, "Send again", "accepted"),
    ] {
        let mut world = in_the_dark(kind, accepted).await;
        assert_eq!(state(&world).await, "unknown", "{kind:?}");
        world.advance(TimeDelta::minutes(14)).await;
        assert!(world.unheard().is_empty(), "{kind:?}: silence is not proof yet");
        world.advance(TimeDelta::minutes(2)).await;
        let question = world.hear("the question").await;
        assert!(text(&question).contains("Daily sync"), "{}", text(&question));
        world.owner_taps(tap);
        world.hear("the answer to the decision").await;
        world.quiet().await;
        assert_eq!(state(&world).await, expected, "{kind:?}");
        let sends = if tap == "Send again" { 2 } else { 1 };
        assert_eq!(requests(&world), sends, "{kind:?}");
        world.end().await;
    }
}

#[actix_web::test]
async fn a_question_without_an_answer_ends_as_unresolved_and_says_so() {
    let mut world = in_the_dark(FaultKind::Reset, true).await;
    world.advance(TimeDelta::minutes(16)).await;
    world.hear("the question").await;
    world.advance(TimeDelta::hours(25)).await;
    assert_eq!(state(&world).await, "unresolved");
    assert_eq!(requests(&world), 1);
    world.end().await;
}

#[actix_web::test]
async fn a_refused_token_holds_everything_costs_few_calls_and_loses_nothing() {
    let mut world = World::with_team().await;
    for minute in ["08:55", "08:56", "08:57"] {
        world.owner(&format!("schedule \"at {minute}\" to team at today {minute}")).await;
    }
    world.quiet().await;
    let before = world.stage.emulator.requests().len();
    world.stage.emulator.add_faults([Fault { on: Endpoint::Any, times: 0, ..refusal(190) }]);
    for _ in 0..72 {
        world.advance(TimeDelta::minutes(1)).await;
        world.stage.clock.advance(TimeDelta::seconds(1));
    }
    let calls = world.stage.emulator.requests().len() - before;
    assert!((1..=20).contains(&calls), "{calls} calls in more than an hour");
    assert!(world.posts().is_empty());
    world.stage.emulator.clear_faults();
    // The looks are up to ten minutes apart; a busy machine may need a few minutes of the hand-driven clock more.
    for _ in 0..60 {
        if world.posts().len() < 3 {
            world.advance(TimeDelta::minutes(1)).await;
        }
    }
    let mut texts: Vec<String> = world.posts().iter().map(|post| text(post).to_owned()).collect();
    texts.sort();
    assert_eq!(texts, ["at 08:55", "at 08:56", "at 08:57"]);
    world.end().await;
}

#[actix_web::test]
async fn final_refusals_are_told_to_the_owner_with_code_and_not_repeated() {
    for code in [131_026, 100, 131_048, 999_999] {
        let mut world = post_that_meets(vec![refusal(code)]).await;
        assert_eq!(state(&world).await, "failed", "{code}");
        let notice = world.hear("the notice").await;
        assert!(text(&notice).contains(&code.to_string()) && text(&notice).contains("#1"), "{}", text(&notice));
        world.advance(TimeDelta::hours(5)).await;
        assert_eq!(requests(&world), 1, "{code}");
        world.end().await;
    }
}

#[actix_web::test]
async fn a_failed_status_after_the_200_is_acted_on() {
    let world = post_that_meets(vec![Fault { code: Some(131_026), ..Fault::next(FaultKind::FailLater) }]).await;
    assert_eq!(state(&world).await, "failed");
    assert_eq!(requests(&world), 1);
    world.end().await;
}

#[actix_web::test]
async fn a_silent_group_is_explained_to_the_owner() {
    let mut world = World::with_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.stage.emulator.set_window(&world.group, false).expect("the group's window");
    world.set("2026-11-22T06:55:00Z").await;
    let notice = world.hear("the notice").await;
    assert!(text(&notice).contains("131047") && text(&notice).contains("24 hours"), "{}", text(&notice));
    assert_eq!(state(&world).await, "failed");
    world.end().await;
}
