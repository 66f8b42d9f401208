//! Everything the bot says to its owner, as pure functions.
//!
//! Short: what happened, and what to type next. Nothing here decides anything. Words of third parties pass through
//! [`clean()`] first, so that they cannot pose as ours, and every message keeps the limits of [`super::content`].

mod ask;
mod change;
mod clean;
mod dialogue;
mod forward;
mod group;
mod guide;
mod help;
mod job;
mod late;
mod list;
mod setting;
mod show;

#[cfg(test)]
mod tests;

pub use ask::{doubtful, too_many, which};
pub use change::{Change, changed, changed_many, how_to_change, not_changed, nothing_to_undo, taken_back, test_of};
pub use clean::clean;
pub use dialogue::{
    conversation_closed, conversation_opened, decided, dropped, edited, forgotten, forwarded_words, no_conversation,
    no_such_message, no_such_question, no_such_reply, not_a_forward, not_decided, only_text, passed_on, really,
    refused,
};
pub use forward::forward;
pub use group::{Checked, groups, not_registered, registered, still_used, unregistered};
pub use guide::{is_that_right, left, no_such_group, step_is_over, which_group, which_text, which_time};
pub use help::help;
pub use job::{
    Confirmation, again, already_cancelled, cancelled, no_such_job, on_its_way, over, passed, phrase_refused,
    scheduled, time_refused, unknown_group,
};
pub use late::late_digest;
pub use list::{Page, list, no_more, today};
pub use setting::{
    clocks_kept, moments_kept, mute_refused, muted, no_such_zone, nobody, quiet, which_person, zone_changed,
    zone_data_changed, zone_is, zone_question,
};
pub use show::{Answer, Standing, Told, answers, shown, standing, story};

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

/// `1 post`, `2 posts`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
