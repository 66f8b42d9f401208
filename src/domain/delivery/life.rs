//! An entry with its attempts, and what an event does to both.
//!
//! The order is always the same: [`Life::judge`] says what follows, [`Life::note`] writes down what the event tells of
//! the attempt, [`Life::move_on`] changes the entry when it moves. It must never be changed in any other way.

use chrono::{DateTime, Utc};

use super::wordless::without_words;
use super::{Attempt, Event, Intent, Move, Standing, Step, Verdict, step};
use crate::domain::address::Wamid;
use crate::domain::outbox::{Entry, Outcome, State};

#[cfg(test)]
mod tests;

/// An entry and all that is known of its attempts.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// The entry.
    pub entry: Entry,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Life {
    /// The attempt with this number.
    pub fn attempt(&self, number: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    /// The attempt that an event is about: the one it names, else the latest.
    pub fn concerned(&self, event: &Event) -> u32 {
        event.attempt().unwrap_or(self.entry.attempt)
    }

    /// Says what an event leads to; see [`Standing::of`] for what the life itself does not know.
    pub fn judge(&self, event: &Event, to_owner: bool, witnessed: bool, at: DateTime<Utc>) -> Step {
        let standing = Standing::of(self, self.concerned(event), to_owner, witnessed);
        let step = step(&standing, event, at);
        if self.entry.content.is_removed() { without_words(&standing, event, step) } else { step }
    }

    /// Writes down what an event tells of the attempt, whether the entry moves or not. `wamid`: the id at the API that
    /// a status came with.
    pub fn note(&mut self, event: &Event, wamid: Option<&Wamid>, moves: bool, at: DateTime<Utc>) {
        let number = self.concerned(event);
        let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.number == number) else { return };
        match event {
            Event::Answered { outcome, .. } => attempt.answered(outcome, at),
            Event::Seen { .. } => attempt.seen(wamid, at),
            Event::Bounced { refusal, .. } => attempt.bounced(refusal, moves, at),
            Event::Abandoned { .. } => attempt.abandoned(at),
            Event::Orphaned if moves => attempt.lost("the process ended while sending"),
            Event::Tick if moves => attempt.lost("no answer in time"),
            Event::Verdict(Verdict::Arrived) if moves => attempt.confirmed(at),
            _ => {}
        }
    }

    /// Changes the entry as the rules say; an intent also opens the next attempt.
    pub fn move_on(&mut self, event: &Event, wamid: Option<&Wamid>, to: &Move, at: DateTime<Utc>) {
        if let Event::Intend(Intent { opaque, .. }) = event {
            self.begin(opaque, at);
        }
        change(&mut self.entry, event, to, at);
        self.take_wamid(event, wamid);
    }

    fn begin(&mut self, opaque: &str, at: DateTime<Utc>) {
        let attempt = Attempt::begin(self.entry.attempt + 1, opaque, at);
        self.entry.attempt = attempt.number;
        // A question about an earlier attempt says nothing about this one.
        self.entry.asked_at = None;
        self.attempts.push(attempt);
    }

    /// The id at the API is that of the latest attempt that is known to have been taken.
    fn take_wamid(&mut self, event: &Event, of_status: Option<&Wamid>) {
        let (attempt, wamid) = match event {
            Event::Answered { attempt, outcome: Outcome::Accepted { wamid, .. } } => (Some(*attempt), Some(wamid)),
            Event::Seen { attempt, .. } => (*attempt, of_status),
            _ => return,
        };
        // Ids of messages carry the number of whoever they went to.
        if self.entry.to.is_forgotten() {
            return;
        }
        let latest = attempt.is_none_or(|attempt| attempt == self.entry.attempt);
        if latest || self.entry.wamid.is_none() {
            self.entry.wamid = wamid.cloned().or(self.entry.wamid.take());
        }
    }
}

fn change(entry: &mut Entry, event: &Event, to: &Move, at: DateTime<Utc>) {
    if to.to != State::Accepted {
        // What was taken back never went out; nobody can have answered it.
        entry.accepted_at = None;
    }
    entry.state = to.to;
    entry.delivery = to.delivery;
    entry.held_by = to.held_by;
    entry.retries = to.retries;
    entry.revision += 1;
    entry.deadline_at = to.deadline.map(|wait| at + wait);
    if let Some(delay) = to.delay {
        entry.not_before = at + delay;
    }
    if to.to.is_final() && to.to != State::Accepted {
        // Whatever is heard of it later, what has ended is not sent any more,
        entry.expires_at = entry.expires_at.filter(|passed| *passed <= at).or(Some(at));
    } else if matches!(event, Event::Verdict(Verdict::SendAgain)) {
        // unless the owner wants it.
        entry.expires_at = None;
    }
    if to.ask {
        entry.asked_at = Some(at);
    }
    match to.to {
        State::Accepted => {
            entry.accepted_at.get_or_insert(at);
            entry.error = None;
        }
        _ if is_trouble(event, to.to) => entry.error = Some(to.reason.clone()),
        _ => {}
    }
}

/// Withdrawing, releasing and trying again are no trouble; the last one stays on record.
fn is_trouble(event: &Event, to: State) -> bool {
    match to {
        State::Failed | State::Unknown | State::Unresolved | State::Expired => true,
        State::Planned => matches!(event, Event::Answered { .. } | Event::Bounced { .. } | Event::Hold(_)),
        _ => false,
    }
}
