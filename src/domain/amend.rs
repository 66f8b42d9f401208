//! What the owner may change about a job, and what stands in the way.
//!
//! A change never touches what was handed to the outbox already: the slot that is being sent goes out as it was
//! confirmed, and the answer says so.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::job::{Job, JobState, Snapshot};
use super::recurrence::{Recurrence, Slot};
use super::when;

/// A job that was withdrawn can be brought back for so long.
pub const RESTORABLE: TimeDelta = TimeDelta::days(30);

/// The name of a change that took another one back; it is not undone itself.
pub const UNDONE: &str = "undone";

/// A change that the owner asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// Another text.
    Text(String),
    /// Another time; of a series only the next occurrence, unless the new time repeats as well.
    Move(Box<Slot>),
    /// No slot is taken until it is resumed, or until an instant.
    Pause {
        /// When the pause ends by itself.
        until: Option<DateTime<Utc>>,
    },
    /// Goes on after a pause.
    Resume,
    /// A series leaves out its next occurrence.
    Skip,
    /// A series leaves out these days.
    Except(Vec<NaiveDate>),
    /// A job that was withdrawn is back.
    Restore,
    /// It is due at once.
    Now,
    /// The same wall clock in another zone.
    Rezone(Tz),
    /// The zone data say something else about its wall clock than when it was scheduled.
    Resolve,
    /// As it was before a change, unless something happened since.
    Revert {
        /// How it was.
        to: Box<Snapshot>,
        /// The revision that the change led to.
        revision: i32,
    },
}

/// Why a change cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Its slots were all taken.
    Over,
    /// It was withdrawn.
    Cancelled,
    /// Only what repeats can do that.
    Once,
    /// Only what does not repeat can do that.
    Repeats,
    /// It is paused already.
    Paused,
    /// It is not paused.
    NotPaused,
    /// It was not withdrawn.
    NotCancelled,
    /// It was withdrawn too long ago, or its text is gone.
    TooOld,
    /// Its time passed meanwhile.
    Passed,
    /// The new time is not before the occurrence after the next.
    BeyondNext(DateTime<Utc>),
    /// Something happened to it since.
    MovedOn,
}

impl Amendment {
    /// The stable name of what was done, for the log.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Move(_) => "moved",
            Self::Pause { .. } => "paused",
            Self::Resume => "resumed",
            Self::Skip => "skipped",
            Self::Except(_) => "excepted",
            Self::Restore => "restored",
            Self::Now => "now",
            Self::Rezone(_) => "rezoned",
            Self::Resolve => "resolved",
            Self::Revert { .. } => UNDONE,
        }
    }

    /// Who asks for it, for the log.
    pub fn actor(&self) -> &'static str {
        if matches!(self, Self::Resolve) { "scheduler" } else { "owner" }
    }
}

/// The job after a change.
///
/// # Errors
/// What stands in the way; then nothing is to be changed.
pub fn amend(job: &Job, amendment: &Amendment, now: DateTime<Utc>) -> Result<Job, Obstacle> {
    match amendment {
        Amendment::Revert { to, revision } => return revert(job, to, *revision, now),
        Amendment::Restore => return restore(job, now),
        _ if job.state == JobState::Cancelled => return Err(Obstacle::Cancelled),
        _ if job.state == JobState::Done => return Err(Obstacle::Over),
        _ => {}
    }
    let mut new = job.clone();
    match amendment {
        Amendment::Text(text) => new.text.clone_from(text),
        Amendment::Move(slot) => shift(&mut new, slot)?,
        Amendment::Pause { until } => pause(&mut new, *until)?,
        Amendment::Resume => resume(&mut new, now)?,
        Amendment::Skip => skip(&mut new)?,
        Amendment::Except(days) => except(&mut new, days)?,
        Amendment::Now => at_once(&mut new, now)?,
        Amendment::Rezone(zone) => rezone(&mut new, *zone, now)?,
        Amendment::Resolve => new.next_due_at = resolved(job, now).or(job.next_due_at),
        Amendment::Restore | Amendment::Revert { .. } => {}
    }
    Ok(new)
}

