//! What piles up while the daemon is away or the API is out, and that none of it is forgotten.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use wa_scheduler::sandbox::{Fault, FaultKind, RateLimits};

use crate::world::{World, text};

/// A world without limits of pace.
async fn unhurried() -> World {
    let mut world = World::with(|scenery| {
        scenery.world.rates = RateLimits { per_second: None, pair_seconds: None, ..RateLimits::default() };
        scenery.settings.push(("WA_MESSAGES_PER_SECOND".to_owned(), "10000".to_owned()));
    })
    .await;
    world.register_team().await;
    world
}

#[actix_web::test]
async fn one_yes_sends_every_late_post_however_many_there_are() {
    const POSTS: usize = 520;
    let mut world = unhurried().await;
    for chunk in (0..POSTS).collect::<Vec<_>>().chunks(40) {
        let jobs = chunk.iter().map(|number| {
            let body = json!({ "groups": ["team"], "text": format!("post {number}"), "at": "2026-11-22T07:00:00Z" });
            let world = &world;
            async move { world.post_json("/jobs", &body, &[]).await }
        });
        assert!(join_all(jobs).await.iter().all(|(status, _)| *status == 201));
    }
    world.stage.stop_daemon().await.expect("a clean stop");
    world.stage.clock.set(crate::world::at("2026-11-22T08:00:00Z"));
    world.stage.start_daemon().await.expect("a start");
    world.hear("the first digest").await;
    world.quiet().await;
    assert!(world.posts().is_empty());
    world.owner_says("send late");
    for number in 0..POSTS {
        world.post(number).await;
    }
    world.advance(TimeDelta::minutes(10)).await;
    assert_eq!(world.posts().len(), POSTS);
    world.end().await;
}

#[actix_web::test]
async fn a_lost_trial_of_a_locked_account_does_not_hold_the_others_for_ever() {
    let mut world = unhurried().await;
    for minute in ["08:55", "08:56", "08:57"] {
        world.owner(&format!("schedule \"at {minute}\" to team at today {minute}")).await;
    }
    world.quiet().await;
    let to = Some(world.group.clone());
    let locked = Fault { to: to.clone(), code: Some(368), times: 3, ..Fault::next(FaultKind::Refuse) };
    let lost = Fault { to, accept: Some(true), ..Fault::next(FaultKind::Reset) };
    world.stage.emulator.add_faults([locked, lost]);
    world.stage.clock.set(crate::world::at("2026-11-22T06:55:00Z"));
    for _ in 0..400 {
        if world.posts().len() == 3 {
            break;
        }
        // While the breaker is open something is due and does not go, so the world does not come to rest.
        for _ in 0..30 {
            world.get("/healthz").await;
        }
        world.stage.clock.advance(TimeDelta::minutes(2));
    }
    world.quiet().await;
    let mut texts: Vec<String> = world.posts().iter().map(|post| text(post).to_owned()).collect();
    texts.sort();
    assert_eq!(texts, ["at 08:55", "at 08:56", "at 08:57"]);
    world.end().await;
}
