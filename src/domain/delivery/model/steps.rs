//! What can happen next, in any state: what each sender, the server, the reaper, the owner and time may do.

use super::Bounds;
use super::checks;
use super::happening::Happening;
use super::lives::{Gist, Led, Lives, now};
use super::state::{ATTEMPTS, Answer, Request, Sender, State};
use super::what::{ANYWHERE, What};
use crate::domain::delivery::{Known, SEND_DEADLINE, Verdict, may_depart};
use crate::domain::outbox::{self, Delivery, Policy};
use crate::domain::refusal::Class;

/// A state that may follow.
pub struct Next {
    /// By what.
    pub happening: Happening,
    /// The state.
    pub state: State,
    /// What must not have happened, and did.
    pub breach: Option<&'static str>,
}

/// Where it all happens.
pub struct World {
    /// The lives found so far.
    pub lives: Lives,
    /// What happens when an outcome stays unknown.
    pub policy: Policy,
    /// How much may go wrong.
    pub bounds: Bounds,
}

impl World {
    /// Everything that can happen in a state.
    pub fn next(&mut self, at: &State, into: &mut Vec<Next>) {
        into.clear();
        let gist = self.lives.gist(at.life);
        let mut present = Present { world: self, at, gist, into };
        for place in 0..at.senders.len() {
            present.sender(place);
        }
        for n in 1..=gist.attempts {
            present.server(n);
        }
        present.reaper();
        present.anywhere();
    }
}

/// The state from which it goes on.
struct Present<'a> {
    world: &'a mut World,
    at: &'a State,
    gist: Gist,
    into: &'a mut Vec<Next>,
}

