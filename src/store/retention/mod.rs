//! Takes away what has been kept long enough, a few hundred rows at a time.
//!
//! Rows are looked at in the order of their ids and changed by their ids, so that no index is needed and nothing is
//! locked that is not changed. What is judged outside the transaction is judged again inside it: never is a row touched
//! that is not over. A step that is cut off has done nothing; the next pass does it.

mod events;
mod log;
mod people;
mod progress;
mod records;
mod words;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::Store;
use super::cause::failed;
use crate::domain::retention::{Keep, What};
use crate::ports::{Purged, Retention, StoreError};

/// Rows that one step looks at.
const STEP: u64 = 200;

/// One step of a pass.
#[derive(Clone, Copy)]
struct Step {
    /// What is cleaned.
    what: What,
    /// What ended by then has been kept long enough.
    limit: DateTime<Utc>,
    /// Rows behind this id.
    after: i64,
    /// The present.
    now: DateTime<Utc>,
}

#[async_trait]
impl Retention for Store {
    async fn purge(&self, what: What, keep: &Keep, after: i64, now: DateTime<Utc>) -> Result<Purged, StoreError> {
        let step = Step { what, limit: keep.limit(what, now), after, now };
        let db = &self.db;
        let purged = match what {
            What::Events | What::DeadEvents => events::empty(db, step).await,
            What::Keys => events::delete(db, step).await,
            What::Forwards | What::Bodies => words::purge(db, step).await,
            What::Changes => records::changes(db, step).await,
            What::Replies => records::replies(db, step).await,
            What::Records => records::entries(db, step).await,
            What::Jobs => records::jobs(db, step).await,
            What::Log => log::delete(db, step).await,
            What::Paces => people::paces(db, step).await,
            What::People => people::people(db, step).await,
        };
        purged.map_err(failed("take away what has been kept long enough"))
    }
}

/// What a page of rows, in the order of their ids, means for the next step: `old` says of each row whether it was made
/// before the limit. A few that seem newer, because a clock was wrong, do not hide those behind them; a whole page of
/// newer rows is the end.
fn next_page(page: &[(i64, bool)]) -> Option<i64> {
    let more = page.len() as u64 == STEP && page.iter().any(|(_, old)| *old);
    page.last().filter(|_| more).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_leads_on_while_it_is_full_and_holds_anything_old() {
        let page = |old: &[i64], length: i64| (1..=length).map(|id| (id, old.contains(&id))).collect::<Vec<_>>();
        let full = STEP.cast_signed();
        assert_eq!(next_page(&page(&[1, 2], full)), Some(full));
        assert_eq!(next_page(&page(&[full - 1], full)), Some(full));
        assert_eq!(next_page(&page(&[], full)), None);
        assert_eq!(next_page(&page(&[1], full - 1)), None);
        assert_eq!(next_page(&[]), None);
    }
}
