//! The integration tests, one binary.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on should say so by panicking"
)]

mod contracts;
mod edge;
mod faults;
mod flows;
mod layering;
#[path = "../rig/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the campaigns use the rest of it")]
mod rig;
mod world;
