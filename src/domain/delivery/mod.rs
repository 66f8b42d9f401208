//! The life of an outbox entry: which event leads from which state to which.
//!
//! ```text
//!            ┌──── definite, retryable refusal / proven unsent ────┐
//!            ▼                                                     │
//! ──────▶ planned ──intent──▶ sending ──2xx + id──▶ accepted ──▶ sent < delivered < read
//!            │  ▲               │  │                  │  ▲
//!    expires │  │ "send again"  │  └ no answer,       │  └─ evidence lifts ANY state to accepted
//!    cancel  │  └──── unknown ◀─┘    crash, deadline  └─ async refusal ─▶ planned or failed
//!            ▼           │
//!   expired / cancelled  └─ "leave it", no answer in 24 h ─▶ unresolved
//! ```
//!
//! [`step()`] is this picture as one pure function of a [`Standing`], which [`Life`] puts together from an entry and its
//! attempts, and carries out; the store keeps the rows and decides nothing.
//! It must never lead from `sending` or `unknown` back to `planned` without proof, consent or a policy; and what has
//! ended without being accepted is never sent any more unless the owner wants it, whatever is heard of it later.

use chrono::TimeDelta;

use super::outbox::{Delivery, Hold, Outcome, State};
use super::pace::Pace;
use super::refusal::Refusal;

mod attempt;
mod life;
#[cfg(test)]
mod model;
mod standing;
mod step;
#[cfg(test)]
mod tests;
mod wordless;

pub use attempt::{Attempt, Known, SettledBy, may_depart};
pub use life::Life;
pub use standing::Standing;
pub use step::step;

/// How long an attempt may be on the wire before it counts as lost: the client's time-out and a margin.
pub const SEND_DEADLINE: TimeDelta = TimeDelta::seconds(60);
/// How long a free-form message of unknown outcome waits for evidence.
pub const RECONCILE: TimeDelta = TimeDelta::minutes(15);
/// The same for a template, which Meta may hold back for hours ("Template pacing", 2025-12).
pub const RECONCILE_TEMPLATE: TimeDelta = TimeDelta::hours(6);
/// How long the owner has to answer a question about an unknown outcome or a late post.
pub const ANSWER_WITHIN: TimeDelta = TimeDelta::hours(24);
/// How often a message may be repeated under [`Policy::AtLeastOnce`](super::outbox::Policy::AtLeastOnce).
pub const MAX_REPEATS: u32 = 3;

/// Something that happened to an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A sender is about to send it; the first byte follows the commit of this.
    Intend(Intent),
    /// Nobody knows whether the intent of the attempt `attempt` was committed, and nothing of it was sent.
    Abandoned {
        /// Number of the attempt, when it is known.
        attempt: Option<u32>,
    },
    /// The attempt `attempt` is over.
    Answered {
        /// Number of the attempt.
        attempt: u32,
        /// What came of it.
        outcome: Outcome,
    },
    /// A status webhook says that the attempt was accepted.
    Seen {
        /// Number of the attempt; `None` when only the wamid is known.
        attempt: Option<u32>,
        /// How far it got.
        delivery: Delivery,
    },
    /// A status webhook says that the attempt failed after all.
    Bounced {
        /// Number of the attempt; `None` when only the wamid is known.
        attempt: Option<u32>,
        /// Why.
        refusal: Refusal,
    },
    /// The process that was sending it is gone.
    Orphaned,
    /// Time has passed: expiry, a lost attempt, a reconcile deadline, an unanswered question.
    Tick,
    /// The owner decided about an unknown outcome.
    Verdict(Verdict),
    /// It must wait although its time has come.
    Hold(Hold),
    /// What held it is gone.
    Release(Hold),
    /// The owner or an operator withdraws it.
    Cancel,
}

impl Event {
    /// The attempt that it names.
    pub fn attempt(&self) -> Option<u32> {
        match self {
            Self::Answered { attempt, .. } => Some(*attempt),
            Self::Seen { attempt, .. } | Self::Bounced { attempt, .. } | Self::Abandoned { attempt } => *attempt,
            _ => None,
        }
    }

    /// The same, naming the attempt `number` when it names none.
    pub fn about(&self, number: Option<u32>) -> Self {
        let mut event = self.clone();
        if let Self::Seen { attempt, .. } | Self::Bounced { attempt, .. } | Self::Abandoned { attempt } = &mut event {
            *attempt = attempt.or(number);
        }
        event
    }

    /// The refusal that it tells of.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Answered { outcome: Outcome::Refused(refusal), .. } | Self::Bounced { refusal, .. } => Some(refusal),
            _ => None,
        }
    }
}

/// What a sender is about to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The id of the attempt, echoed in every status. The sender makes it, so that it knows its own attempt again when
    /// the answer to the commit is lost.
    pub opaque: String,
    /// How fast the number may be sent from.
    pub pace: Pace,
}

/// What the owner says about a message of unknown outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send it again, even if that doubles it.
    SendAgain,
    /// Leave it as it is.
    Leave,
    /// It did arrive.
    Arrived,
}

/// What the owner decides about late posts or an unknown outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// An entry of unknown outcome.
    Unknown {
        /// The entry.
        entry_id: i64,
        /// The attempt that was asked about, when the answer names it: it says nothing about a later one.
        attempt: Option<u32>,
        /// What to do.
        verdict: Verdict,
    },
    /// Late posts: of one job, or all that wait.
    Late {
        /// The job; `None` for all.
        job_id: Option<i64>,
        /// True to send them now, false to drop them.
        send: bool,
    },
}

/// What an event leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The entry changes.
    Move(Move),
    /// The entry stays as it is; what is known of the attempt is still worth recording.
    Stay,
    /// It cannot be done in this state.
    Refused(&'static str),
}

/// How an entry changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Move {
    /// The state it goes to.
    pub to: State,
    /// How far it got; never lower than before.
    pub delivery: Option<Delivery>,
    /// Why it waits although planned.
    pub held_by: Option<Hold>,
    /// Not sent before now plus this.
    pub delay: Option<TimeDelta>,
    /// Repetitions in a row for the present trouble.
    pub retries: u32,
    /// The deadline of the new state.
    pub deadline: Option<TimeDelta>,
    /// True when the owner is being asked by this step.
    pub ask: bool,
    /// What must be told to the owner in the same transaction.
    pub tell: Option<Tell>,
    /// Why, for the log and for whoever looks at the entry.
    pub reason: String,
}

/// What must be told to the owner when an entry changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tell {
    /// Its outcome is unknown: send again, leave, or did it arrive?
    AskUnknown,
    /// It failed for good.
    Failed(Refusal),
    /// It ended without anybody knowing.
    Unresolved,
    /// It was not sent because its time passed.
    Expired,
    /// It arrived twice.
    Doubled,
}
