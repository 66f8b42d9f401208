//! From what a repeating phrase says to a rule whose first occurrence is ahead (section 6).

use chrono::{DateTime, Datelike, Days, NaiveDate, SubsecRound, TimeDelta, Timelike, Utc, Weekday};

use super::grammar_series::{Draft, Limit, Step};
use super::phrase::{At, Clock, Day, Phrase};
use super::refusal::{Problem, Trouble};
use super::resolve::{DAY, Now, resolve};
use super::series::{Matcher, Pattern, Period, Rule};
use super::timing::{self, Timing};
use super::word::Unit;
use super::wording::Language;
use super::{DateOrder, calendar, zone};

/// The smallest step of a series (R18).
pub(super) const SMALLEST_STEP: TimeDelta = TimeDelta::minutes(5);

/// Works out the rule.
pub(super) fn rule(draft: &Draft, now: &Now, language: Language) -> Result<Rule, Trouble> {
    let start = draft.start.as_ref().map(|start| start_date(start, now)).transpose()?.flatten();
    let mut rule = Rule {
        pattern: pattern(draft, now, start)?,
        place: now.place,
        week: now.calendar.week,
        anchor: start.unwrap_or(now.calendar.today).max(now.calendar.today),
        begin: now.at,
        from: start.and_then(|date| now.candidate(date, 0)).map(|candidate| candidate.at),
        until: None,
        count: draft.count,
        skipped_weekdays: Vec::new(),
        skipped_dates: Vec::new(),
        language,
    };
    settle_interval(&mut rule, draft)?;
    except(&mut rule, draft, now)?;
    rule.until = ends(&rule, draft, now)?;
    check(&rule, now, draft)?;
    Ok(rule)
}

/// A series has to have a first occurrence, and that within two years (R18, F4).
pub(super) fn check(rule: &Rule, now: &Now, draft: &Draft) -> Result<(), Trouble> {
    let trouble = |problem| Trouble::new(problem, draft.span.clone());
    let Some(first) = rule.after(now.at).next() else { return Err(trouble(Problem::EmptySeries)) };
    if now.horizon().is_some_and(|last| first > last) {
        return Err(trouble(Problem::TooFar));
    }
    Ok(())
}

fn pattern(draft: &Draft, now: &Now, start: Option<NaiveDate>) -> Result<Pattern, Trouble> {
    if let Some(At { is: Step::Elapsed { millis, hours }, span }) = &draft.step {
        let trouble = |problem| Trouble::new(problem, span.clone());
        let step = TimeDelta::try_milliseconds(*millis).ok_or_else(|| trouble(Problem::TooFar))?;
        if step < SMALLEST_STEP {
            return Err(trouble(Problem::TooFrequent));
        }
        if let Some(clock) = draft.clocks.first() {
            return Err(clock.trouble(Problem::ClockWithHours));
        }
        if draft.part.is_some() || (draft.minute.is_some() && !hours) {
            return Err(trouble(Problem::ClockWithHours));
        }
        if draft.window.is_some() {
            return window(draft, now, *millis);
        }
        if draft.names_days() {
            return Err(trouble(Problem::TwoPatterns));
        }
        return Ok(Pattern::Elapsed { first: first_step(draft, now, step)?, step });
    }
    if draft.window.is_some() || draft.minute.is_some() {
        return Err(Trouble::new(Problem::Range, draft.span.clone()));
    }
    let times = times(draft, now)?;
    days(draft, now, start.unwrap_or(now.calendar.today), times)
}

