//! `GET /groups`: the registered groups.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;

use super::HttpState;
use super::problem::Problem;

/// A group as callers see it.
#[derive(Serialize)]
struct GroupView {
    alias: String,
    name: String,
    group_id: String,
    state: &'static str,
}

/// All groups; shaped like a page of jobs.
#[derive(Serialize)]
struct GroupList {
    groups: Vec<GroupView>,
    next_cursor: Option<String>,
}

/// Lists all groups by alias. There are never so many that they would need pages.
pub(super) async fn list(state: Data<HttpState>) -> Result<HttpResponse, Problem> {
    let groups = state.directory.groups().await?.into_iter().map(|group| GroupView {
        alias: group.alias,
        name: group.name,
        group_id: group.group_id.into(),
        state: group.state.as_str(),
    });
    Ok(HttpResponse::Ok().json(GroupList { groups: groups.collect(), next_cursor: None }))
}
