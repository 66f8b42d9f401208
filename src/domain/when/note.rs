//! What the owner should know about a reading that was a choice (section 9).

use chrono::{Datelike, Days, FixedOffset, NaiveDate, Weekday};

use super::phrase::Which;
use super::word::Part;

/// A remark for the confirmation. Times are milliseconds from the midnight that opens the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The time has passed today, so it is tomorrow.
    RolledToTomorrow {
        /// The time of day.
        time: i64,
    },
    /// The weekday named is today's.
    IsToday,
    /// `next friday` skipped a nearer one.
    NearerOne {
        /// The date that was not taken.
        date: NaiveDate,
    },
    /// A bare hour was read in one half of the day.
    BareHour {
        /// The hour as written, 1 to 12.
        hour: u32,
        /// The time of day it became.
        time: i64,
    },
    /// A written time between 1:00 and 6:59, which is in the morning.
    EarlyMorning {
        /// The time of day.
        time: i64,
    },
    /// Midnight: the night that follows this date.
    NightAfter {
        /// The date that ends.
        date: NaiveDate,
    },
    /// The date was taken in a later year.
    NextYear {
        /// The date in that year.
        date: NaiveDate,
    },
    /// No time was given.
    DefaultTime,
    /// A part of the day stood for a time.
    DayPart {
        /// The part of the day.
        part: Part,
        /// The time of day it became.
        time: i64,
    },
    /// The wall clock does not exist that night and was moved forward.
    Gap {
        /// The time of day as written.
        time: i64,
    },
    /// The wall clock happens twice; this is the first time.
    FirstPass {
        /// The time of day.
        time: i64,
    },
    /// The wall clock happens twice; the first time was over.
    SecondPass {
        /// The time of day.
        time: i64,
    },
    /// The phrase named an offset, not a zone: the moment's zone is UTC and does not move with any clock change.
    AtOffset(FixedOffset),
}

impl Note {
    /// What to say about a weekday that came out as `date`.
    pub(super) fn about_weekday(weekday: Weekday, which: Which, date: NaiveDate, today: NaiveDate) -> Option<Self> {
        if which == Which::Open {
            return (date == today).then_some(Self::IsToday);
        }
        let nearer = date.checked_sub_days(Days::new(7))?;
        (which == Which::Next && nearer > today && nearer.weekday() == weekday)
            .then_some(Self::NearerOne { date: nearer })
    }
}

/// A time of day as `HH:MM`, with seconds when there are any; 24:00 closes the day.
pub(super) fn at_time(time: i64) -> String {
    const DAY: i64 = 86_400_000;
    let within = if time == DAY { DAY } else { time.rem_euclid(DAY) };
    let (hour, minute, second) = (within / 3_600_000, within / 60_000 % 60, within / 1000 % 60);
    if second == 0 { format!("{hour:02}:{minute:02}") } else { format!("{hour:02}:{minute:02}:{second:02}") }
}
