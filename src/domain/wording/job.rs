//! Answers about jobs: scheduled, listed, cancelled.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::clean::clean;
use super::{START, start, text};
use crate::domain::command::{Draft, nearest};
use crate::domain::content::{Button, Content, INTERACTIVE_BODY_LIMIT, TEXT_LIMIT, cut};
use crate::domain::group::{Group, GroupState};
use crate::domain::job::Job;
use crate::domain::when::{self, Language, Refusal, Settings, Understood};

/// Longest text that a suggestion repeats whole.
const REPEATED: usize = 1000;

/// What the confirmation of a job is made from.
pub struct Confirmation<'a> {
    /// The number of the job.
    pub id: i64,
    /// What will be posted.
    pub text: &'a str,
    /// Where.
    pub groups: &'a [Group],
    /// When, as it was understood.
    pub understood: &'a Understood,
}

/// A job is scheduled: number, when, where, the text as it will look, and buttons while there is room for them.
pub fn scheduled(said: &Confirmation<'_>, now: DateTime<Utc>, settings: &Settings, language: Language) -> Content {
    let id = said.id;
    let names: Vec<&str> = said.groups.iter().map(|group| group.name.as_str()).collect();
    let (when, zone) = match said.understood {
        Understood::Once(moment) => (when::confirm(moment, now, settings), moment.zone),
        Understood::Repeats(rule) => (when::confirm_series(rule, now, settings), rule.zone()),
    };
    let mut head = match language {
        Language::English => format!("#{id} to {}\n{when}\nTime zone: {}\n", names.join(", "), zone.name()),
        Language::Hebrew => format!("#{id} אל {}\n{when}\nאזור זמן: {}\n", names.join(", "), zone.name()),
    };
    head.extend(said.groups.iter().filter_map(|group| trouble_of(group, language)));
    head.push_str(&match language {
        Language::English => format!("To undo: cancel {id}\n\n"),
        Language::Hebrew => format!("לביטול: בטל {id}\n\n"),
    });
    let whole = head.chars().count() + said.text.chars().count();
    if whole <= INTERACTIVE_BODY_LIMIT {
        return Content::Buttons { body: head + said.text, buttons: buttons(id, language) };
    }
    let room = TEXT_LIMIT.saturating_sub(head.chars().count());
    head.push_str(&cut(said.text, room));
    Content::text(head)
}

fn buttons(id: i64, language: Language) -> Vec<Button> {
    let titles = match language {
        Language::English => ["Undo", "Edit", "Test"],
        Language::Hebrew => ["ביטול", "שינוי", "ניסיון"],
    };
    let button = |(verb, title): (&str, &str)| Button { id: format!("{verb}:{id}"), title: title.to_owned() };
    ["undo", "edit", "test"].into_iter().zip(titles).map(button).collect()
}

fn trouble_of(group: &Group, language: Language) -> Option<String> {
    let name = &group.name;
    Some(match (group.state, language) {
        (GroupState::Suspended, Language::English) => format!("{name} is suspended at present.\n"),
        (GroupState::Gone, Language::English) => format!("{name} seems to be gone; the post may fail.\n"),
        (GroupState::Suspended, Language::Hebrew) => format!("{name} מושעית כרגע.\n"),
        (GroupState::Gone, Language::Hebrew) => format!("נראה ש-{name} כבר לא קיימת; ייתכן שהפרסום ייכשל.\n"),
        (GroupState::Verified | GroupState::Unverified, _) => return None,
    })
}

/// The time of a draft was not understood.
pub fn phrase_refused(refusal: &Refusal, draft: &Draft, language: Language) -> Content {
    let said = clean(&refusal.message);
    let not = not_scheduled(language);
    let Some(first) = refusal.suggestions.first() else {
        return text(&match language {
            Language::English => format!("{not} {said}\nFor the time see: help schedule"),
            Language::Hebrew => format!("{not} {said}\nעל הזמן: עזרה תזמן"),
        });
    };
    let whole = again(draft, first, language);
    let others = refusal.suggestions.get(1..).unwrap_or_default().join(" / ");
    let others = match (others.is_empty(), language) {
        (true, _) => String::new(),
        (false, Language::English) => format!("\nOr: {others}"),
        (false, Language::Hebrew) => format!("\nאו: {others}"),
    };
    text(&match language {
        Language::English => format!("{not} {said}\nType: {whole}{others}"),
        Language::Hebrew => format!("{not} {said}\nאפשר: {whole}{others}"),
    })
}

fn not_scheduled(language: Language) -> &'static str {
    match language {
        Language::English => "Not scheduled.",
        Language::Hebrew => "לא תוזמן.",
    }
}

/// A time of a command about a job was not understood.
pub fn time_refused(refusal: &Refusal, before: &str, language: Language) -> Content {
    let said = clean(&refusal.message);
    let not = match language {
        Language::English => "Not done.",
        Language::Hebrew => "לא בוצע.",
    };
    let tries: Vec<String> = refusal.suggestions.iter().map(|phrase| format!("{before}{phrase}")).collect();
    let tries = match (tries.is_empty(), language) {
        (true, _) => String::new(),
        (false, Language::English) => format!("\nType: {}", tries.join("\nOr: ")),
        (false, Language::Hebrew) => format!("\nאפשר: {}", tries.join("\nאו: ")),
    };
    text(&format!("{not} {said}{tries}"))
}

