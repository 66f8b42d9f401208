//! iCalendar recurrence rules (RFC 5545, section 3.3.10), as far as R16 goes. Short months are skipped here.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Timelike, Utc, Weekday};

use serde::{Deserialize, Serialize};

use super::calendar::Week;
use super::refusal::{Problem, Trouble};
use super::resolve::Now;
use super::resolve_series::SMALLEST_STEP;
use super::rrule_text::{Frequency, Parts, Reader};
use super::series::{Matcher, Pattern, Period, Rule};
use super::timing;
use super::wording::Language;
use super::zone;

/// The days an iCalendar rule lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Filter {
    pub(super) months: Vec<u32>,
    /// Negative numbers count from the end of the month.
    pub(super) month_days: Vec<i32>,
    /// Ordinal (0 for every one) and weekday.
    pub(super) weekdays: Vec<(i32, Weekday)>,
    /// Ordinals count in the year, not in the month.
    in_year: bool,
}

impl Filter {
    pub(super) fn fits(&self, date: NaiveDate) -> bool {
        let (Some(month), Some(year)) = (Frame::month(date), Frame::year(date)) else { return false };
        let frame = if self.in_year { year } else { month };
        (self.months.is_empty() || self.months.contains(&date.month()))
            && (self.month_days.is_empty() || self.month_days.iter().any(|day| month.is_day(date, *day)))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(|(nth, day)| frame.is_nth(date, *nth, *day)))
    }
}

/// The month or year that ordinals count in.
#[derive(Clone, Copy)]
struct Frame {
    first: NaiveDate,
    last: NaiveDate,
}

impl Frame {
    fn month(date: NaiveDate) -> Option<Self> {
        Some(Self { first: date.with_day(1)?, last: super::calendar::month_end(date)? })
    }

    fn year(date: NaiveDate) -> Option<Self> {
        let year = date.year();
        Some(Self { first: NaiveDate::from_ymd_opt(year, 1, 1)?, last: NaiveDate::from_ymd_opt(year, 12, 31)? })
    }

    fn is_day(self, date: NaiveDate, number: i32) -> bool {
        let (from_start, from_end) = ((date - self.first).num_days() + 1, (self.last - date).num_days() + 1);
        i64::from(number) == from_start || i64::from(number) == -from_end
    }

    fn is_nth(self, date: NaiveDate, nth: i32, weekday: Weekday) -> bool {
        let (from_start, from_end) = ((date - self.first).num_days() / 7 + 1, (self.last - date).num_days() / 7 + 1);
        date.weekday() == weekday && (nth == 0 || i64::from(nth) == from_start || i64::from(nth) == -from_end)
    }
}

/// True for text that is meant as an iCalendar rule.
pub(super) fn is_rrule(phrase: &str) -> bool {
    let upper = phrase.to_ascii_uppercase();
    upper.contains("FREQ=") || upper.trim_start().starts_with("RRULE:")
}

/// Reads the rule; what it cannot mean is refused with the part that says so.
pub(super) fn read(phrase: &str, now: &Now, language: Language) -> Result<Rule, Trouble> {
    let reader = Reader { phrase };
    let (start, rest) = reader.start(now.place)?;
    let place = start.map_or(now.place, |(_, place)| place);
    let parts = reader.parts(rest, place)?;
    let whole = |problem| Trouble::new(problem, 0..phrase.len());
    let begin = match start {
        Some((local, place)) => {
            zone::instant_of(place, local, DateTime::<Utc>::MIN_UTC).ok_or_else(|| whole(Problem::Rrule))?.0
        }
        None => now.at,
    };
    let mut rule = Rule {
        pattern: pattern(&parts, start.map(|(local, _)| local), begin, now).map_err(whole)?,
        place,
        week: Week { starts_on: parts.week_start.unwrap_or(Weekday::Mon), ..now.calendar.week },
        anchor: start.map_or(now.calendar.today, |(local, _)| local.date()),
        begin: if start.is_some() { begin - TimeDelta::milliseconds(1) } else { begin },
        from: None,
        until: parts.until,
        count: parts.count,
        skipped_weekdays: Vec::new(),
        skipped_dates: Vec::new(),
        language,
    };
    if start.is_none() {
        anchor_at_first(&mut rule);
    }
    let Some(first) = rule.after(now.at).next() else { return Err(whole(Problem::EmptySeries)) };
    if now.horizon().is_some_and(|last| first > last) {
        return Err(whole(Problem::TooFar));
    }
    Ok(rule)
}

/// Without DTSTART the interval counts from the first match after now (R4).
fn anchor_at_first(rule: &mut Rule) {
    let Pattern::Days { interval, .. } = &mut rule.pattern else { return };
    let wanted = std::mem::replace(interval, 1);
    let first = rule.after(rule.begin).next();
    if let Some(first) = first {
        rule.anchor = zone::local_at(rule.place, first).date();
    }
    if let Pattern::Days { interval, .. } = &mut rule.pattern {
        *interval = wanted;
    }
}

