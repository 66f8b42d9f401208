//! Whom the owner does not want to hear for a while, and when a group is left in peace.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Func};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Store;
use super::cause::failed;
use super::directory::person;
use super::entity::{group, member};
use super::time::micros;
use crate::domain::group::{Quiet, alias_key};
use crate::domain::member::Member;
use crate::ports::{Preferences, StoreError};

/// More people of one name than a person can be asked to choose from.
const ALIKE: u64 = 4;

#[async_trait]
impl Preferences for Store {
    async fn called(&self, who: &str) -> Result<Vec<Member>, StoreError> {
        use member::Column;
        let wanted = who.trim().trim_start_matches('@').to_lowercase();
        let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
        let lower = |column| Expr::from(Func::lower(Expr::col(column)));
        let first_name = format!("{}%", escaped(&format!("{wanted} ")));
        let mut alike = Condition::any()
            .add(lower(Column::Name).eq(wanted.as_str()))
            .add(lower(Column::Name).like(sea_orm::sea_query::LikeExpr::new(first_name).escape('!')))
            .add(lower(Column::Username).eq(wanted.as_str()));
        if digits.len() > 6 {
            alike = alike.add(Column::Phone.eq(digits));
        }
        let found = member::Entity::find().filter(alike).filter(Column::ForgottenAt.is_null());
        let found = found.order_by_asc(Column::Id).limit(ALIKE).all(&self.db.reader).await;
        let people = found.and_then(|rows| rows.into_iter().map(person).collect::<Result<_, DbErr>>());
        people.map_err(failed("look people up"))
    }

    async fn mute(&self, member_id: i64, until: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let update = member::Entity::update_many();
        let update = update.col_expr(member::Column::MutedUntil, Expr::val(until.map(micros)));
        let update = update.filter(member::Column::Id.eq(member_id)).exec(&self.db.writer).await;
        update.map(drop).map_err(failed("mute a person"))
    }

    async fn quiet(&self, alias: &str, hours: Option<Quiet>) -> Result<bool, StoreError> {
        let hours = hours.map(|hours| hours.to_string());
        let update = group::Entity::update_many().col_expr(group::Column::Quiet, Expr::val(hours));
        let update = update.filter(group::Column::Alias.eq(alias_key(alias))).exec(&self.db.writer).await;
        update.map(|done| done.rows_affected > 0).map_err(failed("set the quiet hours of a group"))
    }
}

/// Takes the meaning from the wildcards of `LIKE`.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|ch| matches!(ch, '%' | '_' | '!').then_some('!').into_iter().chain([ch])).collect()
}
