//! What the owner scheduled: the job, as it is drafted and as it stands.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use serde::{Deserialize, Serialize};

use super::content::REMOVED;
use super::named::named;
use super::recurrence::{Recurrence, Slot};

named! {
    /// Where a job stands.
    JobState {
        /// Waiting for its next slot.
        Active = "active",
        /// Waiting, but its slots are not taken.
        Paused = "paused",
        /// Every slot has been taken.
        Done = "done",
        /// Withdrawn by the owner or an operator.
        Cancelled = "cancelled",
    }
}

/// A job that is to be written.
#[derive(Clone, PartialEq, Eq)]
pub struct NewJob {
    /// What is posted, unchanged.
    pub text: String,
    /// Aliases of the groups, at least one, each once.
    pub groups: Vec<String>,
    /// When.
    pub slot: Slot,
    /// What caused it; unique, so the same cause never makes two jobs: `wa:<wamid>` or `api:<Idempotency-Key>`.
    pub created_from: String,
    /// Digest of the request, to tell a repeated request from another one under the same key.
    pub fingerprint: Option<String>,
    /// When it was drafted.
    pub created_at: DateTime<Utc>,
}

/// A job as it stands in the database.
#[derive(Clone, PartialEq, Eq)]
pub struct Job {
    /// The number the owner uses: `#12`.
    pub id: i64,
    /// Where it stands.
    pub state: JobState,
    /// What is posted, unchanged; empty once it is no longer kept.
    pub text: String,
    /// Aliases of the groups.
    pub groups: Vec<String>,
    /// The next slot; `None` once there is none.
    pub next_due_at: Option<DateTime<Utc>>,
    /// The wall clock of that slot, or of the last one, in `zone`.
    pub local_time: NaiveDateTime,
    /// The zone it was named in.
    pub zone: Tz,
    /// The rule of a repeating job.
    pub recurrence: Option<Recurrence>,
    /// When a pause ends by itself.
    pub paused_until: Option<DateTime<Utc>>,
    /// When it was over.
    pub ended_at: Option<DateTime<Utc>>,
    /// Grows with every change.
    pub revision: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Digest of the request that made it.
    pub fingerprint: Option<String>,
}

/// Everything about a job that a person can change, as it was at one time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Where it stood.
    pub state: JobState,
    /// Its text.
    pub text: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// Its next slot.
    pub next_due_at: Option<DateTime<Utc>>,
    /// The wall clock of that slot.
    pub local_time: NaiveDateTime,
    /// IANA name of its zone.
    pub zone: Tz,
    /// Its rule.
    pub recurrence: Option<Recurrence>,
    /// When its pause was to end.
    pub paused_until: Option<DateTime<Utc>>,
}

impl Job {
    /// What can be changed about it, as it is now.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            state: self.state,
            text: self.text.clone(),
            groups: self.groups.clone(),
            next_due_at: self.next_due_at,
            local_time: self.local_time,
            zone: self.zone,
            recurrence: self.recurrence.clone(),
            paused_until: self.paused_until,
        }
    }

    /// This job as it was then.
    pub fn as_of(&self, then: &Snapshot) -> Self {
        let Snapshot { state, text, groups, next_due_at, local_time, zone, recurrence, paused_until } = then.clone();
        Self { state, text, groups, next_due_at, local_time, zone, recurrence, paused_until, ..self.clone() }
    }

    /// True while it has, or may again have, a next slot.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, JobState::Active | JobState::Paused)
    }

    /// Gives it another next slot; what repeats goes on repeating.
    pub(super) fn put(&mut self, slot: Slot) {
        self.next_due_at = Some(slot.due_at);
        self.local_time = slot.local_time;
        self.zone = slot.zone;
        self.recurrence = slot.recurrence;
    }

    /// True when its text is gone; no job is made without one.
    pub fn is_removed(&self) -> bool {
        self.text.is_empty()
    }

    /// Its text, or what a person reads in place of it.
    pub fn words(&self) -> &str {
        if self.is_removed() { REMOVED } else { &self.text }
    }
}

// Texts must not reach a log.
impl std::fmt::Debug for NewJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewJob(due {}, {} groups)", self.slot.due_at, self.groups.len())
    }
}
impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot({})", self.state.as_str())
    }
}
impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Job(#{}, {})", self.id, self.state.as_str())
    }
}
