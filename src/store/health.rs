//! Whether a write is possible at this moment: only a write tells. And what time it is for everybody.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::Store;
use super::cause::failed;
use super::dialect;
use super::entity::probe::{ActiveModel, Column, Entity};
use super::time::instant;
use crate::ports::{Health, StoreError};

#[async_trait]
impl Health for Store {
    async fn writable(&self) -> Result<(), StoreError> {
        let count = Expr::col((Entity, Column::Writes)).add(1);
        let over = OnConflict::column(Column::Id).value(Column::Writes, count).to_owned();
        let insert = Entity::insert(ActiveModel { id: Set(1), writes: Set(1) }).on_conflict(over);
        insert.exec_without_returning(&self.db.writer).await.map(drop).map_err(failed("write"))
    }

    async fn time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let micros = dialect::server_micros(&self.db.reader).await.map_err(failed("read the time"))?;
        Ok(micros.map(instant))
    }
}
