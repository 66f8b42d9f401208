//! `schedule`: many commands in a row become one request to the scheduler.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::batch::{Batch, Turn};
use crate::domain::address::Wamid;
use crate::domain::command::Draft;
use crate::domain::group::{Group, alias_key};
use crate::domain::guard::{MOST_PENDING, Planned};
use crate::domain::job::{Job, JobState, NewJob};
use crate::domain::recurrence::Slot;
use crate::domain::when::{Language, Moment, Understood, understand};
use crate::domain::wording::{self, Confirmation};
use crate::messages::{Schedule, Unavailable, ask};

/// A post whose time passed no longer ago than this, while the command was on its way, is still made at once.
const TRANSIT: TimeDelta = TimeDelta::minutes(1);

/// A job that waits to be handed over, with what its confirmation needs.
pub(super) struct Drafted {
    job: NewJob,
    groups: Vec<Group>,
    understood: Understood,
    answer_to: Wamid,
    language: Language,
    place: usize,
}

/// When a post is meant to go out.
pub(super) struct Meant {
    slot: Slot,
    understood: Understood,
}

impl Meant {
    /// As a job does that is still ahead; `None` when it is over.
    pub(super) fn same_as(job: &Job, language: Language, now: DateTime<Utc>) -> Option<Self> {
        let due_at = job.next_due_at.filter(|at| *at > now)?;
        let (local_time, zone) = (job.local_time, job.zone);
        let understood = match &job.recurrence {
            Some(recurrence) => Understood::Repeats(recurrence.rule.clone()),
            None => Understood::Once(Moment { at: due_at, local: local_time, zone, notes: Vec::new(), language }),
        };
        Some(Self { slot: Slot { due_at, local_time, zone, recurrence: job.recurrence.clone() }, understood })
    }

    /// At once.
    fn now(now: DateTime<Utc>, zone: Tz, language: Language) -> Self {
        let local = now.with_timezone(&zone).naive_local();
        let understood = Understood::Once(Moment { at: now, local, zone, notes: Vec::new(), language });
        Self { slot: Slot { due_at: now, local_time: local, zone, recurrence: None }, understood }
    }

    /// As a phrase says; of a series what is still ahead.
    fn of(phrase: &str, understood: Understood, now: DateTime<Utc>) -> Option<Self> {
        let slot = Slot::of(phrase, understood.clone(), now)?;
        Some(Self { slot, understood })
    }
}

