//! The tables as sea-orm sees them, one file each. No rule lives here, and no statement.

pub mod attempt;
pub mod breaker;
pub mod group;
pub mod inbox;
pub mod job;
pub mod job_change;
pub mod job_group;
pub mod job_log;
pub mod member;
pub mod outbox;
pub mod pace;
pub mod probe;
pub mod pseudonym;
pub mod purge;
pub mod reply;
pub mod session;
