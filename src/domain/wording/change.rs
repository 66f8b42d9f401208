//! Answers about changes of jobs: what it was, what it is, or what stands in the way.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{START, job, start, text};
use crate::domain::amend::Obstacle;
use crate::domain::content::Content;
use crate::domain::job::{Job, JobState};
use crate::domain::when::{Language, away, day_and_time};

/// How many changed jobs are named.
const NAMED: usize = 20;

/// What was changed about a job.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// As it was.
    pub before: &'a Job,
    /// As it is.
    pub after: &'a Job,
    /// So many of its posts are on their way, unchanged.
    pub going: u32,
    /// True when the change took an earlier one back.
    pub undone: bool,
}

/// A job was changed: each thing that differs, before and after.
pub fn changed(change: Change<'_>, zone: Tz, now: DateTime<Utc>, language: Language) -> Content {
    let Change { before, after, going, undone } = change;
    let mut said = differences(before, after, zone, now, language);
    if said.is_empty() {
        said.push(match language {
            Language::English => "Nothing to change, it is as you say.".to_owned(),
            Language::Hebrew => "אין מה לשנות, זה כבר כך.".to_owned(),
        });
    }
    if let Some(on_its_way) = on_its_way(going, language) {
        said.push(on_its_way);
    }
    said.extend((!undone).then_some(match language {
        Language::English => "To take it back: undo".to_owned(),
        Language::Hebrew => "לביטול השינוי: בטל פעולה".to_owned(),
    }));
    text(&format!("#{} {}\n{}", after.id, after.groups.join(", "), said.join("\n")))
}

/// What differs between two states of a job, a line each.
fn differences(before: &Job, after: &Job, zone: Tz, now: DateTime<Utc>, language: Language) -> Vec<String> {
    let hebrew = language == Language::Hebrew;
    let mut said = Vec::new();
    let mut differs = |english: &str, in_hebrew: &str, old: String, new: String| {
        if old != new {
            let name = if hebrew { in_hebrew } else { english };
            said.push(format!("{name}: {old} → {new}"));
        }
    };
    let state = |job: &Job| state_name(job, zone, language);
    differs("State", "מצב", state(before), state(after));
    let due = |job: &Job| job.next_due_at.map_or_else(|| none(language), |at| day_and_time(at, zone, language));
    let (old, mut new) = (due(before), due(after));
    if let Some(at) = after.next_due_at.filter(|_| old != new) {
        new.push_str(&format!(" ({})", away(now, at, language)));
    }
    differs("Time", "זמן", old, new);
    let rule = |job: &Job| job.recurrence.as_ref().map_or_else(|| none(language), |rule| rule.phrase.clone());
    differs("Repeats", "חזרה", rule(before), rule(after));
    differs("Zone", "אזור זמן", before.zone.name().to_owned(), after.zone.name().to_owned());
    if before.text != after.text {
        let name = if hebrew { "טקסט" } else { "Text" };
        said.push(format!("{name}: {} →\n{}", start(before.words(), START), after.words()));
    }
    let without = |job: &Job| job.recurrence.as_ref().map(|r| (r.rule.clone(), r.without.clone()));
    if said.is_empty() && without(before) != without(after) {
        said.push(if hebrew { "הימים האלה הוצאו מהסדרה." } else { "Those days are left out." }.to_owned());
    }
    said
}

fn none(language: Language) -> String {
    match language {
        Language::English => "none",
        Language::Hebrew => "אין",
    }
    .to_owned()
}

/// Where a job stands, in words.
pub(super) fn state_name(job: &Job, zone: Tz, language: Language) -> String {
    let name = match (job.state, language) {
        (JobState::Active, Language::English) => "scheduled",
        (JobState::Paused, Language::English) => "paused",
        (JobState::Done, Language::English) => "done",
        (JobState::Cancelled, Language::English) => "cancelled",
        (JobState::Active, Language::Hebrew) => "מתוזמן",
        (JobState::Paused, Language::Hebrew) => "מושהה",
        (JobState::Done, Language::Hebrew) => "הסתיים",
        (JobState::Cancelled, Language::Hebrew) => "בוטל",
    };
    match (job.paused_until.filter(|_| job.state == JobState::Paused), language) {
        (Some(until), Language::English) => format!("{name} until {}", day_and_time(until, zone, language)),
        (Some(until), Language::Hebrew) => format!("{name} עד {}", day_and_time(until, zone, language)),
        (None, _) => name.to_owned(),
    }
}

