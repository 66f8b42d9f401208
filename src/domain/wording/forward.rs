//! A member's message, as the owner reads it.
//!
//! What the member said is cleaned and stands before our own line, which is always the last one of the body: words
//! that imitate it cannot come after it.

use super::clean::{MARK, clean, clean_line};
use super::start;
use crate::domain::content::{BUTTON_LIMIT, Content, HEADER_LIMIT, INTERACTIVE_BODY_LIMIT, TEXT_LIMIT, cut};
use crate::domain::inbound::Said;
use crate::domain::member::Member;
use crate::domain::outbox::Entry;

/// Longest name of a person.
const NAME: usize = 60;
/// Label of the button that opens the chat.
const OPEN_CHAT: &str = "Open chat";

const _: () = assert!(OPEN_CHAT.len() <= BUTTON_LIMIT);

/// Brings a member's message to the owner; `group` is the name of the group it was written in.
pub fn forward(member: &Member, reply_id: i64, group: &str, post: &Entry, said: &Said) -> Content {
    let name = cut(&clean_line(&member.shown_name()), NAME);
    let group = cut(&clean_line(group), HEADER_LIMIT);
    let words = spoken(&name, said);
    let answers = answers(post);
    let hint = format!("Quote this, or type: reply {reply_id}");
    match &member.person.phone {
        Some(phone) => Content::Link {
            header: Some(group),
            body: fitted(&words, &answers, INTERACTIVE_BODY_LIMIT),
            footer: Some(cut(&hint, HEADER_LIMIT)),
            label: OPEN_CHAT.to_owned(),
            url: phone.chat_link(),
        },
        None => {
            let tail = format!("{answers}\n{MARK} {hint}");
            Content::text(fitted(&format!("{group}\n{words}"), &tail, TEXT_LIMIT))
        }
    }
}

/// The words, cut so that our own lines fit behind them.
fn fitted(words: &str, tail: &str, limit: usize) -> String {
    let room = limit.saturating_sub(tail.chars().count() + 2);
    format!("{}\n\n{tail}", cut(words, room))
}

fn answers(post: &Entry) -> String {
    let number = post.post.as_ref().map(|slot| format!("#{} ", slot.job_id)).unwrap_or_default();
    format!("{MARK} {number}{}", start(post.content.words(), 80))
}

fn spoken(name: &str, said: &Said) -> String {
    let sent = |what: &str, words: Option<String>| match words.filter(|words| !words.is_empty()) {
        Some(words) => format!("{name} sent {what}: {words}"),
        None => format!("{name} sent {what}"),
    };
    match said {
        Said::Text(text) => format!("{name}: {}", clean(text)),
        Said::Media { kind, caption, filename } => {
            sent(&media(kind, filename.as_deref()), caption.as_deref().map(clean))
        }
        Said::Location(place) => sent("a location", place.as_deref().map(clean_line)),
        Said::Contacts(names) => {
            sent("a contact", Some(names.iter().map(|n| clean_line(n)).collect::<Vec<_>>().join(", ")))
        }
        Said::Tapped { title, .. } => format!("{name} tapped: {}", clean_line(title)),
        Said::Reaction { emoji, .. } => sent("a reaction", emoji.as_deref().map(clean_line)),
        Said::Edited { text, .. } => sent("an edit", text.as_deref().map(clean)),
        Said::Revoked { .. } => sent("a deletion", None),
        Said::System { change } => sent("a system message", Some(clean_line(change))),
        Said::Other(kind) => sent("something that I cannot show", Some(clean_line(kind))),
    }
}

fn media(kind: &str, filename: Option<&str>) -> String {
    match (kind, filename) {
        ("image", _) => "a photo".to_owned(),
        ("video", _) => "a video".to_owned(),
        ("audio", _) => "an audio file".to_owned(),
        ("voice", _) => "a voice message".to_owned(),
        ("sticker", _) => "a sticker".to_owned(),
        ("document", Some(file)) => format!("a document ({})", cut(&clean_line(file), 80)),
        ("document", None) => "a document".to_owned(),
        (other, _) => format!("a file ({})", cut(&clean_line(other), 20)),
    }
}
