//! Meta's 24-hour customer service window: open after a message from the person, or from any member of the group.
//!
//! A pure rule over instants; it never looks at a clock itself.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long a window stays open after the last message (Meta, "Sending messages").
pub(super) const WINDOW: TimeDelta = TimeDelta::hours(24);

/// What happens to a message that is no template while the window is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowRule {
    /// Answered with 200, then a `failed` status with 131047: what bots see on real numbers.
    #[default]
    Async,
    /// Refused at once with 400 and 131047, as Meta's table of codes says.
    Sync,
    /// Every window is open; for load tests.
    Off,
}

/// Whether a window opened by a message at `last` is still open at `now`.
pub(super) fn is_open(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    last.is_some_and(|last| now - last < WINDOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_opens_with_a_message_and_closes_after_a_day() {
        let wrote = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        assert!(!is_open(None, wrote));
        assert!(is_open(Some(wrote), wrote));
        assert!(is_open(Some(wrote), wrote + WINDOW - TimeDelta::milliseconds(1)));
        assert!(!is_open(Some(wrote), wrote + WINDOW));
    }
}
