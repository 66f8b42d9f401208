//! The fence around one piece of asynchronous work: a panic in it costs this piece and not its siblings.
//!
//! Without it a panic in a future of an actor would take every future that the actor has in flight. What is lost
//! here is only the answer; the rows stay, and the sweep comes back to them.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;

use crate::messages::Unavailable;

/// Does `work`; a panic becomes [`Unavailable::Fault`]. `what` names the work in the log.
pub async fn unit<T>(what: &'static str, work: impl Future<Output = Result<T, Unavailable>>) -> Result<T, Unavailable> {
    let result = AssertUnwindSafe(work).catch_unwind().await.unwrap_or(Err(Unavailable::Fault));
    if let Err(error) = &result {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        tracing::warn!(unit = what, %error, cause, "not done now");
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

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