fn pattern(parts: &Parts, start: Option<NaiveDateTime>, begin: DateTime<Utc>, now: &Now) -> Result<Pattern, Problem> {
    let interval = parts.interval.unwrap_or(1);
    let unit = match parts.frequency.ok_or(Problem::Rrule)? {
        Frequency::Calendar(period) => return calendar(parts, period, interval, start, now),
        Frequency::Hourly => TimeDelta::hours(1),
        Frequency::Minutely => TimeDelta::minutes(1),
    };
    let step = i32::try_from(interval).ok().and_then(|interval| unit.checked_mul(interval)).ok_or(Problem::TooFar)?;
    let filtered = parts.filter != Filter::default() || !parts.hours.is_empty() || !parts.minutes.is_empty();
    if filtered || !parts.seconds.is_empty() || !parts.positions.is_empty() {
        return within_days(parts, step, start, now);
    }
    if step < SMALLEST_STEP {
        return Err(Problem::TooFrequent);
    }
    let first = if start.is_some() { Some(begin) } else { begin.checked_add_signed(step) };
    Ok(Pattern::Elapsed { first: first.ok_or(Problem::TooFar)?.trunc_subsecs(3), step })
}

/// Hours or minutes that filters thin out: the same times on every day that passes. Needs a step that divides the day.
fn within_days(parts: &Parts, step: TimeDelta, start: Option<NaiveDateTime>, now: &Now) -> Result<Pattern, Problem> {
    let (minutes, origin) = (step.num_minutes(), start.unwrap_or(now.local));
    if 1440 % minutes.max(1) != 0 {
        return Err(Problem::Rrule);
    }
    let hourly = parts.frequency == Some(Frequency::Hourly);
    let marks = if hourly && !parts.minutes.is_empty() { parts.minutes.clone() } else { vec![origin.minute()] };
    let second = parts.seconds.first().copied().unwrap_or(origin.second());
    let base = i64::from(origin.hour()) * 60;
    let listed = |list: &[u32], value: i64| list.is_empty() || list.iter().any(|item| i64::from(*item) == value);
    let mut times: Vec<i64> = (0..1440 / minutes)
        .flat_map(|number| marks.iter().map(move |mark| (base + number * minutes + i64::from(*mark)).rem_euclid(1440)))
        .filter(|minute| listed(&parts.hours, minute / 60) && listed(&parts.minutes, minute % 60))
        .map(|minute| (minute * 60 + i64::from(second)) * 1000)
        .collect();
    times.sort_unstable();
    times.dedup();
    far_enough(&times)?;
    let matcher = Matcher::Rfc(parts.filter.clone());
    Ok(Pattern::Days { period: Period::Day, interval: 1, matcher, times, positions: parts.positions.clone() })
}

fn far_enough(times: &[i64]) -> Result<(), Problem> {
    let close = |pair: &[i64]| matches!(pair, [one, next] if next - one < SMALLEST_STEP.num_milliseconds());
    if times.windows(2).any(close) { Err(Problem::TooFrequent) } else { Ok(()) }
}

/// Days and times of a rule by day or longer; what is missing comes from DTSTART, or from today and the default time.
fn calendar(
    parts: &Parts,
    period: Period,
    interval: u32,
    start: Option<NaiveDateTime>,
    now: &Now,
) -> Result<Pattern, Problem> {
    let date = start.map_or(now.calendar.today, |local| local.date());
    let mut filter = parts.filter.clone();
    let free = filter.weekdays.is_empty() && filter.month_days.is_empty();
    let day = i32::try_from(date.day()).unwrap_or(1);
    match period {
        Period::Week if filter.weekdays.is_empty() => filter.weekdays.push((0, date.weekday())),
        Period::Month if free => filter.month_days.push(day),
        Period::Year if free => {
            filter.month_days.push(day);
            if filter.months.is_empty() {
                filter.months.push(date.month());
            }
        }
        _ => {}
    }
    filter.in_year = period == Period::Year && filter.months.is_empty();
    let default =
        start.map_or_else(|| NaiveTime::MIN + TimeDelta::milliseconds(timing::DEFAULT_TIME), |local| local.time());
    let or = |list: &[u32], missing: u32| if list.is_empty() { vec![missing] } else { list.to_vec() };
    let minute = if parts.hours.is_empty() || start.is_some() { default.minute() } else { 0 };
    let seconds = or(&parts.seconds, if start.is_some() { default.second() } else { 0 });
    let mut times = Vec::new();
    for hour in or(&parts.hours, default.hour()) {
        for minute in or(&parts.minutes, minute) {
            times.extend(seconds.iter().map(|second| i64::from(hour * 3600 + minute * 60 + second) * 1000));
        }
    }
    times.sort_unstable();
    times.dedup();
    far_enough(&times)?;
    Ok(Pattern::Days { period, interval, matcher: Matcher::Rfc(filter), times, positions: parts.positions.clone() })
}
