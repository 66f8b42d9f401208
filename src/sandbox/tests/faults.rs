//! Faults: what the bot sees, and what the ledger knows to be true.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::super::{Endpoint, Fault, FaultKind};
use super::{ANA, NUMBER, OWNER, Rig, text_to};

/// A text to the owner as it goes over the wire.
fn raw_request() -> String {
    let body = text_to(OWNER, "hi").to_string();
    let length = body.len();
    format!(
        "POST /v26.0/{NUMBER}/messages HTTP/1.1\r\nhost: emulator\r\nauthorization: Bearer emu-access-token\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Posts a message over a plain socket and returns how the connection ended, with everything read until then.
async fn raw_send(rig: &Rig) -> (Result<(), ErrorKind>, String) {
    let address = rig.emulator.url().strip_prefix("http://").unwrap().to_owned();
    let read = move || {
        let mut socket = TcpStream::connect(address).unwrap();
        socket.write_all(raw_request().as_bytes()).unwrap();
        let mut bytes = Vec::new();
        let end = socket.read_to_end(&mut bytes).map(drop).map_err(|error| error.kind());
        (end, String::from_utf8_lossy(&bytes).into_owned())
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

#[tokio::test]
async fn a_reset_is_a_tcp_reset_after_the_message_was_accepted() {
    let rig = Rig::start().await;
    rig.emulator.add_faults([Fault::next(FaultKind::Reset)]);
    assert_eq!(raw_send(&rig).await, (Err(ErrorKind::ConnectionReset), String::new()));
    assert_eq!(rig.emulator.ledger().len(), 1);
}

#[tokio::test]
async fn a_reset_can_leave_the_message_out() {
    let rig = Rig::start().await;
    rig.emulator.add_faults([Fault { accept: Some(false), ..Fault::next(FaultKind::Reset) }]);
    assert_eq!(raw_send(&rig).await.0, Err(ErrorKind::ConnectionReset));
    assert!(rig.emulator.ledger().is_empty());
    assert_eq!(rig.emulator.requests().len(), 1);
}

#[tokio::test]
async fn a_dropped_answer_ends_the_connection_in_order_and_without_a_byte() {
    let rig = Rig::start().await;
    rig.emulator.add_faults([Fault::next(FaultKind::Drop)]);
    assert_eq!(raw_send(&rig).await, (Ok(()), String::new()));
    assert_eq!(rig.emulator.ledger().len(), 1);
    assert_eq!(rig.statuses().await.len(), 1, "the status webhook is the evidence");
}

#[tokio::test]
async fn half_an_answer_promises_more_than_it_gives() {
    let rig = Rig::start().await;
    rig.emulator.add_faults([Fault::next(FaultKind::Half), Fault::next(FaultKind::Half)]);
    let (_, text) = raw_send(&rig).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let promised: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap();
    assert_eq!(body.len(), promised / 2);
    assert!(body.starts_with('{'));
    let seen_by_a_client = rig.call("POST", &format!("{NUMBER}/messages"), Some(&text_to(OWNER, "hi"))).await;
    assert!(seen_by_a_client.is_err());
    assert_eq!(rig.emulator.ledger().len(), 2);
}

#[tokio::test]
async fn a_refusal_has_the_wanted_code_and_status() {
    let rig = Rig::start().await;
    let refuse = |code: i64| Fault { code: Some(code), ..Fault::next(FaultKind::Refuse) };
    rig.emulator.add_faults([refuse(131_056), Fault { http: Some(429), ..refuse(80_007) }, refuse(190)]);
    for (status, code) in [(400, 131_056), (429, 80_007), (401, 190)] {
        let (got, answer) = rig.send(&text_to(OWNER, "hi")).await;
        assert_eq!((got, answer["error"]["code"].as_i64()), (status, Some(code)));
    }
    assert!(rig.emulator.ledger().is_empty());
    assert_eq!(rig.send(&text_to(OWNER, "hi")).await.0, 200);
}

#[tokio::test]
async fn a_server_error_comes_before_or_after_accepting_as_json_or_as_a_page() {
    let rig = Rig::start().await;
    let error = Fault::next(FaultKind::ServerError);
    let after = Fault { accept: Some(true), html: true, http: Some(502), ..error.clone() };
    rig.emulator.add_faults([error, after]);
    let (status, answer) = rig.send(&text_to(OWNER, "hi")).await;
    assert_eq!(
        (status, answer["error"]["code"].as_i64(), &answer["error"]["is_transient"]),
        (503, Some(131_000), &json!(true))
    );
    assert!(rig.emulator.ledger().is_empty());
    let (status, page) = rig.send(&text_to(OWNER, "hi")).await;
    assert_eq!(status, 502);
    assert!(matches!(page, Value::String(page) if page.starts_with("<!DOCTYPE html>")));
    assert_eq!(rig.emulator.ledger().len(), 1);
    let seen = rig.emulator.requests();
    assert_eq!((seen[1].status, seen[1].wamid.is_some(), seen[1].fault.as_deref()), (502, true, Some("server_error")));
}

#[tokio::test]
async fn a_200_can_be_garbage_or_without_an_id() {
    let rig = Rig::start().await;
    rig.emulator.add_faults([Fault::next(FaultKind::Garbage), Fault::next(FaultKind::NoId)]);
    let (status, garbage) = rig.send(&text_to(OWNER, "hi")).await;
    assert!(status == 200 && matches!(garbage, Value::String(_)));
    let (status, answer) = rig.send(&text_to(OWNER, "hi")).await;
    assert!(status == 200 && answer.get("messages").is_none() && answer.get("contacts").is_some());
    assert_eq!(rig.emulator.ledger().len(), 2);
}

#[tokio::test]
async fn a_late_message_is_accepted_although_the_caller_has_given_up() {
    let rig = Rig::start().await;
    rig.emulator.add_faults([Fault { delay_ms: 100, ..Fault::next(FaultKind::Late) }]);
    let caller = tokio::net::TcpSocket::new_v4().unwrap();
    caller.set_zero_linger().unwrap();
    let address = rig.emulator.url().strip_prefix("http://").unwrap().parse().unwrap();
    let caller = caller.connect(address).await.unwrap();
    caller.writable().await.unwrap();
    let request = raw_request();
    assert_eq!(caller.try_write(request.as_bytes()).unwrap(), request.len());
    while rig.emulator.faults().len() == 1 {
        tokio::task::yield_now().await;
    }
    // With no linger time this is a reset: the server sees that nobody waits any more.
    drop(caller);
    assert!(rig.emulator.ledger().is_empty());
    rig.bot.has_received(1).await;
    assert_eq!(rig.emulator.ledger().len(), 1);
}

#[tokio::test]
async fn an_accepted_message_can_fail_later_or_stay_silent() {
    let rig = Rig::start().await;
    rig.emulator.set_window(OWNER, true).unwrap();
    let fails = Fault { code: Some(131_049), ..Fault::next(FaultKind::FailLater) };
    rig.emulator.add_faults([Fault::next(FaultKind::Silent), Fault::next(FaultKind::Held), fails]);
    rig.send_text(OWNER, "silent").await;
    let (_, held) = rig.send(&text_to(OWNER, "held")).await;
    assert_eq!(held["messages"][0]["message_status"], "held_for_quality_assessment");
    rig.send_text(OWNER, "fails").await;
    let statuses = rig.statuses().await;
    assert_eq!(statuses.len(), 1);
    assert_eq!((&statuses[0]["status"], &statuses[0]["errors"][0]["code"]), (&json!("failed"), &json!(131_049)));
    let held = held["messages"][0]["id"].as_str().unwrap();
    rig.emulator.send_status(held, "sent", None).unwrap();
    assert_eq!(rig.statuses().await.last().unwrap()["id"], held);
}

#[tokio::test]
async fn faults_are_set_and_cleared_over_http() {
    let rig = Rig::start().await;
    let script = json!([{"do": "pass"}, {"do": "refuse", "code": 131_016, "to": ANA, "times": 0}]);
    let (status, answer) = rig.control("POST", "faults", script).await;
    assert_eq!((status, answer["faults"].as_array().unwrap().len()), (200, 2));
    assert_eq!(rig.send(&text_to(ANA, "1")).await.0, 200);
    assert_eq!(rig.send(&text_to(&format!("+{ANA}"), "2")).await.0, 500);
    assert_eq!(rig.send(&text_to(OWNER, "3")).await.0, 200);
    rig.control("DELETE", "faults", Value::Null).await;
    assert_eq!(rig.send(&text_to(ANA, "4")).await.0, 200);
    let (status, answer) = rig.control("POST", "faults", json!({"do": "explode"})).await;
    assert_eq!(status, 400);
    assert!(answer["error"].as_str().unwrap().contains("explode"));
}

#[tokio::test]
async fn other_calls_fail_too_when_asked() {
    let rig = Rig::start().await;
    rig.emulator.add_faults([Fault { on: Endpoint::Manage, ..Fault::next(FaultKind::ServerError) }]);
    assert_eq!(rig.get(NUMBER).await.0, 503);
    assert_eq!(rig.get(NUMBER).await.0, 200);
}
