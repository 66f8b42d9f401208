//! Settles the time of day: bare hours, halves of the clock, day parts (T2–T8, T10). Knows no date.

use super::phrase::{At, Clock, Day, Phrase};
use super::refusal::{Problem, Trouble};
use super::word::{Part, Reading};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The time for a phrase that names a day only.
pub(super) const DEFAULT_TIME: i64 = 9 * HOUR;
/// The time of the "end of …" phrases.
pub(super) const END_OF_DAY: i64 = 18 * HOUR;

/// A time of day in milliseconds from the midnight that opens the day; may lie outside of that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    /// One reading.
    Fixed(i64),
    /// A bare hour of the morning; the evening counts too when the day is today (T3).
    Flip { morning: i64, evening: i64 },
    /// The word midnight, with the minutes a spoken clock adds or takes away.
    Midnight(i64),
}

/// The time a part of the day stands for when no hour is given.
pub(super) fn time_of(part: Part) -> i64 {
    let hour = match part {
        Part::Morning => 9,
        Part::BeforeDawn => 5,
        Part::Noon => 12,
        Part::Afternoon => 15,
        Part::Evening => 19,
        Part::Night => 21,
    };
    hour * HOUR
}

/// Works out the time a phrase names, if it names one. `clock_now` is the time of day it is now.
pub(super) fn timing(phrase: &Phrase, clock_now: i64) -> Result<Option<Timing>, Trouble> {
    let tonight = matches!(phrase.day, Some(At { is: Day::Tonight, .. }));
    let part = phrase.part.as_ref().map(|part| part.is).or(tonight.then_some(Part::Night));
    let Some(clock) = &phrase.clock else {
        return Ok(part.map(|part| Timing::Fixed(time_of(part))));
    };
    let settled = match (clock.is, part) {
        (Clock::Same, None) => Some(Timing::Fixed(clock_now)),
        (Clock::Midnight, None | Some(Part::Night)) => Some(Timing::Midnight(0)),
        (Clock::Same | Clock::Midnight, Some(_)) => None,
        (Clock::Half { hour, minute, shift }, _) => {
            half(hour, minute, part).map(|time| Timing::Fixed(time + shift * MINUTE))
        }
        (Clock::Written(reading), _) => written(reading, part),
        (Clock::Bare { hour, padded, shift }, _) => {
            bare(hour, padded, part).map(|timing| moved(timing, shift * MINUTE))
        }
    };
    match (settled, part) {
        (Some(timing), _) => Ok(Some(timing)),
        (None, Some(part)) => Err(clock.trouble(Problem::NotIn { part })),
        (None, None) => Err(clock.trouble(Problem::BadTime)),
    }
}

fn moved(timing: Timing, by: i64) -> Timing {
    match timing {
        Timing::Fixed(time) => Timing::Fixed(time + by),
        Timing::Flip { morning, evening } => Timing::Flip { morning: morning + by, evening: evening + by },
        Timing::Midnight(shift) => Timing::Midnight(shift + by),
    }
}

/// A time with am or pm only has to agree with the day part.
fn half(hour: u32, minute: u32, part: Option<Part>) -> Option<i64> {
    let time = i64::from(hour) * HOUR + i64::from(minute) * MINUTE;
    let Some(part) = part else { return Some(time) };
    let twelve = (hour + 11) % 12 + 1;
    let agrees = row(part, twelve).is_some_and(|read| read % 24 == hour);
    (agrees || accepts(part, time)).then_some(time)
}

/// `7:40` beside a day part takes that half of the clock, `07:40` and `19:40` stand as they are (T6).
fn written(reading: Reading, part: Option<Part>) -> Option<Timing> {
    let time = reading.millis();
    let Some(part) = part else { return Some(Timing::Fixed(time)) };
    if reading.padded || !(1..=12).contains(&reading.hour) {
        let closing = reading.hour == 24 && part == Part::Night;
        return (closing || accepts(part, time)).then_some(Timing::Fixed(time));
    }
    let past_the_hour = time - i64::from(reading.hour) * HOUR;
    match row(part, reading.hour)? {
        24 => Some(Timing::Midnight(past_the_hour)),
        hour => Some(Timing::Fixed(i64::from(hour) * HOUR + past_the_hour)),
    }
}

/// The default reading of a bare hour (T3), or the half its day part picks (T6).
fn bare(hour: u32, padded: bool, part: Option<Part>) -> Option<Timing> {
    let time = i64::from(hour) * HOUR;
    let exact = padded || hour == 0 || hour > 12;
    match part {
        None if exact || hour == 12 => Some(Timing::Fixed(time)),
        None if hour >= 7 => Some(Timing::Flip { morning: time, evening: time + 12 * HOUR }),
        None => Some(Timing::Fixed(time + 12 * HOUR)),
        Some(part) if exact => accepts(part, time).then_some(Timing::Fixed(time)),
        Some(part) => row(part, hour).map(|read| match read {
            24 => Timing::Midnight(0),
            read => Timing::Fixed(i64::from(read) * HOUR),
        }),
    }
}

/// The hour that a day part makes of an hour of the 12-hour clock; 24 is the word midnight (table of T6).
fn row(part: Part, hour: u32) -> Option<u32> {
    match (part, hour) {
        (Part::Morning, 1..=11) | (Part::BeforeDawn, 2..=6) | (Part::Noon, 11..=12) => Some(hour),
        (Part::Noon, 1..=3) | (Part::Afternoon, 1..=7) | (Part::Evening, 4..=11) => Some(hour + 12),
        (Part::Afternoon, 12) => Some(12),
        (Part::Night, 5..=11) => Some(hour + 12),
        (Part::Night, 12) => Some(24),
        (Part::Night, 1..=4) => Some(hour),
        _ => None,
    }
}

/// The times of the 24-hour clock that belong to a day part (table of T6).
fn accepts(part: Part, time: i64) -> bool {
    let hours = |from: i64, to: i64| (from * HOUR..to * HOUR).contains(&time);
    match part {
        Part::Morning => hours(4, 12),
        Part::BeforeDawn => hours(2, 7),
        Part::Noon => hours(11, 15),
        Part::Afternoon => hours(12, 19),
        Part::Evening => hours(16, 24),
        Part::Night => is_night(time),
    }
}

/// 17:00 to 04:59, the hours of tonight (T7).
pub(super) fn is_night(time: i64) -> bool {
    let time = time.rem_euclid(24 * HOUR);
    !(5 * HOUR..17 * HOUR).contains(&time)
}

/// True for the hours of the night that lie after its midnight.
pub(super) fn is_after_midnight(time: i64) -> bool {
    (0..5 * HOUR).contains(&time)
}
