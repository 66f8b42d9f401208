//! What is measured.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database};

use crate::api::{Api, wall_micros};
use crate::daemon::{BUSINESS_ACCOUNT_ID, Daemon, Folder, OWNER, PHONE_NUMBER_ID, pause};
use crate::load::{admin_post, get, send_all, webhook};
use crate::report::{Report, ms, percentile};

type Run = for<'a> fn(&'a mut Report) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;

/// Every scenario by name, in order.
pub fn all() -> Vec<(&'static str, Run)> {
    vec![
        ("webhooks", |report| Box::pin(webhooks(report))),
        ("schedule", |report| Box::pin(schedule(report))),
        ("lateness", |report| Box::pin(lateness(report))),
        ("burst", |report| Box::pin(burst(report))),
        ("memory", |report| Box::pin(memory(report))),
    ]
}

const EVENTS: usize = 100_000;
const COMMANDS: usize = 30_000;
const LATENESS_POSTS: u64 = 1_000;
const BURST_POSTS: usize = 10_000;

async fn webhooks(report: &mut Report) -> anyhow::Result<()> {
    for (name, event) in [("status", status as fn(usize) -> String), ("group message", member_message)] {
        let (folder, api) = (Folder::new("webhooks")?, Api::start(Duration::ZERO).await?);
        let daemon = Daemon::start(&folder.0, &api.url, 32).await?;
        let requests = (0..EVENTS).map(|i| webhook(&event(i))).collect();
        let mut outcome = send_all(&daemon.address, requests, 200).await?;
        let rate = EVENTS as f64 / outcome.took.as_secs_f64();
        report.add(&format!("webhooks, {name}: durable events"), format!("{rate:.0} /s"), "aim 20,000 /s");
        let (p50, p99) = (percentile(&mut outcome.times, 0.5), percentile(&mut outcome.times, 0.99));
        report.add(&format!("webhooks, {name}: answer p50, p99"), format!("{}, {}", ms(p50), ms(p99)), "aim p99 20 ms");
        let begun = Instant::now() - outcome.took;
        settled(&daemon).await?;
        let rate = EVENTS as f64 / begun.elapsed().as_secs_f64();
        report.add(&format!("webhooks, {name}: acted on"), format!("{rate:.0} /s"), "until the inbox is empty");
    }
    Ok(())
}

/// Waits until nothing waits in the inbox.
async fn settled(daemon: &Daemon) -> anyhow::Result<()> {
    loop {
        let (_, metrics) = get(&daemon.address, "/metrics").await?;
        let waiting = metrics.lines().find_map(|line| line.strip_prefix("wa_inbox_rows{state=\"new\"} "));
        if waiting.is_none_or(|count| count.trim() == "0") {
            return Ok(());
        }
        pause(Duration::from_millis(20)).await;
    }
}

async fn schedule(report: &mut Report) -> anyhow::Result<()> {
    let (folder, api) = (Folder::new("schedule")?, Api::start(Duration::ZERO).await?);
    let daemon = Daemon::start(&folder.0, &api.url, 32).await?;
    register_group(&daemon).await?;
    let command = |i: usize| format!(r#"schedule \"Number {i}\" to team at 2027-06-01 09:00"#);
    let requests = (0..COMMANDS).map(|i| webhook(&owner_message(i, &command(i)))).collect();
    let begun = Instant::now();
    let outcome = send_all(&daemon.address, requests, 200).await?;
    let accepted = COMMANDS as f64 / outcome.took.as_secs_f64();
    while get(&daemon.address, &format!("/jobs/{COMMANDS}")).await?.0 != 200 {
        pause(Duration::from_millis(5)).await;
    }
    let carried_out = COMMANDS as f64 / begun.elapsed().as_secs_f64();
    report.add("schedule commands: durable", format!("{accepted:.0} /s"), "aim 6,000 /s");
    report.add("schedule commands: carried out", format!("{carried_out:.0} /s"), "job and answer written");
    Ok(())
}

async fn register_group(daemon: &Daemon) -> anyhow::Result<()> {
    let command = webhook(&owner_message(usize::MAX, "register group team 120363000000000001@g.us Team"));
    send_all(&daemon.address, vec![command], 200).await?;
    while !get(&daemon.address, "/groups").await?.1.contains("\"team\"") {
        pause(Duration::from_millis(5)).await;
    }
    Ok(())
}

async fn lateness(report: &mut Report) -> anyhow::Result<()> {
    let (folder, api) = (Folder::new("lateness")?, Api::start(Duration::ZERO).await?);
    let daemon = Daemon::start(&folder.0, &api.url, 32).await?;
    register_group(&daemon).await?;
    let first = wall_micros() + 3_000_000;
    // A fixed odd stride spreads the instants over half a minute without a random source.
    let due = |i: u64| first + (i * 7_919_993) % 30_000_000;
    let requests = (0..LATENESS_POSTS).map(|i| job(due(i), &due(i).to_string())).collect();
    send_all(&daemon.address, requests, 201).await?;
    arrived(&api, LATENESS_POSTS as usize).await?;
    let mut late: Vec<Duration> = api.arrivals().iter().filter_map(lateness_of).collect();
    let (p50, p99) = (percentile(&mut late, 0.5), percentile(&mut late, 0.99));
    report.add("lateness of 1,000 posts p50, p99", format!("{}, {}", ms(p50), ms(p99)), "aim 2 and 10 ms");
    Ok(())
}

/// Lateness of a post whose text is its due instant in microseconds.
fn lateness_of((text, arrived): &(String, u64)) -> Option<Duration> {
    Some(Duration::from_micros(arrived.saturating_sub(text.parse().ok()?)))
}

async fn arrived(api: &Api, count: usize) -> anyhow::Result<()> {
    let begun = Instant::now();
    while api.count() < count {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(120), "only {} of {count} posts arrived", api.count());
        pause(Duration::from_millis(10)).await;
    }
    Ok(())
}

