//! A post that is put together step by step: which group, what, when, and is that right.
//!
//! Every step is kept, so that it survives a restart; it is forgotten after a while, and `stop` leaves it at any time.

use super::batch::{Batch, Turn};
use super::schedule::resolve;
use crate::domain::command::{self, Command, Draft, Step};
use crate::domain::content::Content;
use crate::domain::group::Group;
use crate::domain::session::{GUIDE_HOLDS, Guide};
use crate::domain::when::{Language, Understood, confirm, confirm_series, understand};
use crate::domain::wording;
use crate::messages::Unavailable;

impl Batch<'_> {
    /// A bare `schedule`.
    pub(super) async fn begin_guide(&mut self, turn: &Turn) -> Result<Content, Unavailable> {
        if self.groups().await?.is_empty() {
            return Ok(wording::groups(&[], false, turn.language));
        }
        let until = turn.said_at + GUIDE_HOLDS;
        self.session.guide = Some(Guide { group: None, text: None, phrase: None, until });
        Ok(wording::which_group(self.groups().await?, turn.language))
    }

    /// `stop`.
    pub(super) fn stop(&mut self, language: Language) -> Content {
        wording::left(self.session.guide.take().is_some(), language)
    }

    /// A text while a post is being put together; false when it is a command of its own.
    pub(super) async fn guides(&mut self, turn: &Turn) -> Result<bool, Unavailable> {
        let Some(guide) = self.session.guide_at(turn.said_at).cloned() else { return Ok(false) };
        let said = command::parse(&turn.words).ok().map(|said| said.command);
        if matches!(said, Some(Command::Stop)) {
            return Ok(false);
        }
        // Where the text is asked for, everything is the text.
        let text_wanted = guide.group.is_some() && guide.text.is_none();
        if said.is_some() && !text_wanted {
            return Ok(false);
        }
        if guide.group.is_none() {
            self.take_group(&turn.words.clone(), turn).await?;
        } else if text_wanted {
            self.take_text(guide, turn).await?;
        } else {
            self.take_time(turn.words.clone(), turn).await?;
        }
        Ok(true)
    }

    /// A tap on a row or a button of a step.
    pub(super) async fn guided(&mut self, step: Step, turn: &Turn) -> Result<(), Unavailable> {
        let Some(guide) = self.session.guide_at(turn.said_at).cloned() else {
            self.answer(&turn.answer_to, wording::step_is_over(turn.language));
            return Ok(());
        };
        match step {
            Step::Group(alias) => self.take_group(&alias, turn).await,
            Step::Time(phrase) if guide.text.is_some() => self.take_time(phrase, turn).await,
            Step::Edit if guide.text.is_some() => {
                self.session.guide = Some(Guide { phrase: None, ..guide });
                self.answer(&turn.answer_to, wording::which_time(None, turn.language));
                Ok(())
            }
            Step::Confirm(true) => self.finish_guide(guide, turn).await,
            Step::Confirm(false) => {
                let content = self.stop(turn.language);
                self.answer(&turn.answer_to, content);
                Ok(())
            }
            Step::Time(_) | Step::Edit => {
                self.answer(&turn.answer_to, wording::step_is_over(turn.language));
                Ok(())
            }
        }
    }

    async fn take_group(&mut self, name: &str, turn: &Turn) -> Result<(), Unavailable> {
        let names = [name.to_owned()];
        let found = resolve(self.groups().await?, &names).ok().and_then(|groups| groups.into_iter().next());
        let Some(group) = found else {
            self.answer(&turn.answer_to, wording::no_such_group(name, turn.language));
            return Ok(());
        };
        let (text, phrase) = self.session.guide.take().map(|guide| (guide.text, guide.phrase)).unwrap_or_default();
        let until = turn.said_at + GUIDE_HOLDS;
        self.session.guide = Some(Guide { group: Some(group.alias.clone()), text, phrase, until });
        self.ask_next(&group, turn)
    }

    async fn take_text(&mut self, guide: Guide, turn: &Turn) -> Result<(), Unavailable> {
        let Some(group) = self.guided_group(&guide).await? else { return self.group_is_gone(turn) };
        if let Err(unclear) = command::check_text(&turn.words, turn.language) {
            self.answer(&turn.answer_to, wording::refused(&unclear, None));
            return Ok(());
        }
        let until = turn.said_at + GUIDE_HOLDS;
        self.session.guide = Some(Guide { text: Some(turn.words.clone()), until, ..guide });
        self.ask_next(&group, turn)
    }

    async fn take_time(&mut self, phrase: String, turn: &Turn) -> Result<(), Unavailable> {
        if let Err(refusal) = understand(&phrase, turn.said_at, &self.settings()) {
            let content = wording::which_time(Some(&refusal.to_string()), turn.language);
            self.answer(&turn.answer_to, content);
            return Ok(());
        }
        let Some(guide) = self.session.guide.clone() else { return Ok(()) };
        let Some(group) = self.guided_group(&guide).await? else { return self.group_is_gone(turn) };
        let until = turn.said_at + GUIDE_HOLDS;
        self.session.guide = Some(Guide { phrase: Some((phrase, turn.said_at)), until, ..guide });
        self.ask_next(&group, turn)
    }

    /// Asks for the first thing that is not known yet.
    fn ask_next(&mut self, group: &Group, turn: &Turn) -> Result<(), Unavailable> {
        let language = turn.language;
        let Some(guide) = self.session.guide.clone() else { return Ok(()) };
        let content = match (&guide.text, &guide.phrase) {
            (None, _) => wording::which_text(group, language),
            (Some(_), None) => wording::which_time(None, language),
            (Some(text), Some((phrase, said_at))) => {
                let settings = self.settings();
                match understand(phrase, *said_at, &settings) {
                    Ok(Understood::Once(moment)) => {
                        let when = confirm(&moment, self.now, &settings);
                        wording::is_that_right(group, text, &when, language)
                    }
                    Ok(Understood::Repeats(rule)) => {
                        let when = confirm_series(&rule, self.now, &settings);
                        wording::is_that_right(group, text, &when, language)
                    }
                    Err(refusal) => wording::which_time(Some(&refusal.to_string()), language),
                }
            }
        };
        self.answer(&turn.answer_to, content);
        Ok(())
    }

    async fn finish_guide(&mut self, guide: Guide, turn: &Turn) -> Result<(), Unavailable> {
        let Guide { group: Some(group), text: Some(text), phrase: Some((phrase, said_at)), .. } = guide else {
            self.answer(&turn.answer_to, wording::step_is_over(turn.language));
            return Ok(());
        };
        self.session.guide = None;
        let draft = Draft { text, groups: vec![group], phrase };
        let words = wording::again(&draft, &draft.phrase, turn.language);
        let turn = Turn { meant_at: said_at, words, ..turn.clone() };
        self.schedule(draft, &turn).await
    }

    async fn guided_group(&mut self, guide: &Guide) -> Result<Option<Group>, Unavailable> {
        let known = self.groups().await?;
        Ok(known.iter().find(|group| Some(&group.alias) == guide.group.as_ref()).cloned())
    }

    fn group_is_gone(&mut self, turn: &Turn) -> Result<(), Unavailable> {
        self.session.guide = None;
        self.answer(&turn.answer_to, wording::step_is_over(turn.language));
        Ok(())
    }
}
