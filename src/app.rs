//! The composition root: adapters, actors, HTTP, in order; the same backwards to stop.
//!
//! The only place that knows every part. It holds no rule and answers no request.

mod cleaner;
mod graph;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use anyhow::Context as _;
use chrono::TimeDelta;
use futures::future::{BoxFuture, join_all, select_all};
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;

use crate::actors::supervision::{End, Watch};
use crate::clock::SystemClock;
use crate::config::{self, AmqpDelay, AmqpQueues, Settings};
use crate::domain::address::Address;
use crate::domain::notice::OwnerDesk;
use crate::failpoint::failpoint;
use crate::http;
use crate::ports::{Clock, Health, StoreError};
use crate::store::Store;
use crate::wake::rabbitmq::ring::Ring;
use crate::wake::rabbitmq::{self, Broker};
use crate::whatsapp::TokenSource;
use crate::whatsapp::client::{ClientSettings, Timeouts};

use graph::Graph;

/// How long the actors may take to finish what is under way: one send time-out and a margin.
const DRAIN: Duration = Duration::from_secs(40);

/// How long `/readyz` says that the daemon is stopping before it takes no more connections: a few probes of a balancer.
const NOTICE: TimeDelta = TimeDelta::seconds(3);

/// What a daemon is started with besides its settings.
pub struct Surroundings {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// True to bring the schema up to date, false to refuse an old one.
    pub migrate: bool,
}

/// A running daemon.
pub struct App {
    address: SocketAddr,
    store: Arc<Store>,
    draining: Arc<AtomicBool>,
    server: ServerHandle,
    server_task: JoinHandle<std::io::Result<()>>,
    /// What knocks at the actors: timers and the ticker.
    knockers: Vec<JoinHandle<()>>,
    /// The actors, in the order in which they drain.
    actors: Vec<Watch>,
}

impl App {
    /// Starts everything: store, actors (leaves first), HTTP, and last what knocks at the actors.
    ///
    /// # Errors
    /// Whatever the operator has to mend: the database, its schema, the listener.
    pub async fn start(settings: &Settings, around: Surroundings) -> anyhow::Result<Self> {
        let Surroundings { clock, migrate } = around;
        let desk = desk(settings);
        let store = open_store(settings, desk.clone(), migrate).await?;
        agree(clock.as_ref(), &store).await.context("the time of the database")?;
        let listener = TcpListener::bind(settings.http.bind)
            .with_context(|| format!("BIND_ADDRESS: cannot listen on {}", settings.http.bind))?;
        let address = listener.local_addr()?;
        let draining = Arc::new(AtomicBool::new(false));
        let graph = Graph::start(settings, &desk, &store, &clock)?;
        let server = http::serve(listener, graph.http_state(settings, &store, &clock, &draining))?;
        let handle = server.handle();
        let server_task = actix::spawn(server);
        let (knockers, actors) = graph.set_going(settings, &store, &clock);
        Ok(Self { address, store, draining, server: handle, server_task, knockers, actors })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The rows, for whoever started it in the same process.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Waits until an actor is given up; its name. A daemon without all its actors must not go on.
    pub async fn broken(&self) -> &'static str {
        let ends: Vec<BoxFuture<'static, &'static str>> = self.actors.iter().cloned().map(given_up).collect();
        select_all(ends).await.0
    }

    /// Says that it is not ready any more; requests are still served.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Stops in the order of the flow: HTTP, what knocks, then the actors from the top, then the store.
    ///
    /// # Errors
    /// When the HTTP side had failed.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.drain();
        for knocker in &self.knockers {
            knocker.abort();
        }
        // The handlers hold the last addresses from outside; they go with the server.
        self.server.stop(true).await;
        self.server_task.await.context("the HTTP server")?.context("the HTTP server")?;
        let ends = join_all(self.actors.into_iter().map(|mut watch| async move { watch.ended().await }));
        if tokio::time::timeout(DRAIN, ends).await.is_err() {
            tracing::warn!("something was still under way; its rows say so, the next start settles it");
        }
        failpoint!("sd.released")?;
        self.store.close().await;
        Ok(())
    }
}

/// Waits until one actor is given up, for ever if it drains.
fn given_up(mut watch: Watch) -> BoxFuture<'static, &'static str> {
    Box::pin(async move {
        match watch.ended().await {
            End::GaveUp => watch.name(),
            End::Drained => std::future::pending().await,
        }
    })
}

