//! `schedule`: many commands in a row become one request to the scheduler.

use chrono::TimeDelta;

use super::batch::{Batch, Turn};
use crate::domain::address::Wamid;
use crate::domain::command::Draft;
use crate::domain::content::Content;
use crate::domain::group::{Group, alias_key};
use crate::domain::job::NewJob;
use crate::domain::recurrence::Slot;
use crate::domain::when::{Moment, Understood, understand};
use crate::domain::wording::{self, Confirmation};
use crate::messages::{Schedule, Unavailable, ask};

/// A post whose time passed no longer ago than this, while the command was on its way, is still made at once.
const TRANSIT: TimeDelta = TimeDelta::minutes(1);

/// A job that waits to be handed over, with what its confirmation needs.
pub(super) struct Drafted {
    job: NewJob,
    groups: Vec<Group>,
    moment: Moment,
    answer_to: Wamid,
    place: usize,
}

impl Batch<'_> {
    /// Puts a job into the run, or says why not.
    pub(super) async fn schedule(&mut self, draft: Draft, turn: &Turn) -> Result<(), Unavailable> {
        let known = self.groups().await?;
        let groups = match resolve(known, &draft.groups) {
            Ok(groups) => groups,
            Err(missing) => {
                let content = wording::unknown_group(missing, known);
                self.answer(&turn.answer_to, content);
                return Ok(());
            }
        };
        match self.moment(&draft, turn) {
            Ok(moment) if moment.at + TRANSIT < self.now && !self.is_made(turn).await? => {
                let content = wording::passed(moment.at, &draft, self.work.parts.settings.zone);
                self.answer(&turn.answer_to, content);
            }
            Ok(moment) => self.draft(draft, groups, moment, turn),
            Err(content) => self.answer(&turn.answer_to, content),
        }
        Ok(())
    }

    /// True when the command made its job before, and only its confirmation may be missing.
    pub(super) async fn is_made(&self, turn: &Turn) -> Result<bool, Unavailable> {
        Ok(self.work.parts.jobs.made_by(&turn.key()).await?.is_some())
    }

    fn moment(&self, draft: &Draft, turn: &Turn) -> Result<Moment, Content> {
        let settings = &self.work.parts.settings;
        match understand(&draft.phrase, turn.meant_at, settings) {
            Ok(Understood::Once(moment)) => Ok(moment),
            Ok(Understood::Repeats(_)) => Err(wording::repeats(draft)),
            Err(refusal) => Err(wording::phrase_refused(&refusal, draft)),
        }
    }

    fn draft(&mut self, draft: Draft, groups: Vec<Group>, moment: Moment, turn: &Turn) {
        let job = NewJob {
            text: draft.text,
            groups: groups.iter().map(|group| group.alias.clone()).collect(),
            slot: Slot { due_at: moment.at, local_time: moment.local, zone: moment.zone, recurrence: None },
            created_from: turn.key(),
            fingerprint: None,
            created_at: self.now,
        };
        let place = self.answer_later();
        self.run.push(Drafted { job, groups, moment, answer_to: turn.answer_to.clone(), place });
    }

    /// Hands the run over and confirms each job of it.
    pub(super) async fn flush(&mut self) -> Result<(), Unavailable> {
        if self.run.is_empty() {
            return Ok(());
        }
        let run = std::mem::take(&mut self.run);
        let jobs = run.iter().map(|drafted| drafted.job.clone()).collect();
        let added = ask(&self.work.links.schedule, Schedule { jobs }).await?;
        for (drafted, added) in run.into_iter().zip(added) {
            let Drafted { groups, moment, answer_to, place, .. } = drafted;
            let said = Confirmation { id: added.job.id, text: &added.job.text, groups: &groups, moment: &moment };
            let content = wording::scheduled(&said, self.now, &self.work.parts.settings);
            self.answer_at(place, &answer_to, content);
        }
        Ok(())
    }
}

/// The groups with these aliases or names, each once; the first that is not known is the error.
fn resolve<'n>(known: &[Group], names: &'n [String]) -> Result<Vec<Group>, &'n str> {
    let mut found: Vec<Group> = Vec::with_capacity(names.len());
    for name in names {
        let key = alias_key(name);
        let by_name = || known.iter().find(|group| alias_key(&group.name) == key);
        let group = known.iter().find(|group| group.alias == key).or_else(by_name).ok_or(name.as_str())?;
        if found.iter().all(|other| other.alias != group.alias) {
            found.push(group.clone());
        }
    }
    Ok(found)
}
