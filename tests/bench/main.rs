//! The benchmark that stays: how fast, how late, how big, in one report.
//!
//! It starts the real release binary, on SQLite (`synchronous=FULL`), on PostgreSQL (`fsync=on`) and with RabbitMQ, talks
//! to it over real HTTP from the same machine, and stands in for the Cloud API with a bare server that answers after a set
//! time. Figures are for comparing runs of one machine with each other; nothing here asserts a time.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark that cannot go on should say so by panicking"
)]

mod api;
mod broker;
mod daemon;
#[path = "../rig/database.rs"]
#[expect(dead_code, reason = "the integration tests use the rest of it")]
mod database;
mod events;
mod load;
mod report;
mod scenario;

use std::io::Write;

use report::Report;

fn main() -> anyhow::Result<()> {
    // `cargo bench` and `cargo test --benches` pass flags of their own; only plain words choose scenarios.
    let words: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    if std::env::args().any(|arg| arg == "--test") {
        return Ok(());
    }
    let mut chosen = scenario::all();
    chosen.retain(|(name, _)| words.is_empty() || words.iter().any(|word| name.contains(word.as_str())));
    if std::env::args().any(|arg| arg == "--list") {
        let names: Vec<&str> = chosen.iter().map(|(name, _)| *name).collect();
        return Ok(writeln!(std::io::stdout(), "{}", names.join("\n"))?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut report = Report::default();
    runtime.block_on(async {
        for (_, run) in chosen {
            run(&mut report).await?;
        }
        anyhow::Ok(())
    })?;
    report.print();
    Ok(())
}
