//! The real binary as a child process, to be killed at any moment.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use wa_scheduler::sandbox::Emulator;

use super::{OWNER, http_client};

/// Opens the admin endpoints.
pub const ADMIN_TOKEN: &str = "daemon-admin-token";

/// A running `wa-scheduler serve`; killed when dropped.
pub struct Daemon {
    child: Child,
    address: String,
    http: reqwest::Client,
}

impl Daemon {
    /// Starts it on the file `wa.db` in `folder`, with a clock that is ahead by so many seconds, and waits until it is ready.
    pub async fn start(folder: &Path, emulator: &Emulator, ahead_seconds: i64, settings: &[(&str, &str)]) -> Self {
        std::fs::write(folder.join("clock"), ahead_seconds.to_string()).expect("a clock");
        let mut daemon = Self::spawn(folder, &emulator.url(), settings);
        assert!(daemon.until_ready().await, "the daemon ended before it was ready");
        emulator.set_webhook_url(&format!("{}/webhook/whatsapp", daemon.url()));
        daemon
    }

    /// Starts it and waits for nothing. It works in `folder`: database, clock file and log are there, unless `settings`
    /// say otherwise.
    pub fn spawn(folder: &Path, api: &str, settings: &[(&str, &str)]) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        let address = format!("127.0.0.1:{port}");
        let log = std::fs::File::options().create(true).append(true).open(log_of(folder)).expect("a log");
        // A file that may not grow any more must be an error to the daemon, and not the end of it.
        let child = Command::new("bash")
            .args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_wa-scheduler")])
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
                ("WA_API_BASE_URL", api),
                ("BIND_ADDRESS", &address),
                ("DATABASE_URL", "sqlite://wa.db"),
                ("WA_MESSAGES_PER_SECOND", "100000"),
                ("SWEEP_SECONDS", "1"),
                ("ASK_FIRST", "off"),
                ("WA_CLOCK_FILE", "clock"),
            ])
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the binary");
        Self { child, address, http: http_client() }
    }

    /// Waits until it is ready; false when it ended before.
    pub async fn until_ready(&mut self) -> bool {
        loop {
            let ready = self.http.get(format!("{}/readyz", self.url())).send().await;
            if ready.is_ok_and(|answer| answer.status() == 200) {
                return true;
            }
            if self.has_ended() {
                return false;
            }
            tokio::task::yield_now().await;
        }
    }

    /// True once the process is gone.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_some()
    }

    /// Where it listens, as a URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
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
        self.signal("TERM");
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        Command::new("kill").args([&format!("-{name}"), &pid]).status().expect("kill");
    }

    /// Waits for the end; the exit code.
    pub fn ended(mut self) -> Option<i32> {
        self.child.wait().expect("an end").code()
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask(reqwest::Method::GET, path, None).await.expect("an answer").1
    }

    pub async fn text(&self, path: &str) -> String {
        let answer = self.http.get(format!("{}{path}", self.url())).send().await.expect("an answer");
        answer.text().await.expect("a body")
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask(reqwest::Method::POST, path, Some((body, ""))).await.expect("an answer")
    }

    /// An admin request, with a body and its idempotency key if there is one; `None` when there is no answer: the process
    /// may be gone.
    pub async fn ask(&self, method: reqwest::Method, path: &str, body: Option<(&Value, &str)>) -> Option<(u16, Value)> {
        let mut request =
            self.http.request(method, format!("{}{path}", self.url())).header("X-Admin-Token", ADMIN_TOKEN);
        if let Some((body, key)) = body {
            request = request.header("Content-Type", "application/json").body(body.to_string());
            if !key.is_empty() {
                request = request.header("Idempotency-Key", key);
            }
        }
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }
}

/// Where a daemon in this folder writes its log.
pub fn log_of(folder: &Path) -> PathBuf {
    folder.join("daemon.log")
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
