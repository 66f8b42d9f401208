//! Wakes: what knocks when something falls due.
//!
//! A wake carries nothing that is trusted; the rows say what is due. [`embedded`] needs no server.

pub mod embedded;

pub use embedded::EmbeddedWake;
