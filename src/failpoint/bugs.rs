//! The bugs that tests can plant, and whether one is. None is, unless a test asks for it.

use std::cell::RefCell;
use std::sync::OnceLock;

/// Bugs in the life of a message.
pub const IN_A_LIFE: [&str; 8] = [
    "no_intent_state",
    "reaper_resends",
    "unguarded_intent",
    "late_refusal_counts",
    "stale_reaper",
    "no_zombie_check",
    "cancel_while_sending",
    "maybe_sent_ignored",
];

/// Bugs elsewhere.
pub const ELSEWHERE: [&str; 8] = [
    "status_goes_down",
    "key_without_number",
    "signature_of_what_was_parsed",
    "empty_secret_signs",
    "nobody_is_the_owner",
    "small_bodies_only",
    "nap_without_a_look",
    "commits_that_may_go",
];

fn bugs() -> impl Iterator<Item = &'static str> {
    IN_A_LIFE.into_iter().chain(ELSEWHERE)
}

thread_local! {
    static HERE: RefCell<Vec<&'static str>> = RefCell::default();
}

/// A planted bug; it is gone when this is dropped.
#[must_use = "the bug is gone as soon as this is dropped"]
pub struct Bug(&'static str);

/// Plants a bug for the present thread.
pub fn plant(name: &'static str) -> Bug {
    assert!(bugs().any(|bug| bug == name), "there is no bug called {name}");
    HERE.with_borrow_mut(|here| here.push(name));
    Bug(name)
}

impl Drop for Bug {
    fn drop(&mut self) {
        HERE.with_borrow_mut(|here| here.retain(|name| *name != self.0));
    }
}

/// True when the bug is planted, on this thread or for the whole process.
pub(crate) fn is_planted(name: &'static str) -> bool {
    HERE.with_borrow(|here| here.contains(&name)) || everywhere().contains(&name)
}

fn everywhere() -> &'static [&'static str] {
    static PLANTED: OnceLock<Vec<&'static str>> = OnceLock::new();
    PLANTED.get_or_init(|| read(&std::env::var("WA_PLANTED").unwrap_or_default()))
}

#[expect(clippy::panic, reason = "a test that plants nothing must not pass for one that planted something")]
fn read(text: &str) -> Vec<&'static str> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let known = |name: &str| bugs().find(|bug| *bug == name);
    names.map(|name| known(name).unwrap_or_else(|| panic!("WA_PLANTED names a bug that does not exist"))).collect()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn a_bug_is_planted_on_its_own_thread_until_it_is_dropped() {
        let bug = plant("reaper_resends");
        assert!(is_planted("reaper_resends") && !is_planted("stale_reaper"));
        assert!(std::thread::spawn(|| !is_planted("reaper_resends")).join().expect("no panic"));
        drop(bug);
        assert!(!is_planted("reaper_resends"));
    }

    #[test]
    fn a_name_that_is_none_is_not_ignored() {
        assert!(catch_unwind(|| plant("no_such_bug")).is_err());
        assert!(catch_unwind(|| read("reaper_resends,no_such_bug")).is_err());
        assert_eq!(read("reaper_resends, stale_reaper"), ["reaper_resends", "stale_reaper"]);
    }
}
