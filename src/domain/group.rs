//! A registered group: the alias the owner uses, the id the API uses.

use super::address::GroupId;
use super::named::named;

named! {
    /// What is known about a group.
    GroupState {
        /// The API knows it and we are in it.
        Verified = "verified",
        /// Not checked, or the API could not be asked.
        Unverified = "unverified",
        /// Suspended by Meta: nothing can be posted.
        Suspended = "suspended",
        /// Deleted, or we are no longer in it.
        Gone = "gone",
    }
}

/// A registered group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What the owner calls it; lower-case, unique.
    pub alias: String,
    /// What people see.
    pub name: String,
    /// Id at the API.
    pub group_id: GroupId,
    /// What is known about it.
    pub state: GroupState,
    /// Link by which people join.
    pub invite_link: Option<String>,
}

/// The form in which aliases are stored and compared: trimmed, lower-case.
pub fn alias_key(raw: &str) -> String {
    raw.trim().to_lowercase()
}
