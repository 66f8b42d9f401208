//! Errors as the Graph API words them: the HTTP answer, and the same error inside a status webhook.
//!
//! The table gives each code its HTTP status and title (Meta, "Error codes" and "Groups error codes"). An error never
//! repeats a message text or a number.

use serde_json::{Value, json};

use super::json::put;

const HELP: &str = "/documentation/business-messaging/whatsapp/support/error-codes";

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GraphError {
    pub code: i64,
    pub http: u16,
    title: String,
    details: String,
    subcode: Option<i64>,
}

impl GraphError {
    /// The error with this code, with the HTTP status and title of Meta's table.
    pub fn new(code: i64, details: impl Into<String>) -> Self {
        let (http, title) = table(code);
        Self { code, http, title: title.to_owned(), details: details.into(), subcode: None }
    }

    /// 100 with its own sentence, as the Graph API words a wrong parameter.
    pub fn parameter(sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        Self { title: sentence.clone(), ..Self::new(100, sentence) }
    }

    /// The answer for an id that is no object of this token.
    pub fn no_such_object(id: &str) -> Self {
        let title = format!(
            "Unsupported post request. Object with ID '{id}' does not exist, cannot be loaded due to missing \
             permissions, or does not support this operation. Please read the Graph API documentation at \
             https://developers.facebook.com/docs/graph-api"
        );
        Self { title, subcode: Some(33), ..Self::new(100, "") }
    }

    /// The same error with another HTTP status.
    pub fn with_http(self, http: u16) -> Self {
        Self { http, ..self }
    }

    /// The body of the HTTP answer.
    pub fn body(&self, trace: &str) -> Value {
        // Token and object errors are the Graph platform's own and carry no `(#code)` in front.
        let plain = self.code == 190 || self.subcode.is_some();
        let message = if plain { self.title.clone() } else { format!("(#{}) {}", self.code, self.title) };
        let kind = if self.subcode.is_some() { "GraphMethodException" } else { "OAuthException" };
        let mut error = json!({ "message": message, "type": kind, "code": self.code, "fbtrace_id": trace });
        if let Some(subcode) = self.subcode {
            put(&mut error, "error_subcode", subcode);
        }
        if matches!(self.code, 1 | 2 | 131_000 | 131_016) {
            put(&mut error, "is_transient", true);
        }
        if !self.details.is_empty() {
            put(&mut error, "error_data", json!({ "messaging_product": "whatsapp", "details": self.details }));
        }
        json!({ "error": error })
    }

    /// The error as one element of `statuses[].errors` or `groups[].errors`.
    pub fn in_webhook(&self) -> Value {
        json!({ "code": self.code, "title": self.title, "message": self.title,
                "error_data": { "details": self.details }, "href": HELP })
    }
}

/// HTTP status and title of a code.
fn table(code: i64) -> (u16, &'static str) {
    match code {
        0 => (401, "AuthException"),
        1 => (400, "API Unknown"),
        2 => (503, "API Service"),
        3 => (500, "API Method"),
        4 => (400, "Application request limit reached"),
        10 | 200..=299 => (403, "Permission Denied"),
        33 => (400, "Parameter value is not valid"),
        100 => (400, "Invalid parameter"),
        190 => (401, "Invalid OAuth access token - Cannot parse access token"),
        368 => (403, "Temporarily blocked for policies violations"),
        80_007 => (400, "Rate limit issues"),
        130_429 => (400, "Rate limit hit"),
        130_497 => (403, "Business account is restricted from messaging users in this country"),
        131_000 => (500, "Something went wrong"),
        131_005 => (403, "Access denied"),
        131_008 => (400, "Required parameter is missing"),
        131_009 => (400, "Parameter value is not valid"),
        131_016 => (500, "Service unavailable"),
        131_021 => (400, "Recipient cannot be sender"),
        131_026 => (400, "Message undeliverable"),
        131_031 => (403, "Account has been locked"),
        131_042 => (400, "Business eligibility payment issue"),
        131_045 => (500, "Incorrect certificate"),
        131_047 => (400, "Re-engagement message"),
        131_048 => (400, "Spam rate limit hit"),
        131_049 => (400, "This message was not delivered to maintain healthy ecosystem engagement"),
        131_051 => (400, "Unsupported message type"),
        131_056 => (400, "(Business Account, Consumer Account) pair rate limit hit"),
        131_057 => (500, "Account in maintenance mode"),
        _ => group_or_template(code),
    }
}

fn group_or_template(code: i64) -> (u16, &'static str) {
    match code {
        131_020 => (400, "Group has no other participants"),
        131_041 => (400, "Group unknown"),
        131_059 => (400, "Invalid paging cursor"),
        131_201 => (206, "Partial success"),
        131_202 => (400, "Duplicate participant"),
        131_204 => (400, "Participant limit reached"),
        131_207 => (403, "Group suspended"),
        131_208 => (429, "Group rate limit hit"),
        131_211 => (400, "Group limit reached"),
        131_212 => (400, "Not a participant"),
        131_213 => (400, "Join request does not exist"),
        131_215 => (400, "Phone number not eligible for Groups"),
        132_000 => (400, "Number of parameters does not match the expected number of params"),
        132_001 => (404, "Template name does not exist in the translation"),
        132_005 => (400, "Template hydrated text too long"),
        132_007 => (400, "Template format character policy violated"),
        132_012 => (400, "Template parameter format mismatch"),
        132_015 => (400, "Template is paused"),
        132_016 => (400, "Template is disabled"),
        132_018 => (400, "Template parameter is not valid"),
        133_004 => (503, "Server temporarily unavailable"),
        _ => (400, "Unknown error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_body_carries_code_title_details_and_trace() {
        let body = GraphError::new(131_056, "Too many messages to this recipient.").body("A1b2C3d4");
        assert_eq!(body["error"]["code"], 131_056);
        assert_eq!(body["error"]["type"], "OAuthException");
        assert!(body["error"]["message"].as_str().unwrap().starts_with("(#131056) "));
        assert_eq!(body["error"]["error_data"]["details"], "Too many messages to this recipient.");
        assert_eq!(body["error"]["fbtrace_id"], "A1b2C3d4");
    }

    #[test]
    fn in_a_webhook_the_message_equals_the_title() {
        let error = GraphError::new(131_047, "More than 24 hours have passed.").in_webhook();
        assert_eq!(error["title"], "Re-engagement message");
        assert_eq!(error["message"], error["title"]);
        assert_eq!(error["error_data"]["details"], "More than 24 hours have passed.");
    }

    #[test]
    fn temporary_failures_are_marked_transient() {
        assert_eq!(GraphError::new(131_000, "").body("t")["error"]["is_transient"], true);
        assert!(GraphError::new(131_026, "").body("t")["error"].get("is_transient").is_none());
    }
}
