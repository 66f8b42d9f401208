//! MAP 2: every trait to the outside.
//!
//! Adapters implement these; actors and HTTP handlers know nothing else of databases, brokers and the
//! Cloud API. A method that changes something is durable when it returns `Ok`; every method may be called
//! again with the same arguments without a second effect, unless its page says otherwise.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::address::{Address, GroupId, Person, Wamid};
use crate::domain::breaker::Breaker;
use crate::domain::claim::LateRule;
use crate::domain::content::Content;
use crate::domain::delivery::Event;
use crate::domain::group::{Group, GroupState};
use crate::domain::inbound::{EventKind, Inbound, NewEvent};
use crate::domain::job::{Job, JobState, NewJob};
use crate::domain::member::{Member, NewReply, Reply};
use crate::domain::outbox::{Entry, Hold, NewEntry, Outcome, State};
use crate::domain::retention::{Keep, What};
use crate::domain::session::Session;

/// The store could not do it now; nothing was half done.
#[derive(Debug, thiserror::Error)]
#[error("the database could not {operation}")]
pub struct StoreError {
    /// What was tried, as a verb phrase: `record events`.
    pub operation: &'static str,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Reads the time. Nothing else does.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
    /// Returns once the wall clock has reached `at`, at once when it is past; survives suspend and clock jumps.
    async fn sleep_until(&self, at: DateTime<Utc>);
    /// Learns what the clock says that all processes share, and how long it took to ask. One that is moved by hand does
    /// not care.
    fn agree(&self, _shared: DateTime<Utc>, _took: Duration) {}
    /// What the machine says, before it agreed with anybody.
    fn machine(&self) -> DateTime<Utc> {
        self.now()
    }
}

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

/// Wakes somebody inside this process at an instant. A hint: it may come late, twice or not at all, and the sweep makes
/// up for it.
#[async_trait]
pub trait Alarm: Send + Sync {
    /// Asks for a wake at `at`. Of several instants the earliest counts: whoever is woken asks for the next one. Cheap to
    /// call again.
    async fn set(&self, at: DateTime<Utc>);
}

/// A wake that waits outside of this process: one slot of one job. Whoever gets it looks at all that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The job.
    pub job_id: i64,
    /// The due instant.
    pub due_at: DateTime<Utc>,
}

/// Lets any process be woken by what another one scheduled. A hint like [`Alarm`].
#[async_trait]
pub trait WakeQueue: Send + Sync {
    /// How far ahead tickets are taken.
    fn horizon(&self) -> TimeDelta;
    /// Grows whenever what was parked may be lost, and is to be parked again.
    fn epoch(&self) -> u64;
    /// Learns that something fell due at so many instants for which tickets were parked: silence meanwhile shows a broken
    /// line.
    fn fell_due(&self, instants: u32);
    /// Parks tickets until shortly before they are due; for each whether it surely waits.
    async fn park(&self, tickets: &[Ticket]) -> Vec<bool>;
}

/// Reads an event back from the bytes kept in the inbox.
pub trait Decoder: Send + Sync {
    /// `Err` says in words why it cannot be read.
    fn decode(&self, kind: EventKind, raw: &[u8]) -> Result<Inbound, String>;
}

/// What became of recording one event, in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is new and waits for being acted on; the inbox row.
    Fresh(i64),
    /// It is new and there is nothing to act on: ignored or dead.
    Kept,
    /// It was known already.
    Known,
}

/// An event that waits in the inbox.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The inbox row.
    pub id: i64,
    /// What kind it is.
    pub kind: EventKind,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// How often it was tried.
    pub attempts: u32,
}

/// How an inbox row is closed, or put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was acted on.
    Done,
    /// There was nothing to do; why.
    Ignored(&'static str),
    /// It cannot be acted on; why. Kept for forensics.
    Dead(String),
    /// It failed; tried again not before the instant.
    Retry {
        /// Why.
        reason: String,
        /// Not before.
        not_before: DateTime<Utc>,
    },
}

/// Events that came in, each once.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Records events; many callers share one commit. Answers in the order given.
    async fn record(&self, events: Vec<NewEvent>, received_at: DateTime<Utc>) -> Result<Vec<Recorded>, StoreError>;
    /// Closes rows, or puts them off.
    async fn settle(&self, rows: Vec<(i64, Settlement)>) -> Result<(), StoreError>;
    /// Takes over rows that wait in the hand of a process that is gone; how many.
    async fn adopt(&self) -> Result<u64, StoreError>;
    /// Rows that wait in the hand of this process, oldest first, with an id above `after`, whose time has come.
    async fn waiting(&self, now: DateTime<Utc>, after: i64, limit: u32) -> Result<Vec<Waiting>, StoreError>;
    /// When the oldest waiting row was received.
    async fn oldest_waiting(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// How many rows are in each state.
    async fn counts(&self) -> Result<Vec<(String, u64)>, StoreError>;
}

/// Which jobs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// In these states; empty means active and paused.
    pub states: Vec<JobState>,
    /// For this group alias only.
    pub group: Option<String>,
}

/// Where the next page of a list begins: after the job with this due instant and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobCursor {
    /// Due instant of the last job shown; `None` sorts last.
    pub due_at: Option<DateTime<Utc>>,
    /// Its id.
    pub id: i64,
}

/// What became of adding a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The job, new or as it stands since an earlier time.
    pub job: Job,
    /// False when the same cause had made it before.
    pub fresh: bool,
}

