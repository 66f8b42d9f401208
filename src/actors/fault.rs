//! Points at which a test plants a panic, to see an actor restart in the real application.
//!
//! A point is a name in the code; arming it makes the next pass panic, once. It is armed for the present thread only,
//! which is the one that runs the actors of a test: tests run beside each other and must not hit one another. Builds
//! without the feature `faults` hold no registry and no names: [`point`] is empty there, and nothing else may be
//! built on it.

#[cfg(any(test, feature = "faults"))]
pub use armed::{arm, point};

#[cfg(any(test, feature = "faults"))]
mod armed {
    use std::cell::RefCell;
    use std::collections::HashSet;

    thread_local! {
        static ARMED: RefCell<HashSet<&'static str>> = RefCell::default();
    }

    /// Makes the next pass of `name` on this thread panic.
    pub fn arm(name: &'static str) {
        ARMED.with_borrow_mut(|armed| armed.insert(name));
    }

    /// Panics when `name` is armed, and disarms it.
    #[expect(clippy::panic, reason = "this is the planted panic")]
    pub fn point(name: &'static str) {
        if ARMED.with_borrow_mut(|armed| armed.remove(name)) {
            panic!("planted fault");
        }
    }
}

/// Does nothing in this build.
#[cfg(not(any(test, feature = "faults")))]
#[inline]
pub fn point(_name: &'static str) {}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn an_armed_point_panics_once_and_no_other_one_does() {
        arm("here");
        assert!(catch_unwind(|| point("there")).is_ok());
        assert!(catch_unwind(|| point("here")).is_err());
        assert!(catch_unwind(|| point("here")).is_ok());
    }

    #[test]
    fn another_thread_is_not_hit() {
        arm("here");
        assert!(std::thread::spawn(|| point("here")).join().is_ok());
    }
}
