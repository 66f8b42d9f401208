//! What the owner asks about afterwards: what happened to a job, who answered it, how much waits.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::domain::member::Member;

/// One line of the log of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Its place in the log; grows with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: String,
    /// Why, in the words of the log.
    pub reason: String,
    /// The state before; `None` for what was new.
    pub from: Option<String>,
    /// The state after.
    pub to: String,
    /// The group of the post that it happened to; `None` for the job itself.
    pub group: Option<String>,
}

/// A member's answer to a post.
#[derive(Clone, PartialEq, Eq)]
pub struct ReplyTo {
    /// The number the owner uses.
    pub id: i64,
    /// Who wrote it; `None` once they were forgotten.
    pub member: Option<Member>,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
    /// What was brought to the owner; `None` when nothing was, or it is no longer kept.
    pub words: Option<String>,
}

// Words must not reach a log.
impl std::fmt::Debug for ReplyTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplyTo({})", self.id)
    }
}

/// Reads what happened. Changes nothing.
#[async_trait]
pub trait History: Send + Sync {
    /// How many jobs are pending; counts no further than `most`.
    async fn pending(&self, most: u32) -> Result<u32, StoreError>;
    /// The latest lines of the log of a job and its posts, or those before one, oldest of them first.
    async fn timeline(&self, job_id: i64, before: Option<i64>, most: u32) -> Result<Vec<Happening>, StoreError>;
    /// The latest answers to the posts of a job, or those before one, newest first.
    async fn replies_to(&self, job_id: i64, before: Option<i64>, most: u32) -> Result<Vec<ReplyTo>, StoreError>;
}
