//! Times of day as they are written and spoken (T1–T4, T8, T9).

use super::cursor::Cursor;
use super::phrase::Clock;
use super::refusal::{Problem, Trouble};
use super::word::{Reading, Unit, Word};

/// Reads a spoken clock: `half past 8`, `ten to six`, `שש וחצי`, `רבע לשש` (T8).
pub(super) fn spoken(cursor: &mut Cursor<'_>) -> Result<Option<Clock>, Trouble> {
    let start = *cursor;
    if let Some(shift) = minutes_from_hour(cursor) {
        if let Some(clock) = hour_with_shift(cursor, shift)? {
            return Ok(Some(clock));
        }
        *cursor = start;
    }
    hebrew_minutes_after(cursor)
}

/// `quarter past`, `20 minutes to`: the minutes to add to the hour that follows.
fn minutes_from_hour(cursor: &mut Cursor<'_>) -> Option<i64> {
    let start = *cursor;
    let counted = cursor.peek();
    let article = cursor.peek() == Some(Word::A) && cursor.ahead(1) == Some(Word::Quarter);
    cursor.bump(usize::from(article));
    let minutes = match cursor.peek() {
        Some(Word::Half) => 30,
        Some(Word::Quarter) => 15,
        Some(Word::Number { value: minutes @ 1..=59, width: 1 | 2 } | Word::Amount(minutes @ 1..=59)) => {
            i64::from(minutes)
        }
        _ => {
            *cursor = start;
            return None;
        }
    };
    cursor.bump(1);
    let named = cursor.eat(Word::Unit(Unit::Minute));
    let joint = cursor.peek();
    cursor.bump(1);
    // `3 to 4` is a span of hours unless the minutes are called so.
    let span = matches!(counted, Some(Word::Number { value, .. }) if !named && value % 5 != 0);
    match joint {
        Some(Word::Past | Word::After) => Some(minutes),
        Some(Word::To | Word::Before | Word::Le) if minutes != 30 && !span => Some(-minutes),
        _ => {
            *cursor = start;
            None
        }
    }
}

/// `שש וחצי`, `שבע ורבע`, `שמונה ועשרה`.
fn hebrew_minutes_after(cursor: &mut Cursor<'_>) -> Result<Option<Clock>, Trouble> {
    let mut ahead = *cursor;
    ahead.bump(1);
    if !matches!(cursor.peek(), Some(Word::Number { .. } | Word::Amount(_))) || ahead.peek() != Some(Word::And) {
        return Ok(None);
    }
    let shift = match ahead.ahead(1).filter(|_| ahead.is_prefix()) {
        Some(Word::Half) => 30,
        Some(Word::Quarter) => 15,
        Some(Word::Amount(minutes @ (5 | 10 | 20 | 25))) => i64::from(minutes),
        _ => return Ok(None),
    };
    let Some((hour, padded)) = bare_hour(cursor)? else { return Ok(None) };
    cursor.bump(3);
    cursor.eat(Word::Unit(Unit::Minute));
    Ok(Some(Clock::Bare { hour, padded, shift }))
}

/// The hour after `past` or `to`, with `o'clock`, am or pm if they stand there.
fn hour_with_shift(cursor: &mut Cursor<'_>, shift: i64) -> Result<Option<Clock>, Trouble> {
    let start = *cursor;
    let Some((hour, padded)) = bare_hour(cursor)? else { return Ok(None) };
    cursor.bump(1);
    cursor.eat(Word::OClock);
    if let Some(Word::Pm(pm)) = cursor.peek() {
        cursor.bump(1);
        let Some(hour) = halved(hour, pm) else { return Err(half_trouble(cursor, &start, hour)) };
        return Ok(Some(Clock::Half { hour, minute: 0, shift }));
    }
    Ok(Some(Clock::Bare { hour, padded, shift }))
}

/// An hour here in digits or words, without stepping over it.
fn bare_hour(cursor: &Cursor<'_>) -> Result<Option<(u32, bool)>, Trouble> {
    match cursor.peek() {
        Some(Word::Number { value: hour @ 0..=23, width: width @ (1 | 2) }) => {
            Ok(Some((hour, width == 2 && hour < 10)))
        }
        Some(Word::Number { .. }) => Err(cursor.trouble(Problem::BadTime)),
        Some(Word::Amount(hour @ 1..=12)) => Ok(Some((hour, false))),
        _ => Ok(None),
    }
}

