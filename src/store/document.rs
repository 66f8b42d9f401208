//! A small JSON document under a key, changed by several processes: what another one changed is never written over.

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rows;
use super::transaction::Work;
use crate::ports::Saved;

/// The columns of a table of documents.
#[derive(Clone, Copy)]
pub struct Columns<E: EntityTrait> {
    /// What it is under.
    pub key: E::Column,
    /// The document.
    pub text: E::Column,
    /// Grows with every change.
    pub revision: E::Column,
}

/// The document under `key`, and its revision.
pub async fn load<E, T, C>(db: &C, columns: Columns<E>, key: &str) -> Result<Option<(T, i32)>, DbErr>
where
    E: EntityTrait,
    T: DeserializeOwned,
    C: ConnectionTrait,
{
    let select = E::find().select_only().column(columns.text).column(columns.revision).filter(columns.key.eq(key));
    let Some((text, revision)) = select.into_tuple::<(String, i32)>().one(db).await? else { return Ok(None) };
    Ok(Some((serde_json::from_str(&text).map_err(|error| unreadable(&error))?, revision)))
}

/// Keeps a document.
pub struct Keep<'a, E: EntityTrait> {
    columns: Columns<E>,
    key: &'a str,
    text: String,
    /// As it was loaded; 0 when there was none.
    revision: i32,
}

impl<'a, E: EntityTrait> Keep<'a, E> {
    /// Puts `document` where the one of `revision` was.
    pub fn new(columns: Columns<E>, key: &'a str, document: &impl Serialize, revision: i32) -> Result<Self, DbErr> {
        let text = serde_json::to_string(document).map_err(|error| unreadable(&error))?;
        Ok(Self { columns, key, text, revision })
    }
}

#[async_trait]
impl<E: EntityTrait> Work for Keep<'_, E> {
    type Output = Saved;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<Saved, DbErr> {
        let Columns { key, text, revision } = self.columns;
        let update = E::update_many()
            .col_expr(text, Expr::val(self.text.as_str()))
            .col_expr(revision, Expr::val(self.revision + 1))
            .filter(key.eq(self.key))
            .filter(revision.eq(self.revision));
        if update.exec(tx).await?.rows_affected == 1 {
            return Ok(Saved::Kept);
        }
        let there = E::find().select_only().column(revision).filter(key.eq(self.key)).into_tuple::<i32>();
        if self.revision > 0 || there.one(tx).await?.is_some() {
            return Ok(Saved::Outdated);
        }
        let row = vec![self.key.into(), self.text.as_str().into(), 1_i32.into()];
        rows::insert::<E>(tx, &[key, text, revision], vec![row]).await?;
        Ok(Saved::Kept)
    }
}

/// Says where, never what: a document may hold somebody's words.
fn unreadable(error: &serde_json::Error) -> DbErr {
    DbErr::Json(format!("the document is unreadable at column {}", error.column()))
}
