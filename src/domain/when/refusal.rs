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
    pub(super) offers: Vec<Offer>,
}

/// Something to write instead: in place of the whole phrase, or of some of its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offer {
    pub(super) span: Option<Range<usize>>,
    pub(super) english: String,
    pub(super) hebrew: String,
    /// Only when the one before it does not work.
    pub(super) otherwise: bool,
}

impl Trouble {
    pub(super) fn new(problem: Problem, span: Range<usize>) -> Self {
        Self { problem, span, offers: Vec::new() }
    }

    /// Offers another phrase, which reads the same in both languages.
    pub(super) fn suggest(self, phrase: impl Into<String>) -> Self {
        let phrase = phrase.into();
        self.offer(None, phrase.clone(), phrase)
    }

    /// Offers another phrase.
    pub(super) fn suggest_in(self, english: impl Into<String>, hebrew: impl Into<String>) -> Self {
        self.offer(None, english.into(), hebrew.into())
    }

    /// Offers other words for some of the phrase.
    pub(super) fn instead_of(self, span: Range<usize>, english: impl Into<String>, hebrew: impl Into<String>) -> Self {
        self.offer(Some(span), english.into(), hebrew.into())
    }

    /// Offers another phrase for when the last one offered does not work.
    pub(super) fn or_suggest(self, phrase: impl Into<String>) -> Self {
        let mut trouble = self.suggest(phrase);
        if let Some(last) = trouble.offers.last_mut() {
            last.otherwise = true;
        }
        trouble
    }

    fn offer(mut self, span: Option<Range<usize>>, english: String, hebrew: String) -> Self {
        self.offers.push(Offer { span, english, hebrew, otherwise: false });
        self
    }

    /// Puts the problem into words for the person who wrote `phrase`; `works` says which phrases are understood.
    pub(super) fn into_refusal(self, phrase: &str, works: impl Fn(&str) -> bool) -> Refusal {
        let language = Language::of(phrase);
        let quoted = phrase.get(self.span.clone()).unwrap_or_default();
        let message = wording::message(&self.problem, language, quoted);
        let mut suggestions: Vec<String> = Vec::new();
        let mut worked = false;
        for offer in self.offers.iter() {
            if offer.otherwise && worked {
                continue;
            }
            let offered = offer.applied(phrase, language);
            // A misspelt word is worth mending even when something else is wrong as well.
            let mended = self.problem == Problem::UnknownWord && !offer.english.is_empty();
            worked = mended || works(&offered);
            if worked && !suggestions.contains(&offered) {
                suggestions.push(offered);
            }
        }
        Refusal { code: self.problem.code(), span: self.span, message, suggestions }
    }
}

impl Offer {
    /// The whole phrase with what is offered in its place.
    fn applied(&self, phrase: &str, language: Language) -> String {
        let words = match language {
            Language::English => &self.english,
            Language::Hebrew => &self.hebrew,
        };
        let Some(span) = &self.span else { return words.clone() };
        let around = phrase.get(..span.start).zip(phrase.get(span.end..));
        let (before, after) = around.unwrap_or_default();
        // A Hebrew prefix stays with what replaces its word, and goes with what is left out: `ב-31 בנובמבר`.
        let before = match before.strip_suffix('-') {
            Some(_) if !words.is_empty() => return format!("{before}{words}{after}"),
            Some(prefixed) => prefixed.rsplit_once(' ').map_or("", |(rest, _)| rest),
            None => before,
        };
        let parts = [before, words, after].map(str::trim);
        let whole = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        without_dangling(&whole).to_owned()
    }
}

/// Without the word that led to what was taken away.
fn without_dangling(phrase: &str) -> &str {
    let led = phrase.rsplit_once(' ').filter(|(_, last)| matches!(*last, "at" | "on" | "@" | "בשעה"));
    led.map_or(phrase, |(rest, _)| rest)
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