/// The time of a draft passed before the message was here.
pub fn passed(at: DateTime<Utc>, draft: &Draft, zone: Tz, language: Language) -> Content {
    let when = when::day_and_time(at, zone, language);
    text(&match language {
        Language::English => format!(
            "Not scheduled: your message reached me too late, {when} has passed.\nTo post it now, type: {}",
            again(draft, "in 1 minute", language)
        ),
        Language::Hebrew => format!(
            "לא תוזמן: ההודעה הגיעה מאוחר מדי, {when} כבר עבר.\nלפרסום עכשיו: {}",
            again(draft, "בעוד דקה", language)
        ),
    })
}

/// A command names a group that is not registered.
pub fn unknown_group(name: &str, groups: &[Group], language: Language) -> Content {
    let name = cut(&clean(name), START);
    let not = not_scheduled(language);
    if groups.is_empty() {
        return text(&match language {
            Language::English => {
                format!("Not scheduled: no group is registered yet.\nType: register group {name} 1203630xxx@g.us Name")
            }
            Language::Hebrew => {
                format!("{not} עדיין לא נרשמה אף קבוצה.\nלרישום: רשום קבוצה {name} 1203630xxx@g.us שם")
            }
        });
    }
    let aliases = || groups.iter().map(|group| group.alias.as_str());
    let near = nearest(&name.to_lowercase(), aliases());
    let known = cut(&aliases().collect::<Vec<_>>().join(", "), 1000);
    text(&match language {
        Language::English => {
            let meant = near.map(|near| format!(" Did you mean {near}?")).unwrap_or_default();
            format!(
                "Not scheduled: I know no group “{name}”.{meant}\nGroups: {known}\n\
                 To add one: register group alias id name"
            )
        }
        Language::Hebrew => {
            let meant = near.map(|near| format!(" אולי {near}?")).unwrap_or_default();
            format!("{not} אני לא מכיר קבוצה “{name}”.{meant}\nקבוצות: {known}\nלהוספה: רשום קבוצה כינוי מזהה שם")
        }
    })
}

/// A job is withdrawn now.
pub fn cancelled(job: &Job, zone: Tz, language: Language) -> Content {
    let (id, subject) = (job.id, subject(job, zone, language));
    text(&match language {
        Language::English => format!("Cancelled: {subject}\nTo bring it back: restore {id}"),
        Language::Hebrew => format!("בוטל: {subject}\nלהחזרה: שחזר {id}"),
    })
}

/// A job was withdrawn before.
pub fn already_cancelled(job: &Job, zone: Tz, language: Language) -> Content {
    let subject = subject(job, zone, language);
    text(&match language {
        Language::English => format!("It was cancelled already: {subject}"),
        Language::Hebrew => format!("זה כבר בוטל: {subject}"),
    })
}

/// A job is over.
pub fn over(job: &Job, zone: Tz, language: Language) -> Content {
    let subject = subject(job, zone, language);
    text(&match language {
        Language::English => format!("Too late to cancel, it is done: {subject}"),
        Language::Hebrew => format!("מאוחר מדי לבטל, זה הסתיים: {subject}"),
    })
}

/// A post of a job is being sent.
pub fn on_its_way(job: &Job, zone: Tz, language: Language) -> Content {
    let subject = subject(job, zone, language);
    text(&match language {
        Language::English => format!("Too late to cancel, it is being sent or may have been sent: {subject}"),
        Language::Hebrew => format!("מאוחר מדי לבטל, זה בשליחה או אולי כבר נשלח: {subject}"),
    })
}

/// There is no such job.
pub fn no_such_job(id: i64, language: Language) -> Content {
    text(&match language {
        Language::English => format!("There is no #{id}. For what is scheduled, type: list"),
        Language::Hebrew => format!("אין #{id}. למה שמתוזמן: רשימה"),
    })
}

/// What a job is, in words: by the wall clock the owner named, because a job that is over has no next slot.
pub(super) fn subject(job: &Job, zone: Tz, language: Language) -> String {
    let named = when::wall_clock(job.local_time, language);
    let elsewhere = if job.zone == zone { String::new() } else { format!(" {}", job.zone.name()) };
    format!("#{} {named}{elsewhere}, {}: {}", job.id, job.groups.join(", "), start(job.words(), START))
}

/// A draft as it is typed, with another time; a long text is not repeated, because half of it must not be copied.
pub fn again(draft: &Draft, phrase: &str, language: Language) -> String {
    let targets: Vec<String> = draft.groups.iter().map(|group| quoted_if_needed(group)).collect();
    let whole = draft.text.chars().count() <= REPEATED;
    match language {
        Language::English => {
            let words = if whole { draft.text.as_str() } else { "(the same text)" };
            format!("schedule \"{words}\" to {} {phrase}", targets.join(", "))
        }
        Language::Hebrew => {
            let words = if whole { draft.text.as_str() } else { "(אותו טקסט)" };
            format!("תזמן \"{words}\" ל-{} {phrase}", targets.join(", "))
        }
    }
}

fn quoted_if_needed(group: &str) -> String {
    if group.contains(char::is_whitespace) { format!("\"{group}\"") } else { group.to_owned() }
}
