//! Points at which a test build can be made to fail: at every write to the database and every call over the network
//! on the way of a message, and in every actor.
//!
//! A point is a name in the code. `WA_FAILPOINTS` says what happens there, for a process that a test has started:
//!
//! ```text
//! WA_FAILPOINTS=send.intent_committed=kill@1,in.tx_begin=error@3,st.applied=stall:2,send.claimed=pause@1
//! ```
//!
//! `kill` ends the process as SIGKILL would, `error` makes the step fail, `stall:SECONDS` makes it wait, `pause` makes
//! it wait until the test lets it go, `panic` panics. `@N` means the N-th pass and no other; without it every pass.
//! A paused process makes the file `NAME.PID.reached` in the folder `WA_FAILPOINTS_DIR` and goes on once `NAME.PID.go`
//! is there. Tests that run the daemon inside their own process `arm` a panic for the present thread instead.
//!
//! A `planted!` bug is one that a test can switch on, to see that the tests would catch it: on the present thread with
//! `plant`, in a process that a test starts by its name in `WA_PLANTED`.
//!
//! Builds without the feature `failpoints` hold neither names nor rules: the macros are empty or `false` there, and
//! nothing else may be built on them.

/// What a point that was told to fail fails with.
#[derive(Debug, thiserror::Error)]
#[error("a planted fault")]
pub struct Planted;

/// A point in asynchronous work; a `Result<(), Planted>`.
#[cfg(any(test, feature = "failpoints"))]
macro_rules! failpoint {
    ($name:literal) => {
        $crate::failpoint::pass($name).await
    };
}

/// Nothing in this build.
#[cfg(not(any(test, feature = "failpoints")))]
macro_rules! failpoint {
    ($name:literal) => {
        Ok::<(), $crate::failpoint::Planted>(())
    };
}

/// A point in a handler, where only a panic or the end of the process makes sense.
#[cfg(any(test, feature = "failpoints"))]
macro_rules! panicpoint {
    ($name:literal) => {
        $crate::failpoint::pass_now($name)
    };
}

/// Nothing in this build.
#[cfg(not(any(test, feature = "failpoints")))]
macro_rules! panicpoint {
    ($name:literal) => {};
}

/// True when a test has planted the bug of this name.
#[cfg(any(test, feature = "failpoints"))]
macro_rules! planted {
    ($name:literal) => {
        $crate::failpoint::is_planted($name)
    };
}

/// No bug is planted in this build.
#[cfg(not(any(test, feature = "failpoints")))]
macro_rules! planted {
    ($name:literal) => {
        false
    };
}

pub(crate) use {failpoint, panicpoint, planted};

#[cfg(any(test, feature = "failpoints"))]
mod bugs;

#[cfg(any(test, feature = "failpoints"))]
pub(crate) use bugs::is_planted;
#[cfg(any(test, feature = "failpoints"))]
pub use bugs::{Bug, ELSEWHERE, IN_A_LIFE, plant};
#[cfg(any(test, feature = "failpoints"))]
pub use points::arm;
#[cfg(any(test, feature = "failpoints"))]
pub(crate) use points::{pass, pass_now};

#[cfg(any(test, feature = "failpoints"))]
mod points {
    use std::cell::RefCell;
    use std::collections::HashSet;
    use std::path::PathBuf;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use super::Planted;

    /// How often a paused process looks whether it may go on.
    const LOOK: Duration = Duration::from_millis(2);

