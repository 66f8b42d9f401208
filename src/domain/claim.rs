//! What a due slot of a job becomes: outbox entries, and whether they go out now, wait for the owner, or are too late.
//!
//! Being down must turn neither into a burst of stale messages nor into silence: every slot leaves an
//! entry, whatever its fate.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use super::address::{Address, GroupId};
use super::content::Content;
use super::job::Job;
use super::outbox::{Hold, NewEntry, PostOf, Purpose, State};
use super::recurrence::{Due, Slot};

/// After this long a post is not even asked about any more.
pub const TOO_LATE: TimeDelta = TimeDelta::hours(24);

/// How late a post may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateRule {
    /// Up to this lateness it is sent without a question (`LATE_GRACE_SECONDS`).
    pub grace: TimeDelta,
}

/// What happens to a slot that could first run now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeliness {
    /// It is sent.
    InTime,
    /// The owner is asked.
    Late,
    /// It is recorded as expired, and the owner is told.
    TooLate,
}

impl LateRule {
    /// Judges a slot by the time between its due instant and now.
    pub fn judge(self, due_at: DateTime<Utc>, now: DateTime<Utc>) -> Timeliness {
        let lateness = now - due_at;
        if lateness <= self.grace {
            Timeliness::InTime
        } else if lateness <= TOO_LATE.max(self.grace) {
            Timeliness::Late
        } else {
            Timeliness::TooLate
        }
    }
}

impl LateRule {
    /// For an occurrence of a series: past the middle to the next one it is not sent without a question.
    fn within(self, due: Due) -> Self {
        due.next.map_or(self, |next| Self { grace: self.grace.min((next - due.latest) / 2) })
    }
}

/// A group of a job as it is known when the slot is taken: alias, and id while it is registered.
pub type Destination = (String, Option<GroupId>);

/// What a due job becomes.
#[derive(Clone, Debug)]
pub struct Taken {
    /// One entry per group, for one slot.
    pub entries: Vec<NewEntry>,
    /// Occurrences of a series that fell due before that slot while nobody took them; they leave no post.
    pub missed: u64,
    /// The next slot of a series.
    pub next: Option<Slot>,
}

/// Takes what is due of a job: of a series the latest occurrence, so that being away never turns into a burst.
pub fn take(job: &Job, groups: &[Destination], rule: LateRule, now: DateTime<Utc>) -> Taken {
    let due_at = job.next_due_at.unwrap_or(now);
    let Some(recurrence) = &job.recurrence else {
        return Taken { entries: slot_entries(job, due_at, groups, rule, now), missed: 0, next: None };
    };
    let due = recurrence.due(due_at, now);
    let entries = slot_entries(job, due.latest, groups, rule.within(due), now);
    Taken { entries, missed: due.earlier, next: due.next.and_then(|_| recurrence.slot_after(due.latest.max(now))) }
}

/// Turns the slot `due_at` of a job into one outbox entry per group.
fn slot_entries(
    job: &Job,
    due_at: DateTime<Utc>,
    groups: &[Destination],
    rule: LateRule,
    now: DateTime<Utc>,
) -> Vec<NewEntry> {
    groups.iter().filter_map(|group| slot_entry(job, due_at, group, rule, now)).collect()
}

fn slot_entry(
    job: &Job,
    due_at: DateTime<Utc>,
    (alias, id): &Destination,
    rule: LateRule,
    now: DateTime<Utc>,
) -> Option<NewEntry> {
    // Without a registration there is no id to send to; the alias stands in, so that the post is still on record.
    let group = id.clone().or_else(|| GroupId::parse(alias))?;
    let content = Content::text(job.text.clone());
    let mut entry =
        NewEntry::planned(Purpose::Post, post_key(job.id, due_at, alias), Address::Group(group), content, now);
    entry.post = Some(PostOf { job_id: job.id, group: alias.clone(), due_at });
    match rule.judge(due_at, now) {
        Timeliness::InTime => {}
        Timeliness::Late => entry.held_by = Some(Hold::Late),
        Timeliness::TooLate => {
            entry.state = State::Expired;
            entry.held_by = Some(Hold::Late);
            entry.error = Some("more than a day late".to_owned());
        }
    }
    if id.is_none() {
        entry.state = State::Failed;
        entry.held_by = None;
        entry.error = Some("the group is no longer registered".to_owned());
    }
    Some(entry)
}

/// The idempotency key of a post: one per job, slot and group.
pub fn post_key(job_id: i64, due_at: DateTime<Utc>, alias: &str) -> String {
    format!("post:{job_id}:{}:{alias}", due_at.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("instant")
    }

    #[test]
    fn lateness_is_judged_to_the_second() {
        let rule = LateRule { grace: TimeDelta::seconds(900) };
        let due = at("2026-11-22T06:55:00Z");
        assert_eq!(rule.judge(due, due + TimeDelta::seconds(900)), Timeliness::InTime);
        assert_eq!(rule.judge(due, due + TimeDelta::seconds(901)), Timeliness::Late);
        assert_eq!(rule.judge(due, due + TimeDelta::hours(24)), Timeliness::Late);
        assert_eq!(rule.judge(due, due + TimeDelta::seconds(86_401)), Timeliness::TooLate);
    }

    #[test]
    fn a_grace_longer_than_a_day_is_honoured() {
        let rule = LateRule { grace: TimeDelta::days(3) };
        let due = at("2026-11-22T06:55:00Z");
        assert_eq!(rule.judge(due, due + TimeDelta::days(2)), Timeliness::InTime);
    }

    #[test]
    fn keys_tell_slots_and_groups_apart() {
        let due = at("2026-11-22T06:55:00.250Z");
        assert_eq!(post_key(12, due, "team"), "post:12:2026-11-22T06:55:00.250Z:team");
    }
}
