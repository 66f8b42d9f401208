//! The schema of the database, for `serve` and `migrate`: what is applied, and applying it.

use migration::Step;

use super::Store;
use super::cause::failed;
use crate::ports::StoreError;

/// Applies every pending step.
pub async fn up(store: &Store) -> Result<(), StoreError> {
    migration::up(&store.db.writer).await.map_err(failed("apply the migrations"))
}

/// Takes back the latest `steps`, or all of them; what their tables hold is lost.
pub async fn down(store: &Store, steps: Option<u32>) -> Result<(), StoreError> {
    migration::down(&store.db.writer, steps).await.map_err(failed("take back the migrations"))
}

/// Every step, oldest first, and whether it is applied. Changes nothing.
pub async fn status(store: &Store) -> Result<Vec<Step>, StoreError> {
    migration::status(&store.db.reader).await.map_err(failed("read the migrations"))
}
