//! Tokens that callers must know: the admin's, and the one of the webhook verification.
//!
//! Only digests are compared, in constant time; a token itself is not kept. The admin's is taken from headers only, never
//! from a query or a cookie, so a link or a foreign page cannot use it.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::HttpState;
use super::problem::Problem;

/// SHA-256 of a token; only good for comparing.
#[derive(Clone)]
pub struct Token([u8; 32]);

impl Token {
    /// Takes the digest of a token.
    pub fn new(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose_secret().as_bytes()).into())
    }

    /// Compares in constant time.
    pub(super) fn matches(&self, given: &[u8]) -> bool {
        self.0.ct_eq(&<[u8; 32]>::from(Sha256::digest(given))).into()
    }
}

/// Lets a request through when it brings the admin's token.
pub(super) async fn require_admin<B: MessageBody>(
    state: Data<HttpState>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if state.admin.as_ref().is_some_and(|token| admits(token, request.headers())) {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    }
    metrics::counter!("wa_admin_refused_total").increment(1);
    let refusal = Problem::unauthorized("unauthorized", "send the admin token as X-Admin-Token");
    Ok(request.into_response(refusal.error_response()).map_into_right_body())
}

/// True when at least one token is given and every one that is given is right.
fn admits(token: &Token, headers: &HeaderMap) -> bool {
    let plain = headers.get_all("X-Admin-Token").map(|value| Some(value.as_bytes()));
    let bearer = headers.get_all(AUTHORIZATION).map(|value| bearer(value.as_bytes()));
    let verdicts: Vec<bool> = plain.chain(bearer).map(|given| given.is_some_and(|t| token.matches(t))).collect();
    !verdicts.is_empty() && verdicts.iter().all(|right| *right)
}

/// The token of an `Authorization: Bearer` value; `None` for any other scheme.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(given: &[(&'static str, &'static str)]) -> HeaderMap {
        given.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn the_token_is_taken_from_either_header_and_nothing_else_is() {
        let token = Token::new(&SecretString::from("s3cret"));
        let table: [(&[(&str, &str)], bool); 12] = [
            (&[("x-admin-token", "s3cret")], true),
            (&[("authorization", "Bearer s3cret")], true),
            (&[("authorization", "bearer  s3cret")], true),
            (&[("x-admin-token", "s3cret"), ("authorization", "Bearer s3cret")], true),
            (&[], false),
            (&[("x-admin-token", "")], false),
            (&[("x-admin-token", "S3CRET")], false),
            (&[("x-admin-token", "s3cret0")], false),
            (&[("x-admin-token", "s3cret"), ("x-admin-token", "guess")], false),
            (&[("authorization", "Basic s3cret")], false),
            (&[("authorization", "s3cret")], false),
            (&[("cookie", "X-Admin-Token=s3cret")], false),
        ];
        for (given, admitted) in table {
            assert_eq!(admits(&token, &headers(given)), admitted, "{given:?}");
        }
    }
}
