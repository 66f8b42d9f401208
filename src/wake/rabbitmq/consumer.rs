//! Takes tickets from the broker and sets the alarm of this process for each; a ticket is done with once the alarm is set.
//!
//! It must never hold a ticket until its job is done, and never put one back: the rows and the sweep know what is due.
//! lapin goes quiet in more than one way (a half-open connection, a consumer that the broker cancelled, a closed channel),
//! so the line is asked for a sign of life again and again, and made anew when there is none.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions, QueueDeclareOptions};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Consumer, Queue};
use tokio::time::{Instant, sleep_until, timeout};

use super::Broker;
use super::link::{Link, NoLink, Pauses};
use super::state::State;
use super::ticket;
use super::topology::Names;
use crate::failpoint::failpoint;
use crate::ports::Alarm;

/// Tickets in hand at once: the only bound of lapin's buffer, so it is set before anything is consumed.
const PREFETCH: u16 = 200;
/// How often the line is asked for a sign of life.
const PROBE_EVERY: Duration = Duration::from_secs(15);
/// How long the answer may take.
const PROBE_WITHIN: Duration = Duration::from_secs(5);

/// Takes tickets until it is dropped; makes the line anew whenever it fails.
pub async fn run(broker: Arc<Broker>, alarm: Arc<dyn Alarm>, state: Arc<State>) {
    let mut pauses = Pauses::default();
    loop {
        let why = match Line::open(&broker).await {
            Ok(line) => {
                pauses.works();
                state.up();
                line.listen(alarm.as_ref(), &state).await
            }
            Err(why) => why,
        };
        state.down(&why);
        pauses.failed();
        if let Some(until) = pauses.until() {
            // Not the Clock port: how soon the broker is asked again has nothing to do with the time of the product.
            sleep_until(until).await;
        }
    }
}

/// A consumer at work.
struct Line {
    link: Link,
    consumer: Consumer,
    names: Names,
}

impl Line {
    async fn open(broker: &Broker) -> Result<Self, NoLink> {
        let link = Link::open(broker, "consumer").await?;
        let names = Names::new(&broker.prefix, broker.queues);
        link.channel.basic_qos(PREFETCH, BasicQosOptions::default()).await?;
        let (options, arguments) = (BasicConsumeOptions::default(), FieldTable::default());
        let consumer = link.channel.basic_consume(names.wake(), "".into(), options, arguments).await?;
        Ok(Self { link, consumer, names })
    }

    /// Takes tickets; returns why the line is no good any more.
    async fn listen(mut self, alarm: &dyn Alarm, state: &State) -> NoLink {
        let (mut probe_at, mut heard_at) = (Instant::now() + PROBE_EVERY, Instant::now());
        loop {
            let step = tokio::select! {
                delivery = self.consumer.next() => match delivery {
                    Some(Ok(delivery)) => {
                        heard_at = Instant::now();
                        take(delivery, alarm, state).await
                    }
                    Some(Err(error)) => Err(error.into()),
                    None => Err(NoLink("the broker ended the consumer".to_owned())),
                },
                () = sleep_until(probe_at) => {
                    let silent = heard_at.elapsed() >= PROBE_EVERY;
                    probe_at = Instant::now() + PROBE_EVERY;
                    self.probe(silent).await
                }
                () = state.kicked() => Err(NoLink("jobs fell due whose tickets never came".to_owned())),
            };
            if let Err(why) = step {
                return why;
            }
        }
    }

    /// Asks for a sign of life. Tickets that wait while none came show a consumer that is one no more.
    async fn probe(&self, silent: bool) -> Result<(), NoLink> {
        let wake = passive(&self.link.channel, self.names.wake()).await?;
        if silent && wake.message_count() > 0 {
            return Err(NoLink("tickets wait in the broker and none is delivered".to_owned()));
        }
        let parked = passive(&self.link.channel, self.names.parked()).await?;
        metrics::gauge!("wa_wake_parked_tickets").set(f64::from(parked.message_count()));
        Ok(())
    }
}

async fn passive(channel: &Channel, queue: ShortString) -> Result<Queue, NoLink> {
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
    let asked = channel.queue_declare(queue, options, FieldTable::default());
    Ok(timeout(PROBE_WITHIN, asked).await.map_err(|_| NoLink("the broker gives no sign of life".to_owned()))??)
}

/// Sets the alarm for one ticket and lets go of it.
async fn take(delivery: Delivery, alarm: &dyn Alarm, state: &State) -> Result<(), NoLink> {
    failpoint!("wake.received").map_err(|planted| NoLink(planted.to_string()))?;
    let Some(ticket) = ticket::decode(&delivery.data) else {
        metrics::counter!("wa_wake_received_total", "kind" => "unreadable").increment(1);
        delivery.acker.reject(BasicRejectOptions { requeue: false }).await?;
        return Ok(());
    };
    metrics::counter!("wa_wake_received_total", "kind" => "ticket").increment(1);
    state.heard();
    alarm.set(ticket.due_at).await;
    failpoint!("wake.before_ack").map_err(|planted| NoLink(planted.to_string()))?;
    delivery.acker.ack(BasicAckOptions::default()).await?;
    failpoint!("wake.acked").map_err(|planted| NoLink(planted.to_string()))
}
