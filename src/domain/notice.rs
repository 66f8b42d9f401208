//! What the owner is told when something happened to an outgoing message, as the entry that tells it.
//!
//! The store plans it in the transaction of the change itself, so that nothing ends only in a log line.

use chrono::{DateTime, Utc};

use super::address::Address;
use super::content::{Button, Content, INTERACTIVE_BODY_LIMIT, cut};
use super::delivery::Tell;
use super::outbox::{Entry, NewEntry, Purpose};
use super::refusal::{Class, Refusal};

/// Where the owner is reached, and with what their closed window is knocked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerDesk {
    /// The owner's private chat.
    pub owner: Address,
    /// Name of the template.
    pub template: String,
    /// Its language code.
    pub language: String,
}

/// The entry that tells the owner what happened to `entry`; `None` when there is nothing to say.
pub fn notice(desk: &OwnerDesk, entry: &Entry, tell: &Tell, now: DateTime<Utc>) -> Option<NewEntry> {
    // Notices about notices would never end.
    if entry.to == desk.owner {
        return None;
    }
    let key = key(tell_name(tell), entry.id, entry.attempt);
    Some(NewEntry::planned(Purpose::Notice, key, desk.owner.clone(), words(entry, tell), now))
}

/// The one template that asks the owner to write, so that what waits can follow; once per closed window,
/// which is told apart by the owner's last message.
pub fn knock(desk: &OwnerDesk, last_wrote: Option<DateTime<Utc>>, now: DateTime<Utc>) -> NewEntry {
    let window = last_wrote.map_or_else(|| "never".to_owned(), |at| at.timestamp_micros().to_string());
    let content = Content::Template { name: desk.template.clone(), language: desk.language.clone() };
    NewEntry::planned(Purpose::Knock, format!("knock:{window}"), desk.owner.clone(), content, now)
}

/// The keys of everything that the owner may have been told about an entry with so many attempts.
pub fn keys_about(entry_id: i64, attempts: u32) -> Vec<String> {
    let names = ["unknown", "failed", "unresolved", "expired", "doubled"];
    names.iter().flat_map(|name| (0..=attempts).map(move |attempt| key(name, entry_id, attempt))).collect()
}

fn key(name: &str, entry_id: i64, attempt: u32) -> String {
    format!("notice:{name}:{entry_id}:{attempt}")
}

fn tell_name(tell: &Tell) -> &'static str {
    match tell {
        Tell::AskUnknown => "unknown",
        Tell::Failed(_) => "failed",
        Tell::Unresolved => "unresolved",
        Tell::Expired => "expired",
        Tell::Doubled => "doubled",
    }
}

fn words(entry: &Entry, tell: &Tell) -> Content {
    let what = subject(entry);
    match tell {
        Tell::AskUnknown => question(entry, &what),
        Tell::Failed(refusal) => {
            let fix = advice(entry, refusal);
            Content::text(
                format!("Not sent: {what}\nWhy: {} (code {}).\n{fix}", refusal.meaning, refusal.code).trim_end(),
            )
        }
        Tell::Unresolved => Content::text(format!("Nobody knows whether this was sent, and it is left so: {what}")),
        Tell::Expired => Content::text(format!("Not sent, its time passed: {what}")),
        Tell::Doubled => Content::text(format!("This arrived twice: {what}")),
    }
}

/// What the owner can do; a closed window needs different steps for a group and for a person.
fn advice(entry: &Entry, refusal: &Refusal) -> String {
    match (refusal.class, entry.purpose, &entry.to) {
        (Class::Window, Purpose::Post, _) => {
            "Nobody wrote in the group within 24 hours, so WhatsApp takes no free text from me there. Once a member has \
             written something, schedule it again."
                .to_owned()
        }
        (Class::Window, _, Address::Phone(phone)) => format!(
            "This person has not written to me privately within 24 hours, so I may not write first. Write to them \
             yourself: {}",
            phone.chat_link()
        ),
        (Class::Window, _, _) => {
            "This person has not written to me privately within 24 hours, so I may not write first. Ask them in the \
             group to send me a private message, then answer again."
                .to_owned()
        }
        _ => refusal.fix.clone(),
    }
}

fn question(entry: &Entry, what: &str) -> Content {
    let id = entry.id;
    let body = format!(
        "I do not know whether this was sent: {what}\nNo answer and no receipt came. Please look at the chat, then tap, \
         or write: send again {id}, leave {id} or arrived {id}"
    );
    let button = |verb: &str, title: &str| Button {
        id: format!("unknown:{id}:{}:{verb}", entry.attempt),
        title: title.to_owned(),
    };
    Content::Buttons {
        body: cut(&body, INTERACTIVE_BODY_LIMIT),
        buttons: vec![button("again", "Send again"), button("leave", "Leave it"), button("arrived", "It arrived")],
    }
}

/// What a message was, for a person: the post of which job to which group, or the private answer, and how it begins.
fn subject(entry: &Entry) -> String {
    let start = cut(entry.content.words(), 120);
    match (&entry.post, entry.purpose) {
        (Some(post), _) => format!("post #{} to {}: “{start}”", post.job_id, post.group),
        (None, Purpose::Relay) => format!("your private answer: “{start}”"),
        (None, _) => format!("“{start}”"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_told_about_an_entry_is_found_by_its_keys() {
        let refusal =
            Refusal { code: 1, class: Class::Final, meaning: "no".into(), fix: String::new(), retry_after: None };
        let tells = [Tell::AskUnknown, Tell::Failed(refusal), Tell::Unresolved, Tell::Expired, Tell::Doubled];
        for tell in tells {
            for attempt in 0..=2 {
                assert!(keys_about(7, 2).contains(&key(tell_name(&tell), 7, attempt)), "{tell:?}");
            }
        }
    }
}
