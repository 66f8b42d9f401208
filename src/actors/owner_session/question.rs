//! Questions before something is done: about commands that reached us late, that may be a mistake, or that can mean two
//! things. What is answered is the question with its own code, once, while it holds.

use super::batch::{Batch, Turn};
use super::talk::read;
use crate::domain::address::Wamid;
use crate::domain::command::Command;
use crate::domain::guard::{Concern, Planned, SAME_TEXT, TOO_CLOSE, concern};
use crate::domain::session::{ASK_FIRST_AFTER, Pending, Question, Why};
use crate::domain::wording;
use crate::messages::Unavailable;
use crate::ports::JobFilter;

/// How many posts around a time are looked at.
const NEAR: u32 = 20;

impl Batch<'_> {
    /// True for a command that acts, is too old to be obeyed unasked, and was not obeyed before.
    pub(super) async fn must_ask(&self, command: &Command, turn: &Turn) -> Result<bool, Unavailable> {
        let late = !turn.confirmed && command.acts() && self.now - turn.meant_at > ASK_FIRST_AFTER;
        Ok(late && !(matches!(command, Command::Schedule(_)) && self.is_made(turn).await?))
    }

    /// Asks whether a late command still counts.
    pub(super) fn ask_first(&mut self, turn: &Turn) {
        let pending = self.pend(turn, Why::Late, Vec::new());
        self.answer(&turn.answer_to, wording::really(&pending, self.now, turn.language));
    }

    /// Asks about a post that may be a mistake; false when there is nothing to ask.
    pub(super) async fn doubts(&mut self, planned: Planned<'_>, turn: &Turn) -> Result<bool, Unavailable> {
        if turn.sure || !self.work.parts.guarded {
            return Ok(false);
        }
        let Some(concern) = self.concern(planned).await? else { return Ok(false) };
        let pending = self.pend(turn, Why::Doubtful, Vec::new());
        let content = wording::doubtful(&pending, &concern, self.zone(), turn.language);
        self.answer(&turn.answer_to, content);
        Ok(true)
    }

    async fn concern(&mut self, planned: Planned<'_>) -> Result<Option<Concern>, Unavailable> {
        let around = SAME_TEXT.max(TOO_CLOSE);
        let mut near = self.drafted(planned.due_at, around);
        for group in planned.groups {
            let filter = JobFilter {
                group: Some(group.clone()),
                due_from: Some(planned.due_at - around),
                due_before: Some(planned.due_at + around),
                ..JobFilter::default()
            };
            near.extend(self.work.parts.jobs.list(&filter, None, NEAR).await?);
        }
        let zone = self.zone();
        Ok(concern(planned, &near, self.groups().await?, zone))
    }

    /// Asks which of several commands is meant; `labels` say what differs between them.
    pub(super) fn ask_which(&mut self, why: &str, labels: &[String], commands: Vec<String>, turn: &Turn) {
        let pending = self.pend(turn, Why::Ambiguous, commands);
        let bare = |label: &String| label.strip_prefix("at ").unwrap_or(label).to_owned();
        let labels: Vec<String> = labels.iter().map(bare).collect();
        self.answer(&turn.answer_to, wording::which(&pending, why, &labels, turn.language));
    }

    fn pend(&mut self, turn: &Turn, why: Why, choices: Vec<String>) -> Pending {
        let (text, wamid) = (turn.words.as_str(), turn.cause.as_str());
        self.session
            .ask_first(Question { text, wamid, said_at: turn.meant_at, why, choices, about: turn.about }, self.now)
    }

    /// Takes yes or no.
    pub(super) async fn confirm(&mut self, code: &str, yes: bool, turn: &Turn) -> Result<(), Unavailable> {
        let Some(pending) = self.session.answer(code, self.now) else {
            self.answer(&turn.answer_to, wording::no_such_question(code, turn.language));
            return Ok(());
        };
        if !yes {
            self.answer(&turn.answer_to, wording::dropped(&pending, turn.language));
            return Ok(());
        }
        let (words, about) = (pending.text.clone(), pending.about);
        self.go_on(pending, &words, about, turn).await
    }

    /// Takes a choice, counted from 1.
    pub(super) async fn choose(&mut self, code: &str, choice: usize, turn: &Turn) -> Result<(), Unavailable> {
        let words = self.session.choice(code, choice, self.now);
        let pending = words.as_ref().and_then(|_| self.session.answer(code, self.now));
        let (Some(words), Some(pending)) = (words, pending) else {
            self.answer(&turn.answer_to, wording::no_such_question(code, turn.language));
            return Ok(());
        };
        // A choice is a whole command.
        self.go_on(pending, &words, None, turn).await
    }

    /// Carries out the command that was asked about, as of when it was written.
    async fn go_on(
        &mut self,
        pending: Pending,
        words: &str,
        about: Option<i64>,
        turn: &Turn,
    ) -> Result<(), Unavailable> {
        let cause = Wamid::parse(&pending.wamid).unwrap_or_else(|| turn.cause.clone());
        let turn = Turn {
            cause,
            meant_at: pending.said_at,
            words: words.to_owned(),
            about,
            confirmed: true,
            sure: turn.sure || pending.why == Why::Doubtful,
            chosen: turn.chosen || pending.why == Why::Ambiguous,
            ..turn.clone()
        };
        match read(words, about) {
            Ok(said) => Box::pin(self.carry_out(said.command, Turn { language: said.language, ..turn })).await,
            Err(unclear) => {
                self.answer(&turn.answer_to, wording::refused(&unclear, None));
                Ok(())
            }
        }
    }
}
