//! What holds for every endpoint: who may ask, what is there, in which form a refusal comes.

use std::net::TcpListener;
use std::sync::atomic::Ordering;

use actix_web::http::{Method, StatusCode};
use actix_web::middleware::from_fn;
use actix_web::test::TestRequest;
use actix_web::{App, HttpResponse};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::rig::{ADMIN, Pretended, at, call, group};
use super::{serve, to_the_end};
use crate::domain::outbox::State;

const ADMIN_PATHS: [(Method, &str); 7] = [
    (Method::GET, "/jobs"),
    (Method::POST, "/jobs"),
    (Method::GET, "/jobs/12"),
    (Method::DELETE, "/jobs/12"),
    (Method::GET, "/groups"),
    (Method::POST, "/owner/repair"),
    (Method::POST, "/people/forget"),
];

fn request(method: &Method, path: &str) -> TestRequest {
    TestRequest::with_uri(path).method(method.clone())
}

#[actix_web::test]
async fn without_the_token_no_admin_endpoint_answers() {
    for (method, path) in ADMIN_PATHS {
        for token in [None, Some("guess"), Some("")] {
            let mut request = request(&method, path);
            if let Some(token) = token {
                request = request.insert_header(("X-Admin-Token", token));
            }
            let answer = Pretended::default().call(request).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "unauthorized"), "{path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        let in_query = request(&method, &format!("{path}?X-Admin-Token={ADMIN}"));
        assert_eq!(Pretended::default().call(in_query).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[actix_web::test]
async fn without_a_configured_token_there_is_no_admin_endpoint() {
    for (method, path) in ADMIN_PATHS {
        let mut state = Pretended::default().state();
        state.admin = None;
        let answer = call(state, request(&method, path).insert_header(("X-Admin-Token", ""))).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
}

#[actix_web::test]
async fn an_unknown_path_or_method_is_refused_in_the_same_form() {
    let daemon = Pretended::default();
    let answer = daemon.call(TestRequest::get().uri("/nothing")).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    let table = [
        (Method::POST, "/healthz", "GET"),
        (Method::POST, "/metrics", "GET"),
        (Method::PUT, "/webhook/whatsapp", "GET, POST"),
        (Method::PATCH, "/jobs", "GET, POST"),
        (Method::POST, "/jobs/12", "GET, DELETE"),
        (Method::GET, "/owner/repair", "POST"),
    ];
    for (method, path, allowed) in table {
        let answer = daemon.admin(request(&method, path)).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"));
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
}

#[actix_web::test]
async fn groups_are_listed_as_the_contract_has_them() {
    let daemon = Pretended::default();
    daemon.shelf().groups = vec![group("team")];
    let answer = daemon.admin(TestRequest::get().uri("/groups")).await;
    let team = json!({"alias": "team", "name": "Team", "group_id": "Y2FwaV9ncm91cA", "state": "verified"});
    assert_eq!(answer.json(), json!({"groups": [team], "next_cursor": null}));
}

#[actix_web::test]
async fn the_operator_may_vouch_for_the_owner_again() {
    let daemon = Pretended::default();
    assert_eq!(daemon.admin(TestRequest::post().uri("/owner/repair")).await.status, StatusCode::OK);
    assert_eq!(daemon.shelf().repairs, 1);
}

#[actix_web::test]
async fn alive_is_not_ready() {
    let daemon = Pretended::default();
    daemon.shelf().down = true;
    let alive = daemon.call(TestRequest::get().uri("/healthz")).await;
    assert_eq!((alive.status, alive.json()), (StatusCode::OK, json!({"status": "ok"})));
    let ready = daemon.call(TestRequest::get().uri("/readyz")).await;
    let expected = json!({"status": "not ready", "reason": "the database cannot be written to"});
    assert_eq!((ready.status, ready.json()), (StatusCode::SERVICE_UNAVAILABLE, expected));
}

#[actix_web::test]
async fn a_daemon_that_stops_is_not_ready_but_still_takes_requests() {
    let state = Pretended::default().state();
    let ready = call(state.clone(), TestRequest::get().uri("/readyz")).await;
    assert_eq!((ready.status, ready.json()), (StatusCode::OK, json!({"status": "ready"})));
    state.draining.store(true, Ordering::Release);
    let ready = call(state.clone(), TestRequest::get().uri("/readyz")).await;
    assert_eq!(
        (ready.status, &ready.json()["reason"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("the daemon is stopping"))
    );
    assert_eq!(call(state, TestRequest::get().uri("/healthz")).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn metrics_are_shown_to_anybody_even_when_the_store_is_down() {
    let daemon = Pretended::default();
    daemon.shelf().down = true;
    let answer = daemon.call(TestRequest::get().uri("/metrics")).await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "a_metric 1\n"));
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
}

#[actix_web::test]
async fn metrics_count_every_state_and_forget_those_that_emptied() {
    let handle = crate::telemetry::metrics();
    let daemon = Pretended::default();
    {
        let mut shelf = daemon.shelf();
        shelf.outbox_counts = vec![(State::Planned, 3), (State::Unknown, 1)];
        shelf.inbox_counts = vec![("new".to_owned(), 2)];
        shelf.oldest_waiting = Some(at("2026-11-21T09:59:30Z"));
    }
    daemon.call(TestRequest::get().uri("/metrics")).await;
    let page = handle.render();
    for line in [
        "wa_outbox_entries{state=\"planned\"} 3",
        "wa_outbox_entries{state=\"failed\"} 0",
        "wa_inbox_rows{state=\"new\"} 2",
        "wa_inbox_oldest_seconds 30",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
}

/// Sends a request over a real connection, all of it before the answer is read, and returns the answer's first line.
async fn over_the_wire(head: &str, body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = serve(listener, Pretended::default().state()).expect("serves");
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let mut stream = TcpStream::connect(address).await.expect("connects");
    let head = format!("POST /webhook/whatsapp HTTP/1.1\r\nHost: bot\r\nContent-Length: {}\r\n{head}\r\n", body.len());
    stream.write_all(head.as_bytes()).await.expect("head taken");
    stream.write_all(&body).await.expect("body taken");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    handle.stop(false).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn a_client_that_sends_too_much_hears_so_instead_of_losing_the_connection() {
    let signature = "X-Hub-Signature-256: sha256=00\r\n";
    assert_eq!(over_the_wire(signature, vec![b' '; 5 << 20]).await, "HTTP/1.1 413");
}

#[actix_web::test]
async fn a_client_without_a_signature_hears_so_however_much_it_sends() {
    assert_eq!(over_the_wire("", vec![b' '; 3 << 20]).await, "HTTP/1.1 401");
}

#[actix_web::test]
async fn what_was_asked_for_is_done_also_when_nobody_waits_for_the_answer() {
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let (done, mut is_done) = tokio::sync::mpsc::channel(1);
    let go_on = std::sync::Arc::new(tokio::sync::Notify::new());
    let waits = go_on.clone();
    let work = move || {
        let (begun, done, waits) = (begun.clone(), done.clone(), waits.clone());
        async move {
            begun.send(()).await.expect("the test waits");
            waits.notified().await;
            done.send(()).await.expect("the test waits");
            HttpResponse::Ok().finish()
        }
    };
    let app = App::new().wrap(from_fn(to_the_end)).route("/", actix_web::web::get().to(work));
    let service = actix_web::test::init_service(app).await;
    tokio::select! {
        _ = actix_web::test::call_service(&service, TestRequest::default().to_request()) => panic!("it waits"),
        _ = has_begun.recv() => {}
    }
    // The caller is gone.
    go_on.notify_one();
    is_done.recv().await.expect("it was done");
}