/// The next slot of a job whose slots were passed over: of a series the first that is ahead.
fn ahead(job: &Job, now: DateTime<Utc>) -> Result<Slot, Obstacle> {
    let due_at = job.next_due_at.or_else(|| when::instant_in(job.zone, job.local_time, now));
    let kept = |due_at| Slot { due_at, local_time: job.local_time, zone: job.zone, recurrence: job.recurrence.clone() };
    match (due_at.filter(|at| *at > now), &job.recurrence) {
        (Some(due_at), _) => Ok(kept(due_at)),
        (None, Some(recurrence)) => recurrence.slot_after(now).ok_or(Obstacle::Over),
        (None, None) => Err(Obstacle::Passed),
    }
}

fn shift(job: &mut Job, slot: &Slot) -> Result<(), Obstacle> {
    let Some(mut recurrence) = job.recurrence.take().filter(|_| slot.recurrence.is_none()) else {
        job.put(slot.clone());
        return Ok(());
    };
    let regular = job.next_due_at.unwrap_or(slot.due_at);
    // Moved over its neighbour, one of the two would be lost without a word.
    if let Some(next) = recurrence.after(regular).next().filter(|next| slot.due_at >= *next) {
        return Err(Obstacle::BeyondNext(next));
    }
    if slot.due_at != regular {
        recurrence.leave_out(regular);
    }
    job.next_due_at = Some(slot.due_at);
    job.local_time = recurrence.rule.wall_clock(slot.due_at);
    job.recurrence = Some(recurrence);
    Ok(())
}

fn pause(job: &mut Job, until: Option<DateTime<Utc>>) -> Result<(), Obstacle> {
    if job.state == JobState::Paused && job.paused_until == until {
        return Err(Obstacle::Paused);
    }
    job.state = JobState::Paused;
    job.paused_until = until;
    Ok(())
}

fn resume(job: &mut Job, now: DateTime<Utc>) -> Result<(), Obstacle> {
    if job.state != JobState::Paused {
        return Err(Obstacle::NotPaused);
    }
    let slot = ahead(job, now)?;
    job.put(slot);
    job.state = JobState::Active;
    job.paused_until = None;
    Ok(())
}

/// The pause of a job is over by itself: what repeats goes on with what is ahead, what does not is due, however late.
pub fn wake_up(job: &Job, now: DateTime<Utc>) -> Job {
    let mut new = job.clone();
    new.state = JobState::Active;
    new.paused_until = None;
    match ahead(job, now) {
        Ok(slot) => new.put(slot),
        Err(Obstacle::Over) => finish(&mut new),
        Err(_) => {}
    }
    new
}

fn skip(job: &mut Job) -> Result<(), Obstacle> {
    let recurrence = job.recurrence.as_mut().ok_or(Obstacle::Once)?;
    let skipped = job.next_due_at.ok_or(Obstacle::Over)?;
    recurrence.leave_out(skipped);
    advance(job, skipped);
    Ok(())
}

fn except(job: &mut Job, days: &[NaiveDate]) -> Result<(), Obstacle> {
    let recurrence = job.recurrence.as_mut().ok_or(Obstacle::Once)?;
    recurrence.leave_out_days(days);
    let due_at = job.next_due_at.ok_or(Obstacle::Over)?;
    if days.contains(&recurrence.rule.wall_clock(due_at).date()) {
        advance(job, due_at);
    }
    Ok(())
}

/// Moves a series to its first occurrence after an instant, or ends it.
fn advance(job: &mut Job, after: DateTime<Utc>) {
    match job.recurrence.as_ref().and_then(|recurrence: &Recurrence| recurrence.slot_after(after)) {
        Some(slot) => job.put(slot),
        None => finish(job),
    }
}

