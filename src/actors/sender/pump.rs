//! What goes out next: reads due entries, gives them the free places, learns from what came of them.
//!
//! Memory is bounded by [`READ_AHEAD`] and the number of places, whatever waits in the table.

use std::collections::HashSet;
use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use chrono::{DateTime, TimeDelta, Utc};

use super::attempt::{Finished, Made, attempt};
use super::pacing::Admission;
use super::settle::{self, Found};
use super::window;
use super::{Parts, SenderActor};
use crate::actors::unit::unit;
use crate::domain::address::Address;
use crate::domain::claim::Timeliness;
use crate::domain::outbox::{Entry, Outcome, Purpose, State};
use crate::domain::refusal::{Class, unsent_delay};
use crate::messages::Unavailable;
use crate::ports::{DueFilter, Limit};

/// How many due entries are read at once.
const READ_AHEAD: u32 = 512;
/// Pause after the store could not take a write: what cannot be recorded would be tried again at once, without end.
const STORE_PAUSE: TimeDelta = TimeDelta::seconds(1);

type Ctx = Context<SenderActor>;

/// What one reading of the table found.
struct Reading {
    entries: Vec<Entry>,
    next_due: Option<DateTime<Utc>>,
}

impl SenderActor {
    /// Something may be due: look, now or as soon as the present look is over.
    pub(super) fn look(&mut self, ctx: &mut Ctx) {
        self.stale = true;
        self.pump(ctx);
    }

    /// Fills the free places, then reads on when there may be more.
    fn pump(&mut self, ctx: &mut Ctx) {
        // Nobody is left who could ask for anything: the daemon is stopping, and what waits is for its next start.
        if !ctx.connected() {
            return;
        }
        self.mend(ctx);
        if self.pacing.paused_until().is_some() {
            return;
        }
        let mut starved = false;
        while self.in_hand.len() < self.breaker.places(self.parts.concurrent_sends) {
            // Who is being sent to keeps its turn: one message at a time keeps a person's messages in order.
            let Some(at) = self.ready.iter().position(|entry| !self.busy.contains(&entry.to)) else {
                starved = true;
                break;
            };
            let Some(entry) = self.ready.remove(at) else { break };
            if !self.start(entry, ctx) {
                break;
            }
        }
        if starved && self.stale && !self.reading {
            self.read(ctx);
        }
    }

    /// Starts one entry, or lets go of it because its recipient must wait; false when everybody must wait.
    fn start(&mut self, entry: Entry, ctx: &mut Ctx) -> bool {
        if self.in_hand.contains(&entry.id) {
            return true;
        }
        if self.was_left_behind(&entry) {
            self.hold_as_late(entry.id, ctx);
            return true;
        }
        let to_owner = entry.to == self.parts.desk.owner;
        if to_owner && !entry.content.is_template() && self.window.is_closed(self.parts.clock.now()) {
            self.hold_for_owner(entry.id, ctx);
            return true;
        }
        match self.pacing.admit(&entry.to) {
            Admission::Go => self.launch(entry, ctx),
            Admission::PersonWaits(until) => {
                // What waits for one person must not fill the memory; it is read again when its pause ends.
                self.ready.retain(|other| other.to != entry.to);
                self.alarm(until, ctx);
            }
            Admission::NumberWaits(until) => {
                self.ready.push_front(entry);
                self.alarm(until, ctx);
                return false;
            }
        }
        true
    }

    /// True for a post that could have gone out long before this process began: it was planned, and then nobody was
    /// there. Being down must not turn into a burst of stale posts; the owner is asked, once.
    fn was_left_behind(&self, entry: &Entry) -> bool {
        let untouched = entry.attempt == 0 || entry.retries > 0;
        let late = self.parts.late.judge(entry.not_before, self.since) != Timeliness::InTime;
        entry.purpose == Purpose::Post && untouched && entry.asked_at.is_none() && late
    }

