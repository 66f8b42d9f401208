//! Meta's webhook: the verification handshake, and the events.
//!
//! Before the answer to a request with events there is this and nothing else: read the raw bytes, check the signature,
//! cut the body into events, have them recorded. 200 means durable; everything else makes Meta send them again.

use actix_web::http::header::{ContentType, HeaderValue};
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use secrecy::SecretString;
use serde::Deserialize;

use super::problem::Problem;
use super::{HttpState, Token, body};
use crate::failpoint::{failpoint, planted};
use crate::messages::{Ingest, Unavailable, ask};
use crate::whatsapp::decode::read_body;
use crate::whatsapp::signature::verify as verify_signature;

/// Largest body, in bytes: above the 3 MB that Meta names for one request.
const BODY_LIMIT: usize = 4 * 1024 * 1024;
/// Longest challenge that is echoed.
const CHALLENGE_LIMIT: usize = 128;

/// What the webhook is checked against.
#[derive(Clone)]
pub struct WebhookSettings {
    /// App secrets that may have signed a request; never empty.
    pub app_secrets: Vec<SecretString>,
    /// Token of the verification handshake.
    pub verify_token: Token,
    /// Our business phone number id: messages to another one are not ours.
    pub phone_number_id: String,
    /// Our WhatsApp business account id.
    pub business_account_id: String,
}

/// `POST /webhook/whatsapp`.
pub(super) async fn receive(request: HttpRequest, payload: Payload, state: Data<HttpState>) -> HttpResponse {
    let result = take(&request, payload, &state).await;
    let outcome = result.as_ref().map_or_else(Problem::code, |()| "accepted");
    metrics::counter!("wa_webhook_requests_total", "outcome" => outcome).increment(1);
    match result {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(problem) if problem.code() == BAD_SIGNATURE => HttpResponse::Unauthorized().finish(),
        Err(problem) => problem.error_response(),
    }
}

async fn take(request: &HttpRequest, payload: Payload, state: &HttpState) -> Result<(), Problem> {
    let received_at = state.clock.now();
    let signatures: Vec<&[u8]> = request.headers().get_all("X-Hub-Signature-256").map(HeaderValue::as_bytes).collect();
    // Spares us the body of whoever does not even try.
    if signatures.is_empty() {
        return Err(bad_signature());
    }
    // Planted: what a web framework takes by default.
    let limit = if planted!("small_bodies_only") { 256 * 1024 } else { BODY_LIMIT };
    let body = body::read(request, payload, limit).await?;
    failpoint!("in.body_read").map_err(Unavailable::from)?;
    let webhook = &state.webhook;
    verify_signature(&webhook.app_secrets, &signatures, &body).map_err(|_| bad_signature())?;
    failpoint!("in.sig_ok").map_err(Unavailable::from)?;
    let events = read_body(&body, &webhook.phone_number_id, &webhook.business_account_id);
    if !events.is_empty() {
        ask(&state.inbox_entry, Ingest { events, received_at }).await?;
    }
    failpoint!("in.acked").map_err(Unavailable::from)?;
    Ok(())
}

const BAD_SIGNATURE: &str = "bad_signature";

fn bad_signature() -> Problem {
    Problem::unauthorized(BAD_SIGNATURE, "the signature is missing or wrong")
}

/// The query of the handshake (Meta, "Webhooks: getting started").
#[derive(Deserialize)]
struct Handshake {
    #[serde(rename = "hub.mode")]
    mode: String,
    #[serde(rename = "hub.verify_token")]
    token: String,
    #[serde(rename = "hub.challenge")]
    challenge: String,
}

/// `GET /webhook/whatsapp`.
pub(super) async fn verify(request: HttpRequest, state: Data<HttpState>) -> HttpResponse {
    match Query::<Handshake>::from_query(request.query_string()) {
        Ok(query) if is_genuine(&query, &state.webhook.verify_token) => {
            HttpResponse::Ok().content_type(ContentType::plaintext()).body(query.into_inner().challenge)
        }
        _ => Problem::forbidden().error_response(),
    }
}

fn is_genuine(query: &Handshake, token: &Token) -> bool {
    let plain = query.challenge.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let sized = (1..=CHALLENGE_LIMIT).contains(&query.challenge.len());
    token.matches(query.token.as_bytes()) && query.mode == "subscribe" && plain && sized
}

#[cfg(test)]
mod tests;
