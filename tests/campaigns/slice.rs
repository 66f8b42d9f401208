//! A part of every campaign, on every store, in about ten minutes: what each change has to live through.

use crate::Campaign::{
    Broker, Crash, Double, Doubled, Downtime, Error, Forged, Kills, Migrations, Outage, Soak, Turnstile,
};
use crate::Store::{Mariadb, Postgres, Sqlite};
use crate::report::Report;
use crate::{Campaign, Options, Store};

/// Which campaign, where, and at most how many of its cases.
const PARTS: [(Campaign, Store, Option<usize>); 24] = [
    (Crash, Sqlite, Some(20)),
    (Crash, Postgres, Some(16)),
    (Crash, Mariadb, Some(12)),
    (Double, Sqlite, Some(8)),
    (Double, Postgres, Some(6)),
    (Error, Sqlite, Some(10)),
    (Error, Postgres, Some(8)),
    (Error, Mariadb, Some(6)),
    (Kills, Postgres, None),
    (Kills, Mariadb, None),
    (Outage, Sqlite, None),
    (Outage, Postgres, Some(3)),
    (Outage, Mariadb, Some(2)),
    (Turnstile, Postgres, Some(8)),
    (Turnstile, Mariadb, Some(6)),
    (Migrations, Sqlite, None),
    (Migrations, Postgres, Some(4)),
    (Migrations, Mariadb, Some(4)),
    (Downtime, Sqlite, None),
    (Downtime, Postgres, Some(2)),
    (Forged, Sqlite, None),
    (Doubled, Postgres, None),
    (Broker, Postgres, Some(2)),
    (Soak, Postgres, None),
];

/// Runs all parts; the seed chooses the cases.
pub async fn run(options: &Options, report: &mut Report) {
    for (campaign, store, most) in PARTS {
        crate::run(campaign, Options { store, most, ..options.clone() }, report).await;
    }
}
