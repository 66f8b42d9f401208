//! Registers and removes groups.

use super::batch::{Batch, Turn};
use crate::domain::address::GroupId;
use crate::domain::content::Content;
use crate::domain::group::{Group, GroupState};
use crate::domain::job::Job;
use crate::domain::when::Language;
use crate::domain::wording::{self, Checked};
use crate::messages::{Cancel, Unavailable, ask};
use crate::ports::{Cancelled, GroupCheck, JobCursor, JobFilter};

/// How many jobs are read at once.
const PAGE: u32 = 500;

impl Batch<'_> {
    pub(super) async fn register(
        &mut self,
        alias: String,
        group_id: GroupId,
        name: Option<String>,
        language: Language,
    ) -> Result<Content, Unavailable> {
        let checked = match self.work.parts.messenger.group(&group_id).await {
            GroupCheck::Known { suspended: false, .. } => Checked::Verified,
            GroupCheck::Known { suspended: true, .. } => Checked::Suspended,
            GroupCheck::NotFound => Checked::NotFound,
            GroupCheck::CouldNotCheck => Checked::NotChecked,
        };
        let state = match checked {
            Checked::Verified => GroupState::Verified,
            Checked::Suspended => GroupState::Suspended,
            Checked::NotFound | Checked::NotChecked => GroupState::Unverified,
        };
        let same = |group: &&Group| group.alias == alias && group.group_id == group_id;
        let known = self.groups().await?.iter().find(same).cloned();
        let quiet = known.as_ref().and_then(|group| group.quiet);
        let invite_link = known.and_then(|group| group.invite_link);
        let name = name.unwrap_or_else(|| alias.clone());
        let group = Group { alias, name, group_id, state, invite_link, quiet };
        self.work.parts.directory.register(group.clone()).await?;
        self.forget_groups();
        Ok(wording::registered(&group, checked, language))
    }

    pub(super) async fn unregister(&mut self, alias: &str, force: bool, turn: &Turn) -> Result<Content, Unavailable> {
        if self.work.parts.directory.group(alias).await?.is_none() {
            return Ok(wording::not_registered(alias, turn.language));
        }
        let jobs = self.jobs_to(alias).await?;
        if !jobs.is_empty() && !force {
            return Ok(wording::still_used(alias, &jobs, self.zone(), turn.language));
        }
        let cause = turn.key();
        let (mut cancelled, mut going) = (Vec::new(), Vec::new());
        for Job { id, .. } in jobs {
            match ask(&self.work.links.cancel, Cancel { id, cause: Some(cause.clone()), undoes: false }).await? {
                Cancelled::Sending(_) => going.push(id),
                Cancelled::Done(_) | Cancelled::Already(_) => cancelled.push(id),
                Cancelled::Over(_) | Cancelled::Unknown => {}
            }
        }
        self.work.parts.directory.unregister(alias).await?;
        self.forget_groups();
        Ok(wording::unregistered(alias, &cancelled, &going, turn.language))
    }

    async fn jobs_to(&self, alias: &str) -> Result<Vec<Job>, Unavailable> {
        let filter = JobFilter { group: Some(alias.to_owned()), ..JobFilter::default() };
        let mut jobs: Vec<Job> = Vec::new();
        loop {
            let after = jobs.last().map(|job| JobCursor { due_at: job.next_due_at, id: job.id });
            let page = self.work.parts.jobs.list(&filter, after, PAGE).await?;
            let last = u32::try_from(page.len()).is_ok_and(|count| count < PAGE);
            jobs.extend(page);
            if last {
                return Ok(jobs);
            }
        }
    }
}
