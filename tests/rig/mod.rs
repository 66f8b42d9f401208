//! What the integration tests and the campaigns have in common: the real binary as a child process, a database of its own
//! for each test, and a proxy between the two.

mod daemon;
mod database;
mod proxy;

use wa_scheduler::sandbox::DEFAULT_OWNER;

pub use daemon::{ADMIN_TOKEN, Daemon};
pub use database::{Database, Kind};
pub use proxy::{Mode, Proxy};

/// The owner's number.
pub const OWNER: &str = DEFAULT_OWNER;

/// A client for requests of tests.
pub fn http_client() -> reqwest::Client {
    wa_scheduler::whatsapp::client::install_tls();
    reqwest::Client::builder().retry(reqwest::retry::never()).no_proxy().build().expect("a client")
}

/// The signature header of a body, with the emulator's app secret.
pub fn signature(body: &[u8]) -> String {
    wa_scheduler::whatsapp::signature::sign(&secrecy::SecretString::from("emu-app-secret".to_owned()), body)
}
