//! What the owner can say, and who is not the owner.

use chrono::TimeDelta;
use wa_scheduler::sandbox::{Identity, NewPerson, Said};

use crate::world::{ANA, OWNER, World, envelope, private_message, text};

#[actix_web::test]
async fn groups_are_registered_listed_and_unregistered() {
    let mut world = World::with_team().await;
    let groups = world.owner("Groups").await;
    assert!(text(&groups).contains("team") && text(&groups).contains("verified"), "{}", text(&groups));
    world.owner("register group old 120363000000000001@g.us Old").await;
    let (_, listed) = world.get("/groups").await;
    let states: Vec<&str> =
        listed["groups"].as_array().expect("groups").iter().filter_map(|g| g["state"].as_str()).collect();
    assert_eq!(states, ["unverified", "verified"]);
    world.owner("schedule \"hello\" to team at tomorrow 9:00").await;
    let refused = world.owner("unregister group team").await;
    assert!(text(&refused).contains("#1") && text(&refused).contains("force"), "{}", text(&refused));
    world.owner("unregister group team force").await;
    assert_eq!(world.get("/jobs/1").await.1["state"], "cancelled");
    let groups = world.owner("groups").await;
    assert!(!text(&groups).contains("team"), "{}", text(&groups));
    world.end().await;
}

#[actix_web::test]
async fn a_refusal_says_what_to_type_instead() {
    let mut world = World::with_team().await;
    let nearest = world.owner("shedule \"x\" to team at 9").await;
    assert!(text(&nearest).contains("schedule"), "{}", text(&nearest));
    let alias = world.owner("schedule \"x\" to teem at tomorrow 9:00").await;
    assert!(text(&alias).contains("team"), "{}", text(&alias));
    let past = world.owner("schedule \"x\" to team at today 07:00").await;
    assert!(text(&past).contains("07:00"), "{}", text(&past));
    let unknown = world.owner("cancel 77").await;
    assert!(text(&unknown).contains("77"), "{}", text(&unknown));
    let help = world.owner("/help").await;
    assert!(text(&help).contains("schedule"), "{}", text(&help));
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(0));
    world.end().await;
}

#[actix_web::test]
async fn nobody_but_the_owner_in_a_private_chat_is_obeyed_or_answered() {
    let mut world = World::with_team().await;
    let command = "schedule \"evil\" to team at tomorrow 9:00";
    world.stage.emulator.say_privately(ANA, command).expect("Ana writes");
    world.in_group(OWNER, command, None);
    let nameless = NewPerson { phone: "15550001111".to_owned(), identity: Identity::BsuidOnly, ..NewPerson::default() };
    let nameless = world.stage.emulator.add_person(nameless);
    world.say(Said { from: nameless.phone, text: Some(command.to_owned()), ..Said::default() });
    world.quiet().await;
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(0));
    assert!(world.unheard().is_empty());
    assert!(world.stage.emulator.sent_to(ANA).is_empty());
    world.owner("help").await;
    world.end().await;
}

#[actix_web::test]
async fn a_number_that_comes_back_under_another_user_id_is_not_the_owner_until_it_is_repaired() {
    let world = World::with_team().await;
    let now = world.stage.clock.instant();
    let from = |wamid: &str, bsuid: &str, words: &str| {
        let mut message = private_message(OWNER, wamid, words, now);
        message["from_user_id"] = bsuid.into();
        envelope(&serde_json::json!({ "messages": [message] })).to_string()
    };
    let pinned = world.stage.emulator.person(OWNER).and_then(|owner| owner.bsuid).expect("the owner's user id");
    let heard = world.unheard().len();
    world.signed(from("wamid.other", "US.222", "schedule \"x\" to team at tomorrow 9:00")).await;
    world.quiet().await;
    world.signed(from("wamid.first", &pinned, "help")).await;
    world.quiet().await;
    assert_eq!(world.unheard().len(), heard, "nobody is obeyed while it is unclear who the owner is");
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(0));
    assert_eq!(world.post_json("/owner/repair", &serde_json::json!({}), &[]).await.0, 200);
    world.signed(from("wamid.again", "US.222", "help")).await;
    world.quiet().await;
    assert_eq!(world.unheard().len(), heard + 1);
    world.end().await;
}

#[actix_web::test]
async fn a_command_that_comes_late_is_confirmed_before_it_is_carried_out() {
    let mut world = World::with_team().await;
    world.say(Said {
        from: OWNER.to_owned(),
        text: Some("schedule \"late\" to team at tomorrow 9:00".to_owned()),
        seconds_ago: 16 * 60,
        ..Said::default()
    });
    world.hear("the question").await;
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(0));
    let buttons = world.stage.emulator.sent_to(OWNER).pop().expect("the question");
    let title = buttons.body["interactive"]["action"]["buttons"][0]["reply"]["title"].as_str().expect("a button");
    world.owner_taps(title);
    world.hear("the confirmation").await;
    assert_eq!(world.get("/jobs").await.1["jobs"].as_array().map(Vec::len), Some(1));
    world.advance(TimeDelta::minutes(1)).await;
    world.end().await;
}
