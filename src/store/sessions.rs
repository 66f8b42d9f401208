//! The dialogue with the owner, one document per owner: another owner begins anew.

use async_trait::async_trait;

use super::Store;
use super::cause::failed;
use super::document::{self, Columns, Keep};
use super::entity::session::{Column, Entity};
use super::transaction::transact;
use crate::domain::session::Session;
use crate::ports::{Saved, Sessions, StoreError};

pub(super) const COLUMNS: Columns<Entity> =
    Columns { key: Column::Owner, text: Column::State, revision: Column::Revision };

#[async_trait]
impl Sessions for Store {
    async fn load(&self) -> Result<Session, StoreError> {
        let owner = self.db.desk.owner.id();
        let found = document::load(&self.db.reader, COLUMNS, owner).await.map_err(failed("load the dialogue"))?;
        Ok(found.map_or_else(Session::default, |(session, revision)| Session { revision, ..session }))
    }

    async fn save(&self, session: &mut Session) -> Result<Saved, StoreError> {
        let failed = failed("save the dialogue");
        let owner = self.db.desk.owner.id();
        let keep = Keep::new(COLUMNS, owner, session, session.revision).map_err(&failed)?;
        let saved = transact(&self.db.writer, &keep).await.map_err(failed)?;
        if saved == Saved::Kept {
            session.revision += 1;
        }
        Ok(saved)
    }
}
