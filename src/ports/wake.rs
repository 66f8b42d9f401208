//! Who wakes whom: an alarm inside this process, tickets that wait outside of it. Both are hints.

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

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
