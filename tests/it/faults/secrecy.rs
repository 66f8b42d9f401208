//! No token, no text and no phone number reaches a log.

use serde_json::json;
use wa_scheduler::sandbox::{Emulator, EmulatorConfig, Fault, FaultKind, Said};

use crate::world::{ANA, Daemon, OWNER};

/// Words that stand in messages and nowhere else.
const CANARY: &str = "canary-feathers";

#[actix_web::test]
async fn the_log_of_a_busy_and_troubled_daemon_holds_no_secret() {
    let folder = std::env::temp_dir().join(format!("wa-scheduler-canary-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let emulator = Emulator::start(EmulatorConfig::default()).await.expect("an emulator");
    let daemon = Daemon::start(&folder, &emulator, 0, &[("RUST_LOG", "trace")]).await;
    let group = emulator.group("team").expect("the group").id;
    let say = |from: &str, group: Option<&str>, text: String| {
        let said = Said { from: from.to_owned(), group: group.map(str::to_owned), text: Some(text), ..Said::default() };
        emulator.say(said).expect("somebody writes");
    };
    say(OWNER, None, format!("register group team {group} {CANARY}"));
    while daemon.get("/groups").await["groups"].as_array().is_none_or(Vec::is_empty) {
        tokio::task::yield_now().await;
    }
    say(ANA, Some(&group), format!("{CANARY} in the group"));
    let kinds = [FaultKind::Refuse, FaultKind::Reset, FaultKind::ServerError, FaultKind::Garbage];
    emulator.add_faults(kinds.map(Fault::next));
    for number in 0..8 {
        say(OWNER, None, format!("schedule \"{CANARY} {number}\" to team at in {} minutes", 30 + number));
        say(OWNER, None, format!("{CANARY} is no command"));
    }
    say(ANA, None, format!("{CANARY} in private"));
    let body = json!({ "groups": ["nobody"], "text": CANARY, "when": CANARY });
    assert_eq!(daemon.post("/jobs", &body).await.0, 422);
    while daemon.get("/jobs").await["jobs"].as_array().is_none_or(|jobs| jobs.len() < 8) {
        tokio::task::yield_now().await;
    }
    assert_eq!(daemon.terminate(), Some(0));
    emulator.stop().await;
    let log = std::fs::read_to_string(folder.join("daemon.log")).expect("the log");
    assert!(log.lines().count() > 20, "at this level a busy daemon has something to say");
    for secret in [CANARY, "emu-access-token", "emu-app-secret", "daemon-admin-token", OWNER, ANA] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "a secret in the log: {}", line.unwrap_or_default());
    }
    drop(std::fs::remove_dir_all(&folder));
}
