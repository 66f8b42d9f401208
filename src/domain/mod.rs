//! The rules of the product: plain functions over plain values.
//!
//! Nothing in here is asynchronous, does IO, reads a clock or an environment variable, or knows
//! actix, sea-orm or the wire format. `now` is always an argument.

pub mod address;
pub mod amend;
pub mod breaker;
pub mod claim;
pub mod command;
pub mod content;
pub mod correlation;
pub mod delivery;
pub mod group;
pub mod guard;
pub mod inbound;
pub mod job;
pub mod member;
mod named;
pub mod notice;
pub mod outbox;
pub mod owner;
pub mod pace;
pub mod recurrence;
pub mod refusal;
pub mod retention;
pub mod session;
pub mod when;
pub mod wording;
