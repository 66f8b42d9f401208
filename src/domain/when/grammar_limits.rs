//! The limits of a repeating phrase: windows, starts, ends, lengths, counts and exceptions (R9–R13).

use super::cursor::Cursor;
use super::grammar_series::{Draft, Limit, Step, set_step, skip};
use super::phrase::{At, Clock, Phrase};
use super::refusal::{Problem, Trouble};
use super::word::{Unit, Word};
use super::{grammar, grammar_day, grammar_length, grammar_series_days, grammar_time};

/// Windows, starts, ends, lengths, counts and exceptions (R9–R13).
pub(super) fn limits(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let start = *cursor;
    match cursor.peek() {
        Some(Word::Between | Word::From) if window(cursor, draft)? => return Ok(true),
        Some(Word::From) if grammar_series_days::weekday_span(cursor, draft) => return Ok(true),
        Some(Word::Starting | Word::From) => {
            cursor.bump(1);
            cursor.skip(&[Word::On, Word::From, Word::At]);
            draft.start = Some(limit(cursor, &start)?);
        }
        Some(Word::Until) => {
            cursor.bump(1);
            draft.until = Some(limit(cursor, &start)?);
        }
        Some(Word::For) => {
            cursor.bump(1);
            if counted(cursor, draft)? {
                return Ok(true);
            }
            let Some(length) = grammar_length::sum(cursor, true)? else {
                return Err(start.trouble(Problem::UnknownWord));
            };
            draft.length = Some(length);
        }
        Some(Word::Except) => {
            cursor.bump(1);
            cursor.skip(&[Word::On, Word::From]);
            grammar_series_days::exceptions(cursor, draft, &start)?;
        }
        _ => return counted(cursor, draft),
    }
    Ok(true)
}

/// `3 times`, `3x`; `3 times a day` asks for three times of day instead.
fn counted(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let Some(Word::Number { value, .. } | Word::Amount(value)) = cursor.peek() else { return Ok(false) };
    if cursor.ahead(1) != Some(Word::Times) {
        return Ok(false);
    }
    let start = *cursor;
    cursor.bump(2);
    if value == 0 {
        return Err(Trouble::new(Problem::ZeroAmount, cursor.span_since(&start)));
    }
    if matches!(cursor.peek(), Some(Word::A | Word::Be))
        && matches!(cursor.ahead(1), Some(Word::Unit(Unit::Day) | Word::Yom))
    {
        cursor.bump(2);
        draft.times_a_day = Some(value);
        set_step(cursor, draft, &start, Step::Units(1, Unit::Day))?;
        return Ok(true);
    }
    draft.count = Some(value);
    Ok(true)
}

/// `from 9:00 to 12:00`, `between 9 and 17` (R9).
fn window(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let start = *cursor;
    cursor.bump(1);
    let first = plain_time(cursor)?;
    let joint = matches!(cursor.peek(), Some(Word::To | Word::Until | Word::And | Word::Dash | Word::Le));
    cursor.bump(1);
    let last = if joint && first.is_some() { plain_time(cursor)? } else { None };
    let (Some(first), Some(last)) = (first, last) else {
        *cursor = start;
        return if start.peek() == Some(Word::Between) { Err(start.trouble(Problem::Range)) } else { Ok(false) };
    };
    draft.window = Some((first, last));
    Ok(true)
}

/// A time of day where nothing but a time can stand, so that a naked number is an hour.
pub(super) fn plain_time(cursor: &mut Cursor<'_>) -> Result<Option<At<Clock>>, Trouble> {
    cursor.skip(&[Word::At, Word::Be]);
    let start = *cursor;
    let found = match grammar_time::clock(cursor)? {
        Some(clock) => Some(clock),
        None => grammar_time::naked_hour(cursor)?,
    };
    Ok(found.map(|is| At { is, span: cursor.span_since(&start) }))
}

/// The day and time behind `until` or `starting`.
fn limit(cursor: &mut Cursor<'_>, start: &Cursor<'_>) -> Result<Limit, Trouble> {
    let mut phrase = Phrase::default();
    loop {
        let before = *cursor;
        skip(cursor);
        if !limit_part(cursor, &mut phrase)? {
            *cursor = before;
            break;
        }
    }
    phrase.span = cursor.span_since(start);
    let timed = phrase.clock.is_some() || phrase.part.is_some() || phrase.end_of_day.is_some();
    if phrase.day.is_none() && !timed {
        return Err(cursor.trouble(grammar::complaint(cursor.peek())));
    }
    Ok(Limit { phrase })
}

/// One part of a limit; false where something else begins, such as a count.
fn limit_part(cursor: &mut Cursor<'_>, phrase: &mut Phrase) -> Result<bool, Trouble> {
    let here = *cursor;
    if cursor.ahead(1) == Some(Word::Times) {
        return Ok(false);
    }
    if phrase.clock.is_none()
        && let Some(is) = grammar_time::spoken(cursor)?
    {
        phrase.clock = Some(At { is, span: cursor.span_since(&here) });
        return Ok(true);
    }
    if phrase.day.is_none()
        && let Some(is) = grammar_day::day(cursor)?
    {
        phrase.day = Some(At { is, span: cursor.span_since(&here) });
        return Ok(true);
    }
    if phrase.clock.is_none()
        && let Some(is) = grammar_time::clock(cursor)?
    {
        phrase.clock = Some(At { is, span: cursor.span_since(&here) });
        return Ok(true);
    }
    let span = cursor.span_since(cursor);
    match cursor.peek() {
        Some(Word::Part(is)) if phrase.part.is_none() => phrase.part = Some(At { is, span }),
        Some(Word::EndOfDay) if phrase.end_of_day.is_none() => phrase.end_of_day = Some(At { is: (), span }),
        _ => return Ok(false),
    }
    cursor.bump(1);
    Ok(true)
}
