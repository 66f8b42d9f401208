//! What the owner asks to see: lists, one job, its story, its answers, how things stand.

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::batch::{Batch, Turn};
use crate::domain::command::Listing;
use crate::domain::content::Content;
use crate::domain::group::{Group, alias_key};
use crate::domain::guard::MOST_PENDING;
use crate::domain::session::More;
use crate::domain::when::{Language, instant_in};
use crate::domain::wording::{self, Answer, Page, Standing, Told};
use crate::messages::Unavailable;
use crate::ports::{JobCursor, JobFilter};

/// How many jobs a page shows: each takes a line of at most two hundred characters.
const PAGE: usize = 15;
/// How many lines of the story of a job are shown.
const STORY: u32 = 30;
/// How many answers are shown.
const ANSWERS: u32 = 25;
/// How many groups are shown.
const GROUPS: usize = 18;

impl Batch<'_> {
    /// `list`, `list team`, `list today`.
    pub(super) async fn list(&mut self, listing: Listing, turn: &Turn) -> Result<Content, Unavailable> {
        let (mut filter, mut of) = (JobFilter::default(), None);
        match listing {
            Listing::All => {}
            Listing::Today => {
                filter.due_before = self.end_of_today(turn.meant_at);
                of = Some(wording::today(turn.language).to_owned());
            }
            Listing::Group(name) => {
                let key = alias_key(&name);
                let known = self.groups().await?;
                let by_name = |group: &&Group| alias_key(&group.name) == key;
                let group = known.iter().find(|group| group.alias == key).or_else(|| known.iter().find(by_name));
                let Some(group) = group else { return Ok(wording::not_registered(&name, turn.language)) };
                filter.group = Some(group.alias.clone());
                of = Some(group.name.clone());
            }
        }
        self.page(filter, None, of.as_deref(), turn.language).await
    }

    fn end_of_today(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let zone = self.zone();
        let tomorrow = now.with_timezone(&zone).date_naive().checked_add_days(Days::new(1))?;
        instant_in(zone, tomorrow.and_time(NaiveTime::MIN), now)
    }

    /// `more`.
    pub(super) async fn more(&mut self, language: Language) -> Result<Content, Unavailable> {
        match self.session.more.clone() {
            None => Ok(wording::no_more(language)),
            Some(More::Jobs { group, before, after: (due_at, id) }) => {
                let filter = JobFilter { group, due_before: before, ..JobFilter::default() };
                self.page(filter, Some(JobCursor { due_at, id }), None, language).await
            }
            Some(More::Replies { job_id, before }) => self.replies(job_id, Some(before), language).await,
            Some(More::Story { job_id, before }) => self.why(job_id, Some(before), language).await,
            Some(More::Groups { from }) => self.show_groups(from, language).await,
        }
    }

    /// `groups`, from one on.
    pub(super) async fn show_groups(&mut self, from: usize, language: Language) -> Result<Content, Unavailable> {
        let known = self.groups().await?;
        let page: Vec<Group> = known.iter().skip(from).take(GROUPS).cloned().collect();
        let more = known.len() > from + page.len();
        self.session.more = more.then_some(More::Groups { from: from + page.len() });
        Ok(wording::groups(&page, more, language))
    }

    async fn page(
        &mut self,
        filter: JobFilter,
        after: Option<JobCursor>,
        of: Option<&str>,
        language: Language,
    ) -> Result<Content, Unavailable> {
        let limit = u32::try_from(PAGE + 1).unwrap_or(u32::MAX);
        let mut jobs = self.work.parts.jobs.list(&filter, after, limit).await?;
        let more = jobs.len() > PAGE;
        jobs.truncate(PAGE);
        self.session.more = jobs.last().filter(|_| more).map(|last| More::Jobs {
            group: filter.group.clone(),
            before: filter.due_before,
            after: (last.next_due_at, last.id),
        });
        let page = Page { jobs: &jobs, more, of, further: after.is_some() };
        Ok(wording::list(&page, self.zone(), language))
    }

    /// `show 12`.
    pub(super) async fn show(&self, id: i64, language: Language) -> Result<Content, Unavailable> {
        let Some(job) = self.work.parts.jobs.get(id).await? else { return Ok(wording::no_such_job(id, language)) };
        let posts = self.work.parts.outbox.posts_of(id).await?;
        Ok(wording::shown(&job, &posts, self.now, self.zone(), language))
    }

    /// `why 12`; `before`: what came before a line.
    pub(super) async fn why(
        &mut self,
        id: i64,
        before: Option<i64>,
        language: Language,
    ) -> Result<Content, Unavailable> {
        let Some(job) = self.work.parts.jobs.get(id).await? else { return Ok(wording::no_such_job(id, language)) };
        let mut lines = self.work.parts.history.timeline(id, before, STORY + 1).await?;
        let more = u32::try_from(lines.len()).is_ok_and(|count| count > STORY);
        lines.drain(..usize::from(more));
        let first = lines.first().filter(|_| more).map(|line| line.id);
        self.session.more = first.map(|before| More::Story { job_id: id, before });
        let told: Vec<Told<'_>> = lines
            .iter()
            .map(|line| Told {
                at: line.at,
                actor: &line.actor,
                reason: &line.reason,
                to: &line.to,
                group: line.group.as_deref(),
            })
            .collect();
        Ok(wording::story(&job, &told, more, self.zone(), language))
    }

    /// `replies 12`; `before`: older than one.
    pub(super) async fn replies(
        &mut self,
        id: i64,
        before: Option<i64>,
        language: Language,
    ) -> Result<Content, Unavailable> {
        if self.work.parts.jobs.get(id).await?.is_none() {
            return Ok(wording::no_such_job(id, language));
        }
        let mut replies = self.work.parts.history.replies_to(id, before, ANSWERS + 1).await?;
        let more = u32::try_from(replies.len()).is_ok_and(|count| count > ANSWERS);
        replies.truncate(ANSWERS as usize);
        let last = replies.last().filter(|_| more).map(|reply| reply.id);
        self.session.more = last.map(|before| More::Replies { job_id: id, before });
        let answers: Vec<Answer<'_>> = replies
            .iter()
            .map(|reply| Answer {
                id: reply.id,
                member: reply.member.as_ref(),
                sent_at: reply.sent_at,
                words: reply.words.as_deref(),
            })
            .collect();
        Ok(wording::answers(id, &answers, more, self.zone(), language))
    }

    /// `status`.
    pub(super) async fn status(&self, language: Language) -> Result<Content, Unavailable> {
        let parts = &self.work.parts;
        let pending = parts.history.pending(MOST_PENDING + 1).await?;
        let next = parts.jobs.list(&JobFilter::default(), None, 1).await?;
        let messages = parts.outbox.counts().await?;
        let standing = Standing {
            pending: pending.min(MOST_PENDING),
            more: pending > MOST_PENDING,
            next: next.first(),
            messages: &messages,
            zone: self.zone(),
        };
        Ok(wording::standing(&standing, self.now, language))
    }
}
