//! The fence around one piece of asynchronous work: a panic in it costs this piece and not its siblings.
//!
//! Without it a panic in a future of an actor would take every future that the actor has in flight. What is lost
//! here is only the answer; the rows stay, and the sweep comes back to them.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;

use crate::messages::Unavailable;

/// Longest that a piece of work may take. Whatever waits inside it has a time-out of its own, but for a read from a server
/// that has vanished without a word: that one would never end, and what it was for would never be done again.
const LONGEST: Duration = Duration::from_secs(180);

/// Does `work`; a panic becomes [`Unavailable::Fault`], endless waiting [`Unavailable::Timeout`]. `what` names the work in
/// the log.
pub async fn unit<T>(what: &'static str, work: impl Future<Output = Result<T, Unavailable>>) -> Result<T, Unavailable> {
    let fenced = AssertUnwindSafe(work).catch_unwind();
    let result = match tokio::time::timeout(LONGEST, fenced).await {
        Ok(done) => done.unwrap_or(Err(Unavailable::Fault)),
        Err(_) => Err(Unavailable::Timeout),
    };
    if let Err(error) = &result {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::warn!(unit = what, %error, cause, "not done now");
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_never_ends_is_given_up() {
        let endless = unit::<()>("test", std::future::pending());
        assert!(matches!(endless.await, Err(Unavailable::Timeout)));
    }

    #[actix::test]
    async fn a_panic_becomes_an_error_and_the_next_unit_works() {
        let panics = unit("test", async {
            if std::hint::black_box(true) {
                panic!("planted");
            }
            Ok(1)
        });
        assert!(matches!(panics.await, Err(Unavailable::Fault)));
        assert!(matches!(unit("test", async { Ok(2) }).await, Ok(2)));
    }
}
