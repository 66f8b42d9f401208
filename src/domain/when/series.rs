//! A repeating rule and its occurrences (section 6): days picked from periods of the calendar, or elapsed steps.
//!
//! Days are stepped on the calendar and mapped to instants afterwards, so a clock change never shifts a later day.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};

use super::calendar::{self, Week};
use super::phrase::Counted;
use super::wording::Language;
use super::zone::{self, Place};

/// Exceptions in a row after which a rule counts as over: more than a step of five minutes has in six days.
const BARREN_EXCEPTIONS: u32 = 5000;

/// The period that an interval counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Period {
    Day,
    Week,
    Month,
    Year,
}

impl Period {
    /// Periods without an occurrence after which a rule counts as over; reaches past any leap day.
    fn barren(self) -> u32 {
        match self {
            Self::Day => 5000,
            Self::Week | Self::Month => 1200,
            Self::Year => 100,
        }
    }
}

/// Which days of a period occur.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Matcher {
    Every,
    Weekdays(Vec<Weekday>),
    /// Days of the month; 29 to 31 fall on the last day of a shorter month (R5).
    MonthDays(Vec<u32>),
    /// Ordinals of the month, 0 for the last (R6).
    Ordinals(Vec<u32>, Counted),
    /// A date of the year; 29 February falls on the 28th in common years (R7).
    YearDay {
        month: u32,
        day: u32,
    },
    /// The filters of an iCalendar rule, which skip short months (R16).
    Rfc(super::rrule::Filter),
}

/// What happens when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Pattern {
    /// Elapsed time from the first occurrence on (R8).
    Elapsed { first: DateTime<Utc>, step: TimeDelta },
    /// Times of day, in milliseconds from midnight, on the days that match.
    Days { period: Period, interval: u32, matcher: Matcher, times: Vec<i64>, positions: Vec<i32> },
}

/// A repeating phrase, fixed to the moment it was read at. It is kept as it is, so that what a phrase meant when it was
/// confirmed stays what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub(super) pattern: Pattern,
    pub(super) place: Place,
    pub(super) week: Week,
    /// A day of the period that counts as number 0.
    pub(super) anchor: NaiveDate,
    /// Only what is later than this occurs.
    pub(super) begin: DateTime<Utc>,
    /// Nothing before this instant.
    pub(super) from: Option<DateTime<Utc>>,
    /// The last instant that may occur.
    pub(super) until: Option<DateTime<Utc>>,
    /// How many occurrences there are in all.
    pub(super) count: Option<u32>,
    pub(super) skipped_weekdays: Vec<Weekday>,
    pub(super) skipped_dates: Vec<NaiveDate>,
    pub(super) language: Language,
}

impl Rule {
    /// The occurrences strictly later than an instant, in order; ends when the series does.
    pub fn after(&self, now: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> + '_ {
        // A rule that counts has to be counted from its beginning.
        let since = if self.count.is_some() { self.begin } else { now.max(self.begin) };
        let since = self.from.map_or(since, |from| since.max(from - TimeDelta::milliseconds(1)));
        let limit = self.count.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
        let mut last = None;
        let mut skipped = 0;
        self.raw(since)
            .skip_while(move |at| *at <= since)
            .take_while(|at| self.until.is_none_or(|until| *at <= until))
            .map(|at| Some(at).filter(|at| !self.is_skipped(*at)))
            .take_while(move |at| {
                skipped = if at.is_none() { skipped + 1 } else { 0 };
                skipped < BARREN_EXCEPTIONS
            })
            .flatten()
            .filter(move |at| last.replace(*at) != Some(*at))
            .take(limit)
            .skip_while(move |at| *at <= now)
    }

    /// The zone its wall clock hangs in; UTC when it was an offset.
    pub fn zone(&self) -> zone::Tz {
        match self.place {
            Place::Named(zone) => zone,
            Place::Fixed(_) => zone::Tz::UTC,
        }
    }

    /// The wall clock of an instant in [`Rule::zone`].
    pub fn wall_clock(&self, at: DateTime<Utc>) -> NaiveDateTime {
        zone::local_at(Place::Named(self.zone()), at)
    }

    /// The same rule by the wall clock of another zone; steps of minutes and hours stay where they are.
    pub fn in_zone(&self, zone: zone::Tz) -> Self {
        Self { place: Place::Named(zone), ..self.clone() }
    }

    /// Takes further days out.
    pub fn except(&mut self, days: &[NaiveDate]) {
        let new = days.iter().filter(|day| !self.skipped_dates.contains(day)).copied().collect::<Vec<_>>();
        self.skipped_dates.extend(new);
    }

    /// True when it counts elapsed time, which no wall clock changes (R8).
    pub fn is_elapsed(&self) -> bool {
        matches!(self.pattern, Pattern::Elapsed { .. })
    }

    /// True when the series goes on for ever.
    pub fn is_endless(&self) -> bool {
        self.until.is_none() && self.count.is_none()
    }

    fn is_skipped(&self, at: DateTime<Utc>) -> bool {
        let date = zone::local_at(self.place, at).date();
        self.skipped_dates.contains(&date) || self.skipped_weekdays.contains(&date.weekday())
    }

