//! Taking the slots that are due: in one transaction each becomes its outbox entries and the job moves on.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::row;
use crate::domain::address::GroupId;
use crate::domain::claim::{Destination, LateRule, Taken, take};
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
        let taken = self.take(&due, &registered(tx).await?);
        let mut entries: Vec<NewEntry> = taken.iter().flat_map(|(_, taken)| &taken.entries).cloned().collect();
        let notices: Vec<NewEntry> = entries.iter().filter_map(|entry| self.unregistered(entry)).collect();
        entries.extend(notices);
        entries.extend(taken.iter().filter_map(|(job, taken)| self.missed(job, taken.missed)));
        let fresh = outbox::insert(tx, entries.iter().map(|entry| (entry, self.now)).collect()).await?;
        failpoint!("plan.inserted")?;
        self.finish(tx, &taken).await?;
        self.move_on(tx, &taken).await?;
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

    fn take<'j>(&self, due: &'j [Job], registered: &HashMap<String, GroupId>) -> Vec<(&'j Job, Taken)> {
        let taken = |job: &'j Job| {
            let groups = job.groups.iter().map(|alias| (alias.clone(), registered.get(alias).cloned()));
            let groups: Vec<Destination> = groups.collect();
            (job, take(job, &groups, self.rule, self.now))
        };
        due.iter().map(taken).collect()
    }

    /// The jobs that have no further slot are done.
    async fn finish(&self, tx: &DatabaseTransaction, taken: &[(&Job, Taken)]) -> Result<(), DbErr> {
        let over: Vec<&Job> = taken.iter().filter(|(_, taken)| taken.next.is_none()).map(|(job, _)| *job).collect();
        let ids: Vec<i64> = over.iter().map(|job| job.id).collect();
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
        let logged = over.iter().map(|job| self.logged(job, JobState::Done, "its slot was taken".to_owned()));
        log::append(tx, logged.collect()).await
    }

    /// The series go on with their next slot.
    async fn move_on(&self, tx: &DatabaseTransaction, taken: &[(&Job, Taken)]) -> Result<(), DbErr> {
        let mut logged = Vec::new();
        for (job, taken) in taken {
            let Some(next) = &taken.next else { continue };
            row::set_slot(tx, job, next).await?;
            let missed = if taken.missed > 0 { format!(", {} missed before it", taken.missed) } else { String::new() };
            logged.push(self.logged(job, JobState::Active, format!("its slot was taken{missed}")));
        }
        log::append(tx, logged).await
    }

    fn logged(&self, job: &Job, to: JobState, reason: String) -> Logged {
        Logged {
            job_id: Some(job.id),
            entry_id: None,
            revision: job.revision + 1,
            from: Some(job.state.as_str()),
            to: to.as_str(),
            actor: "scheduler",
            reason,
            at: self.now,
        }
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

    /// Tells the owner, once, of occurrences that fell due while nobody was there to take them.
    fn missed(&self, job: &Job, missed: u64) -> Option<NewEntry> {
        let due_at = job.next_due_at.filter(|_| missed > 0)?;
        let posts = if missed == 1 { "1 post".to_owned() } else { format!("{missed} posts") };
        let words = format!(
            "Missed while I was away: {posts} of #{} to {}. They are not sent any more; the series goes on.\n\
             To post it once now, write: now {}",
            job.id,
            job.groups.join(", "),
            job.id
        );
        let key = format!("notice:missed:{}:{}", job.id, micros(due_at));
        Some(NewEntry::planned(Purpose::Notice, key, self.desk.owner.clone(), Content::text(words), self.now))
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
