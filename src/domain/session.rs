//! The owner's dialogue: what the bot remembers between two messages of the owner.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::address::Bsuid;

/// The dialogue as it stands. Kept as JSON, so it survives a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The owner's BSUID, pinned when it was first seen; another one under the same number is not the owner.
    pub pinned: Option<Bsuid>,
    /// True after a message came under the owner's number with another BSUID: no command is carried out.
    pub frozen: bool,
    /// The private conversation that is open.
    pub talk: Option<Talk>,
    /// A late command that waits for a yes.
    pub pending: Option<Pending>,
}

/// An open private conversation with a member: every plain text goes to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// The reply it began with.
    pub reply_id: i64,
    /// Whom the owner is talking to.
    pub name: String,
    /// It closes then, unless the owner writes before.
    pub until: DateTime<Utc>,
}

/// A command that came late and is carried out only after a yes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Four digits that bind a typed answer to this question.
    pub code: String,
    /// The owner's words.
    pub text: String,
    /// The message they came in.
    pub wamid: String,
    /// When they were written; phrases such as "in 10 minutes" count from then.
    pub said_at: DateTime<Utc>,
    /// The question is void after this.
    pub until: DateTime<Utc>,
}

/// Never shows the words: message texts must not reach a log.
impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pending(until {})", self.until)
    }
}
