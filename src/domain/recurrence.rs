//! What a repeating job keeps: the rule, the words it was confirmed with, and the occurrences that the owner took out.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::when::{Moment, Rule, Understood};

/// When a job is due: its next slot, and the rule of the further ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The instant.
    pub due_at: DateTime<Utc>,
    /// The wall clock of that instant in `zone`, as the owner named it.
    pub local_time: NaiveDateTime,
    /// The zone it was named in.
    pub zone: Tz,
    /// The rule of a repeating job.
    pub recurrence: Option<Recurrence>,
}

impl Slot {
    /// What a phrase was understood as; `None` when a series is over before it begins.
    pub fn of(phrase: &str, understood: Understood, now: DateTime<Utc>) -> Option<Self> {
        match understood {
            Understood::Once(Moment { at, local, zone, .. }) => {
                Some(Self { due_at: at, local_time: local, zone, recurrence: None })
            }
            Understood::Repeats(rule) => Recurrence::new(phrase, rule).slot_after(now),
        }
    }
}

/// The rule of a repeating job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// The owner's words.
    pub phrase: String,
    /// What they mean.
    pub rule: Rule,
    /// Occurrences that were skipped, or moved to another time.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub without: BTreeSet<DateTime<Utc>>,
}

/// The occurrences of a series that fell due between a slot and now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The latest of them; the slot itself when there was no other.
    pub latest: DateTime<Utc>,
    /// How many came before it.
    pub earlier: u64,
    /// The first that is still ahead; `None` once the series is over.
    pub next: Option<DateTime<Utc>>,
}

impl Recurrence {
    /// A rule as the owner put it.
    pub fn new(phrase: &str, rule: Rule) -> Self {
        let phrase = phrase.trim();
        let preposition = phrase.split_at_checked(3).filter(|(word, _)| matches!(*word, "at " | "on " | "At " | "On "));
        let phrase = preposition.map_or(phrase, |(_, rest)| rest.trim_start()).to_owned();
        Self { phrase, rule, without: BTreeSet::new() }
    }

    /// The slot of its first occurrence after an instant; `None` when the series is over by then.
    pub fn slot_after(&self, after: DateTime<Utc>) -> Option<Slot> {
        let due_at = self.after(after).next()?;
        let (local_time, zone) = (self.rule.wall_clock(due_at), self.rule.zone());
        Some(Slot { due_at, local_time, zone, recurrence: Some(self.clone()) })
    }

    /// The occurrences after an instant, in order.
    pub fn after(&self, after: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> + '_ {
        self.rule.after(after).filter(|at| !self.without.contains(at))
    }

    /// What fell due from the slot `due_at`, which may have been moved off the rule, up to `now`.
    pub fn due(&self, due_at: DateTime<Utc>, now: DateTime<Utc>) -> Due {
        let mut due = Due { latest: due_at, earlier: 0, next: None };
        for at in self.after(due_at) {
            if at > now {
                due.next = Some(at);
                break;
            }
            due.latest = at;
            due.earlier += 1;
        }
        due
    }

    /// Takes one occurrence out.
    pub fn leave_out(&mut self, at: DateTime<Utc>) {
        // What is over never comes again.
        self.without.retain(|other| *other > at - chrono::TimeDelta::days(366));
        self.without.insert(at);
    }

    /// Takes whole days out, by the wall clock of its zone.
    pub fn leave_out_days(&mut self, days: &[NaiveDate]) {
        self.rule.except(days);
    }

    /// The same rule by the wall clock of another zone.
    pub fn in_zone(&self, zone: Tz) -> Self {
        Self { rule: self.rule.in_zone(zone), ..self.clone() }
    }
}
