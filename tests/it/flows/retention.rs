//! The clean-up in the running daemon: what can still be done with what is old, and what cannot be done twice.

use chrono::TimeDelta;
use serde_json::json;

use crate::world::{ANA, OWNER, World, envelope, private_message, text};

/// Lets time pass, and waits until the hourly clean-up has left no row of `sql`.
async fn cleaned(world: &World, by: TimeDelta, sql: &str) {
    world.quiet().await;
    world.advance(by).await;
    for _ in 0..2_000 {
        if world.database.rows(sql).await.is_empty() {
            return;
        }
        world.get("/healthz").await;
    }
    panic!("it is not cleaned up: {sql}");
}

#[actix_web::test]
async fn a_command_that_comes_again_after_its_key_is_gone_is_not_carried_out() {
    let mut world = World::with_team().await;
    let words = "schedule \"once\" to team at tomorrow 9:00";
    let message = private_message(OWNER, "wamid.same", words, world.stage.clock.instant());
    let body = envelope(&json!({ "messages": [message] })).to_string();
    assert_eq!(world.signed(body.clone()).await, 200);
    world.hear("the confirmation").await;
    world.set("2026-11-23T07:00:00Z").await;
    world.post(0).await;
    let key = "SELECT 1 FROM inbox WHERE dedupe_key LIKE '%wamid.same'";
    assert_eq!(world.database.rows(key).await.len(), 1);
    cleaned(&world, TimeDelta::days(45), key).await;
    let known = world.stage.emulator.sent_to(OWNER).len();
    assert_eq!(world.signed(body).await, 200);
    world.quiet().await;
    let again = world.database.rows("SELECT state, reason FROM inbox WHERE dedupe_key LIKE '%wamid.same'").await;
    let column = |at| again[0].try_get_by_index::<String>(at).expect("text");
    assert_eq!((column(0).as_str(), column(1).as_str()), ("ignored", "happened too long ago"));
    assert_eq!(world.stage.emulator.sent_to(OWNER).len(), known, "nobody is answered");
    assert_eq!(world.get("/jobs?state=active,done").await.1["jobs"].as_array().map(Vec::len), Some(1));
    assert_eq!(world.posts().len(), 1);
    world.end().await;
}

#[actix_web::test]
async fn a_reply_whose_text_is_gone_can_still_be_answered_and_one_that_is_gone_is_explained() {
    let mut world = World::with(|scenery| {
        scenery.settings.push(("RETENTION_RECORDS_DAYS".to_owned(), "90".to_owned()));
    })
    .await;
    world.register_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    let post = world.post(0).await;
    world.in_group(ANA, "on my way", Some("last"));
    let forward = world.hear("the forward").await;
    cleaned(&world, TimeDelta::days(8), "SELECT 1 FROM outbox WHERE purpose = 'forward' AND purged_at IS NULL").await;
    let left = world.database.holding("on my way").await;
    assert!(left.iter().all(|place| place.starts_with("wa.db")), "rows hold it, not only a file: {left:?}");
    assert!(!world.database.holding("Daily sync").await.is_empty(), "the owner's own words are kept longer");
    world.stage.emulator.say_privately(ANA, "hello").expect("opens the private window");
    world.owner_quotes(&forward.wamid, "thank you").await;
    let relay = world.stage.next_to(ANA, 0, "the private answer").await.expect("the private answer");
    assert_eq!(text(&relay), "thank you");
    world.hear("the confirmation").await;

    // A member answers a post whose text is gone.
    cleaned(&world, TimeDelta::days(23), "SELECT 1 FROM jobs WHERE purged_at IS NULL").await;
    assert_eq!(world.get("/jobs/1").await.1["text_removed"], json!(true));
    assert_eq!(world.get("/jobs/1").await.1["posts"][0]["state"], "accepted");
    let cancelled = world.owner("cancel 1").await;
    assert!(text(&cancelled).contains("no longer kept"), "{}", text(&cancelled));
    world.in_group(ANA, "better late", Some(&post.wamid));
    let late = world.hear("the forward").await;
    assert!(text(&late).contains("better late") && text(&late).contains("no longer kept"), "{}", text(&late));

    let first = "SELECT 1 FROM replies WHERE id = 1";
    cleaned(&world, TimeDelta::days(70), first).await;
    cleaned(&world, TimeDelta::hours(1), "SELECT 1 FROM outbox WHERE purpose = 'forward' AND id < 6").await;
    world.owner_quotes(&forward.wamid, "hello again").await;
    assert!(text(&world.hear("the explanation").await).contains("older than what I keep"));
    assert!(text(&world.owner("reply 1 hello").await).contains("older than what I keep"));
    world.stage.emulator.say_privately(ANA, "hello").expect("opens the private window");
    world.owner_quotes(&late.wamid, "still there").await;
    let relay = world.stage.next_to(ANA, 1, "the private answer").await.expect("the private answer");
    assert_eq!(text(&relay), "still there");
    world.end().await;
}

#[actix_web::test]
async fn what_was_cleaned_up_is_counted_and_the_label_is_no_more_than_its_kind() {
    let world = World::with_team().await;
    cleaned(&world, TimeDelta::days(8), "SELECT 1 FROM inbox WHERE LENGTH(raw) > 0").await;
    let page = world.get("/metrics").await.1;
    let page = page.as_str().expect("text");
    assert!(page.contains("# HELP wa_purged_total"), "{page}");
    let counted = page.lines().any(|line| line.starts_with("wa_purged_total{what=\"events\"}"));
    assert!(counted, "{page}");
    world.end().await;
}