    fn hold_as_late(&mut self, entry_id: i64, ctx: &mut Ctx) {
        let parts = Arc::clone(&self.parts);
        self.in_hand.insert(entry_id);
        let held = unit("hold a late post", async move { settle::hold_as_late(&parts, entry_id).await });
        ctx.spawn(held.into_actor(self).map(move |held, act, ctx| {
            act.in_hand.remove(&entry_id);
            if held.is_err() {
                return act.pause(STORE_PAUSE, ctx);
            }
            act.look(ctx);
        }));
    }

    fn launch(&mut self, entry: Entry, ctx: &mut Ctx) {
        let (id, to) = (entry.id, entry.to.clone());
        let begun = self.parts.clock.now();
        self.in_hand.insert(id);
        if !to.is_group() {
            self.busy.insert(to.clone());
        }
        // A task of its own, not a future of this actor: a restart must not cut it off before it has recorded.
        let task = tokio::spawn(attempt(Arc::clone(&self.parts), entry));
        ctx.spawn(task.into_actor(self).map(move |finished, act, ctx| {
            act.in_hand.remove(&id);
            act.busy.remove(&to);
            match finished {
                Ok(finished) => act.finished(finished, begun, ctx),
                Err(_) => tracing::error!(entry.id = id, "an attempt ended by a fault; the sweep settles it"),
            }
            act.look(ctx);
        }));
    }

    /// Learns from an attempt that began at `begun`.
    fn finished(&mut self, finished: Finished, begun: DateTime<Utc>, ctx: &mut Ctx) {
        let Finished { entry, outcome, now: entry_now } = finished;
        let outcome = match outcome {
            Made::Over(outcome) => outcome,
            Made::MovedOn => return,
            Made::TooSoon { limit, until } => return self.too_soon(limit, &entry.to, until, ctx),
            Made::NotRecorded => return self.pause(STORE_PAUSE, ctx),
        };
        self.learn(&outcome, ctx);
        let retry_at = entry_now.filter(|e| e.state == State::Planned).map(|e| e.not_before);
        if !matches!(outcome, Outcome::NotSent { .. }) {
            self.pacing.reached();
        }
        match &outcome {
            Outcome::NotSent { .. } => {
                let wait = unsent_delay(self.pacing.not_reached(begun));
                self.pause(wait, ctx);
            }
            Outcome::Refused(refusal) if refusal.class == Class::Window && entry.to == self.parts.desk.owner => {
                self.window_closed(begun, ctx);
            }
            Outcome::Refused(refusal) => self.refused(refusal.class, &entry.to, retry_at, ctx),
            Outcome::Accepted { .. } | Outcome::Unknown { .. } => {}
        }
    }

    /// The limits that all processes share leave no place yet.
    fn too_soon(&mut self, limit: Limit, to: &Address, until: DateTime<Utc>, ctx: &mut Ctx) {
        match limit {
            Limit::Number => self.pacing.pause_number(until),
            Limit::Person => self.pacing.pause_person(to, until),
        }
        self.alarm(until, ctx);
    }

    /// Makes everybody wait for a while.
    fn pause(&mut self, wait: TimeDelta, ctx: &mut Ctx) {
        let until = self.parts.clock.now() + wait;
        self.pacing.pause_number(until);
        self.alarm(until, ctx);
    }

    fn refused(&mut self, class: Class, to: &Address, retry_at: Option<DateTime<Utc>>, ctx: &mut Ctx) {
        match (class, retry_at) {
            (Class::Throughput, Some(until)) => self.pacing.pause_number(until),
            (Class::Pair, Some(until)) => self.pacing.pause_person(to, until),
            _ => {}
        }
        if let Some(until) = retry_at {
            self.alarm(until, ctx);
        }
    }

