//! Commands that reached us late: asked about first, carried out after a yes that carries the code of the question.

use super::batch::{Batch, Turn};
use crate::domain::address::Wamid;
use crate::domain::command::{self, Command};
use crate::domain::session::ASK_FIRST_AFTER;
use crate::domain::wording;
use crate::messages::Unavailable;

impl Batch<'_> {
    /// True for a command that acts, is too old to be obeyed unasked, and was not obeyed before.
    pub(super) async fn must_ask(&self, command: &Command, turn: &Turn) -> Result<bool, Unavailable> {
        let late = !turn.confirmed && command.acts() && self.now - turn.meant_at > ASK_FIRST_AFTER;
        Ok(late && !(matches!(command, Command::Schedule(_)) && self.is_made(turn).await?))
    }

    /// Asks whether a late command still counts.
    pub(super) fn ask_first(&mut self, turn: &Turn) {
        let pending = self.session.ask_first(&turn.words, turn.cause.as_str(), turn.meant_at, self.now);
        self.answer(&turn.answer_to, wording::really(&pending, self.now));
    }

    /// Takes the answer to such a question.
    pub(super) async fn confirm(&mut self, code: &str, yes: bool, turn: Turn) -> Result<(), Unavailable> {
        let Some(pending) = self.session.answer(code, self.now) else {
            self.answer(&turn.answer_to, wording::no_such_question(code));
            return Ok(());
        };
        if !yes {
            self.answer(&turn.answer_to, wording::dropped(&pending));
            return Ok(());
        }
        let cause = Wamid::parse(&pending.wamid).unwrap_or_else(|| turn.cause.clone());
        match command::parse(&pending.text) {
            Ok(command) => {
                let meant_at = pending.said_at;
                let turn = Turn { cause, meant_at, words: pending.text, confirmed: true, ..turn };
                self.carry_out(command, turn).await
            }
            Err(unclear) => {
                self.answer(&turn.answer_to, wording::refused(&unclear, None));
                Ok(())
            }
        }
    }
}
