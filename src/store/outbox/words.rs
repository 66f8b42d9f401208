//! Takes the words out of messages; all else about them stays on record.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, UpdateMany};

use crate::domain::content::Content;
use crate::domain::outbox::State;
use crate::store::entity::outbox::{Column, Entity};
use crate::store::time::micros;

/// Of messages that are over, and once only; which ones is the caller's to add.
pub fn without_words(now: DateTime<Utc>) -> Result<UpdateMany<Entity>, DbErr> {
    let removed = serde_json::to_string(&Content::Removed).map_err(|error| DbErr::Json(error.to_string()))?;
    let over = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.as_str());
    Ok(Entity::update_many()
        .col_expr(Column::Content, Expr::val(removed))
        .col_expr(Column::PurgedAt, Expr::val(micros(now)))
        .filter(Column::State.is_in(over))
        .filter(Column::PurgedAt.is_null()))
}
