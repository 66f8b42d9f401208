//! What is measured: every scenario by name, and the place where one happens.

mod pending;
mod phrases;
mod posts;
mod webhooks;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::api::Api;
use crate::broker::Broker;
use crate::daemon::{Daemon, Settings, pause};
use crate::database::{Database, Kind};
use crate::events::owner_message;
use crate::load::{get, send_all, webhook};
use crate::report::Report;

type Run = for<'a> fn(&'a mut Report) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'a>>;

/// Every scenario by name, in order. The first word says what it needs beside the daemon: `sqlite` nothing, the others
/// the servers of `tests/servers`.
pub fn all() -> Vec<(&'static str, Run)> {
    vec![
        ("phrases", |report| Box::pin(phrases::read(report))),
        ("sqlite-webhooks", |report| Box::pin(webhooks::durable(report, Kind::Sqlite))),
        ("sqlite-schedule", |report| Box::pin(webhooks::schedule(report, Kind::Sqlite))),
        ("sqlite-lateness", |report| Box::pin(posts::lateness(report))),
        ("sqlite-burst", |report| Box::pin(posts::burst(report, Kind::Sqlite))),
        ("sqlite-memory", |report| Box::pin(pending::memory(report))),
        ("postgres-webhooks", |report| Box::pin(webhooks::durable(report, Kind::Postgres))),
        ("postgres-schedule", |report| Box::pin(webhooks::schedule(report, Kind::Postgres))),
        ("postgres-burst", |report| Box::pin(posts::burst(report, Kind::Postgres))),
        ("rabbitmq-lateness", |report| Box::pin(posts::lateness_by_tickets(report))),
        ("rabbitmq-tickets", |report| Box::pin(pending::tickets(report))),
        ("rabbitmq-pending", |report| Box::pin(pending::in_the_broker(report))),
    ]
}

/// A database, an API and perhaps a broker, for the daemons of one scenario.
struct Stage {
    database: Database,
    api: Api,
    broker: Option<Broker>,
    concurrent_sends: usize,
}

impl Stage {
    /// An empty one.
    async fn on(kind: Kind) -> anyhow::Result<Self> {
        let database = Database::of(kind).await;
        if kind == Kind::Postgres {
            let fsync: String = database.rows("SHOW fsync").await[0].try_get_by_index(0)?;
            anyhow::ensure!(fsync == "on", "figures need durable servers: start them with WA_TEST_DURABLE=1");
        }
        Ok(Self { database, api: Api::start(Duration::ZERO).await?, broker: None, concurrent_sends: 32 })
    }

    /// An empty one on PostgreSQL with RabbitMQ.
    async fn with_broker() -> anyhow::Result<Self> {
        Ok(Self { broker: Some(Broker::connect().await?), ..Self::on(Kind::Postgres).await? })
    }

    /// Another daemon.
    async fn daemon(&self) -> anyhow::Result<Daemon> {
        Daemon::start(Settings {
            api: &self.api.url,
            database_url: self.database.url(),
            broker: self.broker.as_ref().map(|broker| (broker.url.as_str(), broker.prefix.as_str())),
            concurrent_sends: self.concurrent_sends,
        })
        .await
    }

    /// A daemon that knows the group `team`.
    async fn daemon_with_group(&self) -> anyhow::Result<Daemon> {
        let daemon = self.daemon().await?;
        let command = webhook(&owner_message(usize::MAX, "register group team 120363000000000001@g.us Team"));
        send_all(&daemon.address, vec![command], 200).await?;
        while !get(&daemon.address, "/groups").await?.1.contains("\"team\"") {
            pause(Duration::from_millis(5)).await;
        }
        Ok(daemon)
    }
}

/// What a line of the report calls a database.
fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "SQLite",
        Kind::Postgres => "PostgreSQL",
        Kind::Mariadb => "MariaDB",
    }
}
