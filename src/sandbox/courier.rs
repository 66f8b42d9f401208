//! The courier: one task that delivers webhooks when they are due, in batches, and repeats what was not answered 200.
//!
//! What is due together travels together, up to the batch size and Meta's 3 MB, so a burst becomes few large requests
//! and a quiet hour one request per event. Nothing is ever answered to whoever handed a change in.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::clock::TimeSource;
use super::envelope::{self, Change};
use super::hooks::Post;

/// Largest body (Meta, "Webhooks overview").
const MAX_BYTES: usize = 3 * 1024 * 1024;
/// How long Meta repeats, on the emulator's clock.
const GIVE_UP: TimeDelta = TimeDelta::days(7);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What the courier is told.
pub(super) enum Order {
    /// Deliver a change after a while.
    Send { after: Duration, change: Change },
    /// Drop everything that waits.
    Purge,
    /// The target has changed: try everything that failed at once.
    Look,
    /// End.
    Stop,
}

/// A body that is on its way or waits to be repeated.
struct Parcel {
    body: Vec<u8>,
    events: usize,
    attempt: u32,
    since: DateTime<Utc>,
}

enum Load {
    Change { json: String, management: bool },
    Parcel(Parcel),
}

/// Something to be delivered at an instant; ordered so that a heap gives the earliest first.
struct Waiting {
    due: Instant,
    turn: u64,
    load: Load,
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.turn).cmp(&(self.due, self.turn))
    }
}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

/// Delivers until stopped.
pub(super) async fn run(post: Arc<Post>, mut orders: mpsc::UnboundedReceiver<Order>) {
    let mut courier = Courier { post, waiting: BinaryHeap::new(), turn: 0 };
    let mut trips: JoinSet<Option<Parcel>> = JoinSet::new();
    loop {
        let target = courier.post.target();
        let due = courier.waiting.peek().map(|next| next.due);
        let free = !target.paused && trips.len() < target.in_flight.max(1);
        tokio::select! {
            order = orders.recv() => match order {
                None | Some(Order::Stop) => return,
                Some(order) => courier.obey(order),
            },
            Some(trip) = trips.join_next() => if let Ok(Some(parcel)) = trip {
                courier.repeat(parcel, Duration::from_millis(target.retry_ms));
            },
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if free && due.is_some() => {
                if let Some(parcel) = courier.pack(target.batch.max(1)) {
                    trips.spawn(travel(courier.post.clone(), parcel));
                }
            }
        }
    }
}

/// One trip; gives the parcel back when it has to be repeated.
async fn travel(post: Arc<Post>, parcel: Parcel) -> Option<Parcel> {
    let status = post.deliver(parcel.body.clone(), parcel.events, parcel.attempt).await;
    let done = status == Some(200) || post.clock.now() - parcel.since > GIVE_UP || post.target().url.is_none();
    if !done {
        return Some(Parcel { attempt: parcel.attempt + 1, ..parcel });
    }
    settle(&post, parcel.events);
    None
}

fn settle(post: &Post, events: usize) {
    post.outstanding.send_modify(|count| *count = count.saturating_sub(events));
}

struct Courier {
    post: Arc<Post>,
    waiting: BinaryHeap<Waiting>,
    turn: u64,
}

impl Courier {
    fn obey(&mut self, order: Order) {
        match order {
            Order::Send { after, change } => {
                let load =
                    Load::Change { json: envelope::change_json(&change), management: change.field != "messages" };
                self.wait(after, load);
            }
            Order::Purge => {
                for waiting in std::mem::take(&mut self.waiting) {
                    settle(&self.post, waiting.load.events());
                }
            }
            Order::Look => {
                let now = Instant::now();
                let hurry = |waiting: Waiting| match waiting.load {
                    Load::Parcel(_) => Waiting { due: now, ..waiting },
                    Load::Change { .. } => waiting,
                };
                self.waiting = std::mem::take(&mut self.waiting).into_iter().map(hurry).collect();
            }
            Order::Stop => {}
        }
    }

    fn repeat(&mut self, parcel: Parcel, first_pause: Duration) {
        let doublings = parcel.attempt.saturating_sub(2).min(16);
        let pause = first_pause.saturating_mul(2_u32.pow(doublings)).min(LONGEST_PAUSE.max(first_pause));
        self.wait(pause, Load::Parcel(parcel));
    }

    fn wait(&mut self, after: Duration, load: Load) {
        self.turn += 1;
        self.waiting.push(Waiting { due: Instant::now() + after, turn: self.turn, load });
    }

    /// Takes what is due: one parcel to be repeated, or as many changes as fit into one body.
    fn pack(&mut self, batch: usize) -> Option<Parcel> {
        let now = Instant::now();
        let mut changes = Vec::new();
        let (mut size, mut kind) = (0, None);
        while let Some(next) = self.waiting.peek() {
            let fits = match &next.load {
                Load::Parcel(_) => changes.is_empty(),
                Load::Change { json, management } => {
                    changes.len() < batch
                        && (changes.is_empty() || size + json.len() < MAX_BYTES)
                        && kind.is_none_or(|kind| kind == *management)
                }
            };
            if next.due > now || !fits {
                break;
            }
            match self.waiting.pop()?.load {
                Load::Parcel(parcel) => return Some(parcel),
                Load::Change { json, management } => {
                    size += json.len();
                    kind = Some(management);
                    changes.push(json);
                }
            }
        }
        let body = self.post.body(&changes, kind?);
        Some(Parcel { body, events: changes.len(), attempt: 1, since: self.post.clock.now() })
    }
}

impl Load {
    fn events(&self) -> usize {
        match self {
            Self::Change { .. } => 1,
            Self::Parcel(parcel) => parcel.events,
        }
    }
}
