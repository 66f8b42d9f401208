//! How far apart the occurrences of a repeating phrase are: `every 3 days`, `every other week`, `twice a day` (R4, R8).

use super::cursor::Cursor;
use super::grammar_series::{Draft, Step, set_step, step_of};
use super::grammar_series_days::{days, starts_day, weekdays};
use super::refusal::{Problem, Trouble};
use super::word::{Unit, Word};
use super::{grammar, grammar_length};

/// What follows `every`: a step, a day of some kind, or a part of the day.
pub(super) fn after_every(cursor: &mut Cursor<'_>, draft: &mut Draft, start: &Cursor<'_>) -> Result<(), Trouble> {
    let other = cursor.eat(Word::Other);
    if cursor.peek() == Some(Word::SaturdayNight) {
        return Ok(());
    }
    if cursor.peek() == Some(Word::Second) && !ordinal_goes_on(cursor.ahead(1)) {
        cursor.bump(1);
        return set_step(cursor, draft, start, step_of(1, Unit::Second));
    }
    if let Some(step) = ordinal_step(cursor).filter(|_| !other) {
        return set_step(cursor, draft, start, step);
    }
    if !other && days(cursor, draft)? {
        return Ok(());
    }
    if let (false, Some(Word::Part(_))) = (other, cursor.peek()) {
        return set_step(cursor, draft, start, Step::Units(1, Unit::Day));
    }
    if other {
        let here = *cursor;
        if let Some(weekdays) = weekdays(cursor) {
            draft.weekdays.extend(weekdays);
            return set_step(cursor, draft, start, Step::Units(2, Unit::Week));
        }
        let Some(unit) = unit(cursor) else { return Err(here.trouble(Problem::UnknownWord)) };
        return set_step(cursor, draft, start, step_of(2, unit));
    }
    let Some(step) = step(cursor)? else { return Err(cursor.trouble(grammar::complaint(cursor.peek()))) };
    set_step(cursor, draft, start, step)
}

/// `2nd day`, `second week`; an ordinal day `of the month` is no step.
fn ordinal_step(cursor: &mut Cursor<'_>) -> Option<Step> {
    let count = match cursor.peek()? {
        Word::Ordinal(count) if count > 1 => count,
        Word::Second => 2,
        _ => return None,
    };
    let Some(Word::Unit(unit)) = cursor.ahead(1) else { return None };
    if unit == Unit::Day && cursor.ahead(2) == Some(Word::Of) {
        return None;
    }
    cursor.bump(2);
    Some(step_of(count, unit))
}

/// True when `second` before this word is the ordinal, not the unit.
fn ordinal_goes_on(next: Option<Word>) -> bool {
    matches!(
        next,
        Some(Word::Weekday(_) | Word::Unit(_) | Word::Workday | Word::Workdays | Word::Of | Word::And | Word::Comma)
    )
}

/// `hour`, `3 days`, `hour and a half`, `half hour`, `שעתיים`.
fn step(cursor: &mut Cursor<'_>) -> Result<Option<Step>, Trouble> {
    let start = *cursor;
    let single = unit(cursor);
    let fraction =
        cursor.peek() == Some(Word::And) && matches!(cursor.ahead(1), Some(Word::Half | Word::Quarter | Word::A));
    match (single, cursor.peek()) {
        (Some(unit), _) if !fraction => return Ok(Some(step_of(1, unit))),
        (Some(unit), _) => {
            let length = grammar_length::with_fraction(cursor, &start, 1, unit)?;
            return Ok(Some(Step::Elapsed { millis: length.millis, hours: false }));
        }
        (None, Some(Word::Number { value, .. } | Word::Amount(value))) => {
            cursor.bump(1);
            let more = |cursor: &Cursor<'_>| cursor.peek() == Some(Word::And) || is_amount(cursor);
            if let Some(unit) = unit(cursor)
                && !(matches!(unit, Unit::Hour | Unit::Minute) && more(cursor))
            {
                return Ok(Some(step_of(value, unit)));
            }
        }
        (None, Some(Word::Dual(unit))) if cursor.ahead(1) != Some(Word::And) => {
            cursor.bump(1);
            return Ok(Some(step_of(2, unit)));
        }
        _ => {}
    }
    *cursor = start;
    let Some(length) = grammar_length::sum(cursor, true)? else { return Ok(None) };
    if length.days > 0 || length.months > 0 {
        return Err(Trouble::new(Problem::TwoPatterns, cursor.span_since(&start)));
    }
    Ok(Some(Step::Elapsed { millis: length.millis, hours: false }))
}

fn is_amount(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.peek(), Some(Word::Number { .. } | Word::Amount(_)))
        && matches!(cursor.ahead(1), Some(Word::Unit(_) | Word::One(_)))
}

/// Steps over a unit. `יום` before a weekday is its title, not a unit.
fn unit(cursor: &mut Cursor<'_>) -> Option<Unit> {
    let unit = match cursor.peek()? {
        Word::Unit(unit) | Word::One(unit) => unit,
        Word::Yom if !starts_day(cursor) => Unit::Day,
        _ => return None,
    };
    cursor.bump(1);
    Some(unit)
}

/// `once a week`, `twice a day`, `פעם בשבוע`, `פעם בשבועיים`.
pub(super) fn so_often(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), Trouble> {
    let start = *cursor;
    let twice = cursor.peek() == Some(Word::Twice);
    cursor.bump(1);
    cursor.skip(&[Word::A, Word::Be, Word::Every]);
    if let Some(Word::Dual(unit)) = cursor.peek().filter(|_| !twice) {
        cursor.bump(1);
        return set_step(cursor, draft, &start, step_of(2, unit));
    }
    let Some(unit) = unit(cursor) else { return Err(start.trouble(Problem::UnknownWord)) };
    if twice {
        if unit != Unit::Day {
            return Err(Trouble::new(Problem::TimesADay, cursor.span_since(&start)));
        }
        draft.times_a_day = Some(2);
    }
    set_step(cursor, draft, &start, step_of(1, unit))
}
