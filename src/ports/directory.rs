//! Whom the bot knows: groups, people, and what people answered.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::domain::address::{GroupId, Person};
use crate::domain::group::{Group, GroupState};
use crate::domain::member::{Member, NewReply, Reply};

/// Groups and people.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Registers a group, or updates the one with the same alias.
    async fn register(&self, group: Group) -> Result<(), StoreError>;
    /// Removes a registration; false when there was none. Jobs and posts keep the alias.
    async fn unregister(&self, alias: &str) -> Result<bool, StoreError>;
    /// All registered groups, by alias.
    async fn groups(&self) -> Result<Vec<Group>, StoreError>;
    /// The group with this alias.
    async fn group(&self, alias: &str) -> Result<Option<Group>, StoreError>;
    /// Sets what is known about a group, by its id; nothing happens when it is not registered.
    async fn group_changed(
        &self,
        id: &GroupId,
        state: GroupState,
        invite_link: Option<String>,
    ) -> Result<(), StoreError>;
    /// Notes that a person was seen, joins their identities, and returns them. `private_at`: their private message.
    async fn seen(
        &self,
        person: &Person,
        name: Option<&str>,
        username: Option<&str>,
        private_at: Option<DateTime<Utc>>,
    ) -> Result<Member, StoreError>;
    /// The person with this identity.
    async fn member(&self, person: &Person) -> Result<Option<Member>, StoreError>;
}

/// Members' replies to posts.
#[async_trait]
pub trait Replies: Send + Sync {
    /// Records a reply, once per wamid; the reply as it stands and whether it is new.
    async fn record(&self, reply: NewReply) -> Result<(Reply, bool), StoreError>;
    /// Notes which outbox entry brought it to the owner.
    async fn forwarded(&self, reply_id: i64, entry_id: i64) -> Result<(), StoreError>;
    /// The reply with this number.
    async fn get(&self, id: i64) -> Result<Option<Reply>, StoreError>;
    /// The reply that was forwarded by this outbox entry.
    async fn by_forward(&self, entry_id: i64) -> Result<Option<Reply>, StoreError>;
}
