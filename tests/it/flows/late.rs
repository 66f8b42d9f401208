//! What happens to posts that fell due while the daemon was away.

use chrono::TimeDelta;
use wa_scheduler::sandbox::{Fault, FaultKind};

use crate::world::{World, text};

async fn away_over_a_post(away: TimeDelta) -> World {
    let mut world = World::with_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.quiet().await;
    world.stage.stop_daemon().await.expect("a clean stop");
    world.stage.clock.set(crate::world::at("2026-11-22T06:55:00Z") + away);
    world.stage.start_daemon().await.expect("a start");
    world
}

#[actix_web::test]
async fn five_minutes_late_is_sent() {
    let world = away_over_a_post(TimeDelta::minutes(5)).await;
    world.post(0).await;
    world.end().await;
}

#[actix_web::test]
async fn an_hour_late_is_asked_about_and_sent_on_a_yes() {
    let mut world = away_over_a_post(TimeDelta::hours(1)).await;
    let digest = world.hear("the question").await;
    assert!(text(&digest).contains("#1") && text(&digest).contains("08:55"), "{}", text(&digest));
    world.quiet().await;
    assert!(world.posts().is_empty());
    world.owner_taps("Send all");
    world.post(0).await;
    world.quiet().await;
    assert_eq!(world.posts().len(), 1);
    world.end().await;
}

#[actix_web::test]
async fn an_hour_late_is_dropped_on_a_no() {
    let mut world = away_over_a_post(TimeDelta::hours(1)).await;
    world.hear("the question").await;
    world.owner("drop late 1").await;
    world.quiet().await;
    assert!(world.posts().is_empty());
    assert_eq!(world.get("/jobs/1").await.1["posts"][0]["state"], "cancelled");
    world.end().await;
}

#[actix_web::test]
async fn a_post_that_was_wanted_and_did_not_go_out_is_asked_about_anew() {
    let mut world = away_over_a_post(TimeDelta::hours(1)).await;
    world.hear("the question").await;
    let busy =
        Fault { code: Some(130_429), containing: Some("Daily sync".to_owned()), ..Fault::next(FaultKind::Refuse) };
    world.stage.emulator.add_faults([busy]);
    world.owner_taps("Send all");
    while world.get("/jobs/1").await.1["posts"][0]["error"].is_null() {
        tokio::task::yield_now().await;
    }
    world.stage.stop_daemon().await.expect("a clean stop");
    world.stage.clock.set(crate::world::at("2026-11-22T10:55:00Z"));
    world.stage.start_daemon().await.expect("a start");
    // That the post was on its way may have been said before, or had to wait with it.
    let mut again = world.hear("the question, once more").await;
    if !text(&again).contains("#1") {
        again = world.hear("the question, once more").await;
    }
    assert!(text(&again).contains("#1"), "{}", text(&again));
    world.quiet().await;
    assert!(world.posts().is_empty());
    world.owner_taps_on(&again.wamid, "Send all");
    world.post(0).await;
    world.end().await;
}

#[actix_web::test]
async fn a_question_that_is_not_answered_expires_and_is_told() {
    let mut world = away_over_a_post(TimeDelta::hours(1)).await;
    world.hear("the question").await;
    world.advance(TimeDelta::hours(25)).await;
    assert!(world.posts().is_empty());
    assert_eq!(world.get("/jobs/1").await.1["posts"][0]["state"], "expired");
    world.end().await;
}

#[actix_web::test]
async fn two_days_late_is_reported_as_not_sent() {
    let mut world = away_over_a_post(TimeDelta::days(2)).await;
    world.owner_says("help");
    let first = world.hear("the template, the help or the report").await;
    world.quiet().await;
    let heard = std::iter::once(first).chain(world.unheard());
    let told = heard.into_iter().any(|heard| text(&heard).contains("#1") && heard.fails_with.is_none());
    assert!(told, "the owner is not told about the post that expired");
    assert_eq!(world.get("/jobs/1").await.1["posts"][0]["state"], "expired");
    assert!(world.posts().is_empty());
    world.end().await;
}
