//! Carries out one command.

use super::batch::{Batch, Turn};
use crate::domain::command::Command;
use crate::domain::content::Content;
use crate::domain::delivery::Decision;
use crate::domain::wording;
use crate::messages::{Cancel, Settle, Settled, Unavailable, ask};
use crate::ports::{Cancelled, JobFilter};

/// How many jobs are counted for a list; beyond that it says "more than".
const LIST_LIMIT: u32 = 520;

impl Batch<'_> {
    /// Carries out a command and answers it.
    pub(super) async fn carry_out(&mut self, command: Command, turn: Turn) -> Result<(), Unavailable> {
        metrics::counter!("wa_owner_commands_total", "command" => command.name()).increment(1);
        if let Command::Schedule(draft) = command {
            return self.schedule(draft, &turn).await;
        }
        // What was scheduled before must be there when the next command looks at the jobs.
        self.flush().await?;
        let content = match command {
            Command::Schedule(_) => return Ok(()),
            Command::Confirm { code, yes } => return Box::pin(self.confirm(&code, yes, turn)).await,
            Command::RegisterGroup { alias, group_id, name } => self.register(alias, group_id, name).await?,
            Command::UnregisterGroup { alias, force } => self.unregister(&alias, force, &turn).await?,
            Command::Groups => wording::groups(self.groups().await?),
            Command::List => self.list().await?,
            Command::Cancel { id } => self.cancel(id, &turn).await?,
            Command::Help(verb) => wording::help(verb),
            Command::Reply { id, text } => self.reply(id, text, &turn).await?,
            Command::Done => self.done(),
            Command::Decide(decision) => self.decide(decision).await?,
        };
        self.answer(&turn.answer_to, content);
        Ok(())
    }

    async fn list(&self) -> Result<Content, Unavailable> {
        let jobs = self.work.parts.jobs.list(&JobFilter::default(), None, LIST_LIMIT).await?;
        let more = u32::try_from(jobs.len()).is_ok_and(|count| count >= LIST_LIMIT);
        Ok(wording::list(&jobs, more, self.work.parts.settings.zone))
    }

    async fn cancel(&self, id: i64, turn: &Turn) -> Result<Content, Unavailable> {
        let zone = self.work.parts.settings.zone;
        Ok(match ask(&self.work.links.cancel, Cancel { id, cause: Some(turn.key()) }).await? {
            Cancelled::Done(job) => wording::cancelled(&job, zone),
            Cancelled::Already(job) => wording::already_cancelled(&job, zone),
            Cancelled::Over(job) => wording::over(&job, zone),
            Cancelled::Sending(job) => wording::on_its_way(&job, zone),
            Cancelled::Unknown => wording::no_such_job(id),
        })
    }

    async fn decide(&self, decision: Decision) -> Result<Content, Unavailable> {
        let settled = ask(&self.work.links.settle, Settle { decision: decision.clone() }).await?;
        Ok(match (settled, &decision) {
            (Settled::Done(count), _) => wording::decided(&decision, count),
            (Settled::Refused(why), _) => wording::not_decided(why),
            (Settled::NoSuchEntry, Decision::Unknown { entry_id, .. }) => wording::no_such_message(*entry_id),
            (Settled::NoSuchEntry, Decision::Late { .. }) => wording::decided(&decision, 0),
        })
    }
}
