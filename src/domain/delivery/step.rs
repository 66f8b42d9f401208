//! The arrows of the life-cycle as one pure function; the picture is on the page above.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    ANSWER_WITHIN, Event, MAX_REPEATS, Move, RECONCILE, RECONCILE_TEMPLATE, SEND_DEADLINE, Standing, Step, Tell,
    Verdict,
};
use crate::domain::outbox::{Delivery, Hold, Outcome, Policy, State};
use crate::domain::refusal::{Class, Refusal, unsent_delay};
use crate::failpoint::planted;

/// Says what an event leads to.
pub fn step(standing: &Standing, event: &Event, now: DateTime<Utc>) -> Step {
    match event {
        Event::Intend(_) => intend(standing, now),
        Event::Abandoned { attempt } => abandoned(standing, *attempt),
        Event::Answered { attempt, outcome } => answered(standing, *attempt, outcome),
        Event::Seen { attempt, delivery } => seen(standing, *attempt, *delivery),
        Event::Bounced { attempt, refusal } => bounced(standing, *attempt, refusal),
        Event::Orphaned => orphaned(standing),
        Event::Tick => tick(standing, now),
        Event::Verdict(verdict) => verdict_given(standing, *verdict),
        Event::Hold(hold) => held(standing, *hold),
        Event::Release(hold) if standing.state == State::Planned && standing.held_by == Some(*hold) => {
            Step::Move(Move::to(standing, State::Planned, "released"))
        }
        Event::Release(_) => Step::Stay,
        Event::Cancel => cancel(standing),
    }
}

fn intend(standing: &Standing, now: DateTime<Utc>) -> Step {
    let waits = standing.state == State::Planned && standing.held_by.is_none();
    // Planted: two senders that saw it waiting both send it.
    if !waits && !planted!("unguarded_intent") {
        return Step::Refused("it is not waiting to be sent");
    }
    if standing.expires_at.is_some_and(|at| at <= now) {
        return Step::Refused("its time has passed");
    }
    // Planted: nothing tells that it is being sent.
    let state = if planted!("no_intent_state") { State::Planned } else { State::Sending };
    let mut to = Move::to(standing, state, "intent");
    to.deadline = Some(SEND_DEADLINE);
    Step::Move(to)
}

/// The intent stands, and its sender knows that it sent nothing.
fn abandoned(standing: &Standing, attempt: Option<u32>) -> Step {
    match attempt {
        Some(attempt) => {
            answered(standing, attempt, &Outcome::NotSent { cause: "the intent was not confirmed".to_owned() })
        }
        None => Step::Stay,
    }
}

fn answered(standing: &Standing, attempt: u32, outcome: &Outcome) -> Step {
    if let Outcome::Accepted { paced, .. } = outcome {
        return accepted(standing, attempt, *paced);
    }
    // Planted: the "no" of an old attempt is taken for that of the new one.
    let latest = attempt == standing.attempt || planted!("late_refusal_counts");
    // A late "no" says nothing about a newer attempt, nor about what evidence has settled already.
    if !latest || !matches!(standing.state, State::Sending | State::Unknown) {
        return Step::Stay;
    }
    if standing.proven {
        return Step::Move(proven(standing));
    }
    match outcome {
        Outcome::Refused(refusal) => refused(standing, refusal),
        Outcome::NotSent { cause } => Step::Move(unsent(standing, cause)),
        Outcome::Unknown { cause, .. } if standing.state == State::Sending => Step::Move(lost(standing, cause)),
        Outcome::Unknown { .. } | Outcome::Accepted { .. } => Step::Stay,
    }
}

fn accepted(standing: &Standing, attempt: u32, paced: bool) -> Step {
    let newer_on_wire = standing.state == State::Sending && attempt != standing.attempt;
    let doubled = doubled(standing);
    // A webhook may have told the end of this very attempt before its answer was read.
    if standing.this_refused || newer_on_wire || (standing.state == State::Accepted && doubled.is_none()) {
        return Step::Stay;
    }
    let reason = if paced { "accepted, held back by Meta for quality assessment" } else { "accepted" };
    let mut to = Move::to(standing, State::Accepted, reason);
    to.delivery = standing.delivery.max(Some(Delivery::Accepted));
    to.retries = 0;
    to.tell = doubled;
    Step::Move(to)
}

/// What the owner is told when one more attempt turns out to have been accepted.
fn doubled(standing: &Standing) -> Option<Tell> {
    (standing.proven && !standing.this_accepted).then_some(Tell::Doubled)
}

/// Whatever becomes of the latest attempt, the message is out.
fn proven(standing: &Standing) -> Move {
    let mut to = Move::to(standing, State::Accepted, "an earlier attempt was accepted");
    to.delivery = standing.delivery.max(Some(Delivery::Accepted));
    to.retries = 0;
    to
}

