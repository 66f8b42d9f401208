//! SchedulerActor: jobs and their slots.
//!
//! A wake or a sweep takes *all* that is due, in batches: per job one transaction turns the slot into outbox
//! entries. It must never send anything itself, and never trust a wake: only the rows say what is due. Its own alarm is
//! always set for the next slot in the table; with a broker, `arming` lets other processes know of what falls due soon.

mod arming;
mod zones;

use std::sync::Arc;

use actix::{Actor, ActorFutureExt, AsyncContext, Context, Handler, Recipient, Supervised};
use actix::{ResponseActFuture, ResponseFuture, WrapFuture};
use chrono::TimeDelta;
use chrono_tz::Tz;
use tokio::sync::Mutex;

use crate::actors::unit::unit;
use crate::domain::claim::LateRule;
use crate::domain::job::{Job, JobState};
use crate::domain::notice::OwnerDesk;
use crate::domain::outbox::{Entry, NewEntry, Purpose};
use crate::domain::wording;
use crate::failpoint::{failpoint, panicpoint};
use crate::messages::{Amend, Cancel, Deliver, Schedule, Sweep, Unavailable, Undo, Wake, ask};
use crate::ports::{
    Added, Alarm, Amended, Cancelled, Cause, Clock, Jobs, Outbox, Sessions, StoreError, Ticket, Unarmed, Undone,
    WakeQueue,
};
use arming::Arming;

/// Jobs taken in the first transaction of a pass: few, so that the first post of a burst leaves at once.
const FIRST_BATCH: u32 = 32;
/// Most jobs taken in each further transaction.
const CLAIM_BATCH: u32 = 500;
/// How soon to look again for what another process has in hand.
const LOOK_AGAIN: TimeDelta = TimeDelta::milliseconds(200);
/// Most late posts asked about in one message; the text of a message is bounded.
const DIGEST_BATCH: u32 = 30;

/// Whom it sends to.
pub struct Links {
    /// The outbox, once a slot became entries.
    pub deliver: Recipient<Deliver>,
}

/// What it works with.
pub struct Parts {
    /// The jobs.
    pub jobs: Arc<dyn Jobs>,
    /// The posts that came out late.
    pub outbox: Arc<dyn Outbox>,
    /// Wakes it when the next slot is due.
    pub alarm: Arc<dyn Alarm>,
    /// Lets other processes be woken by what this one schedules; none without a broker.
    pub wake: Option<Arc<dyn WakeQueue>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How late a post may be without a question.
    pub late: LateRule,
    /// Where the owner is asked.
    pub desk: OwnerDesk,
    /// The zone in which the owner reads times, unless they chose another one.
    pub zone: Tz,
    /// What the owner chose.
    pub sessions: Arc<dyn Sessions>,
}

/// See the page of this module.
pub struct SchedulerActor {
    work: Arc<Work>,
}

impl SchedulerActor {
    /// Puts it together; nothing happens before it is started.
    pub fn new(parts: Parts, links: Links) -> Self {
        let queue = parts.wake.clone();
        let arming = queue.map(|queue| Arming::new(Arc::clone(&parts.jobs), queue, Arc::clone(&parts.clock)));
        Self { work: Arc::new(Work { parts, links, arming, zones: zones::Zones::default(), turn: Mutex::new(()) }) }
    }
}

impl SchedulerActor {
    /// Lets other processes know of new slots, beside everything else: nobody waits for a broker.
    fn arm<'j>(&self, jobs: impl Iterator<Item = &'j Job>, ctx: &mut Context<Self>) {
        if self.work.arming.is_none() {
            return;
        }
        let work = Arc::clone(&self.work);
        let slots: Vec<Unarmed> = jobs.filter_map(slot_of).collect();
        let armed = unit("arm new slots", async move {
            match &work.arming {
                Some(arming) => arming.fresh(slots).await,
                None => Ok(()),
            }
        });
        ctx.spawn(armed.into_actor(self).map(|_, _, _| ()));
    }

    fn arm_changed(&self, amended: &[Amended], ctx: &mut Context<Self>) {
        self.arm(amended.iter().filter_map(changed), ctx);
    }
}

impl Actor for SchedulerActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.notify(Sweep);
    }
}

