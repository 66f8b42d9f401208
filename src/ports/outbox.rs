//! Everything that goes out: what is planned, what waits, and what becomes of it by `domain::delivery`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::domain::address::{Address, GroupId, Wamid};
use crate::domain::delivery::Event;
use crate::domain::outbox::{Entry, Hold, NewEntry, State};

/// Which entry a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// By row id.
    Entry(i64),
    /// By our own id of an attempt.
    Own(String),
    /// By our own id of an attempt, else by the id the API gave.
    Attempt {
        /// `biz_opaque_callback_data`.
        opaque: Option<String>,
        /// The id the API gave.
        wamid: Wamid,
    },
}

/// Something that happened to an entry, to be applied by `domain::delivery::step`.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which entry.
    pub target: Target,
    /// What happened. For [`Target::Attempt`] the store fills in the attempt number.
    pub event: Event,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who says so, for the log: `sender`, `status`, `sweep`, `owner`, `admin`.
    pub actor: &'static str,
}

/// A limit of how fast may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// That of the number as a whole.
    Number,
    /// That of one person.
    Person,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// The entry changed; as it stands now, and whether a notice was planned with it.
    Moved {
        /// The entry after the change.
        entry: Box<Entry>,
        /// The state before.
        from: State,
        /// True when something was planned for the owner in the same transaction.
        told: bool,
    },
    /// The intent is not given: too much goes out already.
    TooSoon {
        /// Which limit is reached.
        limit: Limit,
        /// When there may be a place.
        until: DateTime<Utc>,
    },
    /// Nothing changed.
    Stayed,
    /// The rules refuse it in the entry's state.
    Refused(&'static str),
    /// There is no such entry.
    NoSuchEntry,
}

/// Which entries wait: all that are due, less those that must not go now.
#[derive(Clone, Debug, Default)]
pub struct DueFilter {
    /// Recipients that are being served, or must wait.
    pub skip_to: Vec<Address>,
    /// Entries in hand already.
    pub skip_ids: Vec<i64>,
    /// At most this many.
    pub limit: u32,
}

/// Everything that goes out.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Plans entries, each once per key; one transaction. Answers with the ids in the order given and whether each is new.
    async fn plan(&self, entries: Vec<NewEntry>, now: DateTime<Utc>) -> Result<Vec<(i64, bool)>, StoreError>;
    /// Entries that are planned, not held, not expired, and due; oldest first.
    async fn due(&self, now: DateTime<Utc>, filter: &DueFilter) -> Result<Vec<Entry>, StoreError>;
    /// The earliest instant after `now` at which a planned entry that is not held becomes due.
    async fn next_due(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Applies changes by the rules, with log rows and notices; many callers share one commit. Answers in the order given.
    async fn apply(&self, changes: Vec<Change>) -> Result<Vec<Applied>, StoreError>;
    /// Entries whose expiry or deadline has passed; oldest first, with an id above `after`.
    async fn overdue(&self, now: DateTime<Utc>, after: i64, limit: u32) -> Result<Vec<i64>, StoreError>;
    /// Entries left `sending` by a process that is gone.
    async fn orphans(&self) -> Result<Vec<i64>, StoreError>;
    /// Ids of entries that are held by `hold`, oldest first; only those for `to` when given.
    async fn held(&self, hold: Hold, to: Option<&Address>, limit: u32) -> Result<Vec<i64>, StoreError>;
    /// One entry.
    async fn get(&self, id: i64) -> Result<Option<Entry>, StoreError>;
    /// The entry with this wamid.
    async fn by_wamid(&self, wamid: &Wamid) -> Result<Option<Entry>, StoreError>;
    /// All posts of a job, by due instant.
    async fn posts_of(&self, job_id: i64) -> Result<Vec<Entry>, StoreError>;
    /// The latest post to a group that may have gone out between the two instants (inclusive): judged by when its
    /// attempt began, so that an answer to it that is faster than the API's own is not missed.
    async fn latest_post(
        &self,
        group: &GroupId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Option<Entry>, StoreError>;
    /// Late posts that wait for the owner. `asked`: already in a digest or not.
    async fn late_posts(&self, asked: bool, limit: u32) -> Result<Vec<Entry>, StoreError>;
    /// Plans the digest and marks the late posts as asked about, in one transaction.
    async fn ask_about_late(&self, posts: &[i64], digest: NewEntry, now: DateTime<Utc>) -> Result<(), StoreError>;
    /// How many entries are in each state.
    async fn counts(&self) -> Result<Vec<(State, u64)>, StoreError>;
}
