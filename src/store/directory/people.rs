//! People as rows: who is whom, when a phone number and a business-scoped id (BSUID) turn out to be one person.
//!
//! The BSUID is the person, the number may change hands: a number that comes with another BSUID is taken
//! from whoever had it. Missing identities are never compared.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
};
use sea_orm::{IntoActiveModel, QueryFilter, QuerySelect};

use crate::domain::address::{Bsuid, Person, Phone};
use crate::domain::member::Member;
use crate::store::entity::member::{ActiveModel, Column, Entity, Model};
use crate::store::entity::reply;
use crate::store::time::{instant, micros};
use crate::store::transaction::Work;

/// The rows that a person's identities lead to; the same row twice when they are joined already.
pub struct Found {
    by_phone: Option<Model>,
    by_bsuid: Option<Model>,
}

impl Found {
    /// The row that is this person.
    pub fn best(self) -> Option<Model> {
        self.by_bsuid.or(self.by_phone)
    }
}

/// Looks a person up.
pub async fn find<C: ConnectionTrait>(db: &C, person: &Person) -> Result<Found, DbErr> {
    let mut found = Found { by_phone: None, by_bsuid: None };
    if let Some(phone) = &person.phone {
        let select = Entity::find().filter(Column::Phone.eq(phone.digits()));
        found.by_phone = select.lock_exclusive().one(db).await?;
    }
    if let Some(bsuid) = &person.bsuid {
        let select = Entity::find().filter(Column::Bsuid.eq(bsuid.as_str()));
        found.by_bsuid = select.lock_exclusive().one(db).await?;
    }
    Ok(found)
}

/// The person that a row holds.
pub fn person(row: Model) -> Result<Member, DbErr> {
    let person = Person::new(row.phone.as_deref().and_then(Phone::parse), row.bsuid.as_deref().and_then(Bsuid::parse));
    Ok(Member {
        id: row.id,
        person: person.ok_or_else(|| DbErr::Type(format!("member {} has no identity", row.id)))?,
        name: row.name,
        username: row.username,
        last_private_at: row.last_private_at.map(instant),
        muted_until: row.muted_until.map(instant),
    })
}

/// That a person was seen, and what was seen of them.
pub struct Sighting<'a> {
    /// Who.
    pub person: &'a Person,
    /// Profile name.
    pub name: Option<&'a str>,
    /// Username without `@`.
    pub username: Option<&'a str>,
    /// Their private message.
    pub private_at: Option<DateTime<Utc>>,
}

impl Sighting<'_> {
    /// The person as known, when the sighting would change nothing.
    pub fn tells_nothing_new(&self, found: Found) -> Result<Option<Member>, DbErr> {
        let Some(row) = found.best() else { return Ok(None) };
        let unchanged = self.updated(row.clone()) == row;
        unchanged.then(|| person(row)).transpose()
    }

    /// The row with what was seen; a private message only ever moves forward.
    fn updated(&self, mut row: Model) -> Model {
        let known = |text: Option<&str>, before: Option<String>| text.map(str::to_owned).or(before);
        row.phone = known(self.phone(), row.phone);
        row.bsuid = known(self.bsuid(), row.bsuid);
        row.name = known(self.name, row.name);
        row.username = known(self.username, row.username);
        row.last_private_at = row.last_private_at.max(self.private_at.map(micros));
        row
    }

    fn phone(&self) -> Option<&str> {
        self.person.phone.as_ref().map(Phone::digits)
    }

    fn bsuid(&self) -> Option<&str> {
        self.person.bsuid.as_ref().map(Bsuid::as_str)
    }

    /// Leaves at most one row for the person, which nobody else's identity stands in the way of.
    async fn one_row(&self, tx: &DatabaseTransaction) -> Result<Option<Model>, DbErr> {
        let Found { by_phone, by_bsuid } = find(tx, self.person).await?;
        match (by_phone, by_bsuid) {
            (Some(kept), Some(other)) if kept.id != other.id && kept.bsuid.is_none() => {
                join(tx, kept, other).await.map(Some)
            }
            (Some(former), Some(own)) if former.id != own.id => {
                give_up_number(tx, former).await?;
                Ok(Some(own))
            }
            (Some(former), None) if self.bsuid().is_some() && former.bsuid.is_some() => {
                give_up_number(tx, former).await?;
                Ok(None)
            }
            (by_phone, by_bsuid) => Ok(by_bsuid.or(by_phone)),
        }
    }
}

/// Two rows are one person: the one with the number stays, and the replies of both are theirs.
async fn join(tx: &DatabaseTransaction, mut kept: Model, other: Model) -> Result<Model, DbErr> {
    let theirs = reply::Entity::update_many().col_expr(reply::Column::MemberId, Expr::val(kept.id));
    theirs.filter(reply::Column::MemberId.eq(other.id)).exec(tx).await?;
    Entity::delete_by_id(other.id).exec(tx).await?;
    kept.name = kept.name.or(other.name);
    kept.username = kept.username.or(other.username);
    kept.last_private_at = kept.last_private_at.max(other.last_private_at);
    kept.muted_until = kept.muted_until.max(other.muted_until);
    Ok(kept)
}

/// The number is somebody else's now.
async fn give_up_number(tx: &DatabaseTransaction, former: Model) -> Result<(), DbErr> {
    let mut row = former.into_active_model();
    row.phone = Set(None);
    row.update(tx).await.map(drop)
}

#[async_trait]
impl Work for Sighting<'_> {
    type Output = Member;

    async fn run(&self, tx: &DatabaseTransaction, _again: bool) -> Result<Member, DbErr> {
        let before = self.one_row(tx).await?;
        let empty = Model {
            id: 0,
            phone: None,
            bsuid: None,
            name: None,
            username: None,
            last_private_at: None,
            muted_until: None,
            forgotten_at: None,
        };
        let is_new = before.is_none();
        let after = self.updated(before.unwrap_or(empty));
        let mut row: ActiveModel = after.into_active_model().reset_all();
        let row = if is_new {
            row.id = sea_orm::ActiveValue::NotSet;
            row.insert(tx).await?
        } else {
            row.update(tx).await?
        };
        person(row)
    }
}
