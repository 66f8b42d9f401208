//! What the integration tests and the campaigns have in common: the real binary as a child process, a database of its own
//! for each test, and a proxy between the two.

mod daemon;
mod database;
mod proxy;

use std::process::Stdio;

use wa_scheduler::sandbox::DEFAULT_OWNER;

pub use daemon::{ADMIN_TOKEN, Daemon};
pub use database::{Database, Kind};
pub use proxy::{Mode, Proxy};

/// The owner's number.
pub const OWNER: &str = DEFAULT_OWNER;

/// Has `tests/servers` do something to one of the private servers of the run.
pub async fn servers(command: &'static str, name: &'static str) {
    let folder = std::env::var("WA_TEST_SERVERS").expect("WA_TEST_SERVERS is not set: tests/servers env prints it");
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers");
    let run = move || std::process::Command::new(script).args([command, &folder, name]).stdout(Stdio::null()).status();
    let done = tokio::task::spawn_blocking(run).await.expect("a thread");
    assert!(done.is_ok_and(|status| status.success()), "tests/servers {command} {name}");
}

/// A client for requests of tests.
pub fn http_client() -> reqwest::Client {
    wa_scheduler::whatsapp::client::install_tls();
    reqwest::Client::builder().retry(reqwest::retry::never()).no_proxy().build().expect("a client")
}

/// The signature header of a body, with the emulator's app secret.
pub fn signature(body: &[u8]) -> String {
    wa_scheduler::whatsapp::signature::sign(&secrecy::SecretString::from("emu-app-secret".to_owned()), body)
}
