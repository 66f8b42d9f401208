//! Wakes through RabbitMQ: what falls due soon waits in the broker as a ticket, and whichever process gets it looks.
//!
//! The database is the truth and the broker only knocks: a ticket that is lost, late, doubled or foreign changes nothing
//! but, within one sweep, when somebody looks. So only what falls due within a quarter of an hour is parked (the row
//! remembers that it was), many jobs of one instant share a ticket, and a ticket comes back a little early and is held by
//! the process's own timer, which makes the wake exact. Two ways to delay stand behind one port: a ring of TTL queues
//! ([`ring`], any RabbitMQ from 3.10 on), and the exchange type of a plugin that is no longer maintained.

mod consumer;
mod link;
mod publisher;
pub mod ring;
mod state;
mod ticket;
mod topology;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use secrecy::SecretString;

use crate::ports::{Alarm, Clock, Ticket, WakeQueue};
use publisher::Publisher;
use ring::Ring;
use state::State;

/// How tickets are delayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// In a ring of TTL queues.
    Native,
    /// By an exchange of the type `x-delayed-message`, where the broker has it. It loses tickets with its node, and all of
    /// them when the plugin is disabled.
    Plugin,
}

/// How the broker keeps its queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queues {
    /// On one node: for a broker that is one.
    Classic,
    /// On several nodes: for a cluster.
    Quorum,
}

/// Which broker, and how it is used.
#[derive(Clone, Debug)]
pub struct Broker {
    /// `AMQP_URL`.
    pub url: SecretString,
    /// `AMQP_DELAY`.
    pub delay: Delay,
    /// `AMQP_PREFIX`: what every name in the broker begins with.
    pub prefix: String,
    /// `AMQP_QUEUES`.
    pub queues: Queues,
    /// The measures of the ring.
    pub ring: Ring,
}

/// The broker as a wake queue.
pub struct RabbitWake {
    publisher: Publisher,
    state: Arc<State>,
    clock: Arc<dyn Clock>,
    horizon: TimeDelta,
}

impl RabbitWake {
    /// The queue, and the work of taking tickets, which sets `alarm` for each and is run until it is dropped. A broker
    /// that cannot be reached keeps nobody from starting.
    pub fn new(
        broker: Broker,
        clock: Arc<dyn Clock>,
        alarm: Arc<dyn Alarm>,
    ) -> (Self, impl Future<Output = ()> + use<>) {
        let (broker, state) = (Arc::new(broker), Arc::new(State::default()));
        if broker.delay == Delay::Plugin {
            tracing::warn!(
                "AMQP_DELAY=plugin: the exchange x-delayed-message keeps its messages on one node, is no longer maintained, \
                 and does not exist for RabbitMQ 4.3 and later; what it loses is woken by the sweep"
            );
        }
        let consuming = consumer::run(Arc::clone(&broker), alarm, Arc::clone(&state));
        let horizon = broker.ring.horizon();
        (Self { publisher: Publisher::new(broker), state, clock, horizon }, consuming)
    }
}

#[async_trait]
impl WakeQueue for RabbitWake {
    fn horizon(&self) -> TimeDelta {
        self.horizon
    }

    fn epoch(&self) -> u64 {
        self.state.epoch()
    }

    fn fell_due(&self, instants: u32) {
        self.state.fell_due(instants);
    }

    async fn park(&self, tickets: &[Ticket]) -> Vec<bool> {
        self.publisher.park(tickets, self.clock.now()).await
    }
}

/// What the doctor says of a broker: in words whether it can be used, and with what it lacks.
///
/// # Errors
/// Why it cannot be used.
pub async fn examine(broker: &Broker) -> Result<&'static str, String> {
    let wanted = broker.delay;
    let link = link::Link::open(broker, "doctor").await.map_err(|why| why.to_string())?;
    Ok(match (wanted, link.delay) {
        (Delay::Plugin, Delay::Native) => {
            "it answers, but lacks the exchange type x-delayed-message; TTL queues are used"
        }
        (Delay::Plugin, Delay::Plugin) => "it answers and has the exchange type x-delayed-message",
        (Delay::Native, _) => "it answers, and everything is declared",
    })
}
