//! Jobs and posts as callers see them. Only what is named here leaves the daemon.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::domain::address::Wamid;
use crate::domain::job::Job;
use crate::domain::outbox::{Delivery, Entry};

/// One page of jobs.
#[derive(Serialize)]
pub(super) struct JobList {
    pub(super) jobs: Vec<JobView>,
    pub(super) next_cursor: Option<String>,
}

/// A job.
#[derive(Serialize)]
pub(super) struct JobView {
    id: i64,
    state: &'static str,
    groups: Vec<String>,
    text: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    text_removed: bool,
    next_due_at: Option<String>,
    timezone: &'static str,
    recurrence: Option<String>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    posts: Option<Vec<PostView>>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            state: job.state.as_str(),
            text_removed: job.is_removed(),
            groups: job.groups,
            text: job.text,
            next_due_at: job.next_due_at.map(instant),
            timezone: job.zone.name(),
            recurrence: job.recurrence.map(|recurrence| recurrence.phrase),
            created_at: instant(job.created_at),
            posts: None,
        }
    }
}

impl JobView {
    /// The same job with its posts.
    pub(super) fn with_posts(self, posts: Vec<PostView>) -> Self {
        Self { posts: Some(posts), ..self }
    }
}

/// One post of a job.
#[derive(Serialize)]
pub(super) struct PostView {
    group: String,
    due_at: String,
    state: &'static str,
    delivery: Option<&'static str>,
    wamid: Option<String>,
    error: Option<String>,
}

impl PostView {
    /// `None` for an entry that is no post.
    pub(super) fn from_entry(entry: Entry) -> Option<Self> {
        let post = entry.post?;
        Some(Self {
            group: post.group,
            due_at: instant(post.due_at),
            state: entry.state.as_str(),
            delivery: entry.delivery.map(Delivery::as_str),
            wamid: entry.wamid.map(|wamid: Wamid| wamid.into()),
            error: entry.error,
        })
    }
}

/// RFC 3339 in UTC, with a fraction only when there is one.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
