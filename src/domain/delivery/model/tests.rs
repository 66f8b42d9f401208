//! The real rules keep their promises in every state there is, and would not with any of the planted bugs.
//!
//! `cargo test model -- --nocapture` shows how many states there are, and how it comes to each of the bugs. With
//! `WA_MODEL=thorough` more goes wrong and nothing is taken for granted, which takes a minute.

use std::fmt::Write;
use std::time::Instant;

use super::Bounds;
use super::explore::{Explored, explore};
use crate::domain::outbox::{Policy, State};
use crate::failpoint::{IN_A_LIFE, plant};

fn bounds() -> Bounds {
    match std::env::var("WA_MODEL").as_deref() {
        Err(_) => Bounds { attempts: 3, crashes: 2, wrong_guesses: 2, brief: true },
        Ok("thorough") => Bounds { attempts: 3, crashes: 3, wrong_guesses: 3, brief: false },
        Ok(other) => panic!("WA_MODEL: {other} is not thorough"),
    }
}

/// What was found, in words.
fn told(explored: &Explored) -> String {
    let mut text = format!("{} states of {} lives", explored.states, explored.lives);
    if let Some((what, way)) = &explored.breach {
        let _infallible = write!(text, ": {what}, in {} steps", way.len());
        for (n, step) in way.iter().enumerate() {
            let _infallible = write!(text, "\n  {:2}. {step}", n + 1);
        }
    }
    text
}

fn all_is_well(policy: Policy) {
    let since = Instant::now();
    let explored = explore(policy, bounds());
    println!("{}: {}, in {:.1?}", policy.as_str(), told(&explored), since.elapsed());
    assert!(explored.breach.is_none(), "{}", told(&explored));
    assert_eq!(explored.reached.len(), State::ALL.len(), "it came to {:?} only", explored.reached);
}

#[test]
fn a_message_that_the_owner_is_asked_about_is_never_doubled_lost_or_lied_about() {
    all_is_well(Policy::Ask);
}

#[test]
fn a_message_that_must_not_be_repeated_is_never_doubled_lost_or_lied_about() {
    all_is_well(Policy::AtMostOnce);
}

#[test]
fn a_message_that_may_be_repeated_is_never_lost_or_lied_about() {
    all_is_well(Policy::AtLeastOnce);
}

#[test]
fn every_planted_bug_is_caught() {
    for bug in IN_A_LIFE {
        let _planted = plant(bug);
        let explored = explore(Policy::Ask, bounds());
        println!("{bug}, caught after {}", told(&explored));
        assert!(explored.breach.is_some(), "{bug} was not caught");
    }
}
