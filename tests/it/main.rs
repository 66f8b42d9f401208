//! The integration tests, one binary.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should say so by panicking"
)]

mod layering;
