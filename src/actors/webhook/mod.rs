//! WebhookActor: every event that comes in is a row first, then it is handed to whoever it is for.
//!
//! The reply to [`Ingest`] means that the rows are committed and nothing more; handing over comes after it, in rounds.
//! What is in memory is only a shortcut: after a restart, or when the queue is full, the sweep finds the rows again.
//! It must never understand what a message says, and never close a row whose event nobody has taken.

mod handover;
mod leftovers;
mod queue;
mod round;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix::{
    Actor, ActorFutureExt, AsyncContext, Context, Handler, Recipient, ResponseActFuture, Supervised, WrapFuture,
};

use crate::actors::unit::unit;
use crate::domain::address::Address;
use crate::domain::inbound::{Inbound, NewEvent, Reading};
use crate::failpoint::{failpoint, panicpoint};
use crate::messages::{Deliver, Ingest, MemberSaid, OwnerSaid, StatusChanged, Sweep, Unavailable};
use crate::ports::{Clock, Decoder, Directory, Inbox, Recorded};

use queue::{Event, Queue};
use round::Work;

/// Most requests that wait in the mailbox; further ones wait at the HTTP edge until their deadline.
const MAILBOX: usize = 1024;

/// Whom it sends to.
pub struct Links {
    /// Private messages.
    pub owner: Recipient<OwnerSaid>,
    /// Messages in groups.
    pub correlation: Recipient<MemberSaid>,
    /// What became of messages of ours.
    pub sender: Recipient<StatusChanged>,
    /// What the owner must be told about an event that is given up.
    pub deliver: Recipient<Deliver>,
}

/// What it works with.
pub struct Parts {
    /// The rows.
    pub inbox: Arc<dyn Inbox>,
    /// Reads rows again.
    pub decoder: Arc<dyn Decoder>,
    /// Learns what happened to groups.
    pub directory: Arc<dyn Directory>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the owner is told.
    pub owner: Address,
}

/// See the page of this module.
pub struct WebhookActor {
    work: Arc<Work>,
    queue: Queue,
    /// True while a round is under way; rounds one after the other keep the order.
    dispatching: bool,
    /// True while rows are being read.
    sweeping: bool,
}

impl WebhookActor {
    /// Puts it together; nothing happens before it is started.
    pub fn new(parts: Parts, links: Links) -> Self {
        Self { work: Arc::new(Work { parts, links }), queue: Queue::default(), dispatching: false, sweeping: false }
    }

    /// Starts the next round, unless one is under way.
    fn dispatch(&mut self, ctx: &mut Context<Self>) {
        if self.dispatching {
            return;
        }
        let events = self.queue.next_round();
        if events.is_empty() {
            if self.queue.take_behind() {
                ctx.notify(Sweep);
            }
            return;
        }
        self.dispatching = true;
        let rows: Vec<i64> = events.iter().map(|event| event.row).collect();
        let work = Arc::clone(&self.work);
        let round = unit("hand events over", async move { work.round(events).await });
        ctx.spawn(round.into_actor(self).map(move |settled, act, ctx| {
            act.queue.release(&rows);
            if settled.is_err() {
                // The rows still wait; reading them at once would only turn in circles until the store is back.
                act.queue.take_behind();
            }
            act.dispatching = false;
            act.dispatch(ctx);
        }));
    }
}

impl Actor for WebhookActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        ctx.notify(Sweep);
    }
}

impl Supervised for WebhookActor {
    fn restarting(&mut self, _: &mut Self::Context) {
        self.queue = Queue::default();
        self.dispatching = false;
        self.sweeping = false;
    }
}

impl Handler<Ingest> for WebhookActor {
    type Result = ResponseActFuture<Self, Result<Vec<Recorded>, Unavailable>>;

    fn handle(&mut self, message: Ingest, _: &mut Self::Context) -> Self::Result {
        panicpoint!("webhook.ingest");
        let Ingest { events, received_at } = message;
        let understood: Vec<Option<Inbound>> = events.iter().map(understood).collect();
        let inbox = Arc::clone(&self.work.parts.inbox);
        let recorded = unit("record events", async move {
            let recorded = inbox.record(events, received_at).await?;
            failpoint!("in.committed")?;
            Ok(recorded)
        });
        Box::pin(recorded.into_actor(self).map(move |recorded, act, ctx| {
            let recorded = recorded?;
            for (outcome, inbound) in recorded.iter().zip(understood) {
                metrics::counter!("wa_events_total", "outcome" => outcome_name(*outcome)).increment(1);
                if let (Recorded::Fresh(row), Some(inbound)) = (*outcome, inbound) {
                    act.queue.push(Event { row, inbound, received_at, attempts: 0 });
                }
            }
            act.dispatch(ctx);
            Ok(recorded)
        }))
    }
}

fn understood(event: &NewEvent) -> Option<Inbound> {
    match &event.reading {
        Reading::Event(inbound) => Some(Inbound::clone(inbound)),
        Reading::Ignored(_) | Reading::Dead(_) => None,
    }
}

fn outcome_name(outcome: Recorded) -> &'static str {
    match outcome {
        Recorded::Fresh(_) => "fresh",
        Recorded::Kept => "kept",
        Recorded::Known => "known",
    }
}

impl Handler<Sweep> for WebhookActor {
    type Result = ResponseActFuture<Self, Result<(), Unavailable>>;

    fn handle(&mut self, _: Sweep, _: &mut Self::Context) -> Self::Result {
        if self.sweeping {
            return Box::pin(actix::fut::ready(Ok(())));
        }
        self.sweeping = true;
        let room = self.queue.room();
        let work = Arc::clone(&self.work);
        let swept = unit("webhook sweep", async move { work.leftovers(room).await });
        Box::pin(swept.into_actor(self).map(|found, act, ctx| {
            act.sweeping = false;
            let found = found?;
            for event in found.events {
                act.queue.push(event);
            }
            act.queue.note_behind(found.more);
            act.dispatch(ctx);
            Ok(())
        }))
    }
}