fn seen(standing: &Standing, attempt: Option<u32>, delivery: Delivery) -> Step {
    let older = attempt.is_some_and(|n| n != standing.attempt);
    if standing.state == State::Sending && older {
        return Step::Stay;
    }
    // Planted: the latest word counts, and not the highest.
    let climbed = if planted!("status_goes_down") { Some(delivery) } else { standing.delivery.max(Some(delivery)) };
    let doubled = doubled(standing);
    let news = match standing.state {
        State::Accepted if climbed == standing.delivery && doubled.is_none() => return Step::Stay,
        State::Accepted => delivery.as_str().to_owned(),
        _ => format!("evidence: {}", delivery.as_str()),
    };
    let mut to = Move::to(standing, State::Accepted, news);
    to.delivery = climbed;
    to.retries = 0;
    to.tell = doubled;
    Step::Move(to)
}

fn bounced(standing: &Standing, attempt: Option<u32>, refusal: &Refusal) -> Step {
    let older = attempt.is_some_and(|n| n != standing.attempt);
    let reached_somebody = standing.delivery > Some(Delivery::Accepted);
    let open = matches!(standing.state, State::Accepted | State::Sending | State::Unknown | State::Unresolved);
    // Once anybody got it, a failure for another participant must not send it to all again.
    if reached_somebody || !open || (standing.proven && standing.state == State::Accepted) {
        return Step::Stay;
    }
    let only_proof = standing.state == State::Accepted && standing.this_accepted;
    if older && !only_proof {
        return Step::Stay;
    }
    let step = match standing.state {
        _ if standing.proven => return Step::Move(proven(standing)),
        // The latest one may still be out, or about to be.
        State::Accepted if older && standing.maybe_sent => Step::Move(lost(standing, &refusal.words())),
        State::Unresolved if standing.maybe_sent => return Step::Stay,
        // It was given up: that it did not go out is news, and no reason to send it.
        State::Unresolved => Step::Move(ended(standing, refusal, refusal.words())),
        _ => refused(standing, refusal),
    };
    match step {
        Step::Move(to) => Step::Move(Move { delivery: None, ..to }),
        other => other,
    }
}

/// A definite refusal of the latest attempt.
fn refused(standing: &Standing, refusal: &Refusal) -> Step {
    let reason = refusal.words();
    let hold = match refusal.class {
        Class::Credential => Some(Hold::Credential),
        Class::Account => Some(Hold::Account),
        Class::Window if standing.to_owner && !standing.template => Some(Hold::Window),
        _ => None,
    };
    if let Some(hold) = hold {
        let mut to = Move::to(standing, State::Planned, reason);
        to.held_by = Some(hold);
        return Step::Move(to);
    }
    let limit = refusal.class.max_attempts();
    // What never left is no attempt: an outage must neither use up a message nor lengthen its pauses.
    let before = if limit.is_some() { standing.retries.min(standing.refusals) } else { standing.retries };
    let nth = before + 1;
    let given_up = limit.is_some_and(|max| nth >= max);
    match refusal.class.delay(nth) {
        Some(_) if given_up => Step::Move(ended(standing, refusal, reason)),
        Some(delay) => Step::Move(again(standing, nth, delay, refusal, reason)),
        None => Step::Move(ended(standing, refusal, reason)),
    }
}

fn again(standing: &Standing, nth: u32, delay: TimeDelta, refusal: &Refusal, reason: String) -> Move {
    // Meta's word that a failing server did not take it is not good enough for "never twice".
    if refusal.class == Class::Transient && standing.policy == Policy::AtMostOnce {
        return lost(standing, &reason);
    }
    let asked_for = refusal.retry_after.map(|s| TimeDelta::seconds(i64::from(s)));
    let mut to = Move::to(standing, State::Planned, reason);
    to.delay = asked_for.max(Some(delay));
    to.retries = nth;
    to
}

fn ended(standing: &Standing, refusal: &Refusal, reason: String) -> Move {
    if standing.maybe_sent {
        return unresolved(standing, &reason);
    }
    let ended = Move::to(standing, State::Failed, reason);
    // A notice that cannot be delivered must not cause another notice.
    if standing.to_owner { ended } else { ended.tell(Tell::Failed(refusal.clone())) }
}

fn unsent(standing: &Standing, cause: &str) -> Move {
    let nth = standing.retries + 1;
    let mut to = Move::to(standing, State::Planned, format!("not sent: {cause}"));
    to.delay = Some(unsent_delay(nth));
    to.retries = nth;
    to
}

fn orphaned(standing: &Standing) -> Step {
    // Planted: what has moved on since the look for orphans is taken back.
    if standing.state != State::Sending && !planted!("stale_reaper") {
        return Step::Stay;
    }
    // Planted: what a dead process was sending is sent again.
    if planted!("reaper_resends") {
        return Step::Move(Move::to(standing, State::Planned, "the process ended while sending"));
    }
    Step::Move(lost(standing, "the process ended while sending"))
}

