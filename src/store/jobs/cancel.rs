//! Withdrawing a job: what has not gone out does not go out, and the answer says what could not be held back.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{change, row};
use crate::domain::amend::UNDONE;
use crate::domain::delivery::Event;
use crate::domain::job::{Job, JobState};
use crate::domain::outbox::State;
use crate::failpoint::planted;
use crate::ports::{Applied, Cancelled, Cause, Change, Target};
use crate::store::entity::{job, outbox as posts};
use crate::store::log::{self, Logged};
use crate::store::outbox::Apply;
use crate::store::time::micros;
use crate::store::transaction::Work;

const ACTOR: &str = "owner";

/// Withdraws one job.
pub struct Withdraw<'a> {
    /// How its posts are changed.
    pub apply: &'a Apply,
    /// The job.
    pub id: i64,
    /// Why the owner withdraws it.
    pub cause: Option<Cause<'a>>,
    /// When.
    pub now: DateTime<Utc>,
}

#[async_trait]
impl Work for Withdraw<'_> {
    type Output = Cancelled;

    async fn run(&self, tx: &DatabaseTransaction, again: bool) -> Result<Cancelled, DbErr> {
        let found = job::Entity::find().filter(job::Column::Id.eq(self.id)).lock_exclusive().all(tx).await?;
        let Some(job) = row::jobs(tx, found).await?.pop() else { return Ok(Cancelled::Unknown) };
        if job.state == JobState::Cancelled {
            let by_this = match self.cause {
                Some(cause) => change::of(tx, self.id, cause.key).await?.is_some(),
                None => false,
            };
            return Ok(if by_this { Cancelled::Done(job) } else { Cancelled::Already(job) });
        }
        let posts = self.posts(tx).await?;
        let withdrawn = self.withdraw_posts(tx, &posts, again).await?;
        if job.state == JobState::Done && !withdrawn {
            let open = posts.iter().any(|(_, state)| !state.is_final());
            return Ok(if open { Cancelled::Sending(job) } else { Cancelled::Over(job) });
        }
        self.withdraw_job(tx, job).await.map(Cancelled::Done)
    }
}

impl Withdraw<'_> {
    async fn posts(&self, tx: &DatabaseTransaction) -> Result<Vec<(i64, State)>, DbErr> {
        let select = posts::Entity::find().select_only().columns([posts::Column::Id, posts::Column::State]);
        let select = select.filter(posts::Column::JobId.eq(self.id)).order_by_asc(posts::Column::Id).lock_exclusive();
        let posts: Vec<(i64, String)> = select.into_tuple().all(tx).await?;
        Ok(posts.into_iter().filter_map(|(id, state)| Some((id, State::parse(&state)?))).collect())
    }

    /// True when any post was still waiting.
    async fn withdraw_posts(
        &self,
        tx: &DatabaseTransaction,
        posts: &[(i64, State)],
        again: bool,
    ) -> Result<bool, DbErr> {
        // Planted: what may be out already is called withdrawn.
        let waits = |state: State| state == State::Planned || planted!("cancel_while_sending");
        let waiting = posts.iter().filter(|(_, state)| waits(*state));
        let change = |(id, _): &(i64, State)| Change {
            target: Target::Entry(*id),
            event: Event::Cancel,
            at: self.now,
            actor: ACTOR,
        };
        let changes: Vec<Change> = waiting.map(change).collect();
        let applied = self.apply.apply(tx, &changes.iter().collect::<Vec<_>>(), again).await?;
        Ok(applied.iter().any(|applied| matches!(applied, Applied::Moved { .. })))
    }

    async fn withdraw_job(&self, tx: &DatabaseTransaction, mut job: Job) -> Result<Job, DbErr> {
        let update = job::Entity::update_many()
            .col_expr(job::Column::State, Expr::val(JobState::Cancelled.as_str()))
            .col_expr(job::Column::NextDueAt, Expr::val(Option::<i64>::None))
            .col_expr(job::Column::EndedAt, Expr::val(micros(self.now)))
            .col_expr(job::Column::Revision, Expr::col(job::Column::Revision).add(1))
            .filter(job::Column::Id.eq(job.id))
            .filter(job::Column::Revision.eq(job.revision));
        if update.exec(tx).await?.rows_affected != 1 {
            return Err(DbErr::RecordNotUpdated);
        }
        let logged = Logged {
            job_id: Some(job.id),
            entry_id: None,
            revision: job.revision + 1,
            from: Some(job.state.as_str()),
            to: JobState::Cancelled.as_str(),
            actor: ACTOR,
            reason: "withdrawn".to_owned(),
            at: self.now,
        };
        log::append(tx, vec![logged]).await?;
        if let Some(cause) = self.cause {
            let what = if cause.undoes { UNDONE } else { JobState::Cancelled.as_str() };
            change::append(tx, &job, what, cause.key, self.now).await?;
        }
        job.state = JobState::Cancelled;
        job.next_due_at = None;
        job.ended_at = Some(self.now);
        job.revision += 1;
        Ok(job)
    }
}
