//! Why the Cloud API said no, and what that means for the message: try again when, or never.
//!
//! The table from error code to class is the adapter's (`whatsapp::codes`); the delays of each class are
//! here, as one pure function. Jitter is added by the caller, which owns the randomness.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A definite refusal by the Cloud API, at once or later by a `failed` status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Graph error code, for example 131047.
    pub code: i64,
    /// What it means for the message.
    pub class: Class,
    /// What it means, in words for a person.
    pub meaning: String,
    /// What a person can do about it; empty when there is nothing to do.
    pub fix: String,
    /// `Retry-After` of the answer, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Refusal {
    /// What it means and its code, for a log line or whoever looks at the message.
    pub fn words(&self) -> String {
        format!("{} ({})", self.meaning, self.code)
    }
}

/// What a refusal means for the message, and for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The number as a whole sends too fast (130429, 80007, 4): pause everything.
    Throughput,
    /// Too many messages to one recipient (131056): pause that recipient.
    Pair,
    /// A passing trouble on Meta's side, refused with a well-formed error (1, 2, 131000, 131016).
    Transient,
    /// Token or permission (190, 10, 200–299, 3): hold everything until the operator mends it.
    Credential,
    /// The account or number may not send (131031, 368, 131042, 133010): hold everything.
    Account,
    /// The template is missing, unapproved or paused (132001, 132015): look again hourly.
    Template,
    /// The customer service window is closed (131047).
    Window,
    /// Media could not be fetched or has the wrong type (131052, 131053).
    Media,
    /// The recipient's identity changed (137000): stop, it may be somebody else.
    Identity,
    /// Nothing will change by trying again.
    Final,
}

impl Class {
    /// How long to wait before the `nth` repetition (1 = first), or `None` when it is not repeated by itself.
    ///
    /// Throughput and pair delays follow Meta's 4^x advice ("About the platform", 2025-12).
    pub fn delay(self, nth: u32) -> Option<TimeDelta> {
        let seconds: &[i64] = match self {
            Self::Throughput => &[1, 4, 16, 64, 256, 600],
            Self::Pair => &[6, 16, 64, 256, 900],
            Self::Transient => &[60, 120, 300, 900, 1800, 3600, 7200, 14400],
            Self::Media => &[30, 120, 600],
            Self::Template => &[3600],
            _ => return None,
        };
        let index = usize::try_from(nth.saturating_sub(1)).unwrap_or(usize::MAX);
        let last = seconds.last().copied().unwrap_or_default();
        Some(TimeDelta::seconds(seconds.get(index).copied().unwrap_or(last)))
    }

    /// How many attempts may reach the wire before the message is given up; `None` for no limit.
    pub fn max_attempts(self) -> Option<u32> {
        match self {
            Self::Transient => Some(8),
            Self::Media => Some(3),
            _ => None,
        }
    }
}

/// How long to wait after the `nth` attempt that provably never left (refused connection, DNS, TLS).
pub fn unsent_delay(nth: u32) -> TimeDelta {
    const SECONDS: [i64; 8] = [1, 2, 5, 15, 30, 60, 120, 300];
    let index = usize::try_from(nth.saturating_sub(1)).unwrap_or(usize::MAX);
    TimeDelta::seconds(SECONDS.get(index).copied().unwrap_or(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_then_stay() {
        let pair: Vec<i64> = (1..=7).filter_map(|n| Class::Pair.delay(n)).map(|d| d.num_seconds()).collect();
        assert_eq!(pair, [6, 16, 64, 256, 900, 900, 900]);
    }

    #[test]
    fn what_is_final_is_never_repeated() {
        for class in [Class::Final, Class::Identity, Class::Window, Class::Credential] {
            assert_eq!(class.delay(1), None, "{class:?}");
        }
    }

    #[test]
    fn an_unsent_attempt_is_repeated_for_ever() {
        assert_eq!(unsent_delay(1).num_seconds(), 1);
        assert_eq!(unsent_delay(1_000_000).num_seconds(), 300);
    }
}
