//! How many events a second become durable, and how soon they are acted on.

use std::time::{Duration, Instant};

use super::{Stage, name};
use crate::daemon::{Daemon, pause};
use crate::database::Kind;
use crate::events::{member_message, owner_message, status};
use crate::load::{get, send_all, webhook};
use crate::report::{Report, ms, percentile};

const EVENTS: usize = 100_000;
const COMMANDS: usize = 30_000;

/// Events as fast as they are answered: each answer says that the event is on the disk.
pub async fn durable(report: &mut Report, kind: Kind) -> anyhow::Result<()> {
    let aim = if kind == Kind::Sqlite { "aim 20,000 /s" } else { "aim 12,000 /s" };
    for (what, event) in [("status", status as fn(usize) -> String), ("group message", member_message)] {
        let stage = Stage::on(kind).await?;
        let daemon = stage.daemon().await?;
        let requests = (0..EVENTS).map(|i| webhook(&event(i))).collect();
        let mut outcome = send_all(&daemon.address, requests, 200).await?;
        let line = |figure: &str| format!("{}, webhooks, {what}: {figure}", name(kind));
        let rate = EVENTS as f64 / outcome.took.as_secs_f64();
        report.add(&line("durable events"), format!("{rate:.0} /s"), aim);
        let (p50, p99) = (percentile(&mut outcome.times, 0.5), percentile(&mut outcome.times, 0.99));
        report.add(&line("answer p50, p99"), format!("{}, {}", ms(p50), ms(p99)), "aim p99 20 ms");
        let begun = Instant::now() - outcome.took;
        settled(&daemon).await?;
        let rate = EVENTS as f64 / begun.elapsed().as_secs_f64();
        report.add(&line("acted on"), format!("{rate:.0} /s"), "until the inbox is empty");
    }
    Ok(())
}

/// Waits until nothing waits in the inbox.
async fn settled(daemon: &Daemon) -> anyhow::Result<()> {
    while daemon.metric("wa_inbox_rows{state=\"new\"}").await? > 0.0 {
        pause(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Orders of the owner, each of which becomes a job and an answer.
pub async fn schedule(report: &mut Report, kind: Kind) -> anyhow::Result<()> {
    let stage = Stage::on(kind).await?;
    let daemon = stage.daemon_with_group().await?;
    let command = |i: usize| format!(r#"schedule \"Number {i}\" to team at 2027-06-01 09:00"#);
    let requests = (0..COMMANDS).map(|i| webhook(&owner_message(i, &command(i)))).collect();
    let begun = Instant::now();
    let outcome = send_all(&daemon.address, requests, 200).await?;
    let accepted = COMMANDS as f64 / outcome.took.as_secs_f64();
    while get(&daemon.address, &format!("/jobs/{COMMANDS}")).await?.0 != 200 {
        pause(Duration::from_millis(5)).await;
    }
    let carried_out = COMMANDS as f64 / begun.elapsed().as_secs_f64();
    let line = |figure: &str| format!("{}, schedule commands: {figure}", name(kind));
    report.add(&line("durable"), format!("{accepted:.0} /s"), "aim 6,000 /s on SQLite");
    report.add(&line("carried out"), format!("{carried_out:.0} /s"), "job and answer written");
    Ok(())
}