impl Supervised for SchedulerActor {}

impl Handler<Schedule> for SchedulerActor {
    type Result = ResponseActFuture<Self, Result<Vec<Added>, Unavailable>>;

    fn handle(&mut self, message: Schedule, _: &mut Self::Context) -> Self::Result {
        panicpoint!("scheduler.schedule");
        let work = Arc::clone(&self.work);
        let added = unit("schedule", async move { work.add(message).await });
        Box::pin(added.into_actor(self).map(|added, act, ctx| {
            let fresh = added.as_deref().unwrap_or_default().iter().filter(|added| added.fresh);
            act.arm(fresh.map(|added| &added.job), ctx);
            added
        }))
    }
}

impl Handler<Cancel> for SchedulerActor {
    type Result = ResponseFuture<Result<Cancelled, Unavailable>>;

    fn handle(&mut self, message: Cancel, _: &mut Self::Context) -> Self::Result {
        let work = Arc::clone(&self.work);
        Box::pin(unit("cancel", async move {
            let now = work.parts.clock.now();
            let cause = message.cause.as_deref().map(|key| Cause { key, undoes: message.undoes });
            Ok(work.parts.jobs.cancel(message.id, cause, now).await?)
        }))
    }
}

impl Handler<Amend> for SchedulerActor {
    type Result = ResponseActFuture<Self, Result<Vec<Amended>, Unavailable>>;

    fn handle(&mut self, message: Amend, _: &mut Self::Context) -> Self::Result {
        panicpoint!("scheduler.amend");
        let work = Arc::clone(&self.work);
        let amended = unit("change jobs", async move { work.amend(message).await });
        Box::pin(amended.into_actor(self).map(|amended, act, ctx| {
            act.arm_changed(amended.as_deref().unwrap_or_default(), ctx);
            amended
        }))
    }
}

impl Handler<Undo> for SchedulerActor {
    type Result = ResponseActFuture<Self, Result<Undone, Unavailable>>;

    fn handle(&mut self, message: Undo, _: &mut Self::Context) -> Self::Result {
        let work = Arc::clone(&self.work);
        let undone = unit("undo a change", async move { work.undo(message).await });
        Box::pin(undone.into_actor(self).map(|undone, act, ctx| {
            if let Ok(Undone::Changes(changes)) = &undone {
                act.arm_changed(changes, ctx);
            }
            undone
        }))
    }
}

impl Handler<Wake> for SchedulerActor {
    type Result = ResponseFuture<Result<(), Unavailable>>;

    fn handle(&mut self, _: Wake, _: &mut Self::Context) -> Self::Result {
        panicpoint!("scheduler.wake");
        let work = Arc::clone(&self.work);
        Box::pin(unit("claim", async move { work.claim_all().await }))
    }
}

impl Handler<Sweep> for SchedulerActor {
    type Result = ResponseFuture<Result<(), Unavailable>>;

    fn handle(&mut self, _: Sweep, _: &mut Self::Context) -> Self::Result {
        let work = Arc::clone(&self.work);
        Box::pin(unit("scheduler sweep", async move {
            work.follow_zones().await?;
            work.claim_all().await?;
            if let Some(arming) = &work.arming {
                arming.sweep().await?;
            }
            work.ask_about_late().await
        }))
    }
}

/// The slot of a job for which a ticket may wait.
fn slot_of(job: &Job) -> Option<Unarmed> {
    let due_at = job.next_due_at.filter(|_| job.state == JobState::Active)?;
    Some(Unarmed { ticket: Ticket { job_id: job.id, due_at }, revision: job.revision })
}

/// A job that was changed.
fn changed(amended: &Amended) -> Option<&Job> {
    match amended {
        Amended::Done { after, .. } => Some(after),
        Amended::Refused { .. } | Amended::Unknown(_) => None,
    }
}

/// The work itself, shared by the futures of the handlers.
struct Work {
    parts: Parts,
    links: Links,
    arming: Option<Arming>,
    zones: zones::Zones,
    /// One pass over the due jobs at a time: a second one would only find the same rows.
    turn: Mutex<()>,
}

