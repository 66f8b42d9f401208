//! From what a phrase says to the earliest instant it can mean after now (section 3.4).
//!
//! Must never answer with an instant that is not later than now.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Utc};

use super::calendar;
use super::note::{Note, at_time};
use super::phrase::{At, Clock, Day, Length, Phrase};
use super::refusal::{Problem, Trouble};
use super::resolve_day::Calendar;
use super::timing::{self, Timing};
use super::word::Part;
use super::zone::{self, Place, Shift};

pub(super) const DAY: i64 = 86_400_000;

/// The moment everything is counted from.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub(super) at: DateTime<Utc>,
    pub(super) place: Place,
    pub(super) local: NaiveDateTime,
    pub(super) calendar: Calendar,
}

/// An instant with what the owner should be told about it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) at: DateTime<Utc>,
    pub(super) notes: Vec<Note>,
}

/// One candidate: the instant, the date it was counted from, and how it met a clock change.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) at: DateTime<Utc>,
    date: NaiveDate,
    time: i64,
    shift: Shift,
}

/// Finds the instant.
pub(super) fn resolve(phrase: &Phrase, now: &Now) -> Result<Found, Trouble> {
    let timing = timing::timing(phrase, now.clock())?;
    refuse_two_nights(phrase, now, timing)?;
    let found = match (&phrase.length, &phrase.day) {
        (Some(length), _) => after_length(phrase, now, length, timing)?,
        (None, Some(At { is: Day::Tonight, .. })) => tonight(phrase, now, timing)?,
        (None, Some(day)) => on_day(phrase, now, day, timing)?,
        (None, None) => any_day(phrase, now, timing)?,
    };
    within_horizon(phrase, now, &found)?;
    Ok(found)
}

/// Midnight and the small hours belong to two nights when a day is named (T4, T6).
fn refuse_two_nights(phrase: &Phrase, now: &Now, timing: Option<Timing>) -> Result<(), Trouble> {
    let named = match (&phrase.length, &phrase.day) {
        (Some(_), _) => true,
        (None, Some(At { is: Day::Tonight, .. })) | (None, None) => return Ok(()),
        (None, Some(day)) => day.is != Day::FromToday(0),
    };
    let night = phrase.part.as_ref().is_some_and(|part| part.is == Part::Night);
    match timing {
        Some(Timing::Midnight(_)) if named => {
            let trouble = Trouble::new(Problem::MidnightOfDay, phrase.span.clone());
            let Some(clock) = &phrase.clock else { return Err(trouble) };
            let [opens, closes] = ["00:00", "24:00"];
            Err(trouble.instead_of(clock.span.clone(), opens, format!("בשעה {opens}")).instead_of(
                clock.span.clone(),
                closes,
                format!("בשעה {closes}"),
            ))
        }
        Some(Timing::Fixed(time)) if night && timing::is_after_midnight(time) => Err(early_or_late(phrase, now, time)),
        _ => Ok(()),
    }
}

/// Small hours of a named day: early on that day, or in the night after it.
fn early_or_late(phrase: &Phrase, now: &Now, time: i64) -> Trouble {
    let trouble = Trouble::new(Problem::NightOfDay, phrase.span.clone());
    let dates = phrase.day.as_ref().and_then(|day| now.calendar.dates(day).ok());
    let first = dates.and_then(|dates| dates.dates.into_iter().find(|date| *date >= now.calendar.today));
    let days = [first, first.and_then(|date| date.succ_opt())].into_iter().flatten();
    days.fold(trouble, |trouble, date| trouble.suggest(format!("{date} {}", at_time(time))))
}

impl Now {
    /// The time of day it is, in milliseconds from midnight.
    pub(super) fn clock(&self) -> i64 {
        self.local.time().signed_duration_since(NaiveTime::MIN).num_milliseconds()
    }

    /// The last moment that can be asked for: two years from today at the same wall clock (F4).
    pub(super) fn horizon(&self) -> Option<DateTime<Utc>> {
        let date = self.local.date().checked_add_months(Months::new(24))?;
        zone::instant_of(self.place, date.and_time(self.local.time()), self.at).map(|(at, _)| at)
    }

    /// The instant of a time of day on a date.
    pub(super) fn candidate(&self, date: NaiveDate, time: i64) -> Option<Candidate> {
        let local = date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::try_milliseconds(time)?)?;
        let (at, shift) = zone::instant_of(self.place, local, self.at)?;
        Some(Candidate { at, date, time, shift })
    }

    fn is_ahead(&self, candidate: &Candidate) -> bool {
        candidate.at > self.at
    }
}