/// Now plus one step, the minute named, or the start named (R8, R10).
fn first_step(draft: &Draft, now: &Now, step: TimeDelta) -> Result<DateTime<Utc>, Trouble> {
    let too_far = || Trouble::new(Problem::TooFar, draft.span.clone());
    if let Some(Limit { phrase }) = draft.start.as_ref().filter(|start| start.names_time()) {
        return Ok(resolve(phrase, now)?.at);
    }
    let Some(minute) = draft.minute else {
        return now.at.checked_add_signed(step).map(|at| at.trunc_subsecs(3)).ok_or_else(too_far);
    };
    let hour = now.local.with_minute(minute).and_then(|l| l.with_second(0)).and_then(|l| l.with_nanosecond(0));
    // Two hours reach over any clock change.
    let marks = (0..4).filter_map(|hours| hour?.checked_add_signed(TimeDelta::hours(hours)));
    let mut instants = marks.filter_map(|local| zone::instant_of(now.place, local, now.at)).map(|(at, _)| at);
    instants.find(|at| *at > now.at).ok_or_else(too_far)
}

/// Times from the first to the last of each day, one step apart (R9).
fn window(draft: &Draft, now: &Now, step: i64) -> Result<Pattern, Trouble> {
    let Some((first, last)) = &draft.window else { return Err(Trouble::new(Problem::Range, draft.span.clone())) };
    let (opens, closes) = (time(first, draft, now)?, time(last, draft, now)?);
    if closes < opens {
        return Err(last.trouble(Problem::Range));
    }
    let count = usize::try_from((closes - opens) / step).unwrap_or(0) + 1;
    let times = (0..).map(|number| opens + number * step).take(count).collect();
    days_with(Period::Day, 1, set_matcher(draft, now).unwrap_or(Matcher::Every), times)
}

fn days_with(period: Period, interval: u32, matcher: Matcher, times: Vec<i64>) -> Result<Pattern, Trouble> {
    Ok(Pattern::Days { period, interval, matcher, times, positions: Vec::new() })
}

/// The weekdays a phrase names, by name or as a set (R2, R3).
fn set_matcher(draft: &Draft, now: &Now) -> Option<Matcher> {
    let week = now.calendar.week;
    let mut weekdays = draft.weekdays.clone();
    if draft.workdays {
        weekdays.extend(workdays(week));
    }
    if draft.weekends {
        weekdays.extend(week.weekend());
    }
    (!weekdays.is_empty()).then_some(Matcher::Weekdays(weekdays))
}

fn workdays(week: calendar::Week) -> impl Iterator<Item = Weekday> {
    week.weekend().into_iter().last().into_iter().flat_map(|last| {
        let mut day = last;
        std::iter::repeat_with(move || {
            day = day.succ();
            day
        })
        .take(5)
    })
}

/// The days, with what is missing taken from the day the series starts (R1–R7, R17).
fn days(draft: &Draft, now: &Now, start: NaiveDate, times: Vec<i64>) -> Result<Pattern, Trouble> {
    let (count, unit) = match draft.step.as_ref().map(|step| step.is) {
        Some(Step::Units(count, unit)) => (Some(count), Some(unit)),
        _ => (None, None),
    };
    let interval = count.unwrap_or(1);
    let fits = |wanted: Unit| unit.is_none_or(|unit| unit == wanted);
    let daily = unit == Some(Unit::Day) && interval == 1;
    if let Some((nths, counted)) = draft.ordinals.clone().filter(|_| fits(Unit::Month)) {
        return days_with(Period::Month, interval, Matcher::Ordinals(nths, counted), times);
    }
    if !draft.month_days.is_empty() && fits(Unit::Month) {
        return days_with(Period::Month, interval, Matcher::MonthDays(draft.month_days.clone()), times);
    }
    let numbers = draft.year_numbers.as_ref().map(|numbers| day_of_year(numbers, now)).transpose()?;
    if let Some((month, day)) = draft.year_day.or(numbers).filter(|_| fits(Unit::Year)) {
        return days_with(Period::Year, interval, Matcher::YearDay { month, day }, times);
    }
    if let Some(matcher) = set_matcher(draft, now).filter(|_| fits(Unit::Week) || daily) {
        return days_with(Period::Week, interval, matcher, times);
    }
    if draft.names_days() {
        return Err(Trouble::new(Problem::TwoPatterns, draft.span.clone()));
    }
    match unit {
        Some(Unit::Week) => days_with(Period::Week, interval, Matcher::Weekdays(vec![start.weekday()]), times),
        Some(Unit::Month) => days_with(Period::Month, interval, Matcher::MonthDays(vec![start.day()]), times),
        Some(Unit::Year) => {
            let matcher = Matcher::YearDay { month: start.month(), day: start.day() };
            days_with(Period::Year, interval, matcher, times)
        }
        Some(_) => days_with(Period::Day, interval, Matcher::Every, times),
        None => Err(Trouble::new(Problem::TwoPatterns, draft.span.clone())),
    }
}

