//! Strings and numbers as webhooks really carry them: absent, null, empty, a number as text, escaped NUL.
//!
//! Nothing here fails for a value that is missing; what is present with a wrong type is the reader's to refuse.
//! No error made here repeats anything of what was read: it may be somebody's words.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;

/// Text that borrows from the body when it has no escapes. U+0000 is replaced: not every database can hold it.
#[derive(Clone)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The text, `None` when it is empty or blank: an empty string means the same as no string.
    fn present(&self) -> Option<&str> {
        Some(self.0.as_ref()).filter(|text| !text.trim().is_empty())
    }
}

/// The text of an optional member; empty and blank count as absent.
pub(super) fn present<'t>(text: &'t Option<Text<'_>>) -> Option<&'t str> {
    text.as_ref().and_then(Text::present)
}

/// The same, as an own string.
pub(super) fn owned(text: &Option<Text<'_>>) -> Option<String> {
    present(text).map(str::to_owned)
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            // Without escapes there can be no U+0000: JSON forbids it in its raw form.
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.replace('\0', "\u{fffd}"))))
            }
        }
        deserializer.deserialize_str(Words)
    }
}

/// Reads an object. The error says where it stopped, never what stood there.
pub(super) fn object<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, String> {
    if !raw.get().starts_with('{') {
        return Err("not an object".to_owned());
    }
    serde_json::from_str(raw.get()).map_err(|error| fault(&error))
}

/// The elements of a member that should be an array of objects; absent, null or of another type means none.
pub(super) fn elements(raw: Option<&RawValue>) -> Vec<&RawValue> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// What is wrong with a piece of JSON, without repeating any of it.
pub(super) fn fault(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a member has an unexpected type",
        serde_json::error::Category::Eof => "the JSON ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "malformed JSON",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

/// A whole number that may be written as a number or as text: Meta's pages disagree about error codes.
pub(super) fn number(raw: Option<&RawValue>) -> Option<i64> {
    raw?.get().trim_matches('"').parse().ok()
}

/// Seconds since 1970 as a number or as text; `None` when missing or not between 2001 and 2100.
pub(super) fn seconds(raw: Option<&RawValue>) -> Option<DateTime<Utc>> {
    let plausible = number(raw).filter(|seconds| (1_000_000_000..4_102_444_800).contains(seconds));
    plausible.and_then(|seconds| DateTime::from_timestamp(seconds, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).expect("valid JSON")
    }

    #[test]
    fn a_time_is_read_as_text_and_as_a_number() {
        for json in [r#""1795000050""#, "1795000050"] {
            assert_eq!(seconds(Some(&raw(json))).map(|at| at.timestamp()), Some(1_795_000_050), "{json}");
        }
    }

    #[test]
    fn a_time_out_of_this_world_is_none() {
        for json in
            ["null", "0", "-5", "1795000050000", r#""soon""#, "1.5", "1e400", "{}", "[]", "99999999999999999999"]
        {
            assert_eq!(seconds(Some(&raw(json))), None, "{json}");
        }
        assert_eq!(seconds(None), None);
    }

    #[test]
    fn nul_never_reaches_a_database() {
        let text: Text<'_> = serde_json::from_str(r#""a\u0000b""#).expect("text");
        assert_eq!(present(&Some(text)), Some("a\u{fffd}b"));
    }

    #[test]
    fn empty_is_absent() {
        for json in [r#""""#, r#"" ""#, "null"] {
            let text: Option<Text<'_>> = serde_json::from_str(json).expect("text or null");
            assert_eq!(present(&text), None, "{json}");
        }
    }

    #[test]
    fn a_fault_repeats_nothing_of_what_was_read() {
        #[derive(Debug, Deserialize)]
        struct Shape {
            #[serde(rename = "code")]
            _code: i64,
        }
        let raw = raw(r#"{"code":"my secret"}"#);
        let words = object::<Shape>(&raw).expect_err("a wrong type");
        assert!(!words.contains("secret"), "{words}");
    }
}
