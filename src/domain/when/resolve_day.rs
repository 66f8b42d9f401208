//! From a day as written to the dates it can mean, earliest first (section 3.2, F2, F3).

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::calendar::{self, Week};
use super::phrase::{At, Counted, Day, InMonth, Length, Which};
use super::refusal::{Problem, Trouble};
use super::word::Unit;
use super::{DateOrder, refusal, wording};

/// What the calendar looks like from now.
#[derive(Clone, Copy)]
pub(super) struct Calendar {
    pub(super) today: NaiveDate,
    pub(super) week: Week,
    pub(super) order: DateOrder,
}

/// Dates in order; the first whose instant is ahead is taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Dates {
    pub(super) dates: Vec<NaiveDate>,
    /// A year that was not written.
    pub(super) year_rolled: bool,
}

impl From<Vec<NaiveDate>> for Dates {
    fn from(dates: Vec<NaiveDate>) -> Self {
        Self { dates, year_rolled: false }
    }
}

impl Calendar {
    /// The dates a day can mean. One date means the phrase is pinned to it.
    pub(super) fn dates(&self, day: &At<Day>) -> Result<Dates, Trouble> {
        let span = || day.span.clone();
        let missing = || Trouble::new(Problem::NoSuchDate, span());
        match &day.is {
            Day::FromToday(ahead) => one(self.today.checked_add_days(Days::new(*ahead))).ok_or_else(missing),
            Day::Tonight => Ok(vec![self.today].into()),
            Day::Weekday(weekday, which) => self.weekday(*weekday, *which).ok_or_else(missing),
            Day::Date { day: number, month, year } => self.date(*number, *month, *year, &span),
            Day::Numeric { first, second, year } => self.numeric(*first, *second, *year, &span),
            Day::OfMonth { day: number, which } => self.of_month(*number, *which).ok_or_else(missing),
            Day::Ordinal { nth, counted, month } => self.ordinal(*nth, *counted, *month).ok_or_else(missing),
            Day::StartOf(unit) => one(calendar::next_start(self.week, self.today, *unit)).ok_or_else(missing),
            Day::Within(_) => Err(Trouble::new(Problem::PeriodAlone, span())),
            Day::EndOf(unit, which) => self.end_of(*unit, *which).ok_or_else(missing),
            Day::CountedFrom(length, base) => self.counted_from(*length, base, &span),
        }
    }

    fn weekday(&self, weekday: Weekday, which: Which) -> Option<Dates> {
        match which {
            Which::This => one(self.week.day(self.today, 0, weekday)),
            Which::Next => one(self.week.day(self.today, 1, weekday)),
            Which::Open => {
                let first = calendar::on_or_after(self.today, weekday)?;
                Some(first.iter_weeks().take(3).collect::<Vec<_>>().into())
            }
        }
    }

    /// Without a year: this year while the date is not over, then the next one that has it (D4).
    fn date(
        &self,
        day: u32,
        month: u32,
        year: Option<i32>,
        span: &dyn Fn() -> std::ops::Range<usize>,
    ) -> Result<Dates, Trouble> {
        if !(1..=12).contains(&month) {
            return Err(Trouble::new(Problem::NoSuchMonth { month }, span()));
        }
        if let Some(year) = year {
            let date = NaiveDate::from_ymd_opt(year, month, day);
            return one(date).ok_or_else(|| Trouble::new(Problem::NoSuchDate, span()));
        }
        let this = self.today.year();
        // Eight years reach over a century that is not a leap year.
        let found = (this..=this + 8)
            .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
            .find(|date| *date >= self.today)
            .ok_or_else(|| Trouble::new(Problem::NoSuchDate, span()))?;
        Ok(Dates { dates: vec![found], year_rolled: found.year() != this })
    }

    /// Two numbers in the owner's order; never swapped, but the swapped date is offered (D5).
    fn numeric(
        &self,
        first: u32,
        second: u32,
        year: Option<i32>,
        span: &dyn Fn() -> std::ops::Range<usize>,
    ) -> Result<Dates, Trouble> {
        let (day, month) = match self.order {
            DateOrder::Dmy => (first, second),
            DateOrder::Mdy => (second, first),
        };
        self.date(day, month, year, span).map_err(|trouble| match self.date(month, day, year, span) {
            Ok(_) => {
                let (span, swapped) = (trouble.span.clone(), swapped(first, second, year));
                trouble.instead_of(span, swapped.clone(), swapped)
            }
            Err(_) => trouble,
        })
    }

    fn of_month(&self, day: u32, which: Which) -> Option<Dates> {
        let in_month = |ahead: u32| calendar::month_start(self.today, ahead)?.with_day(day);
        match which {
            Which::This => one(in_month(0)),
            Which::Next => one(in_month(1)),
            // The longest row of months without some day is two (29th: a common February alone; 31st never two).
            Which::Open => Some((0..6).filter_map(in_month).collect::<Vec<_>>().into()),
        }
        .filter(|found: &Dates| !found.dates.is_empty())
    }

    fn ordinal(&self, nth: u32, counted: Counted, month: InMonth) -> Option<Dates> {
        let within = |date: Option<NaiveDate>| calendar::nth_of_month(self.week, date?, nth, counted);
        match month {
            InMonth::This => one(within(Some(self.today))),
            InMonth::Next => one(within(calendar::month_start(self.today, 1))),
            InMonth::Named { month, year: Some(year) } => one(within(NaiveDate::from_ymd_opt(year, month, 1))),
            InMonth::Named { month, year: None } => {
                let this = self.today.year();
                let years = (this..=this + 8).filter_map(|year| within(NaiveDate::from_ymd_opt(year, month, 1)));
                Some(years.filter(|date| *date >= self.today).take(2).collect::<Vec<_>>().into())
            }
        }
        .filter(|found: &Dates| !found.dates.is_empty())
    }

    fn end_of(&self, unit: Unit, which: Which) -> Option<Dates> {
        let end = |ahead| calendar::end_of(self.week, self.today, unit, ahead);
        match which {
            Which::This => one(end(0)),
            Which::Next => one(end(1)),
            Which::Open => Some(vec![end(0)?, end(1)?].into()),
        }
    }

    /// `a week from friday`: the first such day after today, and then so much further on (L5).
    fn counted_from(
        &self,
        length: Length,
        base: &Day,
        span: &dyn Fn() -> std::ops::Range<usize>,
    ) -> Result<Dates, Trouble> {
        let bases = self.dates(&At { is: base.clone(), span: span() })?.dates;
        let open = bases.len() > 1;
        let base = bases.into_iter().find(|date| !open || *date > self.today);
        let found = base.and_then(|date| calendar::add(date, length.months, length.days));
        one(found).ok_or_else(|| Trouble::new(Problem::TooFar, span()))
    }

    /// Holds a weekday against the date beside it (D11).
    pub(super) fn agree(&self, weekday: &At<Weekday>, date: NaiveDate) -> Result<(), Trouble> {
        if date.weekday() == weekday.is {
            return Ok(());
        }
        let trouble = weekday.trouble(Problem::WrongWeekday { date });
        let hebrew = format!("יום {}", wording::hebrew_weekday(date.weekday()));
        Err(trouble.instead_of(weekday.span.clone(), refusal::weekday_name(date.weekday()), hebrew))
    }
}

fn one(date: Option<NaiveDate>) -> Option<Dates> {
    date.map(|date| vec![date].into())
}

fn swapped(first: u32, second: u32, year: Option<i32>) -> String {
    let year = year.map(|year| format!("/{year}")).unwrap_or_default();
    format!("{second:02}/{first:02}{year}")
}
