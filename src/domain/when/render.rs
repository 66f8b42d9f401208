//! The line that confirms a moment, in the language of the phrase (section 9).

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc, Weekday};

use super::note::{Note, at_time};
use super::refusal::weekday_name;
use super::word::Part;
use super::wording::{Language, hebrew_part, hebrew_weekday, numeric};
use super::zone::{Place, local_at};
use super::{Moment, Settings};

/// Says when a moment is: `Tue 7 Jul 2026, 09:00 (in 23 h)`, the zone when it is not the owner's, then the notes.
pub fn confirm(moment: &Moment, now: DateTime<Utc>, settings: &Settings) -> String {
    let offset = offset_of(moment);
    let place = offset.map_or(Place::Named(moment.zone), Place::Fixed);
    let local = local_at(place, moment.at);
    let mut line = date_line(local, moment.language);
    if let Some(offset) = offset {
        line.push_str(&format!(" {offset}"));
    } else if moment.zone != settings.zone {
        line.push_str(&format!(" {}", moment.zone.name()));
    }
    let away = match moment.language {
        Language::English => distance(now, moment.at),
        Language::Hebrew => hebrew_distance(now, moment.at),
    };
    line.push_str(&format!(" ({away})"));
    let here = (place != Place::Named(settings.zone)).then(|| elsewhere(moment, settings));
    let notes = moment.notes.iter().filter_map(|note| note_text(*note, local, moment.language));
    for note in here.into_iter().chain(notes) {
        line.push_str("; ");
        line.push_str(&note);
    }
    line
}

fn offset_of(moment: &Moment) -> Option<FixedOffset> {
    moment.notes.iter().find_map(|note| match note {
        Note::AtOffset(offset) => Some(*offset),
        _ => None,
    })
}

/// The owner's own clock, for a moment that was given in another zone.
fn elsewhere(moment: &Moment, settings: &Settings) -> String {
    let local = local_at(Place::Named(settings.zone), moment.at);
    match moment.language {
        Language::English => format!("{}, {} your time", short_date(local.date()), clock(local)),
        Language::Hebrew => format!("אצלך {} בשעה {}", numeric(local.date()), clock(local)),
    }
}

/// The full date and time, without a zone.
pub(super) fn date_line(local: NaiveDateTime, language: Language) -> String {
    match language {
        Language::English => format!("{}, {}", local.format("%a %-d %b %Y"), clock(local)),
        Language::Hebrew => {
            format!("יום {} {} בשעה {}", day_letter(local.weekday()), numeric(local.date()), clock(local))
        }
    }
}

fn clock(local: NaiveDateTime) -> String {
    if local.second() == 0 { local.format("%H:%M").to_string() } else { local.format("%H:%M:%S").to_string() }
}

fn short_date(date: NaiveDate) -> String {
    date.format("%a %-d %b").to_string()
}

fn day_letter(day: Weekday) -> &'static str {
    match day {
        Weekday::Sun => "א'",
        Weekday::Mon => "ב'",
        Weekday::Tue => "ג'",
        Weekday::Wed => "ד'",
        Weekday::Thu => "ה'",
        Weekday::Fri => "ו'",
        Weekday::Sat => "שבת",
    }
}

/// The time until an instant, to the nearest minute, or second when it is less: the words took a moment to arrive, and
/// "in 2 hours" must not be confirmed as 1 h 59 min.
fn rounded(from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    let seconds = (to - from + TimeDelta::milliseconds(500)).num_seconds();
    TimeDelta::seconds(if seconds < 60 { seconds } else { (seconds + 30) / 60 * 60 })
}

/// How far away an instant is, in the unit a person would use: `in 35 min`, `in 23 h`, `in 3 days`.
pub fn distance(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let away = rounded(from, to);
    let (days, hours, minutes) = (away.num_days(), away.num_hours(), away.num_minutes());
    match (days, hours, minutes) {
        _ if away <= TimeDelta::zero() => "now".to_owned(),
        (0, 0, 0) => format!("in {} s", away.num_seconds().max(1)),
        (0, 0, _) => format!("in {minutes} min"),
        (0, 1..=5, _) if minutes % 60 > 0 => format!("in {hours} h {} min", minutes % 60),
        (0, _, _) => format!("in {hours} h"),
        (1, _, _) => "in 1 day".to_owned(),
        _ => format!("in {days} days"),
    }
}

