//! The benchmark that stays: how fast, how late, how big, in one report.
//!
//! It starts the real release binary on SQLite (`synchronous=FULL`), talks to it over real HTTP from the same
//! machine, and stands in for the Cloud API with a bare server that answers after a set time. Figures are for
//! comparing runs of one machine with each other; nothing here asserts a time.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on should say so by panicking"
)]

mod api;
mod daemon;
mod load;
mod report;
mod scenario;

use report::Report;

fn main() -> anyhow::Result<()> {
    // `cargo bench` and `cargo test --benches` pass flags of their own; only plain words choose scenarios.
    let chosen: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    if std::env::args().any(|arg| arg == "--test") {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut report = Report::default();
    runtime.block_on(async {
        for (name, run) in scenario::all() {
            if chosen.is_empty() || chosen.iter().any(|word| name.contains(word.as_str())) {
                run(&mut report).await?;
            }
        }
        anyhow::Ok(())
    })?;
    report.print();
    Ok(())
}
