//! How far cleaning has come in a table whose rows stay: everything up to an id is dealt with.
//!
//! It only ever moves forward, also when several processes clean at once, and only in the transaction that did the work.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};

use crate::domain::retention::What;
use crate::store::entity::purge::{Column, Entity};
use crate::store::rows;

/// Up to which id everything is dealt with; 0 at the beginning.
pub async fn reached<C: ConnectionTrait>(db: &C, what: What) -> Result<i64, DbErr> {
    let select = Entity::find().select_only().column(Column::Upto).filter(Column::What.eq(what.as_str()));
    Ok(select.into_tuple().one(db).await?.unwrap_or(0))
}

/// Notes that everything up to `upto` is dealt with.
pub async fn advance(tx: &DatabaseTransaction, what: What, upto: i64) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::Upto, Expr::val(upto));
    let update = update.filter(Column::What.eq(what.as_str())).filter(Column::Upto.lt(upto));
    if update.exec(tx).await?.rows_affected == 0 {
        let there = Entity::find().select_only().column(Column::Upto).filter(Column::What.eq(what.as_str()));
        if there.into_tuple::<i64>().one(tx).await?.is_none() {
            let row = vec![what.as_str().into(), upto.into()];
            rows::insert::<Entity>(tx, &[Column::What, Column::Upto], vec![row]).await?;
        }
    }
    Ok(())
}
