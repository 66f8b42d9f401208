//! What all processes on a number share and change by compare-and-set: the dialogue and the breaker.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::breaker::Breaker;
use crate::domain::session::Session;

/// What became of keeping something that other processes may keep as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept.
    Kept,
    /// Another process has changed it since it was loaded; nothing is kept.
    Outdated,
}

/// The owner's dialogue.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The dialogue as it stands; the empty one when there is none.
    async fn load(&self) -> Result<Session, StoreError>;
    /// Keeps it, unless somebody else did since it was loaded.
    async fn save(&self, session: &mut Session) -> Result<Saved, StoreError>;
}

/// The breaker that all processes on a number share.
#[async_trait]
pub trait Breakers: Send + Sync {
    /// As it stands, and its revision; closed when it never opened.
    async fn load(&self) -> Result<(Breaker, i32), StoreError>;
    /// Keeps it, unless another process changed it since the revision it was loaded with.
    async fn save(&self, breaker: Breaker, revision: i32) -> Result<Saved, StoreError>;
}
