//! iCalendar recurrence rules (RFC 5545, section 3.3.10), as far as R16 goes. Short months are skipped here.

use std::ops::Range;

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Timelike, Utc, Weekday,
};

use super::calendar::Week;
use super::refusal::{Problem, Trouble};
use super::resolve::Now;
use super::resolve_series::SMALLEST_STEP;
use super::series::{Matcher, Pattern, Period, Rule};
use super::timing;
use super::wording::Language;
use super::zone::{self, Place};

/// The days an iCalendar rule lets through.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filter {
    months: Vec<u32>,
    /// Negative numbers count from the end of the month.
    month_days: Vec<i32>,
    /// Ordinal (0 for every one) and weekday.
    weekdays: Vec<(i32, Weekday)>,
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

#[derive(Clone, Copy, Debug, PartialEq)]
enum Frequency {
    Minutely,
    Hourly,
    Calendar(Period),
}

/// The parts of a rule, as written.
#[derive(Default)]
struct Parts {
    frequency: Option<Frequency>,
    interval: Option<u32>,
    count: Option<u32>,
    until: Option<DateTime<Utc>>,
    filter: Filter,
    hours: Vec<u32>,
    minutes: Vec<u32>,
    seconds: Vec<u32>,
    positions: Vec<i32>,
    week_start: Option<Weekday>,
}

/// True for text that is meant as an iCalendar rule.
pub(super) fn is_rrule(phrase: &str) -> bool {
    phrase.to_ascii_uppercase().contains("FREQ=")
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

/// The text of a rule, with its places for refusals.
struct Reader<'p> {
    phrase: &'p str,
}

impl<'p> Reader<'p> {
    fn span(&self, part: &str) -> Range<usize> {
        let start = (part.as_ptr() as usize).saturating_sub(self.phrase.as_ptr() as usize);
        let end = start + part.len();
        if self.phrase.get(start..end).is_some() { start..end } else { 0..self.phrase.len() }
    }

    fn broken(&self, part: &str) -> Trouble {
        Trouble::new(Problem::Rrule, self.span(part))
    }

    /// DTSTART, if the text has one before its rule, and the text of the rule.
    fn start(&self, owner: Place) -> Result<(Option<(NaiveDateTime, Place)>, &'p str), Trouble> {
        let text = self.phrase.trim();
        let upper = text.to_ascii_uppercase();
        if !upper.starts_with("DTSTART") {
            return Ok((None, text));
        }
        let rule = upper.find("RRULE").or_else(|| upper.find("FREQ=")).unwrap_or(upper.len());
        let (head, rest) = text.split_at_checked(rule).ok_or_else(|| self.broken(text))?;
        let head = head.trim_end_matches([' ', '\n', '\r', ';', '\t']);
        let (name, value) = head.split_once([':', '=']).ok_or_else(|| self.broken(head))?;
        let (place, value) = if name.to_ascii_uppercase().ends_with("TZID") {
            let (zone, value) = value.split_once(':').ok_or_else(|| self.broken(head))?;
            (Place::Named(zone::zone_named(zone).ok_or_else(|| Trouble::new(Problem::Zone, self.span(zone)))?), value)
        } else {
            (owner, value)
        };
        let (local, utc) = stamp(value, timing::DEFAULT_TIME).ok_or_else(|| self.broken(value))?;
        Ok((Some((local, if utc { Place::Named(chrono_tz::Tz::UTC) } else { place })), rest))
    }

    fn parts(&self, text: &'p str, place: Place) -> Result<Parts, Trouble> {
        let head = text.get(..6).filter(|head| head.eq_ignore_ascii_case("RRULE:"));
        let list = text.get(head.map_or(0, str::len)..).unwrap_or_default();
        let mut parts = Parts::default();
        let mut seen: Vec<String> = Vec::new();
        for part in list.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| self.broken(part))?;
            let name = name.to_ascii_uppercase();
            if seen.contains(&name) {
                return Err(self.broken(part));
            }
            if name == "FREQ" && value.eq_ignore_ascii_case("SECONDLY") {
                return Err(Trouble::new(Problem::TooFrequent, self.span(part)));
            }
            take(&mut parts, &name, &value.to_ascii_uppercase(), place).ok_or_else(|| self.broken(part))?;
            seen.push(name);
        }
        if parts.frequency.is_none() || (parts.count.is_some() && parts.until.is_some()) {
            return Err(self.broken(list));
        }
        Ok(parts)
    }
}

