//! Pseudonyms: what stands in place of an id of a person who was forgotten, so that the same is still known as the same.
//!
//! They are made with a secret that is drawn when somebody is forgotten and goes once no event can come again that is
//! known by one: from then on they lead to nobody, whoever holds the database.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use sha2::Sha256;

use crate::store::entity::inbox;
use crate::store::entity::pseudonym::{Column, Entity};
use crate::store::rows;
use crate::store::time::micros;
use crate::store::transaction::Work;

/// The one row.
const ID: i32 = 1;
/// How a key of an event begins that is a pseudonym; those that the decoder makes begin otherwise.
pub const KEY_PREFIX: &str = "f:";

/// With what pseudonyms are made.
pub struct Secret(String);

impl Secret {
    /// The pseudonym of `id`: the same for the same, and a word that no id of the Cloud API is.
    pub fn of(&self, id: &str) -> String {
        format!("forgotten.{}", self.digest(id).get(..32).unwrap_or_default())
    }

    /// The pseudonym of what an event is known by.
    pub fn of_key(&self, key: &str) -> String {
        format!("{KEY_PREFIX}{}", self.digest(key))
    }

    fn digest(&self, text: &str) -> String {
        // Any length of key is right for HMAC, so there is no error.
        let mac = Hmac::<Sha256>::new_from_slice(self.0.as_bytes()).map(|mac| mac.chain_update(text.as_bytes()));
        mac.map(|mac| hex::encode(mac.finalize().into_bytes())).unwrap_or_default()
    }
}

/// The secret, if anybody was forgotten of late.
pub async fn secret<C: ConnectionTrait>(db: &C) -> Result<Option<Secret>, DbErr> {
    let select = Entity::find_by_id(ID).select_only().column(Column::Secret).into_tuple::<String>();
    Ok(select.one(db).await?.map(Secret))
}

/// Makes sure that there is a secret, for as long as it is needed.
pub struct Ensure {
    /// Until when.
    pub until: DateTime<Utc>,
}

#[async_trait]
impl Work for Ensure {
    type Output = Secret;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<Secret, DbErr> {
        if let Some(secret) = secret(tx).await? {
            let longer = Entity::update_many().col_expr(Column::NeededUntil, Expr::val(micros(self.until)));
            longer.filter(Column::Id.eq(ID)).filter(Column::NeededUntil.lt(micros(self.until))).exec(tx).await?;
            return Ok(secret);
        }
        let drawn = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let row = vec![ID.into(), drawn.as_str().into(), micros(self.until).into()];
        rows::insert::<Entity>(tx, &[Column::Id, Column::Secret, Column::NeededUntil], vec![row]).await?;
        Ok(Secret(drawn))
    }
}

/// Lets go of the secret once nothing needs it.
pub async fn retire<C: ConnectionTrait>(db: &C, now: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::NeededUntil.lte(micros(now))).exec(db).await.map(drop)
}

/// Takes out of `fresh` the events that are known by a pseudonym, with the rows that were just made for them.
///
/// It must come after the rows were made: an event that is being forgotten at this moment is either still there under
/// its key, or already there under its pseudonym.
pub async fn sort_out_known(tx: &DatabaseTransaction, fresh: &mut HashMap<String, i64>) -> Result<(), DbErr> {
    if fresh.is_empty() {
        return Ok(());
    }
    let Some(secret) = secret(tx).await? else { return Ok(()) };
    let pseudonyms: Vec<(String, String)> = fresh.keys().map(|key| (secret.of_key(key), key.clone())).collect();
    let mut known = HashSet::new();
    for list in rows::lists(&pseudonyms.iter().map(|(pseudonym, _)| pseudonym.clone()).collect::<Vec<_>>()) {
        let select = inbox::Entity::find().select_only().column(inbox::Column::DedupeKey);
        let select = select.filter(inbox::Column::DedupeKey.is_in(list)).into_tuple::<String>();
        known.extend(select.all(tx).await?);
    }
    let again = pseudonyms.iter().filter(|(pseudonym, _)| known.contains(pseudonym));
    let ids: Vec<i64> = again.filter_map(|(_, key)| fresh.remove(key)).collect();
    for list in rows::lists(&ids) {
        inbox::Entity::delete_many().filter(inbox::Column::Id.is_in(list)).exec(tx).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_known_as_the_same_and_under_another_secret_it_is_not() {
        let (one, other) = (Secret("a".to_owned()), Secret("b".to_owned()));
        assert_eq!(one.of("15550009901"), one.of("15550009901"));
        assert_ne!(one.of("15550009901"), one.of("15550009902"));
        assert_ne!(one.of("15550009901"), other.of("15550009901"));
        assert!(one.of_key("m:1:wamid.x").len() <= 255 && one.of_key("m:1:wamid.x").starts_with(KEY_PREFIX));
        assert!(!one.of("15550009901").contains("15550009901"));
    }
}
