//! The shape of a one-shot phrase: parts in any order, each word used exactly once (N2).
//!
//! Works nothing out from now; that is what `resolve` is for.

use std::ops::Range;

use super::cursor::Cursor;
use super::phrase::{At, Clock, Day, Phrase, Which};
use super::refusal::{Problem, Trouble};
use super::word::{Part, Token, Unit, Word};
use super::{grammar_day, grammar_length, grammar_time};

/// Words that mean nothing by themselves (N2).
const FILLERS: [Word; 6] = [Word::At, Word::On, Word::The, Word::Of, Word::Comma, Word::Be];

/// Reads the words of a one-shot phrase that covers the bytes `span`.
pub(super) fn read(tokens: &[Token], span: Range<usize>) -> Result<Phrase, Trouble> {
    let mut cursor = Cursor::new(tokens);
    let mut phrase = Phrase { span: span.clone(), ..Phrase::default() };
    cursor.skip(&FILLERS);
    while cursor.peek().is_some() {
        part(&mut cursor, &mut phrase)?;
        cursor.skip(&FILLERS);
    }
    check(&phrase)?;
    Ok(phrase)
}

/// Reads one part, or says what is wrong with the word here. Longer readings go first.
fn part(cursor: &mut Cursor<'_>, phrase: &mut Phrase) -> Result<(), Trouble> {
    let start = *cursor;
    if let Some(clock) = grammar_time::spoken(cursor)? {
        return add_clock(phrase, At { is: clock, span: cursor.span_since(&start) });
    }
    grammar_time::refuse_span(cursor, &[Word::Dash, Word::To, Word::Until])?;
    if let Some(found) = grammar_length::length(cursor)? {
        return add_length(phrase, found, cursor.span_since(&start));
    }
    if let Some(day) = grammar_day::day(cursor)? {
        return add_day(phrase, At { is: day, span: cursor.span_since(&start) });
    }
    if let Some(clock) = grammar_time::clock(cursor)? {
        return add_clock(phrase, At { is: clock, span: cursor.span_since(&start) });
    }
    word(cursor, phrase)
}

/// Reads the parts that are a single word.
fn word(cursor: &mut Cursor<'_>, phrase: &mut Phrase) -> Result<(), Trouble> {
    let span = cursor.span_since(cursor);
    match cursor.peek() {
        Some(Word::Part(part)) => add_part(phrase, At { is: part, span })?,
        Some(Word::ThisPart(part)) => {
            add_day(phrase, At { is: Day::FromToday(0), span: span.clone() })?;
            add_part(phrase, At { is: part, span })?;
        }
        Some(Word::SaturdayNight) => {
            cursor.bump(1);
            let which = grammar_day::week_named_after(cursor);
            add_day(phrase, At { is: Day::Weekday(chrono::Weekday::Sat, which), span: span.clone() })?;
            return add_part(phrase, At { is: Part::Night, span });
        }
        Some(Word::EndOfDay) if phrase.end_of_day.is_some() => return Err(cursor.trouble(Problem::TwoTimes)),
        Some(Word::EndOfDay) => phrase.end_of_day = Some(At { is: (), span }),
        Some(Word::Zone(_)) if phrase.zone.is_some() => return Err(cursor.trouble(Problem::TwoZones)),
        Some(Word::Zone(place)) => phrase.zone = Some(At { is: place, span }),
        other => return Err(cursor.trouble(complaint(other))),
    }
    cursor.bump(1);
    Ok(())
}

/// What to say about a word that no part starts with.
pub(super) fn complaint(word: Option<Word>) -> Problem {
    match word {
        Some(Word::And) => Problem::List,
        Some(Word::Or) => Problem::Or,
        Some(Word::Dash | Word::To | Word::Until | Word::Between) => Problem::Range,
        Some(Word::BadZone) => Problem::Zone,
        Some(Word::BadTime) => Problem::BadTime,
        Some(Word::BadDate) => Problem::NoSuchDate,
        Some(Word::Now) => Problem::Now,
        Some(Word::Gone | Word::Last) => Problem::Gone,
        Some(Word::Vague) => Problem::Vague,
        Some(Word::Number { width: 4, .. }) => Problem::YearAlone,
        Some(Word::Number { .. } | Word::Amount(_)) => Problem::NakedNumber,
        _ => Problem::UnknownWord,
    }
}

fn add_clock(phrase: &mut Phrase, clock: At<Clock>) -> Result<(), Trouble> {
    if phrase.clock.is_some() {
        return Err(clock.trouble(Problem::TwoTimes));
    }
    phrase.clock = Some(clock);
    Ok(())
}

