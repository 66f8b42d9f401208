//! The webhook as Meta, and as somebody who is not Meta, meets it.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use hmac::{Hmac, KeyInit, Mac};

use super::super::rig::{APP_SECRET, Pretended, VERIFY};
use super::*;

const PATH: &str = "/webhook/whatsapp";
/// A message to another number: one event whatever it says.
const BODY: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"Dana"},"wa_id":"15551230000"}],"messages":[{"from":"15551230000","id":"wamid.AA","timestamp":"1749416383","type":"text","text":{"body":"hello"}}]}}]}]}"#;

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any key length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn signed(secret: &str, body: impl Into<Vec<u8>>) -> TestRequest {
    let body = body.into();
    TestRequest::post().uri(PATH).insert_header(("X-Hub-Signature-256", sign(secret, &body))).set_payload(body)
}

#[actix_web::test]
async fn a_signed_event_is_kept_and_then_answered_with_an_empty_200() {
    for secret in [APP_SECRET, "previous"] {
        let daemon = Pretended::default();
        let answer = daemon.call(signed(secret, BODY)).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, ""));
        assert_eq!(daemon.shelf().ingested.len(), 1);
    }
}

#[actix_web::test]
async fn what_is_not_signed_by_the_app_is_refused_without_a_word() {
    let right = sign(APP_SECRET, BODY.as_bytes());
    let digits = right.trim_start_matches("sha256=").to_owned();
    let headers: [&[&str]; 8] = [
        &[],
        &[""],
        &[&digits],
        &[&format!("sha1={digits}")],
        &[&format!("sha256={}", &digits[1..])],
        &[&sign("", BODY.as_bytes())],
        &[&sign("guess", BODY.as_bytes())],
        &[&right, &right],
    ];
    for given in headers {
        let daemon = Pretended::default();
        let mut request = TestRequest::post().uri(PATH).set_payload(BODY);
        for value in given {
            request = request.append_header(("X-Hub-Signature-256", *value));
        }
        let answer = daemon.call(request).await;
        assert_eq!((answer.status, answer.body.as_str()), (StatusCode::UNAUTHORIZED, ""), "{given:?}");
        assert!(daemon.shelf().ingested.is_empty(), "{given:?}");
    }
}

#[actix_web::test]
async fn one_changed_byte_is_refused() {
    let daemon = Pretended::default();
    let request = TestRequest::post()
        .uri(PATH)
        .insert_header(("X-Hub-Signature-256", sign(APP_SECRET, BODY.as_bytes())))
        .set_payload(BODY.replace("hello", "hellp"));
    assert_eq!(daemon.call(request).await.status, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn an_authentic_body_that_is_no_json_is_kept_all_the_same() {
    let daemon = Pretended::default();
    assert_eq!(daemon.call(signed(APP_SECRET, "not json \u{fffd}")).await.status, StatusCode::OK);
    assert_eq!(daemon.shelf().ingested.len(), 1);
}

#[actix_web::test]
async fn what_cannot_be_stored_is_not_confirmed() {
    let daemon = Pretended::default();
    daemon.shelf().down = true;
    let answer = daemon.call(signed(APP_SECRET, BODY)).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
    assert_eq!(answer.header("retry-after"), "5");
}

#[actix_web::test]
async fn four_mebibytes_are_taken_and_not_a_byte_more() {
    let daemon = Pretended::default();
    let full = vec![b' '; BODY_LIMIT];
    assert_eq!(daemon.call(signed(APP_SECRET, full.clone())).await.status, StatusCode::OK);
    let answer = daemon.call(signed(APP_SECRET, [full, vec![b' ']].concat())).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"));
}

#[actix_web::test]
async fn an_encoded_body_is_refused() {
    let daemon = Pretended::default();
    let answer = daemon.call(signed(APP_SECRET, BODY).insert_header(("Content-Encoding", "gzip"))).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded_body"));
    assert!(daemon.shelf().ingested.is_empty());
}

fn handshake(mode: &str, token: &str, challenge: &str) -> TestRequest {
    let query = format!("hub.mode={mode}&hub.challenge={challenge}&hub.verify_token={token}");
    TestRequest::get().uri(&format!("{PATH}?{query}"))
}

#[actix_web::test]
async fn the_handshake_echoes_the_bare_challenge() {
    let answer = Pretended::default().call(handshake("subscribe", VERIFY, "1158201444")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "1158201444"));
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[actix_web::test]
async fn any_other_handshake_is_refused() {
    let daemon = Pretended::default();
    let requests = [
        handshake("subscribe", "wrong", "1158201444"),
        handshake("subscribe", "VERIFY-TOKEN", "1158201444"),
        handshake("subscribe", "", "1158201444"),
        handshake("unsubscribe", VERIFY, "1158201444"),
        handshake("subscribe", VERIFY, ""),
        handshake("subscribe", VERIFY, "%3Cscript%3E"),
        handshake("subscribe", VERIFY, &"1".repeat(CHALLENGE_LIMIT + 1)),
        TestRequest::get().uri(PATH),
        TestRequest::get().uri(&format!("{PATH}?hub.mode=subscribe&hub.verify_token={VERIFY}")),
    ];
    for (index, request) in requests.into_iter().enumerate() {
        let answer = daemon.call(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "request {index}");
    }
}
