//! Many rows in few statements, on every database.
//!
//! Statements come in a handful of sizes, so that each is prepared once and stays so: a batch is cut into
//! pieces of those sizes, unless it travels as arrays, and a list of keys is filled up by repeating its last one.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, ExprTrait, InsertStatement, OnConflict, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, IdenStatic, Value};

use super::{arrays, dialect};

/// Rows per statement that carries whole rows.
const PIECES: [usize; 4] = [MOST, 32, 8, 1];
const MOST: usize = 128;
/// Keys per `IN` list.
const LISTS: [usize; 5] = [1, 4, 16, 64, 256];

/// A row: one value per column, in the order of the columns.
pub type Row = Vec<Value>;

/// Cuts `rows` into pieces, each of one of the few sizes, or as long as may be where the size makes no difference.
pub fn pieces(backend: DbBackend, rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut pieces = Vec::new();
    let mut rest = rows.into_iter();
    while let Some(size) = PIECES.into_iter().find(|size| *size <= rest.len()) {
        let size = if dialect::takes_arrays(backend) { MOST } else { size };
        pieces.push(rest.by_ref().take(size).collect());
    }
    pieces
}

/// Cuts `keys` into lists, each filled up to one of the few sizes with repetitions.
pub fn lists<T: Clone>(keys: &[T]) -> Vec<Vec<T>> {
    let most = LISTS.last().copied().unwrap_or(1);
    keys.chunks(most).map(filled).collect()
}

fn filled<T: Clone>(keys: &[T]) -> Vec<T> {
    let size = LISTS.into_iter().find(|size| *size >= keys.len()).unwrap_or(keys.len());
    let mut list = keys.to_vec();
    if let Some(last) = keys.last() {
        list.resize(size, last.clone());
    }
    list
}

/// Inserts `rows`; a conflict is an error.
pub async fn insert<E: EntityTrait>(
    tx: &DatabaseTransaction,
    columns: &[E::Column],
    rows: Vec<Row>,
) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    for piece in pieces(backend, rows) {
        tx.execute(&insert_statement::<E>(backend, columns, piece)?).await?;
    }
    Ok(())
}

/// Inserts `rows`, or puts them over those with the same `key`.
pub async fn upsert<E: EntityTrait>(
    tx: &DatabaseTransaction,
    key: E::Column,
    columns: &[E::Column],
    rows: Vec<Row>,
) -> Result<(), DbErr> {
    let over = columns.iter().copied().filter(|column| column.as_str() != key.as_str());
    let over = OnConflict::column(key).update_columns(over).to_owned();
    let backend = tx.get_database_backend();
    for piece in pieces(backend, rows) {
        let mut statement = insert_statement::<E>(backend, columns, piece)?;
        tx.execute(statement.on_conflict(over.clone())).await?;
    }
    Ok(())
}

/// What makes a row of a table the same row again.
#[derive(Clone, Copy)]
pub struct Identity<E: EntityTrait> {
    /// The surrogate key.
    pub id: E::Column,
    /// The unique text.
    pub key: E::Column,
}

/// Inserts those `rows` whose key (the value at `place`) is new, and answers with the ids of just those, by key.
pub async fn insert_fresh<E: EntityTrait>(
    tx: &DatabaseTransaction,
    identity: Identity<E>,
    columns: &[E::Column],
    rows: Vec<(String, Row)>,
) -> Result<HashMap<String, i64>, DbErr> {
    if dialect::returns_rows(tx.get_database_backend()) {
        return insert_returning(tx, identity, columns, rows.into_iter().map(|(_, row)| row).collect()).await;
    }
    let keys: Vec<String> = rows.iter().map(|(key, _)| key.clone()).collect();
    let known = ids(tx, identity, &keys).await?;
    let (fresh, rows): (Vec<_>, Vec<_>) = rows.into_iter().filter(|(key, _)| !known.contains_key(key)).unzip();
    // A key that another transaction inserts at this moment breaks this one, which then runs again and finds the key
    // known: what is ignored silently could not be told from what is new.
    insert::<E>(tx, columns, rows).await?;
    ids(tx, identity, &fresh).await
}

async fn insert_returning<E: EntityTrait>(
    tx: &DatabaseTransaction,
    identity: Identity<E>,
    columns: &[E::Column],
    rows: Vec<Row>,
) -> Result<HashMap<String, i64>, DbErr> {
    let mut fresh = HashMap::with_capacity(rows.len());
    let backend = tx.get_database_backend();
    for piece in pieces(backend, rows) {
        let mut statement = insert_statement::<E>(backend, columns, piece)?;
        statement.on_conflict(OnConflict::column(identity.key).do_nothing().to_owned());
        statement.returning(Query::returning().columns([identity.key, identity.id]));
        for row in tx.query_all(&statement).await? {
            fresh.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(fresh)
}

/// Ids by key, of those keys that are there.
pub async fn ids<E: EntityTrait>(
    tx: &DatabaseTransaction,
    identity: Identity<E>,
    keys: &[String],
) -> Result<HashMap<String, i64>, DbErr> {
    let mut ids = HashMap::with_capacity(keys.len());
    for list in lists(keys) {
        let mut select = SelectStatement::new();
        select.columns([identity.key, identity.id]).from(E::default());
        select.and_where(Expr::col(identity.key).is_in(list));
        for row in tx.query_all(&select).await? {
            ids.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(ids)
}

fn insert_statement<E: EntityTrait>(
    backend: DbBackend,
    columns: &[E::Column],
    rows: Vec<Row>,
) -> Result<InsertStatement, DbErr> {
    let mut statement = Query::insert();
    statement.into_table(E::default()).columns(columns.iter().copied());
    if dialect::takes_arrays(backend) {
        statement.select_from(arrays::unnest(&rows)?).map_err(wrong)?;
        return Ok(statement);
    }
    for row in rows {
        statement.values(row.into_iter().map(Expr::val)).map_err(wrong)?;
    }
    Ok(statement)
}

fn wrong(error: impl std::fmt::Display) -> DbErr {
    DbErr::Custom(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_cut_into_few_sizes_and_nothing_is_lost() {
        let rows: Vec<Row> = (0..171_i64).map(|n| vec![Value::from(n)]).collect();
        for (backend, sizes) in [(DbBackend::Sqlite, &[128, 32, 8, 1, 1, 1][..]), (DbBackend::Postgres, &[128, 43])] {
            let cut = pieces(backend, rows.clone());
            assert_eq!(cut.iter().map(Vec::len).collect::<Vec<_>>(), sizes);
            assert_eq!(cut.concat(), rows);
            assert!(pieces(backend, Vec::new()).is_empty());
        }
    }

    #[test]
    fn a_list_is_filled_up_with_its_last_key() {
        assert_eq!(lists(&[7, 8]), [vec![7, 8, 8, 8]]);
        assert_eq!(lists(&(0..257).collect::<Vec<_>>()).iter().map(Vec::len).collect::<Vec<_>>(), [256, 1]);
        assert!(lists::<i64>(&[]).is_empty());
    }
}
