//! A person asks to be forgotten: nothing of them is left, and everything that was guaranteed still is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use wa_scheduler::sandbox::{Accepted, GroupChange, Identity, NewPerson};

use crate::world::{ANA, Kind, OWNER, World, envelope, private_message, text};

const ZOE: &str = "15550009907";
const NAME: &str = "Zoe Quux-Feather";
const WORDS: &str = "feathers-in-the-group";
const PRIVATE: &str = "feathers-in-private";
const ANSWER: &str = "feathers-in-the-answer";

/// An id of a message from Zoe, as Meta makes them.
fn wamid() -> String {
    let raw = [&[0x1c, 0x18, 11][..], ZOE.as_bytes(), b"\x15\x02\x00\x12\x18\x143EB0123456789ABC\x00"].concat();
    format!("wamid.{}", STANDARD.encode(raw))
}

/// Zoe's message in the group, as bytes that can come any number of times.
fn reply(world: &World, quoted: &str) -> String {
    let mut message = private_message(ZOE, &wamid(), WORDS, world.stage.clock.instant());
    message["group_id"] = json!(world.group);
    message["context"] = json!({ "id": quoted });
    let contact = json!({ "wa_id": ZOE, "profile": { "name": NAME } });
    envelope(&json!({ "messages": [message], "contacts": [contact] })).to_string()
}

/// What happened with Zoe before she asked.
struct Past {
    reply: String,
    forward: Accepted,
    relay: Accepted,
    needles: Vec<String>,
}

/// Zoe is in the group, answered a post, wrote privately, was answered, and the owner has a conversation with her open.
async fn past(world: &mut World) -> Past {
    let zoe = NewPerson {
        phone: ZOE.to_owned(),
        name: NAME.to_owned(),
        identity: Identity::PhoneAndBsuid,
        ..NewPerson::default()
    };
    let bsuid = world.stage.emulator.add_person(zoe).bsuid.expect("a user id");
    let join = GroupChange { join: vec![NAME.to_owned()], ..GroupChange::default() };
    world.stage.emulator.change_group(&world.group, &join).expect("Zoe joins");
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    let post = world.post(0).await;
    let private = world.stage.emulator.say_privately(ZOE, PRIVATE).expect("Zoe writes privately");
    world.quiet().await;
    let reply = reply(world, &post.wamid);
    assert_eq!(world.signed(reply.clone()).await, 200);
    let forward = world.hear("the forward").await;
    assert!(text(&forward).contains(WORDS) && text(&forward).contains(NAME), "{}", text(&forward));
    world.owner_quotes(&forward.wamid, ANSWER).await;
    let relay = world.stage.next_to(ZOE, 0, "the private answer").await.expect("the private answer");
    assert!(text(&world.hear("the confirmation").await).contains(NAME));
    let opened = world.owner("reply 1").await;
    assert!(text(&opened).contains(NAME), "{}", text(&opened));
    world.quiet().await;
    let texts = [ZOE, NAME, WORDS, PRIVATE, ANSWER].map(str::to_owned);
    let needles = [texts.to_vec(), vec![bsuid, wamid(), private, relay.wamid.clone()]].concat();
    Past { reply, forward, relay, needles }
}

async fn forget(world: &World, number: &str) -> (u16, Value) {
    world.post_json("/people/forget", &json!({ "number": number }), &[]).await
}

async fn inbox_rows(world: &World) -> usize {
    world.database.rows("SELECT id FROM inbox").await.len()
}

#[actix_web::test]
async fn nothing_of_a_person_is_left_and_what_was_done_is_not_done_again() {
    let mut world = World::with_team().await;
    let past = past(&mut world).await;
    for needle in &past.needles {
        assert!(!world.database.holding(needle).await.is_empty(), "{needle} was never there");
    }
    let (events, messages) = (inbox_rows(&world).await, world.database.rows("SELECT id FROM outbox").await.len());
    let (status, done) = forget(&world, "+1 555-000 9907").await;
    assert_eq!((status, &done["status"], &done["pending"]), (200, &json!("forgotten"), &json!(0)), "{done}");
    assert_eq!((&done["replies"], &done["people"]), (&json!(1), &json!(1)), "{done}");
    for needle in &past.needles {
        let left = world.database.holding(needle).await;
        assert!(left.is_empty(), "{needle} is still in {left:?}");
    }
    assert_eq!(inbox_rows(&world).await, events, "every event is still known");
    assert_eq!(world.database.rows("SELECT id FROM outbox").await.len(), messages, "every message is still on record");

    // A webhook that comes again is known, and no row of it is made anew.
    assert_eq!(world.signed(past.reply.clone()).await, 200);
    world.quiet().await;
    assert_eq!(inbox_rows(&world).await, events);
    assert!(world.database.holding(ZOE).await.is_empty());

    // The open conversation is over, and nobody can write to her any more.
    world.owner_says("are you there");
    let heard = world.hear("no command").await;
    assert!(!text(&heard).contains(NAME), "{}", text(&heard));
    world.owner_quotes(&past.forward.wamid, "hello again").await;
    assert!(text(&world.hear("the refusal").await).contains("asked to be forgotten"));
    assert!(text(&world.owner("reply 1 hello again").await).contains("asked to be forgotten"));
    world.quiet().await;
    assert_eq!(world.stage.emulator.sent_to(ZOE).len(), 1);

    // A late receipt still finds its message.
    late_receipt(&world, &past.relay).await;
    let rows = world.database.rows("SELECT to_kind, delivery FROM outbox WHERE purpose = 'relay'").await;
    let column = |at| rows[0].try_get_by_index::<String>(at).expect("text");
    assert_eq!((rows.len(), column(0).as_str(), column(1).as_str()), (1, "forgotten", "read"));
    assert_eq!(
        world.database.rows("SELECT 1 FROM attempts WHERE wamid LIKE 'wamid.HBgLMTU1NTAwMDk5MDc%'").await.len(),
        0
    );
    world.end().await;
}

