//! One connection to the broker with one channel, either new and whole or gone: nothing here is mended in place.
//!
//! A link that failed in any way is dropped and another one is made. lapin's own recovery is left off: with it a lost
//! connection shows as silence, and a channel that the broker closed is never opened again (lapin 4.12).

use std::str::FromStr;
use std::time::Duration;

use lapin::types::ReplyCode;
use lapin::uri::AMQPUri;
use lapin::{Channel, Connection, ConnectionProperties, Error, ErrorKind};
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout};

use super::topology::{self, Names};
use super::{Broker, Delay};

/// To connect, to open a channel and to declare everything.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How often both sides say that they are there, in seconds; twice that long without a word and the link is gone.
const HEARTBEAT: u16 = 15;
/// First pause after a link failed; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// A connection and its channel. Dropping both closes them.
pub struct Link {
    /// The channel.
    pub channel: Channel,
    /// How tickets are delayed over this link.
    pub delay: Delay,
    _connection: Connection,
}

/// Why there is no link, in words for an operator. Never holds the URL, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoLink(pub String);

impl From<Error> for NoLink {
    fn from(error: Error) -> Self {
        let advice = match error.kind() {
            ErrorKind::ProtocolError(refused) if refused.get_id() == ACCESS_REFUSED => {
                "; check user, password and permissions of AMQP_URL"
            }
            ErrorKind::ProtocolError(refused) if is_taken(refused) => {
                "; something else stands under these names: choose another AMQP_PREFIX"
            }
            _ => "",
        };
        Self(format!("{error}{advice}"))
    }
}

/// The broker refuses the user, or an operation of theirs (AMQP 0-9-1, reply codes).
const ACCESS_REFUSED: ReplyCode = 403;
/// A declaration differs from what is there (AMQP 0-9-1, reply codes).
const PRECONDITION_FAILED: ReplyCode = 406;
/// An exchange type that the broker does not know, up to RabbitMQ 3.13.2 (AMQP 0-9-1, reply codes).
const COMMAND_INVALID: ReplyCode = 503;

fn is_taken(refused: &lapin::protocol::AMQPError) -> bool {
    refused.get_id() == PRECONDITION_FAILED && refused.get_message().as_str().contains("inequivalent arg")
}

impl Link {
    /// Connects and declares everything that this process needs.
    pub async fn open(broker: &Broker, role: &str) -> Result<Self, NoLink> {
        let opened = timeout(CONNECT_WITHIN, Self::open_and_declare(broker, role)).await;
        opened.unwrap_or_else(|_| Err(NoLink(format!("no answer within {} s", CONNECT_WITHIN.as_secs()))))
    }

    async fn open_and_declare(broker: &Broker, role: &str) -> Result<Self, NoLink> {
        let delay = match broker.delay {
            Delay::Plugin if !has_plugin(broker).await? => {
                // Said with every new link: it may be mended while the daemon runs.
                tracing::warn!(
                    "AMQP_DELAY=plugin, but this broker has no exchange type x-delayed-message (the plugin \
                     rabbitmq_delayed_message_exchange is not enabled, or not built for its version): wakes are delayed \
                     with TTL queues instead, as with AMQP_DELAY=native"
                );
                Delay::Native
            }
            delay => delay,
        };
        let (connection, channel) = connect(broker, role).await?;
        let names = Names::new(&broker.prefix, broker.queues);
        topology::declare(&channel, &names, broker.queues, broker.ring, delay).await?;
        Ok(Self { channel, delay, _connection: connection })
    }
}

async fn connect(broker: &Broker, role: &str) -> Result<(Connection, Channel), NoLink> {
    let mut uri = AMQPUri::from_str(broker.url.expose_secret())
        .map_err(|_| NoLink("AMQP_URL is malformed; expected amqp://USER:PASSWORD@HOST:PORT/VHOST".to_owned()))?;
    uri.query.heartbeat.get_or_insert(HEARTBEAT);
    let name = format!("{} {role}", broker.prefix);
    let properties = ConnectionProperties::default().with_connection_name(name.into());
    let connection = Connection::connect_uri(uri, properties).await?;
    let channel = connection.create_channel().await?;
    Ok((connection, channel))
}

/// Asks by the declaration itself, on a connection of its own: a broker before 3.13.3 ends the connection for an exchange
/// type that it does not know, later ones the channel.
pub async fn has_plugin(broker: &Broker) -> Result<bool, NoLink> {
    let (_connection, channel) = connect(broker, "probe").await?;
    let names = Names::new(&broker.prefix, broker.queues);
    topology::declare(&channel, &names, broker.queues, broker.ring, Delay::Native).await?;
    match topology::declare_delayed(&channel, &names).await {
        Ok(()) => Ok(true),
        Err(error) => match error.kind() {
            ErrorKind::ProtocolError(refused)
                if [PRECONDITION_FAILED, COMMAND_INVALID].contains(&refused.get_id())
                    && refused.get_message().as_str().contains("unknown exchange type") =>
            {
                Ok(false)
            }
            _ => Err(error.into()),
        },
    }
}

/// The pauses between attempts to make a link.
#[derive(Debug)]
pub struct Pauses {
    next: Duration,
    until: Option<Instant>,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { next: FIRST_PAUSE, until: None }
    }
}

impl Pauses {
    /// A link failed: none is made before the pause is over.
    pub fn failed(&mut self) {
        self.until = Some(Instant::now() + self.next);
        self.next = (self.next * 2).min(LONGEST_PAUSE);
    }

    /// A link works.
    pub fn works(&mut self) {
        *self = Self::default();
    }

    /// Until when no link is to be made, if a pause is on.
    pub fn until(&self) -> Option<Instant> {
        self.until.filter(|until| *until > Instant::now())
    }
}