async fn burst(report: &mut Report) -> anyhow::Result<()> {
    let (folder, api) = (Folder::new("burst")?, Api::start(Duration::from_millis(50)).await?);
    let daemon = Daemon::start(&folder.0, &api.url, 400).await?;
    register_group(&daemon).await?;
    let due = wall_micros() + 12_000_000;
    let requests = (0..BURST_POSTS).map(|_| job(due, &due.to_string())).collect();
    send_all(&daemon.address, requests, 201).await?;
    anyhow::ensure!(wall_micros() < due, "the jobs were not written in time");
    arrived(&api, BURST_POSTS).await?;
    let mut late: Vec<Duration> = api.arrivals().iter().filter_map(lateness_of).collect();
    report.add("burst of 10,000: first post", ms(percentile(&mut late, 0.0)), "aim 20 ms");
    report.add("burst of 10,000: last post", ms(percentile(&mut late, 1.0)), "aim 2,500 ms");
    Ok(())
}

async fn memory(report: &mut Report) -> anyhow::Result<()> {
    for jobs in [100_000_u32, 1_000_000] {
        let (folder, api) = (Folder::new("memory")?, Api::start(Duration::ZERO).await?);
        {
            let daemon = Daemon::start(&folder.0, &api.url, 32).await?;
            register_group(&daemon).await?;
        }
        fill(&folder, jobs).await?;
        let daemon = Daemon::start(&folder.0, &api.url, 32).await?;
        report.add(&format!("ready with {jobs} jobs"), ms(daemon.ready_after), "aim 1,000 ms");
        pause(Duration::from_secs(3)).await;
        report.add(&format!("memory with {jobs} jobs"), format!("{:.1} MiB", daemon.resident_mib()), "aim 64 MiB");
    }
    Ok(())
}

/// Writes far-future jobs straight into the table.
async fn fill(folder: &Folder, jobs: u32) -> anyhow::Result<()> {
    let db = Database::connect(format!("sqlite://{}", folder.0.join("bench.db").display())).await?;
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {jobs})");
    db.execute_unprepared(&format!(
        "INSERT INTO jobs (text, state, next_due_at, local_time, zone, revision, created_from, created_at) {numbers} \
         SELECT 'Number ' || i, 'active', 1900000000000000 + i * 1000000, '2030-01-01T09:00:00', 'UTC', 0, \
         'bench:' || i, 1700000000000000 FROM n"
    ))
    .await?;
    db.execute_unprepared(
        "INSERT INTO job_groups (job_id, position, alias) SELECT id, 0, 'team' FROM jobs WHERE created_from LIKE 'bench:%'",
    )
    .await?;
    db.close().await?;
    Ok(())
}

fn job(due_micros: u64, text: &str) -> Vec<u8> {
    let at = chrono::DateTime::from_timestamp_micros(due_micros as i64).unwrap_or_default().to_rfc3339();
    admin_post("/jobs", &format!(r#"{{"groups":["team"],"text":"{text}","at":"{at}"}}"#))
}

fn envelope(value: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{BUSINESS_ACCOUNT_ID}","changes":[{{"field":"messages","value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001234","phone_number_id":"{PHONE_NUMBER_ID}"}},{value}}}}}]}}]}}"#
    )
}

fn seconds() -> u64 {
    wall_micros() / 1_000_000
}

fn status(i: usize) -> String {
    let at = seconds();
    envelope(&format!(
        r#""statuses":[{{"id":"wamid.S{i}","status":"delivered","timestamp":"{at}","recipient_id":"15550009901"}}]"#
    ))
}

fn member_message(i: usize) -> String {
    let at = seconds();
    envelope(&format!(
        r#""contacts":[{{"profile":{{"name":"Ana"}},"wa_id":"15550009901"}}],"messages":[{{"from":"15550009901","id":"wamid.M{i}","timestamp":"{at}","type":"text","text":{{"body":"yes {i}"}},"group_id":"unregistered"}}]"#
    ))
}

fn owner_message(i: usize, text: &str) -> String {
    let at = seconds();
    envelope(&format!(
        r#""contacts":[{{"profile":{{"name":"Owner"}},"wa_id":"{OWNER}"}}],"messages":[{{"from":"{OWNER}","id":"wamid.O{i}","timestamp":"{at}","type":"text","text":{{"body":"{text}"}}}}]"#
    ))
}
