//! Everything that goes out: planning it, changing it by the rules, and asking about it.

mod apply;
mod attempt;
mod ledger;
mod limits;
mod plan;
mod queries;
mod row;
mod words;
mod write;

pub use apply::Apply;
pub use limits::{NUMBER, lane};
pub use plan::{Plan, insert};
pub use words::without_words;
