//! A panic planted in each actor: it restarts, what was queued is handled, its neighbours never notice.

use chrono::TimeDelta;
use wa_scheduler::failpoint;

use crate::world::{ANA, World, text};

/// Schedules, posts, replies and answers: every actor has its part in it.
async fn everything_works(world: &mut World) {
    let answer = world.owner("schedule \"still here\" to team at in 10 minutes").await;
    assert!(text(&answer).contains("still here"), "{}", text(&answer));
    let known = world.posts().len();
    world.advance(TimeDelta::minutes(10)).await;
    world.post(known).await;
    world.in_group(ANA, "heard you", Some("last"));
    let forward = world.hear("the forward").await;
    assert!(text(&forward).contains("heard you"), "{}", text(&forward));
    world.quiet().await;
}

/// Plants a panic, pokes the actor, lets the pauses of restart and retry pass, and sees that nothing was lost.
async fn survives(point: &'static str) {
    let mut world = World::with_team().await;
    failpoint::arm(point);
    world.owner_says("schedule \"through the fault\" to team at in 5 minutes");
    for _ in 0..8 {
        // The retries of the events are on the hand-driven clock, the pauses of the restarts are real.
        world.stage.clock.advance(TimeDelta::seconds(20));
        world.get("/healthz").await;
        world.quiet().await;
    }
    world.advance(TimeDelta::minutes(6)).await;
    world.stage.next_to(&world.group, 0, "the post through the fault").await.expect("the post");
    world.quiet().await;
    assert_eq!(world.posts().len(), 1, "{point}");
    while !world.unheard().is_empty() {
        world.hear("what was said meanwhile").await;
    }
    everything_works(&mut world).await;
    world.end().await;
}

#[actix_web::test]
async fn each_actor_survives_a_panic_and_nothing_is_lost() {
    for point in [
        "webhook.ingest",
        "webhook.round",
        "owner_session.owner_said",
        "scheduler.schedule",
        "scheduler.wake",
        "sender.deliver",
        "sender.status",
    ] {
        survives(point).await;
    }
}

#[actix_web::test]
async fn a_panic_while_a_members_reply_is_matched_costs_nothing() {
    let mut world = World::with_team().await;
    world.owner("schedule \"hello\" to team at in 5 minutes").await;
    world.advance(TimeDelta::minutes(5)).await;
    world.post(0).await;
    failpoint::arm("correlation.member_said");
    world.in_group(ANA, "hi", Some("last"));
    for _ in 0..4 {
        world.stage.clock.advance(TimeDelta::seconds(20));
        world.quiet().await;
    }
    let forward = world.hear("the forward").await;
    assert!(text(&forward).contains("hi"));
    world.quiet().await;
    assert!(world.unheard().is_empty());
    world.end().await;
}
