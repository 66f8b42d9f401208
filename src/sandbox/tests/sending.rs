//! What can be sent to whom, and what is answered.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::super::{Identity, NewPerson, RateLimits, Template, WindowRule};
use super::{ANA, NUMBER, OWNER, Rig, text_to};

#[tokio::test]
async fn a_text_is_accepted_and_written_into_the_ledger() {
    let rig = Rig::start().await;
    rig.emulator.set_window(OWNER, true).unwrap();
    let mut body = text_to("+1 555 000 7777", "Scheduled for 09:00");
    body["biz_opaque_callback_data"] = json!("job:42:1");
    let (status, answer) = rig.send(&body).await;
    assert_eq!(status, 200);
    assert_eq!(answer["messaging_product"], "whatsapp");
    assert_eq!(answer["contacts"][0], json!({"input": "+1 555 000 7777", "wa_id": OWNER}));
    let ledger = rig.emulator.ledger();
    let entry = &ledger[0];
    assert_eq!(answer["messages"][0], json!({"id": entry.wamid}));
    assert_eq!((entry.to.as_str(), entry.kind.as_str(), entry.recipient_type), (OWNER, "text", "individual"));
    assert_eq!(entry.text.as_deref(), Some("Scheduled for 09:00"));
    assert_eq!(entry.opaque.as_deref(), Some("job:42:1"));
    assert_eq!(entry.body, body);
    assert!(entry.wall_micros > 1_700_000_000_000_000);
}

#[tokio::test]
async fn any_version_is_served_and_the_token_is_checked_first() {
    let rig = Rig::start().await;
    let send = async |path: &str, token: Option<&str>| {
        let mut request = rig.http.post(format!("{}{path}", rig.emulator.url())).body(text_to(OWNER, "hi").to_string());
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap())
    };
    for version in ["/v19.0", "/v26.0", "/v99.0", ""] {
        assert_eq!(send(&format!("{version}/{NUMBER}/messages"), Some("emu-access-token")).await.0, 200, "{version}");
    }
    for token in [None, Some("wrong"), Some("")] {
        let (status, answer) = send("/v26.0/1/messages", token).await;
        assert_eq!((status, answer["error"]["code"].as_i64()), (401, Some(190)));
        assert_eq!(answer["error"]["type"], "OAuthException");
    }
    let (status, answer) = send("/v26.0/123/messages", Some("emu-access-token")).await;
    assert_eq!(
        (status, answer["error"]["code"].as_i64(), answer["error"]["error_subcode"].as_i64()),
        (400, Some(100), Some(33))
    );
}

#[tokio::test]
async fn malformed_bodies_are_refused_with_metas_codes() {
    let rig = Rig::start().await;
    let cases = [
        (100, "messaging_product", json!("sms")),
        (100, "messaging_product", Value::Null),
        (100, "to", Value::Null),
        (100, "text", Value::Null),
        (100, "surprise", json!(1)),
        (100, "text.surprise", json!(1)),
        (100, "type", json!("telegram")),
        (100, "text.body", json!("")),
        (100, "text.body", json!("x".repeat(4097))),
        (100, "recipient_type", json!("crowd")),
        (100, "category", json!("utility")),
        (131_009, "to", json!("somebody")),
        (131_009, "to", json!("1203630@g.us")),
        (131_009, "recipient_type", json!("group")),
        (131_009, "biz_opaque_callback_data", json!("x".repeat(513))),
        (131_008, "context", json!({})),
    ];
    for (code, field, value) in cases {
        assert_eq!(rig.refusal(&with(field, value)).await, code, "{field}");
    }
    assert_eq!(rig.refusal(&json!([])).await, 100);
    assert_eq!(rig.refusal(&text_to("15550001234", "to myself")).await, 131_021);
    assert_eq!(rig.send(&with("text.body", json!("é".repeat(4096)))).await.0, 200);
}

/// A text to the owner with one field set.
fn with(field: &str, value: Value) -> Value {
    let mut body = text_to(OWNER, "hi");
    match field.split_once('.') {
        Some((outer, inner)) => body[outer][inner] = value,
        None => body[field] = value,
    }
    body
}

#[tokio::test]
async fn a_form_is_read_and_json_that_is_labelled_as_a_form_is_refused() {
    let rig = Rig::start().await;
    let send = async |body: String| {
        let request =
            rig.http.post(format!("{}/v26.0/{NUMBER}/messages?access_token=emu-access-token", rig.emulator.url()));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        request.send().await.unwrap().status().as_u16()
    };
    let form = "messaging_product=whatsapp&to=%2B15550007777&type=text&text=%7B%22body%22%3A%22hi%22%7D";
    assert_eq!(send(form.to_owned()).await, 200);
    assert_eq!(rig.emulator.ledger()[0].text.as_deref(), Some("hi"));
    assert_eq!(send(text_to(OWNER, "hi").to_string()).await, 400);
}

#[tokio::test]
async fn a_closed_window_is_reported_later_by_default_and_at_once_on_request() {
    let rig = Rig::start().await;
    let wamid = rig.send_text(OWNER, "too late").await;
    let statuses = rig.statuses().await;
    assert_eq!(statuses.len(), 1);
    assert_eq!((&statuses[0]["id"], &statuses[0]["status"]), (&json!(wamid), &json!("failed")));
    assert_eq!(statuses[0]["errors"][0]["code"], 131_047);
    assert_eq!(statuses[0]["recipient_id"], OWNER);
    assert!(statuses[0].get("recipient_user_id").is_none() && rig.bot.values()[0].get("contacts").is_none());
    assert_eq!(rig.emulator.ledger()[0].fails_with, Some(131_047));
    rig.emulator.set_window_rule(WindowRule::Sync);
    assert_eq!(rig.refusal(&text_to(OWNER, "too late")).await, 131_047);
    rig.emulator.set_window_rule(WindowRule::Off);
    rig.send_text(OWNER, "never too late").await;
}

