//! Who wrote: the owner, somebody who may not be the owner any more, or a stranger.
//!
//! It must never answer anybody: to a stranger, and to whoever holds the owner's number now, there is silence.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::Work;
use crate::domain::address::Person;
use crate::domain::inbound::{Message, Said};
use crate::domain::owner::{Recognition, recognise};
use crate::domain::session::Session;
use crate::messages::{Heard, OwnerWrote, Unavailable, ask};
use crate::ports::Saved;

const FROZEN: Heard = Heard::Ignored("the owner's identity is in doubt");
const STRANGER: Heard = Heard::Ignored("not the owner");

/// One message, with what was found out about its writer.
pub(super) struct Known<'a> {
    /// The message.
    pub message: &'a Message,
    /// When it was written; never later than it was received.
    pub said_at: DateTime<Utc>,
    /// Why it is not obeyed; `None` for the owner's.
    pub ignored: Option<Heard>,
}

/// Tells the writers apart, and pins or freezes the owner's identity; true when the dialogue changed by that.
pub(super) fn recognise_all<'a>(
    work: &Work,
    session: &mut Session,
    messages: impl Iterator<Item = (&'a Message, DateTime<Utc>)>,
) -> (Vec<Known<'a>>, bool) {
    let before = (session.pinned.clone(), session.frozen);
    let known = messages
        .map(|(message, received_at)| {
            let said_at = plausible(message.sent_at, received_at);
            Known { message, said_at, ignored: ignored(work, session, message) }
        })
        .collect();
    let changed = before != (session.pinned.clone(), session.frozen);
    (known, changed)
}

fn ignored(work: &Work, session: &mut Session, message: &Message) -> Option<Heard> {
    if message.group.is_some() {
        return Some(Heard::Ignored("not a private message"));
    }
    let recognition = recognise(&work.parts.owner, session.pinned.as_ref(), &message.from);
    match recognition {
        Recognition::Stranger => {
            metrics::counter!("wa_strangers_total").increment(1);
            return Some(STRANGER);
        }
        _ if session.frozen => return Some(FROZEN),
        Recognition::Conflict => freeze(session, "another business-scoped id under the owner's number"),
        Recognition::Owner | Recognition::OwnerFirstSeen if changes_identity(message) => {
            freeze(session, "the platform says that the owner's identity changed");
        }
        Recognition::OwnerFirstSeen => {
            session.pinned.clone_from(&message.from.bsuid);
            return None;
        }
        Recognition::Owner => return None,
    }
    Some(FROZEN)
}

fn freeze(session: &mut Session, why: &'static str) {
    session.frozen = true;
    metrics::counter!("wa_owner_conflicts_total").increment(1);
    tracing::warn!(why, "commands are frozen until an operator repairs the owner's identity");
}

/// True when the platform says that the number or the id behind this chat changed: never followed by itself.
fn changes_identity(message: &Message) -> bool {
    matches!(&message.said, Said::System { change } if change.contains("changed"))
}

/// When a message was written: a time of the future, or from before there was a Cloud API, is not believed.
fn plausible(sent_at: DateTime<Utc>, received_at: DateTime<Utc>) -> DateTime<Utc> {
    const CLOUD_API_BEGAN: i64 = 1_640_995_200; // 2022-01-01T00:00:00Z
    if sent_at.timestamp() < CLOUD_API_BEGAN { received_at } else { sent_at.min(received_at) }
}

/// Notes who was seen, each person once, and that the owner's window is open.
pub(super) async fn note(work: &Work, known: &[Known<'_>]) -> Result<(), Unavailable> {
    let mut latest: Vec<&Known<'_>> = Vec::new();
    let mut places: HashMap<(Option<&str>, Option<&str>), usize> = HashMap::new();
    for seen in known.iter().filter(|seen| seen.ignored.is_none() || seen.ignored == Some(STRANGER)) {
        match places.get(&identity(&seen.message.from)).and_then(|place| latest.get_mut(*place)) {
            Some(before) if before.said_at <= seen.said_at && opens_window(&seen.message.said) => *before = seen,
            Some(_) => {}
            None => {
                places.insert(identity(&seen.message.from), latest.len());
                latest.push(seen);
            }
        }
    }
    for seen in &latest {
        let Known { message, said_at, .. } = seen;
        let (name, username) = (message.name.as_deref(), message.username.as_deref());
        let private_at = opens_window(&message.said).then_some(*said_at);
        work.parts.directory.seen(&message.from, name, username, private_at).await?;
    }
    metrics::counter!("wa_strangers_total")
        .increment(known.iter().filter(|k| k.ignored == Some(STRANGER)).count() as u64);
    let wrote = known.iter().filter(|seen| seen.ignored.is_none() && opens_window(&seen.message.said));
    let wrote = wrote.map(|seen| seen.said_at).max();
    match wrote {
        Some(at) => ask(&work.links.owner_wrote, OwnerWrote { at }).await,
        None => Ok(()),
    }
}

/// True for what counts as a message of a person; what the platform says about one opens no window.
fn opens_window(said: &Said) -> bool {
    !matches!(said, Said::System { .. } | Said::Reaction { .. } | Said::Edited { .. } | Said::Revoked { .. })
}

fn identity(person: &Person) -> (Option<&str>, Option<&str>) {
    (person.phone.as_ref().map(|phone| phone.digits()), person.bsuid.as_ref().map(|bsuid| bsuid.as_str()))
}

/// Forgets the pinned identity and thaws: the next message under the owner's number pins anew.
pub(super) async fn repair(work: &Work) -> Result<(), Unavailable> {
    loop {
        let mut session = work.parts.sessions.load().await?;
        session.pinned = None;
        session.frozen = false;
        if work.parts.sessions.save(&mut session).await? == Saved::Kept {
            return Ok(());
        }
    }
}
