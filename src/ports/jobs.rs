//! What the owner scheduled, and the slots of it that fall due.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{StoreError, Ticket};
use crate::domain::amend::{Amendment, Obstacle};
use crate::domain::claim::LateRule;
use crate::domain::job::{Job, JobState, NewJob};

/// Which jobs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In these states; empty means active and paused.
    pub states: Vec<JobState>,
    /// For this group alias only.
    pub group: Option<String>,
    /// Due at or after this instant.
    pub due_from: Option<DateTime<Utc>>,
    /// Due before this instant.
    pub due_before: Option<DateTime<Utc>>,
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

/// Why the owner withdraws a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause<'a> {
    /// What makes it the same withdrawal again.
    pub key: &'a str,
    /// True when that takes an earlier command back: then it is not taken back itself.
    pub undoes: bool,
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

/// What became of changing a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amended {
    /// It is changed.
    Done {
        /// As it was.
        before: Box<Job>,
        /// As it is.
        after: Box<Job>,
        /// So many of its posts are on their way, unchanged.
        going: u32,
    },
    /// Nothing changed.
    Refused {
        /// As it is.
        job: Box<Job>,
        /// What stands in the way.
        why: Obstacle,
        /// So many of its posts are on their way.
        going: u32,
    },
    /// There is no job with this number.
    Unknown(i64),
}

/// What became of undoing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The latest thing was that this job was made: withdrawing it is left to the caller.
    Made(i64),
    /// What became of each job that had been changed.
    Changes(Vec<Amended>),
    /// There is nothing to undo.
    Nothing,
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
    /// When there is something to do next: a slot that falls due, or a pause that ends.
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
    /// Withdraws a job and those of its posts that wait. With a cause it is noted as a change.
    async fn cancel(&self, id: i64, cause: Option<Cause<'_>>, now: DateTime<Utc>) -> Result<Cancelled, StoreError>;
    /// Changes jobs, each once per cause, in one transaction. Answers in the order given.
    async fn amend(
        &self,
        ids: &[i64],
        amendment: &Amendment,
        cause: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<Amended>, StoreError>;
    /// Takes back the latest change, or that of one job; once per cause.
    async fn undo(&self, id: Option<i64>, cause: &str, now: DateTime<Utc>) -> Result<Undone, StoreError>;
    /// Ends pauses that are over, some at a time; how many.
    async fn wake_up(&self, now: DateTime<Utc>) -> Result<u32, StoreError>;
}
