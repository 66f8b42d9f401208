//! What is said in the dialogue itself: misunderstandings, private conversations, late commands and decisions.

use chrono::{DateTime, TimeDelta, Utc};

use super::clean::{clean, clean_line};
use super::{counted, start, text};
use crate::domain::command::Unclear;
use crate::domain::content::{Button, Content, INTERACTIVE_BODY_LIMIT, cut};
use crate::domain::delivery::{Decision, Verdict};
use crate::domain::session::{Pending, Talk};
use crate::domain::when::Language;

/// What was said is no command; `closed`: the conversation it may have been meant for.
pub fn refused(unclear: &Unclear, closed: Option<&Talk>) -> Content {
    let mut said = cut(&clean(&unclear.why), 300);
    let hebrew = unclear.language == Language::Hebrew;
    if let Some(Talk { name, reply_id, .. }) = closed {
        let name = clean_line(name);
        said.push_str(&if hebrew {
            format!("\nהשיחה עם {name} נסגרה; שום דבר לא נשלח. לפתיחה מחדש: השב {reply_id}")
        } else {
            format!(
                "\nThe conversation with {name} has closed; nothing went to them. To open it again: reply {reply_id}"
            )
        });
    }
    match unclear.instead.as_slice() {
        [] => {}
        [one] => {
            let one = cut(&clean(one), 3000);
            said.push_str(&if hebrew { format!("\nאפשר: {one}") } else { format!("\nType: {one}") });
        }
        many => {
            let many = many.join("\n");
            said.push_str(&if hebrew {
                format!("\nאחת מאלה:\n{many}")
            } else {
                format!("\nType one of these:\n{many}")
            });
        }
    }
    text(&said)
}

/// A private conversation is open.
pub fn conversation_opened(name: &str, group: &str, reply_id: i64, timeout: TimeDelta, language: Language) -> Content {
    let (name, group, length) = (clean_line(name), clean_line(group), length(timeout, language));
    text(&match language {
        Language::English => format!(
            "You are talking to {name} of {group} (reply {reply_id}). All you write goes to them, privately.\nTo end, \
             type: done. It also ends after {length} without a word from you. For a command put / in front."
        ),
        Language::Hebrew => format!(
            "השיחה היא עם {name} מ-{group} (תגובה {reply_id}). כל מה שייכתב יגיע אליהם בפרטי.\nלסיום: סיום. היא מסתיימת \
             גם אחרי {length} בלי הודעה. לפקודה יש להתחיל ב-/"
        ),
    })
}

/// The private conversation is closed.
pub fn conversation_closed(talk: &Talk, language: Language) -> Content {
    let name = clean_line(&talk.name);
    text(&match language {
        Language::English => format!("Closed. You are no longer talking to {name}."),
        Language::Hebrew => format!("השיחה עם {name} נסגרה."),
    })
}

/// There was no conversation to close.
pub fn no_conversation(language: Language) -> Content {
    text(match language {
        Language::English => {
            "No conversation is open. To open one, quote a message that I brought you, or type: reply 3"
        }
        Language::Hebrew => "אין שיחה פתוחה. לפתיחה אפשר לצטט הודעה שהבאתי, או לכתוב: השב 3",
    })
}

/// The owner's words are on their way to a member.
pub fn passed_on(name: &str, language: Language) -> Content {
    let name = clean_line(name);
    text(&match language {
        Language::English => format!("Passed on to {name}, privately."),
        Language::Hebrew => format!("הועבר אל {name}, בפרטי."),
    })
}

/// There is no reply with this number.
pub fn no_such_reply(id: i64, language: Language) -> Content {
    text(&match language {
        Language::English => format!(
            "There is no reply {id}, or it is older than what I keep. The number stands below the message that I \
             brought you."
        ),
        Language::Hebrew => format!("אין תגובה {id}, או שהיא ישנה ממה שנשמר. המספר מופיע מתחת להודעה שהבאתי."),
    })
}

