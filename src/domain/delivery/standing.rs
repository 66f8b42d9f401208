//! What the rules look at: an entry and its attempts, as seen from the attempt that an event is about.
//!
//! It is put together anew for every event and never kept.

use chrono::{DateTime, Utc};

use super::{Attempt, Known, Life};
use crate::domain::outbox::{Delivery, Hold, Policy, Purpose, State};
use crate::failpoint::planted;

/// What the rules need to know of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Where it stands.
    pub state: State,
    /// How far it got.
    pub delivery: Option<Delivery>,
    /// What it is for.
    pub purpose: Purpose,
    /// What happens when its outcome stays unknown.
    pub policy: Policy,
    /// True when it goes to the owner, whose window we know.
    pub to_owner: bool,
    /// True when it goes to a group.
    pub to_group: bool,
    /// True for a template.
    pub template: bool,
    /// Why it waits although planned.
    pub held_by: Option<Hold>,
    /// Number of the latest attempt.
    pub attempt: u32,
    /// Repetitions in a row for the present trouble.
    pub retries: u32,
    /// How many attempts were refused so far.
    pub refusals: u32,
    /// How many attempts got lost so far, with the present one.
    pub losses: u32,
    /// True while another attempt than the one that the event is about is unresolved: it may have been sent. While it
    /// waits to be sent again, any attempt.
    pub maybe_sent: bool,
    /// True when an attempt was answered as if it were accepted, without an id.
    pub probably_accepted: bool,
    /// True when the attempt that the event is about is known to have been accepted.
    pub this_accepted: bool,
    /// True when the attempt that the event is about is known to have been refused.
    pub this_refused: bool,
    /// True when another attempt than that is known to have been accepted, and not refused afterwards.
    pub proven: bool,
    /// True once the owner was asked.
    pub asked: bool,
    /// True when silence since the latest attempt can be trusted: a later send was confirmed by webhook.
    pub witnessed: bool,
    /// Not sent after this.
    pub expires_at: Option<DateTime<Utc>>,
    /// `sending`: when the attempt is lost; `unknown`: when the policy decides, or the owner's time is over.
    pub deadline_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// How a life stands for an event about the attempt `number`. Who the owner is, and whether a later send was
    /// confirmed since, is not a matter of the life itself.
    pub fn of(life: &Life, number: u32, to_owner: bool, witnessed: bool) -> Self {
        let Life { entry, attempts } = life;
        let this = life.attempt(number).map(|attempt| attempt.known);
        // While it waits to be sent again, none is the present one.
        let other = |attempt: &Attempt| attempt.number != number || entry.state == State::Planned;
        let count = |known: Known| {
            let alike = attempts.iter().filter(|attempt| attempt.known == known).count();
            u32::try_from(alike).unwrap_or(u32::MAX)
        };
        Self {
            state: entry.state,
            delivery: entry.delivery,
            purpose: entry.purpose,
            policy: entry.purpose.policy(),
            to_owner,
            to_group: entry.to.is_group(),
            template: entry.content.is_template(),
            held_by: entry.held_by,
            attempt: entry.attempt,
            retries: entry.retries,
            refusals: count(Known::Refused),
            losses: count(Known::Unknown),
            // Planted: what may be out already ends as not sent.
            maybe_sent: !planted!("maybe_sent_ignored")
                && attempts.iter().any(|attempt| other(attempt) && attempt.is_unresolved()),
            probably_accepted: count(Known::Probable) > 0,
            this_accepted: this == Some(Known::Accepted),
            this_refused: this == Some(Known::Refused),
            proven: attempts.iter().any(|other| other.number != number && other.known == Known::Accepted),
            asked: entry.asked_at.is_some(),
            witnessed,
            expires_at: entry.expires_at,
            deadline_at: entry.deadline_at,
        }
    }
}
