//! Answers about jobs: scheduled, listed, cancelled.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::clean::clean;
use super::{START, instant, start, text};
use crate::domain::command::{Draft, nearest};
use crate::domain::content::{Content, TEXT_LIMIT, cut};
use crate::domain::group::{Group, GroupState};
use crate::domain::job::{Job, JobState};
use crate::domain::when::{self, Moment, Refusal, Settings};

/// How many jobs a list shows.
const SHOWN: usize = 20;

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
    /// When.
    pub moment: &'a Moment,
}

/// A job is scheduled: number, when, where, and the text as it will look.
pub fn scheduled(said: &Confirmation<'_>, now: DateTime<Utc>, settings: &Settings) -> Content {
    let names: Vec<&str> = said.groups.iter().map(|group| group.name.as_str()).collect();
    let when = when::confirm(said.moment, now, settings);
    let mut head = format!("#{} to {}\n{when}\nTime zone: {}\n", said.id, names.join(", "), said.moment.zone.name());
    for group in said.groups {
        match group.state {
            GroupState::Suspended => head.push_str(&format!("{} is suspended at present.\n", group.name)),
            GroupState::Gone => head.push_str(&format!("{} seems to be gone; the post may fail.\n", group.name)),
            GroupState::Verified | GroupState::Unverified => {}
        }
    }
    head.push_str(&format!("To undo: cancel {}\n\n", said.id));
    let room = TEXT_LIMIT.saturating_sub(head.chars().count());
    head.push_str(&cut(said.text, room));
    Content::text(head)
}

/// The time of a draft was not understood.
pub fn phrase_refused(refusal: &Refusal, draft: &Draft) -> Content {
    let said = &refusal.message;
    let Some(first) = refusal.suggestions.first() else {
        return text(&format!("Not scheduled. {}\nFor the time see: help schedule", clean(said)));
    };
    let whole = again(draft, first);
    let others = refusal.suggestions.get(1..).unwrap_or_default();
    let others = if others.is_empty() { String::new() } else { format!("\nOr: {}", others.join(" / ")) };
    text(&format!("Not scheduled. {}\nType: {whole}{others}", clean(said)))
}

/// The time of a draft names more than one moment.
pub fn repeats(draft: &Draft) -> Content {
    let again = again(draft, "at tomorrow 09:00");
    text(&format!("Not scheduled: posts that repeat are not built yet; one date and time, please.\nType: {again}"))
}

/// The time of a draft passed before the message was here.
pub fn passed(at: DateTime<Utc>, draft: &Draft, zone: Tz) -> Content {
    let again = again(draft, "in 1 minute");
    text(&format!(
        "Not scheduled: your message reached me too late, {} has passed.\nTo post it now, type: {again}",
        instant(at, zone)
    ))
}

/// A draft names a group that is not registered.
pub fn unknown_group(name: &str, groups: &[Group]) -> Content {
    let name = cut(&clean(name), START);
    if groups.is_empty() {
        return text(&format!(
            "Not scheduled: no group is registered yet.\nType: register group {name} 1203630xxx@g.us Name"
        ));
    }
    let aliases = || groups.iter().map(|group| group.alias.as_str());
    let meant = nearest(&name.to_lowercase(), aliases()).map(|near| format!(" Did you mean {near}?"));
    let known = cut(&aliases().collect::<Vec<_>>().join(", "), 1000);
    text(&format!(
        "Not scheduled: I know no group “{name}”.{}\nGroups: {known}\nTo add one: register group alias id name",
        meant.unwrap_or_default()
    ))
}

/// What is scheduled, soonest first; `more` when even these are not all.
pub fn list(jobs: &[Job], more: bool, zone: Tz) -> Content {
    let Some(first) = jobs.first() else {
        return text("Nothing is scheduled.\nType: schedule \"Daily sync at 09:00\" to team at tomorrow 08:55");
    };
    let lines: Vec<String> = jobs.iter().take(SHOWN).map(|job| line(job, zone)).collect();
    let left = jobs.len().saturating_sub(SHOWN);
    let rest = match (left, more) {
        (0, _) => String::new(),
        (left, false) => format!("\nand {left} more"),
        (left, true) => format!("\nand more than {left} more"),
    };
    let (zone, id, lines) = (zone.name(), first.id, lines.join("\n"));
    text(&format!("Scheduled, times in {zone}:\n{lines}{rest}\nTo withdraw one: cancel {id}"))
}

/// One job on one line.
pub(super) fn line(job: &Job, zone: Tz) -> String {
    let due = job.next_due_at.map_or_else(|| "over".to_owned(), |at| instant(at, zone));
    let paused = if job.state == JobState::Paused { ", paused" } else { "" };
    format!("#{} {due}{paused}, {}: {}", job.id, job.groups.join(", "), start(job.words(), START))
}

/// A job is withdrawn now.
pub fn cancelled(job: &Job, zone: Tz) -> Content {
    text(&format!("Cancelled: {}", subject(job, zone)))
}

/// A job was withdrawn before.
pub fn already_cancelled(job: &Job, zone: Tz) -> Content {
    text(&format!("It was cancelled already: {}", subject(job, zone)))
}

/// A job is over.
pub fn over(job: &Job, zone: Tz) -> Content {
    text(&format!("Too late to cancel, it is done: {}", subject(job, zone)))
}

/// A post of a job is being sent.
pub fn on_its_way(job: &Job, zone: Tz) -> Content {
    text(&format!("Too late to cancel, it is being sent or may have been sent: {}", subject(job, zone)))
}

/// There is no such job.
pub fn no_such_job(id: i64) -> Content {
    text(&format!("There is no #{id}. For what is scheduled, type: list"))
}

/// What a job is, in words: by the wall clock the owner named, because a job that is over has no next slot.
fn subject(job: &Job, zone: Tz) -> String {
    let named = job.local_time.format("%a %-d %b %Y, %H:%M");
    let elsewhere = if job.zone == zone { String::new() } else { format!(" {}", job.zone.name()) };
    format!("#{} {named}{elsewhere}, {}: {}", job.id, job.groups.join(", "), start(job.words(), START))
}

/// A draft as it is typed, with another time; a long text is not repeated, because half of it must not be copied.
fn again(draft: &Draft, phrase: &str) -> String {
    let targets: Vec<String> = draft.groups.iter().map(|group| quoted_if_needed(group)).collect();
    let words = if draft.text.chars().count() <= REPEATED { draft.text.as_str() } else { "(the same text)" };
    format!("schedule \"{words}\" to {} {phrase}", targets.join(", "))
}

fn quoted_if_needed(group: &str) -> String {
    if group.contains(char::is_whitespace) { format!("\"{group}\"") } else { group.to_owned() }
}
