//! Whether a webhook is Meta's: HMAC-SHA256 of the raw body under the app secret (`X-Hub-Signature-256`).
//!
//! It works on the bytes as they came, before anything is parsed, and says no to everything it is not sure of: no
//! secret, no header, two headers, another spelling. It must never compare in a way that takes longer the nearer a
//! forgery is, and never say which part was wrong to whoever is outside.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::failpoint::planted;

const PREFIX: &[u8] = b"sha256=";
const HEX_DIGITS: usize = 64;

/// Why a body is not taken for Meta's. For counters; whoever sent it learns nothing of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no header.
    #[error("the signature header is missing")]
    Missing,
    /// There is more than one header.
    #[error("there is more than one signature header")]
    Ambiguous,
    /// The header is not `sha256=` and 64 lower-case hex digits.
    #[error("the signature header is malformed")]
    Malformed,
    /// No configured secret makes this signature.
    #[error("no secret makes this signature")]
    Mismatch,
}

/// Checks all values of the header `X-Hub-Signature-256` against the raw body and every secret.
///
/// An empty secret never matches, even when the signature was made with the empty key.
pub fn verify(secrets: &[SecretString], header: &[&[u8]], body: &[u8]) -> Result<(), SignatureError> {
    let claimed = match header {
        [] => return Err(SignatureError::Missing),
        [only] => digest_of(only).ok_or(SignatureError::Malformed)?,
        _ => return Err(SignatureError::Ambiguous),
    };
    let mut matched = false;
    for secret in secrets {
        matched |= keyed(secret, body).is_some_and(|mac| mac.verify_slice(&claimed).is_ok());
    }
    if matched { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// The value of `X-Hub-Signature-256` that belongs to a body; empty for the empty secret, which signs nothing.
pub fn sign(secret: &SecretString, body: &[u8]) -> String {
    keyed(secret, body).map(|mac| format!("sha256={}", hex::encode(mac.finalize().into_bytes()))).unwrap_or_default()
}

fn keyed(secret: &SecretString, body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = secret.expose_secret().as_bytes();
    if key.is_empty() && !planted!("empty_secret_signs") {
        return None;
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    // Planted: not the bytes as they came.
    mac.update(if planted!("signature_of_what_was_parsed") { body.trim_ascii() } else { body });
    Some(mac)
}

/// Reads `sha256=` and exactly 64 lower-case hex digits, the only spelling Meta uses.
fn digest_of(value: &[u8]) -> Option<[u8; 32]> {
    let digits = value.strip_prefix(PREFIX)?;
    if digits.len() != HEX_DIGITS || digits.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut digest = [0; HEX_DIGITS / 2];
    hex::decode_to_slice(digits, &mut digest).ok()?;
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "emu-app-secret";
    const VECTORS: [(&str, &str); 3] = [
        (
            r#"{"object":"whatsapp_business_account","entry":[]}"#,
            "84d5014354089b3efafb89d932a1f92782c7786991c72aa1dd9468059e553827",
        ),
        (
            concat!(
                r#"{"object":"whatsapp_business_account","entry":[{"id":"900","#,
                r#""changes":[{"field":"messages","value":{"t":"caf\u00e9"}}]}]}"#
            ),
            "e2c6bd38ef28b05118d6086c1a0e158e302285acae646af2c41036e153a28b32",
        ),
        (
            concat!(
                r#"{"object":"whatsapp_business_account","entry":[{"id":"900","#,
                r#""changes":[{"field":"messages","value":{"t":"café"}}]}]}"#
            ),
            "47cd9cabc2f279d6e051012890547fd7df5140ac82cf148abd820513978340c7",
        ),
    ];

    fn secrets(all: &[&str]) -> Vec<SecretString> {
        all.iter().map(|secret| SecretString::from(*secret)).collect()
    }

    fn check(all: &[&str], header: &str, body: &[u8]) -> Result<(), SignatureError> {
        verify(&secrets(all), &[header.as_bytes()], body)
    }

    #[test]
    fn known_bodies_have_known_signatures() {
        for (body, digest) in VECTORS {
            let header = format!("sha256={digest}");
            assert_eq!(sign(&SecretString::from(SECRET), body.as_bytes()), header);
            assert_eq!(check(&[SECRET], &header, body.as_bytes()), Ok(()), "{body}");
        }
    }

    #[test]
    fn every_secret_is_tried_during_rotation() {
        let (body, digest) = VECTORS[0];
        let header = format!("sha256={digest}");
        assert_eq!(check(&["new", SECRET], &header, body.as_bytes()), Ok(()));
        assert_eq!(check(&[SECRET, "old"], &header, body.as_bytes()), Ok(()));
        assert_eq!(check(&["new", "old"], &header, body.as_bytes()), Err(SignatureError::Mismatch));
    }

    #[test]
    fn one_changed_byte_anywhere_is_noticed() {
        let (body, digest) = VECTORS[0];
        let header = format!("sha256={digest}");
        for at in 0..body.len() {
            let mut forged = body.as_bytes().to_vec();
            forged[at] ^= 1;
            assert_eq!(check(&[SECRET], &header, &forged), Err(SignatureError::Mismatch), "byte {at}");
        }
        for at in 0..digest.len() {
            let mut forged = header.clone().into_bytes();
            let byte = &mut forged[PREFIX.len() + at];
            *byte = if *byte == b'0' { b'1' } else { b'0' };
            assert_eq!(verify(&secrets(&[SECRET]), &[&forged], body.as_bytes()), Err(SignatureError::Mismatch));
        }
    }

    #[test]
    fn only_the_exact_spelling_is_read() {
        let (body, digest) = VECTORS[0];
        let forged = [
            String::new(),
            digest.to_owned(),
            "sha256=".to_owned(),
            format!("sha1={digest}"),
            format!("SHA256={digest}"),
            format!("sha256={}", digest.to_uppercase()),
            format!("sha256={}", &digest[1..]),
            format!("sha256={digest}0"),
            format!(" sha256={digest}"),
            format!("sha256={digest} "),
            format!("sha256=sha256={digest}"),
            format!("sha256={}é", &digest[2..]),
            format!("sha256={}g", &digest[1..]),
        ];
        for header in forged {
            assert_eq!(check(&[SECRET], &header, body.as_bytes()), Err(SignatureError::Malformed), "{header}");
        }
        assert_eq!(verify(&secrets(&[SECRET]), &[b"sha256=\xff\xfe"], b""), Err(SignatureError::Malformed));
    }

    #[test]
    fn exactly_one_header_is_needed() {
        let (body, digest) = VECTORS[0];
        let header = format!("sha256={digest}");
        let twice = [header.as_bytes(), header.as_bytes()];
        assert_eq!(verify(&secrets(&[SECRET]), &twice, body.as_bytes()), Err(SignatureError::Ambiguous));
        assert_eq!(verify(&secrets(&[SECRET]), &[], body.as_bytes()), Err(SignatureError::Missing));
    }

    #[test]
    fn nothing_is_ever_signed_with_an_empty_secret() {
        let body = b"{}";
        let mut mac = Hmac::<Sha256>::new_from_slice(b"").expect("any length is a key");
        mac.update(body);
        let header = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        assert_eq!(check(&[""], &header, body), Err(SignatureError::Mismatch));
        assert_eq!(check(&[], &header, body), Err(SignatureError::Mismatch));
        assert_eq!(sign(&SecretString::from(""), body), "");
    }
}
