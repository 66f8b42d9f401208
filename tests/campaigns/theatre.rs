//! Where a campaign is played: the emulated Cloud API, a database, and real daemons that are started again when they die.
//!
//! The daemons stand behind one address, as behind a load balancer, and share a clock that the campaign moves. Nobody
//! waits for a fixed time: a step is over when what it leads to has happened, and a step that leads to nothing is a finding.

use std::collections::{HashSet, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use wa_scheduler::sandbox::{Accepted, Emulator, EmulatorConfig, RateLimits, StatusPolicy, TimeSource, WindowRule};

use crate::rig::{Daemon, Database, Kind, Proxy};

static STAGES: AtomicUsize = AtomicUsize::new(0);

/// How long a step may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(90);

/// Something that had to happen did not.
#[derive(Debug, thiserror::Error)]
#[error("stuck: {0}")]
pub struct Stuck(pub String);

/// How a theatre is built.
#[derive(Clone, Debug)]
pub struct Plan {
    pub kind: Kind,
    /// How many daemons; one on SQLite.
    pub replicas: usize,
    /// The broker, if there is one.
    pub amqp: Option<String>,
    /// What stands between the daemons and the server of the database, if anything does.
    pub behind: Option<String>,
    /// A bug that the daemons are to have.
    pub planted: Option<&'static str>,
}

impl Plan {
    pub fn new(kind: Kind) -> Self {
        Self { kind, replicas: 1, amqp: None, behind: None, planted: None }
    }
}

/// One place for a daemon.
struct Place {
    folder: PathBuf,
    daemon: Option<Daemon>,
    ready: bool,
    /// Points of fault of the next starts, in order; none after that.
    points: VecDeque<String>,
    /// False while the campaign wants it down.
    wanted: bool,
}

/// See the page of this module.
pub struct Theatre {
    pub emulator: Emulator,
    pub database: Database,
    /// How often a daemon died without having been told to.
    pub deaths: u32,
    /// Messages to the owner that were looked at for a question whether they stand by what reached us late.
    pub confirmed: HashSet<String>,
    plan: Plan,
    folder: PathBuf,
    front: Proxy,
    places: Vec<Place>,
    ahead: f64,
    /// Under which names it stands in the broker: a few are used in turn, and tickets of an earlier run harm nobody.
    stage: usize,
}

impl Theatre {
    /// Builds it; no daemon runs yet.
    pub async fn build(plan: Plan) -> Self {
        let folder = std::env::temp_dir().join(format!("wa-campaign-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("clock"), "0").expect("a clock");
        let config = EmulatorConfig {
            rates: RateLimits::off(),
            statuses: StatusPolicy { delay_ms: 1, ..StatusPolicy::default() },
            window: WindowRule::Off,
            workers: 2,
            ..EmulatorConfig::default()
        };
        let emulator = Emulator::start(config).await.expect("an emulator");
        let front = Proxy::start(Vec::new()).await;
        emulator.set_webhook_url(&format!("http://{}/webhook/whatsapp", front.address()));
        emulator.set_webhook(|hook| hook.retry_ms = 20);
        let database = Database::of(plan.kind).await;
        let place = |number: usize| {
            let folder = folder.join(format!("replica-{number}"));
            std::fs::create_dir_all(&folder).expect("a folder");
            Place { folder, daemon: None, ready: false, points: VecDeque::new(), wanted: false }
        };
        let places = (0..plan.replicas).map(place).collect();
        let stage = STAGES.fetch_add(1, Ordering::Relaxed) % 16;
        Self {
            emulator,
            database,
            deaths: 0,
            confirmed: HashSet::new(),
            plan,
            folder,
            front,
            places,
            ahead: 0.0,
            stage,
        }
    }

    /// Points of fault for the next starts of a daemon, one list for each start.
    pub fn plant(&mut self, replica: usize, points: impl IntoIterator<Item = String>) {
        self.places[replica].points.extend(points);
    }

    /// Starts every daemon and waits until each is ready.
    pub async fn open(&mut self) -> Result<(), Stuck> {
        for place in &mut self.places {
            place.wanted = true;
        }
        self.until("every daemon is ready", |theatre| theatre.places.iter().all(|place| place.ready)).await
    }

    /// Starts one daemon.
    pub async fn start(&mut self, replica: usize) -> Result<(), Stuck> {
        self.places[replica].wanted = true;
        self.until("a daemon is ready", |theatre| theatre.places[replica].ready).await
    }

    /// Tells one daemon to stop; its exit code, if it lived to be told.
    pub async fn stop(&mut self, replica: usize) -> Option<i32> {
        let place = &mut self.places[replica];
        place.wanted = false;
        place.ready = false;
        let daemon = place.daemon.take()?;
        self.aim();
        daemon.tell_to_stop();
        let code = tokio::task::spawn_blocking(|| daemon.ended()).await.expect("an end");
        self.deaths += u32::from(code.is_none());
        code
    }

    /// SIGKILL; it is started again by whoever waits for anything.
    pub fn kill(&mut self, replica: usize) {
        let place = &mut self.places[replica];
        place.ready = false;
        if let Some(daemon) = place.daemon.take() {
            daemon.kill();
        }
        self.aim();
    }

    /// Any daemon that is ready.
    pub fn anybody(&self) -> Option<&Daemon> {
        self.places.iter().filter(|place| place.ready).find_map(|place| place.daemon.as_ref())
    }

    /// One daemon, if it runs.
    pub fn replica(&self, replica: usize) -> Option<&Daemon> {
        self.places[replica].daemon.as_ref()
    }

    pub fn replicas(&self) -> usize {
        self.places.len()
    }

    /// The address in front of all daemons.
    pub fn front(&self) -> &Proxy {
        &self.front
    }

    /// A folder for what the campaign itself keeps.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// Everything that the daemons wrote to their logs.
    pub fn logs(&self) -> String {
        let log = |place: &Place| std::fs::read_to_string(place.folder.join("daemon.log")).unwrap_or_default();
        self.places.iter().map(log).collect()
    }

    /// Moves the clock of everybody on.
    pub fn advance(&mut self, by: TimeDelta) {
        // First the API's: a message must not be older than the world that it comes from.
        self.emulator.clock().advance(by);
        self.ahead += by.as_seconds_f64();
        let next = self.folder.join("clock.next");
        std::fs::write(&next, self.ahead.to_string()).expect("a clock");
        std::fs::rename(&next, self.folder.join("clock")).expect("a clock");
    }

    /// Starts what has died, and points the front at those that are ready.
    async fn tend(&mut self) {
        let mut changed = false;
        for number in 0..self.places.len() {
            let ended = self.places[number].daemon.as_mut().is_some_and(Daemon::has_ended);
            if ended {
                self.deaths += 1;
                self.places[number].daemon = None;
                self.places[number].ready = false;
                changed = true;
            }
            if self.places[number].wanted && self.places[number].daemon.is_none() {
                let daemon = self.spawn(number);
                self.places[number].daemon = Some(daemon);
            }
            let place = &mut self.places[number];
            if let Some(daemon) = place.daemon.as_ref().filter(|_| !place.ready)
                && daemon.ask(reqwest::Method::GET, "/readyz", None).await.is_some_and(|(status, _)| status == 200)
            {
                place.ready = true;
                changed = true;
            }
        }
        if changed {
            self.aim();
        }
    }

    fn aim(&self) {
        let ready = self.places.iter().filter(|place| place.ready).filter_map(|place| place.daemon.as_ref());
        self.front.point_at(ready.map(|daemon| daemon.address().to_owned()).collect());
        // What could not be delivered is tried again at once, and not after a pause that may be as long as a nap.
        self.emulator.set_webhook(|_| {});
    }

    fn spawn(&mut self, number: usize) -> Daemon {
        let points = self.places[number].points.pop_front().unwrap_or_default();
        let clock = self.folder.join("clock").display().to_string();
        let folder = self.folder.display().to_string();
        let mut url = self.database.url().to_owned();
        if let (Some(between), Some(server)) = (&self.plan.behind, self.database.server()) {
            url = url.replace(&server, between);
        }
        let mut settings: Vec<(&str, &str)> = vec![
            ("WA_CLOCK_FILE", &clock),
            ("DATABASE_URL", &url),
            ("WA_FAILPOINTS", &points),
            ("WA_FAILPOINTS_DIR", &folder),
        ];
        settings.extend(self.plan.planted.map(|bug| ("WA_PLANTED", bug)));
        let prefix = format!("campaign.{}", self.stage);
        if let Some(amqp) = &self.plan.amqp {
            settings.extend([("AMQP_URL", amqp.as_str()), ("AMQP_PREFIX", prefix.as_str())]);
        }
        Daemon::spawn(&self.places[number].folder, &self.emulator.url(), &settings)
    }

    /// Waits until `there` finds something, tending the daemons meanwhile.
    pub async fn find<T>(&mut self, what: &str, there: impl Fn(&Self) -> Option<T>) -> Result<T, Stuck> {
        self.find_within(PATIENCE, there).await.ok_or_else(|| Stuck(what.to_owned()))
    }

    /// The same, with a patience of the caller's own.
    pub async fn find_within<T>(&mut self, patience: Duration, there: impl Fn(&Self) -> Option<T>) -> Option<T> {
        let begun = Instant::now();
        loop {
            self.tend().await;
            let found = there(self);
            if found.is_some() || begun.elapsed() > patience {
                return found;
            }
            pause(Duration::from_millis(5)).await;
        }
    }

    /// Waits until something is so.
    pub async fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) -> Result<(), Stuck> {
        self.find(what, |theatre| so(theatre).then_some(())).await
    }

    /// A post with this text, if it arrived.
    pub fn heard_by_group(&self, text: &str) -> Option<Accepted> {
        self.heard(&self.emulator.group("team")?.id, text, 0)
    }

    /// The first message to somebody, after the first `known` of theirs, that holds these words.
    pub fn heard(&self, who: &str, words: &str, known: usize) -> Option<Accepted> {
        let heard = self.emulator.sent_to(who);
        heard.into_iter().skip(known).find(|message| message.body.to_string().contains(words))
    }

    /// An admin request that is repeated until somebody answers it with anything but a 5xx.
    pub async fn ask(
        &mut self,
        method: reqwest::Method,
        path: &str,
        body: Option<(&Value, &str)>,
    ) -> Result<(u16, Value), Stuck> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            self.tend().await;
            if let Some(daemon) = self.anybody()
                && let Some((status, answer)) = daemon.ask(method.clone(), path, body).await
                && status < 500
            {
                return Ok((status, answer));
            }
            pause(Duration::from_millis(5)).await;
        }
        Err(Stuck(format!("{method} {path} gets no answer")))
    }

    /// Waits until nothing travels, waits or is due.
    pub async fn quiet(&mut self) -> Result<(), Stuck> {
        let begun = Instant::now();
        let (mut calm, mut moves) = (0, None);
        while begun.elapsed() < PATIENCE {
            self.tend().await;
            moves = self.moves().await;
            calm = if moves.is_none() { calm + 1 } else { 0 };
            if calm == 3 {
                return Ok(());
            }
            pause(Duration::from_millis(20)).await;
        }
        Err(Stuck(format!("the world does not come to rest: {}", moves.unwrap_or_default())))
    }

    /// What is still moving.
    async fn moves(&self) -> Option<String> {
        if !self.places.iter().filter(|place| place.wanted).all(|place| place.ready) {
            return Some("a daemon is not ready".to_owned());
        }
        if tokio::time::timeout(Duration::from_millis(200), self.emulator.settled()).await.is_err() {
            return Some("webhooks travel".to_owned());
        }
        crate::checker::still_open(&self.database, self.now()).await
    }

    /// The instant of the moved clock.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.emulator.clock().now()
    }

    /// Copies the logs to where a person can look at them; says where.
    pub fn keep(&self, name: &str) -> String {
        let kept = std::env::temp_dir().join(format!("wa-campaign-{name}-{}.log", uuid::Uuid::new_v4().simple()));
        std::fs::write(&kept, self.logs()).expect("the logs");
        kept.display().to_string()
    }

    /// Ends everything.
    pub async fn close(mut self) {
        for place in &mut self.places {
            place.daemon = None;
        }
        let folder = self.folder.clone();
        self.emulator.stop().await;
        drop(std::fs::remove_dir_all(folder));
    }
}

/// Waits in real time: a campaign runs real processes on real clocks.
pub async fn pause(time: Duration) {
    sleep_until(Instant::now() + time).await;
}
