//! Rows as one array per column: any number of them in one short statement, which PostgreSQL prepares once.
//!
//! With a place for every value, each number of rows would be a statement of its own, thousands of arguments long. The
//! arrays travel as text (manual, 8.15.6), because those of the driver hold no NULL.

use std::fmt::Write as _;

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{DbErr, Value};

use super::rows::Row;

/// A query whose result is `rows`, in their order.
pub fn unnest(rows: &[Row]) -> Result<SelectStatement, DbErr> {
    let mut select = Query::select();
    for n in 0..rows.first().map_or(0, Vec::len) {
        let values = || rows.iter().filter_map(|row| row.get(n));
        let array = Expr::val(array(values())).cast_as("text").cast_as(values().next().map_or(Ok("text[]"), type_of)?);
        select.expr(Func::cust("unnest").arg(array));
    }
    Ok(select)
}

fn type_of(value: &Value) -> Result<&'static str, DbErr> {
    match value {
        Value::Bool(_) => Ok("boolean[]"),
        Value::Int(_) => Ok("integer[]"),
        Value::BigInt(_) => Ok("bigint[]"),
        Value::String(_) => Ok("text[]"),
        Value::Bytes(_) => Ok("bytea[]"),
        _ => Err(DbErr::Type("rows hold yes and no, whole numbers, texts and bytes".to_owned())),
    }
}

fn array<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    let mut array = String::from("{");
    for (n, value) in values.enumerate() {
        if n > 0 {
            array.push(',');
        }
        element(&mut array, value);
    }
    array.push('}');
    array
}

fn element(array: &mut String, value: &Value) {
    match value {
        Value::Bool(Some(yes)) => drop(write!(array, "{yes}")),
        Value::Int(Some(number)) => drop(write!(array, "{number}")),
        Value::BigInt(Some(number)) => drop(write!(array, "{number}")),
        Value::String(Some(text)) => quoted(array, text),
        Value::Bytes(Some(bytes)) => quoted(array, &format!("\\x{}", hex::encode(bytes))),
        _ => array.push_str("NULL"),
    }
}

/// In quotes nothing has a meaning but the quote and the backslash, not even the word NULL.
fn quoted(array: &mut String, text: &str) {
    array.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            array.push('\\');
        }
        array.push(character);
    }
    array.push('"');
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::PostgresQueryBuilder;

    use super::*;

    #[test]
    fn any_number_of_rows_is_one_statement_with_an_argument_for_each_column() {
        let row = |id: i64, name: Option<&str>| vec![Value::from(id), Value::from(name)];
        let sql = |rows: &[Row]| unnest(rows).expect("a query").build(PostgresQueryBuilder);
        let (one, _) = sql(&[row(7, Some("Ana"))]);
        let (three, arguments) = sql(&[row(7, Some("Ana")), row(-1, None), row(0, Some("NULL"))]);
        assert_eq!(one, three);
        let expected = [r"{7,-1,0}", r#"{"Ana",NULL,"NULL"}"#].map(Value::from);
        assert_eq!(arguments.0, expected);
    }

    #[test]
    fn what_has_a_meaning_in_an_array_is_quoted() {
        let values = [Value::from("a\"b\\c,{d} e"), Value::from(""), Value::from(vec![0_u8, 255])];
        assert_eq!(array(values.iter()), r#"{"a\"b\\c,{d} e","","\\x00ff"}"#);
    }
}
