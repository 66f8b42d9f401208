//! Every state that one message can come to, tried one by one over the real rules.
//!
//! The entry and its attempts are a real [`Life`](super::Life) and change by the real rules alone (`lives`). Around it is
//! the world as it may be at its worst (`steps`): two senders that crash, stall and lose answers, a server that decides
//! late, statuses that come late, twice or never, a reaper that guesses wrongly, an owner who says anything at any time.
//! What must never happen is in `checks`; `explore` goes through all of it, breadth first, and tells the shortest way
//! to whatever is wrong.
//!
//! It must know no rule of its own: what the product decides is asked of the product.

mod checks;
mod explore;
mod happening;
mod lives;
mod state;
mod steps;
mod tests;
mod what;

/// How much may go wrong, and how often it may be sent.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// Attempts; at most [`state::ATTEMPTS`].
    attempts: usize,
    /// Crashes of a sender.
    crashes: u8,
    /// Senders that are taken for gone although they live.
    wrong_guesses: u8,
    /// Take for granted that late words about older attempts change nothing once these are settled, and do not look
    /// at the order in which they come.
    brief: bool,
}
