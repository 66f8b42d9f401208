//! Bodies as Meta sends them.

mod hostile;

use super::*;
use crate::domain::inbound::{Change as GroupNews, Message, News, Said, Status};
use crate::domain::refusal::Class;
use crate::ports::Decoder;

const NUMBER: &str = "700100200300400";
const ACCOUNT: &str = "900800700600500";
const GROUP: &str = "Y2FwaV9ncm91cDoxNTU1MDAwMTIzNDoxMjAzNjMwMDAwMDAwMDAwMDEZD";

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/", $name, ".json")).as_slice()
    };
}

fn events(body: &[u8]) -> Vec<NewEvent> {
    read_body(body, NUMBER, ACCOUNT)
}

fn one(body: &[u8]) -> NewEvent {
    let mut all = events(body);
    assert_eq!(all.len(), 1, "one event");
    all.remove(0)
}

fn message(body: &[u8]) -> Message {
    match one(body).reading {
        Reading::Event(event) => match *event {
            Inbound::Message(message) => message,
            other => panic!("not a message: {other:?}"),
        },
        other => panic!("not understood: {other:?}"),
    }
}

fn status(body: &[u8]) -> Status {
    match one(body).reading {
        Reading::Event(event) => match *event {
            Inbound::Status(status) => status,
            other => panic!("not a status: {other:?}"),
        },
        other => panic!("not understood: {other:?}"),
    }
}

fn group_news(body: &[u8]) -> GroupNews {
    match one(body).reading {
        Reading::Event(event) => match *event {
            Inbound::Group(news) => {
                assert_eq!(news.group.as_str(), GROUP);
                news.change
            }
            other => panic!("not about a group: {other:?}"),
        },
        other => panic!("not understood: {other:?}"),
    }
}

fn ignored(event: &NewEvent) -> Option<&'static str> {
    if let Reading::Ignored(reason) = event.reading { Some(reason) } else { None }
}

fn is_dead(event: &NewEvent) -> bool {
    matches!(event.reading, Reading::Dead(_))
}

/// A body around the members of a value of our own number.
fn around(members: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{ACCOUNT}","changes":[{{"field":"messages",
            "value":{{"metadata":{{"phone_number_id":"{NUMBER}"}},{members}}}}}]}}]}}"#
    )
}

