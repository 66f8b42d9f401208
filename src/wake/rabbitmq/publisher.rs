//! Parks tickets in the broker, each confirmed, on a connection of its own.
//!
//! A broker that is short of memory stops reading from connections that publish; a connection that also consumes would
//! no longer acknowledge either ("Alarms", manual of RabbitMQ). Whatever is not confirmed in time counts as not parked:
//! a ticket too many is harmless.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use lapin::{BasicProperties, Confirmation, PublisherConfirm};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::link::{Link, NoLink, Pauses};
use super::ring::{Aim, Ring};
use super::ticket;
use super::topology::{Names, slot_key};
use super::{Broker, Delay};
use crate::failpoint::failpoint;
use crate::ports::Ticket;

/// Tickets that wait for their confirms together: the broker confirms what is on its disk, many as soon as few.
const WINDOW: usize = 500;
/// How long a window may take.
const CONFIRM_WITHIN: Duration = Duration::from_secs(5);
/// Kept on disk by the broker (AMQP 0-9-1, basic properties).
const PERSISTENT: u8 = 2;

/// Parks tickets.
pub struct Publisher {
    broker: Arc<Broker>,
    names: Names,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    link: Option<Link>,
    pauses: Pauses,
}

impl Publisher {
    /// Connects when there is something to park.
    pub fn new(broker: Arc<Broker>) -> Self {
        let names = Names::new(&broker.prefix, broker.queues);
        Self { broker, names, line: Mutex::default() }
    }

    /// Parks tickets; for each whether it surely waits in the broker. One caller at a time.
    pub async fn park(&self, tickets: &[Ticket], now: DateTime<Utc>) -> Vec<bool> {
        let mut line = self.line.lock().await;
        let mut parked = Vec::with_capacity(tickets.len());
        for window in tickets.chunks(WINDOW) {
            match self.park_window(&mut line, window, now).await {
                Ok(confirmed) => parked.extend(confirmed),
                Err(why) => {
                    if line.link.take().is_some() || line.pauses.until().is_none() {
                        line.pauses.failed();
                        tracing::debug!(%why, "tickets were not parked");
                    }
                    break;
                }
            }
        }
        let failed = tickets.len() - parked.len();
        metrics::counter!("wa_wake_tickets_total", "outcome" => "failed").increment(failed as u64);
        parked.resize(tickets.len(), false);
        parked
    }

    async fn park_window(&self, line: &mut Line, window: &[Ticket], now: DateTime<Utc>) -> Result<Vec<bool>, NoLink> {
        let link = self.link(line).await?;
        let publishing = async {
            failpoint!("wake.before_publish").map_err(|planted| NoLink(planted.to_string()))?;
            let mut confirms = Vec::with_capacity(window.len());
            for ticket in window {
                confirms.push(self.publish(link, ticket, now).await?);
            }
            failpoint!("wake.published").map_err(|planted| NoLink(planted.to_string()))?;
            let mut confirmed = Vec::with_capacity(window.len());
            for confirm in confirms {
                confirmed.push(confirm.await?);
            }
            failpoint!("wake.confirmed").map_err(|planted| NoLink(planted.to_string()))?;
            Ok(confirmed)
        };
        let late = || NoLink("no confirm in time; is the broker short of memory or disk space?".to_owned());
        let confirmed = timeout(CONFIRM_WITHIN, publishing).await.unwrap_or_else(|_| Err(late()))?;
        line.pauses.works();
        let outcomes: Vec<&str> = confirmed.iter().map(outcome).collect();
        for outcome in &outcomes {
            metrics::counter!("wa_wake_tickets_total", "outcome" => (*outcome).to_owned()).increment(1);
        }
        if outcomes.contains(&RETURNED) {
            // Somebody deleted a queue: the next link declares it again.
            line.link = None;
        }
        Ok(outcomes.into_iter().map(|outcome| outcome == CONFIRMED).collect())
    }

    async fn link<'l>(&self, line: &'l mut Line) -> Result<&'l Link, NoLink> {
        if line.link.as_ref().is_some_and(|link| !link.channel.status().connected()) {
            line.link = None;
        }
        if line.link.is_none() {
            if line.pauses.until().is_some() {
                return Err(NoLink("the broker was not to be reached just now".to_owned()));
            }
            let link = Link::open(&self.broker, "publisher").await?;
            link.channel.confirm_select(ConfirmSelectOptions::default()).await?;
            line.link = Some(link);
        }
        line.link.as_ref().ok_or_else(|| NoLink("there is no link".to_owned()))
    }

    async fn publish(&self, link: &Link, ticket: &Ticket, now: DateTime<Utc>) -> Result<PublisherConfirm, NoLink> {
        let Parcel { exchange, key, properties, mandatory } = self.parcel(link.delay, ticket, now);
        let options = BasicPublishOptions { mandatory, ..BasicPublishOptions::default() };
        Ok(link.channel.basic_publish(exchange, key, options, &ticket::encode(ticket), properties).await?)
    }

    fn parcel(&self, delay: Delay, ticket: &Ticket, now: DateTime<Utc>) -> Parcel {
        let properties = BasicProperties::default().with_delivery_mode(PERSISTENT);
        match (delay, self.broker.ring.aim(ticket.due_at, now)) {
            (Delay::Native, Aim::Slot { number, wait }) => Parcel {
                exchange: self.names.delay(),
                key: slot_key(number),
                // Milliseconds as text ("TTL", per-message).
                properties: properties.with_expiration(wait.num_milliseconds().to_string().into()),
                // A missing queue is told at once instead of losing the ticket ("Publishers", unroutable messages).
                mandatory: true,
            },
            (Delay::Native, Aim::Now) => {
                Parcel { exchange: self.names.wake(), key: self.names.key(), properties, mandatory: true }
            }
            (Delay::Plugin, _) => Parcel {
                exchange: self.names.delayed(),
                key: self.names.key(),
                properties: properties.with_headers(delay_header(self.broker.ring, ticket, now)),
                // The plugin reports every delayed message as unroutable, and delivers it all the same.
                mandatory: false,
            },
        }
    }
}

/// One message as it is handed to the broker.
struct Parcel {
    exchange: ShortString,
    key: ShortString,
    properties: BasicProperties,
    mandatory: bool,
}

/// Milliseconds as a whole number: anything else in this header ends the connection.
fn delay_header(ring: Ring, ticket: &Ticket, now: DateTime<Utc>) -> FieldTable {
    let wait = (ticket.due_at - ring.lead - now).num_milliseconds().clamp(0, ring.turn().num_milliseconds());
    let mut headers = FieldTable::default();
    headers.insert("x-delay".into(), AMQPValue::LongLongInt(wait));
    headers
}

const CONFIRMED: &str = "confirmed";
const RETURNED: &str = "returned";

fn outcome(confirmation: &Confirmation) -> &'static str {
    match confirmation {
        Confirmation::Ack(None) => CONFIRMED,
        Confirmation::Ack(Some(_)) => RETURNED,
        Confirmation::Nack(_) | Confirmation::NotRequested => "nacked",
    }
}
