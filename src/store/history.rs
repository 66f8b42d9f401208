//! What happened to a job, who answered it, how much waits: read only.

use std::collections::HashMap;

use async_trait::async_trait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::Store;
use super::cause::failed;
use super::directory::person;
use super::entity::{job, job_log, member, outbox, reply};
use super::time::instant;
use crate::domain::content::Content;
use crate::domain::job::JobState;
use crate::domain::member::Member;
use crate::ports::{Happening, History, ReplyTo, StoreError};

#[async_trait]
impl History for Store {
    async fn pending(&self, most: u32) -> Result<u32, StoreError> {
        use job::Column;
        let states = [JobState::Active, JobState::Paused].map(JobState::as_str);
        let ids = job::Entity::find().select_only().column(Column::Id).filter(Column::State.is_in(states));
        let ids: Result<Vec<i64>, DbErr> = ids.limit(u64::from(most)).into_tuple().all(&self.db.reader).await;
        Ok(u32::try_from(ids.map_err(failed("count the jobs"))?.len()).unwrap_or(u32::MAX))
    }

    async fn timeline(&self, job_id: i64, before: Option<i64>, most: u32) -> Result<Vec<Happening>, StoreError> {
        self.lines(job_id, before, most).await.map_err(failed("read the log of a job"))
    }

    async fn replies_to(&self, job_id: i64, before: Option<i64>, most: u32) -> Result<Vec<ReplyTo>, StoreError> {
        self.answers(job_id, before, most).await.map_err(failed("read the answers to a job"))
    }
}

impl Store {
    async fn lines(&self, job_id: i64, before: Option<i64>, most: u32) -> Result<Vec<Happening>, DbErr> {
        use job_log::Column;
        let lines = job_log::Entity::find().filter(Column::JobId.eq(job_id)).order_by_desc(Column::Id);
        let lines = lines.apply_if(before, |lines, before| lines.filter(Column::Id.lt(before)));
        let mut lines = lines.limit(u64::from(most)).all(&self.db.reader).await?;
        lines.reverse();
        let groups = self.groups_of(lines.iter().filter_map(|line| line.entry_id).collect()).await?;
        let happening = |line: job_log::Model| Happening {
            id: line.id,
            at: instant(line.at),
            group: line.entry_id.map(|id| groups.get(&id).cloned().unwrap_or_default()),
            actor: line.actor,
            reason: line.reason,
            from: line.from_state,
            to: line.to_state,
        };
        Ok(lines.into_iter().map(happening).collect())
    }

    async fn groups_of(&self, entries: Vec<i64>) -> Result<HashMap<i64, String>, DbErr> {
        use outbox::Column;
        let select = outbox::Entity::find().select_only().columns([Column::Id, Column::GroupAlias]);
        let rows: Vec<(i64, Option<String>)> =
            select.filter(Column::Id.is_in(entries)).into_tuple().all(&self.db.reader).await?;
        Ok(rows.into_iter().filter_map(|(id, alias)| Some((id, alias?))).collect())
    }

    async fn answers(&self, job_id: i64, before: Option<i64>, most: u32) -> Result<Vec<ReplyTo>, DbErr> {
        let mut posts = Query::select();
        posts.column(outbox::Column::Id).from(outbox::Entity).and_where(outbox::Column::JobId.eq(job_id));
        let to_posts = Expr::col((reply::Entity, reply::Column::PostEntry)).in_subquery(posts);
        let replies = reply::Entity::find().filter(to_posts);
        let replies = replies.apply_if(before, |replies, before| replies.filter(reply::Column::Id.lt(before)));
        let replies = replies.order_by_desc(reply::Column::Id).limit(u64::from(most)).all(&self.db.reader).await?;
        let members = self.members(replies.iter().map(|reply| reply.member_id).collect()).await?;
        let words = self.words(replies.iter().filter_map(|reply| reply.forward_entry).collect()).await?;
        let answer = |reply: reply::Model| {
            let author = members.get(&reply.member_id);
            let known = author.filter(|(_, forgotten)| forgotten.is_none_or(|at| reply.sent_at > at));
            ReplyTo {
                id: reply.id,
                member: known.map(|(member, _)| member.clone()),
                sent_at: instant(reply.sent_at),
                words: reply.forward_entry.and_then(|entry| words.get(&entry).cloned()),
            }
        };
        Ok(replies.into_iter().map(answer).collect())
    }

    /// People, and since when they are to be forgotten.
    async fn members(&self, ids: Vec<i64>) -> Result<HashMap<i64, (Member, Option<i64>)>, DbErr> {
        let rows = member::Entity::find().filter(member::Column::Id.is_in(ids)).all(&self.db.reader).await?;
        rows.into_iter().map(|row| Ok((row.id, (person(row.clone())?, row.forgotten_at)))).collect()
    }

    async fn words(&self, entries: Vec<i64>) -> Result<HashMap<i64, String>, DbErr> {
        use outbox::Column;
        let select = outbox::Entity::find().select_only().columns([Column::Id, Column::Content]);
        let rows: Vec<(i64, String)> =
            select.filter(Column::Id.is_in(entries)).into_tuple().all(&self.db.reader).await?;
        let read = |(id, text): (i64, String)| {
            let content: Content = serde_json::from_str(&text).ok()?;
            (!content.is_removed()).then(|| (id, content.words().to_owned()))
        };
        Ok(rows.into_iter().filter_map(read).collect())
    }
}