/// Two numbers as month and day, in the owner's order.
fn day_of_year(numbers: &At<(u32, u32)>, now: &Now) -> Result<(u32, u32), Trouble> {
    let (first, second) = numbers.is;
    let (day, month) = match now.calendar.order {
        DateOrder::Dmy => (first, second),
        DateOrder::Mdy => (second, first),
    };
    // A leap year has every day that there is.
    let exists = NaiveDate::from_ymd_opt(2028, month, day).is_some();
    exists.then_some((month, day)).ok_or_else(|| numbers.trouble(Problem::NoSuchDate))
}

/// The times of day, sorted; the default when none is given (R1, R17).
fn times(draft: &Draft, now: &Now) -> Result<Vec<i64>, Trouble> {
    let start = draft.start.as_ref().and_then(|start| start.phrase.clock.as_ref());
    let mut times = match (draft.clocks.as_slice(), start, &draft.part) {
        ([], Some(clock), _) => vec![time(clock, draft, now)?],
        ([], None, Some(part)) => vec![timing::time_of(part.is)],
        ([], None, None) if draft.at_end => vec![timing::END_OF_DAY],
        ([], None, None) => vec![timing::DEFAULT_TIME],
        (clocks, None, _) => clocks.iter().map(|clock| time(clock, draft, now)).collect::<Result<_, _>>()?,
        (_, Some(clock), _) => return Err(clock.trouble(Problem::TwoTimes)),
    };
    times.sort_unstable();
    times.dedup();
    let named = u32::try_from(draft.clocks.len()).unwrap_or(u32::MAX);
    if draft.times_a_day.is_some_and(|wanted| wanted != named) {
        return Err(Trouble::new(Problem::TimesADay, draft.span.clone()));
    }
    Ok(times)
}

/// One time of day: bare hours take the default reading, midnight is allowed where no day is named.
fn time(clock: &At<Clock>, draft: &Draft, now: &Now) -> Result<i64, Trouble> {
    let phrase = Phrase { clock: Some(clock.clone()), part: draft.part.clone(), ..Phrase::default() };
    match timing::timing(&phrase, now.clock())? {
        Some(Timing::Fixed(time) | Timing::Flip { morning: time, .. }) => Ok(time),
        Some(Timing::Midnight(shift)) if !draft.names_days() => Ok(shift),
        Some(Timing::Midnight(_)) => Err(clock.trouble(Problem::MidnightOfDay)),
        None => Ok(timing::DEFAULT_TIME),
    }
}

/// N counts from the first match of the pattern as if N were 1 (R4).
fn settle_interval(rule: &mut Rule, draft: &Draft) -> Result<(), Trouble> {
    let Pattern::Days { interval, .. } = &mut rule.pattern else { return Ok(()) };
    let wanted = std::mem::replace(interval, 1);
    let Some(first) = first_of(rule) else { return Err(Trouble::new(Problem::EmptySeries, draft.span.clone())) };
    let local = zone::local_at(rule.place, first);
    let closing = matches!(&rule.pattern, Pattern::Days { times, .. } if times.contains(&DAY)) && local.hour() == 0;
    let date = if closing { local.date().pred_opt() } else { Some(local.date()) };
    rule.anchor = date.unwrap_or(rule.anchor);
    if let Pattern::Days { interval, .. } = &mut rule.pattern {
        *interval = wanted;
    }
    Ok(())
}

fn first_of(rule: &Rule) -> Option<DateTime<Utc>> {
    rule.after(rule.begin).next()
}

