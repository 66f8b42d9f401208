//! Days as they are written (D1–D11): day words, weekdays, dates, days of the month, ends of periods.

use chrono::Weekday;

use super::cursor::Cursor;
use super::phrase::{Counted, Day, InMonth, Which};
use super::refusal::{Problem, Trouble};
use super::word::{Unit, Word};
use super::{grammar_date, grammar_time};

/// Reads a day.
pub(super) fn day(cursor: &mut Cursor<'_>) -> Result<Option<Day>, Trouble> {
    let simple = match cursor.peek() {
        Some(Word::Today) => Day::FromToday(0),
        Some(Word::Tomorrow) => Day::FromToday(1),
        Some(Word::Overmorrow) => Day::FromToday(2),
        Some(Word::Tonight) => Day::Tonight,
        Some(Word::NextUnit(unit)) => Day::StartOf(unit),
        Some(Word::ThisUnit(unit)) => Day::Within(unit),
        Some(Word::EndOf(unit)) => Day::EndOf(unit, Which::Open),
        Some(Word::EndOfThis(unit)) => Day::EndOf(unit, Which::This),
        Some(Word::EndOfNext(unit)) => Day::EndOf(unit, Which::Next),
        Some(Word::Weekend) => return Err(cursor.trouble(Problem::TwoDayWeekend)),
        _ => return compound(cursor),
    };
    cursor.bump(1);
    Ok(Some(simple))
}

fn compound(cursor: &mut Cursor<'_>) -> Result<Option<Day>, Trouble> {
    match cursor.peek() {
        Some(Word::Weekday(_) | Word::Yom | Word::Sheni | Word::This | Word::Coming | Word::Next) => weekday(cursor),
        Some(Word::Last) => last(cursor),
        Some(Word::Ordinal(_) | Word::Second) => ordinal(cursor),
        Some(Word::Dotted { .. }) if grammar_time::dotted_is_time(cursor) => Ok(None),
        _ => grammar_date::date(cursor),
    }
}

/// `friday`, `this coming friday`, `next friday`, `יום שישי הבא`, `יום ג'` (D2, D3).
fn weekday(cursor: &mut Cursor<'_>) -> Result<Option<Day>, Trouble> {
    let start = *cursor;
    let next = cursor.eat(Word::Next);
    if !next {
        cursor.eat(Word::This);
        cursor.eat(Word::Coming);
    }
    let Some(weekday) = name(cursor) else {
        // `next weekend` and `this weekend` name two days as well.
        if cursor.peek() == Some(Word::Weekend) {
            return Err(Trouble::new(Problem::TwoDayWeekend, cursor.span_since(&start)));
        }
        *cursor = start;
        return Ok(None);
    };
    if let Some(nth) = hebrew_nth(cursor) {
        return in_month(cursor, &start, nth, Counted::Weekday(weekday));
    }
    let after = week_named_after(cursor);
    Ok(Some(Day::Weekday(weekday, if next { Which::Next } else { after })))
}

/// Steps over the name of a weekday.
fn name(cursor: &mut Cursor<'_>) -> Option<Weekday> {
    let (weekday, words) = match (cursor.peek()?, cursor.ahead(1)) {
        (Word::Weekday(weekday), _) => (weekday, 1),
        (Word::Sheni, _) => (Weekday::Mon, 1),
        (Word::Yom, Some(Word::Weekday(weekday) | Word::DayLetter(weekday))) => (weekday, 2),
        (Word::Yom, Some(Word::Sheni)) => (Weekday::Mon, 2),
        _ => return None,
    };
    cursor.bump(words);
    Some(weekday)
}

/// `הבא` and `הקרוב` stand behind their weekday.
pub(super) fn week_named_after(cursor: &mut Cursor<'_>) -> Which {
    if cursor.eat(Word::Next) {
        return Which::Next;
    }
    cursor.eat(Word::Coming);
    Which::Open
}

/// `האחרון`, `הראשון`, `השני` behind a weekday and before `של`.
pub(super) fn hebrew_nth(cursor: &mut Cursor<'_>) -> Option<u32> {
    let (nth, words) = match (cursor.peek()?, cursor.ahead(1)) {
        (Word::Last, _) => (0, 1),
        (Word::The, Some(Word::Weekday(Weekday::Sun))) => (1, 2),
        (Word::The, Some(Word::Sheni)) => (2, 2),
        (Word::The, Some(Word::Weekday(Weekday::Tue))) => (3, 2),
        (Word::The, Some(Word::Weekday(Weekday::Wed))) => (4, 2),
        (Word::The, Some(Word::Weekday(Weekday::Thu))) => (5, 2),
        _ => return None,
    };
    matches!(cursor.ahead(words), Some(Word::Of | Word::Be | Word::Le)).then(|| cursor.bump(words))?;
    Some(nth)
}

/// `last friday of june`; without a month it is over (D10, F3).
fn last(cursor: &mut Cursor<'_>) -> Result<Option<Day>, Trouble> {
    let start = *cursor;
    cursor.bump(1);
    let counted = counted(cursor);
    match (counted, cursor.peek()) {
        (Some(counted), Some(Word::Of | Word::NextUnit(_) | Word::ThisUnit(_))) => in_month(cursor, &start, 0, counted),
        _ => Err(Trouble::new(Problem::Gone, cursor.span_since(&start))),
    }
}

/// `first monday of july`, `the 15th`, `12th of june`, `15th of next month` (D4, D7, D10).
fn ordinal(cursor: &mut Cursor<'_>) -> Result<Option<Day>, Trouble> {
    let start = *cursor;
    let nth = match cursor.peek() {
        Some(Word::Ordinal(nth)) => nth,
        _ => 2,
    };
    cursor.bump(1);
    let alone = *cursor;
    if let Some(counted) = counted(cursor) {
        // `12th friday` is a date with its weekday; `2nd friday` could be that or the second one.
        if nth <= 5 || cursor.peek() == Some(Word::Of) {
            return in_month(cursor, &start, nth, counted);
        }
        *cursor = alone;
    }
    grammar_date::after_ordinal(cursor, &start, nth).map(Some)
}

/// Steps over what an ordinal counts.
pub(super) fn counted(cursor: &mut Cursor<'_>) -> Option<Counted> {
    let counted = match cursor.peek()? {
        Word::Weekday(weekday) => Counted::Weekday(weekday),
        Word::Workday => Counted::Workday,
        Word::Unit(Unit::Day) => Counted::Day,
        _ => return None,
    };
    cursor.bump(1);
    Some(counted)
}

/// The month behind an ordinal weekday.
fn in_month(cursor: &mut Cursor<'_>, start: &Cursor<'_>, nth: u32, counted: Counted) -> Result<Option<Day>, Trouble> {
    let joined = matches!(cursor.peek(), Some(Word::Of | Word::Be | Word::Le));
    cursor.bump(usize::from(joined));
    cursor.eat(Word::The);
    let month = match cursor.peek() {
        Some(Word::Month(month)) => {
            cursor.bump(1);
            InMonth::Named { month, year: grammar_date::year(cursor) }
        }
        Some(Word::NextUnit(Unit::Month)) => {
            cursor.bump(1);
            InMonth::Next
        }
        Some(Word::ThisUnit(Unit::Month)) => {
            cursor.bump(1);
            InMonth::This
        }
        _ => return Err(Trouble::new(Problem::OrdinalAlone, cursor.span_since(start))),
    };
    if nth > 5 {
        return Err(Trouble::new(Problem::NoSuchDate, cursor.span_since(start)));
    }
    Ok(Some(Day::Ordinal { nth, counted, month }))
}