/// Whoever wrote the message that is answered was forgotten.
pub fn forgotten(language: Language) -> Content {
    text(match language {
        Language::English => {
            "Nothing went out: this person asked to be forgotten, and I keep neither their number nor their words."
        }
        Language::Hebrew => "שום דבר לא נשלח: האדם הזה ביקש להישכח, ואיני שומר את המספר ואת המילים שלו.",
    })
}

/// What was quoted is not a member's message, and the words are no command; `known`: it is one of ours.
pub fn not_a_forward(known: bool, language: Language) -> Content {
    text(match (known, language) {
        (true, Language::English) => {
            "What you quoted is not a message of a member, so nothing went out.\n\
             Quote a message that I brought you, or type: reply 3"
        }
        (false, Language::English) => {
            "I do not know what you quoted, or it is older than what I keep, so nothing went out.\n\
             Quote a message that I brought you, or type: reply 3"
        }
        (true, Language::Hebrew) => {
            "מה שצוטט אינו הודעה של חבר קבוצה, ולכן שום דבר לא נשלח.\nאפשר לצטט הודעה שהבאתי, או לכתוב: השב 3"
        }
        (false, Language::Hebrew) => {
            "אני לא מכיר את מה שצוטט, או שהוא ישן מדי, ולכן שום דבר לא נשלח.\nאפשר לצטט הודעה שהבאתי, או לכתוב: השב 3"
        }
    })
}

/// Something that is not text.
pub fn only_text(open: Option<&Talk>, language: Language) -> Content {
    let name = open.map(|talk| clean_line(&talk.name));
    text(&match (name, language) {
        (Some(name), Language::English) => format!("I can pass on text only, for now. Nothing went to {name}."),
        (None, Language::English) => "I understand text only, for now. Type: help".to_owned(),
        (Some(name), Language::Hebrew) => format!("בינתיים אני יכול להעביר רק טקסט. שום דבר לא נשלח אל {name}."),
        (None, Language::Hebrew) => "בינתיים אני מבין רק טקסט. אפשר: עזרה".to_owned(),
    })
}

/// Words that the owner forwarded from elsewhere.
pub fn forwarded_words(language: Language) -> Content {
    text(match language {
        Language::English => {
            "You forwarded that to me; I only follow what you write yourself. Copy it and send it as your own message."
        }
        Language::Hebrew => "זו הודעה מועברת; אני מבצע רק מה שנכתב אליי ישירות. אפשר להעתיק ולשלוח כהודעה רגילה.",
    })
}

/// An edit of an earlier message.
pub fn edited(language: Language) -> Content {
    text(match language {
        Language::English => {
            "Editing a message changes nothing here. Type: list, then move, edit or cancel what is wrong."
        }
        Language::Hebrew => "עריכת הודעה לא משנה כאן דבר. אפשר: רשימה, ואז הזז, ערוך או בטל את מה שצריך.",
    })
}

/// Asks whether a late command still counts.
pub fn really(pending: &Pending, now: DateTime<Utc>, language: Language) -> Content {
    let code = &pending.code;
    let (late, words) = (length(now - pending.said_at, language), start(&clean(&pending.text), 700));
    let (body, yes, no) = match language {
        Language::English => (
            format!("This reached me {late} late: {words}\nStill do it? Tap, or type yes {code} or no {code}"),
            "Do it",
            "Drop it",
        ),
        Language::Hebrew => (
            format!("זה הגיע אליי באיחור של {late}: {words}\nעדיין לבצע? אפשר להקיש, או לכתוב כן {code} או לא {code}"),
            "כן",
            "לא",
        ),
    };
    let button = |verb: &str, title: &str| Button { id: format!("confirm:{code}:{verb}"), title: title.to_owned() };
    Content::Buttons { body: cut(&body, INTERACTIVE_BODY_LIMIT), buttons: vec![button("yes", yes), button("no", no)] }
}

/// A command that was asked about is dropped.
pub fn dropped(pending: &Pending, language: Language) -> Content {
    let words = start(&clean(&pending.text), 200);
    text(&match language {
        Language::English => format!("Dropped: {words}"),
        Language::Hebrew => format!("לא בוצע: {words}"),
    })
}

