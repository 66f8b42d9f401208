//! Goes through all states, those that are fewest steps away first, and tells how it came to a breach.

use std::collections::BTreeSet;

use super::Bounds;
use super::checks;
use super::lives::Lives;
use super::state::{FAULT_BITS, State};
use super::steps::{Next, World};
use crate::domain::outbox::{self, Policy};

/// What came of it.
pub struct Explored {
    /// How many states were seen.
    pub states: usize,
    /// How many lives the message can have.
    pub lives: usize,
    /// Where the message can come to stand.
    pub reached: BTreeSet<outbox::State>,
    /// What is wrong, and the shortest way there; nothing was explored beyond it.
    pub breach: Option<(&'static str, Vec<String>)>,
}

/// Explores what can become of a message.
pub fn explore(policy: Policy, bounds: Bounds) -> Explored {
    let mut world = World { lives: Lives::new(policy), policy, bounds };
    let mut seen = Seen::new();
    seen.add(State::first(0).pack(), 0);
    let mut next = Vec::new();
    let mut at = 0;
    let mut breach = None;
    while let Some(&packed) = seen.states.get(at) {
        let state = State::unpack(packed);
        world.next(&state, &mut next);
        let wrong = checks::wrong(&mut world.lives, policy, &state).or_else(|| stuck(&world, &state, &next));
        if let Some(what) = wrong {
            breach = Some((what, trace(&mut world, &seen, at)));
            break;
        }
        if let Some(Next { happening, breach: Some(what), .. }) = next.iter().find(|next| next.breach.is_some()) {
            let (what, last) = (*what, happening.to_string());
            breach = Some((what, [trace(&mut world, &seen, at), vec![last]].concat()));
            break;
        }
        for next in &next {
            seen.add(next.state.pack(), at);
        }
        at += 1;
    }
    let lives = world.lives.len();
    let reached = (0..lives).map(|life| world.lives.gist(life).state).collect();
    Explored { states: seen.states.len(), lives, reached, breach }
}

/// What does not end although nothing more will happen to it.
fn stuck(world: &World, state: &State, next: &[Next]) -> Option<&'static str> {
    let gist = world.lives.gist(state.life);
    // Beyond the last attempt nothing is looked at.
    let at_the_edge = gist.state == outbox::State::Planned && gist.attempts == world.bounds.attempts;
    let is_stuck = !gist.state.is_final() && !at_the_edge && !next.iter().any(|next| next.happening.is_certain());
    is_stuck.then_some("stuck")
}

/// How a state was come to, one line for each step.
fn trace(world: &mut World, seen: &Seen, to: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut at = to;
    let mut next = Vec::new();
    while at != 0 {
        let from = seen.parents[at] as usize;
        world.next(&State::unpack(seen.states[from]), &mut next);
        let step = next.iter().find(|next| next.state.pack() == seen.states[at]);
        let step = step.map_or_else(String::new, |next| {
            format!("{} → {}", next.happening, world.lives.gist(next.state.life).state.as_str())
        });
        lines.push(step);
        at = from;
    }
    lines.reverse();
    lines
}

/// The states seen, in the order in which they were found, and from which each was.
///
/// One that has spent more faults than another and is like it otherwise is left out: nothing can come of it that cannot
/// come of the other.
struct Seen {
    states: Vec<u64>,
    parents: Vec<u32>,
    /// The states without the faults they spent, and which spendings need not be looked at any more.
    rests: Vec<(u64, u16)>,
    /// Places in `rests`, plus one, by hash; a power of two of them.
    table: Vec<u32>,
}

impl Seen {
    fn new() -> Self {
        Self { states: Vec::new(), parents: Vec::new(), rests: Vec::new(), table: vec![0; 1 << 16] }
    }

    fn add(&mut self, state: u64, parent: usize) {
        let (rest, spent) = (state >> FAULT_BITS, state & ((1 << FAULT_BITS) - 1));
        let slot = self.slot(rest);
        let place = self.table[slot] as usize;
        if place == 0 {
            self.rests.push((rest, COVERED[spent as usize]));
            self.table[slot] = self.rests.len() as u32;
        } else {
            let covered = &mut self.rests[place - 1].1;
            if *covered >> spent & 1 == 1 {
                return;
            }
            *covered |= COVERED[spent as usize];
        }
        self.states.push(state);
        self.parents.push(parent as u32);
        if self.table.len() < 2 * self.rests.len() {
            self.grow();
        }
    }

    /// Where a state without its faults is in the table, or would be.
    fn slot(&self, rest: u64) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = hash(rest) & mask;
        while self.table[slot] != 0 && self.rests[self.table[slot] as usize - 1].0 != rest {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        self.table = vec![0; 2 * self.table.len()];
        for place in 0..self.rests.len() {
            let slot = self.slot(self.rests[place].0);
            self.table[slot] = place as u32 + 1;
        }
    }
}

/// For each spending of faults those that are no less, as a set of bits.
const COVERED: [u16; 16] = covered();

const fn covered() -> [u16; 16] {
    let mut sets = [0; 16];
    let mut at = 0;
    while at < 256 {
        let (spent, other) = (at / 16, at % 16);
        if other >> 2 >= spent >> 2 && other & 3 >= spent & 3 {
            sets[spent] |= 1 << other;
        }
        at += 1;
    }
    sets
}

/// Fibonacci hashing: the upper half of the product is well mixed.
fn hash(state: u64) -> usize {
    (state.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}
