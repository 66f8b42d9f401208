//! The breaker: while the token or the account is refused, nothing is tried, and somebody looks now and then.
//!
//! A refusal of this kind says nothing about a message, so no message is used up by it. What is held is a mark on
//! the rows (`held_by`); this only says when to look again. It is one row for all processes on a number, so that one of
//! them looks, and the others wait for what it finds.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::outbox::{Hold, Outcome};
use super::refusal::Class;

/// First pause, in seconds, before looking whether the token works again; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: i64 = 60;
/// Longest pause; also the first one for an account that may not send.
const LONGEST_PAUSE: i64 = 600;

/// Where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaker {
    /// Everything may go.
    #[default]
    Closed,
    /// Nothing may go before `until`; then somebody looks.
    Open {
        /// What is held.
        hold: Hold,
        /// When to look again.
        until: DateTime<Utc>,
        /// The next pause, in seconds.
        pause: i64,
    },
    /// One message may go, to see whether the refusal still holds.
    Trying {
        /// What is held.
        hold: Hold,
        /// When to look again if nothing was learnt: the message may have been withdrawn, or its outcome is unknown.
        until: DateTime<Utc>,
        /// The next pause when it does, in seconds.
        pause: i64,
    },
}

impl Breaker {
    /// Opens it for what was found held at a start: looks at once.
    pub fn found_held(&mut self, hold: Hold, now: DateTime<Utc>) {
        if *self == Self::Closed {
            *self = Self::Open { hold, until: now, pause: first_pause(hold) };
        }
    }

    /// Learns from an outcome; true when everything may go again from now on.
    pub fn learn(&mut self, outcome: &Outcome, now: DateTime<Utc>) -> bool {
        match (outcome, *self) {
            (Outcome::Refused(refusal), _) if hold_of(refusal.class).is_some() => {
                self.open(hold_of(refusal.class).unwrap_or(Hold::Credential), now);
                false
            }
            (Outcome::Accepted { .. } | Outcome::Refused(_), Self::Trying { .. }) => {
                *self = Self::Closed;
                true
            }
            _ => false,
        }
    }

    /// Opens it after a refusal; refusals of messages that were on their way together count once.
    fn open(&mut self, hold: Hold, now: DateTime<Utc>) {
        let pause = match *self {
            Self::Open { .. } => return,
            Self::Trying { pause, .. } => pause,
            Self::Closed => first_pause(hold),
        };
        *self = Self::Open { hold, until: now + TimeDelta::seconds(pause), pause: (pause * 2).min(LONGEST_PAUSE) };
    }

    /// What to look at now, if it is time.
    pub fn due_trial(&self, now: DateTime<Utc>) -> Option<Hold> {
        match *self {
            // An end that is farther away than any pause is from before the clock was set back.
            Self::Open { hold, until, .. } | Self::Trying { hold, until, .. }
                if until <= now || until - now > TimeDelta::seconds(LONGEST_PAUSE) =>
            {
                Some(hold)
            }
            _ => None,
        }
    }

    /// Somebody is looking: one message may go.
    pub fn trying(&mut self, now: DateTime<Utc>) {
        if let Self::Open { hold, pause, .. } | Self::Trying { hold, pause, .. } = *self {
            *self = Self::Trying { hold, until: now + TimeDelta::seconds(pause), pause };
        }
    }

    /// Nothing was found to be better: waits again.
    pub fn still_broken(&mut self, now: DateTime<Utc>) {
        if let Self::Open { hold, pause, .. } | Self::Trying { hold, pause, .. } = *self {
            *self = Self::Open { hold, until: now + TimeDelta::seconds(pause), pause: (pause * 2).min(LONGEST_PAUSE) };
        }
    }

    /// As another process than the one that is looking sees it: it waits for what that one finds.
    pub fn from_afar(self) -> Self {
        match self {
            Self::Trying { hold, until, pause } => Self::Open { hold, until, pause },
            other => other,
        }
    }

