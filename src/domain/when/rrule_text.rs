//! The text of an iCalendar rule (RFC 5545, section 3.3.10): its parts, and nothing of what they mean.

use std::ops::Range;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};

use super::refusal::{Problem, Trouble};
use super::rrule::Filter;
use super::series::Period;
use super::timing;
use super::zone::{self, Place};

/// DTSTART: the wall clock and where it hangs.
pub(super) type Start = (NaiveDateTime, Place);

/// What FREQ says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Frequency {
    Minutely,
    Hourly,
    Calendar(Period),
}

/// The parts of a rule, as written.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) frequency: Option<Frequency>,
    pub(super) interval: Option<u32>,
    pub(super) count: Option<u32>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) filter: Filter,
    pub(super) hours: Vec<u32>,
    pub(super) minutes: Vec<u32>,
    pub(super) seconds: Vec<u32>,
    pub(super) positions: Vec<i32>,
    pub(super) week_start: Option<Weekday>,
}

/// The text of a rule, with its places for refusals.
pub(super) struct Reader<'p> {
    pub(super) phrase: &'p str,
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
    pub(super) fn start(&self, owner: Place) -> Result<(Option<Start>, &'p str), Trouble> {
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
        Ok((Some((local, if utc { zone::UTC } else { place })), rest))
    }

    /// Reads `NAME=value` parts; each name once, FREQ always, COUNT and UNTIL never both.
    pub(super) fn parts(&self, text: &'p str, place: Place) -> Result<Parts, Trouble> {
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
    instant(if utc { zone::UTC } else { place }, local)
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
