//! Who is there: the proof that a process lives, for every other one on the same database.
//!
//! What a process holds (an event in hand, an attempt on the wire) carries the id of its boot. On a server each process
//! holds a lock of its session under that id, which the server lets go of when the process is gone, however it ended; on
//! SQLite the lock of the file says that there is nobody else. A wrong guess, as after a lost connection, is harmless: an
//! event is acted on by its key, and an attempt becomes unknown until its own answer or a status says more.

use std::sync::{Mutex, PoisonError};

use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr};

use super::dialect;
use super::lock::FileLock;

/// The presence of this process.
pub struct Presence {
    /// The id of this boot.
    pub boot_id: String,
    kind: Kind,
}

enum Kind {
    /// The only process: it holds the file.
    Alone(Mutex<Option<FileLock>>),
    /// One of many; its lock lives on this connection.
    Among(DatabaseConnection),
}

impl Presence {
    /// The only process on a file.
    pub fn alone(lock: FileLock) -> Self {
        Self { boot_id: new_boot(), kind: Kind::Alone(Mutex::new(Some(lock))) }
    }

    /// One of many on a server. The lock needs a connection of its own, which nothing else uses and nobody closes.
    pub async fn among(mut options: ConnectOptions) -> Result<Self, DbErr> {
        options.min_connections(1).max_connections(1).idle_timeout(None).max_lifetime(None).test_before_acquire(true);
        let presence = Self { boot_id: new_boot(), kind: Kind::Among(Database::connect(options).await?) };
        presence.show().await?;
        Ok(presence)
    }

    /// Takes the lock, or makes sure that it is still held: a connection that was lost has lost it. Where the server has
    /// not noticed yet that the connection is lost, that one goes on to hold the lock for us.
    pub async fn show(&self) -> Result<(), DbErr> {
        match &self.kind {
            Kind::Alone(_) => Ok(()),
            Kind::Among(db) => dialect::hold_lock(db, &self.boot_id).await.map(drop),
        }
    }

    /// Which of `boots` are gone. This process never is.
    pub async fn gone(&self, boots: Vec<String>) -> Result<Vec<String>, DbErr> {
        let others = boots.into_iter().filter(|boot| *boot != self.boot_id);
        match &self.kind {
            Kind::Alone(_) => Ok(others.collect()),
            Kind::Among(db) => {
                self.show().await?;
                let mut gone = Vec::new();
                for boot in others {
                    if dialect::is_lock_free(db, &boot).await? {
                        gone.push(boot);
                    }
                }
                Ok(gone)
            }
        }
    }

    /// Does `work` while no other process does anything under the same name; waits for its turn.
    pub async fn exclusively<T>(&self, name: &str, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        match &self.kind {
            Kind::Alone(_) => work.await,
            Kind::Among(db) => {
                dialect::await_lock(db, name).await?;
                let done = work.await;
                dialect::release_lock(db, name).await?;
                done
            }
        }
    }

    /// Lets go: from now on this process counts as gone.
    pub async fn end(&self) {
        match &self.kind {
            Kind::Alone(lock) => {
                if let Some(lock) = lock.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    lock.release();
                }
            }
            // A connection that cannot be closed goes with the process, and its lock with it.
            Kind::Among(db) => drop(db.close_by_ref().await),
        }
    }
}

fn new_boot() -> String {
    uuid::Uuid::new_v4().to_string()
}
