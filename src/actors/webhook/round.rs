//! One round: events are sorted by audience, handed over to all audiences at once, and their rows closed together.
//!
//! Within an audience the order is that of the rows, as long as the audience answers; an event that is put off may be
//! overtaken. It must never close a row as dead before the owner's notice about it is durable.

use chrono::{DateTime, TimeDelta, Utc};

use super::handover::{Fate, Parcel, hand_over};
use super::queue::Event;
use super::{Links, Parts};
use crate::actors::unit::unit;
use crate::domain::content::Content;
use crate::domain::group::GroupState;
use crate::domain::inbound::{Change, GroupChange, Inbound, Message, Status};
use crate::domain::outbox::{NewEntry, Purpose};
use crate::domain::retention::HORIZON;
use crate::failpoint::{failpoint, panicpoint};
use crate::messages::{Deliver, Heard, Matched, MemberSaid, OwnerSaid, StatusChanged, Unavailable, ask};
use crate::ports::{Settlement, StoreError};

/// Waits before an event is tried again, by how often it was tried.
const DELAYS: [TimeDelta; 4] =
    [TimeDelta::seconds(1), TimeDelta::seconds(5), TimeDelta::seconds(30), TimeDelta::seconds(120)];
/// An event that fails so often by itself is given up.
const MAX_ATTEMPTS: u32 = 5;

pub(super) type Rows = Vec<(i64, Settlement)>;

/// The work itself, shared by the futures of the actor.
pub(super) struct Work {
    pub parts: Parts,
    pub links: Links,
}

/// What the owner reads about an event that is given up.
#[derive(Clone, Copy)]
pub(super) struct Lost {
    /// What it was, with its article.
    pub what: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

/// The events of a round by who they are for.
#[derive(Default)]
struct Audiences {
    owner: Vec<Parcel<Message>>,
    members: Vec<Parcel<Message>>,
    statuses: Vec<Parcel<Status>>,
    groups: Vec<Parcel<GroupChange>>,
    /// Rows of events that are too old.
    outdated: Rows,
}

impl Audiences {
    fn add(&mut self, event: Event, now: DateTime<Utc>) {
        let Event { row, mut inbound, received_at, attempts } = event;
        let happened_at = happened_at(&mut inbound);
        *happened_at = believable(*happened_at, received_at);
        if now - *happened_at > HORIZON {
            self.outdated.push((row, Settlement::Ignored("happened too long ago")));
            return;
        }
        match inbound {
            Inbound::Message(item) => {
                let list = if item.group.is_some() { &mut self.members } else { &mut self.owner };
                list.push(Parcel { row, attempts, received_at, item });
            }
            Inbound::Status(item) => {
                self.statuses.push(Parcel { row, attempts, received_at, item });
            }
            Inbound::Group(item) => {
                self.groups.push(Parcel { row, attempts, received_at, item });
            }
        }
    }
}

fn happened_at(inbound: &mut Inbound) -> &mut DateTime<Utc> {
    match inbound {
        Inbound::Message(message) => &mut message.sent_at,
        Inbound::Status(status) => &mut status.at,
        Inbound::Group(change) => &mut change.at,
    }
}

/// An event without a time happened when it was received. A time in the future is a wrong clock, never a promise;
/// nothing downstream may wait for it.
fn believable(happened_at: DateTime<Utc>, received_at: DateTime<Utc>) -> DateTime<Utc> {
    if happened_at == DateTime::UNIX_EPOCH { received_at } else { happened_at.min(received_at) }
}

impl Work {
    /// Hands the events over and closes their rows.
    pub async fn round(&self, events: Vec<Event>) -> Result<(), Unavailable> {
        panicpoint!("webhook.round");
        failpoint!("proc.claimed")?;
        let now = self.parts.clock.now();
        let mut audiences = Audiences::default();
        events.into_iter().for_each(|event| audiences.add(event, now));
        let Audiences { owner, members, statuses, groups, mut outdated } = audiences;
        let (owner, members, statuses, groups) = futures::join!(
            self.to_owner(&owner),
            self.to_members(&members),
            self.to_sender(&statuses),
            self.to_directory(&groups),
        );
        outdated.extend([owner, members, statuses, groups].into_iter().flatten());
        self.settle(outdated).await
    }

    async fn to_owner(&self, parcels: &[Parcel<Message>]) -> Rows {
        let fates = hand_over(parcels, async |portion| {
            let received_at = portion.iter().map(|parcel| parcel.received_at).collect();
            let heard = ask(&self.links.owner, OwnerSaid { messages: items(portion), received_at }).await?;
            Ok(heard.into_iter().map(heard_settles).collect())
        });
        self.rows(
            parcels,
            fates.await,
            Lost { what: "a private message", advice: "If it was yours, please send it again." },
        )
        .await
    }

