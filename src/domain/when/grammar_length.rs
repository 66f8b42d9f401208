//! Amounts of time: `in 2 hours and 10 minutes`, `a week from friday`, `בעוד שעתיים וחצי` (L1–L5).

use super::cursor::Cursor;
use super::phrase::{Day, Length};
use super::refusal::{Problem, Trouble};
use super::word::{Unit, Word};
use super::{grammar_day, grammar_time};

/// What an amount turned out to be.
pub(super) enum Found {
    /// Time counted from now.
    Length { length: Length, bare: bool },
    /// Time counted from a day.
    Day(Day),
}

/// Reads an amount with what leads or follows it.
pub(super) fn length(cursor: &mut Cursor<'_>) -> Result<Option<Found>, Trouble> {
    let start = *cursor;
    let led = cursor.eat(Word::In) || cursor.eat(Word::After);
    if led && matches!(cursor.peek(), Some(Word::Dash)) && counts(cursor.ahead(1)) {
        return Err(cursor.trouble(Problem::ZeroAmount));
    }
    if !led && grammar_time::is_four_digit_clock(cursor) {
        return Ok(None);
    }
    let Some(length) = sum(cursor, led)? else {
        *cursor = start;
        return Ok(None);
    };
    if cursor.eat(Word::Gone) {
        return Err(Trouble::new(Problem::Gone, cursor.span_since(&start)));
    }
    counted_from(cursor, &start, length, led).map(Some)
}

fn counts(word: Option<Word>) -> bool {
    matches!(word, Some(Word::Number { .. } | Word::Dotted { .. } | Word::Amount(_)))
}

/// `from now`, `from friday`, or nothing more.
fn counted_from(cursor: &mut Cursor<'_>, start: &Cursor<'_>, length: Length, led: bool) -> Result<Found, Trouble> {
    if !cursor.eat(Word::From) {
        return Ok(Found::Length { length, bare: !led });
    }
    if cursor.eat(Word::Now) {
        return Ok(Found::Length { length, bare: false });
    }
    cursor.skip(&[Word::The]);
    let Some(day) = grammar_day::day(cursor)? else { return Err(cursor.trouble(Problem::UnknownWord)) };
    if length.has_exact() {
        return Err(Trouble::new(Problem::DayWithAmount, cursor.span_since(start)));
    }
    Ok(Found::Day(Day::CountedFrom(length, Box::new(day))))
}

/// Amounts joined by `and`, a comma or a space.
pub(super) fn sum(cursor: &mut Cursor<'_>, led: bool) -> Result<Option<Length>, Trouble> {
    let Some(mut total) = amount(cursor, led)? else { return Ok(None) };
    loop {
        let before = *cursor;
        if !cursor.eat(Word::And) {
            cursor.eat(Word::Comma);
            cursor.eat(Word::And);
        }
        let more = if grammar_time::is_four_digit_clock(cursor) { None } else { amount(cursor, led)? };
        let Some(more) = more else {
            *cursor = before;
            return Ok(Some(total));
        };
        total.months += more.months;
        total.days += more.days;
        total.millis += more.millis;
    }
}

/// One amount with its unit.
fn amount(cursor: &mut Cursor<'_>, led: bool) -> Result<Option<Length>, Trouble> {
    let start = *cursor;
    let found = match cursor.peek() {
        Some(Word::Minutes(minutes)) => Some(fixed_minutes(cursor, 1, minutes)),
        Some(Word::A) => after_article(cursor, &start)?,
        Some(Word::Couple) => couple(cursor, &start)?,
        Some(Word::Dual(unit)) => {
            cursor.bump(1);
            Some(with_fraction(cursor, &start, 2, unit)?)
        }
        Some(Word::One(unit)) if led || singular_goes_on(cursor) => {
            cursor.bump(1);
            Some(with_fraction(cursor, &start, 1, unit)?)
        }
        Some(Word::Yom) if led => {
            cursor.bump(1);
            Some(of(1, Unit::Day))
        }
        Some(Word::Dotted { left, right, right_width }) => decimal(cursor, left, right, right_width)?,
        Some(Word::Number { value, .. } | Word::Amount(value)) => whole(cursor, &start, value)?,
        Some(Word::Sheni) => whole(cursor, &start, 2)?,
        _ => None,
    };
    if found.is_none() {
        *cursor = start;
    }
    Ok(found)
}

/// A Hebrew singular without `בעוד` counts only when what follows makes it an amount.
fn singular_goes_on(cursor: &Cursor<'_>) -> bool {
    match cursor.ahead(1) {
        Some(Word::From) => true,
        Some(Word::And) => matches!(cursor.ahead(2), Some(Word::Half | Word::Quarter)),
        _ => false,
    }
}

fn fixed_minutes(cursor: &mut Cursor<'_>, words: usize, minutes: u32) -> Length {
    cursor.bump(words);
    of(minutes, Unit::Minute)
}

