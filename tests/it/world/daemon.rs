//! The real binary as a child process, to be killed at any moment.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use wa_scheduler::sandbox::Emulator;

use super::{OWNER, http_client};

/// Opens the admin endpoints.
const ADMIN_TOKEN: &str = "daemon-admin-token";

/// A running `wa-scheduler serve`; killed when dropped.
pub struct Daemon {
    child: Child,
    url: String,
    http: reqwest::Client,
}

impl Daemon {
    /// Starts it on the database in `folder`, with a clock that is ahead by so many seconds, and waits until it is ready.
    pub async fn start(folder: &Path, emulator: &Emulator, ahead_seconds: i64, settings: &[(&str, &str)]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let address = format!("127.0.0.1:{port}");
        std::fs::write(folder.join("clock"), ahead_seconds.to_string()).expect("a clock");
        let log = std::fs::File::options().create(true).append(true).open(folder.join("daemon.log")).expect("a log");
        let child = Command::new(env!("CARGO_BIN_EXE_wa-scheduler"))
            .arg("serve")
            .current_dir(folder)
            .env_clear()
            .envs([
                ("WA_ACCESS_TOKEN", "emu-access-token"),
                ("WA_PHONE_NUMBER_ID", "700100200300400"),
                ("WA_BUSINESS_ACCOUNT_ID", "900800700600500"),
                ("WA_APP_SECRET", "emu-app-secret"),
                ("OWNER_WA_ID", OWNER),
                ("VERIFY_TOKEN", "verify"),
                ("X_ADMIN_TOKEN", ADMIN_TOKEN),
                ("WA_API_BASE_URL", &emulator.url()),
                ("BIND_ADDRESS", &address),
                ("DATABASE_URL", "sqlite://wa.db"),
                ("WA_MESSAGES_PER_SECOND", "100000"),
                ("SWEEP_SECONDS", "1"),
                ("WA_CLOCK_FILE", "clock"),
            ])
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary");
        let mut daemon = Self { child, url: format!("http://{address}"), http: http_client() };
        daemon.until_ready().await;
        emulator.set_webhook_url(&format!("{}/webhook/whatsapp", daemon.url));
        daemon
    }

    async fn until_ready(&mut self) {
        loop {
            let ready = self.http.get(format!("{}/readyz", self.url)).send().await;
            if ready.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            assert!(self.child.try_wait().expect("a child").is_none(), "the daemon ended before it was ready");
            tokio::task::yield_now().await;
        }
    }

    /// Where it listens, as `BIND_ADDRESS` says it.
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// SIGKILL: nothing is tidied up.
    pub fn kill(mut self) {
        self.child.kill().expect("a kill");
        self.child.wait().expect("an end");
    }

    /// SIGTERM; the exit code.
    pub fn terminate(self) -> Option<i32> {
        self.tell_to_stop();
        self.ended()
    }

    /// SIGTERM, without waiting for the end.
    pub fn tell_to_stop(&self) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
    }

    /// Waits for the end; the exit code.
    pub fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("an end").code()
    }

    pub async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.url)).header("X-Admin-Token", ADMIN_TOKEN);
        request.send().await.expect("an answer").json_value().await
    }

    pub async fn text(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.expect("an answer");
        answer.text().await.expect("a body")
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.url)).header("X-Admin-Token", ADMIN_TOKEN);
        let answer = request.header("Content-Type", "application/json").body(body.to_string());
        let answer = answer.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json_value().await)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Reads a body as JSON; the JSON feature of the client is not needed for anything else.
trait JsonValue {
    async fn json_value(self) -> Value;
}

impl JsonValue for reqwest::Response {
    async fn json_value(self) -> Value {
        serde_json::from_slice(&self.bytes().await.expect("a body")).expect("JSON")
    }
}
