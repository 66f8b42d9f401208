//! The lives that a message can have, each with a number, and where the real rules lead from one to the next.
//!
//! Two lives are one when the rules cannot tell them apart: when they stand the same for an event about any attempt.
//! What leads where is asked of the rules once and then remembered, which is what makes the exploration fast.

use std::collections::HashMap;
use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};

use super::checks;
use super::state::ATTEMPTS;
use super::what::{WHATS, What};
use crate::domain::address::{Address, GroupId, Phone, Wamid};
use crate::domain::content::Content;
use crate::domain::delivery::{Known, Life, Standing, Step};
use crate::domain::outbox::{Entry, NewEntry, Policy, Purpose, State};

/// Where something leads.
#[derive(Clone, Copy, Debug)]
pub struct Led {
    /// The life that follows.
    pub life: usize,
    /// True when the entry moved.
    pub moved: bool,
    /// What must not have happened, and did.
    pub breach: Option<&'static str>,
}

/// What the world needs to know of a life at every step.
#[derive(Clone, Copy, Debug)]
pub struct Gist {
    /// Where the entry stands.
    pub state: State,
    /// How many attempts there were.
    pub attempts: usize,
    /// What is known of each, by number less one.
    pub known: [Known; ATTEMPTS],
    /// Whether a status proved it, likewise.
    pub seen: [bool; ATTEMPTS],
    /// True when nothing but time leads on from it.
    pub time_leads_out: Option<bool>,
}

/// All that the rules tell lives apart by.
type Key = (Vec<Standing>, Vec<(Known, bool)>);
/// What changes a life, and where to.
type Onward = Rc<[(What, Led)]>;

/// The lives found so far.
pub struct Lives {
    lives: Vec<Life>,
    gists: Vec<Gist>,
    by_key: HashMap<Key, usize>,
    led: Vec<[Option<Led>; WHATS]>,
    onward: Vec<Option<Onward>>,
}

impl Lives {
    /// Begins with the entry that a policy is for, which has the number 0.
    pub fn new(policy: Policy) -> Self {
        let (lives, gists, led, onward) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut lives = Self { lives, gists, by_key: HashMap::new(), led, onward };
        lives.number(Life { entry: planned(policy), attempts: Vec::new() });
        lives
    }

    /// The life with this number.
    pub fn get(&self, life: usize) -> &Life {
        &self.lives[life]
    }

    /// What the world needs to know of it.
    pub fn gist(&self, life: usize) -> Gist {
        self.gists[life]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lives.len()
    }

    /// What something leads to.
    pub fn after(&mut self, life: usize, what: What) -> Led {
        if let Some(led) = self.led[life][what.index()] {
            return led;
        }
        let led = self.lead(life, what);
        self.led[life][what.index()] = Some(led);
        led
    }

    /// Those of `whats` that change a life; always asked with the same `whats`.
    pub fn onward(&mut self, life: usize, whats: &[What]) -> Onward {
        if let Some(onward) = &self.onward[life] {
            return Rc::clone(onward);
        }
        let led: Vec<(What, Led)> = whats.iter().map(|what| (*what, self.after(life, *what))).collect();
        let onward: Onward = led.into_iter().filter(|(_, led)| led.moved || led.life != life).collect();
        self.onward[life] = Some(Rc::clone(&onward));
        onward
    }

    /// True when time alone leads on from it.
    pub fn time_leads_out(&mut self, life: usize) -> bool {
        if let Some(known) = self.gists[life].time_leads_out {
            return known;
        }
        let leads = checks::time_leads_out(self, life);
        self.gists[life].time_leads_out = Some(leads);
        leads
    }

    fn lead(&mut self, number: usize, what: What) -> Led {
        let before = &self.lives[number];
        let mut life = before.clone();
        let mut moved = false;
        if let Some(event) = what.event(before) {
            let step = life.judge(&event, life.entry.to == owner(), what == What::Tick(true), now());
            life.note(&event, Some(&wamid()), matches!(step, Step::Move(_)), now());
            if let Step::Move(to) = step {
                life.move_on(&event, Some(&wamid()), &to, now());
                moved = true;
            }
        }
        match what {
            What::DeadlinePasses => life.entry.deadline_at = life.entry.deadline_at.map(|_| now()),
            What::ExpiryPasses => life.entry.expires_at = life.entry.expires_at.map(|_| now()),
            _ => {}
        }
        let breach = checks::unlawful(before, what, &life);
        Led { life: self.number(life), moved, breach }
    }

    fn number(&mut self, life: Life) -> usize {
        // How often it was repeated makes a difference only after more attempts than are tried here.
        let standing = |n| Standing { retries: 0, ..Standing::of(&life, n, life.entry.to == owner(), false) };
        let standings = (0..=life.entry.attempt).map(standing).collect();
        let attempts = life.attempts.iter().map(|attempt| (attempt.known, attempt.seen_at.is_some())).collect();
        *self.by_key.entry((standings, attempts)).or_insert_with(|| {
            self.gists.push(gist(&life));
            self.lives.push(life);
            self.led.push([None; WHATS]);
            self.onward.push(None);
            self.lives.len() - 1
        })
    }
}

fn gist(life: &Life) -> Gist {
    let mut gist = Gist {
        state: life.entry.state,
        attempts: life.attempts.len(),
        known: [Known::Open; ATTEMPTS],
        seen: [false; ATTEMPTS],
        time_leads_out: None,
    };
    for (n, attempt) in life.attempts.iter().enumerate() {
        gist.known[n] = attempt.known;
        gist.seen[n] = attempt.seen_at.is_some();
    }
    gist
}

/// The one instant at which everything happens; what is to come is after it, what has passed is not.
pub fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

/// True for what is still to come.
pub fn is_to_come(at: Option<DateTime<Utc>>) -> bool {
    at.is_some_and(|at| at > now())
}

/// The id at the API that every status and answer brings.
pub fn wamid() -> Wamid {
    Wamid::parse("wamid.model").expect("an id")
}

fn owner() -> Address {
    Address::Phone(Phone::parse("15550007777").expect("a number"))
}

fn planned(policy: Policy) -> Entry {
    let purpose = [Purpose::Post, Purpose::Knock, Purpose::Notice].into_iter().find(|p| p.policy() == policy);
    let purpose = purpose.expect("a purpose for every policy");
    let to = if purpose == Purpose::Post { Address::Group(GroupId::parse("g-team").expect("an id")) } else { owner() };
    let mut entry = NewEntry::planned(purpose, "model".to_owned(), to, Content::text("hello"), now());
    entry.expires_at = Some(now() + TimeDelta::days(1));
    entry.into_entry(1)
}
