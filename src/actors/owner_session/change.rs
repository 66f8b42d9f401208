//! Changes of jobs: another text or time, pauses, occurrences left out, and everything taken back.

use chrono::{DateTime, NaiveDate, Utc};

use super::batch::{Batch, Turn};
use super::schedule::Meant;
use crate::domain::amend::{Amendment, Obstacle};
use crate::domain::command::{self, Draft, Which};
use crate::domain::content::Content;
use crate::domain::guard::Planned;
use crate::domain::job::{Job, JobState};
use crate::domain::recurrence::Slot;
use crate::domain::when::{Refusal, Understood, understand};
use crate::domain::wording::{self, Change};
use crate::messages::{Amend, Unavailable, Undo, ask};
use crate::ports::{Amended, JobCursor, JobFilter, Undone};

/// How many jobs are changed in one transaction.
const TOGETHER: usize = 100;

impl Batch<'_> {
    /// Changes one job.
    pub(super) async fn amend(&self, id: i64, amendment: Amendment, turn: &Turn) -> Result<Content, Unavailable> {
        let amend = Amend { ids: vec![id], amendment, cause: turn.key() };
        let amended = ask(&self.work.links.amend, amend).await?;
        Ok(self.told(amended.first().unwrap_or(&Amended::Unknown(id)), false, turn))
    }

    fn told(&self, amended: &Amended, undone: bool, turn: &Turn) -> Content {
        let (zone, language) = (self.zone(), turn.language);
        match amended {
            Amended::Done { before, after, going } => {
                let change = Change { before, after, going: *going, undone };
                wording::changed(change, zone, self.now, language)
            }
            Amended::Refused { job, why, going } => wording::not_changed(job, *why, *going, zone, language),
            Amended::Unknown(id) => wording::no_such_job(*id, language),
        }
    }

    /// `move 12 to tomorrow 10:00`.
    pub(super) async fn move_to(&mut self, id: i64, phrase: &str, turn: &Turn) -> Result<Option<Content>, Unavailable> {
        let language = turn.language;
        let Some(job) = self.work.parts.jobs.get(id).await? else {
            return Ok(Some(wording::no_such_job(id, language)));
        };
        let before = command::move_words(id, language);
        let understood = match understand(phrase, turn.meant_at, &self.settings()) {
            Ok(understood) => understood,
            Err(refusal) => return self.refuse_time(&refusal, &before, turn),
        };
        let Some(slot) = Slot::of(phrase, understood, self.now) else {
            return Ok(Some(wording::not_changed(&job, Obstacle::Over, 0, self.zone(), language)));
        };
        if slot.due_at <= self.now {
            return Ok(Some(wording::not_changed(&job, Obstacle::Passed, 0, self.zone(), language)));
        }
        let planned = Planned { id: Some(id), text: &job.text, groups: &job.groups, due_at: slot.due_at };
        if self.doubts(planned, turn).await? {
            return Ok(None);
        }
        self.amend(id, Amendment::Move(Box::new(slot)), turn).await.map(Some)
    }

    /// `now 12`: a job that waits goes at once; what repeats, or is over, is posted once more and stays as it is.
    pub(super) async fn send_now(&mut self, id: i64, turn: &Turn) -> Result<Option<Content>, Unavailable> {
        let Some(job) = self.work.parts.jobs.get(id).await? else {
            return Ok(Some(wording::no_such_job(id, turn.language)));
        };
        let waits = job.is_pending() && job.recurrence.is_none();
        // Asked again for the same reason it is the job that was made by it, or the change that was.
        if waits || (job.recurrence.is_none() && self.was_sent_for(&job, turn).await?) {
            return self.amend(id, Amendment::Now, turn).await.map(Some);
        }
        self.post_now(job.text, job.groups, turn).await.map(|()| None)
    }

    async fn was_sent_for(&self, job: &Job, turn: &Turn) -> Result<bool, Unavailable> {
        let asked = Amend { ids: vec![job.id], amendment: Amendment::Now, cause: turn.key() };
        let amended = ask(&self.work.links.amend, asked).await?;
        Ok(matches!(amended.first(), Some(Amended::Done { .. })))
    }

    /// `copy 12 to parents at …`; without a time, at the same time.
    pub(super) async fn copy(
        &mut self,
        id: i64,
        groups: Vec<String>,
        phrase: Option<String>,
        turn: &Turn,
    ) -> Result<Option<Content>, Unavailable> {
        let Some(job) = self.work.parts.jobs.get(id).await? else {
            return Ok(Some(wording::no_such_job(id, turn.language)));
        };
        if job.is_removed() {
            return Ok(Some(wording::not_changed(&job, Obstacle::TooOld, 0, self.zone(), turn.language)));
        }
        if let Some(phrase) = phrase {
            return self.schedule(Draft { text: job.text, groups, phrase }, turn).await.map(|()| None);
        }
        match Meant::same_as(&job, turn.language, self.now) {
            Some(meant) => {
                let draft = Draft { text: job.text, groups, phrase: String::new() };
                self.schedule_at(draft, meant, turn).await.map(|()| None)
            }
            None => Ok(Some(wording::not_changed(&job, Obstacle::Passed, 0, self.zone(), turn.language))),
        }
    }

    /// `12 except 25 Dec and 1 Jan`.
    pub(super) async fn except(&self, id: i64, phrase: &str, turn: &Turn) -> Result<Content, Unavailable> {
        let mut days = Vec::new();
        for part in command::split_days(phrase) {
            match self.day(part, turn.meant_at) {
                Ok(day) => days.push(day),
                Err(refusal) => {
                    let before = command::except_words(id, turn.language);
                    return Ok(wording::time_refused(&refusal, &before, turn.language));
                }
            }
        }
        self.amend(id, Amendment::Except(days), turn).await
    }

    /// The day that a phrase names; today counts although its default time has passed.
    fn day(&self, phrase: &str, now: DateTime<Utc>) -> Result<NaiveDate, Refusal> {
        let settings = self.settings();
        let late = format!("{phrase} 23:59:59");
        let understood =
            understand(phrase, now, &settings).or_else(|why| understand(&late, now, &settings).map_err(|_| why));
        let today = now.with_timezone(&settings.zone).date_naive();
        Ok(match understood? {
            Understood::Once(moment) => moment.at.with_timezone(&settings.zone).date_naive(),
            Understood::Repeats(rule) => {
                rule.after(now).next().map_or(today, |at| at.with_timezone(&settings.zone).date_naive())
            }
        })
    }

    /// `pause 12`, `pause all until sunday`.
    pub(super) async fn pause(&self, which: Which, until: Option<&str>, turn: &Turn) -> Result<Content, Unavailable> {
        let until = match until.map(|phrase| understand(phrase, turn.meant_at, &self.settings())) {
            None => None,
            Some(Ok(Understood::Once(moment))) => Some(moment.at),
            Some(Ok(Understood::Repeats(rule))) => rule.after(turn.meant_at).next(),
            Some(Err(refusal)) => {
                let before = command::pause_words(which, turn.language);
                return Ok(wording::time_refused(&refusal, &before, turn.language));
            }
        };
        match which {
            Which::Job(id) => self.amend(id, Amendment::Pause { until }, turn).await,
            Which::All => self.amend_all(JobState::Active, &Amendment::Pause { until }, turn).await,
        }
    }

    /// `resume 12`, `resume all`.
    pub(super) async fn resume(&self, which: Which, turn: &Turn) -> Result<Content, Unavailable> {
        match which {
            Which::Job(id) => self.amend(id, Amendment::Resume, turn).await,
            Which::All => self.amend_all(JobState::Paused, &Amendment::Resume, turn).await,
        }
    }

    async fn amend_all(&self, state: JobState, amendment: &Amendment, turn: &Turn) -> Result<Content, Unavailable> {
        let ids = self.ids_of(&[state], |_| true).await?;
        let (done, refused) = self.amend_many(&ids, amendment, turn).await?;
        Ok(wording::changed_many(&done, refused, state == JobState::Paused, turn.language))
    }

    /// Changes many jobs; which were changed, and how many could not be.
    pub(super) async fn amend_many(
        &self,
        ids: &[i64],
        amendment: &Amendment,
        turn: &Turn,
    ) -> Result<(Vec<i64>, usize), Unavailable> {
        let (mut done, mut refused) = (Vec::new(), 0);
        for some in ids.chunks(TOGETHER) {
            let amend = Amend { ids: some.to_vec(), amendment: amendment.clone(), cause: turn.key() };
            for amended in ask(&self.work.links.amend, amend).await? {
                match amended {
                    Amended::Done { after, .. } => done.push(after.id),
                    Amended::Refused { .. } => refused += 1,
                    Amended::Unknown(_) => {}
                }
            }
        }
        Ok((done, refused))
    }

    /// The numbers of all jobs in these states that fit.
    pub(super) async fn ids_of(
        &self,
        states: &[JobState],
        fits: impl Fn(&Job) -> bool,
    ) -> Result<Vec<i64>, Unavailable> {
        const PAGE: u32 = 500;
        let filter = JobFilter { states: states.to_vec(), ..JobFilter::default() };
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let page = self.work.parts.jobs.list(&filter, after, PAGE).await?;
            ids.extend(page.iter().filter(|job| fits(job)).map(|job| job.id));
            after = page.last().map(|job| JobCursor { due_at: job.next_due_at, id: job.id });
            if page.len() < PAGE as usize {
                return Ok(ids);
            }
        }
    }

    /// `undo`: the latest thing that was done goes back.
    pub(super) async fn undo(&self, id: Option<i64>, turn: &Turn) -> Result<Content, Unavailable> {
        let changes = match ask(&self.work.links.undo, Undo { id, cause: turn.key() }).await? {
            Undone::Nothing => return Ok(wording::nothing_to_undo(turn.language)),
            Undone::Made(id) => return self.cancel(id, true, turn).await,
            Undone::Changes(changes) => changes,
        };
        match changes.as_slice() {
            [one] => Ok(self.told(one, true, turn)),
            many => {
                let done: Vec<i64> = many.iter().filter_map(changed).collect();
                Ok(wording::taken_back(&done, many.len() - done.len(), turn.language))
            }
        }
    }

    /// Says why a time was not understood; asks, when it has just two readings.
    pub(super) fn refuse_time(
        &mut self,
        refusal: &Refusal,
        before: &str,
        turn: &Turn,
    ) -> Result<Option<Content>, Unavailable> {
        if refusal.is_question() && !turn.chosen {
            let commands = refusal.suggestions.iter().map(|phrase| format!("{before}{phrase}")).collect();
            self.ask_which(&refusal.message, &refusal.suggestions, commands, turn);
            return Ok(None);
        }
        Ok(Some(wording::time_refused(refusal, before, turn.language)))
    }
}

fn changed(amended: &Amended) -> Option<i64> {
    match amended {
        Amended::Done { after, .. } => Some(after.id),
        Amended::Refused { .. } | Amended::Unknown(_) => None,
    }
}
