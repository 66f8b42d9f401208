//! The rules of the product: plain functions over plain values.
//!
//! Nothing in here is asynchronous, does IO, reads a clock or an environment variable, or knows
//! actix, sea-orm or the wire format. `now` is always an argument.

pub mod address;
pub mod content;
pub mod when;
