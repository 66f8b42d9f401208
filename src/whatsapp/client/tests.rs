//! The client against a scripted server: every way in which an answer can come, be spoilt or stay away.

use secrecy::SecretString;
use tokio::io::AsyncWriteExt;

use super::scripted::{Script, Server, answer, api_at, api_with, hasty_api_at, json};
use super::*;
use crate::domain::address::{Address, Phone, Wamid};
use crate::domain::content::Content;

const ACCEPTED: &str = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+15550007777","wa_id":"15550007777"}],
    "messages":[{"id":"wamid.OUT1","message_status":"accepted"}]}"#;

fn departure() -> Departure {
    Departure {
        entry_id: 42,
        attempt: 1,
        opaque: "j1.a.42.1".to_owned(),
        to: Address::Phone(Phone::parse("15550007777").expect("valid")),
        content: Content::text("secret words"),
        quoting: None,
    }
}

fn graph(code: i64) -> String {
    format!(r#"{{"error":{{"message":"(#{code}) x","type":"OAuthException","code":{code},"fbtrace_id":"A"}}}}"#)
}

/// The outcome of one send, and the requests that the server saw.
async fn sent(script: Script) -> (Outcome, Vec<String>) {
    let server = Server::start(vec![script, json(200, ACCEPTED), json(200, ACCEPTED)]).await;
    let outcome = api_at(&server.url).send(&departure()).await;
    (outcome, server.requests())
}

fn class(outcome: &Outcome) -> Option<Class> {
    if let Outcome::Refused(refusal) = outcome { Some(refusal.class) } else { None }
}

#[tokio::test]
async fn an_accepted_send_is_one_authorised_request_to_the_messages_of_the_number() {
    let (outcome, requests) = sent(json(200, ACCEPTED)).await;
    let wamid = Wamid::parse("wamid.OUT1").expect("valid");
    assert_eq!(outcome, Outcome::Accepted { wamid, paced: false });
    assert_eq!(requests.len(), 1);
    let request = requests[0].to_lowercase();
    assert!(request.starts_with("post /v26.0/700100200300400/messages http/1.1\r\n"), "{request}");
    assert!(request.contains("authorization: bearer eaab-token\r\n"), "{request}");
    assert!(request.contains("content-type: application/json\r\n"), "{request}");
    assert!(request.contains(r#""to":"+15550007777""#), "{request}");
}

#[tokio::test]
async fn a_graph_error_is_a_refusal_of_its_class() {
    for (status, code, expected) in [
        (429, 130_429, Class::Throughput),
        (400, 131_056, Class::Pair),
        (500, 131_000, Class::Transient),
        (503, 2, Class::Transient),
        (401, 190, Class::Credential),
        (403, 131_031, Class::Account),
        (400, 131_047, Class::Window),
        (404, 132_001, Class::Template),
        (400, 137_000, Class::Identity),
        (400, 999_999, Class::Final),
    ] {
        let (outcome, requests) = sent(json(status, &graph(code))).await;
        assert_eq!(class(&outcome), Some(expected), "{code}");
        assert_eq!(requests.len(), 1, "{code}");
    }
}

#[tokio::test]
async fn the_pause_that_an_answer_asks_for_is_passed_on() {
    let (outcome, _) = sent(answer(429, "retry-after: 17\r\n", "")).await;
    let Outcome::Refused(refusal) = outcome else { panic!("{outcome:?}") };
    assert_eq!((refusal.class, refusal.retry_after), (Class::Throughput, Some(17)));
}

#[tokio::test]
async fn what_is_lost_or_spoilt_after_the_request_is_unknown_and_not_repeated() {
    let half = r#"HTTP/1.1 400 X
content-length: 500

{"error":{"code":131047,"#;
    let long = graph(131_047).replace("(#131047) x", &"x".repeat(100 * 1024));
    for (what, script) in [
        ("reset", Script::Reset),
        ("end", Script::Close),
        ("half a head", Script::Answer("HTTP/1.1 200 O".to_owned())),
        ("not HTTP", Script::Answer("SSH-2.0-OpenSSH\r\n".to_owned())),
        ("half a body", Script::Answer(half.replace('\n', "\r\n"))),
        ("HTML from a gateway", answer(502, "content-type: text/html\r\n", "<html>Bad gateway</html>")),
        ("gateway timeout", json(504, &graph(2))),
        ("request timeout", answer(408, "", "")),
        ("a proxy's page", answer(403, "content-type: text/html\r\n", "<html>Blocked</html>")),
        ("an endless body", answer(400, "", &long)),
        ("an unavailable server", answer(503, "", "try later")),
    ] {
        let (outcome, requests) = sent(script).await;
        assert!(matches!(outcome, Outcome::Unknown { probably_accepted: false, .. }), "{what}: {outcome:?}");
        assert_eq!(requests.len(), 1, "{what}");
    }
}

#[tokio::test]
async fn success_that_cannot_be_read_is_probably_accepted() {
    let long = ACCEPTED.replace("wamid.OUT1", &"x".repeat(100 * 1024));
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"messages\":[{\"id\":\"wamid.1\"".to_owned();
    for (what, script) in [
        ("garbage", answer(200, "", "OK!")),
        ("no id", json(200, r#"{"messages":[]}"#)),
        ("half a body", Script::Answer(half)),
        ("a long body", json(200, &long)),
    ] {
        let (outcome, requests) = sent(script).await;
        assert!(matches!(outcome, Outcome::Unknown { probably_accepted: true, .. }), "{what}: {outcome:?}");
        assert_eq!(requests.len(), 1, "{what}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_token_goes_nowhere_else() {
    let elsewhere = Server::start(vec![json(200, ACCEPTED)]).await;
    for status in [301, 302, 307, 308] {
        let (outcome, requests) = sent(answer(status, &format!("location: {}/\r\n", elsewhere.url), "")).await;
        assert!(matches!(outcome, Outcome::Unknown { probably_accepted: false, .. }), "{outcome:?}");
        assert_eq!(requests.len(), 1);
    }
    assert_eq!(elsewhere.requests().len(), 0);
}

#[tokio::test]
async fn silence_is_unknown() {
    let server = Server::start(vec![Script::Silence]).await;
    let outcome = hasty_api_at(&server.url).send(&departure()).await;
    assert_eq!(outcome, Outcome::Unknown { cause: "no answer in time".to_owned(), probably_accepted: false });
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_was_never_made_is_proof_that_nothing_was_sent() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
    for url in [format!("http://{nobody}"), format!("https://{nobody}"), "http://nowhere.invalid".to_owned()] {
        let outcome = api_at(&url).send(&departure()).await;
        assert!(matches!(outcome, Outcome::NotSent { .. }), "{url}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_failed_tls_handshake_is_proof_that_nothing_was_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("https://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(stream.write_all(b"no TLS here, but enough bytes to see that").await);
        }
    });
    let outcome = api_at(&url).send(&departure()).await;
    assert!(matches!(outcome, Outcome::NotSent { .. }), "{outcome:?}");
}

#[tokio::test]
async fn every_request_has_a_connection_of_its_own() {
    let held = || match json(200, ACCEPTED) {
        Script::Answer(text) => Script::Held(text),
        other => other,
    };
    let server = Server::start(vec![held(), held()]).await;
    let api = api_at(&server.url);
    for _ in 0..2 {
        assert!(matches!(api.send(&departure()).await, Outcome::Accepted { .. }));
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn no_cause_shows_words_numbers_or_the_token() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port");
    let refused = api_at(&format!("http://{nobody}"));
    let shown = format!("{:?} {refused:?} {:?}", refused.send(&departure()).await, sent(Script::Reset).await.0);
    for secret in ["secret", "EAAB", "15550007777"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_probe_sends_nothing_and_takes_a_renewed_token_from_its_file() {
    let path = std::env::temp_dir().join(format!("wa-token-{}", uuid::Uuid::new_v4()));
    std::fs::write(&path, "renewed\n").expect("writable");
    let server = Server::start(vec![json(401, &graph(190)), json(200, r#"{"id":"700100200300400"}"#)]).await;
    let token = TokenSource::File { path: path.clone(), token: SecretString::from("expired") };
    let api = api_with(&server.url, Timeouts::default(), token);
    assert_eq!(class(&api.send(&departure()).await), Some(Class::Credential));
    assert!(api.probe().await);
    let requests = server.requests();
    assert!(requests[0].contains("Bearer expired"), "{requests:?}");
    assert!(requests[1].starts_with("GET /v26.0/700100200300400?fields=id HTTP/1.1"), "{requests:?}");
    assert!(requests[1].contains("Bearer renewed"), "{requests:?}");
    std::fs::remove_file(path).expect("removable");
}

#[tokio::test]
async fn a_probe_fails_on_anything_but_our_own_number() {
    for script in [json(401, &graph(190)), json(200, "{}"), answer(200, "", "<html>"), Script::Reset] {
        let server = Server::start(vec![script]).await;
        assert!(!api_at(&server.url).probe().await);
    }
}

#[tokio::test]
async fn a_group_is_known_unknown_or_could_not_be_checked() {
    let known = |subject: Option<&str>, suspended| GroupCheck::Known { subject: subject.map(Into::into), suspended };
    for (script, expected) in [
        (json(200, r#"{"id":"Y2Fw","subject":"Garden","suspended":false}"#), known(Some("Garden"), false)),
        (json(200, r#"{"id":"Y2Fw","subject":"Garden","suspended":true}"#), known(Some("Garden"), true)),
        (json(200, r#"{"id":"Y2Fw"}"#), known(None, false)),
        (json(400, &graph(131_207)), known(None, true)),
        (json(400, &graph(131_041)), GroupCheck::NotFound),
        (json(400, &graph(100)), GroupCheck::NotFound),
        (json(401, &graph(190)), GroupCheck::CouldNotCheck),
        (json(500, &graph(2)), GroupCheck::CouldNotCheck),
        (answer(404, "", "<html>"), GroupCheck::CouldNotCheck),
        (Script::Reset, GroupCheck::CouldNotCheck),
    ] {
        let server = Server::start(vec![script]).await;
        let id = GroupId::parse("Y2Fw/../x?y").expect("valid");
        assert_eq!(api_at(&server.url).group(&id).await, expected);
        let request = server.requests().pop().expect("one request");
        assert!(request.starts_with("GET /v26.0/Y2Fw%2F..%2Fx%3Fy?fields=subject,suspended HTTP/1.1"), "{request}");
    }
}

#[tokio::test]
async fn nobody_is_asked_about_a_legacy_group_id() {
    let server = Server::start(vec![]).await;
    let id = GroupId::parse("120363000000000001@g.us").expect("valid");
    assert_eq!(api_at(&server.url).group(&id).await, GroupCheck::CouldNotCheck);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn an_address_that_is_not_plain_is_refused() {
    for url in ["graph.facebook.com", "ftp://x", "https://", "https://u:p@x", "https://x/?a=b", "https://x/#a", ""] {
        assert!(plain_url(url).is_none(), "{url}");
    }
    let base = plain_url("https://proxy.example/graph/").expect("plain");
    assert_eq!(below(&base, &["v26.0", "7"]).as_str(), "https://proxy.example/graph/v26.0/7");
}
