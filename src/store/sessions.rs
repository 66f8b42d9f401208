//! The dialogue with the owner, as one JSON document per owner: another owner begins anew.

use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::Store;
use super::cause::failed;
use super::entity::session::{ActiveModel, Column, Entity};
use crate::domain::session::Session;
use crate::ports::{Sessions, StoreError};

#[async_trait]
impl Sessions for Store {
    async fn load(&self) -> Result<Session, StoreError> {
        let failed = failed("load the dialogue");
        let owner = Column::Owner.eq(self.db.desk.owner.id());
        let Some(row) = Entity::find().filter(owner).one(&self.db.reader).await.map_err(&failed)? else {
            return Ok(Session::default());
        };
        serde_json::from_str(&row.state).map_err(|error| failed(unreadable(&error)))
    }

    async fn save(&self, session: &Session) -> Result<(), StoreError> {
        let failed = failed("save the dialogue");
        let state = serde_json::to_string(session).map_err(|error| failed(unreadable(&error)))?;
        let row = ActiveModel { owner: Set(self.db.desk.owner.id().to_owned()), state: Set(state) };
        let over = OnConflict::column(Column::Owner).update_column(Column::State).to_owned();
        let insert = Entity::insert(row).on_conflict(over);
        insert.exec_without_returning(&self.db.writer).await.map(drop).map_err(failed)
    }
}

/// Says where, never what: the document holds the owner's words.
fn unreadable(error: &serde_json::Error) -> DbErr {
    DbErr::Json(format!("the document is unreadable at column {}", error.column()))
}
