//! Lists of jobs, a page at a time.

use chrono_tz::Tz;

use super::clean::clean;
use super::{START, start, text};
use crate::domain::content::{Content, cut};
use crate::domain::job::{Job, JobState};
use crate::domain::when::{self, Language};

/// Room for the groups of a job on its line: a page must fit into one message.
const GROUPS_ROOM: usize = 80;

/// A page of what is scheduled, soonest first.
pub struct Page<'a> {
    /// The jobs of the page.
    pub jobs: &'a [Job],
    /// True when there are more.
    pub more: bool,
    /// What the list is narrowed to, in the owner's words.
    pub of: Option<&'a str>,
    /// True when it is not the first page.
    pub further: bool,
}

/// What is scheduled, soonest first.
pub fn list(page: &Page<'_>, zone: Tz, language: Language) -> Content {
    let Some(first) = page.jobs.first() else { return nothing(page, language) };
    let lines: Vec<String> = page.jobs.iter().map(|job| line(job, zone, language)).collect();
    let of = page.of.map(|of| format!(" ({})", clean(of))).unwrap_or_default();
    let (zone, id, lines, rest) = (zone.name(), first.id, lines.join("\n"), and_more(page.more, language));
    text(&match language {
        Language::English => {
            format!("Scheduled{of}, times in {zone}:\n{lines}{rest}\nTo withdraw one: cancel {id}")
        }
        Language::Hebrew => {
            format!("מתוזמן{of}, שעות לפי {zone}:\n{lines}{rest}\nלביטול: בטל {id}")
        }
    })
}

fn nothing(page: &Page<'_>, language: Language) -> Content {
    text(match (page.further, page.of.is_some(), language) {
        (true, _, Language::English) => "That was all. For the beginning, type: list",
        (true, _, Language::Hebrew) => "זה היה הכל. להתחלה: רשימה",
        (false, true, Language::English) => "Nothing is scheduled there. For everything, type: list",
        (false, true, Language::Hebrew) => "שום דבר לא מתוזמן שם. לכל הרשימה: רשימה",
        (false, false, Language::English) => {
            "Nothing is scheduled.\nType: schedule \"Daily sync at 09:00\" to team at tomorrow 08:55"
        }
        (false, false, Language::Hebrew) => "שום דבר לא מתוזמן.\nלדוגמה: תזמן \"פגישה ב-9\" לצוות מחר ב-8:55",
    })
}

/// How a list goes on.
pub(super) fn and_more(more: bool, language: Language) -> &'static str {
    match (more, language) {
        (false, _) => "",
        (true, Language::English) => "\nand more. To go on: more",
        (true, Language::Hebrew) => "\nויש עוד. להמשך: עוד",
    }
}

/// What a list of today is called.
pub fn today(language: Language) -> &'static str {
    match language {
        Language::English => "today",
        Language::Hebrew => "היום",
    }
}

/// There is no further page.
pub fn no_more(language: Language) -> Content {
    text(match language {
        Language::English => "There is no list to go on with. Type: list",
        Language::Hebrew => "אין רשימה להמשיך. אפשר: רשימה",
    })
}

/// One job on one line.
pub(super) fn line(job: &Job, zone: Tz, language: Language) -> String {
    let over = match language {
        Language::English => "over",
        Language::Hebrew => "הסתיים",
    };
    let due = job.next_due_at.map_or_else(|| over.to_owned(), |at| when::day_and_time(at, zone, language));
    let paused = match (job.state, language) {
        (JobState::Paused, Language::English) => ", paused",
        (JobState::Paused, Language::Hebrew) => ", מושהה",
        _ => "",
    };
    let repeats = if job.recurrence.is_some() { " ↻" } else { "" };
    let groups = cut(&job.groups.join(", "), GROUPS_ROOM);
    format!("#{} {due}{repeats}{paused}, {groups}: {}", job.id, start(job.words(), START))
}
