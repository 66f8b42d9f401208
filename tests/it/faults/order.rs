//! News that come in an order nobody expects: before the answer they belong to, or after everything was decided.

use chrono::TimeDelta;
use wa_scheduler::sandbox::{Fault, FaultKind};

use crate::world::World;

/// A world whose statuses overtake the answers of their own requests.
async fn hasty() -> World {
    let mut world = World::with(|scenery| scenery.world.statuses.before_response = true).await;
    world.register_team().await;
    world
}

async fn state(world: &World) -> String {
    let (_, job) = world.get("/jobs/1").await;
    job["posts"][0]["state"].as_str().unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn a_failure_that_overtakes_its_own_answer_is_repeated_all_the_same() {
    let mut world = hasty().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.quiet().await;
    let to = Some(world.group.clone());
    world.stage.emulator.add_faults([Fault { to, code: Some(131_000), ..Fault::next(FaultKind::FailLater) }]);
    world.set("2026-11-22T06:55:00Z").await;
    assert_eq!(state(&world).await, "planned", "the answer does not undo the failure");
    world.advance(TimeDelta::minutes(2)).await;
    let arrived = world.posts().iter().filter(|post| post.fails_with.is_none()).count();
    assert_eq!((state(&world).await.as_str(), arrived), ("accepted", 1));
    world.end().await;
}