#[tokio::test]
async fn a_window_opens_when_the_person_writes_and_closes_a_day_later() {
    let rig = Rig::start().await;
    rig.emulator.set_window_rule(WindowRule::Sync);
    rig.emulator.say_privately(OWNER, "hello").unwrap();
    rig.send_text(OWNER, "hi").await;
    rig.emulator.clock().advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    rig.send_text(OWNER, "still").await;
    rig.emulator.clock().advance(TimeDelta::seconds(1));
    assert_eq!(rig.refusal(&text_to(OWNER, "closed")).await, 131_047);
    assert_eq!(rig.refusal(&text_to(ANA, "never wrote")).await, 131_047);
}

#[tokio::test]
async fn a_template_passes_a_closed_window_and_has_to_exist() {
    let rig = Rig::start().await;
    let template = |name: &str| {
        json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": OWNER, "type": "template",
               "template": {"name": name, "language": {"code": "en_US"}}})
    };
    let (status, answer) = rig.send(&template("owner_notify")).await;
    assert_eq!((status, &answer["messages"][0]["message_status"]), (200, &json!("accepted")));
    let (status, answer) = rig.send(&template("unknown")).await;
    assert_eq!((status, answer["error"]["code"].as_i64()), (404, Some(132_001)));
    let category = rig.statuses().await[0]["pricing"]["category"].clone();
    assert_eq!(category, "utility");
    rig.emulator.add_template(Template {
        name: "notice".into(),
        language: "en_US".into(),
        category: "UTILITY".into(),
        status: "APPROVED".into(),
        body: Some("News from {{1}}.".into()),
    });
    assert_eq!(rig.refusal(&template("notice")).await, 132_000);
}

#[tokio::test]
async fn a_business_scoped_id_goes_into_recipient_and_vanishes_in_to() {
    let rig = Rig::start().await;
    let zoe = rig.emulator.add_person(NewPerson {
        phone: "15550009903".into(),
        name: "Zoe".into(),
        identity: Identity::Username,
        ..NewPerson::default()
    });
    let bsuid = zoe.bsuid.unwrap();
    rig.emulator.say_privately("Zoe", "hello").unwrap();
    let body = json!({"messaging_product": "whatsapp", "recipient_type": "individual", "recipient": bsuid, "type": "text", "text": {"body": "hi"}});
    let (status, answer) = rig.send(&body).await;
    assert_eq!((status, &answer["contacts"][0]), (200, &json!({"input": bsuid, "user_id": bsuid})));
    let statuses = rig.statuses().await;
    assert_eq!(statuses.len(), 3);
    assert!(
        statuses
            .iter()
            .all(|status| status["recipient_user_id"] == json!(bsuid) && status.get("recipient_id").is_none())
    );
    rig.bot.forget();
    let (status, answer) = rig.send(&text_to(&bsuid, "hi")).await;
    assert_eq!(status, 200, "{answer}");
    assert!(rig.statuses().await.is_empty());
}

#[tokio::test]
async fn whoever_is_not_on_whatsapp_is_reported_later() {
    let rig = Rig::start().await;
    rig.send_text("+15559998888", "hello?").await;
    assert_eq!(rig.statuses().await[0]["errors"][0]["code"], 131_026);
}

#[tokio::test]
async fn a_read_receipt_needs_a_private_message_that_was_received() {
    let rig = Rig::start().await;
    let private = rig.emulator.say_privately(OWNER, "hello").unwrap();
    let group = rig.emulator.say_in_group(ANA, "team", "hello", None).unwrap();
    let receipt = |id: &str| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id, "typing_indicator": {"type": "text"}});
    assert_eq!(rig.send(&receipt(&private)).await, (200, json!({"success": true})));
    assert_eq!(rig.refusal(&receipt(&group)).await, 100);
    assert_eq!(rig.refusal(&receipt("wamid.NONE")).await, 131_009);
    assert!(rig.emulator.ledger().is_empty());
}

#[tokio::test]
async fn the_limits_refill_with_the_movable_clock() {
    let rig = Rig::start().await;
    rig.emulator.set_rates(RateLimits { per_second: Some(80), pair_seconds: Some(6.0), pair_burst: 2 });
    rig.send_text(OWNER, "1").await;
    rig.send_text(OWNER, "2").await;
    assert_eq!(rig.refusal(&text_to(OWNER, "3")).await, 131_056);
    rig.emulator.clock().advance(TimeDelta::seconds(6));
    rig.send_text(OWNER, "3").await;
    rig.emulator.set_rates(RateLimits { per_second: Some(1), pair_seconds: None, pair_burst: 45 });
    rig.send_text(OWNER, "4").await;
    assert_eq!(rig.refusal(&text_to(ANA, "5")).await, 130_429);
}

#[tokio::test]
async fn a_ledger_file_has_each_message_before_it_is_answered_and_is_never_cut() {
    let path = std::env::temp_dir().join(format!("ledger-{}.jsonl", uuid::Uuid::new_v4()));
    for round in 1..=2 {
        let rig = Rig::start_with(|config| config.ledger_file = Some(path.clone())).await;
        rig.send_text(OWNER, "kept").await;
        let lines: Vec<Value> =
            std::fs::read_to_string(&path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), round);
        assert_eq!(lines[round - 1]["text"], "kept");
    }
    std::fs::remove_file(path).unwrap();
}
