//! Points at which a test plants a panic, to see an actor restart in the real application.
//!
//! A point is a name in the code; arming it makes the next pass panic, once. Builds without the feature `faults`
//! hold no registry and no names: [`point`] is empty there, and nothing else may be built on it.

#[cfg(any(test, feature = "faults"))]
pub use armed::{arm, point};

#[cfg(any(test, feature = "faults"))]
mod armed {
    use std::collections::HashSet;
    use std::sync::{Mutex, PoisonError};

    static ARMED: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

    /// Makes the next pass of `name` panic.
    pub fn arm(name: &'static str) {
        ARMED.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(name);
    }

    /// Panics when `name` is armed, and disarms it.
    #[expect(clippy::panic, reason = "this is the planted panic")]
    pub fn point(name: &'static str) {
        let hit = ARMED.lock().unwrap_or_else(PoisonError::into_inner).as_mut().is_some_and(|set| set.remove(name));
        if hit {
            panic!("planted fault");
        }
    }
}

/// Does nothing in this build.
#[cfg(not(any(test, feature = "faults")))]
#[inline]
pub fn point(_name: &'static str) {}