    /// Every match from about `since` on, without the limits.
    fn raw(&self, since: DateTime<Utc>) -> Box<dyn Iterator<Item = DateTime<Utc>> + '_> {
        match &self.pattern {
            Pattern::Elapsed { first, step } => Box::new(elapsed(*first, *step, since)),
            Pattern::Days { period, interval, .. } => {
                let near = zone::local_at(self.place, since).date().pred_opt().unwrap_or(self.anchor).max(self.anchor);
                let passed = self.periods_between(*period, near) / i64::from(*interval);
                Box::new(self.periods(*period, *interval, passed))
            }
        }
    }

    /// Whole periods from the anchor to a date.
    fn periods_between(&self, period: Period, date: NaiveDate) -> i64 {
        let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
        let week = |date: NaiveDate| self.week.start(date).unwrap_or(date);
        match period {
            Period::Day => (date - self.anchor).num_days(),
            Period::Week => (week(date) - week(self.anchor)).num_days() / 7,
            Period::Month => months(date) - months(self.anchor),
            Period::Year => i64::from(date.year()) - i64::from(self.anchor.year()),
        }
    }

    fn periods(&self, period: Period, interval: u32, passed: i64) -> impl Iterator<Item = DateTime<Utc>> + '_ {
        let mut barren = 0;
        (passed.max(0)..)
            .map_while(move |number| self.period_start(period, number.checked_mul(i64::from(interval))?))
            .map(move |start| self.within(period, start))
            .take_while(move |found| {
                barren = if found.is_empty() { barren + 1 } else { 0 };
                barren < period.barren()
            })
            .flatten()
    }

    fn period_start(&self, period: Period, number: i64) -> Option<NaiveDate> {
        let whole = u32::try_from(number).ok()?;
        match period {
            Period::Day => self.anchor.checked_add_days(Days::new(u64::from(whole))),
            Period::Week => self.week.start(self.anchor)?.checked_add_days(Days::new(u64::from(whole) * 7)),
            Period::Month => calendar::month_start(self.anchor, whole),
            Period::Year => NaiveDate::from_ymd_opt(self.anchor.year(), 1, 1)?
                .checked_add_months(Months::new(whole.checked_mul(12)?)),
        }
        .filter(|date| date.year() < 10_000)
    }

    /// The occurrences of one period, in order.
    fn within(&self, period: Period, start: NaiveDate) -> Vec<DateTime<Utc>> {
        let Pattern::Days { matcher, times, positions, .. } = &self.pattern else { return Vec::new() };
        let days = match period {
            Period::Day => 1,
            Period::Week => 7,
            Period::Month => 31,
            Period::Year => 366,
        };
        let same = |date: &NaiveDate| match period {
            Period::Month => date.month() == start.month(),
            Period::Year => date.year() == start.year(),
            Period::Day | Period::Week => true,
        };
        let dates = start.iter_days().take(days).filter(same).filter(|date| matcher.fits(*date, self.week));
        let mut found: Vec<DateTime<Utc>> =
            dates.flat_map(|date| times.iter().filter_map(move |time| self.instant(date, *time))).collect();
        found.sort_unstable();
        if positions.is_empty() { found } else { at_positions(&found, positions) }
    }

    fn instant(&self, date: NaiveDate, time: i64) -> Option<DateTime<Utc>> {
        let local = date.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::try_milliseconds(time)?)?;
        // Only the first pass of a doubled hour fires (R15), so nothing counts as over yet.
        zone::instant_of(self.place, local, DateTime::<Utc>::MIN_UTC).map(|(at, _)| at)
    }
}

fn elapsed(first: DateTime<Utc>, step: TimeDelta, since: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let milliseconds = step.num_milliseconds().max(1);
    let passed = ((since - first).num_milliseconds() / milliseconds).max(0);
    (passed..).map_while(move |number| {
        let offset = TimeDelta::try_milliseconds(number.checked_mul(milliseconds)?)?;
        first.checked_add_signed(offset)
    })
}

/// BYSETPOS: 1 is the first, -1 the last.
fn at_positions(found: &[DateTime<Utc>], positions: &[i32]) -> Vec<DateTime<Utc>> {
    let index = |position: i32| {
        let distance = usize::try_from(position.unsigned_abs()).ok()?;
        if position > 0 { distance.checked_sub(1) } else { found.len().checked_sub(distance) }
    };
    let mut chosen: Vec<DateTime<Utc>> =
        positions.iter().filter_map(|position| found.get(index(*position)?).copied()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

impl Matcher {
    fn fits(&self, date: NaiveDate, week: Week) -> bool {
        let last = || calendar::month_end(date).map_or(31, |end| end.day());
        match self {
            Self::Every => true,
            Self::Weekdays(weekdays) => weekdays.contains(&date.weekday()),
            Self::MonthDays(days) => days.iter().any(|day| date.day() == (*day).min(last())),
            Self::Ordinals(nths, counted) => {
                nths.iter().any(|nth| calendar::nth_of_month(week, date, *nth, *counted) == Some(date))
            }
            Self::YearDay { month, day } => date.month() == *month && date.day() == (*day).min(last()),
            Self::Rfc(filter) => filter.fits(date),
        }
    }
}
