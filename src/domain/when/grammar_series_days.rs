//! The days of a repeating phrase: weekdays and spans of them, days and ordinals of the month (R2–R7, R13).

use chrono::Weekday;

use super::cursor::Cursor;
use super::grammar_series::{Draft, Step};
use super::phrase::{At, Counted, Day};
use super::refusal::{Problem, Trouble};
use super::word::{Unit, Word};
use super::{grammar_date, grammar_day};

/// True where the name of a weekday stands.
pub(super) fn starts_day(cursor: &Cursor<'_>) -> bool {
    match cursor.peek() {
        Some(Word::Weekday(_) | Word::Weekdays(_) | Word::Sheni | Word::DayLetter(_) | Word::DaysOf) => true,
        Some(Word::Yom) => {
            matches!(cursor.ahead(1), Some(Word::Weekday(_) | Word::DayLetter(_) | Word::Sheni))
        }
        _ => false,
    }
}

/// Reads days that repeat, if any stand here.
pub(super) fn days(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let start = *cursor;
    let named = draft.names_days();
    let found =
        set(cursor, draft) || weekday_list(cursor, draft)? || in_month(cursor, draft)? || in_year(cursor, draft)?;
    if found && named {
        return Err(draft.conflict(cursor, &start));
    }
    Ok(found)
}

/// Workdays and weekends (R3).
fn set(cursor: &mut Cursor<'_>, draft: &mut Draft) -> bool {
    let start = *cursor;
    cursor.eat(Word::DaysOf);
    match cursor.peek() {
        Some(Word::Workdays | Word::Workday) => draft.workdays = true,
        Some(Word::Weekends | Word::Weekend) => draft.weekends = true,
        _ => {
            *cursor = start;
            return false;
        }
    }
    cursor.bump(1);
    true
}

fn weekday_list(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let start = *cursor;
    let Some(weekdays) = weekdays(cursor) else { return Ok(false) };
    if let ([weekday], Some(nth)) = (weekdays.as_slice(), grammar_day::hebrew_nth(cursor)) {
        of_month(cursor);
        draft.ordinals = Some((vec![nth], Counted::Weekday(*weekday)));
        return Ok(true);
    }
    if cursor.peek() == Some(Word::Next) {
        return Err(Trouble::new(Problem::TwoPatterns, cursor.span_since(&start)));
    }
    draft.weekdays.extend(weekdays);
    Ok(true)
}

/// `from sunday to thursday`: the days, not a start.
pub(super) fn weekday_span(cursor: &mut Cursor<'_>, draft: &mut Draft) -> bool {
    let start = *cursor;
    cursor.bump(1);
    match weekdays(cursor) {
        Some(found) if found.len() > 1 && draft.weekdays.is_empty() => {
            draft.weekdays = found;
            true
        }
        _ => {
            *cursor = start;
            false
        }
    }
}

/// `mon, wed and fri`, `monday to thursday`, `ימים א'-ה'`.
pub(super) fn weekdays(cursor: &mut Cursor<'_>) -> Option<Vec<Weekday>> {
    let mut found = vec![weekday(cursor)?];
    loop {
        let before = *cursor;
        let span = matches!(cursor.peek(), Some(Word::Dash | Word::To));
        if span {
            cursor.bump(1);
        } else {
            cursor.skip(&[Word::Comma, Word::And, Word::On, Word::Be, Word::Every]);
        }
        let moved = span || before.peek() != cursor.peek();
        let Some(next) = weekday(cursor).filter(|_| moved) else {
            *cursor = before;
            return Some(found);
        };
        if let (true, Some(first)) = (span, found.last().copied()) {
            let mut day = first;
            while day != next {
                day = day.succ();
                found.push(day);
            }
        } else {
            found.push(next);
        }
    }
}

/// Steps over one weekday, singular or plural.
fn weekday(cursor: &mut Cursor<'_>) -> Option<Weekday> {
    let start = *cursor;
    if !cursor.eat(Word::DaysOf) && !cursor.eat(Word::Yom) && matches!(cursor.ahead(1), Some(Word::DayLetter(_))) {
        cursor.eat(Word::Unit(Unit::Day));
    }
    let day = match cursor.peek() {
        Some(Word::Weekday(day) | Word::Weekdays(day) | Word::DayLetter(day)) => day,
        Some(Word::Sheni) => Weekday::Mon,
        _ => {
            *cursor = start;
            return None;
        }
    };
    cursor.bump(1);
    Some(day)
}

/// `the 15th`, `1st and 15th`, `last day`, `1st and 3rd wednesday`, `12 לחודש` with or without `of the month`.
fn in_month(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let start = *cursor;
    if let (Some(Word::Number { value, width: 1 | 2 }), Some(Word::Le | Word::Be | Word::Of)) =
        (cursor.peek(), cursor.ahead(1))
    {
        return hebrew_days(cursor, draft, &start, value);
    }
    let nths = nths(cursor);
    if nths.is_empty() {
        return Ok(false);
    }
    let counted = grammar_day::counted(cursor).or_else(|| {
        (cursor.peek() == Some(Word::Workdays)).then(|| {
            cursor.bump(1);
            Counted::Workday
        })
    });
    if let (Some(Word::Of), Some(Word::Month(_))) | (Some(Word::Month(_)), _) = (cursor.peek(), cursor.ahead(1)) {
        *cursor = start;
        return Ok(false);
    }
    let monthly = of_month(cursor);
    let stepped = matches!(draft.step, Some(At { is: Step::Units(_, Unit::Month), .. }));
    match counted {
        None => month_days(cursor, draft, &start, &nths),
        Some(counted) => {
            // `every second tuesday`: every other week, or once a month? (R6)
            let clear = monthly || stepped || nths.iter().all(|nth| matches!(nth, 0 | 1 | 5));
            if !clear && matches!(counted, Counted::Day) {
                *cursor = start;
                return Ok(false);
            }
            if !clear {
                return Err(Trouble::new(Problem::SecondWeekday, cursor.span_since(&start)));
            }
            if nths.iter().any(|nth| *nth > 5) {
                return Err(Trouble::new(Problem::NoSuchDate, cursor.span_since(&start)));
            }
            draft.ordinals = Some((nths, counted));
            Ok(true)
        }
    }
}

