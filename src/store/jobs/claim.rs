//! Taking the slots that are due: in one transaction each becomes its outbox entries and the job moves on.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::row;
use crate::domain::address::GroupId;
use crate::domain::claim::{Destination, LateRule, slot_entries};
use crate::domain::content::Content;
use crate::domain::job::{Job, JobState};
use crate::domain::notice::OwnerDesk;
use crate::domain::outbox::{NewEntry, PostOf, Purpose, State};
use crate::failpoint::failpoint;
use crate::ports::Claim;
use crate::store::entity::group;
use crate::store::entity::job::{Column, Entity};
use crate::store::log::{self, Logged};
use crate::store::time::micros;
use crate::store::transaction::Work;
use crate::store::{outbox, rows};

/// Takes what is due.
pub struct TakeDue<'a> {
    /// Where the owner is reached.
    pub desk: &'a OwnerDesk,
    /// What is due by now.
    pub now: DateTime<Utc>,
    /// How late a post may be.
    pub rule: LateRule,
    /// At most this many jobs.
    pub limit: u32,
}

#[async_trait]
impl Work for TakeDue<'_> {
    type Output = Claim;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<Claim, DbErr> {
        let (due, armed) = self.due(tx).await?;
        if due.is_empty() {
            return Ok(Claim::default());
        }
        let mut entries = self.entries(&due, &registered(tx).await?);
        let notices: Vec<NewEntry> = entries.iter().filter_map(|entry| self.unregistered(entry)).collect();
        entries.extend(notices);
        let fresh = outbox::insert(tx, entries.iter().map(|entry| (entry, self.now)).collect()).await?;
        failpoint!("plan.inserted")?;
        self.move_on(tx, &due).await?;
        failpoint!("plan.next_set")?;
        let posts = entries.iter().filter(|e| e.purpose == Purpose::Post && fresh.contains_key(&e.key));
        Ok(Claim { armed, ..self.claim(&due, posts) })
    }
}

impl TakeDue<'_> {
    /// The jobs that are due, and at how many instants for which a ticket was parked.
    async fn due(&self, tx: &DatabaseTransaction) -> Result<(Vec<Job>, u32), DbErr> {
        let due = Entity::find().filter(Column::State.eq(JobState::Active.as_str()));
        let due = due.filter(Column::NextDueAt.lte(micros(self.now)));
        let due = due.order_by_asc(Column::NextDueAt).order_by_asc(Column::Id).limit(u64::from(self.limit));
        // Another replica that takes slots at this moment has its own.
        let due = due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let due = due.all(tx).await?;
        let armed = due.iter().filter(|job| job.armed_at == job.next_due_at).filter_map(|job| job.armed_at);
        let armed = armed.collect::<BTreeSet<i64>>().len();
        Ok((row::jobs(tx, due).await?, u32::try_from(armed).unwrap_or(u32::MAX)))
    }

    fn entries(&self, due: &[Job], registered: &HashMap<String, GroupId>) -> Vec<NewEntry> {
        let slot = |job: &Job| {
            let groups = job.groups.iter().map(|alias| (alias.clone(), registered.get(alias).cloned()));
            let groups: Vec<Destination> = groups.collect();
            let due_at = job.next_due_at.unwrap_or(self.now);
            slot_entries(job, due_at, &groups, self.rule, self.now)
        };
        due.iter().flat_map(slot).collect()
    }

    /// The jobs have no further slot: they are done.
    async fn move_on(&self, tx: &DatabaseTransaction, due: &[Job]) -> Result<(), DbErr> {
        let ids: Vec<i64> = due.iter().map(|job| job.id).collect();
        let mut moved = 0;
        for list in rows::lists(&ids) {
            let update = Entity::update_many()
                .col_expr(Column::State, Expr::val(JobState::Done.as_str()))
                .col_expr(Column::NextDueAt, Expr::val(Option::<i64>::None))
                .col_expr(Column::EndedAt, Expr::val(micros(self.now)))
                .col_expr(Column::Revision, Expr::col(Column::Revision).add(1))
                .filter(Column::Id.is_in(list))
                .filter(Column::State.eq(JobState::Active.as_str()));
            moved += update.exec(tx).await?.rows_affected;
        }
        if moved != ids.len() as u64 {
            return Err(DbErr::RecordNotUpdated);
        }
        let logged = due.iter().map(|job| Logged {
            job_id: Some(job.id),
            entry_id: None,
            revision: job.revision + 1,
            from: Some(job.state.as_str()),
            to: JobState::Done.as_str(),
            actor: "scheduler",
            reason: "its slot was taken".to_owned(),
            at: self.now,
        });
        log::append(tx, logged.collect()).await
    }

    fn claim<'e>(&self, due: &[Job], posts: impl Iterator<Item = &'e NewEntry>) -> Claim {
        let lateness = due.iter().filter_map(|job| job.next_due_at).map(|at| (self.now - at).num_milliseconds());
        let mut claim = Claim {
            jobs: u32::try_from(due.len()).unwrap_or(u32::MAX),
            lateness_ms: lateness.max().unwrap_or_default(),
            ..Claim::default()
        };
        for post in posts {
            match (post.state, post.held_by) {
                (State::Planned, None) => claim.planned += 1,
                (State::Planned | State::Expired, _) => claim.late += 1,
                _ => {}
            }
        }
        claim
    }

    /// Tells the owner of a post that had nowhere to go.
    fn unregistered(&self, entry: &NewEntry) -> Option<NewEntry> {
        let post = entry.post.as_ref().filter(|_| entry.state == State::Failed)?;
        let PostOf { job_id, group, .. } = post;
        let words = format!(
            "Not sent: post #{job_id} to {group}, which is no longer registered.\n\
             To register it again, write: register group {group} ID NAME"
        );
        let key = format!("notice:unregistered:{}", entry.key);
        Some(NewEntry::planned(Purpose::Notice, key, self.desk.owner.clone(), Content::text(words), self.now))
    }
}

async fn registered(tx: &DatabaseTransaction) -> Result<HashMap<String, GroupId>, DbErr> {
    let groups = group::Entity::find().all(tx).await?;
    Ok(groups.into_iter().filter_map(|group| Some((group.alias, GroupId::parse(&group.group_id)?))).collect())
}
