//! SenderActor: the outbox. Intent, one attempt, outcome; statuses; what is unknown and its settlement.
//!
//! The rows decide; what is in memory (who is being served, who must wait) may be forgotten at any moment.
//! It must never send without a committed intent, and never repeat a request whose fate is not known.

mod attempt;
mod mend;
mod pacing;
mod pump;
mod settle;
mod window;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, ResponseActFuture, Supervised, WrapFuture};

use chrono::{DateTime, Utc};

use crate::actors::unit::unit;
use crate::domain::address::Address;
use crate::domain::breaker::Breaker;
use crate::domain::claim::LateRule;
use crate::domain::notice::OwnerDesk;
use crate::domain::outbox::Entry;
use crate::domain::pace::Pace;
use crate::failpoint::panicpoint;
use crate::messages::{Deliver, OwnerWrote, Settle, Settled, StatusChanged, Sweep, Unavailable};
use crate::ports::{Alarm, Breakers, Clock, Directory, Messenger, Outbox};

use pacing::Pacing;
use window::Window;

/// What it works with.
pub struct Parts {
    /// The rows.
    pub outbox: Arc<dyn Outbox>,
    /// Whether anything may be sent, as all processes on the number know it.
    pub breakers: Arc<dyn Breakers>,
    /// The Cloud API.
    pub messenger: Arc<dyn Messenger>,
    /// When the owner last wrote.
    pub directory: Arc<dyn Directory>,
    /// Wakes it when the next repetition is due.
    pub alarm: Arc<dyn Alarm>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the owner is reached.
    pub desk: OwnerDesk,
    /// How late a post may be without a question.
    pub late: LateRule,
    /// How fast the number may be sent from (`WA_MESSAGES_PER_SECOND`).
    pub pace: Pace,
    /// `WA_CONCURRENT_SENDS`.
    pub concurrent_sends: usize,
}

/// See the page of this module.
pub struct SenderActor {
    parts: Arc<Parts>,
    /// When this process began to send.
    since: DateTime<Utc>,
    pacing: Pacing,
    breaker: Breaker,
    window: Window,
    /// Due entries that were read and wait for a free place.
    ready: VecDeque<Entry>,
    /// Entries being sent.
    in_hand: HashSet<i64>,
    /// People being sent to: one message at a time keeps their order.
    busy: HashSet<Address>,
    /// True while due entries are being read.
    reading: bool,
    /// True when something may have become due since the last reading began.
    stale: bool,
}

impl SenderActor {
    /// Puts it together; nothing happens before it is started.
    pub fn new(parts: Parts) -> Self {
        Self {
            since: parts.clock.now(),
            pacing: Pacing::new(parts.pace, Arc::clone(&parts.clock)),
            parts: Arc::new(parts),
            breaker: Breaker::default(),
            window: Window::default(),
            ready: VecDeque::new(),
            in_hand: HashSet::new(),
            busy: HashSet::new(),
            reading: false,
            stale: false,
        }
    }
}

impl Actor for SenderActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.notify(Sweep);
    }
}

impl Supervised for SenderActor {
    fn restarting(&mut self, _: &mut Self::Context) {
        // Attempts that are under way record their outcome themselves; their rows are no longer `planned`.
        self.ready.clear();
        self.in_hand.clear();
        self.busy.clear();
        self.reading = false;
        self.window = Window::default();
    }
}

impl Handler<Deliver> for SenderActor {
    type Result = ResponseActFuture<Self, Result<Vec<i64>, Unavailable>>;

    fn handle(&mut self, message: Deliver, ctx: &mut Self::Context) -> Self::Result {
        panicpoint!("sender.deliver");
        if message.entries.is_empty() {
            self.look(ctx);
            return Box::pin(actix::fut::ready(Ok(Vec::new())));
        }
        let parts = Arc::clone(&self.parts);
        let planned = unit("plan entries", async move {
            let ids = parts.outbox.plan(message.entries, parts.clock.now()).await?;
            Ok(ids.into_iter().map(|(id, _)| id).collect())
        });
        Box::pin(planned.into_actor(self).map(|ids, act, ctx| {
            act.look(ctx);
            ids
        }))
    }
}

impl Handler<StatusChanged> for SenderActor {
    type Result = ResponseActFuture<Self, Result<(), Unavailable>>;

    fn handle(&mut self, message: StatusChanged, _: &mut Self::Context) -> Self::Result {
        panicpoint!("sender.status");
        let parts = Arc::clone(&self.parts);
        let applied = unit("apply statuses", async move { settle::statuses(&parts, message.statuses).await });
        Box::pin(applied.into_actor(self).map(|bounced, act, ctx| {
            if let Some(at) = bounced?.window_closed {
                act.window_closed(at, ctx);
            }
            act.look(ctx);
            Ok(())
        }))
    }
}

impl Handler<OwnerWrote> for SenderActor {
    type Result = ResponseActFuture<Self, Result<(), Unavailable>>;

    fn handle(&mut self, message: OwnerWrote, _: &mut Self::Context) -> Self::Result {
        let parts = Arc::clone(&self.parts);
        self.window.wrote(message.at);
        if !self.window.is_open(self.parts.clock.now()) {
            // It came a day late: what was released would only be held again.
            return Box::pin(actix::fut::ready(Ok(())));
        }
        let released = unit("release what waited for the owner", async move { window::release(&parts).await });
        Box::pin(released.into_actor(self).map(|released, act, ctx| {
            act.look(ctx);
            released
        }))
    }
}

impl Handler<Settle> for SenderActor {
    type Result = ResponseActFuture<Self, Result<Settled, Unavailable>>;

    fn handle(&mut self, message: Settle, _: &mut Self::Context) -> Self::Result {
        let parts = Arc::clone(&self.parts);
        let settled = unit("carry out a decision", async move { settle::decision(&parts, &message.decision).await });
        Box::pin(settled.into_actor(self).map(|settled, act, ctx| {
            act.look(ctx);
            settled
        }))
    }
}

impl Handler<Sweep> for SenderActor {
    type Result = ResponseActFuture<Self, Result<(), Unavailable>>;

    fn handle(&mut self, _: Sweep, _: &mut Self::Context) -> Self::Result {
        self.pacing.forget_idle();
        let parts = Arc::clone(&self.parts);
        let swept = unit("sender sweep", async move { settle::sweep(&parts).await });
        Box::pin(swept.into_actor(self).map(|found, act, ctx| {
            act.after_sweep(&found?, ctx);
            Ok(())
        }))
    }
}
