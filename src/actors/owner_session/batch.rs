//! One batch of private messages, from recognising the writer to the answers.
//!
//! Order: answers become durable first and the dialogue is kept last, so whatever fails in between happens again from
//! the same dialogue and with the same keys.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::Work;
use super::identity::{self, Known};
use super::schedule::Drafted;
use crate::domain::address::{Address, Wamid};
use crate::domain::command;
use crate::domain::content::Content;
use crate::domain::group::Group;
use crate::domain::inbound::{Message, Said};
use crate::domain::outbox::{NewEntry, Purpose};
use crate::domain::session::Session;
use crate::domain::when::{Language, Settings};
use crate::domain::wording;
use crate::failpoint::failpoint;
use crate::messages::{Deliver, Heard, OwnerSaid, Unavailable, ask};
use crate::ports::Saved;

/// How often a batch is heard anew because another process changed the dialogue meanwhile.
const TRIES: u32 = 5;

/// Hears one batch; answers in the order given.
pub(super) async fn hear(work: &Work, said: OwnerSaid) -> Result<Vec<Heard>, Unavailable> {
    for _ in 0..TRIES {
        if let Some(heard) = hear_once(work, &said).await? {
            return Ok(heard);
        }
    }
    Err(Unavailable::Timeout)
}

/// Hears one batch; `None` when the dialogue that it was heard in is outdated, and everything is to be done again.
async fn hear_once(work: &Work, said: &OwnerSaid) -> Result<Option<Vec<Heard>>, Unavailable> {
    let now = work.parts.clock.now();
    let mut session = work.parts.sessions.load().await?;
    let received = said.received_at.iter().copied().chain(std::iter::repeat(now));
    let (known, changed) = identity::recognise_all(work, &mut session, said.messages.iter().zip(received));
    // While a conversation is open words go to a member: whoever ends it at this moment in another process must not be
    // overtaken.
    if (changed || session.talk.is_some()) && work.parts.sessions.save(&mut session).await? == Saved::Outdated {
        return Ok(None);
    }
    identity::note(work, &known).await?;
    failpoint!("proc.parsed")?;
    let kept = session.clone();
    session.prune(now);
    let mut batch = Batch {
        work,
        now,
        session,
        groups: None,
        run: Vec::new(),
        pending: None,
        further: Vec::new(),
        answers: Vec::new(),
    };
    let heard = batch.obey_all(&known).await;
    // What was carried out is answered even when a later message failed.
    batch.deliver().await?;
    let heard = heard?;
    if batch.session != kept && work.parts.sessions.save(&mut batch.session).await? == Saved::Outdated {
        return Ok(None);
    }
    failpoint!("own.session_saved")?;
    Ok(Some(heard))
}

/// What is known while a batch is being carried out.
pub(super) struct Batch<'a> {
    pub(super) work: &'a Work,
    pub(super) now: DateTime<Utc>,
    pub(super) session: Session,
    /// The groups, once they were needed; forgotten when one of them changes.
    groups: Option<Vec<Group>>,
    /// Jobs that go to the scheduler together.
    pub(super) run: Vec<Drafted>,
    /// How many jobs are pending, once it was asked.
    pub(super) pending: Option<u32>,
    /// Further messages, behind all answers.
    further: Vec<NewEntry>,
    /// The answers in order; a job that is still in the run has a place but no answer yet.
    answers: Vec<Option<NewEntry>>,
}

/// What one message asks for, and where its answer goes.
#[derive(Clone)]
pub(super) struct Turn {
    /// The message that is answered.
    pub answer_to: Wamid,
    /// When that message was written.
    pub said_at: DateTime<Utc>,
    /// The message that holds the command: an earlier one when a late command is confirmed.
    pub cause: Wamid,
    /// When the command was written: phrases count from then.
    pub meant_at: DateTime<Utc>,
    /// The words of the command.
    pub words: String,
    /// The language of the command, and of its answer.
    pub language: Language,
    /// The job whose confirmation was quoted.
    pub about: Option<i64>,
    /// True when it may be carried out although it is old.
    pub confirmed: bool,
    /// True when it may be carried out although it looks like a mistake.
    pub sure: bool,
    /// True when it is one of several that were offered: it is not asked about again.
    pub chosen: bool,
}

impl Turn {
    fn of(message: &Message, said_at: DateTime<Utc>, words: &str, language: Language) -> Self {
        let wamid = message.wamid.clone();
        Self {
            answer_to: wamid.clone(),
            said_at,
            cause: wamid,
            meant_at: said_at,
            words: words.to_owned(),
            language,
            about: None,
            confirmed: false,
            sure: false,
            chosen: false,
        }
    }

    /// What makes the command the same command again.
    pub(super) fn key(&self) -> String {
        format!("wa:{}", self.cause.as_str())
    }
}

