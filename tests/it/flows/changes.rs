//! The owner changes what is scheduled: each verb through a signed webhook, the job, its log and the next wake afterwards.

use chrono::TimeDelta;
use serde_json::json;

use wa_scheduler::sandbox::{Fault, FaultKind, WindowRule};

use crate::world::{World, at, text};

/// A job of tomorrow 09:00, with number 1.
async fn one() -> World {
    let mut world = World::with_team().await;
    world.owner("schedule \"hello\" to team at tomorrow 09:00").await;
    world
}

async fn job(world: &World, id: i64) -> serde_json::Value {
    let (status, job) = world.get(&format!("/jobs/{id}")).await;
    assert_eq!(status, 200, "{job}");
    job
}

async fn says(world: &mut World, words: &str, expected: &[&str]) {
    let answer = world.owner(words).await;
    for expected in expected {
        assert!(text(&answer).contains(expected), "{words}: no {expected} in: {}", text(&answer));
    }
}

#[actix_web::test]
async fn a_text_and_a_time_change_and_the_post_goes_out_as_it_is_then() {
    let mut world = one().await;
    says(&mut world, "edit 1 text \"good morning\"", &["#1", "“hello” →\ngood morning", "undo"]).await;
    says(&mut world, "move 1 to today 10:00", &["09:00 → ", "10:00 (in 2 h)"]).await;
    assert_eq!(job(&world, 1).await["next_due_at"], "2026-11-22T08:00:00Z");
    world.set("2026-11-22T07:59:59Z").await;
    assert_eq!(world.posts().len(), 0);
    world.set("2026-11-22T08:00:00Z").await;
    assert_eq!(text(&world.post(0).await), "good morning");
    says(&mut world, "why 1", &["scheduled", "text changed (you)", "moved (you)", "team: sent"]).await;
    says(&mut world, "edit 1 text \"late\"", &["is over", "now 1"]).await;
    world.end().await;
}

#[actix_web::test]
async fn what_was_changed_is_undone_and_what_was_cancelled_is_restored() {
    let mut world = one().await;
    says(&mut world, "move 1 to tomorrow 10:00", &["10:00"]).await;
    says(&mut world, "undo", &["10:00 → ", "09:00"]).await;
    assert_eq!(job(&world, 1).await["next_due_at"], "2026-11-23T07:00:00Z");
    says(&mut world, "cancel 1", &["Cancelled: #1", "restore 1"]).await;
    says(&mut world, "undo", &["cancelled → scheduled"]).await;
    says(&mut world, "cancel 1", &["Cancelled"]).await;
    says(&mut world, "restore 1", &["cancelled → scheduled"]).await;
    assert_eq!(job(&world, 1).await["state"], "active");
    world.set("2026-11-23T07:00:00Z").await;
    assert_eq!(text(&world.post(0).await), "hello");
    world.end().await;
}

#[actix_web::test]
async fn undone_is_undone_however_often_it_is_said() {
    let mut world = one().await;
    says(&mut world, "undo", &["Cancelled: #1"]).await;
    says(&mut world, "undo", &["nothing to undo"]).await;
    assert_eq!(job(&world, 1).await["state"], "cancelled");
    says(&mut world, "restore 1", &["cancelled → scheduled"]).await;
    world.end().await;
}

#[actix_web::test]
async fn a_job_is_copied_and_sent_at_once() {
    let mut world = one().await;
    says(&mut world, "copy 1 to team at tomorrow 12:00", &["#2", "12:00", "hello"]).await;
    says(&mut world, "now 1", &["#1", "09:00 → "]).await;
    assert_eq!(text(&world.post(0).await), "hello");
    assert_eq!(job(&world, 1).await["state"], "done");
    says(&mut world, "now \"at once\" to team", &["#3"]).await;
    assert_eq!(text(&world.post(1).await), "at once");
    says(&mut world, "now 1", &["#4"]).await;
    assert_eq!(text(&world.post(2).await), "hello");
    says(&mut world, "test 2", &["Test of #2"]).await;
    assert_eq!(text(&world.hear("the post").await), "hello");
    assert_eq!(world.posts().len(), 3);
    world.end().await;
}