    /// What happens at a point.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Action {
        Kill,
        Error,
        Stall(Duration),
        Pause,
        Panic,
    }

    /// What the environment says about one point.
    #[derive(Debug)]
    struct Rule {
        name: String,
        action: Action,
        /// The pass it is about, from 1; `None` for all.
        nth: Option<u64>,
        passes: AtomicU64,
    }

    thread_local! {
        static ARMED: RefCell<HashSet<&'static str>> = RefCell::default();
    }

    /// Makes the next pass of `name` on this thread panic.
    pub fn arm(name: &'static str) {
        ARMED.with_borrow_mut(|armed| armed.insert(name));
    }

    /// Passes a point in asynchronous work.
    pub(crate) async fn pass(name: &'static str) -> Result<(), Planted> {
        match due(name) {
            None => {}
            Some(Action::Error) => return Err(Planted),
            Some(Action::Stall(time)) => wait(time).await,
            Some(Action::Pause) => pause(name).await,
            Some(at_once @ (Action::Kill | Action::Panic)) => strike(at_once),
        }
        Ok(())
    }

    /// Passes a point in a handler.
    pub(crate) fn pass_now(name: &'static str) {
        if let Some(action) = due(name) {
            strike(action);
        }
    }

    #[expect(clippy::panic, reason = "this is the planted panic")]
    fn strike(action: Action) {
        match action {
            // No destructor runs and nothing is flushed: what SIGKILL leaves, without having to wait for it.
            Action::Kill => std::process::abort(),
            Action::Panic => panic!("planted fault"),
            Action::Error | Action::Stall(_) | Action::Pause => {}
        }
    }

    /// What is to happen on this pass.
    fn due(name: &'static str) -> Option<Action> {
        if ARMED.with_borrow_mut(|armed| armed.remove(name)) {
            return Some(Action::Panic);
        }
        let rule = rules().iter().find(|rule| rule.name == name)?;
        let pass = rule.passes.fetch_add(1, Ordering::SeqCst) + 1;
        rule.nth.is_none_or(|nth| nth == pass).then_some(rule.action)
    }

    fn rules() -> &'static [Rule] {
        static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
        RULES.get_or_init(|| read(&std::env::var("WA_FAILPOINTS").unwrap_or_default()))
    }

    #[expect(clippy::panic, reason = "a test that plants nothing must not pass for one that planted something")]
    fn read(text: &str) -> Vec<Rule> {
        let rules = text.split(',').map(str::trim).filter(|rule| !rule.is_empty());
        rules.map(|rule| one(rule).unwrap_or_else(|| panic!("WA_FAILPOINTS: cannot read one of its rules"))).collect()
    }

    fn one(rule: &str) -> Option<Rule> {
        let (name, what) = rule.split_once('=')?;
        let (what, nth) = match what.split_once('@') {
            Some((what, nth)) => (what, Some(nth.parse().ok()?)),
            None => (what, None),
        };
        let action = match what.split_once(':') {
            Some(("stall", seconds)) => Action::Stall(Duration::try_from_secs_f64(seconds.parse().ok()?).ok()?),
            None if what == "kill" => Action::Kill,
            None if what == "error" => Action::Error,
            None if what == "pause" => Action::Pause,
            None if what == "panic" => Action::Panic,
            _ => return None,
        };
        Some(Rule { name: name.to_owned(), action, nth, passes: AtomicU64::new(0) })
    }

    async fn pause(name: &str) {
        let Some(folder) = std::env::var_os("WA_FAILPOINTS_DIR").map(PathBuf::from) else { return };
        let stem = format!("{name}.{}", std::process::id());
        let _told = std::fs::write(folder.join(format!("{stem}.reached")), b"");
        while !folder.join(format!("{stem}.go")).exists() {
            wait(LOOK).await;
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a stalled step takes real time, whatever the product's clock says")]
    async fn wait(time: Duration) {
        tokio::time::sleep(time).await;
    }

    #[cfg(test)]
    mod tests {
        use std::panic::catch_unwind;

        use super::*;

        #[test]
        fn an_armed_point_panics_once_and_no_other_one_does() {
            arm("here");
            assert!(catch_unwind(|| pass_now("there")).is_ok());
            assert!(catch_unwind(|| pass_now("here")).is_err());
            assert!(catch_unwind(|| pass_now("here")).is_ok());
        }

        #[test]
        fn another_thread_is_not_hit() {
            arm("here");
            assert!(std::thread::spawn(|| pass_now("here")).join().is_ok());
        }

        #[test]
        fn a_rule_names_a_point_an_action_and_a_pass() {
            let rules = read("a.b=kill@3, c=stall:0.5,d=pause");
            let read: Vec<_> = rules.iter().map(|rule| (rule.name.as_str(), rule.action, rule.nth)).collect();
            let half = Action::Stall(Duration::from_millis(500));
            assert_eq!(read, [("a.b", Action::Kill, Some(3)), ("c", half, None), ("d", Action::Pause, None)]);
        }

        #[test]
        fn a_rule_that_cannot_be_read_is_not_ignored() {
            for rule in ["a", "a=", "a=die", "a=kill@x", "a=stall", "a=stall:-1"] {
                assert!(catch_unwind(|| read(rule)).is_err(), "{rule}");
            }
        }
    }
}