    async fn to_members(&self, parcels: &[Parcel<Message>]) -> Rows {
        let fates = hand_over(parcels, async |portion| {
            let matched = ask(&self.links.correlation, MemberSaid { messages: items(portion) }).await?;
            Ok(matched.into_iter().map(matched_settles).collect())
        });
        self.rows(parcels, fates.await, Lost { what: "a message in a group", advice: "Please look there for a reply." })
            .await
    }

    async fn to_sender(&self, parcels: &[Parcel<Status>]) -> Rows {
        let fates = hand_over(parcels, async |portion| {
            ask(&self.links.sender, StatusChanged { statuses: items(portion) }).await?;
            Ok(vec![Settlement::Done; portion.len()])
        });
        self.rows(
            parcels,
            fates.await,
            Lost { what: "a receipt of a message of mine", advice: "Please look in the chat whether it arrived." },
        )
        .await
    }

    async fn to_directory(&self, parcels: &[Parcel<GroupChange>]) -> Rows {
        let fates = hand_over(parcels, async |portion| {
            unit("note group changes", async {
                let mut settled = Vec::with_capacity(portion.len());
                for parcel in portion {
                    settled.push(self.note_group(&parcel.item).await?);
                }
                Ok(settled)
            })
            .await
        });
        self.rows(
            parcels,
            fates.await,
            Lost { what: "news about a group", advice: "Please look whether it is still there." },
        )
        .await
    }

    async fn note_group(&self, news: &GroupChange) -> Result<Settlement, StoreError> {
        let (state, invite_link) = match &news.change {
            Change::Created { invite_link } => (GroupState::Verified, invite_link.clone()),
            Change::Cleared => (GroupState::Verified, None),
            Change::Suspended => (GroupState::Suspended, None),
            Change::Deleted => (GroupState::Gone, None),
            Change::Other(_) => return Ok(Settlement::Ignored("no rule for this news about a group")),
        };
        self.parts.directory.group_changed(&news.group, state, invite_link).await?;
        Ok(Settlement::Done)
    }

    /// What happens to the rows.
    async fn rows<T>(&self, parcels: &[Parcel<T>], fates: Vec<Fate>, lost: Lost) -> Rows {
        let mut rows = Vec::with_capacity(parcels.len());
        for (parcel, fate) in parcels.iter().zip(fates) {
            let settlement = match fate {
                Fate::Taken(settlement) => settlement,
                Fate::PutOff => self.again(parcel.attempts, "whom it is for does not answer"),
                Fate::Failed(why) if parcel.attempts + 1 < MAX_ATTEMPTS => self.again(parcel.attempts, &why),
                Fate::Failed(why) => self.give_up(parcel.row, why, lost).await,
            };
            rows.push((parcel.row, settlement));
        }
        rows
    }

    fn again(&self, attempts: u32, reason: &str) -> Settlement {
        let [.., longest] = DELAYS;
        let delay = usize::try_from(attempts).ok().and_then(|tried| DELAYS.get(tried)).copied().unwrap_or(longest);
        Settlement::Retry { reason: reason.to_owned(), not_before: self.parts.clock.now() + delay }
    }

    /// Dead, once the owner's notice is durable; until then it is only put off.
    pub async fn give_up(&self, row: i64, why: String, lost: Lost) -> Settlement {
        let Lost { what, advice } = lost;
        let words = Content::text(format!("I could not handle {what} and gave it up (no. {row}). {advice}"));
        let key = format!("notice:inbox:{row}");
        let notice = NewEntry::planned(Purpose::Notice, key, self.parts.owner.clone(), words, self.parts.clock.now());
        match ask(&self.links.deliver, Deliver { entries: vec![notice] }).await {
            Ok(_) => Settlement::Dead(why),
            Err(_) => self.again(MAX_ATTEMPTS, "the owner could not be told that it is given up"),
        }
    }

    pub async fn settle(&self, rows: Rows) -> Result<(), Unavailable> {
        if rows.is_empty() {
            return Ok(());
        }
        let outcomes: Vec<&'static str> = rows.iter().map(|(_, settlement)| settlement_name(settlement)).collect();
        self.parts.inbox.settle(rows).await?;
        failpoint!("proc.committed")?;
        for outcome in outcomes {
            metrics::counter!("wa_events_settled_total", "outcome" => outcome).increment(1);
        }
        Ok(())
    }
}

fn items<T: Clone>(portion: &[Parcel<T>]) -> Vec<T> {
    portion.iter().map(|parcel| parcel.item.clone()).collect()
}

fn heard_settles(heard: Heard) -> Settlement {
    match heard {
        Heard::Obeyed => Settlement::Done,
        Heard::Ignored(why) => Settlement::Ignored(why),
    }
}

fn matched_settles(matched: Matched) -> Settlement {
    match matched {
        Matched::Forwarded => Settlement::Done,
        Matched::Unrelated(why) => Settlement::Ignored(why),
    }
}

fn settlement_name(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Done => "done",
        Settlement::Ignored(_) => "ignored",
        Settlement::Dead(_) => "dead",
        Settlement::Retry { .. } => "retry",
    }
}
