//! A TCP proxy that fails on demand: between daemons and brokers, databases or the Cloud API, and in front of daemons.
//!
//! With several targets each new connection goes to the next one that answers, as a load balancer would do it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

/// What the proxy does with connections.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Mode {
    /// Everything passes.
    #[default]
    Pass,
    /// Connections are reset, present ones and new ones.
    Refuse,
    /// Connections stay, and nothing passes: neither side is told anything.
    Silence,
    /// The first so many chunks from the client that hold these bytes end their connection.
    Cut {
        /// What to look for.
        on: Vec<u8>,
        /// True to let the chunk through first, so that only the answer is lost.
        after: bool,
        /// How often it happens.
        times: u32,
    },
    /// Every chunk is late by so much.
    Slow(Duration),
}

/// A running proxy; ends when dropped.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

struct Shared {
    targets: Mutex<(Vec<String>, usize)>,
    mode: watch::Sender<Mode>,
}

impl Proxy {
    /// Listens on a port of its own and passes everything on to `targets`.
    pub async fn start(targets: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared { targets: Mutex::new((targets, 0)), mode: watch::Sender::default() });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Other targets for new connections.
    pub fn point_at(&self, targets: Vec<String>) {
        *self.shared.targets.lock().expect("the targets") = (targets, 0);
    }

    /// From now on, for new connections and those that are open.
    pub fn set(&self, mode: Mode) {
        self.shared.mode.send_replace(mode);
    }

    pub fn mode(&self) -> Mode {
        self.shared.mode.borrow().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(carry(client, Arc::clone(&shared)));
    }
}

async fn carry(client: TcpStream, shared: Arc<Shared>) {
    let Some(server) = connect(&shared).await else { return reset(client) };
    drop((client.set_nodelay(true), server.set_nodelay(true)));
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let (up, down) = (Arc::clone(&shared), shared);
    // Whichever direction ends ends both.
    tokio::select! {
        () = pump(&mut from_client, &mut to_server, &up, true) => {}
        () = pump(&mut from_server, &mut to_client, &down, false) => {}
    }
    if let Ok(client) = from_client.reunite(to_client) {
        reset(client);
    }
}

/// The next target that answers.
async fn connect(shared: &Shared) -> Option<TcpStream> {
    if *shared.mode.borrow() == Mode::Refuse {
        return None;
    }
    let count = shared.targets.lock().expect("the targets").0.len();
    for _ in 0..count {
        let target = {
            let mut targets = shared.targets.lock().expect("the targets");
            targets.1 += 1;
            let turn = targets.1 % targets.0.len();
            targets.0[turn].clone()
        };
        if let Ok(server) = TcpStream::connect(&target).await {
            return Some(server);
        }
    }
    None
}

fn reset(stream: TcpStream) {
    drop(stream.set_zero_linger());
}

/// Carries one direction until it ends or is ended.
async fn pump<R, W>(from: &mut R, to: &mut W, shared: &Shared, from_client: bool)
where
    R: AsyncReadExt + Unpin,
    W: AsyncWriteExt + Unpin,
{
    let mut mode = shared.mode.subscribe();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut chunk) => read.unwrap_or(0),
            refused = mode.wait_for(|mode| *mode == Mode::Refuse) => return drop(refused),
        };
        let Some(data) = chunk.get(..read).filter(|data| !data.is_empty()) else { return };
        if wait(&mut mode).await.is_err() {
            return;
        }
        let cut = if from_client { cut(shared, data) } else { None };
        if cut == Some(false) || to.write_all(data).await.is_err() || cut == Some(true) {
            return;
        }
    }
}

/// Holds a chunk back for as long as the mode says; an error when the connection is to end.
async fn wait(mode: &mut watch::Receiver<Mode>) -> Result<(), ()> {
    let late = if let Mode::Slow(time) = *mode.borrow() { time } else { Duration::ZERO };
    sleep_until(Instant::now() + late).await;
    let refused = mode.wait_for(|mode| *mode != Mode::Silence).await.map_or(true, |mode| *mode == Mode::Refuse);
    if refused { Err(()) } else { Ok(()) }
}

/// Whether a chunk ends its connection, and then whether it is let through first.
fn cut(shared: &Shared, data: &[u8]) -> Option<bool> {
    let mut found = None;
    shared.mode.send_if_modified(|mode| {
        if let Mode::Cut { on, after, times } = mode
            && *times > 0
            && data.windows(on.len()).any(|window| window == on.as_slice())
        {
            *times -= 1;
            found = Some(*after);
        }
        false
    });
    found
}
