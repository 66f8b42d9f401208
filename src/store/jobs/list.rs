//! Pages of jobs, soonest first, then by id; those without a further slot come last.
//!
//! A job has a next slot exactly while it is active or paused, so each state is one walk along the index.

use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};

use super::row;
use crate::domain::job::{Job, JobState};
use crate::ports::{JobCursor, JobFilter};
use crate::store::entity::job::{Column, Entity, Model};
use crate::store::entity::job_group;
use crate::store::time::micros;

/// One page.
pub async fn list(
    db: &DatabaseConnection,
    filter: &JobFilter,
    after: Option<JobCursor>,
    limit: u32,
) -> Result<Vec<Job>, DbErr> {
    let states: &[JobState] =
        if filter.states.is_empty() { &[JobState::Active, JobState::Paused] } else { &filter.states };
    let mut page: Vec<Model> = Vec::new();
    for state in JobState::ALL.iter().filter(|state| states.contains(state)) {
        let Some(select) = in_state(*state, after) else { continue };
        let select = select.apply_if(filter.group.as_deref(), |select, alias| select.filter(posts_to(alias)));
        let select = select.apply_if(filter.due_from, |select, at| select.filter(Column::NextDueAt.gte(micros(at))));
        let select = select.apply_if(filter.due_before, |select, at| select.filter(Column::NextDueAt.lt(micros(at))));
        page.extend(select.limit(u64::from(limit)).all(db).await?);
    }
    page.sort_by_key(|job| (job.next_due_at.is_none(), job.next_due_at, job.id));
    page.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    row::jobs(db, page).await
}

/// Active jobs after the cursor, soonest first; `None` when all of them come before it.
pub fn active_after(after: Option<JobCursor>) -> Option<Select<Entity>> {
    in_state(JobState::Active, after)
}

/// Jobs of one state after the cursor; `None` when all of them come before it.
fn in_state(state: JobState, after: Option<JobCursor>) -> Option<Select<Entity>> {
    let jobs = Entity::find().filter(Column::State.eq(state.as_str()));
    if matches!(state, JobState::Done | JobState::Cancelled) {
        let jobs = jobs.filter(Column::NextDueAt.is_null()).order_by_asc(Column::Id);
        return Some(match after {
            Some(JobCursor { due_at: None, id }) => jobs.filter(Column::Id.gt(id)),
            _ => jobs,
        });
    }
    let jobs = jobs.filter(Column::NextDueAt.is_not_null());
    let jobs = jobs.order_by_asc(Column::NextDueAt).order_by_asc(Column::Id);
    match after {
        None => Some(jobs),
        Some(JobCursor { due_at: None, .. }) => None,
        Some(JobCursor { due_at: Some(due_at), id }) => {
            let due_at = micros(due_at);
            let later = Column::NextDueAt.gt(due_at);
            let beside = Column::NextDueAt.eq(due_at).and(Column::Id.gt(id));
            // The first condition is for the index, which cannot use the second.
            Some(jobs.filter(Column::NextDueAt.gte(due_at)).filter(Condition::any().add(later).add(beside)))
        }
    }
}

fn posts_to(alias: &str) -> Expr {
    let mut jobs = Query::select();
    jobs.column(job_group::Column::JobId).from(job_group::Entity).and_where(job_group::Column::Alias.eq(alias));
    Expr::col((Entity, Column::Id)).in_subquery(jobs)
}