fn finish(job: &mut Job) {
    job.state = JobState::Done;
    job.next_due_at = None;
    job.paused_until = None;
}

fn at_once(job: &mut Job, now: DateTime<Utc>) -> Result<(), Obstacle> {
    if job.recurrence.is_some() {
        return Err(Obstacle::Repeats);
    }
    job.next_due_at = Some(now);
    job.local_time = now.with_timezone(&job.zone).naive_local();
    job.state = JobState::Active;
    job.paused_until = None;
    Ok(())
}

fn rezone(job: &mut Job, zone: Tz, now: DateTime<Utc>) -> Result<(), Obstacle> {
    let slot = match &job.recurrence {
        Some(recurrence) if recurrence.rule.is_elapsed() => return Ok(()),
        Some(recurrence) => recurrence.in_zone(zone).slot_after(now).ok_or(Obstacle::Over)?,
        None => {
            let due_at = when::instant_in(zone, job.local_time, now).filter(|at| *at > now).ok_or(Obstacle::Passed)?;
            Slot { due_at, local_time: job.local_time, zone, recurrence: None }
        }
    };
    job.put(slot);
    Ok(())
}

/// When a job is due by its wall clock, if the zone data put that elsewhere than where it is.
pub fn resolved(job: &Job, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let due_at = job.next_due_at.filter(|at| *at > now)?;
    let elapsed = job.recurrence.as_ref().is_some_and(|recurrence| recurrence.rule.is_elapsed());
    // Of a doubled hour either pass shows the same wall clock, and stays what it is.
    if elapsed || due_at.with_timezone(&job.zone).naive_local() == job.local_time {
        return None;
    }
    when::instant_in(job.zone, job.local_time, now)
}

fn restore(job: &Job, now: DateTime<Utc>) -> Result<Job, Obstacle> {
    if job.state != JobState::Cancelled {
        return Err(Obstacle::NotCancelled);
    }
    if job.is_removed() || job.ended_at.is_none_or(|at| at + RESTORABLE < now) {
        return Err(Obstacle::TooOld);
    }
    let mut new = job.clone();
    new.put(ahead(job, now)?);
    new.state = JobState::Active;
    Ok(new)
}

