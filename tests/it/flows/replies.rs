//! Members answer, the owner hears of it once, and answers back privately.

use chrono::TimeDelta;
use serde_json::json;
use wa_scheduler::sandbox::{Identity, NewPerson};

use crate::world::{ANA, BEN, World, text};

async fn posted() -> World {
    let mut world = World::with_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    world.post(0).await;
    world
}

#[actix_web::test]
async fn a_quoted_reply_reaches_the_owner_once_with_the_button() {
    let mut world = posted().await;
    world.in_group(ANA, "on my way", Some("last"));
    let forward = world.hear("the forward").await;
    assert!(text(&forward).contains("Ana: on my way"), "{}", text(&forward));
    let interactive = &forward.body["interactive"];
    assert_eq!(interactive["type"], "cta_url");
    assert_eq!(interactive["header"]["text"], "Team");
    let button = &interactive["action"]["parameters"];
    assert_eq!(button, &json!({ "display_text": "Open chat", "url": format!("https://wa.me/{ANA}") }));
    world.quiet().await;
    assert!(world.unheard().is_empty());
    world.end().await;
}

#[actix_web::test]
async fn an_unquoted_message_counts_inside_the_window_and_not_outside() {
    let mut world = posted().await;
    world.advance(TimeDelta::hours(11)).await;
    world.in_group(BEN, "sorry, only now", None);
    let forward = world.hear("the forward").await;
    assert!(text(&forward).contains("Ben: sorry, only now"), "{}", text(&forward));
    world.advance(TimeDelta::hours(2)).await;
    world.in_group(BEN, "by the way", None);
    world.quiet().await;
    assert!(world.unheard().is_empty());
    world.end().await;
}

#[actix_web::test]
async fn the_owners_quoted_answer_reaches_that_member_and_nobody_else() {
    let mut world = posted().await;
    for (who, words) in [(ANA, "Ana here"), (BEN, "Ben here")] {
        world.stage.emulator.say_privately(who, "hello").expect("opens the private window");
        world.in_group(who, words, Some("last"));
    }
    let first = world.hear("a forward").await;
    let second = world.hear("a forward").await;
    let of_ana = if text(&first).contains("Ana") { first } else { second };
    world.owner_quotes(&of_ana.wamid, "just between us").await;
    let relayed = world.stage.next_to(ANA, 0, "the private answer").await.expect("the private answer");
    assert_eq!(text(&relayed), "just between us");
    assert_eq!(relayed.body["recipient_type"], "individual");
    world.quiet().await;
    assert!(world.stage.emulator.sent_to(BEN).is_empty());
    assert_eq!(world.posts().len(), 1);
    world.end().await;
}

#[actix_web::test]
async fn a_conversation_goes_on_until_done_or_silence() {
    let mut world = posted().await;
    world.stage.emulator.say_privately(ANA, "hello").expect("opens the private window");
    world.in_group(ANA, "question", Some("last"));
    world.hear("the forward").await;
    let opened = world.owner("reply 1").await;
    assert!(text(&opened).contains("Ana") && text(&opened).contains("done"), "{}", text(&opened));
    world.owner_says("first line");
    world.stage.next_to(ANA, 0, "first line").await.expect("the first line");
    world.owner_says("list");
    let second = world.stage.next_to(ANA, 1, "second line").await.expect("the second line");
    assert_eq!(text(&second), "list", "inside a conversation a word is a word");
    world.owner("done").await;
    world.quiet().await;
    let known = world.stage.emulator.sent_to(ANA).len();
    world.owner("reply 1").await;
    world.advance(TimeDelta::seconds(301)).await;
    world.owner("list").await;
    assert_eq!(world.stage.emulator.sent_to(ANA).len(), known, "after the time-out a word is a command again");
    world.end().await;
}

#[actix_web::test]
async fn without_a_number_there_is_no_button_and_the_answer_still_arrives() {
    let mut world = posted().await;
    let cleo = NewPerson {
        phone: "15550009903".to_owned(),
        name: "Cleo".to_owned(),
        identity: Identity::BsuidOnly,
        ..NewPerson::default()
    };
    let cleo = world.stage.emulator.add_person(cleo);
    let join = wa_scheduler::sandbox::GroupChange { join: vec!["Cleo".to_owned()], ..Default::default() };
    world.stage.emulator.change_group(&world.group, &join).expect("Cleo joins");
    world.stage.emulator.say_privately("Cleo", "hello").expect("opens the private window");
    world.in_group("Cleo", "hi all", Some("last"));
    let forward = world.hear("the forward").await;
    assert_eq!(forward.body["type"], "text");
    world.owner_quotes(&forward.wamid, "welcome").await;
    let bsuid = cleo.bsuid.expect("a user id");
    let relayed = world.stage.next_to(&bsuid, 0, "the private answer").await.expect("the private answer");
    assert_eq!(relayed.body["recipient"], json!(bsuid));
    assert!(relayed.body.get("to").is_none(), "a user id in `to` is accepted and never delivered");
    world.end().await;
}

#[actix_web::test]
async fn a_member_whose_window_is_closed_is_told_to_the_owner_plainly() {
    let mut world = posted().await;
    world.in_group(ANA, "question", Some("last"));
    let forward = world.hear("the forward").await;
    world.owner_quotes(&forward.wamid, "answer").await;
    world.hear("the word that it was passed on").await;
    let notice = world.hear("the refusal").await;
    assert!(text(&notice).contains("131047") && text(&notice).contains("wa.me"), "{}", text(&notice));
    world.end().await;
}
