//! How late posts arrive: one at a time, and ten thousand at once.

use std::time::{Duration, Instant};

use super::{Stage, name};
use crate::api::{Api, Arrival, wall_micros};
use crate::daemon::{Daemon, pause};
use crate::database::Kind;
use crate::events::job;
use crate::load::send_all;
use crate::report::{Report, ms, percentile};

const BURST_POSTS: usize = 10_000;

/// Posts on SQLite, woken inside the process.
pub async fn lateness(report: &mut Report) -> anyhow::Result<()> {
    let stage = Stage::on(Kind::Sqlite).await?;
    let daemons = [stage.daemon_with_group().await?];
    let late = spread(&stage, &daemons, 1_000, Duration::from_secs(30)).await?;
    add(report, "SQLite, lateness of 1,000 posts", late, "aim 2 and 10 ms");
    Ok(())
}

/// Posts on PostgreSQL, woken by tickets from RabbitMQ: by one daemon, and by two that share database and broker.
pub async fn lateness_by_tickets(report: &mut Report) -> anyhow::Result<()> {
    for count in [1, 2] {
        let stage = Stage::with_broker().await?;
        let mut daemons = vec![stage.daemon_with_group().await?];
        while daemons.len() < count {
            daemons.push(stage.daemon().await?);
        }
        let late = spread(&stage, &daemons, 5_000, Duration::from_secs(120)).await?;
        let line = format!("RabbitMQ, lateness of 5,000 posts, daemons: {count}");
        add(report, &line, late, "aim 3 and 20 ms");
    }
    Ok(())
}

/// Schedules posts all over `time`, as many with each daemon; how late each of them arrived.
async fn spread(stage: &Stage, daemons: &[Daemon], posts: usize, time: Duration) -> anyhow::Result<Vec<Duration>> {
    let first = wall_micros() + 5_000_000;
    // A fixed odd stride spreads the instants without a random source.
    let due = |i: usize| first + (i as u64 * 7_919_993) % time.as_micros() as u64;
    for (turn, daemon) in daemons.iter().enumerate() {
        let mine = (turn..posts).step_by(daemons.len());
        send_all(&daemon.address, mine.map(|i| job(due(i), &due(i).to_string())).collect(), 201).await?;
    }
    anyhow::ensure!(wall_micros() < first, "the jobs were not written in time");
    arrived(&stage.api, posts, time).await?;
    Ok(stage.api.arrivals().iter().filter_map(lateness_of).collect())
}

fn add(report: &mut Report, line: &str, mut late: Vec<Duration>, aim: &str) {
    let (p50, p99) = (percentile(&mut late, 0.5), percentile(&mut late, 0.99));
    report.add(&format!("{line}: p50, p99"), format!("{}, {}", ms(p50), ms(p99)), aim);
}

/// Lateness of a post whose text is its due instant in microseconds.
fn lateness_of((text, arrived): &Arrival) -> Option<Duration> {
    Some(Duration::from_micros(arrived.saturating_sub(text.parse().ok()?)))
}

/// Waits for so many posts, for a minute longer than they should take.
async fn arrived(api: &Api, count: usize, time: Duration) -> anyhow::Result<()> {
    let (begun, longest) = (Instant::now(), time + Duration::from_secs(60));
    while api.count() < count {
        anyhow::ensure!(begun.elapsed() < longest, "only {} of {count} posts arrived", api.count());
        pause(Duration::from_millis(10)).await;
    }
    Ok(())
}

/// Posts that fall due at one instant, to an API that answers after 50 ms.
pub async fn burst(report: &mut Report, kind: Kind) -> anyhow::Result<()> {
    let api = Api::start(Duration::from_millis(50)).await?;
    let stage = Stage { api, concurrent_sends: 400, ..Stage::on(kind).await? };
    let daemon = stage.daemon_with_group().await?;
    let due = wall_micros() + 12_000_000;
    let requests = (0..BURST_POSTS).map(|_| job(due, &due.to_string())).collect();
    send_all(&daemon.address, requests, 201).await?;
    anyhow::ensure!(wall_micros() < due, "the jobs were not written in time");
    arrived(&stage.api, BURST_POSTS, Duration::from_secs(60)).await?;
    let mut late: Vec<Duration> = stage.api.arrivals().iter().filter_map(lateness_of).collect();
    let line = |figure: &str| format!("{}, burst of 10,000: {figure}", name(kind));
    report.add(&line("first post"), ms(percentile(&mut late, 0.0)), "aim 20 ms on SQLite");
    report.add(&line("last post"), ms(percentile(&mut late, 1.0)), "aim 2,500 ms on SQLite");
    Ok(())
}