impl Batch<'_> {
    /// `schedule "…" to team at …`.
    pub(super) async fn schedule(&mut self, draft: Draft, turn: &Turn) -> Result<(), Unavailable> {
        let understood = match understand(&draft.phrase, turn.meant_at, &self.settings()) {
            Ok(understood) => understood,
            Err(refusal) if refusal.is_question() && !turn.chosen => {
                let again = |phrase: &String| wording::again(&draft, phrase, turn.language);
                let commands = refusal.suggestions.iter().map(again).collect();
                self.ask_which(&refusal.message, &refusal.suggestions, commands, turn);
                return Ok(());
            }
            Err(refusal) => {
                let content = wording::phrase_refused(&refusal, &draft, turn.language);
                self.answer(&turn.answer_to, content);
                return Ok(());
            }
        };
        let Some(meant) = Meant::of(&draft.phrase, understood, self.now) else {
            self.answer(&turn.answer_to, wording::passed(turn.meant_at, &draft, self.zone(), turn.language));
            return Ok(());
        };
        self.schedule_at(draft, meant, turn).await
    }

    /// `now "…" to team`.
    pub(super) async fn post_now(&mut self, text: String, groups: Vec<String>, turn: &Turn) -> Result<(), Unavailable> {
        let meant = Meant::now(self.now, self.zone(), turn.language);
        self.schedule_at(Draft { text, groups, phrase: String::new() }, meant, turn).await
    }

    /// Puts a job into the run, asks first, or says why not.
    pub(super) async fn schedule_at(&mut self, draft: Draft, meant: Meant, turn: &Turn) -> Result<(), Unavailable> {
        let known = self.groups().await?;
        let groups = match resolve(known, &draft.groups) {
            Ok(groups) => groups,
            Err(missing) => {
                let content = wording::unknown_group(missing, known, turn.language);
                self.answer(&turn.answer_to, content);
                return Ok(());
            }
        };
        if !self.is_made(turn).await? {
            if meant.slot.due_at + TRANSIT < self.now {
                let content = wording::passed(meant.slot.due_at, &draft, self.zone(), turn.language);
                self.answer(&turn.answer_to, content);
                return Ok(());
            }
            let aliases: Vec<String> = groups.iter().map(|group| group.alias.clone()).collect();
            let planned = Planned { id: None, text: &draft.text, groups: &aliases, due_at: meant.slot.due_at };
            if self.is_full(turn).await? || self.doubts(planned, turn).await? {
                return Ok(());
            }
        }
        self.draft(draft, groups, meant, turn);
        Ok(())
    }

    /// Refuses when there are more jobs than anybody can look through.
    async fn is_full(&mut self, turn: &Turn) -> Result<bool, Unavailable> {
        if !self.work.parts.guarded {
            return Ok(false);
        }
        let pending = match self.pending {
            Some(pending) => pending,
            None => self.work.parts.history.pending(MOST_PENDING).await?,
        };
        self.pending = Some(pending);
        let full = pending as usize + self.run.len() >= MOST_PENDING as usize;
        if full {
            self.answer(&turn.answer_to, wording::too_many(turn.language));
        }
        Ok(full)
    }

    /// True when the command made its job before, and only its confirmation may be missing.
    pub(super) async fn is_made(&self, turn: &Turn) -> Result<bool, Unavailable> {
        Ok(self.work.parts.jobs.made_by(&turn.key()).await?.is_some())
    }

    fn draft(&mut self, draft: Draft, groups: Vec<Group>, meant: Meant, turn: &Turn) {
        let job = NewJob {
            text: draft.text,
            groups: groups.iter().map(|group| group.alias.clone()).collect(),
            slot: meant.slot,
            created_from: turn.key(),
            fingerprint: None,
            created_at: self.now,
        };
        let place = self.answer_later();
        let (understood, language, answer_to) = (meant.understood, turn.language, turn.answer_to.clone());
        self.run.push(Drafted { job, groups, understood, answer_to, language, place });
    }

    /// The jobs of the run that are due around a time, as they will be; they have no numbers yet.
    pub(super) fn drafted(&self, at: DateTime<Utc>, around: TimeDelta) -> Vec<Job> {
        let near = |drafted: &&Drafted| (drafted.job.slot.due_at - at).abs() < around;
        let job = |drafted: &Drafted| Job {
            id: 0,
            state: JobState::Active,
            text: drafted.job.text.clone(),
            groups: drafted.job.groups.clone(),
            next_due_at: Some(drafted.job.slot.due_at),
            local_time: drafted.job.slot.local_time,
            zone: drafted.job.slot.zone,
            recurrence: None,
            paused_until: None,
            ended_at: None,
            revision: 0,
            created_at: drafted.job.created_at,
            fingerprint: None,
        };
        self.run.iter().filter(near).map(job).collect()
    }

    /// Hands the run over and confirms each job of it.
    pub(super) async fn flush(&mut self) -> Result<(), Unavailable> {
        if self.run.is_empty() {
            return Ok(());
        }
        let run = std::mem::take(&mut self.run);
        let jobs = run.iter().map(|drafted| drafted.job.clone()).collect();
        let added = ask(&self.work.links.schedule, Schedule { jobs }).await?;
        self.pending = None;
        for (drafted, added) in run.into_iter().zip(added) {
            let Drafted { groups, understood, answer_to, language, place, .. } = drafted;
            let said =
                Confirmation { id: added.job.id, text: &added.job.text, groups: &groups, understood: &understood };
            let content = wording::scheduled(&said, self.now, &self.settings(), language);
            self.answer_at(place, &answer_to, content);
        }
        Ok(())
    }
}

/// The groups with these aliases or names, each once; the first that is not known is the error.
pub(super) fn resolve<'n>(known: &[Group], names: &'n [String]) -> Result<Vec<Group>, &'n str> {
    let mut found: Vec<Group> = Vec::with_capacity(names.len());
    for name in names {
        let group = one(known, name).ok_or(name.as_str())?;
        if found.iter().all(|other| other.alias != group.alias) {
            found.push(group.clone());
        }
    }
    Ok(found)
}

/// The group with this alias or name.
fn one<'k>(known: &'k [Group], name: &str) -> Option<&'k Group> {
    let key = alias_key(name);
    let by_name = || known.iter().find(|group| alias_key(&group.name) == key);
    known.iter().find(|group| group.alias == key).or_else(by_name)
}
