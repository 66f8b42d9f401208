//! The real binary as a child process, on a folder of its own.

use std::path::{Path, PathBuf};
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

/// A running daemon; killed when dropped.
pub struct Daemon {
    child: Child,
    pub address: String,
    pub ready_after: Duration,
}

/// A folder that is removed when dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("wa-scheduler-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The release binary: beside the benchmark's own folder of build products.
fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_wa-scheduler"))
}

impl Daemon {
    /// Starts it against `api`, with pacing lifted, and waits until it is ready.
    pub async fn start(folder: &Path, api: &str, concurrent_sends: usize) -> anyhow::Result<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        let child = Command::new(binary())
            .arg("serve")
            .current_dir(folder)
            .env_clear()
            .envs([
                ("WA_ACCESS_TOKEN", "bench-token"),
                ("WA_PHONE_NUMBER_ID", PHONE_NUMBER_ID),
                ("WA_BUSINESS_ACCOUNT_ID", BUSINESS_ACCOUNT_ID),
                ("WA_APP_SECRET", APP_SECRET),
                ("OWNER_WA_ID", OWNER),
                ("VERIFY_TOKEN", "bench-verify"),
                ("X_ADMIN_TOKEN", ADMIN_TOKEN),
                ("WA_API_BASE_URL", api),
                ("BIND_ADDRESS", &address),
                ("DATABASE_URL", "sqlite://bench.db"),
                ("WA_MESSAGES_PER_SECOND", "1000000"),
                ("WA_CONCURRENT_SENDS", &concurrent_sends.to_string()),
                ("RUST_LOG", "warn"),
            ])
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

    /// Resident memory in MiB.
    pub fn resident_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse().unwrap_or_default();
        kib / 1024.0
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits in real time.
pub async fn pause(time: Duration) {
    #[expect(clippy::disallowed_methods, reason = "a benchmark runs on the real clock")]
    tokio::time::sleep(time).await;
}