/// [`distance`] in Hebrew.
pub(super) fn hebrew_distance(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let away = rounded(from, to);
    let counted = |count: i64, one: &str, two: &str, many: &str| match count {
        1 => format!("בעוד {one}"),
        2 => format!("בעוד {two}"),
        _ => format!("בעוד {count} {many}"),
    };
    match (away.num_days(), away.num_hours(), away.num_minutes()) {
        _ if away <= TimeDelta::zero() => "עכשיו".to_owned(),
        (0, 0, 0) => counted(away.num_seconds(), "שנייה", "שתי שניות", "שניות"),
        (0, 0, minutes) => counted(minutes, "דקה", "שתי דקות", "דקות"),
        (0, hours, _) => counted(hours, "שעה", "שעתיים", "שעות"),
        (days, _, _) => counted(days, "יום", "יומיים", "ימים"),
    }
}

/// One remark; `None` for those the line has shown already.
fn note_text(note: Note, local: NaiveDateTime, language: Language) -> Option<String> {
    match language {
        Language::English => english(note, local),
        Language::Hebrew => hebrew(note, local),
    }
}

fn english(note: Note, local: NaiveDateTime) -> Option<String> {
    Some(match note {
        Note::RolledToTomorrow { time } => format!("{} has passed today, so tomorrow", at_time(time)),
        Note::IsToday => "today".to_owned(),
        Note::NearerOne { date } => {
            format!("not {}; for that write: this {}", date.format("%-d %B"), weekday_name(date.weekday()))
        }
        Note::BareHour { hour, time } if time % 3_600_000 == 0 => {
            let other = (i64::from(hour) + if time < 12 * 3_600_000 { 12 } else { 0 }) * 3_600_000;
            let half = if time < 12 * 3_600_000 { "evening" } else { "morning" };
            format!("{hour} = {}; for the {half} write {}", at_time(time), at_time(other))
        }
        Note::BareHour { time, .. } => format!("read as {}", at_time(time)),
        Note::EarlyMorning { time } => format!("{} in the morning", at_time(time)),
        Note::NightAfter { date } => format!("the night between {} and {}", day_of(date), next_day_of(date)),
        Note::NextYear { date } => format!("next year, {}", date.year()),
        Note::DefaultTime => "no time given, 09:00".to_owned(),
        Note::DayPart { part, time } => format!("{} = {}", part_word(part), at_time(time)),
        Note::Gap { time } => format!("{} does not exist that night, {} instead", at_time(time), clock(local)),
        Note::FirstPass { time } => format!("first of the two {}s", at_time(time)),
        Note::SecondPass { time } => format!("second of the two {}s", at_time(time)),
        Note::AtOffset(_) => return None,
    })
}

fn hebrew(note: Note, local: NaiveDateTime) -> Option<String> {
    Some(match note {
        Note::RolledToTomorrow { time } => format!("{} כבר עברה היום, לכן מחר", at_time(time)),
        Note::IsToday => "היום".to_owned(),
        Note::NearerOne { date } => {
            format!("לא {}; לשם כך: יום {} הקרוב", numeric(date), hebrew_weekday(date.weekday()))
        }
        Note::BareHour { hour, time } => format!("{hour} = {}", at_time(time)),
        Note::EarlyMorning { time } => format!("{} בבוקר", at_time(time)),
        Note::NightAfter { date } => {
            format!("הלילה שבין {} ל-{}", numeric(date), numeric(date.succ_opt().unwrap_or(date)))
        }
        Note::NextYear { date } => format!("בשנה הבאה, {}", date.year()),
        Note::DefaultTime => "בלי שעה: 09:00".to_owned(),
        Note::DayPart { part, time } => format!("{} = {}", hebrew_part(part), at_time(time)),
        Note::Gap { time } => format!("{} לא קיימת באותו לילה, במקומה {}", at_time(time), clock(local)),
        Note::FirstPass { time } => format!("הראשונה מבין שתי {}", at_time(time)),
        Note::SecondPass { time } => format!("השנייה מבין שתי {}", at_time(time)),
        Note::AtOffset(_) => return None,
    })
}

fn day_of(date: NaiveDate) -> String {
    date.format("%a %-d").to_string()
}

fn next_day_of(date: NaiveDate) -> String {
    date.succ_opt().unwrap_or(date).format("%a %-d %B").to_string()
}

fn part_word(part: Part) -> &'static str {
    match part {
        Part::Morning => "morning",
        Part::BeforeDawn => "before dawn",
        Part::Noon => "noon",
        Part::Afternoon => "afternoon",
        Part::Evening => "evening",
        Part::Night => "night",
    }
}
