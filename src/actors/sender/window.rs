//! The owner's 24-hour window: what is known of it, and what waits for it.
//!
//! Only the owner's window is known well enough to hold something back (Meta, "Customer service window"); for
//! everybody else the API decides.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::Parts;
use crate::domain::address::{Address, Person};
use crate::domain::delivery::Event;
use crate::domain::notice;
use crate::domain::outbox::Hold;
use crate::messages::Unavailable;
use crate::ports::{Change, Target};

/// How long a message of the owner keeps their window open, less a margin for clocks and queues.
const OPEN_FOR: TimeDelta = TimeDelta::minutes(24 * 60 - 5);
/// Most rows released or held in one step.
pub(super) const STEP: u32 = 500;

/// What is known of the owner's window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Window {
    /// Nothing is known: the API decides.
    #[default]
    Unknown,
    /// The owner wrote then.
    Since(DateTime<Utc>),
    /// The API said then that it is closed.
    Closed(DateTime<Utc>),
}

impl Window {
    /// The owner wrote at `at`.
    pub(super) fn wrote(&mut self, at: DateTime<Utc>) {
        let at = at.trunc_subsecs(0);
        *self = match *self {
            Self::Since(before) => Self::Since(before.max(at)),
            Self::Unknown | Self::Closed(_) => Self::Since(at),
        };
    }

    /// The API refused an attempt of `at` because it is closed. Nothing changes when the owner has written since.
    pub(super) fn found_closed(&mut self, at: DateTime<Utc>) {
        // Webhooks give whole seconds. Within the same one nobody knows what came first: it is tried once more, and
        // the next refusal of that second counts.
        let second = at.trunc_subsecs(0);
        *self = match *self {
            Self::Since(wrote) if wrote > second => Self::Since(wrote),
            Self::Since(wrote) if wrote == second => Self::Since(wrote - TimeDelta::seconds(1)),
            _ => Self::Closed(second),
        };
    }

    /// What the rows say: when the owner last wrote, to whichever process, and whether something waits for them.
    pub(super) fn learn(&mut self, wrote: Option<DateTime<Utc>>, something_waits: bool) {
        match (*self, wrote) {
            (Self::Unknown, None) if something_waits => *self = Self::Closed(DateTime::UNIX_EPOCH),
            (Self::Closed(found), Some(at)) if at <= found => {}
            (_, Some(at)) => self.wrote(at),
            (_, None) => {}
        }
    }

    /// True when it is known to be open.
    pub(super) fn is_open(self, now: DateTime<Utc>) -> bool {
        matches!(self, Self::Since(_)) && !self.is_closed(now)
    }

    /// True when free text would be refused.
    pub(super) fn is_closed(self, now: DateTime<Utc>) -> bool {
        match self {
            Self::Unknown => false,
            Self::Since(at) => now - at >= OPEN_FOR,
            Self::Closed(_) => true,
        }
    }
}

/// Releases what waited for the owner to write, oldest first.
pub(super) async fn release(parts: &Parts) -> Result<(), Unavailable> {
    super::settle::release_all(parts, Hold::Window).await
}

/// Holds an entry until the owner writes; when they last did, as the rows say, because that may have been to another
/// process. What they wrote after `known` lets it go.
pub(super) async fn hold(parts: &Parts, entry_id: i64, known: Window) -> Result<Option<DateTime<Utc>>, Unavailable> {
    let wrote = last_wrote(parts).await?;
    let mut window = known;
    window.learn(wrote, true);
    if window.is_open(parts.clock.now()) {
        return Ok(wrote);
    }
    let event = Event::Hold(Hold::Window);
    let change = Change { target: Target::Entry(entry_id), event, at: parts.clock.now(), actor: "sender" };
    parts.outbox.apply(vec![change]).await?;
    Ok(wrote)
}

/// Plans the template that asks the owner to write: one per closed window, however often this is called.
pub(super) async fn knock(parts: &Parts) -> Result<(), Unavailable> {
    let last_wrote = last_wrote(parts).await?;
    let now = parts.clock.now();
    parts.outbox.plan(vec![notice::knock(&parts.desk, last_wrote, now)], now).await?;
    Ok(())
}

/// When the owner last wrote privately.
pub(super) async fn last_wrote(parts: &Parts) -> Result<Option<DateTime<Utc>>, Unavailable> {
    let Address::Phone(phone) = &parts.desk.owner else { return Ok(None) };
    let owner = Person { phone: Some(phone.clone()), bsuid: None };
    Ok(parts.directory.member(&owner).await?.and_then(|member| member.last_private_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn a_refusal_from_before_the_owner_wrote_does_not_close_the_window() {
        let mut window = Window::Closed(at(0));
        window.wrote(at(10));
        window.found_closed(at(9));
        assert!(window.is_open(at(11)));
        window.found_closed(at(12));
        assert!(window.is_closed(at(12)));
    }

    #[test]
    fn a_refusal_of_the_very_second_in_which_the_owner_wrote_gets_one_more_try() {
        let refused = at(10) + TimeDelta::milliseconds(700);
        let mut window = Window::Since(at(10));
        window.found_closed(refused);
        assert!(window.is_open(refused));
        window.found_closed(refused);
        assert!(window.is_closed(refused));
    }

    #[test]
    fn a_message_of_the_owner_that_comes_a_day_late_opens_nothing() {
        let mut window = Window::Closed(at(0));
        window.wrote(at(0));
        assert!(!window.is_open(at(0) + OPEN_FOR));
        assert!(window.is_closed(at(0) + OPEN_FOR));
    }

    #[test]
    fn a_start_takes_the_window_as_the_rows_say() {
        for (wrote, waits, expected) in [
            (Some(at(1)), true, Window::Since(at(1))),
            (Some(at(1)), false, Window::Since(at(1))),
            (None, true, Window::Closed(at(0))),
            (None, false, Window::Unknown),
        ] {
            let mut window = Window::Unknown;
            window.learn(wrote, waits);
            assert_eq!(window, expected);
        }
        let mut known = Window::Closed(at(2));
        known.learn(Some(at(1)), true);
        assert_eq!(known, Window::Closed(at(2)));
        known.learn(Some(at(3)), true);
        assert_eq!(known, Window::Since(at(3)), "they wrote to another process");
    }
}
