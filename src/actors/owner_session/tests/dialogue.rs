//! Private conversations, quoted answers, and questions about late commands.

use chrono::TimeDelta;

use super::rig::Rig;
use crate::domain::address::Wamid;
use crate::domain::inbound::{Message, Said};
use crate::messages::{Heard, Whom};

fn late(rig: &Rig, wamid: &str, words: &str) -> Message {
    Message { sent_at: rig.now() - TimeDelta::minutes(16), ..rig.message(wamid, words) }
}

fn relayed(rig: &Rig) -> Vec<String> {
    rig.shelf().relayed.iter().map(|(_, text, _)| text.clone()).collect()
}

#[actix::test]
async fn a_quoted_answer_goes_to_the_member_unchanged() {
    let rig = Rig::start();
    let quoted = Wamid::parse("wamid.forward");
    let message = Message { quoted: quoted.clone(), ..rig.message("wamid.1", " list\n") };
    assert_eq!(rig.answer_to(message).await, "Passed on to Ana, privately.");
    let wamid = Wamid::parse("wamid.1").expect("an id");
    assert_eq!(rig.shelf().relayed, [(Whom::Quoted(quoted.expect("an id")), " list\n".to_owned(), wamid)]);
}

#[actix::test]
async fn what_quotes_something_else_is_a_command_or_explained_and_never_relayed() {
    let rig = Rig::start();
    let quoting =
        |wamid: &str, words: &str| Message { quoted: Wamid::parse("wamid.other"), ..rig.message(wamid, words) };
    assert!(rig.answer_to(quoting("wamid.1", "list")).await.starts_with("Nothing is scheduled"));
    assert!(rig.answer_to(quoting("wamid.2", "see you")).await.contains("nothing went out"));
    let slashed = Message { quoted: Wamid::parse("wamid.forward"), ..rig.message("wamid.3", "/list") };
    assert!(rig.answer_to(slashed).await.starts_with("Nothing is scheduled"));
    assert!(rig.shelf().relayed.is_empty());
}

#[actix::test]
async fn a_conversation_takes_every_plain_text_until_done() {
    let rig = Rig::start();
    let opened = rig.say("reply 3").await;
    assert!(opened.contains("Ana of The team") && opened.contains("done"), "{opened}");
    for words in ["hello", "list", "cancel 12"] {
        assert_eq!(rig.say(words).await, "Passed on to Ana, privately.");
    }
    assert!(rig.say("/list").await.starts_with("Nothing is scheduled"));
    assert!(rig.say("Done").await.contains("no longer talking to Ana"));
    assert!(rig.say("list").await.starts_with("Nothing is scheduled"));
    assert_eq!(relayed(&rig), ["hello", "list", "cancel 12"]);
}

#[actix::test]
async fn each_message_keeps_a_conversation_open_and_silence_closes_it() {
    let rig = Rig::start();
    rig.say("reply 3").await;
    for _ in 0..3 {
        rig.clock.advance(TimeDelta::seconds(299));
        rig.say("hello").await;
    }
    assert_eq!(relayed(&rig).len(), 3);
    rig.clock.advance(TimeDelta::seconds(301));
    let closed = rig.say("are you there").await;
    assert!(closed.contains("The conversation with Ana has closed") && closed.contains("reply 3"), "{closed}");
    assert!(!rig.say("are you there").await.contains("Ana"));
    assert_eq!(relayed(&rig).len(), 3);
}

#[actix::test]
async fn a_message_from_before_the_conversation_never_goes_to_the_member() {
    let rig = Rig::start();
    rig.say("reply 3").await;
    let delayed = Message { sent_at: rig.now() - TimeDelta::seconds(10), ..rig.message("wamid.1", "my secret") };
    rig.answer_to(delayed).await;
    assert!(rig.shelf().relayed.is_empty());
}

