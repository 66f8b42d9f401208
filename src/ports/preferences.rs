//! What the owner prefers: whom not to hear for a while, and when a group is left in peace.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::domain::group::Quiet;
use crate::domain::member::Member;

/// Keeps it.
#[async_trait]
pub trait Preferences: Send + Sync {
    /// People with this profile name, first name, username or number, in any letter case; at most a few.
    async fn called(&self, who: &str) -> Result<Vec<Member>, StoreError>;
    /// Mutes a person until then; `None` ends it.
    async fn mute(&self, member_id: i64, until: Option<DateTime<Utc>>) -> Result<(), StoreError>;
    /// Sets the quiet hours of a group; false when it is not registered.
    async fn quiet(&self, alias: &str, hours: Option<Quiet>) -> Result<bool, StoreError>;
}
