//! What is said in the dialogue itself: misunderstandings, private conversations, questions and decisions.

use chrono::{DateTime, TimeDelta, Utc};

use super::clean::{clean, clean_line};
use super::{counted, start, text};
use crate::domain::command::Unclear;
use crate::domain::content::{Button, Content, INTERACTIVE_BODY_LIMIT, cut};
use crate::domain::delivery::{Decision, Verdict};
use crate::domain::session::{Pending, Talk};

/// What was said is no command; `closed`: the conversation it may have been meant for.
pub fn refused(unclear: &Unclear, closed: Option<&Talk>) -> Content {
    let mut said = cut(&clean(&unclear.why), 300);
    if let Some(Talk { name, reply_id, .. }) = closed {
        let name = clean_line(name);
        said.push_str(&format!(
            "\nThe conversation with {name} has closed; nothing went to them. To open it again: reply {reply_id}"
        ));
    }
    match unclear.instead.as_slice() {
        [] => {}
        [one] => said.push_str(&format!("\nType: {}", cut(&clean(one), 3000))),
        many => said.push_str(&format!("\nType one of these:\n{}", many.join("\n"))),
    }
    text(&said)
}

/// A private conversation is open.
pub fn conversation_opened(name: &str, group: &str, reply_id: i64, timeout: TimeDelta) -> Content {
    let (name, group) = (clean_line(name), clean_line(group));
    text(&format!(
        "You are talking to {name} of {group} (reply {reply_id}). All you write goes to them, privately.\nTo end, type: \
         done. It also ends after {} without a word from you. For a command put / in front.",
        length(timeout)
    ))
}

/// The private conversation is closed.
pub fn conversation_closed(talk: &Talk) -> Content {
    text(&format!("Closed. You are no longer talking to {}.", clean_line(&talk.name)))
}

/// There was no conversation to close.
pub fn no_conversation() -> Content {
    text("No conversation is open. To open one, quote a message that I brought you, or type: reply 3")
}

/// The owner's words are on their way to a member.
pub fn passed_on(name: &str) -> Content {
    text(&format!("Passed on to {}, privately.", clean_line(name)))
}

/// There is no reply with this number.
pub fn no_such_reply(id: i64) -> Content {
    text(&format!(
        "There is no reply {id}, or it is older than what I keep. The number stands below the message that I brought \
         you."
    ))
}

/// Whoever wrote the message that is answered was forgotten.
pub fn forgotten() -> Content {
    text("Nothing went out: this person asked to be forgotten, and I keep neither their number nor their words.")
}

/// What was quoted is not a member's message, and the words are no command; `known`: it is one of ours.
pub fn not_a_forward(known: bool) -> Content {
    let what = if known {
        "What you quoted is not a message of a member"
    } else {
        "I do not know what you quoted, or it is older than what I keep"
    };
    text(&format!("{what}, so nothing went out.\nQuote a message that I brought you, or type: reply 3"))
}

/// Something that is not text.
pub fn only_text(open: Option<&Talk>) -> Content {
    match open {
        Some(talk) => text(&format!("I can pass on text only, for now. Nothing went to {}.", clean_line(&talk.name))),
        None => text("I understand text only, for now. Type: help"),
    }
}

/// Words that the owner forwarded from elsewhere.
pub fn forwarded_words() -> Content {
    text("You forwarded that to me; I only follow what you write yourself. Copy it and send it as your own message.")
}

/// An edit of an earlier message.
pub fn edited() -> Content {
    text("Editing a message changes nothing here. Type: list, then cancel what is wrong and write it anew.")
}

/// Asks whether a late command still counts.
pub fn really(pending: &Pending, now: DateTime<Utc>) -> Content {
    let code = &pending.code;
    let body = format!(
        "This reached me {} late: {}\nStill do it? Tap, or type yes {code} or no {code}",
        length(now - pending.said_at),
        start(&clean(&pending.text), 700)
    );
    let button = |verb: &str, title: &str| Button { id: format!("confirm:{code}:{verb}"), title: title.to_owned() };
    Content::Buttons {
        body: cut(&body, INTERACTIVE_BODY_LIMIT),
        buttons: vec![button("yes", "Do it"), button("no", "Drop it")],
    }
}

/// A late command is dropped.
pub fn dropped(pending: &Pending) -> Content {
    text(&format!("Dropped: {}", start(&clean(&pending.text), 200)))
}

/// No question with this code waits.
pub fn no_such_question(code: &str) -> Content {
    text(&format!("No question {code} waits for an answer; it may be too old. Please write the command again."))
}

/// A decision is carried out for so many messages.
pub fn decided(decision: &Decision, count: usize) -> Content {
    text(&match decision {
        Decision::Unknown { entry_id, .. } if count == 0 => format!("Nothing is open about {entry_id} any more."),
        Decision::Unknown { entry_id, verdict: Verdict::SendAgain, .. } => format!("{entry_id} is being sent again."),
        Decision::Unknown { entry_id, verdict: Verdict::Leave, .. } => format!("{entry_id} is left as it is."),
        Decision::Unknown { entry_id, verdict: Verdict::Arrived, .. } => format!("Noted: {entry_id} arrived."),
        Decision::Late { .. } if count == 0 => "No late post waits. For what is scheduled, type: list".to_owned(),
        Decision::Late { send: true, .. } => format!("{} on the way now.", counted(count, "late post")),
        Decision::Late { send: false, .. } => format!("{} dropped.", counted(count, "late post")),
    })
}

/// A decision cannot be carried out.
pub fn not_decided(why: &str) -> Content {
    text(&format!("Nothing changed: {why}."))
}

/// There is no message with this number.
pub fn no_such_message(id: i64) -> Content {
    text(&format!("There is no message {id}. The number stands in the question that I asked you."))
}

/// A length of time in its largest unit.
fn length(span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours(), span.num_minutes());
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{} s", span.num_seconds()),
        (0, 0, _) => format!("{minutes} min"),
        (0, _, _) => format!("{hours} h"),
        (1, _, _) => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}
