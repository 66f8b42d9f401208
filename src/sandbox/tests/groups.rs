//! Groups: what may be sent to them, what comes from them, how they are managed.

use serde_json::{Value, json};

use super::super::{GroupChange, Identity, NewGroup, NewPerson, WindowRule};
use super::{ANA, NUMBER, OWNER, Rig, text_to_group};

#[tokio::test]
async fn a_post_to_a_group_reports_sent_once_and_the_rest_per_participant() {
    let rig = Rig::start().await;
    rig.emulator.set_window("team", true).unwrap();
    let id = rig.group_id();
    let mut body = text_to_group(&id, "Daily sync");
    body["biz_opaque_callback_data"] = json!("job:1");
    let (status, answer) = rig.send(&body).await;
    assert_eq!(status, 200);
    assert_eq!(answer["messages"][0]["group_id"], json!(id));
    assert_eq!(answer["contacts"][0], json!({"input": id, "wa_id": id}));
    let statuses = rig.statuses().await;
    let of = |kind: &str| statuses.iter().filter(|status| status["status"] == kind).cloned().collect::<Vec<_>>();
    assert_eq!((of("sent").len(), of("delivered").len(), of("read").len()), (1, 3, 3));
    assert!(statuses.iter().all(|status| status["recipient_id"] == json!(id) && status["recipient_type"] == "group"));
    assert!(statuses.iter().all(|status| status["biz_opaque_callback_data"] == "job:1"));
    assert!(of("sent")[0].get("recipient_participant_id").is_none());
    assert_eq!(of("sent")[0]["pricing"]["category"], "group_service");
    assert!(of("delivered").iter().any(|status| status["recipient_participant_id"] == ANA));
    assert!(of("read").iter().all(|status| status["recipient_participant_user_id"].is_string()));
    assert_eq!(rig.bot.values().len(), 3, "the participants of one status share a webhook value");
}

#[tokio::test]
async fn the_window_of_a_group_opens_with_any_member_and_not_their_own() {
    let rig = Rig::start().await;
    rig.emulator.set_window_rule(WindowRule::Sync);
    let id = rig.group_id();
    assert_eq!(rig.refusal(&text_to_group(&id, "closed")).await, 131_047);
    rig.emulator.say_in_group("Ana", "team", "hello", None).unwrap();
    assert_eq!(rig.send(&text_to_group(&id, "open")).await.0, 200);
    assert_eq!(rig.refusal(&super::text_to(ANA, "private")).await, 131_047);
}

#[tokio::test]
async fn groups_refuse_what_meta_refuses() {
    let rig = Rig::start().await;
    let id = rig.group_id();
    let mut interactive = text_to_group(&id, "");
    interactive["type"] = json!("interactive");
    interactive.as_object_mut().unwrap().remove("text");
    interactive["interactive"] = json!({"type": "button", "body": {"text": "?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Yes"}}]}});
    assert_eq!(rig.refusal(&interactive).await, 131_051);
    assert_eq!(rig.refusal(&text_to_group("Y2FwaV9ncm91cDoxOjEZD", "?")).await, 131_041);
    let empty = rig.emulator.add_group(NewGroup { subject: "empty".into(), ..NewGroup::default() }).unwrap();
    assert_eq!(rig.refusal(&text_to_group(&empty.id, "?")).await, 131_020);
    rig.emulator.change_group("team", &GroupChange { suspended: Some(true), ..GroupChange::default() }).unwrap();
    let (status, answer) = rig.send(&text_to_group(&id, "?")).await;
    assert_eq!((status, answer["error"]["code"].as_i64()), (403, Some(131_207)));
    rig.emulator.change_group("team", &GroupChange { suspended: Some(false), ..GroupChange::default() }).unwrap();
    assert_eq!(rig.send(&text_to_group(&id, "back")).await.0, 200);
    rig.emulator.settled().await;
    let kinds: Vec<Value> = rig.bot.items("groups").iter().map(|group| group["type"].clone()).collect();
    assert_eq!(kinds, ["group_suspend", "group_suspend_cleared"]);
}

#[tokio::test]
async fn a_member_quotes_a_post_and_the_bot_learns_which() {
    let rig = Rig::start().await;
    rig.emulator.set_window("team", true).unwrap();
    let id = rig.group_id();
    let (_, answer) = rig.send(&text_to_group(&id, "Daily sync")).await;
    let post = answer["messages"][0]["id"].clone();
    let wamid = rig.emulator.say_in_group("Ana", "team", "yes!", Some("last")).unwrap();
    rig.emulator.settled().await;
    let message = rig.bot.items("messages").pop().unwrap();
    assert_eq!(message["id"], json!(wamid));
    assert_eq!((&message["from"], &message["group_id"]), (&json!(ANA), &json!(id)));
    assert_eq!(message["context"], json!({"from": "15550001234", "id": post}));
    assert_eq!((&message["type"], &message["text"]["body"]), (&json!("text"), &json!("yes!")));
}

#[tokio::test]
async fn a_hidden_number_shows_nowhere() {
    let rig = Rig::start().await;
    let phone = "15550009903";
    for identity in [Identity::BsuidOnly, Identity::Username] {
        rig.emulator.add_person(NewPerson {
            phone: phone.into(),
            name: "Zoe".into(),
            identity,
            ..NewPerson::default()
        });
        let join = GroupChange { join: vec!["Zoe".into()], ..GroupChange::default() };
        rig.emulator.change_group("team", &join).unwrap();
        rig.emulator.say_in_group("Zoe", "team", "hi", None).unwrap();
        rig.emulator.say_privately("Zoe", "hi").unwrap();
        rig.send(&text_to_group(&rig.group_id(), "hello")).await;
    }
    rig.emulator.settled().await;
    let message = rig.bot.items("messages").pop().unwrap();
    assert!(message.get("from").is_none() && message["from_user_id"].is_string());
    for received in rig.bot.received() {
        assert!(!String::from_utf8(received.body).unwrap().contains(phone));
    }
}

