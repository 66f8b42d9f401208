//! `kill -9` of the real binary in the middle of 500 due posts, at twenty different moments.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{TimeDelta, Utc};
use futures::future::join_all;
use serde_json::{Value, json};
use wa_scheduler::sandbox::{Emulator, EmulatorConfig, RateLimits, Said, StatusPolicy, WindowRule};

use crate::world::{Daemon, OWNER};

const POSTS: usize = 500;
const KILLS: usize = 20;
/// How far ahead of the machine's clock the daemon's clock is set to make the posts due, in seconds.
const HOUR: i64 = 3_600;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wa-scheduler-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// An API without limits; `statuses` says whether it tells what became of messages.
async fn api(statuses: bool) -> Emulator {
    let config = EmulatorConfig {
        rates: RateLimits { per_second: None, pair_seconds: None, ..RateLimits::default() },
        statuses: StatusPolicy { auto: statuses, delay_ms: 1, ..StatusPolicy::default() },
        window: WindowRule::Off,
        response_delay: std::time::Duration::from_millis(5),
        ..EmulatorConfig::default()
    };
    Emulator::start(config).await.expect("an emulator")
}

async fn register(daemon: &Daemon, emulator: &Emulator) {
    let group = emulator.group("team").expect("the group").id;
    let text = Some(format!("register group team {group}"));
    emulator.say(Said { from: OWNER.to_owned(), text, ..Said::default() }).expect("the owner writes");
    while daemon.get("/groups").await["groups"].as_array().is_none_or(Vec::is_empty) {
        tokio::task::yield_now().await;
    }
}