fn except(rule: &mut Rule, draft: &Draft, now: &Now) -> Result<(), Trouble> {
    let week = now.calendar.week;
    rule.skipped_weekdays.clone_from(&draft.except_weekdays);
    if draft.except_weekend {
        rule.skipped_weekdays.extend(week.weekend());
    }
    if draft.except_workdays {
        rule.skipped_weekdays.extend(workdays(week));
    }
    for day in &draft.except_dates {
        rule.skipped_dates.extend(now.calendar.dates(day)?.dates.first());
    }
    Ok(())
}

impl Limit {
    fn names_time(&self) -> bool {
        self.phrase.clock.is_some() || self.phrase.part.is_some() || self.phrase.end_of_day.is_some()
    }
}

/// The date a series starts on; `None` when the limit is a time only.
fn start_date(limit: &Limit, now: &Now) -> Result<Option<NaiveDate>, Trouble> {
    let Some(day) = &limit.phrase.day else { return Ok(None) };
    let date = date_of(day, now)?;
    if date < now.calendar.today { Err(day.trouble(Problem::Past)) } else { Ok(Some(date)) }
}

/// The first date a limit can mean; a weekday may be today.
fn date_of(day: &At<Day>, now: &Now) -> Result<NaiveDate, Trouble> {
    let dates = now.calendar.dates(day)?.dates;
    let ahead = dates.iter().find(|date| **date >= now.calendar.today).or(dates.last());
    ahead.copied().ok_or_else(|| day.trouble(Problem::NoSuchDate))
}

/// The last instant that may occur: `until`, or the length counted from the first occurrence (R11, R12).
fn ends(rule: &Rule, draft: &Draft, now: &Now) -> Result<Option<DateTime<Utc>>, Trouble> {
    let until = draft.until.as_ref().map(|limit| until(limit, rule, now)).transpose()?;
    let Some(length) = draft.length else { return Ok(until) };
    let too_far = || Trouble::new(Problem::TooFar, draft.span.clone());
    let Some(first) = first_of(rule) else { return Ok(until) };
    let local = zone::local_at(rule.place, first);
    let date = calendar::add(local.date(), length.months, length.days).ok_or_else(too_far)?;
    let (end, _) = zone::instant_of(rule.place, date.and_time(local.time()), first).ok_or_else(too_far)?;
    let elapsed = TimeDelta::try_milliseconds(length.millis).ok_or_else(too_far)?;
    let end = end.checked_add_signed(elapsed - TimeDelta::milliseconds(1)).ok_or_else(too_far)?;
    Ok(Some(until.map_or(end, |until| until.min(end))))
}

fn until(limit: &Limit, rule: &Rule, now: &Now) -> Result<DateTime<Utc>, Trouble> {
    let whole = || Trouble::new(Problem::TooFar, limit.phrase.span.clone());
    let Some(day) = &limit.phrase.day else {
        // A bare time means its next occurrence, and only beside steps of minutes or hours.
        if !matches!(rule.pattern, Pattern::Elapsed { .. }) {
            return Err(Trouble::new(Problem::TwoPatterns, limit.phrase.span.clone()));
        }
        return Ok(resolve(&limit.phrase, now)?.at);
    };
    let date = date_of(day, now)?;
    let time = match timing::timing(&limit.phrase, now.clock())? {
        Some(Timing::Fixed(time) | Timing::Flip { morning: time, .. }) => Some(time),
        Some(Timing::Midnight(_)) => return Err(Trouble::new(Problem::MidnightOfDay, limit.phrase.span.clone())),
        None if limit.phrase.end_of_day.is_some() => Some(timing::END_OF_DAY),
        None => None,
    };
    match time {
        Some(time) => now.candidate(date, time).map(|candidate| candidate.at).ok_or_else(whole),
        None => {
            let next = date.checked_add_days(Days::new(1)).and_then(|date| now.candidate(date, 0)).ok_or_else(whole)?;
            Ok(next.at - TimeDelta::milliseconds(1))
        }
    }
}