/// Runs a daemon until it is told to stop.
///
/// SIGTERM or SIGINT drains it: first it is not ready any more, then it stops in the order of the flow. A second signal
/// ends the process at once, which is as safe as a crash.
///
/// # Errors
/// Whatever keeps it from starting, and an actor that panicked too often.
pub async fn serve(settings: Settings, migrate: bool) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(system_clock());
    // Before anybody can know that the daemon runs: a signal right after the start must drain it, not kill it.
    let mut signals = Signals::listen()?;
    let app = tokio::select! {
        app = App::start(&settings, Surroundings { clock: clock.clone(), migrate }) => app?,
        () = signals.next() => anyhow::bail!("told to stop before the start was complete"),
    };
    announce(app.address());
    let broken = tokio::select! {
        () = signals.next() => None,
        name = app.broken() => Some(name),
    };
    tracing::info!("stopping");
    let notice = if broken.is_none() { NOTICE } else { TimeDelta::zero() };
    tokio::select! {
        stopped = stop_after(app, notice, clock.as_ref()) => stopped?,
        () = signals.next() => anyhow::bail!("told twice to stop: left at once, the next start settles what was under way"),
    }
    match broken {
        Some(name) => {
            anyhow::bail!("the actor `{name}` panicked too often; the process ends so that it is started anew")
        }
        None => Ok(()),
    }
}

/// Says for a while that it is not ready, still serving everything, so that balancers look elsewhere; then stops.
async fn stop_after(app: App, notice: TimeDelta, clock: &dyn Clock) -> anyhow::Result<()> {
    failpoint!("sd.signal")?;
    app.drain();
    clock.sleep_until(clock.now() + notice).await;
    failpoint!("sd.draining")?;
    app.stop().await?;
    Ok(failpoint!("sd.exit")?)
}

/// Prints where it listens: with port 0 nobody else could know.
fn announce(address: SocketAddr) {
    use std::io::Write;
    tracing::info!(%address, "listening");
    drop(writeln!(std::io::stdout().lock(), "listening on http://{address}"));
}

/// The machine's clock; builds that tests make fail may be told a file that moves it.
fn system_clock() -> SystemClock {
    #[cfg(feature = "failpoints")]
    if let Some(file) = std::env::var_os("WA_CLOCK_FILE") {
        return SystemClock::moved_by(file.into());
    }
    SystemClock::default()
}

/// SIGTERM and SIGINT.
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Where the owner is reached.
pub fn desk(settings: &Settings) -> OwnerDesk {
    OwnerDesk {
        owner: Address::Phone(settings.owner.phone.clone()),
        template: settings.owner.template.clone(),
        language: settings.owner.language.clone(),
    }
}

/// The Cloud API as the settings name it, for whoever asks it anything.
pub fn client_settings(settings: &Settings) -> ClientSettings {
    let whatsapp = &settings.whatsapp;
    ClientSettings {
        base_url: whatsapp.api_base_url.clone(),
        version: whatsapp.api_version.clone(),
        phone_number_id: whatsapp.phone_number_id.clone(),
        business_account_id: whatsapp.business_account_id.clone(),
        token: token_source(whatsapp),
        timeouts: Timeouts::default(),
    }
}

/// The broker as the settings name it, for whoever uses it or looks at it.
pub fn broker(amqp: &config::Amqp) -> Broker {
    Broker {
        url: amqp.url.clone(),
        delay: match amqp.delay {
            AmqpDelay::Native => rabbitmq::Delay::Native,
            AmqpDelay::Plugin => rabbitmq::Delay::Plugin,
        },
        prefix: amqp.prefix.clone(),
        queues: match amqp.queues {
            AmqpQueues::Classic => rabbitmq::Queues::Classic,
            AmqpQueues::Quorum => rabbitmq::Queues::Quorum,
        },
        ring: Ring::PRODUCT,
    }
}

fn token_source(whatsapp: &config::WhatsApp) -> TokenSource {
    let token = whatsapp.access_token.clone();
    match whatsapp.token_file.clone() {
        Some(path) => TokenSource::File { path, token },
        None => TokenSource::Fixed(token),
    }
}

/// Lets the clock agree with the database's, where several processes share one: what is due, and whose time is over, must
/// be the same for all of them.
async fn agree(clock: &dyn Clock, store: &Store) -> Result<(), StoreError> {
    let asked = Instant::now();
    if let Some(time) = store.time().await? {
        clock.agree(time, asked.elapsed());
    }
    Ok(())
}

async fn open_store(settings: &Settings, desk: OwnerDesk, migrate: bool) -> anyhow::Result<Arc<Store>> {
    let store = Store::open(settings.database_url.expose_secret(), desk).await?;
    if migrate {
        store.migrate().await.context("the schema could not be brought up to date")?;
    }
    anyhow::ensure!(
        store.pending_migrations().await?.is_empty(),
        "the schema is older than this version: run `wa-scheduler migrate up`, or start without --no-migrate"
    );
    Ok(store)
}
