//! The way to the Cloud API: one attempt, one request.

use async_trait::async_trait;

use crate::domain::address::{Address, GroupId, Wamid};
use crate::domain::content::Content;
use crate::domain::outbox::Outcome;

/// One attempt that is about to go out: its intent is committed.
#[derive(Clone, Debug)]
pub struct Departure {
    /// The outbox entry.
    pub entry_id: i64,
    /// Number of the attempt.
    pub attempt: u32,
    /// Our own id of the attempt, echoed in every status (`biz_opaque_callback_data`).
    pub opaque: String,
    /// Where it goes.
    pub to: Address,
    /// What it says.
    pub content: Content,
    /// The message it quotes.
    pub quoting: Option<Wamid>,
}

/// What the API says about a group id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupCheck {
    /// It exists and we are in it.
    Known {
        /// Its subject.
        subject: Option<String>,
        /// True while Meta has suspended it.
        suspended: bool,
    },
    /// The API does not know it.
    NotFound,
    /// The API could not be asked, or the id is of the legacy form.
    CouldNotCheck,
}

/// Sends to the Cloud API.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// Makes one attempt: one request, never repeated, never redirected.
    async fn send(&self, departure: &Departure) -> Outcome;
    /// Asks whether the token works, without sending anything.
    async fn probe(&self) -> bool;
    /// Asks about a group; gives up after a few seconds.
    async fn group(&self, id: &GroupId) -> GroupCheck;
}
