//! One attempt on the wire, and what is known of it: the memory that tells "maybe sent" from "not sent".
//!
//! What is known is only ever made more certain. It must never go back to not knowing.

use chrono::{DateTime, TimeDelta, Utc};

use super::SEND_DEADLINE;
use crate::domain::address::Wamid;
use crate::domain::named::named;
use crate::domain::outbox::Outcome;
use crate::domain::refusal::Refusal;
use crate::failpoint::planted;

/// The client gives up after this long.
const REQUEST_TIME: TimeDelta = TimeDelta::seconds(30);

/// True while an attempt whose intent was made at `intended_at` may still begin: it is over before it counts as lost. A
/// process that was held up for longer has to let go of it; others may have decided about the entry by now.
pub fn may_depart(intended_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    // Planted: what others have closed meanwhile is sent.
    now + REQUEST_TIME <= intended_at + SEND_DEADLINE || planted!("no_zombie_check")
}

named! {
    /// What is known of an attempt.
    Known {
        /// It is on the wire.
        Open = "open",
        /// The API took it.
        Accepted = "accepted",
        /// The API refused it.
        Refused = "refused",
        /// It never left.
        NotSent = "not_sent",
        /// Nobody knows.
        Unknown = "unknown",
        /// The API answered as if it took it, without an id.
        Probable = "probable",
    }
}

named! {
    /// Who settled what became of an attempt.
    SettledBy {
        /// The answer of the API.
        Answer = "answer",
        /// A status webhook.
        Webhook = "webhook",
        /// The owner.
        Owner = "owner",
    }
}

/// An attempt as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Number of the attempt, from 1.
    pub number: u32,
    /// Our own id.
    pub opaque: String,
    /// What is known of it.
    pub known: Known,
    /// Id the API gave it.
    pub wamid: Option<Wamid>,
    /// When its intent was committed.
    pub started_at: DateTime<Utc>,
    /// When its answer was read.
    pub finished_at: Option<DateTime<Utc>>,
    /// First status webhook that proves it.
    pub seen_at: Option<DateTime<Utc>>,
    /// What went wrong, in words.
    pub error: Option<String>,
    /// Who settled the outcome, and when; `None` while it is not known.
    pub settled: Option<(SettledBy, DateTime<Utc>)>,
}

impl Attempt {
    /// An attempt whose intent is being committed.
    pub fn begin(number: u32, opaque: &str, at: DateTime<Utc>) -> Self {
        Self {
            number,
            opaque: opaque.to_owned(),
            known: Known::Open,
            wamid: None,
            started_at: at,
            finished_at: None,
            seen_at: None,
            error: None,
            settled: None,
        }
    }

    /// True while it may have been sent without anybody knowing.
    pub fn is_unresolved(&self) -> bool {
        matches!(self.known, Known::Open | Known::Unknown | Known::Probable)
    }

    /// Its answer, or what came instead of one. Never takes back what is known already.
    pub fn answered(&mut self, outcome: &Outcome, at: DateTime<Utc>) {
        let (known, error) = match outcome {
            Outcome::Accepted { wamid, .. } => {
                self.wamid.get_or_insert_with(|| wamid.clone());
                (Known::Accepted, None)
            }
            Outcome::Refused(refusal) => (Known::Refused, Some(refusal.words())),
            Outcome::NotSent { cause } => (Known::NotSent, Some(cause.clone())),
            Outcome::Unknown { cause, probably_accepted: true } => (Known::Probable, Some(cause.clone())),
            Outcome::Unknown { cause, .. } => (Known::Unknown, Some(cause.clone())),
        };
        self.finished_at.get_or_insert(at);
        let less_sure = self.known == Known::Probable && known == Known::Unknown;
        if self.is_unresolved() && !less_sure {
            self.error = error.or(self.error.take());
            self.settle(known, SettledBy::Answer, at);
        }
    }

    /// Its sender knows that it sent nothing.
    pub fn abandoned(&mut self, at: DateTime<Utc>) {
        self.answered(&Outcome::NotSent { cause: "the intent was not confirmed".to_owned() }, at);
    }

    /// A status webhook proves that it was accepted.
    pub fn seen(&mut self, wamid: Option<&Wamid>, at: DateTime<Utc>) {
        if self.seen_at.is_some() && self.known == Known::Accepted {
            return;
        }
        self.seen_at.get_or_insert(at);
        self.wamid = self.wamid.take().or_else(|| wamid.cloned());
        if self.known != Known::Accepted {
            self.settle(Known::Accepted, SettledBy::Webhook, at);
        }
    }

    /// A status webhook says that it failed after all; `moved` when the entry follows it. Whatever reached somebody
    /// stays accepted.
    pub fn bounced(&mut self, refusal: &Refusal, moved: bool, at: DateTime<Utc>) {
        let reached_somebody = self.seen_at.is_some() && !moved;
        if reached_somebody || self.known == Known::Refused {
            return;
        }
        self.error = Some(refusal.words());
        self.settle(Known::Refused, SettledBy::Webhook, at);
    }

    /// Nobody will answer any more.
    pub fn lost(&mut self, why: &str) {
        if self.known == Known::Open {
            self.known = Known::Unknown;
            self.error = Some(why.to_owned());
        }
    }

    /// The owner says that it arrived.
    pub fn confirmed(&mut self, at: DateTime<Utc>) {
        if self.is_unresolved() {
            self.settle(Known::Accepted, SettledBy::Owner, at);
        }
    }

    fn settle(&mut self, known: Known, by: SettledBy, at: DateTime<Utc>) {
        self.known = known;
        // An unknown outcome still waits for whoever settles it.
        self.settled = (!self.is_unresolved()).then_some((by, at));
    }
}
