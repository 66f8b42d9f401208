//! Private answers: by quoting what was brought, by number, or within an open conversation.
//!
//! A mis-routed answer is worse than a lost one: without a quote, a number or an open conversation nothing is relayed.

use super::batch::{Batch, Turn};
use crate::domain::address::Wamid;
use crate::domain::command::{self, Command, Spoken, Unclear};
use crate::domain::content::Content;
use crate::domain::outbox::{Entry, Purpose};
use crate::domain::session::Talk;
use crate::domain::when::Language;
use crate::domain::wording;
use crate::messages::{AnswerQuoted, Answered, Unavailable, Whom, ask};

impl Batch<'_> {
    /// A text that quotes something: for the member if that is a forward, else perhaps a command.
    pub(super) async fn quoting(&mut self, turn: Turn, quoted: &Wamid) -> Result<(), Unavailable> {
        let answered = self.pass_on(Whom::Quoted(quoted.clone()), Some(turn.words.clone()), &turn.cause).await?;
        let about_a_member = match answered {
            Answered::Relayed { name, .. } => Some(wording::passed_on(&name, turn.language)),
            Answered::Forgotten => Some(wording::forgotten(turn.language)),
            Answered::NotAForward | Answered::NoSuchReply => None,
        };
        if let Some(content) = about_a_member {
            self.answer(&turn.answer_to, content);
            return Ok(());
        }
        let quoted = self.work.parts.outbox.by_wamid(quoted).await?;
        let turn = Turn { about: quoted.as_ref().and_then(about_job), ..turn };
        match read(&turn.words, turn.about) {
            Ok(said) => self.command(said, turn).await,
            Err(unclear) if unclear.verb_known => {
                self.answer(&turn.answer_to, wording::refused(&unclear, None));
                Ok(())
            }
            Err(_) => {
                // A forward that leads to no reply any more is too old.
                let known = quoted.is_some_and(|entry| entry.purpose != Purpose::Forward);
                self.answer(&turn.answer_to, wording::not_a_forward(known, turn.language));
                Ok(())
            }
        }
    }

    /// A text while a conversation is open: for the member, unless it ends the conversation or answers a question.
    pub(super) async fn talking(&mut self, turn: Turn, talk: Talk) -> Result<(), Unavailable> {
        match command::parse(&turn.words) {
            Ok(said) if matches!(said.command, Command::Done) => return self.command(said, turn).await,
            Ok(said) if matches!(&said.command, Command::Confirm { code, .. } if self.session.asks(code, self.now)) => {
                return self.command(said, turn).await;
            }
            _ => {}
        }
        let content = match self.pass_on(Whom::Number(talk.reply_id), Some(turn.words.clone()), &turn.cause).await? {
            Answered::Relayed { name, .. } => {
                let until = talk.until.max(turn.said_at + self.work.parts.timeout);
                self.session.talk = Some(Talk { until, ..talk });
                wording::passed_on(&name, turn.language)
            }
            Answered::Forgotten => {
                self.session.talk = None;
                wording::forgotten(turn.language)
            }
            Answered::NotAForward | Answered::NoSuchReply => {
                self.session.talk = None;
                wording::no_such_reply(talk.reply_id, turn.language)
            }
        };
        self.answer(&turn.answer_to, content);
        Ok(())
    }

    /// `reply 3` opens a conversation; with words it passes them on and opens none.
    pub(super) async fn reply(&mut self, id: i64, text: Option<String>, turn: &Turn) -> Result<Content, Unavailable> {
        let opens = text.is_none();
        Ok(match self.pass_on(Whom::Number(id), text, &turn.cause).await? {
            Answered::Relayed { reply_id, name, group } if opens => {
                let timeout = self.work.parts.timeout;
                let content = wording::conversation_opened(&name, &group, reply_id, timeout, turn.language);
                let (since, until) = (turn.said_at, turn.said_at + timeout);
                self.session.talk = Some(Talk { reply_id, name, since, until });
                content
            }
            Answered::Relayed { name, .. } => wording::passed_on(&name, turn.language),
            Answered::Forgotten => wording::forgotten(turn.language),
            Answered::NotAForward | Answered::NoSuchReply => wording::no_such_reply(id, turn.language),
        })
    }

    /// Closes the conversation.
    pub(super) fn done(&mut self, language: Language) -> Content {
        match self.session.talk.take() {
            Some(talk) => wording::conversation_closed(&talk, language),
            None => wording::no_conversation(language),
        }
    }

    async fn pass_on(&self, whom: Whom, text: Option<String>, wamid: &Wamid) -> Result<Answered, Unavailable> {
        ask(&self.work.links.answer, AnswerQuoted { whom, text, wamid: wamid.clone() }).await
    }
}

/// Reads words, which may quote the confirmation of a job.
pub(super) fn read(words: &str, about: Option<i64>) -> Result<Spoken, Unclear> {
    match about {
        Some(id) => command::about(id, words),
        None => command::parse(words),
    }
}

/// The job that an answer of ours is about: it begins with its number. What somebody else wrote, or what only shows a
/// post, never counts.
fn about_job(quoted: &Entry) -> Option<i64> {
    let ours = quoted.purpose == Purpose::Reply && quoted.key.ends_with(":0");
    let words = quoted.content.words().strip_prefix('#').filter(|_| ours)?;
    words.split(|ch: char| !ch.is_ascii_digit()).next()?.parse().ok()
}
