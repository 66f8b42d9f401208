//! Dates as they are written (D4–D7): `12 june`, `june 12, 2027`, `12/6`, `2026-06-12`, `the 15th of next month`.

use super::cursor::Cursor;
use super::phrase::{Day, Which};
use super::refusal::{Problem, Trouble};
use super::word::{Unit, Word};

/// Reads a date that starts with a number or a month. Numeric dates keep their two numbers as they stand.
pub(super) fn date(cursor: &mut Cursor<'_>) -> Result<Option<Day>, Trouble> {
    match cursor.peek() {
        Some(Word::BadDate) => Err(cursor.trouble(Problem::NoSuchDate)),
        Some(Word::Iso { year, month, day }) => Ok(take(cursor, Day::Date { day, month, year: Some(year) })),
        Some(Word::NumericDate { first, second, year }) => Ok(take(cursor, Day::Numeric { first, second, year })),
        Some(Word::Dotted { left, right, .. }) => {
            Ok(take(cursor, Day::Numeric { first: left, second: right, year: None }))
        }
        Some(Word::Number { value, width: 1 | 2 }) => Ok(number_first(cursor, value)),
        Some(Word::Month(month)) => month_first(cursor, month).map(Some),
        _ => Ok(None),
    }
}

fn take(cursor: &mut Cursor<'_>, day: Day) -> Option<Day> {
    cursor.bump(1);
    Some(day)
}

/// `12 june`, `12-jun-2026`, `12 of june`, `12 ביוני`, `15 לחודש`.
fn number_first(cursor: &mut Cursor<'_>, day: u32) -> Option<Day> {
    let joined = usize::from(matches!(cursor.ahead(1), Some(Word::Dash | Word::Of | Word::Be | Word::Le)));
    match cursor.ahead(1 + joined)? {
        Word::Month(month) => {
            cursor.bump(2 + joined);
            Some(Day::Date { day, month, year: year(cursor) })
        }
        Word::One(Unit::Month) if joined == 1 => {
            cursor.bump(2 + joined);
            Some(Day::OfMonth { day, which: Which::Open })
        }
        Word::NextUnit(Unit::Month) if joined == 1 => {
            cursor.bump(2 + joined);
            Some(Day::OfMonth { day, which: Which::Next })
        }
        Word::ThisUnit(Unit::Month) if joined == 1 => {
            cursor.bump(2 + joined);
            Some(Day::OfMonth { day, which: Which::This })
        }
        _ => None,
    }
}

/// `june 12`, `june the 12th, 2027`.
fn month_first(cursor: &mut Cursor<'_>, month: u32) -> Result<Day, Trouble> {
    let start = *cursor;
    cursor.bump(1);
    cursor.eat(Word::The);
    let hour = matches!(cursor.ahead(1), Some(Word::Pm(_) | Word::OClock));
    let day = match cursor.peek() {
        Some(Word::Number { value, width: 1 | 2 }) if !hour => value,
        Some(Word::Ordinal(nth)) => nth,
        Some(Word::Second) => 2,
        _ => return Err(Trouble::new(Problem::MonthAlone, start.span_since(&start))),
    };
    cursor.bump(1);
    Ok(Day::Date { day, month, year: year(cursor) })
}

/// What follows `12th`: a month, this or next month, or nothing.
pub(super) fn after_ordinal(cursor: &mut Cursor<'_>, start: &Cursor<'_>, day: u32) -> Result<Day, Trouble> {
    let of = cursor.peek() == Some(Word::Of);
    let the = cursor.ahead(usize::from(of)) == Some(Word::The);
    let words = usize::from(of) + usize::from(the);
    let found = match cursor.ahead(words) {
        Some(Word::Month(month)) => {
            cursor.bump(words + 1);
            return Ok(Day::Date { day, month, year: year(cursor) });
        }
        Some(Word::NextUnit(Unit::Month)) => Some(Which::Next),
        Some(Word::ThisUnit(Unit::Month)) => Some(Which::This),
        _ => None,
    };
    if found.is_some() {
        cursor.bump(words + 1);
    }
    if day == 0 || day > 31 {
        return Err(Trouble::new(Problem::NoSuchDate, cursor.span_since(start)));
    }
    Ok(Day::OfMonth { day, which: found.unwrap_or(Which::Open) })
}

/// Steps over a four-digit year, after a comma or a hyphen if one stands there.
pub(super) fn year(cursor: &mut Cursor<'_>) -> Option<i32> {
    let joined = usize::from(matches!(cursor.peek(), Some(Word::Comma | Word::Dash)));
    let year = match cursor.ahead(joined)? {
        Word::Number { value, width: 4 } if cursor.ahead(joined + 1) != Some(Word::Unit(Unit::Hour)) => value,
        _ => return None,
    };
    cursor.bump(joined + 1);
    i32::try_from(year).ok()
}
