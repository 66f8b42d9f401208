//! The wake queue on a real RabbitMQ (`WA_TEST_AMQP`): tickets come back in time, and nothing that happens to the broker's
//! queues keeps them from doing so again.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use lapin::options::{BasicPublishOptions, QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use secrecy::SecretString;
use tokio::sync::watch;
use wa_scheduler::clock::SystemClock;
use wa_scheduler::ports::{Alarm, Clock, Ticket, WakeQueue};
use wa_scheduler::wake::RabbitWake;
use wa_scheduler::wake::rabbitmq::ring::Ring;
use wa_scheduler::wake::rabbitmq::{Broker, Delay, Queues, examine};

/// Slots of a second, so that a test takes seconds.
const RING: Ring = Ring { slot: TimeDelta::seconds(1), slots: 64, lead: TimeDelta::zero() };

fn url() -> String {
    std::env::var("WA_TEST_AMQP").expect("WA_TEST_AMQP is not set: tests/servers env prints it")
}

/// The private broker, with names that no other run has used.
fn broker(name: &str) -> Broker {
    let prefix = format!("test.{name}.{}", uuid::Uuid::new_v4().simple());
    Broker { url: SecretString::from(url()), delay: Delay::Native, prefix, queues: Queues::Classic, ring: RING }
}

/// Notes the instants it is set for.
#[derive(Clone)]
struct Noted(watch::Sender<Vec<DateTime<Utc>>>);

#[async_trait]
impl Alarm for Noted {
    async fn set(&self, at: DateTime<Utc>) {
        self.0.send_modify(|noted| noted.push(at));
    }
}

/// One process with a line to the broker.
struct Process {
    queue: RabbitWake,
    noted: watch::Receiver<Vec<DateTime<Utc>>>,
    taking: tokio::task::JoinHandle<()>,
}

impl Process {
    fn start(broker: &Broker) -> Self {
        let (note, noted) = watch::channel(Vec::new());
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
        let (queue, taking) = RabbitWake::new(broker.clone(), clock, Arc::new(Noted(note)));
        Self { queue, noted, taking: tokio::spawn(taking) }
    }

    /// Parks tickets for these instants, from a broker that takes them.
    async fn park(&self, instants: &[DateTime<Utc>]) {
        let ticket = |(job_id, due_at): (i64, &DateTime<Utc>)| Ticket { job_id, due_at: *due_at };
        let tickets: Vec<Ticket> = (1..).zip(instants).map(ticket).collect();
        assert_eq!(self.queue.park(&tickets).await, vec![true; tickets.len()]);
    }

    /// Waits until the alarm was set so often.
    async fn woken(&mut self, times: usize) -> Vec<DateTime<Utc>> {
        self.noted.wait_for(|noted| noted.len() >= times).await.expect("a process").clone()
    }

