//! What waits: how big a daemon and a broker are beside a million jobs, and how fast tickets are parked.

use std::time::{Duration, Instant};

use super::Stage;
use crate::api::wall_micros;
use crate::daemon::{Daemon, pause};
use crate::database::{Database, Kind};
use crate::report::{Report, ms};

/// The year 2030, far behind every horizon.
const FAR: u64 = 1_900_000_000_000_000;
const MILLION: usize = 1_000_000;
/// Is there a job that falls due soon and has no ticket?
const UNARMED: &str =
    "SELECT 1 FROM jobs WHERE created_from LIKE 'near:%' AND armed_at IS DISTINCT FROM next_due_at LIMIT 1";

/// Start and size of a daemon on SQLite.
pub async fn memory(report: &mut Report) -> anyhow::Result<()> {
    for jobs in [100_000, MILLION] {
        let stage = Stage::on(Kind::Sqlite).await?;
        drop(stage.daemon_with_group().await?);
        fill(&stage.database, "far", jobs, FAR, 1_000_000).await;
        let daemon = stage.daemon().await?;
        report.add(&format!("SQLite, ready with {jobs} jobs"), ms(daemon.ready_after), "aim 1,000 ms");
        settle_down().await;
        report.add(&format!("SQLite, memory with {jobs} jobs"), mib(daemon.resident_mib()), "aim 64 MiB");
    }
    Ok(())
}

/// How fast tickets are parked for jobs that are in the table already, each at an instant of its own.
pub async fn tickets(report: &mut Report) -> anyhow::Result<()> {
    const TICKETS: usize = 20_000;
    let stage = Stage::with_broker().await?;
    let daemon = stage.daemon_with_group().await?;
    connected(&daemon).await?;
    fill(&stage.database, "near", TICKETS, soon(), 20_000).await;
    parked(&daemon, 1).await?;
    let begun = Instant::now();
    parked(&daemon, TICKETS).await?;
    while !stage.database.rows(UNARMED).await.is_empty() {
        pause(Duration::from_millis(5)).await;
    }
    let rate = TICKETS as f64 / begun.elapsed().as_secs_f64();
    report.add("RabbitMQ, tickets armed by a sweep", format!("{rate:.0} /s"), "confirmed, and noted in the row");
    Ok(())
}

/// Start and size of a daemon and its broker when few of a million jobs fall due soon.
pub async fn in_the_broker(report: &mut Report) -> anyhow::Result<()> {
    const NEAR: usize = 3_000;
    let stage = Stage::with_broker().await?;
    let broker = stage.broker.as_ref().expect("this stage has one");
    connected(&stage.daemon_with_group().await?).await?;
    let (no_messages, small) = (broker.messages().await?, broker.resident_mib()?);
    fill(&stage.database, "far", MILLION, FAR, 1_000_000).await;
    let daemon = stage.daemon().await?;
    report.add("PostgreSQL, ready with 1,000,000 jobs", ms(daemon.ready_after), "aim 1,000 ms");
    connected(&daemon).await?;
    fill(&stage.database, "near", NEAR, soon(), 100_000).await;
    parked(&daemon, NEAR).await?;
    settle_down().await;
    report.add("PostgreSQL, memory with 1,000,000 jobs", mib(daemon.resident_mib()), "aim 64 MiB");
    let messages = broker.messages().await?;
    report.add("RabbitMQ, messages with 1,000,000 jobs", format!("{messages}"), &format!("{NEAR} jobs fall due soon"));
    let remark = format!("{small:.1} MiB with {no_messages} messages");
    report.add("RabbitMQ, memory with 1,000,000 jobs", mib(broker.resident_mib()?), &remark);
    Ok(())
}

/// Waits until a daemon has its line to the broker and is done with what follows from that.
async fn connected(daemon: &Daemon) -> anyhow::Result<()> {
    while daemon.metric("wa_broker_connected").await? < 1.0 {
        pause(Duration::from_millis(20)).await;
    }
    settle_down().await;
    Ok(())
}

/// Waits until a daemon has parked so many tickets.
async fn parked(daemon: &Daemon, count: usize) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let parked = daemon.metric("wa_wake_tickets_total{outcome=\"confirmed\"}").await?;
        if parked >= count as f64 {
            return Ok(());
        }
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(180), "only {parked} of {count} tickets were parked");
        pause(Duration::from_millis(5)).await;
    }
}

async fn settle_down() {
    pause(Duration::from_secs(3)).await;
}

fn mib(size: f64) -> String {
    format!("{size:.1} MiB")
}

/// Within the horizon, and late enough that nothing falls due while it is measured.
fn soon() -> u64 {
    wall_micros() + 360_000_000
}

/// Writes jobs straight into the table, one every `step` microseconds.
async fn fill(database: &Database, cause: &str, jobs: usize, first_due: u64, step: u64) {
    let numbers =
        format!("WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {jobs})");
    let insert = format!(
        "INSERT INTO jobs (text, state, next_due_at, local_time, zone, revision, created_from, created_at) {numbers} \
         SELECT 'Number ' || i, 'active', {first_due} + i * {step}, '2030-01-01T09:00:00', 'UTC', 0, \
         '{cause}:' || i, 1700000000000000 FROM n"
    );
    database.execute(&insert).await;
    let groups = format!(
        "INSERT INTO job_groups (job_id, position, alias) SELECT id, 0, 'team' FROM jobs WHERE created_from LIKE '{cause}:%'"
    );
    database.execute(&groups).await;
}
