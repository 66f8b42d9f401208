//! The same event any number of times has one effect.

use futures::future::join_all;
use serde_json::json;

use crate::world::{ANA, OWNER, World, envelope, private_message, text};

#[actix_web::test]
async fn a_command_delivered_a_hundred_times_in_parallel_is_carried_out_once() {
    let mut world = World::with_team().await;
    let words = "schedule \"once\" to team at tomorrow 9:00";
    let message = private_message(OWNER, "wamid.same", words, world.stage.clock.instant());
    let body = envelope(&json!({ "messages": [message] })).to_string();
    let answers = join_all((0..100).map(|_| world.signed(body.clone()))).await;
    assert!(answers.iter().all(|status| *status == 200));
    world.hear("the confirmation").await;
    world.quiet().await;
    assert!(world.unheard().is_empty());
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(1));
    world.end().await;
}

#[actix_web::test]
async fn a_reply_delivered_again_after_a_restart_is_forwarded_once() {
    let mut world = World::with_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    world.post(0).await;
    let mut message = private_message(ANA, "wamid.reply", "on my way", world.stage.clock.instant());
    message["group_id"] = json!(world.group);
    let body = envelope(&json!({ "messages": [message] })).to_string();
    for _ in 0..3 {
        assert_eq!(world.signed(body.clone()).await, 200);
    }
    let forward = world.hear("the forward").await;
    assert!(text(&forward).contains("on my way"));
    world.quiet().await;
    world.stage.stop_daemon().await.expect("a clean stop");
    world.stage.start_daemon().await.expect("a start");
    assert_eq!(world.signed(body).await, 200);
    world.quiet().await;
    assert!(world.unheard().is_empty());
    world.end().await;
}

#[actix_web::test]
async fn statuses_in_any_order_and_number_only_climb() {
    let mut world = World::with(|scenery| {
        scenery.world.statuses.shuffle = true;
        scenery.world.statuses.duplicate = true;
        scenery.world.statuses.before_response = true;
    })
    .await;
    world.register_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    world.post(0).await;
    world.quiet().await;
    let (_, job) = world.get("/jobs/1").await;
    assert_eq!((&job["posts"][0]["state"], &job["posts"][0]["delivery"]), (&json!("accepted"), &json!("read")));
    assert_eq!(world.posts().len(), 1);
    world.end().await;
}
