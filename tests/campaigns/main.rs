//! Proof under fire: programs that kill, starve and mislead the real daemon, and a checker that reads what is left.
//!
//! `tests/campaign` builds it, starts the servers that it needs and passes its arguments on; `tests/campaign --help` lists
//! the campaigns. Every run is repeatable by its seed, up to the moments at which processes are scheduled.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a campaign that cannot go on should say so by panicking"
)]

mod broker;
mod chance;
mod checker;
mod crash;
mod downtime;
mod kills;
mod load;
mod migrations;
mod outage;
mod planted;
mod report;
#[path = "../rig/mod.rs"]
#[expect(dead_code, reason = "the integration tests use the rest of it")]
mod rig;
mod slice;
mod soak;
mod story;
mod theatre;
mod turnstile;
mod webhooks;

use clap::{Parser, ValueEnum};

use chance::Chance;
use report::Report;
use rig::Kind;
use theatre::Plan;

/// What to do, how often, on what.
#[derive(Clone, Debug, Parser)]
#[command(
    name = "tests/campaign",
    about = "Campaigns against the real daemon; ends with 1 when one of them found anything"
)]
pub struct Options {
    /// Which ones.
    #[arg(value_enum, required = true)]
    campaigns: Vec<Campaign>,
    /// Where the rows are.
    #[arg(long, value_enum, default_value = "sqlite")]
    store: Store,
    /// How often everything is done; for campaigns that run for a time, minutes.
    #[arg(long, default_value_t = 1)]
    size: usize,
    /// At most so many cases of a matrix, chosen by the seed.
    #[arg(long)]
    most: Option<usize>,
    /// Only cases whose name holds this.
    #[arg(long)]
    only: Option<String>,
    /// Seed of all chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Runs at once.
    #[arg(long, default_value_t = 4)]
    at_once: usize,
    /// Without a broker, although there is one.
    #[arg(long)]
    no_broker: bool,
    #[arg(skip = Kind::Sqlite)]
    kind: Kind,
    #[arg(skip)]
    planted: Option<&'static str>,
}

/// Where the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Store {
    Sqlite,
    Postgres,
    Mariadb,
}

/// What can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Campaign {
    /// SIGKILL at the first and third pass of every point of fault.
    Crash,
    /// A second SIGKILL during the recovery from the first.
    Double,
    /// An error, or a stall, at every point of fault.
    Error,
    /// Daemons killed at any moment under load; the size is minutes.
    Kills,
    /// The database stopped, killed, silent, locked, full, or cut off in the middle of a commit; the size is how often.
    Outage,
    /// Two daemons and one post, step by step; needs a server.
    Turnstile,
    /// Migrations killed after each statement, from every schema that there was.
    Migrations,
    /// Away for a minute to weeks.
    Downtime,
    /// Forged webhooks; the size is tenths of 100,000.
    Forged,
    /// A thousand events delivered again and again; the size is tenths of 100 times.
    Doubled,
    /// The broker stopped, killed, silent and gone; the size is tenths of 5,000 waiting and 2,000 bursting posts.
    Broker,
    /// All of it at once, with an API that fails in every way; the size is minutes.
    Soak,
    /// Planted bugs, until each is caught; `--most` is how many runs that may take. Needs a server.
    Planted,
    /// About ten minutes of all of them, on every store.
    Slice,
}

impl Options {
    fn concerns(&self, case: &str) -> bool {
        self.only.as_ref().is_none_or(|part| case.contains(part.as_str()))
    }

    /// The cases that are wanted: those of the name, and of them as many as there may be, chosen by the seed.
    fn chosen<T>(&self, cases: impl IntoIterator<Item = T>, name: impl Fn(&T) -> String) -> Vec<T> {
        let mut cases: Vec<T> = cases.into_iter().filter(|case| self.concerns(&name(case))).collect();
        if let Some(most) = self.most {
            Chance::new(self.seed).shuffle(&mut cases);
            cases.truncate(most);
        }
        cases
    }

    /// A theatre with so many daemons, beside the broker if there is one.
    fn plan(&self, replicas: usize) -> Plan {
        Plan { replicas, amqp: self.amqp(), planted: self.planted, ..Plan::new(self.kind) }
    }

    /// The broker: beside a server, unless it is not wanted.
    fn amqp(&self) -> Option<String> {
        let wanted = !self.no_broker && self.kind != Kind::Sqlite;
        wanted.then(|| std::env::var("WA_TEST_AMQP").expect("WA_TEST_AMQP is not set: tests/servers env prints it"))
    }
}

fn main() -> std::process::ExitCode {
    let options = Options::parse();
    let well = actix_web::rt::System::new().block_on(async {
        let mut report = Report::default();
        for campaign in &options.campaigns {
            match campaign {
                Campaign::Slice => slice::run(&options, &mut report).await,
                one => run(*one, options.clone(), &mut report).await,
            }
        }
        report.close()
    });
    if well { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::FAILURE }
}

/// One campaign on one store.
async fn run(campaign: Campaign, mut options: Options, report: &mut Report) {
    options.kind = match options.store {
        Store::Sqlite => Kind::Sqlite,
        Store::Postgres => Kind::Postgres,
        Store::Mariadb => Kind::Mariadb,
    };
    let stage = format!("{campaign:?} on {:?}, size {}, seed {}", options.store, options.size, options.seed);
    report.begin(&stage);
    match campaign {
        Campaign::Crash => crash::kill(&options, report).await,
        Campaign::Double => crash::double(&options, report).await,
        Campaign::Error => crash::error(&options, report).await,
        Campaign::Kills => kills::campaign(&options, report).await,
        Campaign::Outage => outage::campaign(&options, report).await,
        Campaign::Turnstile => turnstile::campaign(&options, report).await,
        Campaign::Migrations => migrations::campaign(&options, report).await,
        Campaign::Downtime => downtime::campaign(&options, report).await,
        Campaign::Forged => webhooks::forged(&options, report).await,
        Campaign::Doubled => webhooks::doubled(&options, report).await,
        Campaign::Broker => broker::campaign(&options, report).await,
        Campaign::Soak => soak::campaign(&options, report).await,
        Campaign::Planted => planted::campaign(&options, report).await,
        Campaign::Slice => unreachable!("a slice is no campaign of its own"),
    }
}
