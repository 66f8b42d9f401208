//! How webhooks travel: bytes, signatures, repetition, batches, statuses.

use serde_json::{Value, json};

use super::super::{Signature, StatusPolicy, Tap, Tapped};
use super::{ANA, OWNER, Rig, text_to};

#[tokio::test]
async fn a_private_message_arrives_signed_and_escaped() {
    let rig = Rig::start().await;
    let wamid = rig.emulator.say_privately("Ana", "café שלום 👍").unwrap();
    rig.emulator.settled().await;
    let received = rig.bot.received().pop().unwrap();
    assert!(received.is_signed());
    assert!(received.body.is_ascii());
    let body = received.json();
    assert_eq!(
        (&body["object"], &body["entry"][0]["id"]),
        (&json!("whatsapp_business_account"), &json!("900800700600500"))
    );
    let value = &body["entry"][0]["changes"][0]["value"];
    assert_eq!(value["metadata"], json!({"display_phone_number": "15550001234", "phone_number_id": "700100200300400"}));
    assert_eq!(
        (&value["contacts"][0]["wa_id"], &value["contacts"][0]["profile"]["name"]),
        (&json!(ANA), &json!("Ana"))
    );
    let message = &value["messages"][0];
    assert_eq!(
        (&message["id"], &message["from"], &message["timestamp"]),
        (&json!(wamid), &json!(ANA), &json!("1795000000"))
    );
    assert_eq!(message["text"]["body"], "café שלום 👍");
}

#[tokio::test]
async fn signatures_can_be_wrong_or_missing() {
    let rig = Rig::start().await;
    for signature in [Signature::Wrong, Signature::Missing] {
        rig.emulator.set_webhook(|target| target.signature = signature);
        rig.emulator.say_privately("Ana", "hi").unwrap();
        rig.emulator.settled().await;
    }
    let received = rig.bot.received();
    assert!(!received[0].is_signed() && received[0].signature.as_deref().unwrap().len() == 71);
    assert_eq!(received[1].signature, None);
}

#[tokio::test]
async fn whatever_is_not_answered_200_is_repeated_unchanged() {
    let rig = Rig::start().await;
    rig.bot.answer(&[500, 401, 204]);
    rig.emulator.say_privately("Ana", "hi").unwrap();
    rig.emulator.settled().await;
    let received = rig.bot.received();
    assert_eq!(received.len(), 4);
    assert!(received.iter().all(|each| each.body == received[0].body && each.is_signed()));
    let attempts: Vec<_> = rig.emulator.deliveries().iter().map(|each| (each.attempt, each.status)).collect();
    assert_eq!(attempts, [(1, Some(500)), (2, Some(401)), (3, Some(204)), (4, Some(200))]);
}

#[tokio::test]
async fn an_unreachable_bot_gets_everything_once_it_is_back() {
    let rig = Rig::start_with(|config| config.webhook.retry_ms = 86_400_000).await;
    let back = rig.bot.url();
    let gone = super::Bot::start().await;
    let gone_url = gone.url();
    gone.stop().await;
    rig.emulator.set_webhook_url(&gone_url);
    rig.emulator.say_privately("Ana", "hi").unwrap();
    while rig.emulator.deliveries().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(rig.emulator.deliveries()[0].status, None);
    rig.emulator.set_webhook_url(&back);
    rig.emulator.settled().await;
    assert_eq!(rig.bot.items("messages").len(), 1);
}

#[tokio::test]
async fn events_that_wait_travel_in_batches() {
    let rig = Rig::start_with(|config| config.webhook.batch = 4).await;
    rig.emulator.set_webhook(|target| target.paused = true);
    for number in 0..10 {
        rig.emulator.say_privately("Ana", &format!("{number}")).unwrap();
    }
    rig.emulator.set_webhook(|target| target.paused = false);
    rig.emulator.settled().await;
    let texts: Vec<Value> = rig.bot.items("messages").iter().map(|message| message["text"]["body"].clone()).collect();
    assert_eq!(texts, (0..10).map(|number| json!(number.to_string())).collect::<Vec<_>>());
    let sizes: Vec<usize> = rig.emulator.deliveries().iter().map(|each| each.events).collect();
    assert_eq!(sizes, [4, 4, 2]);
}

#[tokio::test]
async fn the_handshake_needs_the_bare_challenge() {
    let rig = Rig::start().await;
    assert!(rig.emulator.handshake("open & sesame").await);
    assert!(!rig.emulator.handshake("wrong").await);
}

#[tokio::test]
async fn a_message_is_sent_then_delivered_then_read_with_its_opaque_id() {
    let rig = Rig::start().await;
    rig.emulator.set_window(OWNER, true).unwrap();
    let mut body = text_to(OWNER, "hi");
    body["biz_opaque_callback_data"] = json!("reply:7");
    rig.send(&body).await;
    let statuses = rig.statuses().await;
    let kinds: Vec<Value> = statuses.iter().map(|status| status["status"].clone()).collect();
    assert_eq!(kinds, ["sent", "delivered", "read"]);
    for status in &statuses {
        assert_eq!((&status["biz_opaque_callback_data"], &status["recipient_id"]), (&json!("reply:7"), &json!(OWNER)));
        assert!(status["timestamp"].is_string() && status["recipient_user_id"].is_string());
    }
    assert_eq!(
        statuses[0]["pricing"],
        json!({"billable": true, "pricing_model": "PMP", "type": "regular", "category": "service"})
    );
    assert!(statuses[2].get("pricing").is_none() && statuses[0].get("conversation").is_none());
    assert!(rig.bot.values()[0]["contacts"][0].get("profile").is_none());
}

