//! OwnerSessionActor: the dialogue with the owner, one batch of messages at a time, in order.
//!
//! Only the pinned owner is obeyed; strangers are never answered. A batch that fails comes again: everything it
//! causes carries the id of the message that caused it, so nothing happens twice.

mod batch;
mod change;
mod commands;
mod group;
mod guide;
mod identity;
mod question;
mod schedule;
mod setting;
mod show;
mod talk;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix::{Actor, AtomicResponse, Context, Handler, Recipient, Supervised, WrapFuture};
use chrono::TimeDelta;

use crate::actors::unit::unit;
use crate::domain::address::Phone;
use crate::domain::when::Settings;
use crate::failpoint::panicpoint;
use crate::messages::{
    Amend, AnswerQuoted, Cancel, Deliver, Heard, OwnerSaid, OwnerWrote, Repair, Schedule, Settle, Unavailable, Undo,
};
use crate::ports::{Clock, Directory, History, Jobs, Messenger, Outbox, Preferences, Sessions};

/// Whom it sends to.
pub struct Links {
    /// Adds jobs.
    pub schedule: Recipient<Schedule>,
    /// Withdraws jobs.
    pub cancel: Recipient<Cancel>,
    /// Changes jobs.
    pub amend: Recipient<Amend>,
    /// Takes changes back.
    pub undo: Recipient<Undo>,
    /// Passes the owner's words on to a member.
    pub answer: Recipient<AnswerQuoted>,
    /// The outbox, for answers to the owner.
    pub deliver: Recipient<Deliver>,
    /// Carries out what the owner decided.
    pub settle: Recipient<Settle>,
    /// Learns that the owner's window is open.
    pub owner_wrote: Recipient<OwnerWrote>,
}

/// What it works with.
pub struct Parts {
    /// Groups and people.
    pub directory: Arc<dyn Directory>,
    /// The jobs, to show them.
    pub jobs: Arc<dyn Jobs>,
    /// What went out, to say what was quoted.
    pub outbox: Arc<dyn Outbox>,
    /// What happened, to tell of it.
    pub history: Arc<dyn History>,
    /// Whom not to hear, and when to leave a group in peace.
    pub preferences: Arc<dyn Preferences>,
    /// The dialogue between two messages.
    pub sessions: Arc<dyn Sessions>,
    /// Asked about the id of a group that is being registered.
    pub messenger: Arc<dyn Messenger>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The owner (`OWNER_WA_ID`).
    pub owner: Phone,
    /// How the owner's time phrases are read.
    pub settings: Settings,
    /// True when the owner is asked before a post that may be a mistake (`ASK_FIRST`).
    pub guarded: bool,
    /// How long a private conversation stays open without a message (`OWNER_REPLY_TIMEOUT_SECONDS`).
    pub timeout: TimeDelta,
}

/// See the page of this module.
pub struct OwnerSessionActor {
    work: Arc<Work>,
}

/// The work itself, shared by the futures of the handlers.
struct Work {
    parts: Parts,
    links: Links,
}

impl OwnerSessionActor {
    /// Puts it together; nothing happens before it is started.
    pub fn new(parts: Parts, links: Links) -> Self {
        Self { work: Arc::new(Work { parts, links }) }
    }
}

impl Actor for OwnerSessionActor {
    type Context = Context<Self>;
}

// There is nothing to forget: the dialogue is read anew for every batch.
impl Supervised for OwnerSessionActor {}

impl Handler<OwnerSaid> for OwnerSessionActor {
    type Result = AtomicResponse<Self, Result<Vec<Heard>, Unavailable>>;

    fn handle(&mut self, message: OwnerSaid, _: &mut Self::Context) -> Self::Result {
        panicpoint!("owner_session.owner_said");
        let work = Arc::clone(&self.work);
        let done = unit("hear the owner", async move { batch::hear(&work, message).await });
        AtomicResponse::new(Box::pin(done.into_actor(self)))
    }
}

impl Handler<Repair> for OwnerSessionActor {
    type Result = AtomicResponse<Self, Result<(), Unavailable>>;

    fn handle(&mut self, _: Repair, _: &mut Self::Context) -> Self::Result {
        let work = Arc::clone(&self.work);
        let done = unit("repair the owner's identity", async move { identity::repair(&work).await });
        AtomicResponse::new(Box::pin(done.into_actor(self)))
    }
}
