//! What the owner scheduled: the job, as it is drafted and as it stands.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::content::REMOVED;
use super::named::named;

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
    pub due_at: DateTime<Utc>,
    /// The wall clock the owner named, in `zone`.
    pub local_time: NaiveDateTime,
    /// The zone it was named in.
    pub zone: Tz,
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
    /// The wall clock the owner named, in `zone`.
    pub local_time: NaiveDateTime,
    /// The zone it was named in.
    pub zone: Tz,
    /// The rule of a repeating job.
    pub recurrence: Option<String>,
    /// Grows with every change.
    pub revision: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Digest of the request that made it.
    pub fingerprint: Option<String>,
}

impl Job {
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
        write!(f, "NewJob(due {}, {} groups)", self.due_at, self.groups.len())
    }
}
impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Job(#{}, {})", self.id, self.state.as_str())
    }
}
