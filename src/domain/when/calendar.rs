//! Steps on the calendar: weeks, months, ordinals. Pure dates, no zone and no time of day.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use serde::{Deserialize, Serialize};

use super::phrase::Counted;
use super::word::Unit;

/// What a zone says about its calendar (the `auto` settings).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Week {
    pub(super) starts_on: Weekday,
    /// The last of the five workdays.
    pub(super) last_workday: Weekday,
}

impl Week {
    /// Sunday to Thursday in Israel, Monday to Friday elsewhere.
    pub(super) fn of(israel: bool) -> Self {
        let (starts_on, last_workday) =
            if israel { (Weekday::Sun, Weekday::Thu) } else { (Weekday::Mon, Weekday::Fri) };
        Self { starts_on, last_workday }
    }

    pub(super) fn is_workday(self, day: Weekday) -> bool {
        day.days_since(self.starts_on) <= self.last_workday.days_since(self.starts_on)
    }

    /// The two days that are not workdays, in order.
    pub(super) fn weekend(self) -> [Weekday; 2] {
        [self.last_workday.succ(), self.last_workday.succ().succ()]
    }

    /// The first day of the week that a date lies in.
    pub(super) fn start(self, date: NaiveDate) -> Option<NaiveDate> {
        date.checked_sub_days(Days::new(u64::from(date.weekday().days_since(self.starts_on))))
    }

    /// A weekday in the week that lies `ahead` weeks after the one of `date`.
    pub(super) fn day(self, date: NaiveDate, ahead: u64, weekday: Weekday) -> Option<NaiveDate> {
        let into = u64::from(weekday.days_since(self.starts_on));
        self.start(date)?.checked_add_days(Days::new(7 * ahead + into))
    }
}

/// The first such weekday on or after a date.
pub(super) fn on_or_after(date: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    date.checked_add_days(Days::new(u64::from(weekday.days_since(date.weekday()))))
}

/// The first day of the month that lies `ahead` months after the one of `date`.
pub(super) fn month_start(date: NaiveDate, ahead: u32) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(Months::new(ahead))
}

/// The last day of the month of a date.
pub(super) fn month_end(date: NaiveDate) -> Option<NaiveDate> {
    month_start(date, 1)?.pred_opt()
}

/// The first day of the next week, month or year.
pub(super) fn next_start(week: Week, date: NaiveDate, unit: Unit) -> Option<NaiveDate> {
    match unit {
        Unit::Week => week.day(date, 1, week.starts_on),
        Unit::Month => month_start(date, 1),
        _ => NaiveDate::from_ymd_opt(date.year() + 1, 1, 1),
    }
}

/// The day on which the week, month or year ends that lies `ahead` after the one of `date` (D9).
pub(super) fn end_of(week: Week, date: NaiveDate, unit: Unit, ahead: u32) -> Option<NaiveDate> {
    match unit {
        Unit::Week => week.day(date, u64::from(ahead), week.last_workday),
        Unit::Month => month_end(month_start(date, ahead)?),
        _ => NaiveDate::from_ymd_opt(date.year() + i32::try_from(ahead).ok()?, 12, 31),
    }
}

/// The `nth` such day of the month of `date`, counted from 1; 0 is the last.
pub(super) fn nth_of_month(week: Week, date: NaiveDate, nth: u32, counted: Counted) -> Option<NaiveDate> {
    let first = month_start(date, 0)?;
    let fits = |day: &NaiveDate| match counted {
        Counted::Weekday(weekday) => day.weekday() == weekday,
        Counted::Workday => week.is_workday(day.weekday()),
        Counted::Day => true,
    };
    let mut days = first.iter_days().take_while(|day| day.month() == first.month()).filter(fits);
    match nth.checked_sub(1) {
        Some(skipped) => days.nth(usize::try_from(skipped).ok()?),
        None => days.last(),
    }
}

/// Calendar units added to a date, larger ones first; short months take their last day (L2, L3).
pub(super) fn add(date: NaiveDate, months: i64, days: i64) -> Option<NaiveDate> {
    let months = Months::new(u32::try_from(months).ok()?);
    date.checked_add_months(months)?.checked_add_days(Days::new(u64::try_from(days).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).expect("valid")
    }

    #[test]
    fn the_week_follows_the_zone() {
        let (israel, elsewhere) = (Week::of(true), Week::of(false));
        assert_eq!(israel.weekend(), [Weekday::Fri, Weekday::Sat]);
        assert_eq!(elsewhere.weekend(), [Weekday::Sat, Weekday::Sun]);
        assert!(israel.is_workday(Weekday::Sun) && !israel.is_workday(Weekday::Fri));
        assert!(elsewhere.is_workday(Weekday::Fri) && !elsewhere.is_workday(Weekday::Sun));
        assert_eq!(israel.start(date(2026, 6, 13)), Some(date(2026, 6, 7)));
        assert_eq!(elsewhere.start(date(2026, 6, 14)), Some(date(2026, 6, 8)));
    }

    #[test]
    fn d10_ordinals_count_inside_their_month() {
        let (week, june) = (Week::of(true), date(2026, 6, 17));
        assert_eq!(nth_of_month(week, june, 1, Counted::Workday), Some(date(2026, 6, 1)));
        assert_eq!(nth_of_month(week, june, 0, Counted::Weekday(Weekday::Sun)), Some(date(2026, 6, 28)));
        assert_eq!(nth_of_month(week, june, 5, Counted::Weekday(Weekday::Sun)), None);
    }

    #[test]
    fn l2_months_stop_at_the_end_of_a_shorter_one() {
        assert_eq!(add(date(2027, 1, 31), 1, 0), Some(date(2027, 2, 28)));
        assert_eq!(add(date(2027, 1, 31), 1, 3), Some(date(2027, 3, 3)));
        assert_eq!(add(date(2027, 1, 31), i64::MAX, 0), None);
    }
}
