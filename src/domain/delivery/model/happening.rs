//! What happens, in the words of a trace.

use std::fmt;

use super::state::Answer;
use super::what::What;

/// One thing that happens; attempts by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A sender commits an intent.
    Intends(usize),
    /// The same, and the answer to the commit is lost; it knows that it sent nothing.
    IntendsUnsure(usize),
    /// A sender is held up.
    IsHeldUp(usize),
    /// No connection is made.
    CannotConnect(usize),
    /// The first byte of the request goes out.
    Departs(usize),
    /// A sender reads an answer, or gives up waiting for one.
    Reads(usize, Answer),
    /// A sender's process ends.
    Crashes(usize),
    /// What came of an attempt is committed, and the answer to that is lost, so that it will be recorded again.
    RecordsUnsure(usize, Answer),
    /// The server accepts a request.
    Accepts(usize),
    /// The server refuses a request.
    Refuses(usize),
    /// A request never has any effect.
    Drops(usize),
    /// What was accepted reaches nobody in the end.
    Bounces(usize),
    /// The reaper takes a sender for gone that lives, or acts on what it read long ago.
    GuessesWrongly,
    /// Something happens to the life and to nothing else.
    Life(What),
}

impl Happening {
    /// True for what comes by itself, sooner or later: no fault, nobody's wish, nothing that may be lost.
    pub fn is_certain(self) -> bool {
        let fault = matches!(
            self,
            Self::IntendsUnsure(_)
                | Self::IsHeldUp(_)
                | Self::Crashes(_)
                | Self::RecordsUnsure(..)
                | Self::GuessesWrongly
        );
        let wish = matches!(self, Self::Life(What::Said(_) | What::Hold | What::Cancel));
        let may_be_lost = matches!(self, Self::Bounces(_) | Self::Life(What::Seen(..) | What::Bounced(..)));
        !(fault || wish || may_be_lost)
    }
}

/// As a line of a trace.
impl fmt::Display for Happening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Intends(n) => write!(f, "a sender commits the intent of attempt {n}"),
            Self::IntendsUnsure(n) => write!(f, "a sender commits the intent of attempt {n} and is not told so"),
            Self::IsHeldUp(n) => write!(f, "the sender of attempt {n} is held up for longer than it may be"),
            Self::CannotConnect(n) => write!(f, "the sender of attempt {n} gets no connection"),
            Self::Departs(n) => write!(f, "the request of attempt {n} goes out"),
            Self::Reads(n, Answer::Lost) => write!(f, "the sender of attempt {n} gets no answer"),
            Self::Reads(n, answer) => write!(f, "the sender of attempt {n} reads {answer:?}"),
            Self::Crashes(n) => write!(f, "the sender of attempt {n} crashes"),
            Self::RecordsUnsure(n, answer) => {
                write!(f, "{answer:?} is recorded for attempt {n}, and will be once more")
            }
            Self::Accepts(n) => write!(f, "the server accepts attempt {n}"),
            Self::Refuses(n) => write!(f, "the server refuses attempt {n}"),
            Self::Drops(n) => write!(f, "the request of attempt {n} comes to nothing"),
            Self::Bounces(n) => write!(f, "what was accepted as attempt {n} reaches nobody"),
            Self::GuessesWrongly => write!(f, "the reaper wrongly takes the sender for gone"),
            Self::Life(what) => what.fmt(f),
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Intend => write!(f, "an intent is committed"),
            Self::Answered(n, answer) => write!(f, "{answer:?} is recorded for attempt {n}"),
            Self::Abandoned(n) => write!(f, "attempt {n} is abandoned: its intent was not confirmed"),
            Self::Seen(n, delivery) => write!(f, "a status comes for attempt {n}: {}", delivery.as_str()),
            Self::Bounced(n, class) => write!(f, "a status comes for attempt {n}: failed, {class:?}"),
            Self::Orphaned => write!(f, "the reaper finds that the sender is gone"),
            Self::Tick(true) => write!(f, "the sweep looks, and may trust the silence"),
            Self::Tick(false) => write!(f, "the sweep looks"),
            Self::Said(verdict) => write!(f, "the owner says {verdict:?}"),
            Self::Hold => write!(f, "it is held"),
            Self::Release => write!(f, "it is released"),
            Self::Cancel => write!(f, "it is withdrawn"),
            Self::DeadlinePasses => write!(f, "its deadline passes"),
            Self::ExpiryPasses => write!(f, "its expiry passes"),
        }
    }
}
