//! Which post a group message answers.
//!
//! A quoted post is certain; without one the latest post within the window is taken, judged by when things
//! happened and not by when we heard of them. It must never match a post of another group.

use chrono::{DateTime, TimeDelta, Utc};

use super::address::GroupId;
use super::inbound::Said;
use super::outbox::{Entry, Purpose};

/// Webhooks give whole seconds: an answer within the same second as its post seems to come before it.
const RESOLUTION: TimeDelta = TimeDelta::milliseconds(999);

/// The post that a message answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// The post.
    pub post: Entry,
    /// True when it is quoted, false when it is only the latest.
    pub quoted: bool,
}

/// Why a message is nobody's answer, whatever was posted; `None` when it may be one.
pub fn never_an_answer(said: &Said) -> Option<&'static str> {
    match said {
        Said::Reaction { .. } => Some("a reaction"),
        Said::Edited { .. } => Some("an edit"),
        Said::Revoked { .. } => Some("a deletion"),
        Said::System { .. } => Some("a system message"),
        Said::Text(_)
        | Said::Media { .. }
        | Said::Location(_)
        | Said::Contacts(_)
        | Said::Tapped { .. }
        | Said::Other(_) => None,
    }
}

/// The span in which a post must have gone out to be answered, unquoted, by a message of `sent_at`; both ends count.
pub fn span(sent_at: DateTime<Utc>, window: TimeDelta) -> (DateTime<Utc>, DateTime<Utc>) {
    (sent_at - window, sent_at + RESOLUTION)
}

/// Decides between the quoted entry and the latest post within [`span`]; a quote of anything else decides nothing.
pub fn answered(group: &GroupId, quoted: Option<Entry>, latest: Option<Entry>) -> Option<Answers> {
    let ours = |entry: &Entry| entry.purpose == Purpose::Post && entry.to.is_group() && entry.to.id() == group.as_str();
    let quoted = quoted.filter(ours).map(|post| Answers { post, quoted: true });
    quoted.or_else(|| latest.filter(ours).map(|post| Answers { post, quoted: false }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Address;
    use crate::domain::content::Content;
    use crate::domain::outbox::State;

    fn group(id: &str) -> GroupId {
        GroupId::parse(id).expect("id")
    }

    fn entry(id: i64, purpose: Purpose, to: Address) -> Entry {
        let at = DateTime::UNIX_EPOCH;
        Entry {
            id,
            purpose,
            key: format!("key:{id}"),
            post: None,
            to,
            content: Content::text("x"),
            quoting: None,
            not_before: at,
            expires_at: None,
            state: State::Accepted,
            delivery: None,
            held_by: None,
            revision: 0,
            attempt: 1,
            retries: 0,
            asked_at: None,
            deadline_at: None,
            wamid: None,
            error: None,
            created_at: at,
            accepted_at: Some(at),
        }
    }

    fn post(id: i64, to: &str) -> Entry {
        entry(id, Purpose::Post, Address::Group(group(to)))
    }

    #[test]
    fn a_quoted_post_wins_over_the_latest_one() {
        let found = answered(&group("g"), Some(post(1, "g")), Some(post(2, "g"))).expect("answers");
        assert_eq!((found.post.id, found.quoted), (1, true));
    }

    #[test]
    fn without_a_quote_of_a_post_the_latest_one_counts() {
        let relay = entry(9, Purpose::Relay, Address::Group(group("g")));
        for quoted in [None, Some(relay), Some(post(1, "other"))] {
            let found = answered(&group("g"), quoted, Some(post(2, "g"))).expect("answers");
            assert_eq!((found.post.id, found.quoted), (2, false));
        }
    }

    #[test]
    fn a_post_of_another_group_is_never_answered() {
        assert_eq!(answered(&group("g"), Some(post(1, "other")), Some(post(2, "other"))), None);
        assert_eq!(answered(&group("g"), None, None), None);
    }

    #[test]
    fn an_answer_within_the_second_of_its_post_is_in_the_span() {
        let posted: DateTime<Utc> = "2026-11-22T10:00:00.800Z".parse().expect("instant");
        let (_, to) = span("2026-11-22T10:00:00Z".parse().expect("instant"), TimeDelta::hours(12));
        assert!(posted <= to);
    }
}
