//! What the owner scheduled, and the slots of it that fall due.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{StoreError, Ticket};
use crate::domain::claim::LateRule;
use crate::domain::job::{Job, JobState, NewJob};

/// Which jobs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In these states; empty means active and paused.
    pub states: Vec<JobState>,
    /// For this group alias only.
    pub group: Option<String>,
}

/// Where the next page of a list begins: after the job with this due instant and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobCursor {
    /// Due instant of the last job shown; `None` sorts last.
    pub due_at: Option<DateTime<Utc>>,
    /// Its id.
    pub id: i64,
}

/// What became of adding a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The job, new or as it stands since an earlier time.
    pub job: Job,
    /// False when the same cause had made it before.
    pub fresh: bool,
}

/// What became of withdrawing a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It is withdrawn now.
    Done(Job),
    /// There is no such job.
    Unknown,
    /// It was withdrawn before.
    Already(Job),
    /// All its posts went out or ended.
    Over(Job),
    /// A post of it is on its way at this moment, or nobody knows whether it went out.
    Sending(Job),
}

/// What one pass over the due jobs took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// How many jobs were taken; as many as the limit means there may be more.
    pub jobs: u32,
    /// At how many instants something was due for which a ticket was parked.
    pub armed: u32,
    /// How many posts were planned to go out now.
    pub planned: u32,
    /// How many posts are late and wait for the owner, or expired.
    pub late: u32,
    /// Greatest lateness of a slot taken, in milliseconds.
    pub lateness_ms: i64,
}

/// A slot for which no ticket waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unarmed {
    /// What to park.
    pub ticket: Ticket,
    /// The revision of the job.
    pub revision: i32,
}

/// What the owner scheduled.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Adds jobs, each once per `created_from`; one transaction. Answers in the order given.
    async fn add(&self, jobs: Vec<NewJob>) -> Result<Vec<Added>, StoreError>;
    /// One job.
    async fn get(&self, id: i64) -> Result<Option<Job>, StoreError>;
    /// The job with this `created_from`.
    async fn made_by(&self, created_from: &str) -> Result<Option<Job>, StoreError>;
    /// Jobs, soonest first, then by id.
    async fn list(&self, filter: &JobFilter, after: Option<JobCursor>, limit: u32) -> Result<Vec<Job>, StoreError>;
    /// Takes up to `limit` due slots in one transaction: per job the slot becomes outbox entries
    /// (`domain::claim`), the job moves to its next slot or is done.
    async fn claim_due(&self, now: DateTime<Utc>, rule: LateRule, limit: u32) -> Result<Claim, StoreError>;
    /// The earliest due instant of an active job.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Active jobs due by `until` whose slot has no ticket, soonest first, after the cursor.
    async fn unarmed(
        &self,
        until: DateTime<Utc>,
        after: Option<JobCursor>,
        limit: u32,
    ) -> Result<Vec<Unarmed>, StoreError>;
    /// Notes that tickets wait for these slots; what changed since is left alone.
    async fn armed(&self, slots: &[Unarmed]) -> Result<(), StoreError>;
    /// Forgets that tickets wait for what is due by `until`.
    async fn disarm(&self, until: DateTime<Utc>) -> Result<(), StoreError>;
    /// Withdraws a job and those of its posts that wait.
    async fn cancel(&self, id: i64, now: DateTime<Utc>) -> Result<Cancelled, StoreError>;
}