impl Candidate {
    fn found(self, mut notes: Vec<Note>) -> Found {
        match self.shift {
            Shift::None => {}
            Shift::Gap => notes.push(Note::Gap { time: self.time }),
            Shift::FirstPass => notes.push(Note::FirstPass { time: self.time }),
            Shift::SecondPass => notes.push(Note::SecondPass { time: self.time }),
        }
        if self.time == DAY {
            notes.push(Note::NightAfter { date: self.date });
        }
        Found { at: self.at, notes }
    }
}

/// A time without a day: today or tomorrow, whichever comes first (T3, F2).
fn any_day(phrase: &Phrase, now: &Now, timing: Option<Timing>) -> Result<Found, Trouble> {
    let ends = phrase.end_of_day.is_some();
    if ends && timing.is_none_or(|timing| matches!(timing, Timing::Fixed(_))) {
        // `end of day` is today's.
        let day = At { is: Day::FromToday(0), span: phrase.span.clone() };
        return on_day(phrase, now, &day, timing);
    }
    let today = now.calendar.today;
    let mut times: Vec<(u64, i64)> = Vec::new();
    for ahead in 0..3 {
        match timing.unwrap_or(Timing::Fixed(timing::DEFAULT_TIME)) {
            Timing::Fixed(time) => times.push((ahead, time)),
            Timing::Midnight(shift) => times.push((ahead, shift)),
            Timing::Flip { morning, evening } if ahead == 0 => times.extend([(0, morning), (0, evening)]),
            Timing::Flip { morning, .. } => times.push((ahead, morning)),
        }
    }
    let candidates = times.into_iter().filter_map(|(ahead, time)| {
        today.checked_add_days(Days::new(ahead)).and_then(|date| now.candidate(date, time)).map(|found| (ahead, found))
    });
    let Some((ahead, candidate)) = candidates.into_iter().find(|(_, candidate)| now.is_ahead(candidate)) else {
        return Err(Trouble::new(Problem::Past, phrase.span.clone()));
    };
    let mut notes = time_notes(phrase, timing, candidate);
    if ahead > 0 && !matches!(timing, Some(Timing::Midnight(_))) {
        notes.insert(0, Note::RolledToTomorrow { time: candidate.time });
    }
    Ok(candidate.found(notes))
}

/// A night hour between now and five in the morning (T7).
fn tonight(phrase: &Phrase, now: &Now, timing: Option<Timing>) -> Result<Found, Trouble> {
    let time = match timing {
        Some(Timing::Fixed(time) | Timing::Midnight(time)) => time,
        Some(Timing::Flip { evening, .. }) => evening,
        None => timing::time_of(Part::Night),
    };
    if !timing::is_night(time) {
        return Err(Trouble::new(Problem::NotIn { part: Part::Night }, phrase.span.clone()));
    }
    let today = now.calendar.today;
    let dates = [Some(today), today.succ_opt()].into_iter().flatten();
    let small_hours = today.succ_opt().map(|date| date.and_time(NaiveTime::MIN) + TimeDelta::hours(5));
    let candidate = dates
        .filter_map(|date| now.candidate(date, time))
        .find(|found| now.is_ahead(found) && small_hours.is_some_and(|end| zone::local_at(now.place, found.at) < end));
    let Some(candidate) = candidate else {
        return Err(Trouble::new(Problem::Past, phrase.span.clone())
            .suggest_in(format!("tomorrow {}", at_time(time)), format!("מחר {}", at_time(time))));
    };
    Ok(candidate.found(time_notes(phrase, timing, candidate)))
}

/// A time on the days that a phrase can mean.
fn on_day(phrase: &Phrase, now: &Now, day: &At<Day>, timing: Option<Timing>) -> Result<Found, Trouble> {
    let today = now.calendar.today;
    let is_today = day.is == Day::FromToday(0);
    let dates = now.calendar.dates(day)?;
    let default = if phrase.end_of_day.is_some() || matches!(day.is, Day::EndOf(..)) {
        timing::END_OF_DAY
    } else {
        timing::DEFAULT_TIME
    };
    let times = match timing.unwrap_or(Timing::Fixed(default)) {
        Timing::Fixed(time) => vec![time],
        // Only `today` gets here with the word: the next midnight.
        Timing::Midnight(shift) => vec![shift, shift + DAY],
        Timing::Flip { morning, evening } if is_today => vec![morning, evening],
        Timing::Flip { morning, .. } => vec![morning],
    };
    let candidates: Vec<Candidate> =
        dates.dates.iter().flat_map(|date| times.iter().filter_map(|time| now.candidate(*date, *time))).collect();
    let Some(candidate) = candidates.iter().copied().find(|candidate| now.is_ahead(candidate)) else {
        return Err(past(phrase, day, &candidates));
    };
    if let Some(weekday) = &phrase.weekday {
        now.calendar.agree(weekday, candidate.date)?;
    }
    let mut notes = time_notes(phrase, timing, candidate);
    if dates.year_rolled {
        notes.push(Note::NextYear { date: candidate.date });
    }
    if let Day::Weekday(weekday, which) = day.is {
        notes.extend(Note::about_weekday(weekday, which, candidate.date, today));
    }
    if phrase.end_of_day.is_none() && timing.is_none() && default == timing::DEFAULT_TIME {
        notes.push(Note::DefaultTime);
    }
    Ok(candidate.found(notes))
}