fn add_part(phrase: &mut Phrase, part: At<Part>) -> Result<(), Trouble> {
    if phrase.part.is_some() {
        return Err(part.trouble(Problem::TwoTimes));
    }
    phrase.part = Some(part);
    Ok(())
}

fn add_length(phrase: &mut Phrase, found: grammar_length::Found, span: Range<usize>) -> Result<(), Trouble> {
    match found {
        grammar_length::Found::Day(day) => add_day(phrase, At { is: day, span }),
        grammar_length::Found::Length { length, bare } => {
            let length = At { is: length, span };
            if phrase.length.is_some() {
                return Err(length.trouble(Problem::DayWithAmount));
            }
            phrase.bare = bare;
            phrase.length = Some(length);
            Ok(())
        }
    }
}

/// Puts a day beside the one that is there, when the two belong together (D3, D7, D11).
fn add_day(phrase: &mut Phrase, new: At<Day>) -> Result<(), Trouble> {
    let Some(old) = phrase.day.take() else {
        phrase.day = Some(new);
        return Ok(());
    };
    if let Some(weekday) = agreeing_weekday(&old, &new).filter(|_| phrase.weekday.is_none()) {
        phrase.weekday = Some(weekday);
        phrase.day = Some(if matches!(old.is, Day::Weekday(..)) { new } else { old });
        return Ok(());
    }
    let Some(day) = narrowed(&old.is, &new.is).or_else(|| narrowed(&new.is, &old.is)) else {
        return Err(new.trouble(Problem::TwoDays));
    };
    let span = old.span.start.min(new.span.start)..old.span.end.max(new.span.end);
    phrase.day = Some(At { is: day, span });
    Ok(())
}

/// The weekday of a pair of which the other is a date.
fn agreeing_weekday(one: &At<Day>, other: &At<Day>) -> Option<At<chrono::Weekday>> {
    let dated = |day: &Day| matches!(day, Day::Date { .. } | Day::Numeric { .. } | Day::OfMonth { .. });
    [(one, other), (other, one)].into_iter().find_map(|(named, date)| match named.is {
        Day::Weekday(is, Which::Open) if dated(&date.is) => Some(At { is, span: named.span.clone() }),
        _ => None,
    })
}

/// A day together with the week or month it is looked for in.
fn narrowed(day: &Day, frame: &Day) -> Option<Day> {
    let which = |unit: Unit| match frame {
        Day::StartOf(framed) if *framed == unit => Some(Which::Next),
        Day::Within(framed) if *framed == unit => Some(Which::This),
        _ => None,
    };
    match day {
        Day::Weekday(weekday, Which::Open) => which(Unit::Week).map(|which| Day::Weekday(*weekday, which)),
        Day::OfMonth { day, which: Which::Open } => which(Unit::Month).map(|which| Day::OfMonth { day: *day, which }),
        _ => None,
    }
}

/// Refuses parts that are fine each and do not fit together.
fn check(phrase: &Phrase) -> Result<(), Trouble> {
    let timed = phrase.clock.is_some() || phrase.part.is_some() || phrase.end_of_day.is_some();
    let whole = || phrase.span.clone();
    match &phrase.length {
        Some(length) if phrase.day.is_some() || (phrase.bare && timed) => Err(length.trouble(Problem::DayWithAmount)),
        Some(length) if timed && length.is.has_exact() => Err(length.trouble(Problem::ClockWithHours)),
        None if phrase.day.is_none() && !timed => Err(Trouble::new(Problem::Empty, whole())),
        _ => match &phrase.day {
            Some(At { is: Day::Within(_), span }) => Err(Trouble::new(Problem::PeriodAlone, span.clone())),
            Some(At { is: Day::Tonight, .. }) => tonight(phrase),
            _ => end_of_day(phrase),
        },
    }
}

/// Tonight is night already: no other part of the day goes with it (T7).
fn tonight(phrase: &Phrase) -> Result<(), Trouble> {
    match &phrase.part {
        Some(part) if part.is != Part::Night => Err(part.trouble(Problem::NotIn { part: Part::Night })),
        _ => end_of_day(phrase),
    }
}

fn end_of_day(phrase: &Phrase) -> Result<(), Trouble> {
    match (&phrase.end_of_day, &phrase.part, &phrase.day) {
        (Some(_), Some(part), _) => Err(part.trouble(Problem::TwoTimes)),
        (Some(end), None, Some(At { is: Day::Tonight, .. })) => Err(end.trouble(Problem::TwoTimes)),
        _ => Ok(()),
    }
}
