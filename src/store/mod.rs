//! The database: every port that keeps something, on one [`Store`].
//!
//! SQLite for one machine, PostgreSQL or MySQL/MariaDB where they are at hand; the same tables and the same
//! statements. Nothing here decides what happens to a message: the rules are `domain`'s, the store applies
//! them in transactions. Small writes of many callers share commits (`group_commit`). Reading the
//! clock is nobody's business here; every instant is an argument.

mod arrays;
mod breakers;
mod cause;
mod connect;
mod dialect;
mod directory;
mod document;
mod entity;
mod forget;
mod group_commit;
mod health;
mod history;
mod inbox;
mod jobs;
mod lock;
mod log;
mod outbox;
mod preferences;
mod presence;
mod replies;
mod retention;
mod rows;
mod schema;
mod sessions;
#[cfg(test)]
mod tests;
mod time;
mod transaction;

use std::sync::Arc;
use std::time::Duration;

use sea_orm::DatabaseConnection;

pub use connect::OpenError;
pub use migration::Step;
pub use schema::Schema;

use crate::domain::notice::OwnerDesk;
use crate::ports::StoreError;
use group_commit::GroupCommit;
use presence::Presence;

/// An open database. Closes itself when dropped; [`Store::close`] also waits for what is under way.
pub struct Store {
    db: Db,
    rules: outbox::Apply,
    record: GroupCommit<inbox::Record>,
    settle: GroupCommit<inbox::Settle>,
    add: GroupCommit<jobs::Add>,
    plan: GroupCommit<outbox::Plan>,
    apply: GroupCommit<outbox::Apply>,
}

/// What every part of the store needs.
struct Db {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    desk: OwnerDesk,
    presence: Presence,
}

/// How long writes and connections may take to come to their end.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);

impl Store {
    /// Opens the database that `url` (`DATABASE_URL`) names; an SQLite file is created when missing. The schema is
    /// left as it is, see [`Store::migrate`]. Must be called on a tokio runtime, which then carries its workers.
    pub async fn open(url: &str, desk: OwnerDesk) -> Result<Arc<Self>, OpenError> {
        let connect::Connected { writer, reader, presence } = connect::open(url).await?;
        let boot_id = presence.boot_id.clone();
        let rules = outbox::Apply { desk: desk.clone(), boot_id: boot_id.clone() };
        Ok(Arc::new(Self {
            record: GroupCommit::start(writer.clone(), inbox::Record { boot_id }),
            settle: GroupCommit::start(writer.clone(), inbox::Settle),
            add: GroupCommit::start(writer.clone(), jobs::Add),
            plan: GroupCommit::start(writer.clone(), outbox::Plan),
            apply: GroupCommit::start(writer.clone(), rules.clone()),
            rules,
            db: Db { writer, reader, desk, presence },
        }))
    }

    /// Brings the schema up to date; nothing is asked of the database when it is.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        if self.pending_migrations().await?.is_empty() {
            return Ok(());
        }
        schema::up(&self.db.writer, &self.db.presence).await
    }

    /// Names of the steps that are missing, oldest first; empty when the schema fits.
    pub async fn pending_migrations(&self) -> Result<Vec<String>, StoreError> {
        let steps = schema::status(&self.db.reader).await?;
        Ok(steps.into_iter().filter(|step| !step.applied).map(|step| step.name).collect())
    }

    /// Takes no more writes, finishes those under way, and lets go of the database. Everything after that fails.
    ///
    /// A write or a connection that does not come to its end is left to the end of the process, which is as safe as a
    /// crash: whoever stops a daemon does not wait for it. False when there was one.
    pub async fn close(&self) -> bool {
        let finished = tokio::time::timeout(CLOSE_WITHIN, self.finish()).await.is_ok();
        if !finished {
            tracing::warn!("the database did not let go in time; what was under way is settled by the next start");
        }
        let _left = tokio::time::timeout(CLOSE_WITHIN, self.db.presence.end()).await;
        finished
    }

    async fn finish(&self) {
        self.record.close().await;
        self.settle.close().await;
        self.add.close().await;
        self.plan.close().await;
        self.apply.close().await;
        // A connection that cannot be closed goes with the process; what was committed is safe.
        let _closed = (self.db.reader.close_by_ref().await, self.db.writer.close_by_ref().await);
    }
}
