//! Answers to questions: one job, its story, its answers, how things stand.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::change::state_name;
use super::clean::{clean, clean_line};
use super::list::and_more;
use super::{START, counted, start, text};
use crate::domain::content::{Content, TEXT_LIMIT, cut};
use crate::domain::job::Job;
use crate::domain::member::Member;
use crate::domain::outbox::{Entry, State};
use crate::domain::when::{Language, away, day_and_time};

/// How many further occurrences of a series are shown.
const AHEAD: usize = 3;

/// One job: where it stands, when, where, and its whole text.
pub fn shown(job: &Job, posts: &[Entry], now: DateTime<Utc>, zone: Tz, language: Language) -> Content {
    let hebrew = language == Language::Hebrew;
    let mut lines = vec![format!("#{} {}: {}", job.id, job.groups.join(", "), state_name(job, zone, language))];
    if let Some(at) = job.next_due_at {
        lines.push(format!("{} ({})", day_and_time(at, zone, language), away(now, at, language)));
    }
    if let Some(recurrence) = &job.recurrence {
        let ahead = recurrence.after(job.next_due_at.unwrap_or(now)).take(AHEAD - 1);
        lines.extend(ahead.map(|at| day_and_time(at, zone, language)));
        lines.push(format!("{}: {}", if hebrew { "חזרה" } else { "Repeats" }, recurrence.phrase));
    }
    if job.zone != zone {
        lines.push(format!("{}: {}", if hebrew { "אזור זמן" } else { "Time zone" }, job.zone.name()));
    }
    let last = posts.iter().rev().take(AHEAD);
    lines.extend(last.filter_map(|post| {
        let slot = post.post.as_ref()?;
        let state = post_state(post.state, language);
        Some(format!("{} {}: {state}", day_and_time(slot.due_at, zone, language), slot.group))
    }));
    let head = lines.join("\n");
    let room = TEXT_LIMIT.saturating_sub(head.chars().count() + 2);
    text(&format!("{head}\n\n{}", cut(job.words(), room)))
}

/// What became of a post, in words.
fn post_state(state: State, language: Language) -> &'static str {
    match (state, language) {
        (State::Planned, Language::English) => "waits to go out",
        (State::Sending, Language::English) => "is being sent",
        (State::Unknown, Language::English) => "nobody knows whether it went out",
        (State::Accepted, Language::English) => "sent",
        (State::Failed, Language::English) => "failed",
        (State::Cancelled, Language::English) => "cancelled",
        (State::Expired, Language::English) => "too late, not sent",
        (State::Unresolved, Language::English) => "left open whether it went out",
        (State::Planned, Language::Hebrew) => "ממתין לשליחה",
        (State::Sending, Language::Hebrew) => "בשליחה",
        (State::Unknown, Language::Hebrew) => "לא ידוע אם נשלח",
        (State::Accepted, Language::Hebrew) => "נשלח",
        (State::Failed, Language::Hebrew) => "נכשל",
        (State::Cancelled, Language::Hebrew) => "בוטל",
        (State::Expired, Language::Hebrew) => "איחר, לא נשלח",
        (State::Unresolved, Language::Hebrew) => "נשאר פתוח אם נשלח",
    }
}

/// One line of the story of a job.
pub struct Told<'a> {
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it, as the log names it.
    pub actor: &'a str,
    /// Why, as the log says it.
    pub reason: &'a str,
    /// The state after.
    pub to: &'a str,
    /// The group of the post; `None` for the job itself.
    pub group: Option<&'a str>,
}

