//! What must never be, whatever happens: the promises of the product, in terms of what the server really did.

use super::lives::{Lives, is_to_come};
use super::state::{ATTEMPTS, Request, Sender, State};
use super::what::What;
use crate::domain::delivery::{Known, Life};
use crate::domain::outbox::{self, Delivery, Policy};

/// What is wrong about one thing that happens to a life.
pub fn unlawful(before: &Life, what: What, after: &Life) -> Option<&'static str> {
    let (from, to) = (&before.entry, &after.entry);
    // What reached nobody yet may be taken back by the server that had taken it.
    let taken_back = matches!(what, What::Bounced(..)) && from.delivery <= Some(Delivery::Accepted);
    if to.delivery < from.delivery && !taken_back {
        return Some("delivery fell");
    }
    let news = match what {
        What::Answered(n, _) => after.attempts[n - 1].known == Known::Accepted,
        What::Seen(..) | What::Bounced(..) | What::Said(_) => true,
        _ => false,
    };
    if from.state.is_final() && to.state != from.state && !news {
        return Some("what was over went on without any news of it");
    }
    None
}

/// What is wrong about a request that goes out now as the attempt `n`.
pub fn departs(lives: &Lives, policy: Policy, state: &State, n: usize) -> Option<&'static str> {
    // It may be repeated on purpose while an earlier attempt turns out to have been accepted.
    let on_purpose = |earlier: usize| match state.request(earlier) {
        Request::Accepted => policy == Policy::AtLeastOnce || consented(state, earlier, n),
        request => request == Request::Bounced,
    };
    let over = match lives.gist(state.life).state {
        outbox::State::Accepted => !(1..n).any(on_purpose),
        state => state.is_final(),
    };
    match over {
        true => Some("sent after it was over"),
        false if state.withdrawn => Some("sent after it was withdrawn"),
        false => None,
    }
}

/// What is wrong about a look by the sweep, which nobody asked for, that leads to the life `after`.
pub fn looks(lives: &Lives, state: &State, after: usize) -> Option<&'static str> {
    let resent = lives.gist(after).state == outbox::State::Planned && after != state.life;
    let probably_out = |n: usize| state.garbled.has(n) && state.request(n) != Request::Bounced;
    let breach = resent && (1..=ATTEMPTS).any(probably_out);
    breach.then_some("sent again by itself, although it was probably accepted")
}

/// What is wrong about a state.
pub fn wrong(lives: &mut Lives, policy: Policy, state: &State) -> Option<&'static str> {
    if policy != Policy::AtLeastOnce && is_doubled(state) {
        return Some("sent twice without consent");
    }
    let gist = lives.gist(state.life);
    let accepted = state.requests.contains(&Request::Accepted);
    let known_accepted = gist.known.contains(&Known::Accepted);
    match gist.state {
        outbox::State::Accepted if state.said_arrived => None,
        outbox::State::Accepted if !accepted && !state.requests.contains(&Request::Bounced) => {
            Some("reported accepted, and was not")
        }
        outbox::State::Accepted if !known_accepted => {
            Some("reported accepted, though all attempts are known to have failed")
        }
        outbox::State::Accepted => None,
        outbox::State::Failed | outbox::State::Cancelled | outbox::State::Expired if accepted && is_quiet(state) => {
            Some("reported unsent, and was sent")
        }
        outbox::State::Sending if !lives.time_leads_out(state.life) => Some("no deadline leads out of it"),
        outbox::State::Sending => None,
        _ if known_accepted => Some("known to be accepted, and not reported so"),
        _ if !lives.time_leads_out(state.life) => Some("no deadline leads out of it"),
        _ => None,
    }
}

/// True when two attempts were accepted, and the owner did not ask for the second.
fn is_doubled(state: &State) -> bool {
    let mut last = None;
    for n in 1..=ATTEMPTS {
        if state.request(n) == Request::Accepted {
            if last.is_some_and(|earlier| !consented(state, earlier, n)) {
                return true;
            }
            last = Some(n);
        }
    }
    false
}

/// True when the owner asked for a repetition after one attempt and before the other.
fn consented(state: &State, earlier: usize, later: usize) -> bool {
    (earlier..later).any(|n| state.consents.has(n))
}

/// True when nobody has anything more to say but the server, whose statuses may be lost.
fn is_quiet(state: &State) -> bool {
    state.senders == [Sender::Idle; 2] && !state.requests.contains(&Request::InFlight)
}

/// True when nothing but time, and the trust in silence that comes with it, leads to the end or to waiting to be sent.
pub fn time_leads_out(lives: &mut Lives, life: usize) -> bool {
    let mut at = life;
    // Lost; the owner is asked; no answer.
    for _ in 0..8 {
        let entry = &lives.get(at).entry;
        let next = match entry.state {
            outbox::State::Planned if entry.held_by.is_some() => What::Release,
            state if state.is_final() || state == outbox::State::Planned => return true,
            _ if is_to_come(entry.deadline_at) => What::DeadlinePasses,
            _ => What::Tick(true),
        };
        at = lives.after(at, next).life;
    }
    false
}
