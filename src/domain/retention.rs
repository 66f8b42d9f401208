//! What is kept how long, and what becomes of a message whose words are gone.
//!
//! Everything that was said goes after a while; what proves that something was done, or must not be done twice, stays
//! much longer. Nothing that is not over is ever touched, and no setting can shorten what a guarantee rests on.

use std::ops::RangeInclusive;

use chrono::{DateTime, TimeDelta, Utc};

use super::job::JobState;
use super::named::named;
use super::outbox::{Hold, Purpose, State};

/// Events that happened longer ago are never acted on: a captured request may be replayed at any time, and what it was
/// known by may be forgotten by then.
pub const HORIZON: TimeDelta = TimeDelta::days(30);
/// How long Meta repeats a webhook that was not answered ("Webhooks", 2026).
pub const REDELIVERY: TimeDelta = TimeDelta::days(7);
/// What an event is known by.
pub const KEYS: TimeDelta = TimeDelta::days(45);
/// The bytes of an event that was acted on, or was not for us.
pub const EVENTS: TimeDelta = TimeDelta::days(7);
/// The bytes of an event that nobody could act on; and not more than [`DEAD_EVENTS_MOST`] of them.
pub const DEAD_EVENTS: TimeDelta = TimeDelta::days(14);
/// The newest so many.
pub const DEAD_EVENTS_MOST: u64 = 1000;
/// The words of members that were brought to the owner, after they arrived.
pub const FORWARDS: TimeDelta = TimeDelta::days(7);
/// What `RETENTION_BODIES_DAYS` may be: the owner can look back, and ask for something again, for a week at least.
pub const BODIES_DAYS: RangeInclusive<u32> = 7..=3650;
/// What `RETENTION_RECORDS_DAYS` may be: a record must outlive every late receipt and every replay.
pub const RECORDS_DAYS: RangeInclusive<u32> = 90..=3650;

// An event must be known for as long as it could be acted on, however late it is repeated; and what it made must not
// be forgotten before the event is.
const _: () = assert!(KEYS.num_days() >= HORIZON.num_days() + REDELIVERY.num_days());
const _: () = assert!(*RECORDS_DAYS.start() as i64 > KEYS.num_days());
const _: () = assert!(*RECORDS_DAYS.start() as i64 > FORWARDS.num_days());

/// What an operator may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The words of messages and jobs, after their end (`RETENTION_BODIES_DAYS`).
    pub bodies: TimeDelta,
    /// That a message or a job was there, after its end, and the log (`RETENTION_RECORDS_DAYS`).
    pub records: TimeDelta,
}

impl Default for Keep {
    fn default() -> Self {
        Self { bodies: TimeDelta::days(30), records: TimeDelta::days(400) }
    }
}

named! {
    /// What is cleaned away, in the order in which that is done: what stands on something goes before it.
    What {
        /// The bytes of events that are settled.
        Events = "events",
        /// The bytes of events that nobody could act on.
        DeadEvents = "dead_events",
        /// What events are known by.
        Keys = "dedupe_keys",
        /// The words of members that were brought to the owner.
        Forwards = "forwards",
        /// The words of all other messages, and of jobs.
        Bodies = "bodies",
        /// How jobs were before they were changed.
        Changes = "changes",
        /// Members' replies.
        Replies = "replies",
        /// Messages and their attempts.
        Records = "records",
        /// Jobs.
        Jobs = "jobs",
        /// The log of what happened to them.
        Log = "log",
        /// Limits that hold nobody back any more.
        Paces = "paces",
        /// People of whom nothing else is left.
        People = "people",
    }
}

impl Keep {
    /// What ended, or came in, by this instant has been kept long enough.
    pub fn limit(&self, what: What, now: DateTime<Utc>) -> DateTime<Utc> {
        let kept = match what {
            What::Events => EVENTS,
            What::DeadEvents => DEAD_EVENTS,
            What::Keys => KEYS,
            // Words of third parties are never kept longer than everybody else's.
            What::Forwards => FORWARDS.min(self.bodies),
            What::Bodies | What::Changes => self.bodies,
            What::Replies | What::Records | What::Jobs | What::Log | What::People => self.records,
            What::Paces => TimeDelta::zero(),
        };
        now - kept
    }
}

