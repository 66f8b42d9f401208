//! The whole product on one machine: the daemon beside the emulator, on one clock, with made-up secrets.
//!
//! Everything between the two is real HTTP. Used by the sandbox, by the scripted play and by the tests; it needs no
//! account, no broker and no setting.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::{DateTime, Utc};

use super::clock::{EmulatorClock, TimeSource, real_pause};
use super::{Accepted, DEFAULT_OWNER, Emulator, EmulatorConfig};
use crate::app::{App, Surroundings};
use crate::clock::ManualClock;
use crate::config::Settings;

/// Opens the admin endpoints of a staged daemon.
pub const ADMIN_TOKEN: &str = "sandbox-admin-token";
/// Verifies the webhook of a staged daemon.
pub const VERIFY_TOKEN: &str = "sandbox-verify-token";
/// How long something may take that needs no time but the machine's.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a stage is set.
pub struct Scenery {
    /// The instant at which the clock stands.
    pub start: DateTime<Utc>,
    /// Folder of the database; a temporary one without it.
    pub data: Option<PathBuf>,
    /// Settings that differ from the sandbox's own, by name.
    pub settings: Vec<(String, String)>,
    /// The world of the emulator; clock and addresses are filled in.
    pub world: EmulatorConfig,
}

impl Scenery {
    /// The ordinary sandbox at an instant.
    pub fn at(start: DateTime<Utc>) -> Self {
        Self { start, data: None, settings: Vec::new(), world: EmulatorConfig::default() }
    }
}

/// A daemon and an emulator that know each other.
pub struct Stage {
    /// The Cloud API of this world.
    pub emulator: Emulator,
    /// The one clock.
    pub clock: ManualClock,
    app: Option<App>,
    settings: Settings,
    folder: Folder,
}

/// The emulator reads the daemon's clock.
struct SharedTime(ManualClock);

impl TimeSource for SharedTime {
    fn now(&self) -> DateTime<Utc> {
        self.0.instant()
    }
}

/// The folder of the database; a temporary one is removed at the end.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn open(data: Option<PathBuf>) -> anyhow::Result<Self> {
        let temporary = data.is_none();
        let path = data.unwrap_or_else(|| {
            let name = format!("wa-scheduler-sandbox-{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
            std::env::temp_dir().join(name)
        });
        std::fs::create_dir_all(&path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        Ok(Self { path, temporary })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            drop(std::fs::remove_dir_all(&self.path));
        }
    }
}

impl Stage {
    /// Starts the emulator, then the daemon, and makes them known to each other.
    ///
    /// # Errors
    /// When an address or the folder cannot be had.
    pub async fn set(scenery: Scenery) -> anyhow::Result<Self> {
        let clock = ManualClock::at(scenery.start);
        let mut world = scenery.world;
        world.clock = Arc::new(EmulatorClock::over(Arc::new(SharedTime(clock.clone()))));
        let vars = (world.access_token.clone(), world.phone_number_id.clone(), world.business_account_id.clone());
        let secret = world.webhook.app_secret.clone();
        let emulator = Emulator::start(world).await?;
        let folder = Folder::open(scenery.data)?;
        let settings = settings(&emulator, vars, secret, &folder.path, scenery.settings)?;
        let mut stage = Self { emulator, clock, app: None, settings, folder };
        stage.start_daemon().await?;
        Ok(stage)
    }

    /// Starts the daemon, anew after [`Stage::stop_daemon`]: same database, another port.
    ///
    /// # Errors
    /// When the daemon does not start.
    pub async fn start_daemon(&mut self) -> anyhow::Result<()> {
        let around = Surroundings { clock: Arc::new(self.clock.clone()), migrate: true };
        let app = Box::pin(App::start(&self.settings, around)).await?;
        self.emulator.set_webhook_url(&format!("http://{}/webhook/whatsapp", app.address()));
        self.app = Some(app);
        Ok(())
    }

    /// Stops the daemon; webhooks then find nobody.
    ///
    /// # Errors
    /// When it did not stop cleanly.
    pub async fn stop_daemon(&mut self) -> anyhow::Result<()> {
        match self.app.take() {
            Some(app) => Box::pin(app.stop()).await,
            None => Ok(()),
        }
    }

    /// The running daemon.
    ///
    /// # Errors
    /// When it is stopped.
    pub fn app(&self) -> anyhow::Result<&App> {
        self.app.as_ref().context("the daemon is stopped")
    }

    /// Where the daemon listens, as a URL.
    ///
    /// # Errors
    /// When it is stopped.
    pub fn url(&self) -> anyhow::Result<String> {
        Ok(format!("http://{}", self.app()?.address()))
    }

    /// The folder of the database.
    pub fn folder(&self) -> &Path {
        &self.folder.path
    }

    /// Waits until `look` finds something in the world; `what` names it when it does not come.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn wait_for<T>(&self, what: &str, look: impl Fn(&Emulator) -> Option<T>) -> anyhow::Result<T> {
        let begun = tokio::time::Instant::now();
        loop {
            if let Some(found) = look(&self.emulator) {
                return Ok(found);
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "this did not happen: {what}");
            real_pause(Duration::from_millis(2)).await;
        }
    }

    /// Waits for the message to `to` that follows the first `known` ones.
    ///
    /// # Errors
    /// When it does not come in time.
    pub async fn next_to(&self, to: &str, known: usize, what: &str) -> anyhow::Result<Accepted> {
        self.wait_for(what, |emulator| emulator.sent_to(to).into_iter().nth(known)).await
    }

    /// Ends both.
    ///
    /// # Errors
    /// When the daemon did not stop cleanly.
    pub async fn strike(mut self) -> anyhow::Result<()> {
        self.stop_daemon().await?;
        self.emulator.stop().await;
        Ok(())
    }
}

fn settings(
    emulator: &Emulator,
    (token, phone_number_id, business_account_id): (String, String, String),
    app_secret: String,
    folder: &Path,
    others: Vec<(String, String)>,
) -> anyhow::Result<Settings> {
    let database = format!("sqlite://{}", folder.join("wa_scheduler.db").display());
    let own = [
        ("WA_ACCESS_TOKEN", token),
        ("WA_PHONE_NUMBER_ID", phone_number_id),
        ("WA_BUSINESS_ACCOUNT_ID", business_account_id),
        ("WA_APP_SECRET", app_secret),
        ("WA_API_BASE_URL", emulator.url()),
        ("OWNER_WA_ID", DEFAULT_OWNER.to_owned()),
        ("VERIFY_TOKEN", VERIFY_TOKEN.to_owned()),
        ("X_ADMIN_TOKEN", ADMIN_TOKEN.to_owned()),
        ("DATABASE_URL", database),
        ("BIND_ADDRESS", "127.0.0.1:0".to_owned()),
    ];
    // What comes later wins, so the caller's settings replace the sandbox's own.
    let vars = own.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(others);
    Ok(Settings::from_vars(vars, |path| std::fs::read_to_string(path))?)
}
