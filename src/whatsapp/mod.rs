//! The Cloud API, both directions: what Meta posts to us, and what we ask of Meta.
//!
//! ```text
//! in    signature (is it Meta?) ─▶ decode (which events?) ─▶ message, status, group (what does each say?)
//! out   client (one attempt) ─▶ wire (the request) ─▶ answer (what came of it?) ─▶ codes (what an error means)
//! ```
//!
//! Nothing here decides what is done about an event or an outcome, keeps anything, or tries anything twice.

pub mod account;
mod answer;
pub mod client;
pub mod codes;
pub mod decode;
mod envelope;
mod group;
mod lenient;
mod message;
mod said;
pub mod signature;
mod status;
mod token;
pub mod wire;

pub use token::TokenSource;