fn on_its_way(going: u32, language: Language) -> Option<String> {
    let said = match (going, language) {
        (0, _) => return None,
        (1, Language::English) => "One post of it is on its way already and stays as it was.".to_owned(),
        (1, Language::Hebrew) => "הודעה אחת כבר בדרך ותישאר כפי שהייתה.".to_owned(),
        (many, Language::English) => format!("{many} posts of it are on their way already and stay as they were."),
        (many, Language::Hebrew) => format!("{many} הודעות כבר בדרך ויישארו כפי שהיו."),
    };
    Some(said)
}

/// A change cannot be made: why, and what to type instead.
pub fn not_changed(job: &Job, why: Obstacle, going: u32, zone: Tz, language: Language) -> Content {
    let id = job.id;
    let reason = match language {
        Language::English => english(id, why, zone),
        Language::Hebrew => hebrew(id, why, zone),
    };
    let going = on_its_way(going, language).map(|line| format!("\n{line}")).unwrap_or_default();
    text(&format!("{reason}\n{}{going}", job::subject(job, zone, language)))
}

fn english(id: i64, why: Obstacle, zone: Tz) -> String {
    match why {
        Obstacle::Over => format!("Not changed: #{id} is over. To post it again, type: now {id}"),
        Obstacle::Cancelled => format!("Not changed: #{id} is cancelled. To bring it back, type: restore {id}"),
        Obstacle::Once => format!("Not changed: #{id} does not repeat. To withdraw it, type: cancel {id}"),
        Obstacle::Repeats => format!("Not changed: #{id} repeats."),
        Obstacle::Paused => format!("#{id} is paused already. To go on, type: resume {id}"),
        Obstacle::NotPaused => format!("#{id} is not paused."),
        Obstacle::NotCancelled => format!("#{id} is not cancelled; there is nothing to restore."),
        Obstacle::TooOld => format!("#{id} was cancelled too long ago; only 30 days are kept. Please write it anew."),
        Obstacle::Passed => {
            format!("Not done: the time of #{id} has passed. Type: now {id}\nOr: copy {id} to team at tomorrow 09:00")
        }
        Obstacle::BeyondNext(next) => format!(
            "Not moved: after that, at {}, #{id} comes again already. To leave one out, type: skip {id}\n\
             To change all of them, give a time that repeats: move {id} to every day 10:00",
            day_and_time(next, zone, Language::English)
        ),
        Obstacle::MovedOn => format!("Not taken back: something happened to #{id} since. To see it, type: why {id}"),
    }
}

fn hebrew(id: i64, why: Obstacle, zone: Tz) -> String {
    match why {
        Obstacle::Over => format!("לא שונה: #{id} כבר הסתיים. לפרסום נוסף: עכשיו {id}"),
        Obstacle::Cancelled => format!("לא שונה: #{id} בוטל. להחזרה: שחזר {id}"),
        Obstacle::Once => format!("לא שונה: #{id} אינו חוזר. לביטול: בטל {id}"),
        Obstacle::Repeats => format!("לא שונה: #{id} חוזר על עצמו."),
        Obstacle::Paused => format!("#{id} כבר מושהה. להמשך: המשך {id}"),
        Obstacle::NotPaused => format!("#{id} אינו מושהה."),
        Obstacle::NotCancelled => format!("#{id} לא בוטל, אין מה לשחזר."),
        Obstacle::TooOld => format!("#{id} בוטל לפני זמן רב מדי; נשמרים 30 יום. בבקשה לכתוב מחדש."),
        Obstacle::Passed => format!("לא בוצע: הזמן של #{id} עבר. אפשר: עכשיו {id}\nאו: העתק {id} לצוות מחר 09:00"),
        Obstacle::BeyondNext(next) => format!(
            "לא הוזז: לפני כן, ב{}, #{id} כבר חוזר. לדילוג על אחד: דלג {id}\nלשינוי כולם: הזז {id} לכל יום ב-10:00",
            day_and_time(next, zone, Language::Hebrew)
        ),
        Obstacle::MovedOn => format!("לא הוחזר: משהו קרה ל-#{id} מאז. לפרטים: למה {id}"),
    }
}