fn text_message(id: &str) -> String {
    format!(r#"{{"from":"15550009901","id":"{id}","timestamp":"1795000050","type":"text","text":{{"body":"hi"}}}}"#)
}

const ALL: &[&[u8]] = &[
    fixture!("message_text"),
    fixture!("message_text_escaped"),
    fixture!("message_text_lean_contact"),
    fixture!("message_text_without_contacts"),
    fixture!("message_text_bsuid_only"),
    fixture!("message_group_quote"),
    fixture!("message_forwarded"),
    fixture!("message_image"),
    fixture!("message_video"),
    fixture!("message_audio"),
    fixture!("message_voice"),
    fixture!("message_document"),
    fixture!("message_sticker"),
    fixture!("message_location"),
    fixture!("message_contacts"),
    fixture!("message_button_reply"),
    fixture!("message_list_reply"),
    fixture!("message_flow_reply"),
    fixture!("message_template_button"),
    fixture!("message_reaction"),
    fixture!("message_reaction_removed"),
    fixture!("message_order"),
    fixture!("message_system"),
    fixture!("message_edit"),
    fixture!("message_revoke"),
    fixture!("message_unsupported"),
    fixture!("message_unsupported_in_group"),
    fixture!("message_unknown_type"),
    fixture!("status_sent"),
    fixture!("status_delivered"),
    fixture!("status_read"),
    fixture!("status_played"),
    fixture!("status_unknown_kind"),
    fixture!("status_failed_131047"),
    fixture!("status_failed_131026_lean"),
    fixture!("status_group_aggregated"),
    fixture!("status_group_sent"),
    fixture!("group_create"),
    fixture!("group_delete"),
    fixture!("group_participants_add"),
    fixture!("group_settings"),
    fixture!("group_suspend"),
    fixture!("group_suspend_cleared"),
    fixture!("mixed_batch"),
];

#[test]
fn what_is_kept_of_an_event_is_read_again_as_the_same_event() {
    for body in ALL {
        for event in events(body) {
            let again = WebhookDecoder.decode(event.kind, &event.raw);
            match event.reading {
                Reading::Event(inbound) => assert_eq!(again, Ok(*inbound), "{}", event.dedupe_key),
                Reading::Ignored(_) => assert!(again.is_err(), "{}", event.dedupe_key),
                Reading::Dead(reason) => panic!("{}: {reason}", event.dedupe_key),
            }
        }
    }
}

#[test]
fn a_message_brings_its_writer_its_group_and_what_it_quotes() {
    let read = message(fixture!("message_group_quote"));
    assert_eq!(read.wamid.as_str(), "wamid.IN_GROUP_QUOTE");
    assert_eq!(read.from.phone.as_ref().map(|p| p.digits()), Some("15550009901"));
    assert_eq!(read.from.bsuid.as_ref().map(|b| b.as_str()), Some("US.4400112233445566"));
    assert_eq!((read.name.as_deref(), read.username.as_deref()), (Some("Ana"), Some("ana.garden")));
    assert_eq!(read.group.as_ref().map(|g| g.as_str()), Some(GROUP));
    assert_eq!(read.quoted.as_ref().map(|w| w.as_str()), Some("wamid.GRP1"));
    assert_eq!(read.sent_at.timestamp(), 1_795_000_050);
    assert!(read.said == Said::Text("yes!".to_owned()));
}

#[test]
fn people_without_contact_or_number_are_people_all_the_same() {
    assert_eq!(message(fixture!("message_text_lean_contact")).name, None);
    assert_eq!(message(fixture!("message_text_without_contacts")).name, None);
    let hidden = message(fixture!("message_text_bsuid_only"));
    assert_eq!((hidden.from.phone, hidden.username.as_deref()), (None, Some("ana.garden")));
}

#[test]
fn escapes_are_words_and_nul_is_replaced() {
    assert!(message(fixture!("message_text_escaped")).said == Said::Text("café שלום 👍\nnul:\u{fffd}.".to_owned()));
}

#[test]
fn a_failure_that_comes_later_brings_its_reason() {
    let read = status(fixture!("status_failed_131047"));
    assert_eq!(read.opaque.as_deref(), Some("j1.a.42.1"));
    let News::Failed(refusal) = read.news else { panic!("not failed") };
    assert_eq!((refusal.code, refusal.class), (131_047, Class::Window));
    let News::Failed(refusal) = status(fixture!("status_failed_131026_lean")).news else { panic!("not failed") };
    assert_eq!((refusal.code, refusal.class), (131_026, Class::Final));
}

#[test]
fn statuses_of_a_group_are_one_event_per_participant() {
    let keys: Vec<String> = events(fixture!("status_group_aggregated")).into_iter().map(|e| e.dedupe_key).collect();
    assert_eq!(
        keys,
        [
            "s:wamid.GRP1:delivered:US.4400112233445566",
            "s:wamid.GRP1:delivered:US.4400112233445567",
            "s:wamid.GRP1:delivered:15550009903",
        ]
    );
}

#[test]
fn what_happens_to_a_group_is_told() {
    let invite_link = Some("https://chat.whatsapp.com/AbCdEf123".to_owned());
    assert_eq!(group_news(fixture!("group_create")), GroupNews::Created { invite_link });
    assert_eq!(group_news(fixture!("group_delete")), GroupNews::Deleted);
    assert_eq!(group_news(fixture!("group_suspend")), GroupNews::Suspended);
    assert_eq!(group_news(fixture!("group_suspend_cleared")), GroupNews::Cleared);
    assert_eq!(group_news(fixture!("group_participants_add")), GroupNews::Other("group_participants_add".to_owned()));
    assert_eq!(ignored(&one(fixture!("group_create_failed"))), Some(NO_GROUP));
}

#[test]
fn keys_come_from_the_ids_of_an_event() {
    let key = |body| one(body).dedupe_key;
    assert_eq!(key(fixture!("message_text")), "m:700100200300400:wamid.IN_TEXT");
    assert_eq!(key(fixture!("status_sent")), "s:wamid.OUT1:sent:");
    assert_eq!(key(fixture!("group_create")), format!("g:{GROUP}:group_create:5F00AA11"));
    let hashed = key(fixture!("group_suspend"));
    assert!(hashed.starts_with(&format!("g:{GROUP}:group_suspend:")) && hashed.len() > GROUP.len() + 64, "{hashed}");
}

#[test]
fn the_same_event_has_the_same_key_in_any_batch() {
    let alone = one(around(&format!(r#""messages":[{}]"#, text_message("wamid.1"))).as_bytes());
    let batch = around(&format!(r#""messages":[{},{}]"#, text_message("wamid.2"), text_message("wamid.1")));
    assert_eq!(events(batch.as_bytes())[1].dedupe_key, alone.dedupe_key);
}

#[test]
fn a_long_key_is_hashed_and_still_tells_events_apart() {
    let key = |id: &str| one(around(&format!(r#""messages":[{}]"#, text_message(id))).as_bytes()).dedupe_key;
    let long = "x".repeat(300);
    let (a, b) = (key(&format!("{long}a")), key(&format!("{long}b")));
    assert!(a.starts_with("m:h:") && a.len() <= KEY_LIMIT, "{a}");
    assert_ne!(a, b);
}

#[test]
fn a_mixed_batch_is_read_whole() {
    let all = events(fixture!("mixed_batch"));
    let kinds: Vec<EventKind> = all.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Message, EventKind::Message, EventKind::Status, EventKind::Other]);
    assert_eq!(ignored(&all[3]), Some(NUMBER_TROUBLE));
}

#[test]
fn what_is_not_ours_is_kept_and_ignored() {
    for (body, reason) in [
        (fixture!("other_object"), NOT_WHATSAPP),
        (fixture!("other_account"), OTHER_ACCOUNT),
        (fixture!("other_number"), OTHER_NUMBER),
        (fixture!("standby"), HANDED_OVER),
        (fixture!("template_status"), OTHER_FIELD),
    ] {
        let event = one(body);
        assert_eq!(ignored(&event), Some(reason));
        assert!(event.dedupe_key.starts_with("h:") && !event.raw.is_empty(), "{reason}");
    }
}

#[test]
fn a_copy_for_another_app_does_not_hide_the_real_message() {
    let real = events(fixture!("mixed_batch")).remove(0);
    assert_ne!(one(fixture!("standby")).dedupe_key, real.dedupe_key);
}

#[test]
fn what_is_dead_names_a_reason_without_words_of_the_event() {
    let body = around(r#""messages":[{"id":"wamid.1","from":"15550009901","type":"text","text":"secret words"}]"#);
    let Reading::Dead(reason) = one(body.as_bytes()).reading else { panic!("not dead") };
    assert!(!reason.contains("secret") && !reason.contains("1555"), "{reason}");
}

#[test]
fn the_decoder_says_why_it_cannot_read() {
    let message = one(fixture!("message_text")).raw;
    assert!(WebhookDecoder.decode(EventKind::Status, &message).is_err());
    assert!(WebhookDecoder.decode(EventKind::Other, &message).is_err());
    assert!(WebhookDecoder.decode(EventKind::Message, b"\xff").is_err());
    assert!(WebhookDecoder.decode(EventKind::Message, b"{}").is_err());
}
