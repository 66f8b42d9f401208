//! A person who wrote to the bot or in a group, and the reply of theirs that was brought to the owner.

use chrono::{DateTime, Utc};

use super::address::{Person, Wamid};

/// A person that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Row id.
    pub id: i64,
    /// Their identities, as far as known.
    pub person: Person,
    /// Profile name.
    pub name: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
    /// Their last private message to the bot; opens their 24-hour window.
    pub last_private_at: Option<DateTime<Utc>>,
    /// Until then what they write is kept and not brought to the owner.
    pub muted_until: Option<DateTime<Utc>>,
}

impl Member {
    /// True while they are muted.
    pub fn is_muted(&self, now: DateTime<Utc>) -> bool {
        self.muted_until.is_some_and(|until| now < until)
    }

    /// How the owner reads them: profile name, else `@username`, else what can be shown of the identity.
    pub fn shown_name(&self) -> String {
        let named = self.name.clone().or_else(|| self.username.as_ref().map(|u| format!("@{u}")));
        named
            .or_else(|| self.person.phone.as_ref().map(|p| format!("+{}", p.digits())))
            .unwrap_or_else(|| "somebody without a name".to_owned())
    }
}

/// A member's group message that answers a post, to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReply {
    /// The post it answers: an outbox entry.
    pub post_entry: i64,
    /// Who wrote it.
    pub member_id: i64,
    /// Its own id.
    pub wamid: Wamid,
    /// True when it quotes the post; false when it was matched by time.
    pub quoted: bool,
    /// When it was written.
    pub sent_at: DateTime<Utc>,
}

/// A recorded reply; its id is the number shown on the forward (`reply 3`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The number the owner uses.
    pub id: i64,
    /// The post it answers.
    pub post_entry: i64,
    /// Who wrote it; `None` once they were forgotten.
    pub member: Option<Member>,
    /// Alias of the group it was written in.
    pub group: String,
    /// Its own id.
    pub wamid: Wamid,
}