impl Present<'_> {
    fn sender(&mut self, place: usize) {
        match self.at.senders[place] {
            Sender::Idle => return self.intends(place),
            Sender::Intended(n) => {
                self.departs(place, n);
                self.add(Happening::CannotConnect(n), self.with(place, Sender::Has(n, Answer::Unsent)));
                self.add(Happening::IsHeldUp(n), self.with(place, held_up(n)));
            }
            Sender::HeldUp(n) => self.departs(place, n),
            Sender::Waits(n) => self.reads(place, n),
            Sender::Has(n, answer) => self.records(place, n, answer),
        }
        if let (Some(n), Some(state)) = (self.at.senders[place].attempt(), self.fault(place, Sender::Idle)) {
            self.add(Happening::Crashes(n), state);
        }
    }

    fn intends(&mut self, place: usize) {
        let n = self.gist.attempts + 1;
        if n > self.world.bounds.attempts || !self.world.lives.after(self.at.life, What::Intend).moved {
            return;
        }
        self.live(Happening::Intends(n), What::Intend, self.with(place, Sender::Intended(n)));
        if let Some(state) = self.fault(place, Sender::Has(n, Answer::Unsent)) {
            self.live(Happening::IntendsUnsure(n), What::Intend, state);
        }
    }

    fn departs(&mut self, place: usize, n: usize) {
        let mut state = self.with(place, Sender::Waits(n));
        state.set_request(n, Request::InFlight);
        let breach = checks::departs(&self.world.lives, self.world.policy, self.at, n);
        self.into.push(Next { happening: Happening::Departs(n), state, breach });
    }

    fn reads(&mut self, place: usize, n: usize) {
        let answers: &[Answer] = match (self.at.request(n), self.world.policy) {
            // What cannot be read is like no answer to all but those who send again by themselves.
            (Request::Accepted | Request::Bounced, Policy::AtLeastOnce) => &[Answer::Yes, Answer::Garbled],
            // "Never twice" does not rest on the word of a server that fails.
            (Request::Accepted | Request::Bounced, Policy::AtMostOnce) => &[Answer::Yes, Answer::NotNow],
            (Request::Accepted | Request::Bounced, Policy::Ask) => &[Answer::Yes],
            (Request::Refused, _) => &[Answer::No, Answer::NotNow],
            (Request::None | Request::InFlight, _) => &[],
        };
        for answer in answers.iter().chain(&[Answer::Lost]) {
            self.add(Happening::Reads(n, *answer), self.with(place, Sender::Has(n, *answer)));
        }
    }

    fn records(&mut self, place: usize, n: usize, answer: Answer) {
        let mut state = self.with(place, Sender::Idle);
        if answer == Answer::Garbled {
            state.garbled = state.garbled.with(n);
        }
        let what = What::Answered(n, answer);
        self.live(Happening::Life(what), what, state);
        if answer == Answer::Unsent {
            // Also said by a sender that was not told whether its intent was committed.
            self.live(Happening::Life(What::Abandoned(n)), What::Abandoned(n), state);
        }
        if let Some(mut again) = self.fault(place, self.at.senders[place]) {
            again.garbled = state.garbled;
            self.live(Happening::RecordsUnsure(n, answer), what, again);
        }
    }

    fn server(&mut self, n: usize) {
        match self.at.request(n) {
            Request::None | Request::Refused => {}
            Request::InFlight => {
                self.decides(Happening::Accepts(n), n, Request::Accepted);
                self.decides(Happening::Drops(n), n, Request::None);
                if self.at.senders.contains(&Sender::Waits(n)) {
                    self.decides(Happening::Refuses(n), n, Request::Refused);
                }
            }
            Request::Accepted => {
                // A status that came before this would have come after it as well.
                if !self.gist.seen[n - 1] || !self.world.bounds.brief {
                    self.decides(Happening::Bounces(n), n, Request::Bounced);
                }
                // Those of a later attempt say less, so that it could fall.
                self.status(What::Seen(n, if n == 1 { Delivery::Read } else { Delivery::Sent }));
            }
            Request::Bounced => {
                self.status(What::Seen(n, Delivery::Sent));
                self.status(What::Bounced(n, Class::Transient));
                self.status(What::Bounced(n, Class::Final));
            }
        }
    }

    fn decides(&mut self, happening: Happening, n: usize, request: Request) {
        let mut state = *self.at;
        state.set_request(n, request);
        self.add(happening, state);
    }

    /// A status comes; in any order, as often as it likes, or never.
    fn status(&mut self, what: What) {
        self.live(Happening::Life(what), what, *self.at);
    }

    fn reaper(&mut self) {
        let mut state = *self.at;
        let alive = state.senders.iter().any(|sender| sender.attempt() == Some(self.gist.attempts));
        if self.gist.state == outbox::State::Sending && !alive {
            self.live(Happening::Life(What::Orphaned), What::Orphaned, state);
        } else if self.gist.attempts > 0 && state.wrong_guesses < self.world.bounds.wrong_guesses {
            state.wrong_guesses += 1;
            let led = self.world.lives.after(state.life, What::Orphaned);
            if led.life != state.life {
                self.lead(Happening::GuessesWrongly, What::Orphaned, led, state);
            }
        }
    }

    fn anywhere(&mut self) {
        for (what, led) in self.world.lives.onward(self.at.life, &ANYWHERE).iter() {
            let mut state = *self.at;
            if *what == What::DeadlinePasses {
                // A deadline is farther away than the time in which an attempt may begin.
                state.senders = state.senders.map(|sender| match sender {
                    Sender::Intended(n) => held_up(n),
                    sender => sender,
                });
            }
            self.lead(Happening::Life(*what), *what, *led, state);
        }
    }

    /// Lets something happen to the life.
    fn live(&mut self, happening: Happening, what: What, state: State) {
        let led = self.world.lives.after(self.at.life, what);
        self.lead(happening, what, led, state);
    }

    /// What the world knows of it when the life is led on.
    fn lead(&mut self, happening: Happening, what: What, led: Led, mut state: State) {
        let mut breach = led.breach;
        match what {
            What::Said(Verdict::SendAgain) => {
                state.consents = state.consents.with(self.gist.attempts);
                state.withdrawn = false;
            }
            What::Said(Verdict::Leave) | What::Cancel => state.withdrawn = true,
            What::Tick(_) => breach = breach.or(checks::looks(&self.world.lives, &state, led.life)),
            _ => {}
        }
        state.life = led.life;
        let accepted = self.world.lives.gist(led.life).state == outbox::State::Accepted;
        state.said_arrived = accepted && (state.said_arrived || what == What::Said(Verdict::Arrived));
        if state != *self.at || breach.is_some() {
            self.forget(&mut state);
            self.into.push(Next { happening, state, breach });
        }
    }

    fn add(&mut self, happening: Happening, mut state: State) {
        self.forget(&mut state);
        self.into.push(Next { happening, state, breach: None });
    }

    /// Makes states alike that differ in nothing that can still matter.
    fn forget(&self, state: &mut State) {
        let gist = self.world.lives.gist(state.life);
        for place in 0..state.senders.len() {
            let older = |n: &usize| self.world.bounds.brief && *n < gist.attempts;
            if let Some(n) = state.senders[place].attempt().filter(older) {
                state.senders[place] = of_older(state.senders[place], gist.known[n - 1], state.request(n));
            }
        }
        if !state.consents.is_empty() {
            let may_be_out = |n: &usize| {
                let departs = |sender: &Sender| matches!(sender, Sender::Intended(m) | Sender::HeldUp(m) if m == n);
                matches!(state.request(*n), Request::InFlight | Request::Accepted) || state.senders.iter().any(departs)
            };
            // A yes counts only after an attempt that may have been accepted.
            state.consents = state.consents.from((1..=ATTEMPTS).find(may_be_out).unwrap_or(ATTEMPTS + 1));
        }
    }

    /// The state with one of its senders elsewhere.
    fn with(&self, place: usize, sender: Sender) -> State {
        let mut state = *self.at;
        let was = state.senders[place];
        state.senders[place] = sender;
        if let Sender::Waits(n) = was
            && state.request(n) == Request::Refused
        {
            // Nobody waits for the answer any more.
            state.set_request(n, Request::None);
        }
        state
    }

    /// The state after one more fault, with one of its senders elsewhere, unless enough went wrong.
    fn fault(&self, place: usize, sender: Sender) -> Option<State> {
        let mut state = self.with(place, sender);
        state.crashes += 1;
        (state.crashes <= self.world.bounds.crashes).then_some(state)
    }
}

/// What a sender does that finds itself held up: the product says whether it still sends.
fn held_up(n: usize) -> Sender {
    if may_depart(now(), now() + SEND_DEADLINE) { Sender::HeldUp(n) } else { Sender::Has(n, Answer::Unsent) }
}

/// A sender that is at an older attempt may have nothing to say that is not known already, or that would still matter.
fn of_older(sender: Sender, known: Known, request: Request) -> Sender {
    let settled = matches!(known, Known::Accepted | Known::Refused | Known::NotSent);
    let nothing = match sender {
        Sender::Has(_, Answer::Lost) => known != Known::Open,
        Sender::Has(..) => settled,
        Sender::Waits(_) => known != Known::Open && request == Request::None,
        _ => false,
    };
    match sender {
        _ if nothing => Sender::Idle,
        Sender::Has(n, Answer::NotNow) => Sender::Has(n, Answer::No),
        sender => sender,
    }
}