    /// The API refused an attempt of `at` because the owner's window is closed.
    pub(super) fn window_closed(&mut self, at: DateTime<Utc>, ctx: &mut Ctx) {
        self.window.found_closed(at);
        self.owner_waits(ctx);
    }

    /// Something is held until the owner writes: knocks, or lets it go when they have written meanwhile.
    fn owner_waits(&mut self, ctx: &mut Ctx) {
        let open = self.window.is_open(self.parts.clock.now());
        let parts = Arc::clone(&self.parts);
        let work = async move { if open { window::release(&parts).await } else { window::knock(&parts).await } };
        self.background("see to what waits for the owner", work, ctx);
    }

    fn hold_for_owner(&mut self, entry_id: i64, ctx: &mut Ctx) {
        let parts = Arc::clone(&self.parts);
        self.in_hand.insert(entry_id);
        let known = self.window;
        let held = unit("hold for the owner", async move { window::hold(&parts, entry_id, known).await });
        ctx.spawn(held.into_actor(self).map(move |held, act, ctx| {
            act.in_hand.remove(&entry_id);
            let Ok(wrote) = held else { return act.pause(STORE_PAUSE, ctx) };
            // They may have written while it was being held, or to another process.
            act.window.learn(wrote, true);
            act.owner_waits(ctx);
        }));
    }

    /// Does something beside the sending, then looks again. What fails is done by the next sweep.
    fn background(
        &mut self,
        what: &'static str,
        work: impl Future<Output = Result<(), Unavailable>> + 'static,
        ctx: &mut Ctx,
    ) {
        ctx.spawn(unit(what, work).into_actor(self).map(|_, act, ctx| act.look(ctx)));
    }

    /// Takes over what a sweep found.
    pub(super) fn after_sweep(&mut self, found: &Found, ctx: &mut Ctx) {
        self.found_breaker(found.breaker, found.held, ctx);
        self.window.learn(found.owner_wrote, found.owner_waits);
        if found.owner_waits {
            self.owner_waits(ctx);
        }
        self.look(ctx);
    }

    fn read(&mut self, ctx: &mut Ctx) {
        self.reading = true;
        self.stale = false;
        let waiting = self.ready.iter().map(|entry| entry.to.clone());
        let skip_to: HashSet<Address> =
            self.busy.iter().cloned().chain(self.pacing.waiting_people()).chain(waiting).collect();
        let filter = DueFilter {
            skip_to: skip_to.into_iter().collect(),
            skip_ids: self.in_hand.iter().copied().collect(),
            limit: READ_AHEAD,
        };
        let parts = Arc::clone(&self.parts);
        let reading = unit("read due entries", async move { read(&parts, &filter).await });
        ctx.spawn(reading.into_actor(self).map(|reading, act, ctx| {
            act.reading = false;
            if let Ok(reading) = reading {
                act.take(reading, ctx);
            }
        }));
    }

    fn take(&mut self, reading: Reading, ctx: &mut Ctx) {
        // A full page means that there may be more behind it.
        self.stale |= reading.entries.len() >= usize::try_from(READ_AHEAD).unwrap_or(usize::MAX);
        self.ready.extend(reading.entries);
        let ends = [reading.next_due, self.pacing.next_end(), self.breaker.next_look()];
        if let Some(next) = ends.into_iter().flatten().min() {
            self.alarm(next, ctx);
        }
        self.pump(ctx);
    }

    /// Asks to be woken.
    pub(super) fn alarm(&mut self, at: DateTime<Utc>, ctx: &mut Ctx) {
        let alarm = Arc::clone(&self.parts.alarm);
        ctx.spawn(async move { alarm.set(at).await }.into_actor(self));
    }
}

async fn read(parts: &Parts, filter: &DueFilter) -> Result<Reading, Unavailable> {
    let now = parts.clock.now();
    let entries = parts.outbox.due(now, filter).await?;
    let next_due = parts.outbox.next_due(now).await?;
    Ok(Reading { entries, next_due })
}
