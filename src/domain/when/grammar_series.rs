//! The shape of a repeating phrase (section 6): what repeats, at which times, and its limits.
//!
//! Works nothing out from now; that is what `resolve_series` is for.

use std::ops::Range;

use chrono::Weekday;

use super::cursor::Cursor;
use super::phrase::{At, Clock, Counted, Day, Length, Phrase};
use super::refusal::{Problem, Trouble};
use super::word::{Part, Token, Unit, Word};
use super::zone::Place;
use super::{grammar_limits, grammar_series_days, grammar_step, grammar_time};

/// How far apart the occurrences are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Step {
    /// So many calendar units.
    Units(u32, Unit),
    /// Elapsed milliseconds; `hours` when minutes past the hour can be named.
    Elapsed { millis: i64, hours: bool },
}

/// Everything a repeating phrase said.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Draft {
    pub(super) step: Option<At<Step>>,
    pub(super) weekdays: Vec<Weekday>,
    pub(super) workdays: bool,
    pub(super) weekends: bool,
    /// Days of the month; 31 for the last day.
    pub(super) month_days: Vec<u32>,
    pub(super) ordinals: Option<(Vec<u32>, Counted)>,
    /// Month and day of the year.
    pub(super) year_day: Option<(u32, u32)>,
    /// The same as two numbers in the owner's order.
    pub(super) year_numbers: Option<At<(u32, u32)>>,
    /// `end of every month`, which has its own time.
    pub(super) at_end: bool,
    pub(super) clocks: Vec<At<Clock>>,
    pub(super) part: Option<At<Part>>,
    /// Minutes past the hour (R8).
    pub(super) minute: Option<u32>,
    /// First and last time of each day (R9).
    pub(super) window: Option<(At<Clock>, At<Clock>)>,
    /// How many times of day there have to be.
    pub(super) times_a_day: Option<u32>,
    pub(super) start: Option<Limit>,
    pub(super) until: Option<Limit>,
    pub(super) count: Option<u32>,
    pub(super) length: Option<Length>,
    pub(super) except_weekdays: Vec<Weekday>,
    pub(super) except_weekend: bool,
    pub(super) except_workdays: bool,
    pub(super) except_dates: Vec<At<Day>>,
    pub(super) zone: Option<At<Place>>,
    pub(super) span: Range<usize>,
}

/// Where a series starts or ends: a day, a time, or both.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Limit {
    pub(super) phrase: Phrase,
}

impl Draft {
    /// True once the phrase has said which days it means.
    pub(super) fn names_days(&self) -> bool {
        let sets = self.workdays || self.weekends || !self.weekdays.is_empty() || !self.month_days.is_empty();
        sets || self.ordinals.is_some() || self.year_day.is_some() || self.year_numbers.is_some()
    }

    pub(super) fn conflict(&self, cursor: &Cursor<'_>, start: &Cursor<'_>) -> Trouble {
        Trouble::new(Problem::TwoPatterns, cursor.span_since(start))
    }
}

/// True when a phrase repeats.
pub(super) fn is_series(tokens: &[Token]) -> bool {
    let day = |word: Word| matches!(word, Word::Weekday(_) | Word::DayLetter(_) | Word::Sheni);
    let mark = |word: Word| {
        matches!(
            word,
            Word::Every
                | Word::Adverb(_)
                | Word::TwoSteps
                | Word::Once
                | Word::Twice
                | Word::Workdays
                | Word::Weekends
                | Word::Weekdays(_)
                | Word::DaysOf
                | Word::EndOfEveryMonth
        )
    };
    let words: Vec<Word> = tokens.iter().map(|t| t.word).collect();
    words.iter().any(|word| mark(*word))
        || words.windows(3).any(|three| match three {
            [one, Word::Dash | Word::To, other] => day(*one) && day(*other),
            [Word::Of, Word::The, Word::Unit(Unit::Month)] => true,
            [Word::Times, Word::A, Word::Unit(_)] => true,
            _ => false,
        })
        || words.windows(2).any(|two| matches!(two, [Word::Unit(Unit::Day), Word::DayLetter(_)]))
}

/// Reads the words of a repeating phrase that covers the bytes `span`.
pub(super) fn read(tokens: &[Token], span: Range<usize>) -> Result<Draft, Trouble> {
    let mut cursor = Cursor::new(tokens);
    let mut draft = Draft { span, ..Draft::default() };
    skip(&mut cursor);
    while cursor.peek().is_some() {
        piece(&mut cursor, &mut draft)?;
        skip(&mut cursor);
    }
    Ok(draft)
}

/// Steps over words that mean nothing by themselves.
pub(super) fn skip(cursor: &mut Cursor<'_>) {
    cursor.skip(&[Word::At, Word::On, Word::The, Word::Of, Word::Comma, Word::Be]);
}

