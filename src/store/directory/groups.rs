//! Registered groups as rows. There are few, so nothing here is paged.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::domain::address::GroupId;
use crate::domain::group::{Group, GroupState, Quiet, alias_key};
use crate::store::entity::group::{ActiveModel, Column, Entity, Model};

/// More groups than a person can tell apart.
const MOST: u64 = 10_000;

/// Writes a group over the one with the same alias.
pub async fn register(db: &DatabaseConnection, group: Group) -> Result<(), DbErr> {
    let row = ActiveModel {
        alias: Set(alias_key(&group.alias)),
        name: Set(group.name),
        group_id: Set(group.group_id.into()),
        state: Set(group.state.as_str().to_owned()),
        invite_link: Set(group.invite_link),
        quiet: Set(group.quiet.map(|quiet| quiet.to_string())),
    };
    let columns = [Column::Name, Column::GroupId, Column::State, Column::InviteLink, Column::Quiet];
    let over = OnConflict::column(Column::Alias).update_columns(columns).to_owned();
    Entity::insert(row).on_conflict(over).exec_without_returning(db).await.map(drop)
}

/// Removes a group; false when there was none.
pub async fn unregister(db: &DatabaseConnection, alias: &str) -> Result<bool, DbErr> {
    Ok(Entity::delete_by_id(alias_key(alias)).exec(db).await?.rows_affected > 0)
}

/// All of them, by alias.
pub async fn all(db: &DatabaseConnection) -> Result<Vec<Group>, DbErr> {
    let rows = Entity::find().order_by_asc(Column::Alias).limit(MOST).all(db).await?;
    rows.into_iter().map(group).collect()
}

/// The one with this alias.
pub async fn one(db: &DatabaseConnection, alias: &str) -> Result<Option<Group>, DbErr> {
    Entity::find_by_id(alias_key(alias)).one(db).await?.map(group).transpose()
}

/// Sets the state of a group; a link is only ever replaced by another one.
pub async fn changed(
    db: &DatabaseConnection,
    id: &GroupId,
    state: GroupState,
    invite_link: Option<String>,
) -> Result<(), DbErr> {
    let mut update = Entity::update_many().col_expr(Column::State, Expr::val(state.as_str()));
    if let Some(link) = invite_link {
        update = update.col_expr(Column::InviteLink, Expr::val(link));
    }
    update.filter(Column::GroupId.eq(id.as_str())).exec(db).await.map(drop)
}

fn group(row: Model) -> Result<Group, DbErr> {
    let unreadable = || DbErr::Type("a group row is unreadable".to_owned());
    Ok(Group {
        alias: row.alias,
        name: row.name,
        group_id: GroupId::parse(&row.group_id).ok_or_else(unreadable)?,
        state: GroupState::parse(&row.state).ok_or_else(unreadable)?,
        invite_link: row.invite_link,
        quiet: row.quiet.as_deref().map(|text| Quiet::parse(text).ok_or_else(unreadable)).transpose()?,
    })
}
