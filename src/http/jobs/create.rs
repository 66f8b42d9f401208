//! `POST /jobs`: a job from another program.
//!
//! An `Idempotency-Key` makes the request repeatable: whatever happened to the groups or the clock since, the same key
//! with the same body gets the same job, and never a second one.

use actix_web::http::header::{HeaderMap, LOCATION};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::super::problem::Problem;
use super::super::{HttpState, body};
use super::view::JobView;
use crate::domain::content::TEXT_LIMIT;
use crate::domain::group::alias_key;
use crate::domain::job::{Job, NewJob};
use crate::domain::recurrence::Slot;
use crate::domain::when::{self, Code};
use crate::messages::{Schedule, Unavailable, ask};

/// Largest body, in bytes: the longest text with every character escaped, and room for the groups.
const BODY_LIMIT: usize = 128 * 1024;
/// Longest `Idempotency-Key`, in characters.
const KEY_LIMIT: usize = 200;

/// What a caller may say about a new job.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    groups: Vec<String>,
    text: String,
    at: Option<String>,
    when: Option<String>,
}

/// What caused the job, and the digest of the request.
struct Cause {
    created_from: String,
    fingerprint: String,
}

/// `POST /jobs`.
pub(in crate::http) async fn create(
    request: HttpRequest,
    payload: Payload,
    state: Data<HttpState>,
) -> Result<HttpResponse, Problem> {
    let key = idempotency_key(request.headers())?;
    let body = body::read(&request, payload, BODY_LIMIT).await?;
    let fingerprint = hex::encode(Sha256::digest(&body));
    let created_from = format!("api:{}", key.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string()));
    let cause = Cause { created_from, fingerprint };
    if key.is_some()
        && let Some(job) = state.jobs.made_by(&cause.created_from).await?
    {
        return answer(job, &cause);
    }
    let job = draft(&body, &cause, &state).await?;
    let added = ask(&state.schedule, Schedule { jobs: vec![job] }).await?;
    // A request under the same key may have come in between: then this is its job, and perhaps not ours.
    let added = added.into_iter().next().ok_or_else(|| Problem::from(Unavailable::Fault))?;
    answer(added.job, &cause)
}

/// Answers with the job, unless another request made it under the same key.
fn answer(job: Job, cause: &Cause) -> Result<HttpResponse, Problem> {
    if job.fingerprint.as_ref() != Some(&cause.fingerprint) {
        let detail = "this Idempotency-Key belongs to another request; use a new one";
        return Err(Problem::unprocessable("idempotency_key_reused", detail));
    }
    Ok(HttpResponse::Created().insert_header((LOCATION, format!("/jobs/{}", job.id))).json(JobView::from(job)))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut keys = headers.get_all("Idempotency-Key");
    match (keys.next(), keys.next()) {
        (None, _) => Ok(None),
        (Some(key), None) => {
            let key = key.to_str().ok().map(str::trim).filter(|key| (1..=KEY_LIMIT).contains(&key.len()));
            key.map(|key| Some(key.to_owned())).ok_or_else(bad_key)
        }
        (Some(_), Some(_)) => Err(bad_key()),
    }
}

fn bad_key() -> Problem {
    let detail = format!("an Idempotency-Key is 1 to {KEY_LIMIT} characters of ASCII, and there is at most one");
    Problem::bad_request("invalid_idempotency_key", detail)
}

/// Reads and checks the body.
async fn draft(body: &[u8], cause: &Cause, state: &HttpState) -> Result<NewJob, Problem> {
    let draft: Draft = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    let now = state.clock.now();
    check_text(&draft.text)?;
    let zone = state.sessions.load().await?.zone.unwrap_or(state.zone);
    let slot = slot(draft.at.as_deref(), draft.when.as_deref(), now, zone)?;
    Ok(NewJob {
        text: draft.text,
        groups: known_groups(&draft.groups, state).await?,
        slot,
        created_from: cause.created_from.clone(),
        fingerprint: Some(cause.fingerprint.clone()),
        created_at: now,
    })
}

fn unreadable(error: &serde_json::Error) -> Problem {
    if error.is_data() {
        Problem::unprocessable("invalid_body", format!("the body does not describe a job: {error}"))
    } else {
        Problem::bad_request("malformed_json", "the body is not JSON")
    }
}

fn check_text(text: &str) -> Result<(), Problem> {
    let sized = (1..=TEXT_LIMIT).contains(&text.chars().count());
    // PostgreSQL cannot keep U+0000, and a blank text cannot be sent.
    if sized && !text.trim().is_empty() && !text.contains('\0') {
        return Ok(());
    }
    let detail = format!("text is 1 to {TEXT_LIMIT} characters, not all of them blank, and none of them U+0000");
    Err(Problem::unprocessable("invalid_text", detail))
}

fn slot(at: Option<&str>, phrase: Option<&str>, now: DateTime<Utc>, zone: Tz) -> Result<Slot, Problem> {
    match (at, phrase) {
        (Some(at), None) => from_instant(at, now, zone),
        (None, Some(phrase)) => from_phrase(phrase, now, zone),
        _ => Err(Problem::unprocessable("invalid_body", "say either at or when")),
    }
}

/// Reads `at`, to the millisecond. A leap second counts as the second after it.
fn from_instant(text: &str, now: DateTime<Utc>, zone: Tz) -> Result<Slot, Problem> {
    let due_at = DateTime::parse_from_rfc3339(text)
        .ok()
        .and_then(|at| DateTime::from_timestamp_millis(at.timestamp_millis()))
        .filter(|at| at.year() <= 9999)
        .ok_or_else(|| {
            let detail = "at is an instant such as 2026-11-22T08:55:00+02:00 (RFC 3339 with an offset)";
            Problem::unprocessable("invalid_at", detail)
        })?;
    if due_at <= now {
        return Err(Problem::unprocessable("in_the_past", "at is over already"));
    }
    Ok(Slot { due_at, local_time: due_at.with_timezone(&zone).naive_local(), zone, recurrence: None })
}

fn from_phrase(phrase: &str, now: DateTime<Utc>, zone: Tz) -> Result<Slot, Problem> {
    match when::understand(phrase, now, &when::Settings::new(zone)) {
        Ok(understood) => Slot::of(phrase, understood, now)
            .ok_or_else(|| Problem::unprocessable("invalid_when", "the series is over before it begins")),
        Err(refusal) => {
            let code = if refusal.code == Code::Past { "in_the_past" } else { "invalid_when" };
            Err(Problem::unprocessable(code, refusal.to_string()))
        }
    }
}

/// The aliases as they are stored, each once; all of them must be registered.
async fn known_groups(given: &[String], state: &HttpState) -> Result<Vec<String>, Problem> {
    let mut aliases: Vec<String> = Vec::new();
    for alias in given.iter().map(|alias| alias_key(alias)) {
        if !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    let registered = state.directory.groups().await?;
    let unknown = aliases.iter().find(|alias| registered.iter().all(|group| group.alias != **alias));
    let known = || registered.iter().map(|group| group.alias.as_str()).collect::<Vec<_>>().join(", ");
    match unknown {
        Some(alias) => {
            let detail = format!("there is no group {alias:?}; registered are: {}", known());
            Err(Problem::unprocessable("unknown_group", detail))
        }
        None if aliases.is_empty() => {
            let detail = format!("name at least one group; registered are: {}", known());
            Err(Problem::unprocessable("invalid_body", detail))
        }
        None => Ok(aliases),
    }
}
