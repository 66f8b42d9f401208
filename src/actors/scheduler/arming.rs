//! Tickets in the broker for what falls due soon, so that any process can be woken by what this one scheduled.
//!
//! Only what is due within the queue's horizon is parked, once: the row remembers it. What could not be parked is found by
//! the next sweep. It must never decide what is due, and nothing may wait for it: without tickets every post still goes
//! out, woken by this process's own alarm or by a sweep.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;

use crate::messages::Unavailable;
use crate::ports::{Clock, JobCursor, Jobs, StoreError, Ticket, Unarmed, WakeQueue};

/// Rows looked at in one step.
const STEP: u32 = 500;

/// See the page of this module.
pub(super) struct Arming {
    jobs: Arc<dyn Jobs>,
    queue: Arc<dyn WakeQueue>,
    clock: Arc<dyn Clock>,
    /// The epoch of the queue up to which everything is parked anew.
    epoch: AtomicU64,
    /// Slots of jobs that were just added and wait for the present step to end.
    fresh: Mutex<Vec<Unarmed>>,
    /// One step at a time.
    turn: Mutex<()>,
}

impl Arming {
    pub(super) fn new(jobs: Arc<dyn Jobs>, queue: Arc<dyn WakeQueue>, clock: Arc<dyn Clock>) -> Self {
        let epoch = AtomicU64::new(queue.epoch());
        Self { jobs, queue, clock, epoch, fresh: Mutex::default(), turn: Mutex::default() }
    }

    fn horizon(&self) -> DateTime<Utc> {
        self.clock.now() + self.queue.horizon()
    }

    /// Parks tickets for slots that are new, as far as they are near. Many callers share one step.
    pub(super) async fn fresh(&self, slots: Vec<Unarmed>) -> Result<(), Unavailable> {
        let until = self.horizon();
        let slots: Vec<Unarmed> = slots.into_iter().filter(|slot| slot.ticket.due_at <= until).collect();
        if slots.is_empty() {
            return Ok(());
        }
        self.fresh.lock().await.extend(slots);
        // Whoever has the turn parks these as well.
        while let Ok(_turn) = self.turn.try_lock() {
            self.park_fresh().await?;
            if self.fresh.lock().await.is_empty() {
                break;
            }
        }
        Ok(())
    }

    async fn park_fresh(&self) -> Result<(), StoreError> {
        loop {
            let slots = std::mem::take(&mut *self.fresh.lock().await);
            if slots.is_empty() {
                return Ok(());
            }
            self.park(&slots).await?;
        }
    }

    /// Parks tickets for everything that has come near, and for everything near when the queue may have lost some.
    pub(super) async fn sweep(&self) -> Result<(), Unavailable> {
        let _turn = self.turn.lock().await;
        let (until, epoch) = (self.horizon(), self.queue.epoch());
        if self.epoch.load(Ordering::Acquire) != epoch {
            self.jobs.disarm(until).await?;
            self.epoch.store(epoch, Ordering::Release);
        }
        let mut after = None;
        loop {
            let slots = self.jobs.unarmed(until, after, STEP).await?;
            let Some(last) = slots.last() else { break };
            after = Some(JobCursor { due_at: Some(last.ticket.due_at), id: last.ticket.job_id });
            if !self.park(&slots).await? {
                break;
            }
        }
        Ok(self.park_fresh().await?)
    }

    /// Parks one ticket per instant, and notes whose slot it stands for; false when the queue took none of them.
    async fn park(&self, slots: &[Unarmed]) -> Result<bool, StoreError> {
        let mut instants: HashMap<DateTime<Utc>, Ticket> = HashMap::new();
        for slot in slots {
            instants.entry(slot.ticket.due_at).or_insert(slot.ticket);
        }
        let tickets: Vec<Ticket> = instants.into_values().collect();
        let parked = self.queue.park(&tickets).await;
        let parked: HashMap<DateTime<Utc>, bool> = tickets.iter().map(|ticket| ticket.due_at).zip(parked).collect();
        let waits = |slot: &&Unarmed| parked.get(&slot.ticket.due_at).copied().unwrap_or(false);
        let armed: Vec<Unarmed> = slots.iter().filter(waits).copied().collect();
        self.jobs.armed(&armed).await?;
        Ok(!armed.is_empty())
    }

    /// Something fell due at so many instants for which tickets were parked.
    pub(super) fn fell_due(&self, instants: u32) {
        if instants > 0 {
            self.queue.fell_due(instants);
        }
    }
}
