//! The job endpoints as another program meets them.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::super::rig::{Answer, Pretended, at, group, job};
use super::*;
use crate::domain::address::{Address, GroupId, Wamid};
use crate::domain::content::Content;
use crate::domain::outbox::{Delivery, Entry, NewEntry, PostOf, Purpose, State};
use crate::ports::JobCursor;

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn post(body: &Value) -> TestRequest {
    TestRequest::post().uri("/jobs").set_payload(body.to_string())
}

fn draft() -> Value {
    json!({"groups": ["team"], "text": "Daily sync at 09:00", "at": "2026-11-22T08:55:00+02:00"})
}

fn with_team() -> Pretended {
    let daemon = Pretended::default();
    daemon.shelf().groups = vec![group("family"), group("team")];
    daemon
}

fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), answer.code())
}

#[actix_web::test]
async fn a_job_is_created_and_shown_as_the_contract_has_it() {
    let daemon = with_team();
    let answer = daemon.admin(post(&draft())).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::CREATED, "/jobs/1"));
    let expected = json!({
        "id": 1, "state": "active", "groups": ["team"], "text": "Daily sync at 09:00",
        "next_due_at": "2026-11-22T06:55:00Z", "timezone": "Asia/Jerusalem", "recurrence": null,
        "created_at": "2026-11-21T10:00:00Z"
    });
    assert_eq!(answer.json(), expected);
    let shelf = daemon.shelf();
    assert!(shelf.drafts[0].created_from.starts_with("api:"));
    assert_eq!(shelf.drafts[0].slot.local_time.to_string(), "2026-11-22 08:55:00");
}