/// `1st`, `1st and 3rd`, `last`.
fn nths(cursor: &mut Cursor<'_>) -> Vec<u32> {
    let mut nths = Vec::new();
    while let Some(nth) = nth(cursor) {
        nths.push(nth);
        let before = *cursor;
        cursor.skip(&[Word::Comma, Word::And, Word::On, Word::The]);
        if !matches!(cursor.peek(), Some(Word::Ordinal(_) | Word::Last | Word::Second)) {
            *cursor = before;
            break;
        }
    }
    nths
}

fn month_days(cursor: &Cursor<'_>, draft: &mut Draft, start: &Cursor<'_>, days: &[u32]) -> Result<bool, Trouble> {
    if days.iter().any(|day| !(1..=31).contains(day)) {
        return Err(Trouble::new(Problem::NoSuchDate, cursor.span_since(start)));
    }
    draft.month_days.extend(days);
    Ok(true)
}

/// `12 לכל חודש`, `ב-1 וב-15 בכל חודש`.
fn hebrew_days<'t>(cursor: &mut Cursor<'t>, draft: &mut Draft, start: &Cursor<'t>, day: u32) -> Result<bool, Trouble> {
    cursor.bump(2);
    cursor.eat(Word::Every);
    if !matches!(cursor.peek(), Some(Word::One(Unit::Month))) {
        *cursor = *start;
        return Ok(false);
    }
    cursor.bump(1);
    month_days(cursor, draft, start, &[day])
}

fn nth(cursor: &mut Cursor<'_>) -> Option<u32> {
    let nth = match cursor.peek()? {
        Word::Ordinal(nth) => nth,
        Word::Second => 2,
        Word::Last => 0,
        _ => return None,
    };
    cursor.bump(1);
    Some(nth)
}

/// Steps over `of the month`, `of every month`, `של כל חודש`, `every month`.
fn of_month(cursor: &mut Cursor<'_>) -> bool {
    let start = *cursor;
    cursor.skip(&[Word::Of, Word::Be, Word::Le, Word::On]);
    let every = cursor.eat(Word::Every) || cursor.eat(Word::The);
    let month = matches!(cursor.peek(), Some(Word::Unit(Unit::Month) | Word::One(Unit::Month)));
    if every && month {
        cursor.bump(1);
        return true;
    }
    *cursor = start;
    false
}

/// `1 june`, `june 1`, `1/6`, `ב-1 ביוני` (R7).
fn in_year(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, Trouble> {
    let start = *cursor;
    if let Some(Word::NumericDate { first, second, year: None }) = cursor.peek() {
        cursor.bump(1);
        draft.year_numbers = Some(At { is: (first, second), span: cursor.span_since(&start) });
        return Ok(true);
    }
    let date = match cursor.peek() {
        Some(Word::Number { .. } | Word::Month(_)) => grammar_date::date(cursor)?,
        Some(Word::Ordinal(nth)) => {
            cursor.bump(1);
            Some(grammar_date::after_ordinal(cursor, &start, nth)?)
        }
        _ => None,
    };
    let Some(Day::Date { day, month, year: None }) = date else {
        *cursor = start;
        return Ok(false);
    };
    if chrono::NaiveDate::from_ymd_opt(2028, month, day).is_none() {
        return Err(Trouble::new(Problem::NoSuchDate, cursor.span_since(&start)));
    }
    draft.year_day = Some((month, day));
    Ok(true)
}

/// Weekdays, the weekend or dates behind `except` (R13).
pub(super) fn exceptions(cursor: &mut Cursor<'_>, draft: &mut Draft, start: &Cursor<'_>) -> Result<(), Trouble> {
    let mut found = false;
    loop {
        let before = *cursor;
        cursor.skip(&[Word::Comma, Word::And, Word::Or, Word::On, Word::Be, Word::From, Word::The]);
        let here = *cursor;
        if let Some(weekdays) = weekdays(cursor) {
            draft.except_weekdays.extend(weekdays);
        } else if matches!(cursor.peek(), Some(Word::Weekend | Word::Weekends)) {
            cursor.bump(1);
            draft.except_weekend = true;
        } else if cursor.peek() == Some(Word::Workdays) {
            cursor.bump(1);
            draft.except_workdays = true;
        } else if let Some(is) = grammar_day::day(cursor)? {
            draft.except_dates.push(At { is, span: cursor.span_since(&here) });
        } else {
            *cursor = before;
            break;
        }
        found = true;
    }
    if found { Ok(()) } else { Err(Trouble::new(Problem::UnknownWord, cursor.span_since(start))) }
}
