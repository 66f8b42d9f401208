//! Every refusal, as `application/problem+json` (RFC 9457) with a stable `code`.
//!
//! The detail is for the person who asked; causes inside the daemon go to the log only.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::messages::Unavailable;
use crate::ports::StoreError;

/// Why a request was refused.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    allowed: Option<&'static str>,
}

#[derive(Serialize)]
struct Page<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: &'a str,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, detail: detail.into(), allowed: None }
    }

    /// 400: the request itself cannot be read.
    pub(super) fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: who asks is not known.
    pub(super) fn unauthorized(code: &'static str, detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403, code `forbidden`.
    pub(super) fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "the verification does not fit")
    }

    /// 404, code `not_found`.
    pub(super) fn not_found(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 405, code `method_not_allowed`.
    pub(super) fn method_not_allowed(allowed: &'static str) -> Self {
        let problem =
            Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", format!("this path takes {allowed}"));
        Self { allowed: Some(allowed), ..problem }
    }

    /// 408, code `too_slow`.
    pub(super) fn too_slow() -> Self {
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body did not arrive in time")
    }

    /// 409: what is asked for does not fit the present state.
    pub(super) fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413, code `too_large`.
    pub(super) fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("a body may have {limit} bytes here"))
    }

    /// 415, code `encoded_body`.
    pub(super) fn encoded() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoded_body", "send the body without a Content-Encoding")
    }

    /// 422: the request was read, and it cannot be done.
    pub(super) fn unprocessable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// 503, code `unavailable`. Asking again later is right.
    fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "this cannot be done now; ask again in a few seconds")
    }

    /// The stable code; also the label under which refusals are counted.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }
}

impl From<Unavailable> for Problem {
    fn from(error: Unavailable) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "a request was put off");
        Self::unavailable()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(Unavailable::from(error))
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let page = Page {
            r#type: "about:blank",
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
        };
        let mut answer = HttpResponse::build(self.status);
        match self.status {
            StatusCode::UNAUTHORIZED => answer.insert_header((WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => answer.insert_header((RETRY_AFTER, "5")),
            _ => &mut answer,
        };
        if let Some(allowed) = self.allowed {
            answer.insert_header((ALLOW, allowed));
        }
        answer.content_type("application/problem+json").body(serde_json::to_string(&page).unwrap_or_default())
    }
}
