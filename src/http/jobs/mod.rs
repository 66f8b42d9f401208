//! The job endpoints: list, show, cancel here; create in [`mod@create`].

mod create;
mod cursor;
#[cfg(test)]
mod tests;
mod view;

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

pub(super) use create::create;

use super::HttpState;
use super::problem::Problem;
use crate::domain::group::alias_key;
use crate::domain::job::{Job, JobState};
use crate::messages::{Cancel, ask};
use crate::ports::{Cancelled, JobFilter};
use view::{JobList, JobView, PostView};

/// Jobs on a page unless the caller says otherwise.
const PAGE: u32 = 50;
/// Most jobs on a page.
const PAGE_LIMIT: u32 = 500;

/// The query of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    state: Option<String>,
    group: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
}

/// `GET /jobs`.
pub(super) async fn list(request: HttpRequest, state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    let query = Query::<Listing>::from_query(request.query_string())
        .map_err(|_| bad_query("the query may have state, group, limit and cursor, each once"))?
        .into_inner();
    let limit = query.limit.unwrap_or(PAGE);
    if !(1..=PAGE_LIMIT).contains(&limit) {
        return Err(bad_query(format!("limit is a number from 1 to {PAGE_LIMIT}")));
    }
    let after = match query.cursor.as_deref() {
        None => None,
        Some(text) => Some(cursor::read(text).ok_or_else(|| bad_query("cursor is not one of ours"))?),
    };
    let filter = JobFilter {
        states: states(query.state.as_deref())?,
        group: query.group.as_deref().map(alias_key),
        ..JobFilter::default()
    };
    // One more than is shown tells whether there is another page.
    let mut jobs = state.jobs.list(&filter, after, limit.saturating_add(1)).await?;
    let more = jobs.len() > limit as usize;
    jobs.truncate(limit as usize);
    let next_cursor = jobs.last().filter(|_| more).map(cursor::after);
    let jobs = jobs.into_iter().map(JobView::from).collect();
    Ok(HttpResponse::Ok().json(JobList { jobs, next_cursor }))
}

fn bad_query(detail: impl Into<std::borrow::Cow<'static, str>>) -> Problem {
    Problem::bad_request("invalid_query", detail)
}

/// Reads a comma list of states; absent means the default of the store.
fn states(given: Option<&str>) -> Result<Vec<JobState>, Problem> {
    let Some(list) = given else { return Ok(Vec::new()) };
    let read = |name: &str| JobState::parse(name.trim());
    list.split(',')
        .map(|name| read(name).ok_or_else(|| bad_query("state is active, paused, done or cancelled, or several")))
        .collect()
}

/// `GET /jobs/{id}`.
pub(super) async fn show(id: Path<String>, state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    let id = job_id(&id)?;
    let job = state.jobs.get(id).await?.ok_or_else(unknown_job)?;
    let posts = state.outbox.posts_of(id).await?;
    let posts = posts.into_iter().filter_map(PostView::from_entry).collect();
    Ok(HttpResponse::Ok().json(JobView::from(job).with_posts(posts)))
}

/// `DELETE /jobs/{id}`.
pub(super) async fn cancel(id: Path<String>, state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    let id = job_id(&id)?;
    let refused = |code, job: &Job, why: &str| Err(Problem::conflict(code, format!("job {} {why}", job.id)));
    match ask(&state.cancel, Cancel { id, cause: None, undoes: false }).await? {
        Cancelled::Done(job) => Ok(HttpResponse::Ok().json(JobView::from(job))),
        Cancelled::Unknown => Err(unknown_job()),
        Cancelled::Already(job) => refused("already_cancelled", &job, "was cancelled before"),
        Cancelled::Over(job) => refused("already_done", &job, "is done: its posts went out or ended"),
        Cancelled::Sending(job) => refused("being_sent", &job, "is being sent, or nobody knows yet whether it was"),
    }
}

fn unknown_job() -> Problem {
    Problem::not_found("there is no such job")
}

/// A job id that cannot be one names a job that does not exist.
fn job_id(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| unknown_job())
}
