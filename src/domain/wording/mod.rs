//! Everything the bot says to its owner, as pure functions.
//!
//! Short: what happened, and what to type next. Nothing here decides anything. Words of third parties pass through
//! [`clean()`] first, so that they cannot pose as ours, and every message keeps the limits of [`super::content`].

mod clean;
mod dialogue;
mod forward;
mod group;
mod help;
mod job;
mod late;

#[cfg(test)]
mod tests;

pub use clean::clean;
pub use dialogue::{
    conversation_closed, conversation_opened, decided, dropped, edited, forgotten, forwarded_words, no_conversation,
    no_such_message, no_such_question, no_such_reply, not_a_forward, not_decided, only_text, passed_on, really,
    refused,
};
pub use forward::forward;
pub use group::{Checked, groups, not_registered, registered, still_used, unregistered};
pub use help::help;
pub use job::{
    Confirmation, already_cancelled, cancelled, list, no_such_job, on_its_way, over, passed, phrase_refused, repeats,
    scheduled, unknown_group,
};
pub use late::late_digest;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::content::{Content, TEXT_LIMIT, cut};

/// How many characters of a post are quoted where only its start is shown.
const START: usize = 60;

/// A text within the platform's limit.
fn text(body: &str) -> Content {
    Content::text(cut(body.trim_end(), TEXT_LIMIT))
}

/// How a text begins, on one line, in quotes.
fn start(text: &str, limit: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("“{}”", cut(&line, limit))
}

/// An instant on the owner's calendar: `Sun 22 Nov 2026, 08:55`.
fn instant(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%a %-d %b %Y, %H:%M").to_string()
}

/// `1 post`, `2 posts`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
