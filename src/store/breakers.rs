//! The breaker that all processes on a number share, as one document.

use async_trait::async_trait;

use super::Store;
use super::cause::failed;
use super::document::{self, Columns, Keep};
use super::entity::breaker::{Column, Entity};
use super::transaction::transact;
use crate::domain::breaker::Breaker;
use crate::ports::{Breakers, Saved, StoreError};

const COLUMNS: Columns<Entity> = Columns { key: Column::Who, text: Column::State, revision: Column::Revision };
/// What it is about: one database serves one number.
const NUMBER: &str = "number";

#[async_trait]
impl Breakers for Store {
    async fn load(&self) -> Result<(Breaker, i32), StoreError> {
        let found = document::load(&self.db.reader, COLUMNS, NUMBER).await.map_err(failed("read the breaker"))?;
        Ok(found.unwrap_or_default())
    }

    async fn save(&self, breaker: Breaker, revision: i32) -> Result<Saved, StoreError> {
        let failed = failed("keep the breaker");
        let keep = Keep::new(COLUMNS, NUMBER, &breaker, revision).map_err(&failed)?;
        transact(&self.db.writer, &keep).await.map_err(failed)
    }
}