#[actix_web::test]
async fn a_phrase_may_stand_for_the_instant() {
    let daemon = with_team();
    let body = json!({"groups": ["Team", " TEAM "], "text": "x", "when": "tomorrow 9am"});
    let answer = daemon.admin(post(&body)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    assert_eq!(answer.json()["next_due_at"], "2026-11-22T07:00:00Z");
    assert_eq!(answer.json()["groups"], json!(["team"]));
}

#[actix_web::test]
async fn fractions_of_a_second_are_kept_to_the_millisecond() {
    let daemon = with_team();
    let mut body = draft();
    body["at"] = json!("2026-11-22T06:55:00.2509Z");
    assert_eq!(daemon.admin(post(&body)).await.json()["next_due_at"], "2026-11-22T06:55:00.250Z");
}

#[actix_web::test]
async fn every_draft_that_cannot_be_a_job_is_refused_with_its_reason() {
    let table: [(Value, u16, &str); 19] = [
        (json!({"at": "2026-11-22"}), 422, "invalid_at"),
        (json!({"at": "2026-11-22T08:55:00"}), 422, "invalid_at"),
        (json!({"at": "9999-12-31T23:59:59-12:00"}), 422, "invalid_at"),
        (json!({"at": "tomorrow 9am"}), 422, "invalid_at"),
        (json!({"at": "2026-11-21T10:00:00Z"}), 422, "in_the_past"),
        (json!({"at": "2020-01-01T00:00:00Z"}), 422, "in_the_past"),
        (json!({"at": null}), 422, "invalid_body"),
        (json!({"when": "tomorrow 9am"}), 422, "invalid_body"),
        (json!({"at": null, "when": "soonish"}), 422, "invalid_when"),
        (json!({"at": null, "when": "2020-01-01T00:00:00Z"}), 422, "in_the_past"),
        (json!({"text": ""}), 422, "invalid_text"),
        (json!({"text": " \n"}), 422, "invalid_text"),
        (json!({"text": "a\0b"}), 422, "invalid_text"),
        (json!({"text": "x".repeat(4097)}), 422, "invalid_text"),
        (json!({"text": 5}), 422, "invalid_body"),
        (json!({"groups": []}), 422, "invalid_body"),
        (json!({"groups": ["team", "nobody"]}), 422, "unknown_group"),
        (json!({"groups": "team"}), 422, "invalid_body"),
        (json!({"state": "done"}), 422, "invalid_body"),
    ];
    for (changes, status, code) in table {
        let daemon = with_team();
        let mut body = draft();
        for (name, value) in changes.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let answer = daemon.admin(post(&body)).await;
        assert_eq!(refusal(&answer), (status, code.to_owned()), "{changes}: {}", answer.body);
        assert!(daemon.shelf().drafts.is_empty(), "{changes}");
    }
}

#[actix_web::test]
async fn the_longest_text_is_taken_in_any_script() {
    for letter in ["x", "ש", "🎉"] {
        let mut body = draft();
        body["text"] = json!(letter.repeat(4096));
        assert_eq!(with_team().admin(post(&body)).await.status, StatusCode::CREATED, "{letter}");
    }
}

#[actix_web::test]
async fn a_body_that_is_no_json_or_too_large_is_refused() {
    for (body, expected) in [
        (String::new(), (400, "malformed_json")),
        ("{\"groups\":".to_owned(), (400, "malformed_json")),
        ("[]".to_owned(), (422, "invalid_body")),
        (" ".repeat(200_000), (413, "too_large")),
    ] {
        let answer = with_team().admin(TestRequest::post().uri("/jobs").set_payload(body)).await;
        assert_eq!(refusal(&answer), (expected.0, expected.1.to_owned()));
    }
}

#[actix_web::test]
async fn an_unknown_group_is_answered_with_those_there_are() {
    let mut body = draft();
    body["groups"] = json!(["nobody"]);
    let answer = with_team().admin(post(&body)).await;
    assert_eq!(answer.json()["detail"], "there is no group \"nobody\"; registered are: family, team");
}

#[actix_web::test]
async fn the_same_key_and_body_give_the_same_job_whatever_happened_since() {
    let daemon = with_team();
    let keyed = || post(&draft()).insert_header(("Idempotency-Key", "order-7"));
    let first = daemon.admin(keyed()).await;
    daemon.shelf().groups.clear();
    let again = daemon.admin(keyed()).await;
    assert_eq!((again.status, again.header("location")), (StatusCode::CREATED, "/jobs/1"));
    assert_eq!(first.json(), again.json());
    assert_eq!(daemon.shelf().drafts.len(), 1);
    assert_eq!(daemon.shelf().drafts[0].created_from, "api:order-7");
}

#[actix_web::test]
async fn the_same_key_with_another_body_is_refused() {
    let daemon = with_team();
    daemon.admin(post(&draft()).insert_header(("Idempotency-Key", "order-7"))).await;
    let mut other = draft();
    other["text"] = json!("something else");
    let answer = daemon.admin(post(&other).insert_header(("Idempotency-Key", "order-7"))).await;
    assert_eq!(refusal(&answer), (422, "idempotency_key_reused".to_owned()));
}

#[actix_web::test]
async fn a_job_that_somebody_else_made_meanwhile_under_the_key_is_not_passed_off_as_ours() {
    let daemon = with_team();
    daemon.shelf().jobs.push(("api:order-7".to_owned(), job(1)));
    let answer = daemon.admin(post(&draft()).insert_header(("Idempotency-Key", "order-7"))).await;
    assert_eq!(refusal(&answer), (422, "idempotency_key_reused".to_owned()));
}

#[actix_web::test]
async fn without_a_key_every_request_makes_a_job() {
    let daemon = with_team();
    daemon.admin(post(&draft())).await;
    assert_eq!(daemon.admin(post(&draft())).await.header("location"), "/jobs/2");
}

#[actix_web::test]
async fn a_key_that_cannot_be_one_is_refused() {
    let long = "k".repeat(201);
    for keys in [&[""][..], &[&long], &["ключ"], &["one", "two"]] {
        let mut request = post(&draft());
        for key in keys {
            request = request.append_header(("Idempotency-Key", *key));
        }
        let answer = with_team().admin(request).await;
        assert_eq!(refusal(&answer), (400, "invalid_idempotency_key".to_owned()), "{keys:?}");
    }
}

#[actix_web::test]
async fn a_list_is_walked_page_by_page() {
    let daemon = Pretended::default();
    daemon.shelf().jobs = (1..=5).map(|id| (String::new(), job(id))).collect();
    let (mut seen, mut path) = (Vec::new(), "/jobs?limit=2".to_owned());
    loop {
        let page = daemon.admin(get(&path)).await.json();
        seen.extend(page["jobs"].as_array().expect("jobs").iter().map(|job| job["id"].as_i64().expect("id")));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/jobs?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    let after = JobCursor { due_at: Some(at("2026-11-22T06:55:00Z")), id: 2 };
    assert_eq!(daemon.shelf().lists[1], (JobFilter::default(), Some(after), 3));
}

#[actix_web::test]
async fn a_list_may_be_narrowed_by_states_and_group() {
    let daemon = Pretended::default();
    let answer = daemon.admin(get("/jobs?state=done,cancelled&group=Team")).await;
    assert_eq!(answer.json(), json!({"jobs": [], "next_cursor": null}));
    let filter = JobFilter {
        states: vec![JobState::Done, JobState::Cancelled],
        group: Some("team".to_owned()),
        ..JobFilter::default()
    };
    assert_eq!(daemon.shelf().lists[0], (filter, None, PAGE + 1));
}

#[actix_web::test]
async fn a_query_that_cannot_be_read_is_refused() {
    for query in ["limit=0", "limit=501", "limit=ten", "state=due", "state=", "cursor=abc", "sate=done"] {
        let answer = Pretended::default().admin(get(&format!("/jobs?{query}"))).await;
        assert_eq!(refusal(&answer), (400, "invalid_query".to_owned()), "{query}");
    }
}

fn entry() -> Entry {
    let to = Address::Group(GroupId::parse("Y2FwaV9ncm91cA").expect("valid"));
    let new =
        NewEntry::planned(Purpose::Post, "post:12".to_owned(), to, Content::text("x"), at("2026-11-22T06:55:00Z"));
    Entry {
        id: 31,
        purpose: new.purpose,
        key: new.key,
        post: Some(PostOf { job_id: 12, group: "team".to_owned(), due_at: at("2026-11-22T06:55:00Z") }),
        to: new.to,
        content: new.content,
        quoting: None,
        not_before: new.not_before,
        expires_at: None,
        state: State::Accepted,
        delivery: Some(Delivery::Read),
        held_by: None,
        revision: 3,
        attempt: 1,
        retries: 0,
        asked_at: None,
        deadline_at: None,
        wamid: Wamid::parse("wamid.AA"),
        error: None,
        created_at: new.not_before,
        accepted_at: None,
    }
}

#[actix_web::test]
async fn one_job_is_shown_with_its_posts_and_their_delivery() {
    let daemon = Pretended::default();
    daemon.shelf().jobs = vec![(String::new(), job(12))];
    daemon.shelf().posts = vec![entry()];
    let answer = daemon.admin(get("/jobs/12")).await;
    let posts = json!([{
        "group": "team", "due_at": "2026-11-22T06:55:00Z", "state": "accepted", "delivery": "read",
        "wamid": "wamid.AA", "error": null
    }]);
    assert_eq!((answer.status, &answer.json()["posts"]), (StatusCode::OK, &posts));
}

#[actix_web::test]
async fn a_job_whose_text_is_no_longer_kept_says_so() {
    let daemon = Pretended::default();
    let gone = Job { state: JobState::Done, text: String::new(), next_due_at: None, ..job(12) };
    daemon.shelf().jobs = vec![(String::new(), gone), (String::new(), job(13))];
    daemon.shelf().posts = vec![Entry { content: Content::Removed, ..entry() }];
    let removed = daemon.admin(get("/jobs/12")).await.json();
    assert_eq!((&removed["text"], &removed["text_removed"]), (&json!(""), &json!(true)));
    assert_eq!(removed["posts"][0]["delivery"], "read");
    assert_eq!(daemon.admin(get("/jobs/13")).await.json()["text_removed"], json!(null));
}

#[actix_web::test]
async fn a_job_that_does_not_exist_is_not_found() {
    for id in ["13", "0", "-1", "twelve", "99999999999999999999"] {
        let answer = Pretended::default().admin(get(&format!("/jobs/{id}"))).await;
        assert_eq!(refusal(&answer), (404, "not_found".to_owned()), "{id}");
    }
}

#[actix_web::test]
async fn cancelling_says_what_became_of_the_job() {
    let table = [
        (Cancelled::Unknown, 404, "not_found"),
        (Cancelled::Already(job(12)), 409, "already_cancelled"),
        (Cancelled::Over(job(12)), 409, "already_done"),
        (Cancelled::Sending(job(12)), 409, "being_sent"),
    ];
    let daemon = Pretended::default();
    for (outcome, status, code) in table {
        daemon.shelf().cancel = Some(outcome);
        let answer = daemon.admin(TestRequest::delete().uri("/jobs/12")).await;
        assert_eq!(refusal(&answer), (status, code.to_owned()));
    }
    daemon.shelf().cancel = Some(Cancelled::Done(Job { state: JobState::Cancelled, ..job(12) }));
    let answer = daemon.admin(TestRequest::delete().uri("/jobs/12")).await;
    assert_eq!((answer.status, &answer.json()["state"]), (StatusCode::OK, &json!("cancelled")));
}

#[actix_web::test]
async fn a_store_that_is_down_is_a_503_everywhere() {
    let daemon = with_team();
    daemon.shelf().down = true;
    for request in [
        get("/jobs"),
        get("/jobs/12"),
        get("/groups"),
        post(&draft()),
        TestRequest::delete().uri("/jobs/12"),
        TestRequest::post().uri("/owner/repair"),
        TestRequest::post().uri("/people/forget").set_payload(r#"{"number":"15550009901"}"#),
    ] {
        assert_eq!(refusal(&daemon.admin(request).await), (503, "unavailable".to_owned()));
    }
}
