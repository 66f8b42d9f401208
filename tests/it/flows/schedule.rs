//! The owner schedules, and the post goes out on time, once, unchanged.

use chrono::TimeDelta;
use serde_json::json;

use crate::world::{World, text};

#[actix_web::test]
async fn a_scheduled_text_is_posted_once_at_its_minute_and_unchanged() {
    let mut world = World::with_team().await;
    let answer = world.owner("schedule \"Daily sync at 09:00\" to team at today 08:55").await;
    for expected in ["#1", "Sun", "22", "Nov", "08:55", "Daily sync at 09:00"] {
        assert!(text(&answer).contains(expected), "no {expected} in: {}", text(&answer));
    }
    world.set("2026-11-22T06:54:59Z").await;
    assert_eq!(world.posts().len(), 0);
    world.set("2026-11-22T06:55:00Z").await;
    let post = world.post(0).await;
    assert_eq!(text(&post), "Daily sync at 09:00");
    assert_eq!(post.body["recipient_type"], "group");
    assert_eq!(post.body["type"], "text");
    assert!(post.opaque.is_some());
    world.advance(TimeDelta::hours(2)).await;
    assert_eq!(world.posts().len(), 1);
    let (status, job) = world.get("/jobs/1").await;
    assert_eq!((status, &job["state"]), (200, &json!("done")));
    assert_eq!(job["posts"][0]["state"], "accepted");
    assert_eq!(job["posts"][0]["wamid"], json!(post.wamid));
    world.end().await;
}

#[actix_web::test]
async fn delivery_climbs_with_the_statuses() {
    let mut world = World::with_team().await;
    world.owner("schedule \"hello\" to team at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    world.post(0).await;
    world.quiet().await;
    let (_, job) = world.get("/jobs/1").await;
    assert_eq!(job["posts"][0]["delivery"], "read");
    world.end().await;
}

#[actix_web::test]
async fn jobs_over_http_agree_with_the_chat() {
    let mut world = World::with_team().await;
    let body = json!({ "groups": ["team"], "text": "from http", "at": "2026-11-22T10:00:00+02:00" });
    let (status, job) = world.post_json("/jobs", &body, &[]).await;
    assert_eq!(status, 201, "{job}");
    assert_eq!(job["next_due_at"], "2026-11-22T08:00:00Z");
    assert_eq!(job["timezone"], "Asia/Jerusalem");
    let listed = world.owner("list").await;
    assert!(text(&listed).contains("#1") && text(&listed).contains("from http"), "{}", text(&listed));
    let (_, jobs) = world.get("/jobs").await;
    assert_eq!(jobs["jobs"].as_array().map(Vec::len), Some(1));
    assert_eq!(jobs["next_cursor"], json!(null));
    let (status, cancelled) = world.delete("/jobs/1").await;
    assert_eq!((status, &cancelled["state"]), (200, &json!("cancelled")));
    assert_eq!(world.delete("/jobs/1").await.0, 409);
    assert_eq!(world.delete("/jobs/99").await.0, 404);
    let again = world.owner("cancel 1").await;
    assert!(text(&again).contains("already"), "{}", text(&again));
    world.set("2026-11-22T09:00:00Z").await;
    assert_eq!(world.posts().len(), 0);
    world.end().await;
}

#[actix_web::test]
async fn an_idempotency_key_makes_one_job_however_often_it_comes() {
    let world = World::with_team().await;
    let body = json!({ "groups": ["team"], "text": "once", "when": "tomorrow 9:00" });
    let key = [("Idempotency-Key", "abc")];
    let (first, job) = world.post_json("/jobs", &body, &key).await;
    let (second, same) = world.post_json("/jobs", &body, &key).await;
    assert_eq!((first, second, &job["id"]), (201, 201, &same["id"]));
    let other = json!({ "groups": ["team"], "text": "another", "when": "tomorrow 9:00" });
    assert_eq!(world.post_json("/jobs", &other, &key).await.0, 422);
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(1));
    world.end().await;
}

#[actix_web::test]
async fn one_job_goes_to_several_groups_once_each() {
    let mut world = World::with_team().await;
    let parents = wa_scheduler::sandbox::NewGroup {
        subject: "parents".to_owned(),
        members: vec![crate::world::ANA.to_owned()],
        ..Default::default()
    };
    let parents = world.stage.emulator.add_group(parents).expect("a group").id;
    world.stage.emulator.set_window(&parents, true).expect("its window");
    world.owner(&format!("register group parents {parents}")).await;
    world.owner("schedule \"both\" to team, parents at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    world.post(0).await;
    world.quiet().await;
    assert_eq!(world.posts().len(), 1);
    assert_eq!(world.stage.emulator.sent_to(&parents).len(), 1);
    world.end().await;
}
