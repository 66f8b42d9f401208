//! The real binary as a child process.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::load::get;

/// Signs webhooks.
pub const APP_SECRET: &str = "bench-app-secret";
/// Opens the admin endpoints.
pub const ADMIN_TOKEN: &str = "bench-admin-token";
/// The business number.
pub const PHONE_NUMBER_ID: &str = "700100200300400";
/// The business account.
pub const BUSINESS_ACCOUNT_ID: &str = "900800700600500";
/// The owner.
pub const OWNER: &str = "15550007777";

/// What differs from one scenario to another.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// `WA_API_BASE_URL`.
    pub api: &'a str,
    /// `DATABASE_URL`.
    pub database_url: &'a str,
    /// `AMQP_URL` and `AMQP_PREFIX`; wakes inside the process without them.
    pub broker: Option<(&'a str, &'a str)>,
    /// `WA_CONCURRENT_SENDS`.
    pub concurrent_sends: usize,
}

/// A running daemon; killed when dropped.
pub struct Daemon {
    child: Child,
    pub address: String,
    pub ready_after: Duration,
}

/// The release binary: beside the benchmark's own folder of build products.
fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_wa-scheduler"))
}

impl Daemon {
    /// Starts it, with pacing lifted, and waits until it is ready.
    pub async fn start(settings: Settings<'_>) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        let child = Command::new(binary())
            .arg("serve")
            .current_dir(std::env::temp_dir())
            .env_clear()
            .envs([
                ("WA_ACCESS_TOKEN", "bench-token"),
                ("WA_PHONE_NUMBER_ID", PHONE_NUMBER_ID),
                ("WA_BUSINESS_ACCOUNT_ID", BUSINESS_ACCOUNT_ID),
                ("WA_APP_SECRET", APP_SECRET),
                ("OWNER_WA_ID", OWNER),
                ("VERIFY_TOKEN", "bench-verify"),
                ("X_ADMIN_TOKEN", ADMIN_TOKEN),
                ("WA_API_BASE_URL", settings.api),
                ("BIND_ADDRESS", &address),
                ("DATABASE_URL", settings.database_url),
                ("WA_MESSAGES_PER_SECOND", "1000000"),
                ("ASK_FIRST", "off"),
                ("WA_CONCURRENT_SENDS", &settings.concurrent_sends.to_string()),
                ("RUST_LOG", "warn"),
            ])
            .envs(settings.broker.iter().flat_map(|(url, prefix)| [("AMQP_URL", url), ("AMQP_PREFIX", prefix)]))
            .stdout(Stdio::null())
            .spawn()?;
        let mut daemon = Self { child, address, ready_after: Duration::ZERO };
        daemon.wait_until_ready(begun).await?;
        Ok(daemon)
    }

    async fn wait_until_ready(&mut self, begun: Instant) -> anyhow::Result<()> {
        while begun.elapsed() < Duration::from_secs(60) {
            if get(&self.address, "/readyz").await.is_ok_and(|(status, _)| status == 200) {
                self.ready_after = begun.elapsed();
                return Ok(());
            }
            pause(Duration::from_millis(2)).await;
        }
        anyhow::bail!("the daemon was not ready within a minute")
    }

    /// One of its metrics, as `/metrics` names it with its labels; 0 while it is not there.
    pub async fn metric(&self, name: &str) -> anyhow::Result<f64> {
        let (_, metrics) = get(&self.address, "/metrics").await?;
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value.map_or(Ok(0.0), |value| value.trim().parse())?)
    }

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> f64 {
        resident_mib(&self.child.id().to_string())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Resident memory of a process in MiB.
pub fn resident_mib(pid: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default();
    kib / 1024.0
}

/// Waits in real time.
pub async fn pause(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "a benchmark runs on the real clock")]
    tokio::time::sleep(time).await;
}