/// `an hour [and a half]`, `a quarter of an hour`, `a couple of days`.
fn after_article(cursor: &mut Cursor<'_>, start: &Cursor<'_>) -> Result<Option<Length>, Trouble> {
    match cursor.ahead(1) {
        Some(Word::Minutes(minutes)) => Ok(Some(fixed_minutes(cursor, 2, minutes))),
        Some(Word::Couple) => {
            cursor.bump(1);
            couple(cursor, start)
        }
        _ => {
            cursor.bump(1);
            let Some(unit) = unit(cursor) else { return Ok(None) };
            with_fraction(cursor, start, 1, unit).map(Some)
        }
    }
}

/// `couple of hours`, standing on `couple`.
fn couple(cursor: &mut Cursor<'_>, start: &Cursor<'_>) -> Result<Option<Length>, Trouble> {
    cursor.bump(1);
    cursor.eat(Word::Of);
    let Some(unit) = unit(cursor) else { return Ok(None) };
    with_fraction(cursor, start, 2, unit).map(Some)
}

/// `3 hours [and a half]`, `2 and a half hours`.
fn whole(cursor: &mut Cursor<'_>, start: &Cursor<'_>, value: u32) -> Result<Option<Length>, Trouble> {
    cursor.bump(1);
    let half =
        cursor.peek() == Some(Word::And) && cursor.ahead(1) == Some(Word::A) && cursor.ahead(2) == Some(Word::Half);
    cursor.bump(if half { 3 } else { 0 });
    let Some(unit) = unit(cursor) else { return Ok(None) };
    if value == 0 {
        return Err(Trouble::new(Problem::ZeroAmount, cursor.span_since(start)));
    }
    if half {
        return part_of(cursor, start, value, unit, 2).map(Some);
    }
    with_fraction(cursor, start, value, unit).map(Some)
}

/// `1.5 hours`: only hours and minutes can be split (L1).
fn decimal(cursor: &mut Cursor<'_>, left: u32, right: u32, width: usize) -> Result<Option<Length>, Trouble> {
    let start = *cursor;
    cursor.bump(1);
    let Some(unit) = unit(cursor) else { return Ok(None) };
    let trouble = |problem| Trouble::new(problem, cursor.span_since(&start));
    let scale = u32::try_from(width).ok().and_then(|width| 10_i64.checked_pow(width));
    let (Some(scale), Unit::Hour | Unit::Minute) = (scale.filter(|scale| *scale <= 1_000_000), unit) else {
        return Err(trouble(Problem::BrokenUnit));
    };
    let one = of(1, unit).millis;
    let millis = i64::from(left) * one + i64::from(right) * one / scale;
    if millis == 0 {
        return Err(trouble(Problem::ZeroAmount));
    }
    Ok(Some(Length { millis, ..Length::default() }))
}

/// `and a half`, `וחצי`, `ורבע` behind an amount of hours or minutes.
pub(super) fn with_fraction(
    cursor: &mut Cursor<'_>,
    start: &Cursor<'_>,
    value: u32,
    unit: Unit,
) -> Result<Length, Trouble> {
    if cursor.peek() != Some(Word::And) {
        return Ok(of(value, unit));
    }
    let article = usize::from(cursor.ahead(1) == Some(Word::A));
    let share = match cursor.ahead(1 + article) {
        Some(Word::Half) => 2,
        Some(Word::Quarter) => 4,
        _ => return Ok(of(value, unit)),
    };
    cursor.bump(2 + article);
    part_of(cursor, start, value, unit, share)
}

fn part_of(cursor: &Cursor<'_>, start: &Cursor<'_>, value: u32, unit: Unit, share: i64) -> Result<Length, Trouble> {
    if !matches!(unit, Unit::Hour | Unit::Minute) {
        return Err(Trouble::new(Problem::BrokenUnit, cursor.span_since(start)));
    }
    let mut length = of(value, unit);
    length.millis += of(1, unit).millis / share;
    Ok(length)
}

/// Steps over a unit.
fn unit(cursor: &mut Cursor<'_>) -> Option<Unit> {
    let unit = match cursor.peek()? {
        Word::Unit(unit) | Word::One(unit) => unit,
        Word::Second => Unit::Second,
        Word::Yom => Unit::Day,
        _ => return None,
    };
    cursor.bump(1);
    Some(unit)
}

/// So many of a unit.
fn of(value: u32, unit: Unit) -> Length {
    let value = i64::from(value);
    let (months, days, millis) = match unit {
        Unit::Second => (0, 0, value * 1000),
        Unit::Minute => (0, 0, value * 60_000),
        Unit::Hour => (0, 0, value * 3_600_000),
        Unit::Day => (0, value, 0),
        Unit::Week => (0, value * 7, 0),
        Unit::Fortnight => (0, value * 14, 0),
        Unit::Month => (value, 0, 0),
        Unit::Year => (value * 12, 0, 0),
    };
    Length { months, days, millis }
}
