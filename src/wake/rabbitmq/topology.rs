//! What has to be in the broker, declared by every process that connects; the same declarations again change nothing.
//!
//! ```text
//!                     ┌─▶ delay.00 ─┐
//! park ──▶ delay ─────┼─▶ delay.01 ─┤ expired (dead-lettered)
//!          (direct)   ┊     …       ├──────────────▶ wake ──▶ wake ──▶ every process, one each
//!                     └─▶ delay.63 ─┘               (direct)  (queue)
//!                                                                └─ cannot be read ─▶ parked
//! ```
//!
//! Arguments of a queue are fixed for its life, so a version stands in every name: other arguments mean other names.
//! Manual pages are those of rabbitmq.com, as of 2026.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{Channel, ExchangeKind, Result};

use super::ring::Ring;
use super::{Delay, Queues};

/// Under what everything stands.
#[derive(Clone, Debug)]
pub struct Names {
    prefix: String,
}

impl Names {
    /// The names of an installation; `prefix` tells installations on one broker apart (`AMQP_PREFIX`).
    pub fn new(prefix: &str, queues: Queues) -> Self {
        let kind = match queues {
            Queues::Classic => "v1",
            Queues::Quorum => "v1q",
        };
        Self { prefix: format!("{prefix}.{kind}") }
    }

    /// Where tickets are parked: an exchange.
    pub fn delay(&self) -> ShortString {
        format!("{}.delay", self.prefix).into()
    }

    /// A queue of the ring.
    pub fn slot(&self, number: u32) -> ShortString {
        format!("{}.delay.{number:02}", self.prefix).into()
    }

    /// Where tickets come back: an exchange, and a queue of the same name.
    pub fn wake(&self) -> ShortString {
        format!("{}.wake", self.prefix).into()
    }

    /// Where tickets go that nobody can read: an exchange, and a queue of the same name.
    pub fn parked(&self) -> ShortString {
        format!("{}.parked", self.prefix).into()
    }

    /// The exchange of the plugin.
    pub fn delayed(&self) -> ShortString {
        format!("{}.delayed", self.prefix).into()
    }

    /// The key under which tickets come back.
    pub fn key(&self) -> ShortString {
        "wake".into()
    }
}

/// Key of a queue of the ring.
pub fn slot_key(number: u32) -> ShortString {
    format!("{number:02}").into()
}

/// Declares where tickets come back, and the ring unless the plugin does its work.
pub async fn declare(channel: &Channel, names: &Names, queues: Queues, ring: Ring, delay: Delay) -> Result<()> {
    declare_wake(channel, names, queues).await?;
    match delay {
        Delay::Native => declare_ring(channel, names, queues, ring).await,
        Delay::Plugin => declare_delayed(channel, names).await,
    }
}

async fn declare_wake(channel: &Channel, names: &Names, queues: Queues) -> Result<()> {
    exchange(channel, names.parked()).await?;
    let mut parked = arguments(queues);
    // Nobody reads it but a person: a few thousand for a week are more than enough ("Queue length limit", "TTL").
    parked.insert("x-max-length".into(), AMQPValue::LongInt(10_000));
    parked.insert("x-message-ttl".into(), AMQPValue::LongInt(7 * 24 * 3600 * 1000));
    queue(channel, names.parked(), names.parked(), names.key(), parked).await?;

    exchange(channel, names.wake()).await?;
    let mut wake = arguments(queues);
    // A ticket that is rejected is kept for a person to look at ("Dead letter exchanges").
    wake.insert("x-dead-letter-exchange".into(), text(&names.parked()));
    wake.insert("x-dead-letter-routing-key".into(), text(&names.key()));
    if queues == Queues::Quorum {
        // 20 is the default since 4.0 only, and a classic queue refuses the argument ("Quorum queues", poison messages).
        wake.insert("x-delivery-limit".into(), AMQPValue::LongInt(20));
    }
    queue(channel, names.wake(), names.wake(), names.key(), wake).await
}

async fn declare_ring(channel: &Channel, names: &Names, queues: Queues, ring: Ring) -> Result<()> {
    exchange(channel, names.delay()).await?;
    for number in 0..ring.slots {
        let mut slot = arguments(queues);
        // The ticket's own expiration is what counts; this ends any mistake after one turn of the ring ("TTL").
        slot.insert("x-message-ttl".into(), AMQPValue::LongLongInt(ring.turn().num_milliseconds()));
        // Through a named exchange: the default one needs a permission of its own ("Access control").
        slot.insert("x-dead-letter-exchange".into(), text(&names.wake()));
        slot.insert("x-dead-letter-routing-key".into(), text(&names.key()));
        // A full queue refuses what comes, instead of dropping what is there ("Queue length limit").
        slot.insert("x-overflow".into(), text(&"reject-publish".into()));
        if queues == Queues::Quorum {
            // The other strategy loses tickets whenever the target has no leader yet, as after every restart ("Quorum
            // queues", at-least-once dead lettering); it needs `reject-publish`.
            slot.insert("x-dead-letter-strategy".into(), text(&"at-least-once".into()));
        }
        queue(channel, names.slot(number), names.delay(), slot_key(number), slot).await?;
    }
    Ok(())
}

/// Declares the exchange of the plugin. Only a real declaration tells whether the broker has the plugin: passive ones
/// do not look at the type.
pub async fn declare_delayed(channel: &Channel, names: &Names) -> Result<()> {
    let mut arguments = FieldTable::default();
    // Another type than this routes nothing once the broker keeps its metadata in Khepri (plugin, issue 323).
    arguments.insert("x-delayed-type".into(), text(&"direct".into()));
    let kind = ExchangeKind::Custom("x-delayed-message".to_owned());
    channel.exchange_declare(names.delayed(), kind, durable(), arguments).await?;
    channel
        .queue_bind(names.wake(), names.delayed(), names.key(), QueueBindOptions::default(), FieldTable::default())
        .await
}

/// What every queue has: its type is named, because a broker may have another default ("Virtual hosts", default queue type).
fn arguments(queues: Queues) -> FieldTable {
    let mut arguments = FieldTable::default();
    let kind = match queues {
        Queues::Classic => "classic",
        Queues::Quorum => "quorum",
    };
    arguments.insert("x-queue-type".into(), text(&kind.into()));
    arguments
}

async fn exchange(channel: &Channel, name: ShortString) -> Result<()> {
    channel.exchange_declare(name, ExchangeKind::Direct, durable(), FieldTable::default()).await
}

/// Survives a restart of the broker; brokers from 4.3 on refuse what does not ("Queues", durability).
fn durable() -> ExchangeDeclareOptions {
    ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() }
}

async fn queue(
    channel: &Channel,
    name: ShortString,
    exchange: ShortString,
    key: ShortString,
    arguments: FieldTable,
) -> Result<()> {
    channel.queue_declare(name.clone(), QueueDeclareOptions::durable(), arguments).await?;
    channel.queue_bind(name, exchange, key, QueueBindOptions::default(), FieldTable::default()).await
}

fn text(value: &ShortString) -> AMQPValue {
    AMQPValue::LongString(value.as_str().into())
}