/// Refuses `3-4pm`, `10:00-12:00`, `3pm to 4pm`; `joints` are the words that make a span here.
pub(super) fn refuse_span(cursor: &Cursor<'_>, joints: &[Word]) -> Result<(), Trouble> {
    let mut end = *cursor;
    let from = end.eat(Word::From);
    let timed = |word: Option<Word>| {
        matches!(word, Some(Word::Number { .. } | Word::Clock(_) | Word::Dotted { .. } | Word::Amount(_)))
    };
    let certain = |word: Option<Word>| matches!(word, Some(Word::Clock(_) | Word::Pm(_)));
    if !timed(end.peek()) {
        return Ok(());
    }
    let mut sure = from || certain(end.peek()) || hour_may_follow(cursor.before());
    end.bump(1);
    if matches!(end.peek(), Some(Word::Pm(_))) {
        sure = true;
        end.bump(1);
    }
    let dashed = end.peek() == Some(Word::Dash);
    if !end.peek().is_some_and(|word| joints.contains(&word)) {
        return Ok(());
    }
    end.bump(1);
    end.skip(&[Word::Le, Word::Be, Word::At]);
    if !timed(end.peek()) {
        return Ok(());
    }
    sure |= !dashed || certain(end.peek()) || certain(end.ahead(1));
    end.bump(1);
    let problem = if sure { Problem::Range } else { Problem::DashedPair };
    Err(Trouble::new(problem, end.span_since(cursor)))
}

/// Reads a time of day that is written down.
pub(super) fn clock(cursor: &mut Cursor<'_>) -> Result<Option<Clock>, Trouble> {
    let start = *cursor;
    match cursor.peek() {
        Some(Word::Clock(reading)) => {
            cursor.bump(1);
            with_half(cursor, &start, reading).map(Some)
        }
        Some(Word::Dotted { left, right, right_width: 2 }) if dotted_is_time(cursor) => {
            cursor.bump(1);
            if left > 23 || right > 59 {
                return Err(Trouble::new(Problem::BadTime, cursor.span_since(&start)));
            }
            let reading = Reading { hour: left, minute: right, second: 0, milli: 0, padded: false };
            with_half(cursor, &start, reading).map(Some)
        }
        Some(Word::Number { value: 12, .. } | Word::Amount(12)) if cursor.ahead(1) == Some(Word::Midnight) => {
            cursor.bump(2);
            Ok(Some(Clock::Midnight))
        }
        Some(Word::Number { .. } | Word::Amount(_)) => number(cursor),
        Some(Word::Midnight) => Ok(take(cursor, Clock::Midnight)),
        Some(Word::SameTime) => Ok(take(cursor, Clock::Same)),
        _ => Ok(None),
    }
}

/// True when the dotted pair here is a time, not a date (T1, T2).
pub(super) fn dotted_is_time(cursor: &Cursor<'_>) -> bool {
    let shaped = matches!(cursor.peek(), Some(Word::Dotted { right_width: 2, .. }));
    shaped && (cursor.before() == Some(Word::At) || matches!(cursor.ahead(1), Some(Word::Pm(_))))
}

fn take(cursor: &mut Cursor<'_>, clock: Clock) -> Option<Clock> {
    cursor.bump(1);
    Some(clock)
}

/// A number that stands where an hour may stand: four digits, with am or pm, or bare (T1–T3).
fn number(cursor: &mut Cursor<'_>) -> Result<Option<Clock>, Trouble> {
    let start = *cursor;
    let next = cursor.ahead(1);
    if let Some(Word::Pm(pm)) = next {
        let hour = bare_hour(cursor)?;
        cursor.bump(2);
        let found = hour.and_then(|(hour, _)| halved(hour, pm));
        let minute = 0;
        return match found {
            Some(hour) => Ok(Some(Clock::Half { hour, minute, shift: 0 })),
            None => Err(half_trouble(cursor, &start, hour.map_or(0, |(hour, _)| hour))),
        };
    }
    if let Some(clock) = four_digits(cursor)? {
        return Ok(Some(clock));
    }
    if !may_be_hour(cursor) {
        return Ok(None);
    }
    let Some((hour, padded)) = bare_hour(cursor)? else { return Ok(None) };
    cursor.bump(1);
    cursor.eat(Word::OClock);
    Ok(Some(Clock::Bare { hour, padded, shift: 0 }))
}