impl Batch<'_> {
    async fn obey_all(&mut self, known: &[Known<'_>]) -> Result<Vec<Heard>, Unavailable> {
        let mut heard = Vec::with_capacity(known.len());
        for Known { message, said_at, ignored } in known {
            heard.push(match ignored {
                Some(ignored) => *ignored,
                None => self.obey(message, *said_at).await?,
            });
        }
        self.flush().await?;
        Ok(heard)
    }

    async fn obey(&mut self, message: &Message, said_at: DateTime<Utc>) -> Result<Heard, Unavailable> {
        match &message.said {
            Said::Text(text) if message.forwarded => {
                self.answer(&message.wamid, wording::forwarded_words(Language::of(text)));
            }
            Said::Text(text) => {
                let turn = Turn::of(message, said_at, text, Language::of(text));
                self.text(turn, message.quoted.as_ref()).await?;
            }
            Said::Tapped { id, title } => match command::tapped(id) {
                // The question that the button belongs to is what confirms it.
                Some(command) => {
                    let turn = Turn::of(message, said_at, title, self.session.language);
                    self.carry_out(command, Turn { confirmed: true, ..turn }).await?;
                }
                // The quick reply of a template: its only use is that the owner's window opens.
                None => return Ok(Heard::Ignored("a button without a command")),
            },
            Said::Edited { .. } => self.answer(&message.wamid, wording::edited(self.session.language)),
            Said::Reaction { .. } => return Ok(Heard::Ignored("a reaction")),
            Said::Revoked { .. } => return Ok(Heard::Ignored("a deletion")),
            Said::System { .. } => return Ok(Heard::Ignored("a system message")),
            Said::Media { .. } | Said::Location(_) | Said::Contacts(_) | Said::Other(_) => {
                let content = wording::only_text(self.session.talk_at(said_at), self.session.language);
                self.answer(&message.wamid, content);
            }
        }
        Ok(Heard::Obeyed)
    }

    /// A text: for a member when it quotes one or while a conversation is open, else a command.
    async fn text(&mut self, turn: Turn, quoted: Option<&Wamid>) -> Result<(), Unavailable> {
        let slashed = command::is_slashed(&turn.words);
        if let Some(quoted) = quoted.filter(|_| !slashed) {
            return self.quoting(turn, quoted).await;
        }
        if !slashed && let Some(talk) = self.session.talk_at(turn.said_at).cloned() {
            return self.talking(turn, talk).await;
        }
        let closed = self.session.take_expired_talk(turn.said_at);
        if !slashed && self.guides(&turn).await? {
            return Ok(());
        }
        match command::parse(&turn.words) {
            Ok(said) => self.command(said, turn).await,
            Err(unclear) => {
                self.session.language = unclear.language;
                let closed = closed.filter(|_| !unclear.verb_known);
                self.answer(&turn.answer_to, wording::refused(&unclear, closed.as_ref()));
                Ok(())
            }
        }
    }

    /// Carries out a typed command, or asks first when it is old.
    pub(super) async fn command(&mut self, said: command::Spoken, turn: Turn) -> Result<(), Unavailable> {
        let command::Spoken { command, language } = said;
        self.session.language = language;
        let turn = Turn { language, ..turn };
        if self.must_ask(&command, &turn).await? {
            self.ask_first(&turn);
            return Ok(());
        }
        self.carry_out(command, turn).await
    }

    /// The groups that are registered, read once.
    pub(super) async fn groups(&mut self) -> Result<&[Group], Unavailable> {
        if self.groups.is_none() {
            self.groups = Some(self.work.parts.directory.groups().await?);
        }
        Ok(self.groups.as_deref().unwrap_or_default())
    }

    /// Forgets the groups, because one of them changed.
    pub(super) fn forget_groups(&mut self) {
        self.groups = None;
    }

    /// Answers a message of the owner.
    pub(super) fn answer(&mut self, to: &Wamid, content: Content) {
        let entry = self.entry(to, content);
        self.answers.push(Some(entry));
    }

    /// Keeps the place of an answer that is given later.
    pub(super) fn answer_later(&mut self) -> usize {
        self.answers.push(None);
        self.answers.len() - 1
    }

    /// Gives an answer its place.
    pub(super) fn answer_at(&mut self, place: usize, to: &Wamid, content: Content) {
        let entry = self.entry(to, content);
        if let Some(answer) = self.answers.get_mut(place) {
            *answer = Some(entry);
        }
    }

    /// A further message beside the answer; `number` tells them apart.
    pub(super) fn answer_further(&mut self, to: &Wamid, number: u32, content: Content) {
        let entry = self.numbered(to, number, content);
        self.further.push(entry);
    }

    /// How the owner's phrases are read at present.
    pub(super) fn settings(&self) -> Settings {
        Settings { zone: self.zone(), ..self.work.parts.settings }
    }

    /// The zone that the owner reads and writes times in.
    pub(super) fn zone(&self) -> Tz {
        self.session.zone.unwrap_or(self.work.parts.settings.zone)
    }

    fn entry(&self, to: &Wamid, content: Content) -> NewEntry {
        self.numbered(to, 0, content)
    }

    fn numbered(&self, to: &Wamid, number: u32, content: Content) -> NewEntry {
        let key = format!("reply:{}:{number}", to.as_str());
        let owner = Address::Phone(self.work.parts.owner.clone());
        NewEntry::planned(Purpose::Reply, key, owner, content, self.now).quoting(to.clone())
    }

    async fn deliver(&mut self) -> Result<(), Unavailable> {
        let mut entries: Vec<NewEntry> = std::mem::take(&mut self.answers).into_iter().flatten().collect();
        entries.append(&mut self.further);
        if entries.is_empty() {
            return Ok(());
        }
        ask(&self.work.links.deliver, Deliver { entries }).await.map(drop)
    }
}
