//! `wa-scheduler health` beside the real daemon: what a container's health check is told, and when.

use std::path::Path;
use std::process::{Command, Output};

use wa_scheduler::sandbox::{Emulator, EmulatorConfig};

use crate::world::Daemon;

/// Runs the command as it runs beside the daemon: with its address, and with no other setting.
fn health(address: &str, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wa-scheduler"));
    command.arg("health").args(words).current_dir(std::env::temp_dir()).env_clear().env("BIND_ADDRESS", address);
    command.output().expect("the binary")
}

/// The exit code, and the one line that says why.
fn verdict(output: &Output) -> (Option<i32>, String) {
    let words = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    assert!(words.lines().count() <= 1, "{words}");
    (output.status.code(), words)
}

/// A folder that is removed at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("wa-scheduler-health-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[actix_web::test]
async fn a_daemon_that_drains_is_healthy_and_not_ready() {
    let folder = Folder::new();
    let emulator = Emulator::start(EmulatorConfig::default()).await.expect("an emulator");
    let daemon = Daemon::start(folder.path(), &emulator, 0, &[]).await;
    let address = daemon.address().to_owned();
    for words in [&[][..], &["--ready"]] {
        assert_eq!(verdict(&health(&address, words)), (Some(0), String::new()), "{words:?}");
    }

    daemon.tell_to_stop();
    while !daemon.text("/readyz").await.contains("stopping") {
        tokio::task::yield_now().await;
    }
    assert_eq!(verdict(&health(&address, &[])).0, Some(0));
    let (code, words) = verdict(&health(&address, &["--ready"]));
    assert_eq!((code, words.as_str()), (Some(1), "wa-scheduler: not ready: the daemon is stopping"));

    assert_eq!(daemon.ended(), Some(0));
    let (code, words) = verdict(&health(&address, &[]));
    assert!(code == Some(1) && words.contains(&format!("no answer from http://{address}/healthz")), "{words}");
    emulator.stop().await;
}

#[test]
fn something_that_takes_the_connection_and_says_nothing_is_not_waited_for() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address").to_string();
    let (code, words) = verdict(&health(&address, &[]));
    assert!(code == Some(1) && words.ends_with("within 4 seconds"), "{words}");
}

#[test]
fn an_address_that_nobody_can_ask_is_refused_in_words() {
    let (code, words) = verdict(&health("0.0.0.0:0", &[]));
    assert!(code == Some(1) && words.contains("port 0"), "{words}");
    let (code, words) = verdict(&health("8000", &[]));
    assert!(code == Some(78) && words.starts_with("BIND_ADDRESS: expected"), "{words}");
}