#[actix_web::test]
async fn a_pause_holds_and_ends_by_itself_or_on_a_word() {
    let mut world = one().await;
    world.owner("move 1 to today 10:00").await;
    world.owner("schedule \"daily\" to team at every day 12:00").await;
    says(&mut world, "pause all until today 11:00", &["Paused: #1, #2", "resume all"]).await;
    assert_eq!(job(&world, 2).await["state"], "paused");
    world.set("2026-11-22T08:10:00Z").await;
    assert_eq!(world.posts().len(), 0);
    world.set("2026-11-22T09:00:00Z").await;
    assert_eq!(job(&world, 2).await["state"], "active");
    let digest = world.hear("the question about the late one").await;
    assert!(text(&digest).contains("#1 team"), "{}", text(&digest));
    world.owner("drop late").await;
    world.set("2026-11-22T10:00:00Z").await;
    assert_eq!(text(&world.post(0).await), "daily");
    says(&mut world, "pause 2", &["scheduled → paused"]).await;
    world.set("2026-11-23T05:00:00Z").await;
    says(&mut world, "resume 2", &["paused → scheduled"]).await;
    assert_eq!(job(&world, 2).await["next_due_at"], "2026-11-23T10:00:00Z");
    world.end().await;
}

#[actix_web::test]
async fn a_series_leaves_out_what_it_is_told_to() {
    let mut world = World::with_team().await;
    says(&mut world, "schedule \"daily\" to team at every day 12:00", &["#1", "Sun 22 Nov", "Tue 24 Nov", "no end"])
        .await;
    assert_eq!(job(&world, 1).await["recurrence"], "every day 12:00");
    says(&mut world, "skip 1", &["22 Nov 2026, 12:00 → Mon 23 Nov"]).await;
    says(&mut world, "1 except 24 nov and 26 nov", &["Those days are left out"]).await;
    world.stage.emulator.set_window_rule(WindowRule::Off);
    for (at, posts) in [
        ("2026-11-22T10:00:00Z", 0),
        ("2026-11-23T10:00:00Z", 1),
        ("2026-11-24T10:00:00Z", 1),
        ("2026-11-25T10:00:00Z", 2),
        ("2026-11-26T10:00:00Z", 2),
        ("2026-11-27T10:00:00Z", 3),
    ] {
        world.set(at).await;
        if posts > 0 {
            world.post(posts - 1).await;
        }
        world.quiet().await;
        assert_eq!(world.posts().len(), posts, "{at}");
    }
    let posts = job(&world, 1).await["posts"].as_array().cloned().unwrap_or_default();
    assert!(posts.iter().all(|post| post["state"] == "accepted"), "{posts:?}");
    says(&mut world, "show 1", &["#1 team: scheduled", "Repeats: every day 12:00", "sent"]).await;
    world.end().await;
}

#[actix_web::test]
async fn a_quoted_confirmation_and_its_buttons_act_on_its_job() {
    let mut world = World::with_team().await;
    let confirmation = world.owner("schedule \"hello\" to team at tomorrow 09:00").await;
    world.owner_quotes(&confirmation.wamid, "tomorrow 10:00").await;
    assert!(text(&world.hear("moved").await).contains("10:00"));
    world.owner_quotes(&confirmation.wamid, "text: other").await;
    assert!(text(&world.hear("edited").await).contains("other"));
    world.owner_taps_on(&confirmation.wamid, "edit:1");
    assert!(text(&world.hear("how").await).contains("quote this message"));
    world.owner_quotes(&confirmation.wamid, "undo").await;
    assert!(text(&world.hear("undone").await).contains("hello"));
    world.owner_quotes(&confirmation.wamid, "cancel").await;
    assert!(text(&world.hear("cancelled").await).contains("Cancelled: #1"));
    // An impatient thumb does not bring it back.
    for _ in 0..2 {
        world.owner_taps_on(&confirmation.wamid, "undo:1");
        assert!(text(&world.hear("once").await).contains("cancelled already"));
    }
    assert_eq!(job(&world, 1).await["state"], "cancelled");
    world.end().await;
}

#[actix_web::test]
async fn two_readings_become_a_question_and_the_answer_completes_the_command() {
    let mut world = World::with_team().await;
    let question = world.owner("schedule \"party\" to team at friday at midnight").await;
    let buttons = &question.body["interactive"]["action"]["buttons"];
    assert_eq!(buttons.as_array().map(Vec::len), Some(2), "{}", question.body);
    world.owner_taps(buttons[1]["reply"]["id"].as_str().expect("an id"));
    let confirmed = world.hear("the confirmation").await;
    assert!(
        text(&confirmed).starts_with("#1 ") && text(&confirmed).contains("Sat 28 Nov 2026, 00:00"),
        "{}",
        text(&confirmed)
    );
    world.end().await;
}

