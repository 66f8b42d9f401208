//! Runs one piece of writing in one transaction: all of it or nothing, again when another one was in the way.
//!
//! On SQLite every such transaction is `BEGIN IMMEDIATE`: one that begins by reading and writes later would
//! fail at once, without waiting, whenever somebody else committed in between.

use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, RuntimeErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use super::cause::{Trouble, trouble};

/// How often a transaction is tried when others are in its way.
const TRIES: u32 = 5;

/// How long a transaction may take, with all the waiting for others in it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something to be written as a whole.
#[async_trait]
pub trait Work: Sync {
    /// What it answers.
    type Output: Send;

    /// Writes it. `again`: the last try failed because of a conflict, so look before every unique key.
    /// May be called several times; only the effects of the last call are kept.
    async fn run(&self, tx: &DatabaseTransaction, again: bool) -> Result<Self::Output, DbErr>;
}

/// Runs `work` and commits it.
pub async fn transact<W: Work + ?Sized>(db: &DatabaseConnection, work: &W) -> Result<W::Output, DbErr> {
    let mut tried = 0;
    loop {
        match attempt(db, work, tried > 0).await {
            Err(error) if tried + 1 < TRIES && trouble(&error) == Trouble::Conflict => tried += 1,
            done => return done,
        }
    }
}

/// Tries once. A server that answers no more must not keep whoever waits for it; what became of the transaction is then
/// unknown, as after any lost connection.
async fn attempt<W: Work + ?Sized>(db: &DatabaseConnection, work: &W, again: bool) -> Result<W::Output, DbErr> {
    let silence = |_| DbErr::Conn(RuntimeErr::Internal("the database does not answer".to_owned()));
    tokio::time::timeout(PATIENCE, once(db, work, again)).await.map_err(silence)?
}

async fn once<W: Work + ?Sized>(db: &DatabaseConnection, work: &W, again: bool) -> Result<W::Output, DbErr> {
    let mode = Some(SqliteTransactionMode::Immediate);
    let options = TransactionOptions { sqlite_transaction_mode: mode, ..TransactionOptions::default() };
    let tx = db.begin_with_options(options).await?;
    // Dropped without a commit, it rolls back.
    let output = work.run(&tx, again).await?;
    tx.commit().await?;
    Ok(output)
}
