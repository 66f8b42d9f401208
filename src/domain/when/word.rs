//! What one word of a phrase means, whichever of the two languages it is written in.
//!
//! The vocabularies map spellings to these; the grammar only ever looks at these.

use std::ops::Range;

use chrono::Weekday;

use super::zone::Place;

/// A stretch of the day (T5, T6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// 09:00 when no hour is given.
    Morning,
    /// 05:00 when no hour is given.
    BeforeDawn,
    /// 12:00 when no hour is given.
    Noon,
    /// 15:00 when no hour is given.
    Afternoon,
    /// 19:00 when no hour is given.
    Evening,
    /// 21:00 when no hour is given.
    Night,
}

/// A unit of time; seconds to hours are elapsed, days to years belong to the calendar (S3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Fortnight,
    Month,
    Year,
}

/// A time of day as it stands in the phrase, not yet judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) hour: u32,
    pub(super) minute: u32,
    pub(super) second: u32,
    pub(super) milli: u32,
    /// Written with a leading zero, which makes it a 24-hour clock beyond doubt.
    pub(super) padded: bool,
}

impl Reading {
    /// Milliseconds since midnight.
    pub(super) fn millis(self) -> i64 {
        let seconds = i64::from(self.hour) * 3600 + i64::from(self.minute) * 60 + i64::from(self.second);
        seconds * 1000 + i64::from(self.milli)
    }
}

/// The meaning of one word, number or sign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Word {
    // Literals.
    Number {
        value: u32,
        width: usize,
    },
    Clock(Reading),
    Dotted {
        left: u32,
        right: u32,
        right_width: usize,
    },
    NumericDate {
        first: u32,
        second: u32,
        year: Option<i32>,
    },
    Iso {
        year: i32,
        month: u32,
        day: u32,
    },
    Ordinal(u32),
    BadTime,
    BadDate,
    Zone(Place),
    BadZone,
    Dash,
    Plus,
    Comma,
    // Words that carry no meaning of their own, and joints.
    At,
    On,
    The,
    Of,
    Be,
    Le,
    From,
    In,
    After,
    And,
    Or,
    To,
    Past,
    Before,
    This,
    Next,
    Coming,
    Last,
    A,
    Half,
    Quarter,
    Couple,
    OClock,
    Pm(bool),
    // Amounts.
    Amount(u32),
    Unit(Unit),
    /// A Hebrew singular, which means one of them when it stands alone.
    One(Unit),
    Dual(Unit),
    Minutes(u32),
    /// `second`: the ordinal or the unit.
    Second,
    /// `שני`: Monday or two.
    Sheni,
    // Days and times.
    Today,
    Tomorrow,
    Overmorrow,
    Tonight,
    Yom,
    DayLetter(Weekday),
    Weekday(Weekday),
    Weekdays(Weekday),
    SaturdayNight,
    Month(u32),
    Part(Part),
    ThisPart(Part),
    Midnight,
    SameTime,
    EndOfDay,
    EndOf(Unit),
    EndOfThis(Unit),
    EndOfNext(Unit),
    NextUnit(Unit),
    ThisUnit(Unit),
    Weekend,
    Workday,
    // Refused on sight.
    Now,
    Gone,
    Vague,
    Holiday,
    Unknown,
    // Series.
    Every,
    Other,
    Adverb(Unit),
    /// `biweekly`: twice a week or every two weeks.
    TwoSteps,
    Once,
    Twice,
    Times,
    Workdays,
    Weekends,
    /// `ימי` before the names of weekdays.
    DaysOf,
    EndOfEveryMonth,
    OnTheHour,
    Colon,
    Between,
    Starting,
    Until,
    For,
    Except,
}

/// A word with its place in the phrase.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) word: Word,
    /// Bytes of the original phrase.
    pub(super) span: Range<usize>,
    /// No space stands before it.
    pub(super) glued: bool,
}