#[tokio::test]
async fn statuses_can_be_doubled_skipped_shuffled_and_switched_off() {
    let rig = Rig::start().await;
    rig.emulator.set_window(OWNER, true).unwrap();
    let kinds = async |policy: StatusPolicy| {
        rig.bot.forget();
        rig.emulator.set_statuses(StatusPolicy { delay_ms: 2, ..policy });
        rig.send_text(OWNER, "hi").await;
        let statuses = rig.statuses().await;
        statuses.iter().map(|status| status["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let doubled = kinds(StatusPolicy { duplicate: true, ..StatusPolicy::default() }).await;
    assert_eq!(doubled, ["sent", "sent", "delivered", "delivered", "read", "read"]);
    assert_eq!(kinds(StatusPolicy { skip_delivered: true, ..StatusPolicy::default() }).await, ["sent", "read"]);
    assert!(kinds(StatusPolicy { auto: false, ..StatusPolicy::default() }).await.is_empty());
    let mut disordered = false;
    for _ in 0..20 {
        let mut shuffled = kinds(StatusPolicy { shuffle: true, ..StatusPolicy::default() }).await;
        disordered |= shuffled != ["sent", "delivered", "read"];
        shuffled.sort();
        assert_eq!(shuffled, ["delivered", "read", "sent"]);
    }
    assert!(disordered);
}

#[tokio::test]
async fn a_status_can_overtake_the_answer_of_its_own_request() {
    let rig = Rig::start().await;
    rig.emulator.set_window(OWNER, true).unwrap();
    let hour = 3_600_000;
    rig.emulator.set_statuses(StatusPolicy { before_response: true, delay_ms: hour, ..StatusPolicy::default() });
    let wamid = rig.send_text(OWNER, "hi").await;
    let statuses = rig.bot.items("statuses");
    assert_eq!(statuses.len(), 1);
    assert_eq!((&statuses[0]["id"], &statuses[0]["status"]), (&json!(wamid), &json!("sent")));
}

#[tokio::test]
async fn a_reaction_is_sent_and_nothing_follows() {
    let rig = Rig::start().await;
    let said = rig.emulator.say_privately(OWNER, "done").unwrap();
    let body = json!({"messaging_product": "whatsapp", "to": OWNER, "type": "reaction",
                      "reaction": {"message_id": said, "emoji": "👍"}});
    assert_eq!(rig.send(&body).await.0, 200);
    let statuses = rig.statuses().await;
    assert_eq!((statuses.len(), &statuses[0]["status"]), (1, &json!("sent")));
}

#[tokio::test]
async fn before_version_24_there_was_a_conversation() {
    let rig = Rig::start().await;
    rig.emulator.set_window(OWNER, true).unwrap();
    rig.emulator.set_statuses(StatusPolicy {
        conversation: true,
        profiles: true,
        delay_ms: 1,
        ..StatusPolicy::default()
    });
    rig.send_text(OWNER, "hi").await;
    let statuses = rig.statuses().await;
    assert_eq!(statuses[0]["conversation"]["origin"]["type"], "service");
    assert!(statuses[0]["conversation"]["expiration_timestamp"].is_string());
    assert!(statuses[1]["conversation"].get("expiration_timestamp").is_none());
    assert_eq!(rig.bot.values()[0]["contacts"][0]["profile"]["name"], "Owner");
}

#[tokio::test]
async fn without_a_subscription_of_the_account_nothing_is_sent() {
    let rig = Rig::start().await;
    let path = "900800700600500/subscribed_apps";
    rig.call("DELETE", path, None).await.unwrap();
    assert_eq!(rig.get(path).await.1["data"], json!([]));
    rig.emulator.say_privately("Ana", "hi").unwrap();
    rig.emulator.settled().await;
    assert!(rig.bot.received().is_empty());
    rig.call("POST", path, None).await.unwrap();
    rig.emulator.say_privately("Ana", "hi").unwrap();
    rig.emulator.settled().await;
    assert_eq!(rig.bot.received().len(), 1);
}

#[tokio::test]
async fn a_tap_answers_with_the_button_and_a_link_tells_the_bot_nothing() {
    let rig = Rig::start().await;
    rig.emulator.set_window(OWNER, true).unwrap();
    rig.emulator.set_statuses(StatusPolicy { auto: false, ..StatusPolicy::default() });
    let interactive = |content: Value| json!({"messaging_product": "whatsapp", "to": OWNER, "type": "interactive", "interactive": content});
    rig.send(&interactive(json!({"type": "cta_url", "body": {"text": "Ana: hi"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Open chat", "url": "https://wa.me/15550009901"}}}))).await;
    let tap =
        |button: Option<&str>| Tap { from: OWNER.into(), wamid: "last".into(), button: button.map(str::to_owned) };
    let opened = rig.emulator.tap(&tap(Some("Open chat"))).unwrap();
    assert_eq!(opened, Tapped { wamid: None, url: Some("https://wa.me/15550009901".into()) });
    let (_, sent) = rig.send(&interactive(json!({"type": "button", "body": {"text": "Post now?"}, "action": {"buttons": [
        {"type": "reply", "reply": {"id": "yes", "title": "Post"}}, {"type": "reply", "reply": {"id": "no", "title": "Cancel"}}]}}))).await;
    rig.emulator.tap(&tap(Some("Post"))).unwrap();
    assert!(rig.emulator.tap(&tap(Some("Later"))).is_err());
    assert!(rig.emulator.tap(&Tap { from: ANA.into(), ..tap(Some("Post")) }).is_err());
    rig.emulator.settled().await;
    let messages = rig.bot.items("messages");
    assert_eq!(messages.len(), 1);
    assert_eq!(
        messages[0]["interactive"],
        json!({"type": "button_reply", "button_reply": {"id": "yes", "title": "Post"}})
    );
    assert_eq!(messages[0]["context"]["id"], sent["messages"][0]["id"]);
}
