//! `POST /people/forget`: removes what is known of a person, at their request.
//!
//! Neither the number nor the name stands in an answer or in a log. The same request again does no harm, and finishes
//! what was pending.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{HttpState, body};
use crate::domain::address::{Bsuid, Person, Phone};
use crate::ports::{Forgetting, Forgotten};

/// Largest body, in bytes.
const BODY_LIMIT: usize = 4096;
/// Longest business-scoped id, in bytes.
const BSUID_LIMIT: usize = 255;

/// Who is to be forgotten.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whom {
    number: Option<String>,
    user_id: Option<String>,
}

/// What was done.
#[derive(Serialize)]
struct ForgottenView {
    status: &'static str,
    withdrawn: u64,
    messages: u64,
    events: u64,
    replies: u64,
    people: u64,
    pending: u64,
    detail: &'static str,
}

/// `POST /people/forget`.
pub(super) async fn forget(
    request: HttpRequest,
    payload: Payload,
    state: Data<HttpState>,
) -> Result<HttpResponse, Problem> {
    let person = whom(&body::read(&request, payload, BODY_LIMIT).await?)?;
    match state.people.forget(&person, state.clock.now()).await? {
        Forgetting::Owner => Err(Problem::conflict("is_the_owner", "the owner of this installation is not forgotten")),
        Forgetting::Done(done) => {
            metrics::counter!("wa_forgotten_total").increment(done.rows());
            tracing::info!(rows = done.rows(), pending = done.pending, "a person was forgotten at their request");
            Ok(HttpResponse::Ok().json(ForgottenView::from(done)))
        }
    }
}

/// Reads who is meant.
fn whom(body: &[u8]) -> Result<Person, Problem> {
    let whom: Whom = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let phone = whom.number.as_deref().map(|number| Phone::parse(number).ok_or_else(bad_number)).transpose()?;
    let bsuid = whom.user_id.as_deref().map(|id| bsuid(id).ok_or_else(bad_user_id)).transpose()?;
    Person::new(phone, bsuid)
        .ok_or_else(|| Problem::unprocessable("invalid_body", "name a number, a user_id, or both of one person"))
}

fn bsuid(id: &str) -> Option<Bsuid> {
    Bsuid::parse(id).filter(|id| id.as_str().len() <= BSUID_LIMIT && !id.as_str().contains(char::is_whitespace))
}

fn bad_number() -> Problem {
    Problem::unprocessable("invalid_number", "number is a WhatsApp number with its country code, 5 to 15 digits")
}

fn bad_user_id() -> Problem {
    Problem::unprocessable("invalid_user_id", "user_id is a business-scoped id such as US.4400112233445566")
}

/// Says what is wrong with the form, and repeats nothing of what was sent.
fn unreadable(error: &serde_json::Error) -> Problem {
    if error.is_data() {
        let detail = r#"the body is {"number":"+1 555 000 9901"} or {"user_id":"US.4400112233445566"}"#;
        Problem::unprocessable("invalid_body", detail)
    } else {
        Problem::bad_request("malformed_json", "the body is not JSON")
    }
}

impl From<Forgotten> for ForgottenView {
    fn from(done: Forgotten) -> Self {
        let Forgotten { withdrawn, messages, events, replies, people, pending } = done;
        let status = if pending == 0 { "forgotten" } else { "pending" };
        Self { status, withdrawn, messages, events, replies, people, pending, detail: done.what_follows() }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::TestRequest;
    use serde_json::{Value, json};

    use super::*;
    use crate::http::rig::Pretended;

    fn post(body: &Value) -> TestRequest {
        TestRequest::post().uri("/people/forget").set_payload(body.to_string())
    }

    #[actix_web::test]
    async fn a_person_is_named_by_number_by_id_or_by_both() {
        let number = Phone::parse("15550009901");
        let id = Bsuid::parse("US.44");
        for (body, phone, bsuid) in [
            (json!({"number": "+1 555-000 9901"}), number.clone(), None),
            (json!({"user_id": "US.44"}), None, id.clone()),
            (json!({"number": "15550009901", "user_id": " US.44 "}), number, id),
        ] {
            let daemon = Pretended::default();
            let answer = daemon.admin(post(&body)).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            assert_eq!(daemon.shelf().forgotten, [Person { phone, bsuid }]);
        }
    }

    #[actix_web::test]
    async fn the_answer_counts_what_was_removed_and_what_is_pending() {
        let daemon = Pretended::default();
        let done = Forgotten { withdrawn: 1, messages: 2, events: 3, replies: 4, people: 5, pending: 0 };
        daemon.shelf().forgetting = Some(Forgetting::Done(done));
        let answer = daemon.admin(post(&json!({"number": "15550009901"}))).await.json();
        let counts = json!([1, 2, 3, 4, 5, 0]);
        let names = ["withdrawn", "messages", "events", "replies", "people", "pending"];
        assert_eq!(json!(names.map(|name| answer[name].clone())), counts);
        assert_eq!(answer["status"], "forgotten");
        daemon.shelf().forgetting = Some(Forgetting::Done(Forgotten { pending: 2, people: 0, ..done }));
        let answer = daemon.admin(post(&json!({"number": "15550009901"}))).await.json();
        assert_eq!((&answer["status"], &answer["pending"]), (&json!("pending"), &json!(2)));
        assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains("hour")), "{answer}");
    }

    #[actix_web::test]
    async fn the_owner_is_refused() {
        let daemon = Pretended::default();
        daemon.shelf().forgetting = Some(Forgetting::Owner);
        let answer = daemon.admin(post(&json!({"number": "15550007777"}))).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::CONFLICT, "is_the_owner"));
    }

    #[actix_web::test]
    async fn a_request_that_cannot_be_read_is_refused_and_never_repeated() {
        let long = "x".repeat(300);
        for (body, status, code) in [
            ("{", 400, "malformed_json"),
            ("{}", 422, "invalid_body"),
            (r#"{"number":7155500099012345}"#, 422, "invalid_body"),
            (r#"{"numbers":"15550009901"}"#, 422, "invalid_body"),
            (r#"{"number":"15550009901 x"}"#, 422, "invalid_number"),
            (r#"{"number":""}"#, 422, "invalid_number"),
            (r#"{"user_id":" "}"#, 422, "invalid_user_id"),
            (r#"{"user_id":"US 15550009901"}"#, 422, "invalid_user_id"),
            (&format!(r#"{{"user_id":"{long}"}}"#), 422, "invalid_user_id"),
        ] {
            let daemon = Pretended::default();
            let request = TestRequest::post().uri("/people/forget").set_payload(body.to_owned());
            let answer = daemon.admin(request).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{body}");
            assert!(!answer.body.contains("1555000990"), "{}", answer.body);
            assert!(daemon.shelf().forgotten.is_empty());
        }
    }
}
