//! The breaker at work: what this process learns is put where the others see it, and one of them looks at a time.
//!
//! The row is the truth; what the actor holds is a copy that may be behind by one sweep. It must never look while
//! another process does, and never release anything before the row says that sending works again.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use chrono::{DateTime, Utc};

use super::{Parts, SenderActor, settle};
use crate::actors::unit::unit;
use crate::domain::breaker::Breaker;
use crate::domain::outbox::{Hold, Outcome};
use crate::messages::Unavailable;
use crate::ports::Saved;

type Ctx = Context<SenderActor>;

/// What a look at a broken breaker found.
enum Trial {
    /// Nothing is held any more, or another process found that sending works: everything may go.
    Mended,
    /// One message goes, to see.
    OneGoes(Breaker),
    /// It still does not work, or another process is looking.
    NotYet(Breaker),
}

impl SenderActor {
    /// Learns from the outcome of an attempt whether anything may be sent at all.
    pub(super) fn learn(&mut self, outcome: &Outcome, ctx: &mut Ctx) {
        let (before, now) = (self.breaker, self.parts.clock.now());
        let works_again = self.breaker.learn(outcome, now);
        if self.breaker != before {
            let (parts, learnt, outcome) = (Arc::clone(&self.parts), before, outcome.clone());
            let change = async move {
                let row = change(&parts, |row| relearn(row, learnt, &outcome, now)).await?;
                if works_again { release_everything(&parts).await.map(|()| row) } else { Ok(row) }
            };
            self.adopt_after(change, ctx);
        }
        self.after_look(ctx);
    }

    /// Takes over the breaker as a sweep read it, and looks at once at what is held by a breaker that is closed.
    pub(super) fn found_breaker(&mut self, row: Breaker, held: Option<Hold>, ctx: &mut Ctx) {
        if let Some(hold) = held.filter(|_| row == Breaker::Closed) {
            let (parts, now) = (Arc::clone(&self.parts), self.parts.clock.now());
            let change = async move { change(&parts, |row| row.found_held(hold, now)).await };
            self.adopt_after(change, ctx);
        } else {
            self.adopt(row);
            self.after_look(ctx);
        }
    }

    /// Looks whether what the breaker holds may go again, when it is time for that.
    pub(super) fn mend(&mut self, ctx: &mut Ctx) {
        if self.breaker.due_trial(self.parts.clock.now()).is_none() {
            return;
        }
        self.breaker.trying(self.parts.clock.now());
        let parts = Arc::clone(&self.parts);
        let tried = unit("look whether sending works again", async move { try_again(&parts).await });
        ctx.spawn(tried.into_actor(self).map(|trial, act, ctx| {
            match trial {
                Ok(Trial::Mended) => act.breaker = Breaker::Closed,
                Ok(Trial::OneGoes(row)) => act.breaker = row,
                Ok(Trial::NotYet(row)) => act.breaker = row.from_afar(),
                Err(_) => act.breaker.still_broken(act.parts.clock.now()),
            }
            act.after_look(ctx);
            act.look(ctx);
        }));
    }

    /// Adopts the row that a change leads to.
    fn adopt_after(&self, change: impl Future<Output = Result<Breaker, Unavailable>> + 'static, ctx: &mut Ctx) {
        ctx.spawn(unit("keep the breaker", change).into_actor(self).map(|row, act, ctx| {
            if let Ok(row) = row {
                act.adopt(row);
            }
            act.after_look(ctx);
            act.look(ctx);
        }));
    }

    /// A trial of this process goes on; that of another one is waited for.
    fn adopt(&mut self, row: Breaker) {
        let mine = matches!((self.breaker, row), (Breaker::Trying { until, .. }, Breaker::Trying { until: end, .. }) if until == end);
        self.breaker = if mine { row } else { row.from_afar() };
    }

    fn after_look(&mut self, ctx: &mut Ctx) {
        if let Some(next) = self.breaker.next_look() {
            self.alarm(next, ctx);
        }
        let open = if self.breaker.places(1) == 0 { 1.0 } else { 0.0 };
        metrics::gauge!("wa_breaker_open").set(open);
    }
}

/// Learns for the row what was learnt here: an acceptance counts only for the trial that it belongs to.
fn relearn(row: &mut Breaker, before: Breaker, outcome: &Outcome, now: DateTime<Utc>) {
    if matches!(before, Breaker::Trying { .. }) {
        *row = before;
    }
    row.learn(outcome, now);
}

/// Changes the row by a rule, however many do so at once; as it stands then.
async fn change(parts: &Parts, rule: impl Fn(&mut Breaker)) -> Result<Breaker, Unavailable> {
    loop {
        let (before, revision) = parts.breakers.load().await?;
        let mut row = before;
        rule(&mut row);
        if row == before || parts.breakers.save(row, revision).await? == Saved::Kept {
            return Ok(row);
        }
    }
}

/// Takes the turn to look, if it is free, and looks.
async fn try_again(parts: &Parts) -> Result<Trial, Unavailable> {
    let (mut row, revision) = parts.breakers.load().await?;
    if row == Breaker::Closed {
        return Ok(Trial::Mended);
    }
    let now = parts.clock.now();
    let Some(hold) = row.due_trial(now) else { return Ok(Trial::NotYet(row)) };
    row.trying(now);
    if parts.breakers.save(row, revision).await? == Saved::Outdated {
        return Ok(Trial::NotYet(parts.breakers.load().await?.0));
    }
    if hold == Hold::Credential && !parts.messenger.probe().await {
        return Ok(Trial::NotYet(change(parts, |row| row.still_broken(now)).await?));
    }
    // A token may be good for a question and not for sending, so one message is what shows it.
    if settle::release_one(parts, hold).await? {
        return Ok(Trial::OneGoes(row));
    }
    change(parts, |row| *row = Breaker::Closed).await?;
    Ok(Trial::Mended)
}

async fn release_everything(parts: &Parts) -> Result<(), Unavailable> {
    settle::release_all(parts, Hold::Credential).await?;
    settle::release_all(parts, Hold::Account).await
}