/// `at 0730`, `0730 hrs`.
fn four_digits(cursor: &mut Cursor<'_>) -> Result<Option<Clock>, Trouble> {
    let start = *cursor;
    let Some(Word::Number { value, width: 4 }) = cursor.peek() else { return Ok(None) };
    let unit = cursor.ahead(1) == Some(Word::Unit(Unit::Hour));
    if !unit && cursor.before() != Some(Word::At) {
        return Ok(None);
    }
    cursor.bump(1 + usize::from(unit));
    let (hour, minute) = (value / 100, value % 100);
    if minute > 59 || hour > 24 || (hour == 24 && minute > 0) {
        return Err(Trouble::new(Problem::BadTime, cursor.span_since(&start)));
    }
    Ok(Some(Clock::Written(Reading { hour, minute, second: 0, milli: 0, padded: true })))
}

/// True for `0730 hrs`, which is not an amount of hours.
pub(super) fn is_four_digit_clock(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.peek(), Some(Word::Number { width: 4, .. })) && cursor.ahead(1) == Some(Word::Unit(Unit::Hour))
}

/// An hour without any mark, where nothing but a time can stand. Numbers of units, months and counts are none.
pub(super) fn naked_hour(cursor: &mut Cursor<'_>) -> Result<Option<Clock>, Trouble> {
    let other =
        matches!(cursor.ahead(1), Some(Word::Unit(_) | Word::One(_) | Word::Month(_) | Word::Times | Word::Dual(_)));
    let date = cursor.ahead(1) == Some(Word::Le) && matches!(cursor.ahead(2), Some(Word::Month(_) | Word::One(_)));
    if other || date {
        return Ok(None);
    }
    let Some((hour, padded)) = bare_hour(cursor)? else { return Ok(None) };
    cursor.bump(1);
    Ok(Some(Clock::Bare { hour, padded, shift: 0 }))
}

/// True where a number without any mark is an hour (T3, T6).
fn may_be_hour(cursor: &Cursor<'_>) -> bool {
    let part = |word: Option<Word>| matches!(word, Some(Word::Part(_) | Word::ThisPart(_)));
    let joined = matches!(cursor.ahead(1), Some(Word::At | Word::Be));
    cursor.ahead(1) == Some(Word::OClock)
        || hour_may_follow(cursor.before())
        || part(cursor.ahead(1))
        || (joined && part(cursor.ahead(2)))
}

fn hour_may_follow(before: Option<Word>) -> bool {
    matches!(
        before,
        Some(
            Word::At
                | Word::Be
                | Word::Today
                | Word::Tomorrow
                | Word::Overmorrow
                | Word::Tonight
                | Word::Part(_)
                | Word::ThisPart(_)
                | Word::SaturdayNight
        )
    )
}

/// A written time with am or pm behind it, if it has one (T2).
fn with_half(cursor: &mut Cursor<'_>, start: &Cursor<'_>, reading: Reading) -> Result<Clock, Trouble> {
    let Some(Word::Pm(pm)) = cursor.peek() else { return Ok(Clock::Written(reading)) };
    cursor.bump(1);
    let Some(hour) = halved(reading.hour, pm) else { return Err(half_trouble(cursor, start, reading.hour)) };
    // Seconds beside am and pm stay a written clock, which am and pm have already settled.
    if reading.second > 0 || reading.milli > 0 {
        return Ok(Clock::Written(Reading { hour, padded: true, ..reading }));
    }
    Ok(Clock::Half { hour, minute: reading.minute, shift: 0 })
}

/// The hour on the 24-hour clock; `None` when am or pm does not fit it.
fn halved(hour: u32, pm: bool) -> Option<u32> {
    match (hour, pm) {
        (1..=11, false) => Some(hour),
        (12, false) => Some(0),
        (12..=23, true) => Some(hour),
        (1..=11, true) => Some(hour + 12),
        _ => None,
    }
}

fn half_trouble(cursor: &Cursor<'_>, start: &Cursor<'_>, hour: u32) -> Trouble {
    let problem = if (13..=23).contains(&hour) { Problem::HalvesDisagree } else { Problem::BadTime };
    Trouble::new(problem, cursor.span_since(start))
}