/// What became of withdrawing a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It is withdrawn now.
    Done(Job),
    /// There is no such job.
    Unknown,
    /// It was withdrawn before.
    Already(Job),
    /// All its posts went out or ended.
    Over(Job),
    /// A post of it is on its way at this moment, or nobody knows whether it went out.
    Sending(Job),
}

/// What one pass over the due jobs took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// How many jobs were taken; as many as the limit means there may be more.
    pub jobs: u32,
    /// At how many instants something was due for which a ticket was parked.
    pub armed: u32,
    /// How many posts were planned to go out now.
    pub planned: u32,
    /// How many posts are late and wait for the owner, or expired.
    pub late: u32,
    /// Greatest lateness of a slot taken, in milliseconds.
    pub lateness_ms: i64,
}

/// A slot for which no ticket waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unarmed {
    /// What to park.
    pub ticket: Ticket,
    /// The revision of the job.
    pub revision: i32,
}

/// What the owner scheduled.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Adds jobs, each once per `created_from`; one transaction. Answers in the order given.
    async fn add(&self, jobs: Vec<NewJob>) -> Result<Vec<Added>, StoreError>;
    /// One job.
    async fn get(&self, id: i64) -> Result<Option<Job>, StoreError>;
    /// The job with this `created_from`.
    async fn made_by(&self, created_from: &str) -> Result<Option<Job>, StoreError>;
    /// Jobs, soonest first, then by id.
    async fn list(&self, filter: &JobFilter, after: Option<JobCursor>, limit: u32) -> Result<Vec<Job>, StoreError>;
    /// Takes up to `limit` due slots in one transaction: per job the slot becomes outbox entries
    /// (`domain::claim`), the job moves to its next slot or is done.
    async fn claim_due(&self, now: DateTime<Utc>, rule: LateRule, limit: u32) -> Result<Claim, StoreError>;
    /// The earliest due instant of an active job.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
    /// Active jobs due by `until` whose slot has no ticket, soonest first, after the cursor.
    async fn unarmed(
        &self,
        until: DateTime<Utc>,
        after: Option<JobCursor>,
        limit: u32,
    ) -> Result<Vec<Unarmed>, StoreError>;
    /// Notes that tickets wait for these slots; what changed since is left alone.
    async fn armed(&self, slots: &[Unarmed]) -> Result<(), StoreError>;
    /// Forgets that tickets wait for what is due by `until`.
    async fn disarm(&self, until: DateTime<Utc>) -> Result<(), StoreError>;
    /// Withdraws a job and those of its posts that wait.
    async fn cancel(&self, id: i64, now: DateTime<Utc>) -> Result<Cancelled, StoreError>;
}

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

/// What one step of cleaning did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// How many rows were taken away, or lost their words.
    pub rows: u64,
    /// Where the next step of this pass begins; `None` when there is no more.
    pub next: Option<i64>,
}

/// Takes away what has been kept long enough (`domain::retention`).
#[async_trait]
pub trait Retention: Send + Sync {
    /// One small step in one transaction: looks at the rows of one kind behind `after`, which is 0 at the beginning of a
    /// pass. Nothing that is not over is touched. Several processes may do the same at once.
    async fn purge(&self, what: What, keep: &Keep, after: i64, now: DateTime<Utc>) -> Result<Purged, StoreError>;
}

/// What was removed of a person; a second time there is nothing left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Messages to them, and words of theirs on the way to the owner, that were withdrawn before they went out.
    pub withdrawn: u64,
    /// Outgoing messages that lost their words: answers to them, what they wrote, and what was said about them.
    pub messages: u64,
    /// Received events that lost their bytes, and what they are known by.
    pub events: u64,
    /// Replies of theirs that were unlinked from them.
    pub replies: u64,
    /// Entries of them among the people who were seen.
    pub people: u64,
    /// What cannot be removed yet: it is on the wire, its outcome is unknown, or it waits to be acted on.
    pub pending: u64,
}

impl Forgotten {
    /// How many rows were changed.
    pub fn rows(&self) -> u64 {
        self.withdrawn + self.messages + self.events + self.replies + self.people
    }

    /// What is still to come, in words for the operator.
    pub fn what_follows(&self) -> &'static str {
        match self.pending {
            0 => "Nothing is left of them. What comes in from now on is new.",
            _ => {
                "Something is still under way: on the wire, of unknown outcome, or waiting to be acted on. The daemon \
                 looks every hour and finishes once that is over; to see that it is done, ask again."
            }
        }
    }
}

/// What became of forgetting a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgetting {
    /// It is done, as far as nothing is pending; the rest follows once that is over.
    Done(Forgotten),
    /// They are the owner, who cannot be forgotten.
    Owner,
}

/// Removes people at their request. What was done, and what must not be done twice, stays known under pseudonyms.
#[async_trait]
pub trait People: Send + Sync {
    /// Removes what is known of a person up to the instant of their request, in small transactions. What they do later is
    /// new. May be repeated with the same instant, and goes on where it was cut off.
    async fn forget(&self, person: &Person, asked_at: DateTime<Utc>) -> Result<Forgetting, StoreError>;
    /// People whose forgetting is not finished, because something was pending, and when they asked for it.
    async fn half_forgotten(&self) -> Result<Vec<(Person, DateTime<Utc>)>, StoreError>;
}

/// Whether the store can take a write at this moment.
#[async_trait]
pub trait Health: Send + Sync {
    /// Makes a real write.
    async fn writable(&self) -> Result<(), StoreError>;
    /// The time of the server; none where the database is a file.
    async fn time(&self) -> Result<Option<DateTime<Utc>>, StoreError>;
}
