//! The bytes of a webhook: envelope, escaping and signature, as Meta sends them.
//!
//! Meta signs a body whose non-ASCII characters are written `\uXXXX` in lower-case hex, and sends exactly those bytes
//! ("Webhooks: getting started"). A receiver that re-serialises before checking must fail here as it would there.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// One change of a webhook, before it has an envelope.
#[derive(Clone)]
pub(super) struct Change {
    pub field: &'static str,
    pub value: Value,
}

impl Change {
    /// A change of the field `messages`: messages and statuses.
    pub fn messages(value: Value) -> Self {
        Self { field: "messages", value }
    }
}

/// The body for some changes of one account; `time` is the Unix second that management fields carry.
pub(super) fn body(account_id: &str, changes: &[String], time: Option<i64>) -> Vec<u8> {
    let time = time.map(|seconds| format!("\"time\":{seconds},")).unwrap_or_default();
    let changes = changes.join(",");
    format!(r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{account_id}",{time}"changes":[{changes}]}}]}}"#)
        .into_bytes()
}

/// One change as escaped JSON.
pub(super) fn change_json(change: &Change) -> String {
    escape(&serde_json::json!({ "field": change.field, "value": change.value }).to_string())
}

/// Writes every non-ASCII character as `\uXXXX` with lower-case hex, in surrogate pairs beyond the basic plane.
pub(super) fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing into a String cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped
}

/// The value of `X-Hub-Signature-256` for these bytes.
pub(super) fn signature(app_secret: &str, bytes: &[u8]) -> String {
    // HMAC takes a key of any length, so the error cannot occur; an empty signature would be refused anyway.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()) else { return String::new() };
    mac.update(bytes);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "emu-app-secret";

    #[test]
    fn signatures_match_the_known_vectors() {
        let vectors: [(&str, &str); 3] = [
            (
                r#"{"object":"whatsapp_business_account","entry":[]}"#,
                "84d5014354089b3efafb89d932a1f92782c7786991c72aa1dd9468059e553827",
            ),
            (
                r#"{"object":"whatsapp_business_account","entry":[{"id":"900","changes":[{"field":"messages","value":{"t":"caf\u00e9"}}]}]}"#,
                "e2c6bd38ef28b05118d6086c1a0e158e302285acae646af2c41036e153a28b32",
            ),
            (
                r#"{"object":"whatsapp_business_account","entry":[{"id":"900","changes":[{"field":"messages","value":{"t":"café"}}]}]}"#,
                "47cd9cabc2f279d6e051012890547fd7df5140ac82cf148abd820513978340c7",
            ),
        ];
        for (bytes, hex) in vectors {
            assert_eq!(signature(SECRET, bytes.as_bytes()), format!("sha256={hex}"));
        }
    }

    #[test]
    fn the_envelope_of_a_change_has_the_bytes_that_are_signed() {
        let change = Change::messages(serde_json::json!({"t": "café"}));
        let body = body("900", &[change_json(&change)], None);
        assert_eq!(signature(SECRET, &body), "sha256=e2c6bd38ef28b05118d6086c1a0e158e302285acae646af2c41036e153a28b32");
    }

    #[test]
    fn characters_beyond_the_basic_plane_become_surrogate_pairs() {
        assert_eq!(escape("é👍שלום"), "\\u00e9\\ud83d\\udc4d\\u05e9\\u05dc\\u05d5\\u05dd");
    }
}