impl Work {
    async fn add(&self, message: Schedule) -> Result<Vec<Added>, Unavailable> {
        let added = self.parts.jobs.add(message.jobs).await?;
        self.set_alarm(added.iter().filter(|a| a.fresh).map(|a| &a.job)).await;
        Ok(added)
    }

    async fn amend(&self, Amend { ids, amendment, cause }: Amend) -> Result<Vec<Amended>, Unavailable> {
        let amended = self.parts.jobs.amend(&ids, &amendment, &cause, self.parts.clock.now()).await?;
        self.set_alarm(amended.iter().filter_map(changed)).await;
        Ok(amended)
    }

    async fn undo(&self, Undo { id, cause }: Undo) -> Result<Undone, Unavailable> {
        let undone = self.parts.jobs.undo(id, &cause, self.parts.clock.now()).await?;
        if let Undone::Changes(changes) = &undone {
            self.set_alarm(changes.iter().filter_map(changed)).await;
        }
        Ok(undone)
    }

    /// Wakes for the first of these jobs that has something to do.
    async fn set_alarm<'j>(&self, jobs: impl Iterator<Item = &'j Job> + Send) {
        let next = |job: &Job| if job.state == JobState::Paused { job.paused_until } else { job.next_due_at };
        if let Some(at) = jobs.filter_map(next).min() {
            self.parts.alarm.set(at).await;
        }
    }

    async fn claim_all(&self) -> Result<(), Unavailable> {
        let _turn = self.turn.lock().await;
        while self.parts.jobs.wake_up(self.parts.clock.now()).await? > 0 {}
        let (mut late, mut batch) = (false, FIRST_BATCH);
        let seen_at = loop {
            let now = self.parts.clock.now();
            let claim = self.parts.jobs.claim_due(now, self.parts.late, batch).await?;
            failpoint!("plan.committed")?;
            late |= claim.late > 0;
            if claim.jobs > 0 {
                metrics::counter!("wa_slots_claimed_total").increment(u64::from(claim.jobs));
                self.look().await?;
            }
            if let Some(arming) = &self.arming {
                arming.fell_due(claim.armed);
            }
            if claim.jobs < batch {
                break now;
            }
            batch = CLAIM_BATCH;
        };
        if let Some(due_at) = self.parts.jobs.next_due().await? {
            // What was due and not taken is in the hand of another process at this moment.
            self.parts.alarm.set(if due_at > seen_at { due_at } else { seen_at + LOOK_AGAIN }).await;
        }
        if late { self.ask_about_late().await } else { Ok(()) }
    }

    /// Asks about every late post that was not asked about yet, a few in each message.
    async fn ask_about_late(&self) -> Result<(), Unavailable> {
        let mut asked = None;
        loop {
            let posts = self.parts.outbox.late_posts(false, DIGEST_BATCH).await?;
            let Some(first) = posts.first() else { return Ok(()) };
            let now_asked = Some((first.id, first.revision));
            if asked == now_asked {
                // Another process is at it; what it leaves comes with the next sweep.
                return Ok(());
            }
            asked = now_asked;
            let zone = self.parts.sessions.load().await?.zone.unwrap_or(self.parts.zone);
            let digest = self.digest(first, &posts, zone);
            self.plan_digest(&posts, digest).await?;
            self.look().await?;
        }
    }

    fn digest(&self, first: &Entry, posts: &[Entry], zone: Tz) -> NewEntry {
        let content = wording::late_digest(posts, zone);
        let owner = self.parts.desk.owner.clone();
        // With the revision: a post that was sent for, and could not be sent in time, is asked about anew.
        let key = format!("late:{}:{}", first.id, first.revision);
        NewEntry::planned(Purpose::Notice, key, owner, content, self.parts.clock.now())
    }

    async fn plan_digest(&self, posts: &[Entry], digest: NewEntry) -> Result<(), StoreError> {
        let ids: Vec<i64> = posts.iter().map(|post| post.id).collect();
        self.parts.outbox.ask_about_late(&ids, digest, self.parts.clock.now()).await
    }

    /// Tells Sender that there is something to send.
    async fn look(&self) -> Result<(), Unavailable> {
        ask(&self.links.deliver, Deliver { entries: Vec::new() }).await.map(drop)
    }
}
