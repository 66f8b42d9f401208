//! Groups that the owner registered, and people who were seen.

mod groups;
mod people;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub use people::person;

use super::Store;
use super::cause::failed;
use super::transaction::transact;
use crate::domain::address::{GroupId, Person};
use crate::domain::group::{Group, GroupState};
use crate::domain::member::Member;
use crate::ports::{Directory, StoreError};

#[async_trait]
impl Directory for Store {
    async fn register(&self, group: Group) -> Result<(), StoreError> {
        groups::register(&self.db.writer, group).await.map_err(failed("register a group"))
    }

    async fn unregister(&self, alias: &str) -> Result<bool, StoreError> {
        groups::unregister(&self.db.writer, alias).await.map_err(failed("unregister a group"))
    }

    async fn groups(&self) -> Result<Vec<Group>, StoreError> {
        groups::all(&self.db.reader).await.map_err(failed("read the groups"))
    }

    async fn group(&self, alias: &str) -> Result<Option<Group>, StoreError> {
        groups::one(&self.db.reader, alias).await.map_err(failed("read the groups"))
    }

    async fn group_changed(
        &self,
        id: &GroupId,
        state: GroupState,
        invite_link: Option<String>,
    ) -> Result<(), StoreError> {
        groups::changed(&self.db.writer, id, state, invite_link).await.map_err(failed("note the state of a group"))
    }

    async fn seen(
        &self,
        person: &Person,
        name: Option<&str>,
        username: Option<&str>,
        private_at: Option<DateTime<Utc>>,
    ) -> Result<Member, StoreError> {
        let sighting = people::Sighting { person, name, username, private_at };
        let failed = failed("note that a person was seen");
        // Most people are known as they are; reading costs no disk flush.
        let known = people::find(&self.db.reader, person).await.map_err(&failed)?;
        if let Some(member) = sighting.tells_nothing_new(known).map_err(&failed)? {
            return Ok(member);
        }
        transact(&self.db.writer, &sighting).await.map_err(failed)
    }

    async fn member(&self, person: &Person) -> Result<Option<Member>, StoreError> {
        let failed = failed("look a person up");
        let found = people::find(&self.db.reader, person).await.map_err(&failed)?;
        found.best().map(people::person).transpose().map_err(failed)
    }
}