#[actix_web::test]
async fn a_verb_that_comes_while_the_job_is_being_sent_says_so_and_changes_nothing_that_is_out() {
    let mut world = World::with_team().await;
    world.owner("schedule \"hello\" to team at every day 12:00").await;
    let late = Fault { to: Some(world.group.clone()), delay_ms: 2000, ..Fault::next(FaultKind::Late) };
    world.stage.emulator.add_faults([late]);
    world.stage.clock.set(at("2026-11-22T10:00:00Z"));
    while job(&world, 1).await["posts"][0]["state"] != "sending" {}
    says(&mut world, "edit 1 text \"other\"", &["other", "One post of it is on its way already"]).await;
    assert_eq!(text(&world.post(0).await), "hello");
    world.set("2026-11-23T10:00:00Z").await;
    assert_eq!(text(&world.post(1).await), "other");
    world.end().await;
}

#[actix_web::test]
async fn the_owner_moves_to_another_zone_and_says_what_becomes_of_the_jobs() {
    let mut world = one().await;
    let question = world.owner("timezone Europe/London").await;
    let buttons = question.body["interactive"]["action"]["buttons"].clone();
    assert_eq!(buttons[1]["reply"]["title"], json!("Same clock there"), "{}", question.body);
    world.owner_taps(buttons[1]["reply"]["id"].as_str().expect("an id"));
    assert!(text(&world.hear("moved").await).contains("1 moved to the same clock in Europe/London"));
    assert_eq!(job(&world, 1).await["next_due_at"], "2026-11-23T09:00:00Z");
    assert_eq!(job(&world, 1).await["timezone"], "Europe/London");
    says(&mut world, "schedule \"x\" to team at tomorrow 12:00", &["12:00", "Europe/London"]).await;
    assert_eq!(job(&world, 2).await["next_due_at"], "2026-11-23T12:00:00Z");
    let body = json!({ "groups": ["team"], "text": "http", "when": "tomorrow 15:00" });
    assert_eq!(world.post_json("/jobs", &body, &[]).await.1["next_due_at"], "2026-11-23T15:00:00Z");
    says(&mut world, "undo", &["Europe/London", "Asia/Jerusalem"]).await;
    world.end().await;
}

#[actix_web::test]
async fn a_muted_member_is_not_brought_and_their_words_are_kept() {
    let mut world = one().await;
    world.owner("now 1").await;
    world.post(0).await;
    world.in_group(crate::world::ANA, "first", None);
    assert!(text(&world.hear("a forward").await).contains("first"));
    says(&mut world, "mute ana 1d", &["Ana is muted until Mon 23 Nov"]).await;
    world.in_group(crate::world::ANA, "second", None);
    world.quiet().await;
    assert!(world.unheard().is_empty());
    says(&mut world, "replies 1", &["Ana", "first", "second"]).await;
    says(&mut world, "unmute ana", &["heard again"]).await;
    world.in_group(crate::world::ANA, "third", None);
    assert!(text(&world.hear("a forward").await).contains("third"));
    world.end().await;
}

#[actix_web::test]
async fn lists_are_narrowed_and_go_on_with_more() {
    let mut world = World::with_team().await;
    for n in 1..=20 {
        let body = json!({ "groups": ["team"], "text": format!("post {n}"), "when": format!("in {n} hours") });
        assert_eq!(world.post_json("/jobs", &body, &[]).await.0, 201);
    }
    says(&mut world, "list", &["#1 ", "#15 ", "more"]).await;
    says(&mut world, "more", &["#16 ", "#20 "]).await;
    says(&mut world, "more", &["no list to go on"]).await;
    for n in 1..=20 {
        world.owner(&format!("register group g{n:02} {n}@g.us Group {n}")).await;
        world.stage.clock.advance(TimeDelta::seconds(7));
    }
    says(&mut world, "groups", &["g01:", "g18:", "To go on: more"]).await;
    says(&mut world, "more", &["g19:", "team: Team"]).await;
    for n in 0..20 {
        let words = if n % 2 == 0 { "pause 20" } else { "resume 20" };
        world.owner(words).await;
        world.stage.clock.advance(TimeDelta::seconds(7));
    }
    for _ in 0..12 {
        world.owner("edit 20 text \"again\"").await;
        world.stage.clock.advance(TimeDelta::seconds(7));
    }
    says(&mut world, "why 20", &["text changed", "For what came before: more"]).await;
    says(&mut world, "more", &["scheduled", "paused (you)"]).await;
    says(&mut world, "list today", &["#1 ", "#15 "]).await;
    says(&mut world, "list team", &["Scheduled (Team)", "#1 "]).await;
    says(&mut world, "status", &["Pending: 20 jobs", "Next: #1 team"]).await;
    world.advance(TimeDelta::zero()).await;
    world.end().await;
}
