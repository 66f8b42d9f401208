//! What a one-shot phrase says, part by part, before anything is worked out from now.

use std::ops::Range;

use chrono::Weekday;
use serde::{Deserialize, Serialize};

use super::refusal::{Problem, Trouble};
use super::word::{Part, Reading, Unit};
use super::zone::Place;

/// A part of the phrase with the bytes it came from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct At<T> {
    pub(super) is: T,
    pub(super) span: Range<usize>,
}

impl<T> At<T> {
    pub(super) fn trouble(&self, problem: Problem) -> Trouble {
        Trouble::new(problem, self.span.clone())
    }
}

/// A time of day as written (T1–T4, T8, T9).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Clock {
    /// `6:10`, `0730`, `24:00`: what stands there, unless a day part picks the other half.
    Written(Reading),
    /// With am or pm, already on the 24-hour clock; `quarter to 6 pm` subtracts minutes.
    Half { hour: u32, minute: u32, shift: i64 },
    /// A bare hour with the minutes a spoken clock adds or takes away.
    Bare { hour: u32, padded: bool, shift: i64 },
    /// The word midnight.
    Midnight,
    /// The clock of now.
    Same,
}

impl Clock {
    /// True for an hour that could be read in both halves of the day.
    pub(super) fn is_twelve_hour(self) -> bool {
        matches!(self, Self::Bare { hour: 1..=12, padded: false, .. })
    }
}

/// Which week, month or year a day is looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// Not said: the nearest that is ahead.
    Open,
    /// The current one; never rolls on.
    This,
    /// The one after the current one.
    Next,
}

/// What an ordinal counts inside a month (D10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Counted {
    Weekday(Weekday),
    Workday,
    Day,
}

/// The month an ordinal counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InMonth {
    Named { month: u32, year: Option<i32> },
    This,
    Next,
}

/// A day as written (D1–D10).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Day {
    /// 0 is today, 1 tomorrow, 2 the day after.
    FromToday(u64),
    Tonight,
    Weekday(Weekday, Which),
    Date {
        day: u32,
        month: u32,
        year: Option<i32>,
    },
    /// Two numbers in the owner's order of day and month.
    Numeric {
        first: u32,
        second: u32,
        year: Option<i32>,
    },
    OfMonth {
        day: u32,
        which: Which,
    },
    /// `nth` counts from 1; 0 is the last.
    Ordinal {
        nth: u32,
        counted: Counted,
        month: InMonth,
    },
    /// First day of the next week, month or year.
    StartOf(Unit),
    /// `this week` and the like, which only narrow a day.
    Within(Unit),
    EndOf(Unit, Which),
    /// Calendar units added to a day (L5).
    CountedFrom(Length, Box<Day>),
}

/// An amount of time: calendar units first, the exact part afterwards (L3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Length {
    pub(super) months: i64,
    pub(super) days: i64,
    pub(super) millis: i64,
}

impl Length {
    pub(super) fn has_exact(self) -> bool {
        self.millis != 0
    }
}

/// Everything a one-shot phrase said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Phrase {
    pub(super) day: Option<At<Day>>,
    /// A weekday beside a date, which has to agree with it (D11).
    pub(super) weekday: Option<At<Weekday>>,
    pub(super) clock: Option<At<Clock>>,
    pub(super) part: Option<At<Part>>,
    pub(super) end_of_day: Option<At<()>>,
    pub(super) length: Option<At<Length>>,
    /// The amount stands without `in`, so it has to be the whole phrase.
    pub(super) bare: bool,
    pub(super) zone: Option<At<Place>>,
    /// The whole phrase, for what no single word is to blame for.
    pub(super) span: Range<usize>,
}
