//! Why a phrase was refused: the code, the place in the phrase, and what the owner may type instead.
//!
//! A refusal never quotes more than the words it points at.

use std::fmt;
use std::ops::Range;

use chrono::{NaiveDate, Weekday};

use super::word::Part;
use super::wording::{self, Language};

/// The stable name of a refusal's reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// No phrase at all.
    Empty,
    /// A word that no rule uses.
    UnknownWord,
    /// Not a time of day, or an amount that cannot be waited for.
    BadTime,
    /// A date that the calendar does not have.
    BadDate,
    /// Weekday and date disagree.
    Weekday,
    /// The moment is over.
    Past,
    /// Beyond two years.
    TooFar,
    /// Two honest readings.
    Ambiguous,
    /// Parts that contradict each other.
    Conflict,
    /// A span instead of a moment.
    Range,
    /// No amount that could be counted.
    Vague,
    /// An unknown or ambiguous zone.
    Zone,
    /// A series with too small a step.
    TooFrequent,
    /// A series that ends before it begins.
    EmptySeries,
    /// A broken iCalendar rule.
    Rrule,
    /// Understood, and not offered.
    Unsupported,
}

impl Code {
    /// The name as it is shown and compared, for example `E_PAST`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "E_EMPTY",
            Self::UnknownWord => "E_UNKNOWN_WORD",
            Self::BadTime => "E_BAD_TIME",
            Self::BadDate => "E_BAD_DATE",
            Self::Weekday => "E_WEEKDAY",
            Self::Past => "E_PAST",
            Self::TooFar => "E_TOO_FAR",
            Self::Ambiguous => "E_AMBIGUOUS",
            Self::Conflict => "E_CONFLICT",
            Self::Range => "E_RANGE",
            Self::Vague => "E_VAGUE",
            Self::Zone => "E_ZONE",
            Self::TooFrequent => "E_TOO_FREQUENT",
            Self::EmptySeries => "E_EMPTY_SERIES",
            Self::Rrule => "E_RRULE",
            Self::Unsupported => "E_UNSUPPORTED",
        }
    }
}

/// A phrase that was not understood, in words for the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, for programs.
    pub code: Code,
    /// The offending words: bytes of the phrase, on character boundaries.
    pub span: Range<usize>,
    /// Why, for a person, in the language of the phrase.
    pub message: String,
    /// Phrases to copy instead, most likely first; may be empty.
    pub suggestions: Vec<String>,
}

/// The message with the suggestions behind it, each ready to copy.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if self.suggestions.is_empty() {
            return Ok(());
        }
        let hebrew = Language::of(&self.message) == Language::Hebrew;
        write!(f, " {} {}", if hebrew { "אפשר לכתוב:" } else { "Try:" }, self.suggestions.join(" / "))
    }
}

impl Refusal {
    /// True when the phrase has just two readings, each of which is a phrase that can stand in its place.
    pub fn is_question(&self) -> bool {
        self.code == Code::Ambiguous && self.suggestions.len() == 2
    }
}

impl std::error::Error for Refusal {}

/// What went wrong, before it is put into words.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Problem {
    Empty,
    TooLong,
    UnknownWord,
    BadTime,
    ZeroAmount,
    BrokenUnit,
    NoSuchMonth { month: u32 },
    NoSuchDate,
    WrongWeekday { date: NaiveDate },
    Past,
    Gone,
    Now,
    TooFar,
    NakedNumber,
    MonthAlone,
    YearAlone,
    TwoDayWeekend,
    PeriodAlone,
    MidnightOfDay,
    NightOfDay,
    DashedPair,
    OrdinalAlone,
    List,
    Or,
    TwoTimes,
    TwoDays,
    TwoZones,
    HalvesDisagree,
    ClockWithHours,
    DayWithAmount,
    NotIn { part: Part },
    Range,
    Vague,
    Zone,
    Holiday,
    TwoPatterns,
    TwoSteps,
    TimesADay,
    SecondWeekday,
    TooFrequent,
    EmptySeries,
    Rrule,
}

impl Problem {
    fn code(&self) -> Code {
        match self {
            Self::Empty => Code::Empty,
            Self::TooLong | Self::Holiday => Code::Unsupported,
            Self::UnknownWord => Code::UnknownWord,
            Self::BadTime | Self::ZeroAmount | Self::BrokenUnit => Code::BadTime,
            Self::NoSuchMonth { .. } | Self::NoSuchDate => Code::BadDate,
            Self::WrongWeekday { .. } => Code::Weekday,
            Self::Past | Self::Gone | Self::Now => Code::Past,
            Self::TooFar => Code::TooFar,
            Self::NakedNumber
            | Self::MonthAlone
            | Self::YearAlone
            | Self::TwoDayWeekend
            | Self::PeriodAlone
            | Self::MidnightOfDay
            | Self::NightOfDay
            | Self::DashedPair
            | Self::OrdinalAlone
            | Self::List
            | Self::TwoSteps
            | Self::TimesADay
            | Self::SecondWeekday
            | Self::Or => Code::Ambiguous,
            Self::TwoTimes
            | Self::TwoDays
            | Self::TwoZones
            | Self::HalvesDisagree
            | Self::ClockWithHours
            | Self::DayWithAmount
            | Self::TwoPatterns
            | Self::NotIn { .. } => Code::Conflict,
            Self::Range => Code::Range,
            Self::Vague => Code::Vague,
            Self::Zone => Code::Zone,
            Self::TooFrequent => Code::TooFrequent,
            Self::EmptySeries => Code::EmptySeries,
            Self::Rrule => Code::Rrule,
        }
    }
}

/// A problem and where it stands; becomes a [`Refusal`] once the phrase's language is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trouble {
    pub(super) problem: Problem,
    pub(super) span: Range<usize>,
    pub(super) suggestions: Vec<String>,
}

impl Trouble {
    pub(super) fn new(problem: Problem, span: Range<usize>) -> Self {
        Self { problem, span, suggestions: Vec::new() }
    }

    pub(super) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestions.push(suggestion.into());
        self
    }

    /// Puts the problem into words for the person who wrote `phrase`.
    pub(super) fn into_refusal(self, phrase: &str) -> Refusal {
        let quoted = phrase.get(self.span.clone()).unwrap_or_default();
        let message = wording::message(&self.problem, Language::of(phrase), quoted);
        Refusal { code: self.problem.code(), span: self.span, message, suggestions: self.suggestions }
    }
}

/// English name of a weekday, in full.
pub(super) fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "monday",
        Weekday::Tue => "tuesday",
        Weekday::Wed => "wednesday",
        Weekday::Thu => "thursday",
        Weekday::Fri => "friday",
        Weekday::Sat => "saturday",
        Weekday::Sun => "sunday",
    }
}