/// The story of a job, oldest first; `more` when its beginning is not shown.
pub fn story(job: &Job, told: &[Told<'_>], more: bool, zone: Tz, language: Language) -> Content {
    let mut lines: Vec<String> = told.iter().map(|line| story_line(line, zone, language)).collect();
    if more {
        lines.insert(0, "…".to_owned());
    }
    let head = format!("#{} {}: {}", job.id, job.groups.join(", "), start(job.words(), START));
    let earlier = match (more, language) {
        (false, _) => "",
        (true, Language::English) => "\nFor what came before: more",
        (true, Language::Hebrew) => "\nלמה שהיה קודם: עוד",
    };
    text(&format!("{head}\n{}{earlier}", lines.join("\n")))
}

fn story_line(line: &Told<'_>, zone: Tz, language: Language) -> String {
    let clock = line.at.with_timezone(&zone).format("%-d.%-m. %H:%M:%S");
    let what = match line.group {
        Some(group) => {
            let state = State::parse(line.to).map_or(line.to, |state| post_state(state, language));
            format!("{group}: {state}")
        }
        None => job_event(line, language),
    };
    let detail = if line.group.is_some() && !line.reason.is_empty() {
        format!(" ({})", clean(line.reason))
    } else {
        String::new()
    };
    format!("{clock} {what}{detail}")
}

/// What happened to the job itself, in words.
fn job_event(line: &Told<'_>, language: Language) -> String {
    let by = match (line.actor, language) {
        ("owner", Language::English) => "you",
        ("owner", Language::Hebrew) => "על ידך",
        (_, Language::English) => "the bot",
        (_, Language::Hebrew) => "הבוט",
    };
    let what = match (line.reason, language) {
        ("added", Language::English) => "scheduled",
        ("text", Language::English) => "text changed",
        ("moved", Language::English) => "moved",
        ("paused", Language::English) => "paused",
        ("resumed", Language::English) => "resumed",
        ("skipped", Language::English) => "next one skipped",
        ("excepted", Language::English) => "days left out",
        ("restored", Language::English) => "brought back",
        ("now", Language::English) => "sent for at once",
        ("rezoned", Language::English) => "moved to another time zone",
        ("undone", Language::English) => "a change taken back",
        ("withdrawn", Language::English) => "cancelled",
        ("added", Language::Hebrew) => "תוזמן",
        ("text", Language::Hebrew) => "הטקסט שונה",
        ("moved", Language::Hebrew) => "הוזז",
        ("paused", Language::Hebrew) => "הושהה",
        ("resumed", Language::Hebrew) => "ממשיך",
        ("skipped", Language::Hebrew) => "דילוג על הבא",
        ("excepted", Language::Hebrew) => "הוצאו ימים",
        ("restored", Language::Hebrew) => "שוחזר",
        ("now", Language::Hebrew) => "נשלח מיד",
        ("rezoned", Language::Hebrew) => "עבר לאזור זמן אחר",
        ("undone", Language::Hebrew) => "שינוי הוחזר",
        ("withdrawn", Language::Hebrew) => "בוטל",
        (other, _) => other,
    };
    if line.reason == "added" { what.to_owned() } else { format!("{what} ({by})") }
}

/// A member's answer to a post.
pub struct Answer<'a> {
    /// Its number.
    pub id: i64,
    /// Who wrote it; `None` once they were forgotten.
    pub member: Option<&'a Member>,
    /// When.
    pub sent_at: DateTime<Utc>,
    /// What was brought to the owner.
    pub words: Option<&'a str>,
}

/// A page of the answers to the posts of a job, newest first; `more` when there are older ones.
pub fn answers(id: i64, answers: &[Answer<'_>], more: bool, zone: Tz, language: Language) -> Content {
    if answers.is_empty() {
        return text(&match language {
            Language::English => format!("Nobody answered #{id} so far."),
            Language::Hebrew => format!("אף אחד עוד לא הגיב על #{id}."),
        });
    }
    let line = |answer: &Answer<'_>| {
        let who = answer.member.map_or_else(|| "—".to_owned(), |member| clean_line(&member.shown_name()));
        let clock = answer.sent_at.with_timezone(&zone).format("%-d.%-m. %H:%M");
        let words = answer.words.map(|words| format!(": {}", start(&clean(words), START))).unwrap_or_default();
        format!("{} {clock} {who}{words}", answer.id)
    };
    let lines: Vec<String> = answers.iter().map(line).collect();
    let more = and_more(more, language);
    let hint = answers.first().map_or(0, |first| first.id);
    text(&match language {
        Language::English => format!("Answers to #{id}:\n{}{more}\nTo answer one: reply {hint}", lines.join("\n")),
        Language::Hebrew => format!("תגובות על #{id}:\n{}{more}\nלתשובה: השב {hint}", lines.join("\n")),
    })
}

/// How things stand.
pub struct Standing<'a> {
    /// How many jobs are pending; counted up to a limit.
    pub pending: u32,
    /// True when there are more than that.
    pub more: bool,
    /// The next one.
    pub next: Option<&'a Job>,
    /// How many messages are in each state.
    pub messages: &'a [(State, u64)],
    /// The owner's zone.
    pub zone: Tz,
}

/// How things stand, in a few lines.
pub fn standing(standing: &Standing<'_>, now: DateTime<Utc>, language: Language) -> Content {
    let hebrew = language == Language::Hebrew;
    let plus = if standing.more { "+" } else { "" };
    let mut lines = vec![if hebrew {
        format!("ממתינות: {}{plus}", standing.pending)
    } else {
        format!("Pending: {}{plus}", counted(standing.pending as usize, "job"))
    }];
    if let Some((job, at)) = standing.next.and_then(|job| Some((job, job.next_due_at?))) {
        let when = format!("{} ({})", day_and_time(at, standing.zone, language), away(now, at, language));
        lines.push(format!("{} #{} {}: {when}", if hebrew { "הבא:" } else { "Next:" }, job.id, job.groups.join(", ")));
    }
    for state in [State::Planned, State::Sending, State::Unknown, State::Unresolved] {
        let count = standing.messages.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count);
        if count > 0 {
            lines.push(format!("{count}: {}", post_state(state, language)));
        }
    }
    lines.push(format!("{}: {}", if hebrew { "אזור זמן" } else { "Time zone" }, standing.zone.name()));
    text(&lines.join("\n"))
}