    /// How many messages may be under way at once.
    pub fn places(&self, all: usize) -> usize {
        match self {
            Self::Closed => all,
            Self::Open { .. } => 0,
            Self::Trying { .. } => 1,
        }
    }

    /// When to look again.
    pub fn next_look(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Open { until, .. } | Self::Trying { until, .. } => Some(*until),
            Self::Closed => None,
        }
    }
}

fn first_pause(hold: Hold) -> i64 {
    if hold == Hold::Credential { FIRST_PAUSE } else { LONGEST_PAUSE }
}

/// What a refusal holds: everything, or (other classes) nothing but the message itself.
fn hold_of(class: Class) -> Option<Hold> {
    match class {
        Class::Credential => Some(Hold::Credential),
        Class::Account => Some(Hold::Account),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Wamid;
    use crate::domain::refusal::Refusal;

    fn refused(class: Class) -> Outcome {
        Outcome::Refused(Refusal { code: 190, class, meaning: String::new(), fix: String::new(), retry_after: None })
    }

    fn accepted() -> Outcome {
        Outcome::Accepted { wamid: Wamid::parse("wamid.1").expect("valid"), paced: false }
    }

    #[test]
    fn an_hour_of_refused_tokens_costs_at_most_twenty_looks() {
        let mut now: DateTime<Utc> = "2026-11-22T06:55:00Z".parse().expect("instant");
        let end = now + TimeDelta::hours(1);
        let mut breaker = Breaker::default();
        breaker.learn(&refused(Class::Credential), now);
        let mut looks = 0;
        while let Some(next) = breaker.next_look().filter(|next| *next < end) {
            now = next;
            looks += 1;
            breaker.still_broken(now);
        }
        assert!((5..=20).contains(&looks), "{looks}");
    }

    #[test]
    fn refusals_that_were_under_way_together_count_once() {
        let now: DateTime<Utc> = "2026-11-22T06:55:00Z".parse().expect("instant");
        let mut breaker = Breaker::default();
        for _ in 0..32 {
            breaker.learn(&refused(Class::Credential), now);
        }
        assert_eq!(breaker.next_look(), Some(now + TimeDelta::seconds(FIRST_PAUSE)));
        assert_eq!(breaker.places(32), 0);
    }

    #[test]
    fn one_accepted_trial_closes_it() {
        let now: DateTime<Utc> = "2026-11-22T06:55:00Z".parse().expect("instant");
        let mut breaker = Breaker::default();
        breaker.learn(&refused(Class::Account), now);
        breaker.trying(now);
        assert_eq!(breaker.places(32), 1);
        assert!(breaker.learn(&accepted(), now));
        assert_eq!(breaker, Breaker::Closed);
    }

    #[test]
    fn a_trial_that_teaches_nothing_is_followed_by_another() {
        let now: DateTime<Utc> = "2026-11-22T06:55:00Z".parse().expect("instant");
        let mut breaker = Breaker::default();
        breaker.learn(&refused(Class::Account), now);
        breaker.trying(now);
        let lost = Outcome::Unknown { cause: String::new(), probably_accepted: false };
        assert!(!breaker.learn(&lost, now));
        let next = breaker.next_look().expect("another look");
        assert_eq!((breaker.due_trial(now), breaker.due_trial(next)), (None, Some(Hold::Account)));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_put_off_the_next_look() {
        let now: DateTime<Utc> = "2026-11-22T06:55:00Z".parse().expect("instant");
        let mut breaker = Breaker::default();
        breaker.learn(&refused(Class::Credential), now);
        assert_eq!(breaker.due_trial(now), None);
        assert_eq!(breaker.due_trial(now - TimeDelta::days(3)), Some(Hold::Credential));
    }

    #[test]
    fn an_ordinary_refusal_never_opens_it() {
        let now: DateTime<Utc> = "2026-11-22T06:55:00Z".parse().expect("instant");
        let mut breaker = Breaker::default();
        breaker.learn(&refused(Class::Final), now);
        breaker.learn(&refused(Class::Window), now);
        assert_eq!(breaker, Breaker::Closed);
    }
}