fn piece(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), Trouble> {
    let start = *cursor;
    match cursor.peek() {
        Some(Word::TwoSteps) => return Err(cursor.trouble(Problem::TwoSteps)),
        Some(Word::Every) => {
            cursor.bump(1);
            return grammar_step::after_every(cursor, draft, &start);
        }
        Some(Word::Adverb(unit)) => {
            cursor.bump(1);
            return set_step(cursor, draft, &start, step_of(1, unit));
        }
        Some(Word::Once | Word::Twice) => return grammar_step::so_often(cursor, draft),
        _ => {}
    }
    let found = word(cursor, draft)?
        || minute_mark(cursor, draft)?
        || grammar_limits::limits(cursor, draft)?
        || grammar_series_days::days(cursor, draft)?
        || times(cursor, draft)?;
    if found { Ok(()) } else { Err(cursor.trouble(super::grammar::complaint(cursor.peek()))) }
}

/// Reads the parts that are a single word.
fn word(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let span = cursor.span_since(cursor);
    match cursor.peek() {
        Some(Word::EndOfEveryMonth) => {
            draft.at_end = true;
            draft.month_days.push(31);
        }
        Some(Word::SaturdayNight) => {
            draft.weekdays.push(Weekday::Sat);
            draft.part = Some(At { is: Part::Night, span });
        }
        Some(Word::OnTheHour) => draft.minute = Some(0),
        Some(Word::Zone(_)) if draft.zone.is_some() => return Err(cursor.trouble(Problem::TwoZones)),
        Some(Word::Zone(is)) => draft.zone = Some(At { is, span }),
        _ => return Ok(false),
    }
    cursor.bump(1);
    Ok(true)
}

pub(super) fn step_of(count: u32, unit: Unit) -> Step {
    let elapsed = |millis: i64, hours| Step::Elapsed { millis: i64::from(count) * millis, hours };
    match unit {
        Unit::Second => elapsed(1000, false),
        Unit::Minute => elapsed(60_000, false),
        Unit::Hour => elapsed(3_600_000, true),
        Unit::Fortnight => Step::Units(count.saturating_mul(2), Unit::Week),
        Unit::Day | Unit::Week | Unit::Month | Unit::Year => Step::Units(count, unit),
    }
}

pub(super) fn set_step(cursor: &Cursor<'_>, draft: &mut Draft, start: &Cursor<'_>, step: Step) -> Result<(), Trouble> {
    let span = cursor.span_since(start);
    if matches!(step, Step::Units(0, _) | Step::Elapsed { millis: 0, .. }) {
        return Err(Trouble::new(Problem::ZeroAmount, span));
    }
    if draft.step.is_some() {
        return Err(draft.conflict(cursor, start));
    }
    draft.step = Some(At { is: step, span });
    Ok(())
}

/// `at :20` beside a step of hours.
fn minute_mark(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    if cursor.peek() != Some(Word::Colon) {
        return Ok(false);
    }
    let Some(Word::Number { value: minute @ 0..=59, width: 2 }) = cursor.ahead(1) else {
        return Err(cursor.trouble(Problem::BadTime));
    };
    cursor.bump(2);
    draft.minute = Some(minute);
    Ok(true)
}

/// Times of day, one or a list: `at 9:00 and 17:00`, `at 8, 12 and 18`.
fn times(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let start = *cursor;
    if let Some(Word::Part(is) | Word::ThisPart(is)) = cursor.peek() {
        if draft.part.is_some() {
            return Err(cursor.trouble(Problem::TwoTimes));
        }
        draft.part = Some(At { is, span: cursor.span_since(cursor) });
        cursor.bump(1);
        return Ok(true);
    }
    let first = match grammar_time::spoken(cursor)? {
        Some(clock) => Some(clock),
        None => {
            grammar_time::refuse_span(cursor, &[Word::Dash, Word::To])?;
            grammar_time::clock(cursor)?
        }
    };
    let Some(is) = first else { return Ok(false) };
    if !draft.clocks.is_empty() {
        return Err(Trouble::new(Problem::TwoPatterns, cursor.span_since(&start)));
    }
    draft.clocks.push(At { is, span: cursor.span_since(&start) });
    loop {
        let before = *cursor;
        if !matches!(cursor.peek(), Some(Word::Comma | Word::And)) {
            break;
        }
        cursor.skip(&[Word::Comma, Word::And]);
        let counted = cursor.ahead(1) == Some(Word::Times);
        let next = if counted { None } else { listed_time(cursor)? };
        let Some(next) = next else {
            *cursor = before;
            break;
        };
        draft.clocks.push(next);
    }
    if matches!(cursor.peek(), Some(Word::And)) {
        return Err(draft.conflict(cursor, &start));
    }
    Ok(true)
}

fn listed_time(cursor: &mut Cursor<'_>) -> Result<Option<At<Clock>>, Trouble> {
    cursor.skip(&[Word::At, Word::Be]);
    let start = *cursor;
    let spoken = grammar_time::spoken(cursor)?;
    let found = match spoken {
        Some(clock) => Some(clock),
        None if grammar_series_days::starts_day(cursor) => None,
        None => return grammar_limits::plain_time(cursor),
    };
    Ok(found.map(|is| At { is, span: cursor.span_since(&start) }))
}