fn revert(job: &Job, to: &Snapshot, revision: i32, now: DateTime<Utc>) -> Result<Job, Obstacle> {
    if to.state == JobState::Done {
        return Err(Obstacle::Passed);
    }
    if job.revision != revision || (job.is_removed() && !to.text.is_empty()) {
        return Err(Obstacle::MovedOn);
    }
    let mut new = job.as_of(to);
    if new.state == JobState::Active {
        let slot = ahead(&new, now)?;
        new.put(slot);
    }
    Ok(new)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz::{America__New_York as NEW_YORK, Asia__Jerusalem as JERUSALEM};

    use super::super::when::{Settings, understand};
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-06-10T06:30:00Z".parse().expect("an instant")
    }

    fn job(phrase: &str) -> Job {
        let understood = understand(phrase, now(), &Settings::new(JERUSALEM)).expect(phrase);
        let slot = Slot::of(phrase, understood, now()).expect(phrase);
        let mut job = Job {
            id: 12,
            state: JobState::Active,
            text: "hello".to_owned(),
            groups: vec!["team".to_owned()],
            next_due_at: None,
            local_time: slot.local_time,
            zone: slot.zone,
            recurrence: None,
            paused_until: None,
            ended_at: None,
            revision: 3,
            created_at: now(),
            fingerprint: None,
        };
        job.put(slot);
        job
    }

    fn due(job: &Job) -> String {
        job.next_due_at.map(|at| at.to_rfc3339()).unwrap_or_default()
    }

    #[test]
    fn a_skipped_or_excepted_occurrence_never_comes_and_the_rest_stays_on_the_rule() {
        let daily = job("every day at 8:00");
        let skipped = amend(&daily, &Amendment::Skip, now()).expect("skipped");
        assert_eq!(
            (due(&daily).as_str(), due(&skipped).as_str()),
            ("2026-06-11T05:00:00+00:00", "2026-06-12T05:00:00+00:00")
        );
        let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).expect("a day");
        let excepted = amend(&daily, &Amendment::Except(vec![day(11), day(13)]), now()).expect("excepted");
        assert_eq!(due(&excepted), "2026-06-12T05:00:00+00:00");
        let after = excepted.recurrence.expect("repeats").after(excepted.next_due_at.expect("due")).next();
        assert_eq!(after.map(|at| at.to_rfc3339()).as_deref(), Some("2026-06-14T05:00:00+00:00"));
        let last = job("every day at 8:00 for 1 times");
        assert_eq!(amend(&last, &Amendment::Skip, now()).expect("skipped").state, JobState::Done);
    }

    #[test]
    fn a_wall_clock_moves_to_another_zone_and_elapsed_time_does_not() {
        let rezoned = |phrase: &str| amend(&job(phrase), &Amendment::Rezone(NEW_YORK), now());
        assert_eq!(due(&rezoned("tomorrow 9:00").expect("moved")), "2026-06-11T13:00:00+00:00");
        assert_eq!(due(&rezoned("every day at 8:00").expect("moved")), "2026-06-11T12:00:00+00:00");
        let steps = job("every 2 hours");
        assert_eq!(amend(&steps, &Amendment::Rezone(NEW_YORK), now()), Ok(steps));
    }

    #[test]
    fn a_pause_keeps_what_is_ahead_and_never_sends_what_passed_unasked() {
        let once = job("in 10 minutes");
        let paused = amend(&once, &Amendment::Pause { until: None }, now()).expect("paused");
        assert_eq!(amend(&paused, &Amendment::Pause { until: None }, now()), Err(Obstacle::Paused));
        assert_eq!(amend(&once, &Amendment::Resume, now()), Err(Obstacle::NotPaused));
        assert_eq!(amend(&paused, &Amendment::Resume, now()).expect("resumed"), once);
        let late = now() + TimeDelta::hours(1);
        assert_eq!(amend(&paused, &Amendment::Resume, late), Err(Obstacle::Passed));
        assert_eq!(due(&wake_up(&paused, late)), due(&once), "the rule for late posts decides");
        let series = amend(&job("every 2 hours"), &Amendment::Pause { until: None }, now()).expect("paused");
        let back = amend(&series, &Amendment::Resume, now() + TimeDelta::hours(5)).expect("resumed");
        assert_eq!(due(&back), "2026-06-10T12:30:00+00:00");
    }

    #[test]
    fn what_is_over_is_not_changed() {
        let mut over = job("tomorrow 9:00");
        (over.state, over.next_due_at) = (JobState::Done, None);
        assert_eq!(amend(&over, &Amendment::Now, now()), Err(Obstacle::Over));
        over.state = JobState::Cancelled;
        assert_eq!(amend(&over, &Amendment::Text("x".to_owned()), now()), Err(Obstacle::Cancelled));
        over.ended_at = Some(now());
        let back = amend(&over, &Amendment::Restore, now()).expect("restored");
        assert_eq!((back.state, due(&back).as_str()), (JobState::Active, "2026-06-11T06:00:00+00:00"));
        assert_eq!(amend(&over, &Amendment::Restore, now() + TimeDelta::days(2)), Err(Obstacle::Passed));
    }

    #[test]
    fn a_change_is_taken_back_only_while_nothing_happened_since() {
        let one = job("tomorrow 9:00");
        let changed = Job { revision: 4, ..amend(&one, &Amendment::Text("other".to_owned()), now()).expect("changed") };
        let revert = |revision| Amendment::Revert { to: Box::new(one.snapshot()), revision };
        assert_eq!(amend(&changed, &revert(4), now()).expect("undone"), Job { revision: 4, ..one.clone() });
        assert_eq!(amend(&changed, &revert(3), now()), Err(Obstacle::MovedOn));
    }
}
