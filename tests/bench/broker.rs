//! The private broker that `tests/servers` runs, seen from the outside: how many messages it keeps, and how big it is.

use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use lapin::{Channel, Connection, ConnectionProperties};

use crate::daemon::resident_mib;

/// A prefix of its own in the broker.
pub struct Broker {
    pub url: String,
    pub prefix: String,
    channel: Channel,
    _connection: Connection,
}

impl Broker {
    /// Connects to the one that `tests/servers env` names.
    pub async fn connect() -> anyhow::Result<Self> {
        let url = std::env::var("WA_TEST_AMQP")?;
        let connection = Connection::connect(&url, ConnectionProperties::default()).await?;
        let channel = connection.create_channel().await?;
        let prefix = format!("bench-{}", uuid::Uuid::new_v4().simple());
        Ok(Self { url, prefix, channel, _connection: connection })
    }

    /// How many messages wait in the queues of a daemon that runs with this prefix.
    pub async fn messages(&self) -> anyhow::Result<u32> {
        let slots = (0..64).map(|number| format!("delay.{number:02}"));
        let mut messages = 0;
        for queue in slots.chain(["wake".to_owned(), "parked".to_owned()]) {
            let name = format!("{}.v1.{queue}", self.prefix);
            let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
            messages += self.channel.queue_declare(name.into(), passive, FieldTable::default()).await?.message_count();
        }
        Ok(messages)
    }

    /// Resident memory of the broker in MiB.
    pub fn resident_mib(&self) -> anyhow::Result<f64> {
        let folder = std::path::PathBuf::from(std::env::var("WA_TEST_SERVERS")?);
        Ok(resident_mib(std::fs::read_to_string(folder.join("rabbitmq.pid"))?.trim()))
    }
}