/// Schedules posts for an hour from now: a daemon whose clock is an hour ahead finds them all due at once, however long
/// it took to write them.
async fn schedule(daemon: &Daemon, posts: usize) {
    let due = (now() + TimeDelta::seconds(HOUR)).to_rfc3339();
    for chunk in (0..posts).collect::<Vec<_>>().chunks(50) {
        let jobs = chunk.iter().map(|number| {
            let body = json!({ "groups": ["team"], "text": format!("post {number}"), "at": due });
            async move { daemon.post("/jobs", &body).await }
        });
        for (status, answer) in join_all(jobs).await {
            assert_eq!(status, 201, "{answer}");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the real binary runs on the real clock")]
fn now() -> chrono::DateTime<Utc> {
    Utc::now()
}

/// The state of every post, by its text.
async fn states(daemon: &Daemon, posts: usize) -> BTreeMap<String, String> {
    let mut states = BTreeMap::new();
    let ids: Vec<usize> = (1..=posts).collect();
    for chunk in ids.chunks(50) {
        for job in join_all(chunk.iter().map(|id| async move { daemon.get(&format!("/jobs/{id}")).await })).await {
            let state = job["posts"][0]["state"].as_str().unwrap_or("none").to_owned();
            states.insert(job["text"].as_str().unwrap_or_default().to_owned(), state);
        }
    }
    states
}

/// Waits until no post is waiting or on the wire.
async fn at_rest(daemon: &Daemon, posts: usize) -> BTreeMap<String, String> {
    loop {
        let states = states(daemon, posts).await;
        if states.values().all(|state| !["none", "planned", "sending"].contains(&state.as_str())) {
            return states;
        }
    }
}

/// How often each text arrived in the group.
fn arrivals(emulator: &Emulator) -> BTreeMap<String, usize> {
    let mut arrivals = BTreeMap::new();
    for message in emulator.ledger().iter().filter(|message| message.recipient_type == "group") {
        *arrivals.entry(message.text.clone().unwrap_or_default()).or_default() += 1;
    }
    arrivals
}

#[actix_web::test]
async fn every_post_arrives_once_or_is_unknown_whenever_the_process_is_killed() {
    for round in 0..KILLS {
        let statuses = round % 2 == 0;
        let folder = Folder::new(&format!("kill-{round}"));
        let emulator = api(statuses).await;
        let daemon = Daemon::start(&folder.0, &emulator, 0, &[]).await;
        register(&daemon, &emulator).await;
        schedule(&daemon, POSTS).await;
        daemon.kill();
        let daemon = Daemon::start(&folder.0, &emulator, HOUR, &[]).await;
        let moment = round * POSTS / KILLS;
        while arrivals(&emulator).len() < moment.max(1) {
            tokio::task::yield_now().await;
        }
        daemon.kill();
        let daemon = Daemon::start(&folder.0, &emulator, HOUR, &[]).await;
        let states = at_rest(&daemon, POSTS).await;
        check(&states, &arrivals(&emulator), round);
        if !statuses {
            asked_about(daemon, &folder, &emulator, &states).await;
        }
        emulator.stop().await;
    }
}

fn check(states: &BTreeMap<String, String>, arrivals: &BTreeMap<String, usize>, round: usize) {
    assert_eq!(states.len(), POSTS, "round {round}");
    for (text, state) in states {
        let arrived = arrivals.get(text).copied().unwrap_or_default();
        assert!(arrived <= 1, "round {round}: {text} arrived {arrived} times");
        match state.as_str() {
            "accepted" => assert_eq!(arrived, 1, "round {round}: {text} is accepted and did not arrive"),
            "unknown" => {}
            other => panic!("round {round}: {text} ended as {other}"),
        }
    }
}

/// A quarter of an hour later the owner is asked about every post of unknown outcome.
async fn asked_about(daemon: Daemon, folder: &Folder, emulator: &Emulator, states: &BTreeMap<String, String>) {
    let unknown: Vec<&String> = states.iter().filter(|(_, state)| *state == "unknown").map(|(text, _)| text).collect();
    assert!(!unknown.is_empty(), "a kill in the middle of sends leaves something unknown");
    daemon.kill();
    let daemon = Daemon::start(&folder.0, emulator, HOUR + 16 * 60, &[]).await;
    for text in unknown {
        let asked = || {
            let to_owner = emulator.sent_to(OWNER);
            to_owner.iter().any(|m| m.kind == "interactive" && m.body.to_string().contains(&format!("“{text}”")))
        };
        // One in six seconds to one person after the first 45: whatever waits for its turn is at least planned.
        while !asked() && !planned_question(&daemon).await {
            tokio::task::yield_now().await;
        }
    }
    daemon.kill();
}

/// True when questions wait for the pace of the owner's chat.
async fn planned_question(daemon: &Daemon) -> bool {
    let page = daemon.text("/metrics").await;
    page.lines()
        .any(|line| line.strip_prefix("wa_outbox_entries{state=\"planned\"} ").is_some_and(|count| count.trim() != "0"))
}

#[actix_web::test]
async fn a_terminated_daemon_finishes_what_is_under_way_and_exits_cleanly() {
    let folder = Folder::new("terminate");
    let emulator = api(true).await;
    let daemon = Daemon::start(&folder.0, &emulator, 0, &[]).await;
    register(&daemon, &emulator).await;
    schedule(&daemon, 100).await;
    daemon.kill();
    let daemon = Daemon::start(&folder.0, &emulator, HOUR, &[]).await;
    while arrivals(&emulator).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(daemon.terminate(), Some(0));
    let daemon = Daemon::start(&folder.0, &emulator, HOUR, &[]).await;
    let states = at_rest(&daemon, 100).await;
    assert!(states.values().all(|state| state == "accepted"), "{states:?}");
    assert!(arrivals(&emulator).values().all(|count| *count == 1));
    emulator.stop().await;
}

#[actix_web::test]
async fn a_daemon_that_is_told_to_stop_says_that_it_is_not_ready_while_it_still_listens() {
    let folder = Folder::new("notice");
    let emulator = api(true).await;
    let daemon = Daemon::start(&folder.0, &emulator, 0, &[]).await;
    daemon.tell_to_stop();
    while !daemon.text("/readyz").await.contains("stopping") {
        tokio::task::yield_now().await;
    }
    assert_eq!(daemon.ended(), Some(0));
    emulator.stop().await;
}

#[actix_web::test]
async fn stopped_for_an_hour_asks_and_stopped_for_five_minutes_sends() {
    for (away, sent) in [(5 * 60, true), (60 * 60, false)] {
        let folder = Folder::new(&format!("away-{away}"));
        let emulator = api(true).await;
        let daemon = Daemon::start(&folder.0, &emulator, 0, &[]).await;
        register(&daemon, &emulator).await;
        schedule(&daemon, 1).await;
        daemon.kill();
        let daemon = Daemon::start(&folder.0, &emulator, HOUR + away, &[]).await;
        if sent {
            while arrivals(&emulator).is_empty() {
                tokio::task::yield_now().await;
            }
        } else {
            let asked = || emulator.sent_to(OWNER).iter().any(|m| m.body.to_string().contains("late:all:send"));
            while !asked() {
                tokio::task::yield_now().await;
            }
            let job: Value = daemon.get("/jobs/1").await;
            assert_eq!(job["posts"][0]["state"], "planned");
            assert!(arrivals(&emulator).is_empty());
        }
        emulator.stop().await;
    }
}
