//! The control API, and the calls that read the account.

use serde_json::{Value, json};

use super::super::Signature;
use super::{NUMBER, OWNER, Rig, text_to};

#[tokio::test]
async fn a_stranger_can_do_everything_over_http() {
    let rig = Rig::start().await;
    let (_, zoe) =
        rig.control("POST", "people", json!({"phone": "+1 555 000 9903", "name": "Zoe", "identity": "username"})).await;
    assert_eq!((&zoe["phone"], &zoe["username"]), (&json!("15550009903"), &json!("zoe")));
    let (_, garden) = rig
        .control("POST", "groups", json!({"subject": "garden", "id": "1203630001@g.us", "members": ["Zoe", "Owner"]}))
        .await;
    assert_eq!(garden["members"], json!(["15550009903", OWNER]));
    let (status, said) = rig.control("POST", "say", json!({"from": "Zoe", "group": "garden", "text": "hi"})).await;
    assert_eq!(status, 200);
    rig.control("POST", "webhook/settle", json!({})).await;
    let message = rig.bot.items("messages").pop().unwrap();
    assert_eq!((&message["id"], &message["group_id"]), (&said["wamid"], &json!("1203630001@g.us")));
    let (_, opened) = rig.control("POST", "window", json!({"of": "Owner", "open": true})).await;
    assert_eq!(opened["open"], true);
    rig.send_text(OWNER, "seen").await;
    let (_, sent) = rig.control("GET", &format!("sent?to={OWNER}&since=0"), Value::Null).await;
    assert_eq!(
        (&sent["sent"][0]["text"], &sent["sent"][0]["type"], &sent["total"]),
        (&json!("seen"), &json!("text"), &json!(1))
    );
    let (_, later) = rig.control("GET", "sent?since=1", Value::Null).await;
    assert_eq!(later["sent"], json!([]));
    let (_, requests) = rig.control("GET", "requests", Value::Null).await;
    assert_eq!(
        (&requests["requests"][0]["status"], &requests["requests"][0]["wamid"]),
        (&json!(200), &sent["sent"][0]["wamid"])
    );
    let (_, overview) = rig.control("GET", "", Value::Null).await;
    assert_eq!((&overview["people"], &overview["groups"], &overview["accepted"]), (&json!(4), &json!(2), &json!(1)));
}

