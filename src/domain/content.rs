//! What one outgoing message says, free of the wire format.
//!
//! The limits of the platform (Meta, "Messages", 2025-11) stand here once, so that a text is cut or
//! refused before it is stored and never by a late refusal of the API.

use serde::{Deserialize, Serialize};

/// Longest body of a text message, in Unicode scalar values.
pub const TEXT_LIMIT: usize = 4096;
/// Longest body of an interactive message with buttons.
pub const INTERACTIVE_BODY_LIMIT: usize = 1024;
/// Longest text header and footer of an interactive message.
pub const HEADER_LIMIT: usize = 60;
/// Longest label of a button.
pub const BUTTON_LIMIT: usize = 20;
/// Most reply buttons of one message.
pub const MAX_BUTTONS: usize = 3;
/// Most rows of one list, over all its sections.
pub const MAX_ROWS: usize = 10;
/// Longest id of a row.
pub const ROW_ID_LIMIT: usize = 200;
/// Longest title of a row.
pub const ROW_TITLE_LIMIT: usize = 24;
/// Longest description of a row.
pub const ROW_DESCRIPTION_LIMIT: usize = 72;
/// What a person reads in place of words that are gone.
pub const REMOVED: &str = "(no longer kept)";

/// What one outgoing message says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text, sent unchanged.
    Text {
        /// 1 to [`TEXT_LIMIT`] characters.
        body: String,
    },
    /// Text with one button that opens a link (`interactive` of type `cta_url`).
    Link {
        /// Text header, up to [`HEADER_LIMIT`].
        header: Option<String>,
        /// Up to [`INTERACTIVE_BODY_LIMIT`].
        body: String,
        /// Up to [`HEADER_LIMIT`].
        footer: Option<String>,
        /// Label of the button, up to [`BUTTON_LIMIT`].
        label: String,
        /// Where the button leads.
        url: String,
    },
    /// Text with one to three reply buttons.
    Buttons {
        /// Up to [`INTERACTIVE_BODY_LIMIT`].
        body: String,
        /// The buttons, left to right.
        buttons: Vec<Button>,
    },
    /// Text with one button that opens a list to choose from (`interactive` of type `list`).
    List {
        /// Up to [`TEXT_LIMIT`].
        body: String,
        /// Label of the button, up to [`BUTTON_LIMIT`].
        label: String,
        /// What can be chosen; 1 to [`MAX_ROWS`].
        rows: Vec<ListRow>,
    },
    /// An approved template without variables; the only thing that may go out when the window is closed.
    Template {
        /// Name of the template.
        name: String,
        /// Language code, for example `en_US`.
        language: String,
    },
    /// What it said is no longer kept. Never goes out.
    Removed,
}

/// One reply button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What comes back when it is tapped; at most 256 characters.
    pub id: String,
    /// What is shown; at most [`BUTTON_LIMIT`] characters.
    pub title: String,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListRow {
    /// What comes back when it is chosen; at most [`ROW_ID_LIMIT`] characters.
    pub id: String,
    /// What is shown; at most [`ROW_TITLE_LIMIT`] characters.
    pub title: String,
    /// Shown below the title; at most [`ROW_DESCRIPTION_LIMIT`] characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Content {
    /// A plain text.
    pub fn text(body: impl Into<String>) -> Self {
        Self::Text { body: body.into() }
    }

    /// The words a person reads, without header, footer and buttons.
    pub fn words(&self) -> &str {
        match self {
            Self::Text { body } | Self::Link { body, .. } | Self::Buttons { body, .. } | Self::List { body, .. } => {
                body
            }
            Self::Template { name, .. } => name,
            Self::Removed => REMOVED,
        }
    }

    /// Every text in it that a person can see, and where its button leads.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text { body } => vec![body],
            Self::Link { header, body, footer, label, url } => {
                let around = header.iter().chain(footer).map(String::as_str);
                around.chain([body.as_str(), label.as_str(), url.as_str()]).collect()
            }
            Self::Buttons { body, buttons } => {
                std::iter::once(body.as_str()).chain(buttons.iter().map(|button| button.title.as_str())).collect()
            }
            Self::List { body, label, rows } => {
                let titles = rows.iter().map(|row| row.title.as_str());
                let descriptions = rows.iter().filter_map(|row| row.description.as_deref());
                [body.as_str(), label.as_str()].into_iter().chain(titles).chain(descriptions).collect()
            }
            Self::Template { name, .. } => vec![name],
            Self::Removed => Vec::new(),
        }
    }

    /// True when its words are gone.
    pub fn is_removed(&self) -> bool {
        matches!(self, Self::Removed)
    }

    /// True when only this kind may go out while the window is closed.
    pub fn is_template(&self) -> bool {
        matches!(self, Self::Template { .. })
    }
}

/// Never shows what is said: message texts must not reach a log.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self {
            Self::Text { .. } => "Text",
            Self::Link { .. } => "Link",
            Self::Buttons { .. } => "Buttons",
            Self::List { .. } => "List",
            Self::Template { .. } => "Template",
            Self::Removed => "Removed",
        };
        write!(f, "Content::{kind}({} chars)", self.words().chars().count())
    }
}

/// Cuts to `limit` Unicode scalar values, the last one being `…` where something was cut off.
pub fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_within_the_limit_is_not_touched() {
        assert_eq!(cut("שלום", 4), "שלום");
    }

    #[test]
    fn a_longer_text_ends_in_an_ellipsis_and_fits() {
        let short = cut("abcdefgh", 5);
        assert_eq!(short, "abcd…");
        assert_eq!(short.chars().count(), 5);
    }

    #[test]
    fn debug_shows_no_words() {
        assert!(!format!("{:?}", Content::text("secret words")).contains("secret"));
    }
}