fn lost(standing: &Standing, cause: &str) -> Move {
    if standing.proven {
        return proven(standing);
    }
    let mut to = Move::to(standing, State::Unknown, cause);
    to.deadline = Some(if standing.template { RECONCILE_TEMPLATE } else { RECONCILE });
    to
}

fn tick(standing: &Standing, now: DateTime<Utc>) -> Step {
    let passed = standing.deadline_at.is_some_and(|at| at <= now);
    match standing.state {
        State::Planned if standing.expires_at.is_some_and(|at| at <= now) => {
            const WHY: &str = "its time passed";
            let expired = || Move::to(standing, State::Expired, WHY).tell(Tell::Expired);
            Step::Move(if standing.maybe_sent { unresolved(standing, WHY) } else { expired() })
        }
        State::Sending if passed => Step::Move(lost(standing, "no answer in time")),
        State::Unknown if passed => reconcile(standing),
        _ => Step::Stay,
    }
}

fn reconcile(standing: &Standing) -> Step {
    let resend = standing.losses <= MAX_REPEATS && !standing.probably_accepted;
    if standing.proven {
        return Step::Move(proven(standing));
    }
    if standing.asked {
        return Step::Move(unresolved(standing, "the owner did not answer"));
    }
    match standing.policy {
        Policy::Ask => {
            let mut to = Move::to(standing, State::Unknown, "the owner is asked").tell(Tell::AskUnknown);
            to.deadline = Some(ANSWER_WITHIN);
            to.ask = true;
            Step::Move(to)
        }
        Policy::AtLeastOnce if resend && standing.witnessed => {
            Step::Move(Move::to(standing, State::Planned, "no sign of it while others were confirmed: sent again"))
        }
        Policy::AtLeastOnce if resend => Step::Stay,
        Policy::AtLeastOnce | Policy::AtMostOnce => Step::Move(unresolved(standing, "no evidence came")),
    }
}

fn unresolved(standing: &Standing, reason: &str) -> Move {
    let to = Move::to(standing, State::Unresolved, reason);
    if standing.to_owner { to } else { to.tell(Tell::Unresolved) }
}

fn verdict_given(standing: &Standing, verdict: Verdict) -> Step {
    if !matches!(standing.state, State::Unknown | State::Unresolved) {
        return Step::Refused("its outcome is not open");
    }
    // Before the question its sender may still be about to send it, whatever the owner says. And one yes is one
    // repetition: the question is void once an attempt followed it, so a yes that is heard twice, as after a crash, says
    // nothing about the next attempt.
    let needs_question = standing.state == State::Unknown || verdict == Verdict::SendAgain;
    if needs_question && !standing.asked {
        return Step::Refused("nobody asked about it since it was last sent");
    }
    Step::Move(match verdict {
        Verdict::SendAgain => {
            let mut to = Move::to(standing, State::Planned, "the owner said: send again");
            to.retries = 0;
            to
        }
        Verdict::Leave => Move::to(standing, State::Unresolved, "the owner said: leave it"),
        Verdict::Arrived => {
            let mut to = Move::to(standing, State::Accepted, "the owner said: it arrived");
            to.delivery = standing.delivery.max(Some(Delivery::Accepted));
            to
        }
    })
}

fn held(standing: &Standing, hold: Hold) -> Step {
    if standing.state != State::Planned || standing.held_by.is_some() {
        return Step::Stay;
    }
    let mut to = Move::to(standing, State::Planned, format!("held: {}", hold.as_str()));
    to.held_by = Some(hold);
    Step::Move(to)
}

fn cancel(standing: &Standing) -> Step {
    match standing.state {
        State::Planned if standing.maybe_sent => Step::Move(unresolved(standing, "withdrawn")),
        State::Planned => Step::Move(Move::to(standing, State::Cancelled, "withdrawn")),
        // Planted: what may be out already is called withdrawn.
        State::Sending if planted!("cancel_while_sending") => {
            Step::Move(Move::to(standing, State::Cancelled, "withdrawn"))
        }
        State::Sending | State::Unknown => Step::Refused("it is already being sent"),
        _ => Step::Refused("it is over"),
    }
}

impl Move {
    /// A change to `to` that keeps delivery and forgets holds, delays and deadlines.
    fn to(standing: &Standing, to: State, reason: impl Into<String>) -> Self {
        Self {
            to,
            delivery: standing.delivery,
            held_by: None,
            delay: None,
            retries: standing.retries,
            deadline: None,
            ask: false,
            tell: None,
            reason: reason.into(),
        }
    }

    fn tell(mut self, tell: Tell) -> Self {
        self.tell = Some(tell);
        self
    }
}
