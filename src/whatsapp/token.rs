//! The access token: where it comes from, and the header it becomes.
//!
//! It is shown nowhere. A token from a file is read again when somebody asks whether it works, so that a renewed one
//! is found without a restart.

use std::fmt;
use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use reqwest::header::{HeaderValue, InvalidHeaderValue};
use secrecy::{ExposeSecret, SecretString};

/// Where the access token comes from.
#[derive(Clone, Debug)]
pub enum TokenSource {
    /// A setting; it stays for the life of the process.
    Fixed(SecretString),
    /// A file (`WA_ACCESS_TOKEN_FILE`).
    File {
        /// Read again whenever the token is put to the test.
        path: PathBuf,
        /// What it held at the start.
        token: SecretString,
    },
}

/// The token in use, as the value of `Authorization`.
pub(super) struct Token {
    file: Option<PathBuf>,
    header: RwLock<HeaderValue>,
}

impl Token {
    /// Takes the token of a source; fails when it cannot stand in a header.
    pub(super) fn new(source: TokenSource) -> Result<Self, InvalidHeaderValue> {
        let (token, file) = match source {
            TokenSource::Fixed(token) => (token, None),
            TokenSource::File { path, token } => (token, Some(path)),
        };
        Ok(Self { file, header: RwLock::new(bearer(&token)?) })
    }

    /// The header value.
    pub(super) fn header(&self) -> HeaderValue {
        self.header.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads the file again, if there is one. What is there stays when the file is unreadable, empty or malformed.
    pub(super) async fn reload(&self) {
        let Some(path) = &self.file else { return };
        match tokio::fs::read_to_string(path).await.map(SecretString::from) {
            Ok(text) if text.expose_secret().trim().is_empty() => tracing::warn!("the token file is empty"),
            Ok(text) => match bearer(&text) {
                Ok(header) => *self.header.write().unwrap_or_else(PoisonError::into_inner) = header,
                Err(_) => tracing::warn!("the token file holds characters that no token has"),
            },
            Err(error) => tracing::warn!(error = %error.kind(), "the token file cannot be read"),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Marked as sensitive: no layer below may show it or put it into a compression table.
fn bearer(token: &SecretString) -> Result<HeaderValue, InvalidHeaderValue> {
    let text = SecretString::from(format!("Bearer {}", token.expose_secret().trim()));
    let mut header = HeaderValue::from_str(text.expose_secret())?;
    header.set_sensitive(true);
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_shown_nowhere() {
        let source = TokenSource::Fixed(SecretString::from("EAAB-secret"));
        let token = Token::new(source.clone()).expect("a token");
        let shown = format!("{source:?} {token:?} {:?}", token.header());
        assert!(!shown.contains("EAAB"), "{shown}");
        assert_eq!(token.header().as_bytes(), b"Bearer EAAB-secret");
    }

    #[test]
    fn a_line_break_cannot_smuggle_a_header() {
        let broken = TokenSource::Fixed(SecretString::from("a\r\nX-Other: b"));
        assert!(Token::new(broken).is_err());
    }

    #[tokio::test]
    async fn a_renewed_file_is_found_and_a_broken_one_is_not_taken() {
        let path = std::env::temp_dir().join(format!("wa-token-{}", uuid::Uuid::new_v4()));
        let source = TokenSource::File { path: path.clone(), token: SecretString::from("first") };
        let token = Token::new(source).expect("a token");
        token.reload().await;
        assert_eq!(token.header().as_bytes(), b"Bearer first");
        for (content, expected) in [("second\n", "Bearer second"), (" \n", "Bearer second"), ("a\nb", "Bearer second")]
        {
            std::fs::write(&path, content).expect("writable");
            token.reload().await;
            assert_eq!(token.header().as_bytes(), expected.as_bytes());
        }
        std::fs::remove_file(path).expect("removable");
    }
}