/// What has to be known of a message to judge it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What it is for.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: State,
    /// Why it waited.
    pub held_by: Option<Hold>,
    /// True once the owner was asked about it, or told of it.
    pub mentioned: bool,
    /// When it came into its final state.
    pub at: Option<DateTime<Utc>>,
}

impl Ended {
    /// True when the words may go by the rule for `what`.
    pub fn words_may_go(&self, what: What, limit: DateTime<Utc>) -> bool {
        (what == What::Bodies || self.purpose == Purpose::Forward) && self.is_over() && self.by(limit)
    }

    /// True when the record may go. Its words went before.
    pub fn record_may_go(&self, limit: DateTime<Utc>) -> bool {
        self.is_over() && self.by(limit)
    }

    fn by(&self, limit: DateTime<Utc>) -> bool {
        self.at.is_some_and(|at| at <= limit)
    }

    /// Only evidence can still change it, and the owner knows of it: a post that was too late is told of in a digest,
    /// which needs its words.
    fn is_over(&self) -> bool {
        let to_be_told = self.state == State::Expired && self.held_by == Some(Hold::Late) && !self.mentioned;
        self.state.is_final() && !to_be_told
    }
}

/// True when nothing more comes of a job by itself.
pub fn job_is_over(state: JobState) -> bool {
    matches!(state, JobState::Done | JobState::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-22T06:55:00Z".parse().expect("instant")
    }

    fn ended(purpose: Purpose, state: State, days: i64) -> Ended {
        Ended { purpose, state, held_by: None, mentioned: false, at: Some(now() - TimeDelta::days(days)) }
    }

    #[test]
    fn a_key_outlives_every_moment_at_which_its_event_could_be_acted_on() {
        assert_eq!((HORIZON.num_days(), KEYS.num_days()), (30, 45));
        let received = now();
        let forgotten_from = received + KEYS;
        // The event happened when it was received, at the latest.
        assert!(forgotten_from - received > HORIZON);
    }

    #[test]
    fn words_go_after_their_time_and_records_stay() {
        let keep = Keep::default();
        for (purpose, what, days, goes) in [
            (Purpose::Forward, What::Forwards, 6, false),
            (Purpose::Forward, What::Forwards, 7, true),
            (Purpose::Post, What::Forwards, 500, false),
            (Purpose::Post, What::Bodies, 29, false),
            (Purpose::Post, What::Bodies, 30, true),
            (Purpose::Forward, What::Bodies, 30, true),
        ] {
            let limit = keep.limit(what, now());
            assert_eq!(ended(purpose, State::Accepted, days).words_may_go(what, limit), goes, "{purpose:?} {days}");
        }
        let limit = keep.limit(What::Records, now());
        assert!(!ended(Purpose::Post, State::Failed, 399).record_may_go(limit));
        assert!(ended(Purpose::Post, State::Failed, 400).record_may_go(limit));
    }

    #[test]
    fn nothing_that_is_not_over_goes_however_old_it_is() {
        let limit = now();
        for state in State::ALL {
            let old = ended(Purpose::Forward, *state, 5000);
            assert_eq!(old.words_may_go(What::Bodies, limit), state.is_final(), "{state:?}");
            assert_eq!(old.record_may_go(limit), state.is_final(), "{state:?}");
        }
        let unknown_end = Ended { at: None, ..ended(Purpose::Post, State::Accepted, 0) };
        assert!(!unknown_end.words_may_go(What::Bodies, limit));
    }

    #[test]
    fn a_post_that_was_too_late_is_kept_until_the_owner_was_told() {
        let late = Ended { held_by: Some(Hold::Late), ..ended(Purpose::Post, State::Expired, 500) };
        assert!(!late.words_may_go(What::Bodies, now()));
        assert!(Ended { mentioned: true, ..late }.words_may_go(What::Bodies, now()));
    }

    #[test]
    fn shorter_bodies_take_the_words_of_members_along() {
        let keep = Keep { bodies: TimeDelta::days(7), ..Keep::default() };
        assert_eq!(keep.limit(What::Forwards, now()), now() - TimeDelta::days(7));
        let long = Keep { bodies: TimeDelta::days(3650), ..Keep::default() };
        assert_eq!(long.limit(What::Forwards, now()), now() - FORWARDS);
    }
}