#[tokio::test]
async fn a_group_is_created_with_a_request_id_that_the_webhook_repeats() {
    let rig = Rig::start().await;
    let body = json!({"messaging_product": "whatsapp", "subject": "Garden"});
    let (status, answer) = rig.call("POST", &format!("{NUMBER}/groups"), Some(&body)).await.unwrap();
    assert_eq!(status, 200);
    rig.emulator.settled().await;
    let event = rig.bot.items("groups").pop().unwrap();
    assert_eq!(event["type"], "group_create");
    assert_eq!(event["request_id"], answer["request_id"]);
    let id = event["group_id"].as_str().unwrap();
    let (_, link) = rig.get(&format!("{id}/invite_link")).await;
    assert_eq!(link["invite_link"], event["invite_link"]);
    rig.emulator.change_group(id, &GroupChange { join: vec!["Ana".into()], ..GroupChange::default() }).unwrap();
    let (_, group) = rig.get(&format!("{id}?fields=subject,participants,suspended,total_participant_count")).await;
    assert_eq!(
        (&group["id"], &group["subject"], &group["total_participant_count"]),
        (&json!(id), &json!("Garden"), &json!(1))
    );
    assert_eq!(group["participants"][0]["wa_id"], ANA);
    assert_eq!(rig.get(id).await.1, json!({"id": id, "messaging_product": "whatsapp"}));
}

#[tokio::test]
async fn groups_are_listed_in_pages() {
    let rig = Rig::start().await;
    for subject in ["a", "b"] {
        rig.emulator.add_group(NewGroup { subject: subject.into(), ..NewGroup::default() }).unwrap();
    }
    let (mut after, mut subjects) = (String::new(), Vec::new());
    loop {
        let (_, page) = rig.get(&format!("{NUMBER}/groups?limit=2&after={after}")).await;
        subjects.extend(
            page["data"]["groups"]
                .as_array()
                .unwrap()
                .iter()
                .map(|group| group["subject"].as_str().unwrap().to_owned()),
        );
        if page["paging"].get("next").is_none() {
            break;
        }
        after = page["paging"]["cursors"]["after"].as_str().unwrap().to_owned();
    }
    subjects.sort();
    assert_eq!(subjects, ["a", "b", "team"]);
}

#[tokio::test]
async fn a_removed_member_never_comes_back_and_a_ninth_never_comes_in() {
    let rig = Rig::start().await;
    let id = rig.group_id();
    let body = json!({"messaging_product": "whatsapp", "participants": [{"user": "+15550009901"}]});
    let (status, _) = rig.call("DELETE", &format!("{id}/participants"), Some(&body)).await.unwrap();
    assert_eq!(status, 200);
    let join = |who: &str| GroupChange { join: vec![who.to_owned()], ..GroupChange::default() };
    assert_eq!(rig.emulator.change_group("team", &join("Ana")), Err(super::super::ControlError::Removed));
    for seat in 0..7 {
        let phone = format!("1555000800{seat}");
        rig.emulator.add_person(NewPerson { phone: phone.clone(), name: phone.clone(), ..NewPerson::default() });
        let joined = rig.emulator.change_group("team", &join(&phone));
        assert_eq!(joined.is_ok(), seat < 6, "{seat}");
    }
}

#[tokio::test]
async fn a_group_with_approval_waits_for_the_business() {
    let rig = Rig::start().await;
    let body = json!({"messaging_product": "whatsapp", "subject": "Closed", "join_approval_mode": "approval_required"});
    rig.call("POST", &format!("{NUMBER}/groups"), Some(&body)).await.unwrap();
    rig.emulator.change_group("Closed", &GroupChange { join: vec!["Ana".into()], ..GroupChange::default() }).unwrap();
    let id = rig.emulator.group("Closed").unwrap().id;
    assert!(rig.emulator.group("Closed").unwrap().members.is_empty());
    let (_, requests) = rig.get(&format!("{id}/join_requests")).await;
    let approve =
        json!({"messaging_product": "whatsapp", "join_requests": [requests["data"][0]["join_request_id"], "none"]});
    let (_, answer) = rig.call("POST", &format!("{id}/join_requests"), Some(&approve)).await.unwrap();
    assert_eq!(answer["approved_join_requests"].as_array().unwrap().len(), 1);
    assert_eq!(answer["failed_join_requests"][0]["errors"][0]["code"], 131_213);
    assert_eq!(rig.emulator.group("Closed").unwrap().members, [ANA]);
}

#[tokio::test]
async fn a_number_without_the_blue_tick_makes_no_groups() {
    let rig = Rig::start().await;
    rig.control("POST", "settings", json!({"groups_allowed": false})).await;
    let body = json!({"messaging_product": "whatsapp", "subject": "Garden"});
    let (status, answer) = rig.call("POST", &format!("{NUMBER}/groups"), Some(&body)).await.unwrap();
    assert_eq!((status, answer["error"]["code"].as_i64()), (400, Some(131_215)));
}

#[tokio::test]
async fn an_owner_is_a_member_like_any_other() {
    let rig = Rig::start().await;
    assert!(rig.emulator.group("team").unwrap().members.contains(&OWNER.to_owned()));
}