/// A status that comes once more, later, in another guise.
async fn late_receipt(world: &World, relay: &Accepted) {
    let status = json!({
        "id": relay.wamid, "status": "read", "timestamp": world.stage.clock.instant().timestamp().to_string(),
        "recipient_id": ZOE, "recipient_participant_id": "15550009908", "biz_opaque_callback_data": relay.opaque,
    });
    let body = envelope(&json!({ "statuses": [status] })).to_string();
    assert_eq!(world.signed(body).await, 200);
    world.quiet().await;
}

#[actix_web::test]
async fn asking_again_finds_nothing_and_others_are_untouched() {
    let mut world = World::with_team().await;
    let past = past(&mut world).await;
    world.owner("done").await;
    world.in_group(ANA, "Ana is here", Some(&world.posts()[0].wamid));
    let of_ana = world.hear("a forward").await;
    world.quiet().await;
    assert_eq!(forget(&world, ZOE).await.0, 200);
    let (_, again) = forget(&world, ZOE).await;
    let counts = ["withdrawn", "messages", "events", "replies", "people", "pending"].map(|name| again[name].clone());
    assert_eq!(counts, [0; 6].map(|count| json!(count)), "{again}");
    assert!(!world.database.holding("Ana is here").await.is_empty());
    world.stage.emulator.say_privately(ANA, "hello").expect("opens the private window");
    world.owner_quotes(&of_ana.wamid, "hello Ana").await;
    world.stage.next_to(ANA, 0, "the private answer").await.expect("the private answer");

    // When she writes once more she is somebody new.
    let mut message = private_message(ZOE, "wamid.new", "here I am again", world.stage.clock.instant());
    message["group_id"] = json!(world.group);
    message["context"] = json!({ "id": world.posts()[0].wamid });
    assert_eq!(world.signed(envelope(&json!({ "messages": [message] })).to_string()).await, 200);
    world.hear("passed on to Ana").await;
    let forward = world.hear("the new forward").await;
    assert!(text(&forward).contains("here I am again") && !text(&forward).contains(NAME), "{}", text(&forward));
    world.owner_quotes(&past.forward.wamid, "hello?").await;
    assert!(text(&world.hear("the refusal").await).contains("asked to be forgotten"));
    world.end().await;
}

#[actix_web::test]
async fn the_owner_is_not_forgotten() {
    let world = World::with_team().await;
    world.quiet().await;
    let (status, problem) = forget(&world, OWNER).await;
    assert_eq!((status, &problem["code"]), (409, &json!("is_the_owner")));
    let pinned = world.database.rows("SELECT bsuid FROM members WHERE bsuid IS NOT NULL").await;
    let bsuid: String = pinned[0].try_get_by_index(0).expect("the owner's id");
    let (status, problem) = world.post_json("/people/forget", &json!({ "user_id": bsuid }), &[]).await;
    assert_eq!((status, &problem["code"]), (409, &json!("is_the_owner")));
    assert!(!world.database.holding(OWNER).await.is_empty());
    world.end().await;
}

/// Runs `wa-scheduler forget`; its exit code and all that it says.
fn command(world: &World, number: &str) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_wa-scheduler"));
    let command = command.args(["forget", number]).env_clear().current_dir(std::env::temp_dir());
    let output = command.envs([("DATABASE_URL", world.database.url()), ("OWNER_WA_ID", OWNER)]).output();
    let output = output.expect("the command");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).expect("text"))
}

#[actix_web::test]
async fn the_command_line_does_the_same_and_names_the_daemon_that_is_in_the_way() {
    let mut world = World::with_team().await;
    let past = past(&mut world).await;
    world.quiet().await;
    if Kind::of_this_run() == Kind::Sqlite {
        let (code, said) = command(&world, ZOE);
        assert_eq!(code, Some(1), "{said}");
        assert!(
            said.contains("daemon is running") && said.contains("POST") && said.contains("/people/forget"),
            "{said}"
        );
        assert!(!said.contains(ZOE), "{said}");
    }
    world.stage.stop_daemon().await.expect("a clean stop");
    assert_eq!(command(&world, "nobody").0, Some(2));
    let (code, said) = command(&world, OWNER);
    assert!(code == Some(1) && said.contains("owner") && !said.contains(OWNER), "{said}");
    let (code, said) = command(&world, ZOE);
    assert!(code == Some(0) && said.contains("Nothing is left") && !said.contains(ZOE), "{said}");
    for needle in &past.needles {
        let left = world.database.holding(needle).await;
        assert!(left.is_empty(), "{needle} is still in {left:?}");
    }
    world.stage.start_daemon().await.expect("a start");
    world.end().await;
}