    /// Waits for a line with a higher number.
    async fn line_after(&self, epoch: u64) {
        while self.queue.epoch() <= epoch {
            tokio::task::yield_now().await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.taking.abort();
    }
}

/// A look past the queue.
async fn channel() -> (Connection, Channel) {
    let connection = Connection::connect(&url(), ConnectionProperties::default()).await.expect("the broker");
    let channel = connection.create_channel().await.expect("a channel");
    (connection, channel)
}

fn now() -> DateTime<Utc> {
    SystemClock::default().now()
}

#[tokio::test]
async fn tickets_come_back_before_they_are_due_whatever_their_order() {
    for queues in [Queues::Classic, Queues::Quorum] {
        let mut process = Process::start(&Broker { queues, ..broker("order") });
        let instants: Vec<DateTime<Utc>> = (0..40).map(|n| now() + TimeDelta::milliseconds(4_000 - n * 70)).collect();
        process.park(&instants).await;
        let woken: BTreeSet<DateTime<Utc>> = process.woken(instants.len()).await.into_iter().collect();
        let parked: BTreeSet<DateTime<Utc>> = instants.into_iter().collect();
        assert_eq!(woken, parked, "{queues:?}");
    }
}

#[tokio::test]
async fn a_ticket_that_is_due_already_comes_back_at_once() {
    let mut process = Process::start(&broker("due"));
    let due = now() - TimeDelta::minutes(1);
    process.park(&[due]).await;
    assert_eq!(process.woken(1).await, [due]);
}

#[tokio::test]
async fn two_processes_share_the_tickets_and_each_ticket_goes_to_one() {
    let broker = broker("share");
    let (mut one, mut other) = (Process::start(&broker), Process::start(&broker));
    one.line_after(0).await;
    other.line_after(0).await;
    let instants: Vec<DateTime<Utc>> = (0..60).map(|n| now() + TimeDelta::milliseconds(n)).collect();
    one.park(&instants).await;
    let count = |process: &Process| process.noted.borrow().len();
    while count(&one) + count(&other) < instants.len() {
        tokio::select! {
            changed = one.noted.changed() => changed.expect("a process"),
            changed = other.noted.changed() => changed.expect("a process"),
        }
    }
    let both: BTreeSet<DateTime<Utc>> = one.noted.borrow().iter().chain(other.noted.borrow().iter()).copied().collect();
    assert_eq!(both.len(), instants.len());
    assert!(count(&one) > 0 && count(&other) > 0, "{} and {}", count(&one), count(&other));
}

#[tokio::test]
async fn what_is_no_ticket_is_set_aside_and_stops_nothing() {
    let broker = broker("garbage");
    let mut process = Process::start(&broker);
    process.line_after(0).await;
    let (_connection, channel) = channel().await;
    let wake = format!("{}.v1.wake", broker.prefix);
    for garbage in [&b"garbage"[..], b"{\"v\":9}", b""] {
        let options = BasicPublishOptions::default();
        let sent =
            channel.basic_publish(wake.clone().into(), "wake".into(), options, garbage, BasicProperties::default());
        sent.await.expect("sent");
    }
    let due = now();
    process.park(&[due]).await;
    assert_eq!(process.woken(1).await, [due]);
    let parked = format!("{}.v1.parked", broker.prefix);
    let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::durable() };
    loop {
        let queue = channel.queue_declare(parked.clone().into(), passive, FieldTable::default());
        if queue.await.expect("the queue").message_count() == 3 {
            break;
        }
    }
}

#[tokio::test]
async fn queues_that_somebody_deletes_are_there_again() {
    let broker = broker("deleted");
    let mut process = Process::start(&broker);
    process.line_after(0).await;
    let (_connection, channel) = channel().await;
    let first = process.queue.epoch();
    let delete = channel.queue_delete(format!("{}.v1.wake", broker.prefix).into(), QueueDeleteOptions::default());
    delete.await.expect("deleted");
    process.line_after(first).await;
    let due = now();
    process.park(&[due]).await;
    assert_eq!(process.woken(1).await, [due]);

    for slot in 0..RING.slots {
        let slot =
            channel.queue_delete(format!("{}.v1.delay.{slot:02}", broker.prefix).into(), QueueDeleteOptions::default());
        slot.await.expect("deleted");
    }
    let ticket = Ticket { job_id: 1, due_at: now() + TimeDelta::seconds(3) };
    assert_eq!(process.queue.park(&[ticket]).await, [false], "a ticket without a queue does not wait");
    assert_eq!(process.queue.park(&[ticket]).await, [true]);
    assert_eq!(process.woken(2).await.last(), Some(&ticket.due_at));
}

#[tokio::test]
async fn without_the_plugin_tickets_are_delayed_by_the_ring() {
    let broker = Broker { delay: Delay::Plugin, ..broker("plugin") };
    let found = examine(&broker).await.expect("a broker");
    assert!(found.contains("lacks the exchange type"), "{found}");
    let mut process = Process::start(&broker);
    let due = now() + TimeDelta::seconds(2);
    process.park(&[due]).await;
    assert_eq!(process.woken(1).await, [due]);
}

#[tokio::test]
async fn a_broker_that_refuses_or_is_not_there_takes_nothing_and_is_named_without_its_password() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let refused = url().replace("guest:guest", "guest:canary");
    for url in [refused, format!("amqp://guest:canary@{nobody}")] {
        let broker = Broker { url: SecretString::from(url), ..broker("refused") };
        let why = examine(&broker).await.expect_err("no broker");
        assert!(!why.contains("canary"), "{why}");
        let process = Process::start(&broker);
        let ticket = Ticket { job_id: 1, due_at: now() };
        assert_eq!(process.queue.park(&[ticket, ticket]).await, [false, false]);
    }
}
