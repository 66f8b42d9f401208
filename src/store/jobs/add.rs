//! Adding jobs, each once per cause.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};

use super::row;
use crate::domain::job::{Job, JobState, NewJob};
use crate::failpoint::failpoint;
use crate::ports::Added;
use crate::store::entity::job::{Column, Entity};
use crate::store::entity::job_group;
use crate::store::group_commit::Bulk;
use crate::store::log::{self, Logged};
use crate::store::rows;

/// Adds jobs.
pub struct Add;

#[async_trait]
impl Bulk for Add {
    type Op = Vec<NewJob>;
    type Out = Vec<Added>;
    const OPERATION: &'static str = "add jobs";

    async fn write(&self, tx: &DatabaseTransaction, ops: &[Self::Op], _again: bool) -> Result<Vec<Self::Out>, DbErr> {
        failpoint!("proc.tx_begin")?;
        let mut causes = HashSet::new();
        let all = || ops.iter().flatten();
        let once: Vec<&NewJob> = all().filter(|job| causes.insert(job.created_from.as_str())).collect();
        let rows = once.iter().map(|job| (job.created_from.clone(), row::new(job))).collect();
        let fresh = rows::insert_fresh::<Entity>(tx, row::IDENTITY, &row::NEW, rows).await?;
        write_groups(tx, &once, &fresh).await?;
        failpoint!("proc.job_inserted")?;
        let known = known(tx, &once, &fresh).await?;
        let mut unmet: HashSet<&str> = fresh.keys().map(String::as_str).collect();
        let mut added = |job: &NewJob| {
            let cause = job.created_from.as_str();
            if let Some(id) = fresh.get(cause) {
                return Ok(Added { job: row::made(job, *id), fresh: unmet.remove(cause) });
            }
            let job = known.get(cause).cloned().ok_or(DbErr::RecordNotUpdated)?;
            Ok(Added { job, fresh: false })
        };
        ops.iter().map(|jobs| jobs.iter().map(&mut added).collect()).collect()
    }
}

async fn write_groups(tx: &DatabaseTransaction, jobs: &[&NewJob], fresh: &HashMap<String, i64>) -> Result<(), DbErr> {
    let new = || jobs.iter().filter_map(|job| Some((*job, *fresh.get(&job.created_from)?)));
    let groups = new().flat_map(|(job, id)| row::groups(job, id)).collect();
    rows::insert::<job_group::Entity>(tx, &row::GROUPS, groups).await?;
    let logged = new().map(|(job, id)| Logged {
        job_id: Some(id),
        entry_id: None,
        revision: 0,
        from: None,
        to: JobState::Active.as_str(),
        actor: "scheduler",
        reason: "added".to_owned(),
        at: job.created_at,
    });
    log::append(tx, logged.collect()).await
}

/// The jobs that were there before, by cause.
async fn known(
    tx: &DatabaseTransaction,
    jobs: &[&NewJob],
    fresh: &HashMap<String, i64>,
) -> Result<HashMap<String, Job>, DbErr> {
    let causes = jobs.iter().map(|job| job.created_from.as_str()).filter(|cause| !fresh.contains_key(*cause));
    let causes: Vec<&str> = causes.collect();
    let mut known = HashMap::with_capacity(causes.len());
    for list in rows::lists(&causes) {
        let models = Entity::find().filter(Column::CreatedFrom.is_in(list)).all(tx).await?;
        let causes: Vec<String> = models.iter().map(|model| model.created_from.clone()).collect();
        known.extend(causes.into_iter().zip(row::jobs(tx, models).await?));
    }
    Ok(known)
}
