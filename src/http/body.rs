//! Reads request bodies: raw bytes, bounded in size and in time.
//!
//! Nothing is decoded or decompressed here, and never more than the limit is kept in memory.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::web::{Bytes, BytesMut, Payload};
use futures::{Stream, StreamExt};

use super::problem::Problem;

/// A body that has not arrived by then is given up.
const DEADLINE: Duration = Duration::from_secs(10);

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(request: &HttpRequest, payload: Payload, limit: usize) -> Result<Bytes, Problem> {
    if request.headers().get_all(CONTENT_ENCODING).any(|coding| coding != "identity") {
        return Err(Problem::encoded());
    }
    within(DEADLINE, collect(payload, limit)).await
}

async fn within(deadline: Duration, body: impl Future<Output = Result<Bytes, Problem>>) -> Result<Bytes, Problem> {
    tokio::time::timeout(deadline, body).await.unwrap_or_else(|_| Err(Problem::too_slow()))
}

/// Collects a body, and stops as soon as it is too large.
async fn collect<E>(mut chunks: impl Stream<Item = Result<Bytes, E>> + Unpin, limit: usize) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::bad_request("broken_body", "the body ended early"))?;
        if chunk.len() > limit - body.len() {
            return Err(Problem::too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn chunks(sizes: &[usize]) -> impl Stream<Item = Result<Bytes, ()>> + Unpin {
        stream::iter(sizes.iter().map(|&size| Ok(Bytes::from(vec![b'x'; size]))).collect::<Vec<_>>())
    }

    fn code(result: Result<Bytes, Problem>) -> &'static str {
        result.err().map_or("", |problem| problem.code())
    }

    #[actix_web::test]
    async fn a_body_of_exactly_the_limit_is_taken() {
        assert_eq!(collect(chunks(&[6, 4]), 10).await.expect("taken").len(), 10);
        assert_eq!(collect(chunks(&[]), 10).await.expect("taken").len(), 0);
    }

    #[actix_web::test]
    async fn a_body_above_the_limit_is_refused_however_it_comes() {
        for sizes in [&[11][..], &[10, 1], &[5, 5, 5, 5, 5, 5, 5]] {
            assert_eq!(code(collect(chunks(sizes), 10).await), "too_large", "{sizes:?}");
        }
    }

    #[actix_web::test]
    async fn a_body_without_an_end_is_refused_too() {
        let endless = stream::repeat_with(|| Ok::<_, ()>(Bytes::from_static(b"xxxx")));
        assert_eq!(code(collect(endless, 10).await), "too_large");
    }

    #[actix_web::test]
    async fn a_body_that_does_not_come_is_given_up() {
        let silent = stream::pending::<Result<Bytes, ()>>();
        assert_eq!(code(within(Duration::ZERO, collect(silent, 10)).await), "too_slow");
    }

    #[actix_web::test]
    async fn a_body_that_breaks_off_is_refused() {
        let broken = stream::iter([Ok(Bytes::from_static(b"{")), Err(())]);
        assert_eq!(code(collect(broken, 10).await), "broken_body");
    }
}