/// Takes one part; `None` when its name or value is not one this file knows.
fn take(parts: &mut Parts, name: &str, value: &str, place: Place) -> Option<()> {
    match name {
        "FREQ" => parts.frequency = Some(frequency(value)?),
        "INTERVAL" => parts.interval = Some(value.parse().ok().filter(|interval| *interval > 0)?),
        "COUNT" => parts.count = Some(value.parse().ok().filter(|count| *count > 0)?),
        "UNTIL" => parts.until = Some(until(value, place)?),
        "WKST" => parts.week_start = Some(weekday(value)?),
        "BYDAY" => parts.filter.weekdays = list(value, nth_weekday)?,
        "BYMONTHDAY" => parts.filter.month_days = list(value, |item| signed(item, 31))?,
        "BYMONTH" => parts.filter.months = list(value, |item| number(item, 1, 12))?,
        "BYHOUR" => parts.hours = list(value, |item| number(item, 0, 23))?,
        "BYMINUTE" => parts.minutes = list(value, |item| number(item, 0, 59))?,
        "BYSECOND" => parts.seconds = list(value, |item| number(item, 0, 59))?,
        "BYSETPOS" => parts.positions = list(value, |item| signed(item, 366))?,
        _ => return None,
    }
    Some(())
}

fn frequency(value: &str) -> Option<Frequency> {
    Some(match value {
        "MINUTELY" => Frequency::Minutely,
        "HOURLY" => Frequency::Hourly,
        "DAILY" => Frequency::Calendar(Period::Day),
        "WEEKLY" => Frequency::Calendar(Period::Week),
        "MONTHLY" => Frequency::Calendar(Period::Month),
        "YEARLY" => Frequency::Calendar(Period::Year),
        _ => return None,
    })
}

fn list<T>(value: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    value.split(',').map(item).collect()
}

fn number(item: &str, least: u32, most: u32) -> Option<u32> {
    item.parse().ok().filter(|number| (least..=most).contains(number))
}

fn signed(item: &str, most: i32) -> Option<i32> {
    item.parse().ok().filter(|number: &i32| *number != 0 && (-most..=most).contains(number))
}

fn weekday(item: &str) -> Option<Weekday> {
    Some(match item {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    })
}

fn nth_weekday(item: &str) -> Option<(i32, Weekday)> {
    let (nth, day) = item.split_at_checked(item.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { 0 } else { signed(nth, 53)? };
    Some((nth, weekday(day)?))
}

/// UNTIL: inclusive; a date alone runs to the end of that day.
fn until(value: &str, place: Place) -> Option<DateTime<Utc>> {
    let instant = |place, local| zone::instant_of(place, local, DateTime::<Utc>::MIN_UTC).map(|(at, _)| at);
    if !value.contains('T') {
        let (local, _) = stamp(value, 0)?;
        return Some(instant(place, local.checked_add_days(Days::new(1))?)? - TimeDelta::milliseconds(1));
    }
    let (local, utc) = stamp(value, 0)?;
    instant(if utc { Place::Named(chrono_tz::Tz::UTC) } else { place }, local)
}

/// `20260612T160000[Z]` or `20260612`, which gets the default time.
fn stamp(value: &str, default: i64) -> Option<(NaiveDateTime, bool)> {
    let upper = value.trim().to_ascii_uppercase();
    let (text, utc) = upper.strip_suffix('Z').map_or((upper.as_str(), false), |text| (text, true));
    let digits = |from: usize, to: usize| {
        let part = text.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        part.and_then(|part| part.parse::<u32>().ok())
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(digits(0, 4)?).ok()?, digits(4, 6)?, digits(6, 8)?)?;
    match text.len() {
        8 => Some((date.and_time(NaiveTime::MIN) + TimeDelta::try_milliseconds(default)?, utc)),
        15 if text.get(8..9) == Some("T") => {
            Some((date.and_hms_opt(digits(9, 11)?, digits(11, 13)?, digits(13, 15)?)?, utc))
        }
        _ => None,
    }
}
