//! The schema of the database: what is applied, and applying it.

use migration::Step;
use sea_orm::DatabaseConnection;

use super::cause::failed;
use super::connect::{self, Connected, OpenError};
use super::presence::Presence;
use crate::failpoint::failpoint;
use crate::ports::StoreError;

/// A database that is opened for the sake of its schema alone.
pub struct Schema(Connected);

impl Schema {
    /// Opens the database that `url` (`DATABASE_URL`) names; an SQLite file is created when missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        connect::open(url).await.map(Self)
    }

    /// Applies every pending step.
    pub async fn up(&self) -> Result<(), StoreError> {
        up(&self.0.writer, &self.0.presence).await
    }

    /// Takes back the latest `steps`; what their tables hold is lost.
    pub async fn down(&self, steps: u32) -> Result<(), StoreError> {
        let down = migration::down(&self.0.writer, Some(steps));
        self.0.presence.exclusively(MIGRATING, down).await.map_err(failed("take back the migrations"))
    }

    /// Every step, oldest first, and whether it is applied. Changes nothing.
    pub async fn status(&self) -> Result<Vec<Step>, StoreError> {
        status(&self.0.reader).await
    }
}

/// The lock under which one process at a time changes the schema.
const MIGRATING: &str = "wa-scheduler:migrate";

/// Applies every pending step; several processes that start together take turns, and the later ones find nothing to do.
pub(super) async fn up(db: &DatabaseConnection, presence: &Presence) -> Result<(), StoreError> {
    #[cfg(feature = "failpoints")]
    migration::after_each_statement(|| Box::pin(async { Ok(failpoint!("mig.sql")?) }));
    let apply = async {
        failpoint!("mig.begin")?;
        migration::up(db).await?;
        Ok(failpoint!("mig.recorded")?)
    };
    presence.exclusively(MIGRATING, apply).await.map_err(failed("apply the migrations"))
}

/// Every step, oldest first, and whether it is applied. Changes nothing.
pub(super) async fn status(db: &DatabaseConnection) -> Result<Vec<Step>, StoreError> {
    migration::status(db).await.map_err(failed("read the migrations"))
}