#[actix::test]
async fn a_numbered_answer_goes_out_once_and_opens_nothing() {
    let rig = Rig::start();
    assert_eq!(rig.say("reply 3 see you at 9").await, "Passed on to Ana, privately.");
    assert_eq!(relayed(&rig), ["see you at 9"]);
    assert_eq!(rig.shelf().session.talk, None);
    assert!(rig.say("reply 4 hello").await.contains("no reply 4"));
}

#[actix::test]
async fn a_photo_is_not_passed_on_and_a_reaction_is_not_answered() {
    let rig = Rig::start();
    rig.say("reply 3").await;
    let photo = Said::Media { kind: "image".to_owned(), caption: Some("hello".to_owned()), filename: None };
    let answer = rig.answer_to(Message { said: photo, ..rig.message("wamid.1", "") }).await;
    assert!(answer.contains("text only") && answer.contains("Ana"), "{answer}");
    let target = Wamid::parse("wamid.forward").expect("an id");
    let reaction = Said::Reaction { target, emoji: None };
    let heard = rig.hear(vec![Message { said: reaction, ..rig.message("wamid.2", "") }]).await;
    assert!(matches!(heard[..], [Heard::Ignored(_)]));
    assert!(rig.shelf().relayed.is_empty());
}

#[actix::test]
async fn a_late_command_is_carried_out_only_after_a_yes_with_its_code() {
    let rig = Rig::start();
    let question = rig.answer_to(late(&rig, "wamid.1", "schedule \"x\" to team at tomorrow 9:00")).await;
    let code = rig.shelf().session.pending[0].code.clone();
    assert!(question.contains("16 min") && question.contains(&format!("yes {code}")), "{question}");
    let wrong = if code == "0000" { "0001" } else { "0000" };
    assert!(rig.say(&format!("yes {wrong}")).await.contains("No question"));
    assert!(rig.say("yes").await.contains("four digits"));
    assert!(rig.shelf().jobs.is_empty());
    let done = rig.say(&format!("YES {code}")).await;
    assert!(done.starts_with("#1 to The team\nMon 23 Nov 2026, 09:00"), "{done}");
    assert_eq!(rig.shelf().jobs[0].0, "wa:wamid.1");
    assert!(rig.say(&format!("yes {code}")).await.contains("No question"));
}

#[actix::test]
async fn a_tap_answers_the_question_and_its_time_runs_out() {
    let rig = Rig::start();
    rig.hear(vec![late(&rig, "wamid.1", "cancel 1"), late(&rig, "wamid.2", "cancel 2")]).await;
    let codes: Vec<String> = rig.shelf().session.pending.iter().map(|pending| pending.code.clone()).collect();
    let tap = |wamid: &str, id: String| Message {
        said: Said::Tapped { id, title: "Do it".to_owned() },
        ..rig.message(wamid, "")
    };
    let answer = rig.answer_to(tap("wamid.3", format!("confirm:{}:yes", codes[0]))).await;
    assert!(answer.contains("no #1"), "{answer}");
    rig.clock.advance(TimeDelta::minutes(16));
    let answer = rig.answer_to(tap("wamid.4", format!("confirm:{}:yes", codes[1]))).await;
    assert!(answer.contains("No question"), "{answer}");
}

#[actix::test]
async fn a_late_command_whose_time_has_passed_is_refused_after_the_yes() {
    let rig = Rig::start();
    rig.hear(vec![late(&rig, "wamid.1", "schedule \"x\" to team in 10 minutes")]).await;
    let code = rig.shelf().session.pending[0].code.clone();
    let answer = rig.say(&format!("yes {code}")).await;
    assert!(answer.contains("has passed"), "{answer}");
    assert!(rig.shelf().jobs.is_empty());
}

#[actix::test]
async fn what_only_looks_is_answered_however_late() {
    let rig = Rig::start();
    assert!(rig.answer_to(late(&rig, "wamid.1", "list")).await.starts_with("Nothing is scheduled"));
    assert!(rig.shelf().session.pending.is_empty());
}