/// Several jobs were changed at once.
pub fn changed_many(done: &[i64], refused: usize, resumed: bool, language: Language) -> Content {
    let shown: Vec<String> = done.iter().take(NAMED).map(|id| format!("#{id}")).collect();
    let more = if done.len() > NAMED { format!(" +{}", done.len() - NAMED) } else { String::new() };
    let jobs = format!("{}{more}", shown.join(", "));
    let kept = match (refused, language) {
        (0, _) => String::new(),
        (count, Language::English) => format!("\n{count} could not be changed: their time has passed."),
        (count, Language::Hebrew) => format!("\n{count} לא שונו: הזמן שלהם עבר."),
    };
    text(&match (done.is_empty(), resumed, language) {
        (true, true, Language::English) => format!("Nothing is paused.{kept}"),
        (true, true, Language::Hebrew) => format!("שום דבר לא מושהה.{kept}"),
        (true, false, Language::English) => format!("Nothing is scheduled that could be paused.{kept}"),
        (true, false, Language::Hebrew) => format!("אין מה להשהות.{kept}"),
        (false, true, Language::English) => format!("Resumed: {jobs}{kept}\nTo take it back: undo"),
        (false, true, Language::Hebrew) => format!("ממשיכים: {jobs}{kept}\nלביטול השינוי: בטל פעולה"),
        (false, false, Language::English) => format!("Paused: {jobs}{kept}\nTo go on: resume all"),
        (false, false, Language::Hebrew) => format!("מושהים: {jobs}{kept}\nלהמשך: המשך הכל"),
    })
}

/// What was done to several jobs at once is taken back.
pub fn taken_back(done: &[i64], not: usize, language: Language) -> Content {
    let shown: Vec<String> = done.iter().take(NAMED).map(|id| format!("#{id}")).collect();
    let jobs = shown.join(", ");
    let not = match (not, language) {
        (0, _) => String::new(),
        (count, Language::English) => format!("\n{count} stay as they are: something happened to them since."),
        (count, Language::Hebrew) => format!("\n{count} נשארו כפי שהם: משהו קרה להם מאז."),
    };
    text(&match language {
        Language::English => format!("Taken back: {jobs}{not}"),
        Language::Hebrew => format!("הוחזר: {jobs}{not}"),
    })
}

/// There is nothing to take back.
pub fn nothing_to_undo(language: Language) -> Content {
    text(match language {
        Language::English => "There is nothing to undo from the last 24 hours. For what is scheduled, type: list",
        Language::Hebrew => "אין מה לבטל מ-24 השעות האחרונות. למה שמתוזמן: רשימה",
    })
}

/// How to change a job.
pub fn how_to_change(id: i64, language: Language) -> Content {
    text(&match language {
        Language::English => format!(
            "#{id}: quote this message and write a new time, or text: and the new text, or cancel.\n\
             Or type: move {id} to tomorrow 10:00\nOr: edit {id} \"new text\""
        ),
        Language::Hebrew => format!(
            "#{id}: אפשר לצטט את ההודעה הזאת ולכתוב זמן חדש, או טקסט: והטקסט החדש, או בטל.\n\
             או לכתוב: הזז {id} למחר 10:00\nאו: ערוך {id} \"טקסט חדש\""
        ),
    })
}

/// The heading of a post that only the owner gets.
pub fn test_of(id: i64, language: Language) -> Content {
    text(&match language {
        Language::English => format!("Test of #{id}: the next message is how it will look. Nobody else gets it."),
        Language::Hebrew => format!("ניסיון של #{id}: כך תיראה ההודעה הבאה. היא נשלחת רק אליך."),
    })
}