/// A pinned phrase that is over, with a reading that is not (F3).
fn past(phrase: &Phrase, day: &At<Day>, candidates: &[Candidate]) -> Trouble {
    let trouble = Trouble::new(Problem::Past, phrase.span.clone());
    let Some(last) = candidates.last() else { return Trouble::new(Problem::TooFar, phrase.span.clone()) };
    let time = at_time(last.time);
    match &day.is {
        Day::FromToday(_) => trouble.suggest_in(format!("tomorrow {time}"), format!("מחר {time}")),
        Day::Weekday(weekday, _) => trouble.suggest_in(
            format!("next {} {time}", super::refusal::weekday_name(*weekday)),
            format!("יום {} הבא {time}", super::wording::hebrew_weekday(*weekday)),
        ),
        _ => match last.date.checked_add_months(Months::new(12)) {
            Some(later) => {
                trouble.suggest_in(format!("{} {time}", later.format("%-d %b %Y")), format!("{later} {time}"))
            }
            None => trouble,
        },
    }
}

/// So much time after now, or so many days on and then at a time (L1–L4).
fn after_length(phrase: &Phrase, now: &Now, length: &At<Length>, timing: Option<Timing>) -> Result<Found, Trouble> {
    let too_far = || length.trouble(Problem::TooFar);
    let Length { months, days, millis } = length.is;
    let time = match timing {
        None if phrase.end_of_day.is_some() => Some(timing::END_OF_DAY),
        None => None,
        Some(Timing::Fixed(time) | Timing::Midnight(time) | Timing::Flip { morning: time, .. }) => Some(time),
    };
    let elapsed = TimeDelta::try_milliseconds(millis).ok_or_else(too_far)?;
    if months == 0 && days == 0 {
        let at = now.at.checked_add_signed(elapsed).ok_or_else(too_far)?;
        return Ok(Found { at: at.trunc_subsecs(3), notes: Vec::new() });
    }
    let date = calendar::add(now.calendar.today, months, days).ok_or_else(too_far)?;
    let candidate = now.candidate(date, time.unwrap_or_else(|| now.clock())).ok_or_else(too_far)?;
    let at = candidate.at.checked_add_signed(elapsed).ok_or_else(too_far)?;
    let notes = if time.is_some() { time_notes(phrase, timing, candidate) } else { Vec::new() };
    Ok(Candidate { at, ..candidate }.found(notes))
}

/// Notes about how the time of day was read.
fn time_notes(phrase: &Phrase, timing: Option<Timing>, candidate: Candidate) -> Vec<Note> {
    let part = phrase.part.as_ref().map(|part| part.is);
    match (phrase.clock.as_ref().map(|clock| clock.is), part) {
        (Some(Clock::Bare { hour, .. }), None) if phrase.clock.as_ref().is_some_and(|c| c.is.is_twelve_hour()) => {
            vec![Note::BareHour { hour, time: candidate.time }]
        }
        (Some(Clock::Written(reading)), None) if (1..=6).contains(&reading.hour) => {
            vec![Note::EarlyMorning { time: candidate.time }]
        }
        (None, Some(part)) => vec![Note::DayPart { part, time: candidate.time }],
        _ if matches!(timing, Some(Timing::Midnight(0))) => {
            let opens = if candidate.time == DAY { candidate.date.succ_opt() } else { Some(candidate.date) };
            let before = opens.and_then(|date| date.pred_opt()).filter(|_| candidate.time == 0);
            before.map(|date| Note::NightAfter { date }).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn within_horizon(phrase: &Phrase, now: &Now, found: &Found) -> Result<(), Trouble> {
    if now.horizon().is_some_and(|last| found.at > last) {
        return Err(Trouble::new(Problem::TooFar, phrase.span.clone()));
    }
    Ok(())
}
