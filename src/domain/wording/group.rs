//! Answers about groups.

use chrono_tz::Tz;

use super::{clean::clean, counted, list, text};
use crate::domain::content::{Content, cut};
use crate::domain::group::{Group, GroupState};
use crate::domain::job::Job;
use crate::domain::when::Language;

/// How many jobs are shown that keep a group from being removed.
const JOBS_SHOWN: usize = 20;

/// What the API said about the id of a group that is being registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It exists and we are in it.
    Verified,
    /// It exists, but Meta has suspended it.
    Suspended,
    /// The API does not know it.
    NotFound,
    /// The API could not be asked.
    NotChecked,
}

/// A group is registered.
pub fn registered(group: &Group, checked: Checked, language: Language) -> Content {
    let Group { alias, name, .. } = group;
    text(&match language {
        Language::English => format!(
            "Registered {alias}: {name}. {}\nType: schedule \"Daily sync at 09:00\" to {alias} at tomorrow 08:55",
            check_in_english(checked)
        ),
        Language::Hebrew => format!(
            "נרשמה {alias}: {name}. {}\nלדוגמה: תזמן \"פגישה ב-9\" ל-{alias} מחר ב-8:55",
            check_in_hebrew(checked)
        ),
    })
}

fn check_in_english(checked: Checked) -> &'static str {
    match checked {
        Checked::Verified => "The id is verified.",
        Checked::Suspended => "The id is verified, but the group is suspended at present.",
        Checked::NotFound => "WhatsApp does not know this id: unverified. If it is wrong, register it again.",
        Checked::NotChecked => "The id could not be verified now.",
    }
}

fn check_in_hebrew(checked: Checked) -> &'static str {
    match checked {
        Checked::Verified => "המזהה אומת.",
        Checked::Suspended => "המזהה אומת, אבל הקבוצה מושעית כרגע.",
        Checked::NotFound => "וואטסאפ לא מכירה את המזהה: לא אומת. אם הוא שגוי, אפשר לרשום שוב.",
        Checked::NotChecked => "לא ניתן היה לאמת את המזהה עכשיו.",
    }
}

/// A page of the groups that are registered; `more` when others come behind it.
pub fn groups(groups: &[Group], more: bool, language: Language) -> Content {
    if groups.is_empty() {
        return text(match language {
            Language::English => "No group is registered yet.\nType: register group team 1203630xxx@g.us Team",
            Language::Hebrew => "עדיין לא נרשמה אף קבוצה.\nלדוגמה: רשום קבוצה צוות 1203630xxx@g.us הצוות",
        });
    }
    let lines: Vec<String> = groups.iter().map(|group| line(group, language)).collect();
    let (lines, rest) = (lines.join("\n"), list::and_more(more, language));
    text(&match language {
        Language::English => format!("Groups:\n{lines}{rest}"),
        Language::Hebrew => format!("קבוצות:\n{lines}{rest}"),
    })
}

fn line(group: &Group, language: Language) -> String {
    let state = match (group.state, language) {
        (GroupState::Verified, Language::English) => "verified",
        (GroupState::Unverified, Language::English) => "not verified",
        (GroupState::Suspended, Language::English) => "suspended by Meta",
        (GroupState::Gone, Language::English) => "gone",
        (GroupState::Verified, Language::Hebrew) => "מאומתת",
        (GroupState::Unverified, Language::Hebrew) => "לא מאומתת",
        (GroupState::Suspended, Language::Hebrew) => "מושעית על ידי Meta",
        (GroupState::Gone, Language::Hebrew) => "לא קיימת עוד",
    };
    let quiet = match (group.quiet, language) {
        (Some(hours), Language::English) => format!(", quiet {hours}"),
        (Some(hours), Language::Hebrew) => format!(", שקט {hours}"),
        (None, _) => String::new(),
    };
    format!("{}: {}, {state}{quiet}", group.alias, group.name)
}

fn rest(left: usize, language: Language) -> String {
    match (left, language) {
        (0, _) => String::new(),
        (left, Language::English) => format!("\nand {left} more"),
        (left, Language::Hebrew) => format!("\nועוד {left}"),
    }
}

/// There is no such group.
pub fn not_registered(alias: &str, language: Language) -> Content {
    let alias = cut(&clean(alias), 60);
    text(&match language {
        Language::English => format!("No group is registered as {alias}. For their aliases, type: groups"),
        Language::Hebrew => format!("אין קבוצה רשומה בשם {alias}. לכינויים: קבוצות"),
    })
}

/// A group cannot be removed because jobs point at it.
pub fn still_used(alias: &str, jobs: &[Job], zone: Tz, language: Language) -> Content {
    let lines: Vec<String> = jobs.iter().take(JOBS_SHOWN).map(|job| list::line(job, zone, language)).collect();
    let (lines, rest) = (lines.join("\n"), rest(jobs.len().saturating_sub(JOBS_SHOWN), language));
    text(&match language {
        Language::English => format!(
            "Not removed: {} to {alias}:\n{lines}{rest}\nTo cancel them too, type: unregister group {alias} force",
            counted(jobs.len(), "job")
        ),
        Language::Hebrew => format!(
            "לא הוסרה, עדיין מתוזמנות אליה {}:\n{lines}{rest}\nלביטול גם שלהן: הסר קבוצה {alias} force",
            jobs.len()
        ),
    })
}

/// A group is removed, and these jobs with it; `going` could not be stopped any more.
pub fn unregistered(alias: &str, cancelled: &[i64], going: &[i64], language: Language) -> Content {
    let hebrew = language == Language::Hebrew;
    let mut said = if hebrew { format!("{alias} הוסרה.") } else { format!("Removed {alias}.") };
    if !cancelled.is_empty() {
        let numbers = numbers(cancelled);
        said.push_str(&if hebrew { format!(" בוטלו: {numbers}.") } else { format!(" Cancelled: {numbers}.") });
    }
    if !going.is_empty() {
        let numbers = numbers(going);
        said.push_str(&if hebrew {
            format!(" מאוחר מדי לבטל: {numbers}.")
        } else {
            format!(" Too late to cancel: {numbers}.")
        });
    }
    text(&said)
}

fn numbers(ids: &[i64]) -> String {
    ids.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(", ")
}