/// No question with this code waits.
pub fn no_such_question(code: &str, language: Language) -> Content {
    text(&match language {
        Language::English => {
            format!("No question {code} waits for an answer; it may be too old. Please write the command again.")
        }
        Language::Hebrew => format!("אין שאלה {code} שממתינה לתשובה; אולי היא ישנה מדי. בבקשה לכתוב את הפקודה שוב."),
    })
}

/// A decision is carried out for so many messages.
pub fn decided(decision: &Decision, count: usize, language: Language) -> Content {
    text(&match language {
        Language::English => decided_in_english(decision, count),
        Language::Hebrew => decided_in_hebrew(decision, count),
    })
}

fn decided_in_english(decision: &Decision, count: usize) -> String {
    match decision {
        Decision::Unknown { entry_id, .. } if count == 0 => format!("Nothing is open about {entry_id} any more."),
        Decision::Unknown { entry_id, verdict: Verdict::SendAgain, .. } => format!("{entry_id} is being sent again."),
        Decision::Unknown { entry_id, verdict: Verdict::Leave, .. } => format!("{entry_id} is left as it is."),
        Decision::Unknown { entry_id, verdict: Verdict::Arrived, .. } => format!("Noted: {entry_id} arrived."),
        Decision::Late { .. } if count == 0 => "No late post waits. For what is scheduled, type: list".to_owned(),
        Decision::Late { send: true, .. } => format!("{} on the way now.", counted(count, "late post")),
        Decision::Late { send: false, .. } => format!("{} dropped.", counted(count, "late post")),
    }
}

fn decided_in_hebrew(decision: &Decision, count: usize) -> String {
    match decision {
        Decision::Unknown { entry_id, .. } if count == 0 => format!("שום דבר כבר לא פתוח לגבי {entry_id}."),
        Decision::Unknown { entry_id, verdict: Verdict::SendAgain, .. } => format!("{entry_id} נשלח שוב."),
        Decision::Unknown { entry_id, verdict: Verdict::Leave, .. } => format!("{entry_id} נשאר כפי שהוא."),
        Decision::Unknown { entry_id, verdict: Verdict::Arrived, .. } => format!("נרשם: {entry_id} הגיע."),
        Decision::Late { .. } if count == 0 => "אין הודעה מאחרת שממתינה. למה שמתוזמן: רשימה".to_owned(),
        Decision::Late { send: true, .. } => format!("הודעות מאחרות שיצאו לדרך: {count}."),
        Decision::Late { send: false, .. } => format!("הודעות מאחרות שנזרקו: {count}."),
    }
}

/// A decision cannot be carried out.
pub fn not_decided(why: &str, language: Language) -> Content {
    text(&match language {
        Language::English => format!("Nothing changed: {why}."),
        Language::Hebrew => format!("שום דבר לא השתנה: {why}."),
    })
}

/// There is no message with this number.
pub fn no_such_message(id: i64, language: Language) -> Content {
    text(&match language {
        Language::English => format!("There is no message {id}. The number stands in the question that I asked you."),
        Language::Hebrew => format!("אין הודעה {id}. המספר מופיע בשאלה ששאלתי."),
    })
}

/// A length of time in its largest unit.
fn length(span: TimeDelta, language: Language) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours(), span.num_minutes());
    match (days, hours, minutes, language) {
        (0, 0, 0, Language::English) => format!("{} s", span.num_seconds()),
        (0, 0, _, Language::English) => format!("{minutes} min"),
        (0, _, _, Language::English) => format!("{hours} h"),
        (1, _, _, Language::English) => "1 day".to_owned(),
        (_, _, _, Language::English) => format!("{days} days"),
        (0, 0, 0, Language::Hebrew) => format!("{} שניות", span.num_seconds()),
        (0, 0, _, Language::Hebrew) => format!("{minutes} דקות"),
        (0, _, _, Language::Hebrew) => format!("{hours} שעות"),
        (_, _, _, Language::Hebrew) => format!("{days} ימים"),
    }
}
