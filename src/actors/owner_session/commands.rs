//! Carries out one command: which part of the dialogue it belongs to.

use super::batch::{Batch, Turn};
use crate::domain::amend::Amendment;
use crate::domain::command::Command;
use crate::domain::content::Content;
use crate::domain::delivery::Decision;
use crate::domain::wording;
use crate::messages::{Cancel, Settle, Settled, Unavailable, ask};
use crate::ports::Cancelled;

impl Batch<'_> {
    /// Carries out a command and answers it.
    pub(super) async fn carry_out(&mut self, command: Command, turn: Turn) -> Result<(), Unavailable> {
        metrics::counter!("wa_owner_commands_total", "command" => command.name()).increment(1);
        if let Command::Schedule(draft) = command {
            return self.schedule(draft, &turn).await;
        }
        // What was scheduled before must be there when the next command looks at the jobs.
        self.flush().await?;
        if let Some(content) = Box::pin(self.answered(command, &turn)).await? {
            self.answer(&turn.answer_to, content);
        }
        Ok(())
    }

    /// The answer to a command; `None` when it was answered on the way.
    async fn answered(&mut self, command: Command, turn: &Turn) -> Result<Option<Content>, Unavailable> {
        let language = turn.language;
        let content = match command {
            Command::Schedule(draft) => return self.schedule(draft, turn).await.map(|()| None),
            Command::NowPost { text, groups } => return self.post_now(text, groups, turn).await.map(|()| None),
            Command::Copy { id, groups, phrase } => return self.copy(id, groups, phrase, turn).await,
            Command::Confirm { code, yes } => return self.confirm(&code, yes, turn).await.map(|()| None),
            Command::Choose { code, choice } => return self.choose(&code, choice, turn).await.map(|()| None),
            Command::Guided(step) => return self.guided(step, turn).await.map(|()| None),
            Command::Test { id } => self.test(id, turn).await?,
            Command::RegisterGroup { alias, group_id, name } => self.register(alias, group_id, name, language).await?,
            Command::UnregisterGroup { alias, force } => self.unregister(&alias, force, turn).await?,
            Command::Quiet { group, hours } => self.quiet(&group, hours, language).await?,
            Command::Groups => self.show_groups(0, language).await?,
            Command::Guide => self.begin_guide(turn).await?,
            Command::Stop => self.stop(language),
            Command::List(listing) => self.list(listing, turn).await?,
            Command::More => self.more(language).await?,
            Command::Show { id } => self.show(id, language).await?,
            Command::Why { id } => self.why(id, None, language).await?,
            Command::Replies { id } => self.replies(id, None, language).await?,
            Command::Status => self.status(language).await?,
            Command::Cancel { id } => self.cancel(id, false, turn).await?,
            Command::Edit { id, text } => self.amend(id, Amendment::Text(text), turn).await?,
            Command::EditHow { id } => wording::how_to_change(id, language),
            Command::Move { id, phrase } => return self.move_to(id, &phrase, turn).await,
            Command::NowJob { id } => return self.send_now(id, turn).await,
            Command::Skip { id } => self.amend(id, Amendment::Skip, turn).await?,
            Command::Except { id, phrase } => self.except(id, &phrase, turn).await?,
            Command::Restore { id } => self.amend(id, Amendment::Restore, turn).await?,
            Command::Pause { which, until } => self.pause(which, until.as_deref(), turn).await?,
            Command::Resume { which } => self.resume(which, turn).await?,
            Command::Undo { id } => self.undo(id, turn).await?,
            Command::Timezone { name, jobs } => return self.timezone(name.as_deref(), jobs, turn).await,
            Command::Mute { who, phrase } => return self.mute(&who, &phrase, turn).await,
            Command::Unmute { who } => return self.unmute(&who, turn).await,
            Command::Help(verb) => wording::help(verb, language),
            Command::Reply { id, text } => self.reply(id, text, turn).await?,
            Command::Done => self.done(language),
            Command::Decide(decision) => self.decide(decision, turn).await?,
        };
        Ok(Some(content))
    }

    /// Withdraws a job.
    pub(super) async fn cancel(&self, id: i64, undoes: bool, turn: &Turn) -> Result<Content, Unavailable> {
        let (zone, language) = (self.zone(), turn.language);
        Ok(match ask(&self.work.links.cancel, Cancel { id, cause: Some(turn.key()), undoes }).await? {
            Cancelled::Done(job) => wording::cancelled(&job, zone, language),
            Cancelled::Already(job) => wording::already_cancelled(&job, zone, language),
            Cancelled::Over(job) => wording::over(&job, zone, language),
            Cancelled::Sending(job) => wording::on_its_way(&job, zone, language),
            Cancelled::Unknown => wording::no_such_job(id, language),
        })
    }

    async fn decide(&self, decision: Decision, turn: &Turn) -> Result<Content, Unavailable> {
        let language = turn.language;
        let settled = ask(&self.work.links.settle, Settle { decision: decision.clone() }).await?;
        Ok(match (settled, &decision) {
            (Settled::Done(count), _) => wording::decided(&decision, count, language),
            (Settled::Refused(why), _) => wording::not_decided(why, language),
            (Settled::NoSuchEntry, Decision::Unknown { entry_id, .. }) => wording::no_such_message(*entry_id, language),
            (Settled::NoSuchEntry, Decision::Late { .. }) => wording::decided(&decision, 0, language),
        })
    }

    /// Sends the post of a job to the owner alone, as it will look.
    async fn test(&mut self, id: i64, turn: &Turn) -> Result<Content, Unavailable> {
        let Some(job) = self.work.parts.jobs.get(id).await? else {
            return Ok(wording::no_such_job(id, turn.language));
        };
        if !job.is_removed() {
            self.answer_further(&turn.answer_to, 1, Content::text(job.text));
        }
        Ok(wording::test_of(id, turn.language))
    }
}
