//! One attempt on the wire, and what is known of it: the memory that tells "maybe sent" from "not sent".

use chrono::{DateTime, Utc};
use sea_orm::DbErr;

use crate::domain::address::Wamid;
use crate::domain::outbox::Outcome;
use crate::domain::refusal::Refusal;
use crate::store::entity::attempt::{Column, Model};
use crate::store::rows::Row;
use crate::store::time::{instant, micros};

/// What is known of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is on the wire.
    Open,
    /// The API took it.
    Accepted,
    /// The API refused it.
    Refused,
    /// It never left.
    NotSent,
    /// Nobody knows.
    Unknown,
}

const KNOWN: [(Known, &str); 5] = [
    (Known::Open, "open"),
    (Known::Accepted, "accepted"),
    (Known::Refused, "refused"),
    (Known::NotSent, "not_sent"),
    (Known::Unknown, "unknown"),
];

/// An attempt as it stands.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Row id; 0 before it is inserted.
    pub id: i64,
    /// Number of the attempt.
    pub number: u32,
    /// Our own id.
    pub opaque: String,
    /// What is known of it.
    pub known: Known,
    /// Id the API gave it.
    pub wamid: Option<Wamid>,
    /// First status webhook that proves it.
    pub seen_at: Option<DateTime<Utc>>,
    /// True when it differs from its row.
    pub changed: bool,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    error: Option<String>,
    settled: Option<(String, DateTime<Utc>)>,
}

impl Attempt {
    /// An attempt whose intent is being committed.
    pub fn begin(number: u32, opaque: &str, at: DateTime<Utc>) -> Self {
        Self {
            id: 0,
            number,
            opaque: opaque.to_owned(),
            known: Known::Open,
            wamid: None,
            seen_at: None,
            changed: true,
            started_at: at,
            finished_at: None,
            error: None,
            settled: None,
        }
    }

    /// The attempt that a row holds.
    pub fn read(row: Model) -> Result<Self, DbErr> {
        let found = KNOWN.into_iter().find(|(_, name)| *name == row.outcome);
        let (known, _) = found.ok_or_else(|| DbErr::Type(format!("attempt {} has no readable outcome", row.id)))?;
        Ok(Self {
            id: row.id,
            number: row.number.unsigned_abs(),
            opaque: row.opaque,
            known,
            wamid: row.wamid.as_deref().and_then(Wamid::parse),
            seen_at: row.seen_at.map(instant),
            changed: false,
            started_at: instant(row.started_at),
            finished_at: row.finished_at.map(instant),
            error: row.error,
            settled: row.settled_by.zip(row.settled_at.map(instant)),
        })
    }

    /// True while it may have been sent without anybody knowing.
    pub fn is_unresolved(&self) -> bool {
        matches!(self.known, Known::Open | Known::Unknown)
    }

    /// Its answer, or what came instead of one. Never takes back what is known already.
    pub fn answered(&mut self, outcome: &Outcome, at: DateTime<Utc>) {
        let (known, error) = match outcome {
            Outcome::Accepted { wamid, .. } => {
                self.wamid.get_or_insert_with(|| wamid.clone());
                (Known::Accepted, None)
            }
            Outcome::Refused(refusal) => (Known::Refused, Some(words(refusal))),
            Outcome::NotSent { cause } => (Known::NotSent, Some(cause.clone())),
            Outcome::Unknown { cause, .. } => (Known::Unknown, Some(cause.clone())),
        };
        self.finished_at.get_or_insert(at);
        self.changed = true;
        if self.is_unresolved() {
            self.error = error.or(self.error.take());
            self.settle(known, "answer", at);
        }
    }

    /// Its sender knows that it sent nothing.
    pub fn abandoned(&mut self, at: DateTime<Utc>) {
        self.answered(&Outcome::NotSent { cause: "the intent was not confirmed".to_owned() }, at);
    }

    /// A status webhook proves that it was accepted.
    pub fn seen(&mut self, wamid: Option<&Wamid>, at: DateTime<Utc>) {
        if self.seen_at.is_some() && self.known == Known::Accepted {
            return;
        }
        self.changed = true;
        self.seen_at.get_or_insert(at);
        self.wamid = self.wamid.take().or_else(|| wamid.cloned());
        if self.known != Known::Accepted {
            self.settle(Known::Accepted, "webhook", at);
        }
    }

    /// A status webhook says that it failed after all. Whatever reached somebody stays accepted.
    pub fn bounced(&mut self, refusal: &Refusal, moved: bool, at: DateTime<Utc>) {
        let reached_somebody = self.seen_at.is_some() && !moved;
        if reached_somebody || self.known == Known::Refused {
            return;
        }
        self.changed = true;
        self.error = Some(words(refusal));
        self.settle(Known::Refused, "webhook", at);
    }

    /// Nobody will answer any more.
    pub fn lost(&mut self, why: &str) {
        if self.known == Known::Open {
            self.changed = true;
            self.known = Known::Unknown;
            self.error = Some(why.to_owned());
        }
    }

    /// The owner says that it arrived.
    pub fn confirmed(&mut self, at: DateTime<Utc>) {
        if self.is_unresolved() {
            self.changed = true;
            self.settle(Known::Accepted, "owner", at);
        }
    }

    fn settle(&mut self, known: Known, by: &str, at: DateTime<Utc>) {
        self.known = known;
        // An unknown outcome still waits for whoever settles it.
        self.settled = (known != Known::Unknown).then(|| (by.to_owned(), at));
    }
}

fn words(refusal: &Refusal) -> String {
    format!("{} ({})", refusal.meaning, refusal.code)
}

/// Columns that change, in the order of [`changed`]; the key is the row id.
pub const CHANGED: [Column; 7] = [
    Column::FinishedAt,
    Column::Outcome,
    Column::Error,
    Column::Wamid,
    Column::SettledBy,
    Column::SettledAt,
    Column::SeenAt,
];

/// Columns that are written once, in the order of [`begun`]; those of [`CHANGED`] follow.
const BEGUN: [Column; 5] = [Column::EntryId, Column::Number, Column::Opaque, Column::BootId, Column::StartedAt];

/// All columns of a new row, in the order of [`begun`].
pub fn columns() -> Vec<Column> {
    [&BEGUN[..], &CHANGED[..]].concat()
}

/// The row of an attempt that is new.
pub fn begun(attempt: &Attempt, entry_id: i64, boot_id: &str) -> Row {
    let mut row: Row = vec![
        entry_id.into(),
        number(attempt.number).into(),
        attempt.opaque.as_str().into(),
        boot_id.into(),
        micros(attempt.started_at).into(),
    ];
    row.extend(changed(attempt));
    row
}

/// What may have changed about an attempt.
pub fn changed(attempt: &Attempt) -> Row {
    let name = KNOWN.into_iter().find(|(known, _)| *known == attempt.known).map(|(_, name)| name);
    vec![
        attempt.finished_at.map(micros).into(),
        name.into(),
        attempt.error.as_deref().into(),
        attempt.wamid.as_ref().map(Wamid::as_str).into(),
        attempt.settled.as_ref().map(|(by, _)| by.as_str()).into(),
        attempt.settled.as_ref().map(|(_, at)| micros(*at)).into(),
        attempt.seen_at.map(micros).into(),
    ]
}

/// Counters are stored as signed integers; none ever comes near the end.
pub fn number(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