#[tokio::test]
async fn mistakes_are_answered_in_words() {
    let rig = Rig::start().await;
    for (status, path, body) in [
        (404, "say", json!({"from": "Nobody", "text": "hi"})),
        (404, "say", json!({"from": "Ana", "group": "nowhere", "text": "hi"})),
        (400, "say", json!({"from": "Ana"})),
        (400, "say", json!({"from": "Ana", "txt": "hi"})),
        (404, "tap", json!({"from": "Ana"})),
        (404, "statuses/send", json!({"wamid": "none", "status": "sent"})),
        (400, "rates", json!({"per_hour": 1})),
        (400, "rates", json!(7)),
    ] {
        let (got, answer) = rig.control("POST", path, body).await;
        assert_eq!(got, status, "{path}: {answer}");
        assert!(answer["error"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn the_clock_is_moved_over_http() {
    let rig = Rig::start().await;
    let (_, clock) = rig.control("POST", "clock", json!({"advance_seconds": 90_000})).await;
    assert_eq!(clock, json!({"now": "2026-11-19T12:06:40Z", "frozen": true}));
    let (_, clock) = rig.control("POST", "clock", json!({"now": "2027-01-01T00:00:00Z"})).await;
    assert_eq!(clock["now"], "2027-01-01T00:00:00Z");
}

#[tokio::test]
async fn settings_are_changed_member_by_member() {
    let rig = Rig::start().await;
    let (_, rates) = rig.control("POST", "rates", json!({"per_second": 5})).await;
    assert_eq!(rates, json!({"per_second": 5, "pair_seconds": null, "pair_burst": 45}));
    let (_, statuses) = rig.control("POST", "statuses", json!({"duplicate": true})).await;
    assert_eq!((&statuses["duplicate"], &statuses["delay_ms"]), (&json!(true), &json!(1)));
    let (_, webhook) = rig.control("POST", "webhook", json!({"batch": 5})).await;
    assert_eq!((&webhook["batch"], &webhook["url"]), (&json!(5), &json!(rig.bot.url())));
    assert!(webhook.get("app_secret").is_none());
    rig.emulator.say_privately("Ana", "hi").unwrap();
    rig.emulator.settled().await;
    assert!(rig.bot.received()[0].is_signed(), "the secret is still the same");
}

#[tokio::test]
async fn any_bodies_can_be_sent_as_webhooks() {
    let rig = Rig::start().await;
    rig.bot.answer(&[200, 401]);
    let bodies = json!([{"object": "whatsapp_business_account", "entry": [], "t": "é"}, "not json \u{e9}"]);
    let (_, answer) = rig.control("POST", "events", json!({"bodies": bodies})).await;
    assert_eq!(answer["statuses"], json!([200, 401]));
    let (_, answer) =
        rig.control("POST", "events", json!({"bodies": ["{}"], "signature": Signature::Wrong, "times": 2})).await;
    assert_eq!(answer["statuses"], json!([200, 200]));
    let received = rig.bot.received();
    assert!(received[0].body.is_ascii() && received[0].is_signed());
    assert_eq!(received[1].body, "not json é".as_bytes());
    assert!(received[1].is_signed() && !received[2].is_signed());
}

#[tokio::test]
async fn a_notice_about_a_new_number_has_no_contact_and_opens_no_window() {
    let rig = Rig::start().await;
    let system =
        json!({"type": "system", "system": {"type": "user_changed_number", "wa_id": "15550007778", "body": "changed"}});
    let (status, _) = rig.control("POST", "say", json!({"from": "Owner", "content": system})).await;
    assert_eq!(status, 200);
    rig.emulator.settled().await;
    let value = rig.bot.values().pop().unwrap();
    assert!(value.get("contacts").is_none());
    assert_eq!(value["messages"][0]["system"]["wa_id"], "15550007778");
    assert_eq!(rig.emulator.person(OWNER).unwrap().last_wrote_at, None);
}

#[tokio::test]
async fn media_arrives_as_any_other_message() {
    let rig = Rig::start().await;
    let image =
        json!({"type": "image", "image": {"id": "1200340056007800", "mime_type": "image/jpeg", "caption": "poster"}});
    rig.control("POST", "say", json!({"from": "Ana", "group": "team", "content": image})).await;
    rig.emulator.settled().await;
    let message = rig.bot.items("messages").pop().unwrap();
    assert_eq!((&message["type"], &message["image"]["caption"]), (&json!("image"), &json!("poster")));
    assert!(message["group_id"].is_string() && message["from"].is_string());
}

#[tokio::test]
async fn a_reset_brings_the_beginning_back() {
    let rig = Rig::start().await;
    rig.emulator.set_webhook(|target| target.paused = true);
    rig.emulator.set_window(OWNER, true).unwrap();
    rig.send_text(OWNER, "hi").await;
    rig.control("POST", "faults", json!({"do": "drop", "times": 0})).await;
    rig.control("POST", "people", json!({"phone": "15550009903", "name": "Zoe"})).await;
    rig.control("POST", "settings", json!({"window": "off", "subscribed": false})).await;
    assert_eq!(rig.control("POST", "reset", json!({})).await.0, 200);
    let (_, overview) = rig.control("GET", "", Value::Null).await;
    assert_eq!((&overview["people"], &overview["accepted"], &overview["faults"]), (&json!(3), &json!(0), &json!(0)));
    assert_eq!(overview["settings"], json!({"window": "async", "groups_allowed": true, "subscribed": true}));
    rig.emulator.set_webhook(|target| target.paused = false);
    assert!(rig.statuses().await.is_empty(), "what waited is dropped");
    rig.send_text(OWNER, "closed again").await;
    assert_eq!(rig.statuses().await[0]["errors"][0]["code"], 131_047);
}

#[tokio::test]
async fn the_account_can_be_read_as_at_meta() {
    let rig = Rig::start().await;
    let (_, number) = rig.get(&format!("{NUMBER}?fields=display_phone_number,is_official_business_account")).await;
    assert_eq!(
        number,
        json!({"id": NUMBER, "display_phone_number": "+15550001234", "is_official_business_account": true})
    );
    assert!(rig.get(NUMBER).await.1["quality_rating"].is_string());
    let (_, numbers) = rig.get("900800700600500/phone_numbers").await;
    assert_eq!(numbers["data"][0]["id"], NUMBER);
    let (_, templates) = rig.get("900800700600500/message_templates?name=owner_notify").await;
    assert_eq!(
        (&templates["data"][0]["status"], &templates["data"][0]["language"]),
        (&json!("APPROVED"), &json!("en_US"))
    );
    assert_eq!(rig.get("900800700600500/message_templates?name=none").await.1["data"], json!([]));
    let (status, unknown) = rig.get("12345").await;
    assert_eq!((status, unknown["error"]["error_subcode"].as_i64()), (400, Some(33)));
    assert_eq!(rig.get("debug_token?input_token=emu-access-token").await.1["data"]["is_valid"], true);
}

#[tokio::test]
async fn a_message_over_http_is_the_same_as_over_the_library() {
    let rig = Rig::start().await;
    let (status, _) = rig.send(&text_to(OWNER, "hi")).await;
    assert_eq!(status, 200);
    let (_, sent) = rig.control("GET", "sent", Value::Null).await;
    assert_eq!(sent["sent"][0], serde_json::to_value(&rig.emulator.ledger()[0]).unwrap());
}
