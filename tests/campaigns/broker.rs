//! The broker stopped, killed, cut off and gone silent, amid thousands of waiting tickets and amid a burst.
//!
//! It works on the private RabbitMQ of the run, which is nobody else's.

use std::time::Duration;

use chrono::TimeDelta;

use crate::chance::Chance;
use crate::load::Load;
use crate::report::{Report, Run};
use crate::rig::{Mode, Proxy, servers};
use crate::story::register;
use crate::theatre::{Plan, Stuck, Theatre, pause};
use crate::{Options, checker};

/// Tickets that wait when the trouble begins, and posts of the burst, for a size of 10.
const WAITING: usize = 5_000;
const BURST: usize = 2_000;

/// What is done to the broker.
#[derive(Clone, Copy, Debug)]
enum Trouble {
    /// It is away when the daemons start, and comes later.
    AwayAtStart,
    /// Stopped in good order, and started.
    Restart,
    /// Killed, and started.
    Crash,
    /// Connections stay open and nothing passes.
    Silence,
    /// Connections are reset, and new ones refused, for a while.
    Refusal,
    /// It never comes back.
    Gone,
}

/// Every trouble once, with a share of the posts that the size says in tenths.
pub async fn campaign(options: &Options, report: &mut Report) {
    let troubles =
        [Trouble::AwayAtStart, Trouble::Restart, Trouble::Crash, Trouble::Silence, Trouble::Refusal, Trouble::Gone];
    for trouble in options.chosen(troubles, |trouble| format!("{trouble:?}")) {
        let run = one(trouble, options, report).await;
        report.add(run);
    }
}

async fn one(trouble: Trouble, options: &Options, report: &mut Report) -> Run {
    let amqp = std::env::var("WA_TEST_AMQP").expect("WA_TEST_AMQP is not set: tests/servers env prints it");
    let target = amqp.rsplit('@').next().unwrap_or_default().to_owned();
    let proxy = Proxy::start(vec![target]).await;
    let plan = Plan {
        replicas: if options.kind == crate::rig::Kind::Sqlite { 1 } else { 2 },
        amqp: Some(format!("amqp://guest:guest@{}", proxy.address())),
        ..Plan::new(options.kind)
    };
    let mut theatre = Theatre::build(plan).await;
    let mut load = Load::default();
    let played = play(&mut theatre, &mut load, trouble, &proxy, options).await;
    proxy.set(Mode::Pass);
    let mut findings = checker::judge(&theatre, played.as_ref().map(|()| &load.deeds)).await;
    if !load.all_arrived(&theatre) {
        findings.push("not every post arrived".to_owned());
    }
    report.figure(&format!("{trouble:?}: {}", load.lateness(&theatre)));
    Run::end(theatre, "broker", format!("{trouble:?}"), findings).await
}

async fn play(
    theatre: &mut Theatre,
    load: &mut Load,
    trouble: Trouble,
    proxy: &Proxy,
    options: &Options,
) -> Result<(), Stuck> {
    let mut chance = Chance::new(options.seed);
    if matches!(trouble, Trouble::AwayAtStart) {
        proxy.set(Mode::Refuse);
    }
    theatre.open().await?;
    register(theatre).await?;
    let share = |all: usize| all * options.size.min(10) / 10;
    // Writing them takes its time in a build for tests.
    let ahead = 15_000 + share(WAITING) as i64 * 6;
    let mut waits: Vec<TimeDelta> =
        (0..share(WAITING)).map(|_| TimeDelta::milliseconds(ahead + chance.below(20_000) as i64)).collect();
    waits.extend(vec![TimeDelta::milliseconds(ahead + 10_000); share(BURST)]);
    load.schedule(theatre, &waits).await?;
    strike(trouble, proxy, true).await;
    pause(Duration::from_secs(5)).await;
    strike(trouble, proxy, false).await;
    // Once more in the middle of the burst.
    let burst = theatre.now() + TimeDelta::seconds(60);
    theatre
        .until("the burst begins", |theatre| load.late(theatre).len() > share(WAITING) / 3 || theatre.now() > burst)
        .await?;
    strike(trouble, proxy, true).await;
    pause(Duration::from_secs(3)).await;
    strike(trouble, proxy, false).await;
    for _ in 0..3 {
        if theatre
            .find_within(Duration::from_secs(60), |theatre| load.all_arrived(theatre).then_some(()))
            .await
            .is_some()
        {
            break;
        }
    }
    theatre.quiet().await
}

/// Begins or ends a trouble.
async fn strike(trouble: Trouble, proxy: &Proxy, begin: bool) {
    match (trouble, begin) {
        (Trouble::AwayAtStart, false) => proxy.set(Mode::Pass),
        (Trouble::Silence, true) => proxy.set(Mode::Silence),
        (Trouble::Refusal | Trouble::Gone, true) => proxy.set(Mode::Refuse),
        (Trouble::Silence | Trouble::Refusal, false) => proxy.set(Mode::Pass),
        (Trouble::Restart, true) => servers("stop", "rabbitmq").await,
        (Trouble::Crash, true) => servers("kill", "rabbitmq").await,
        (Trouble::Restart | Trouble::Crash, false) => servers("start", "rabbitmq").await,
        (Trouble::AwayAtStart, true) | (Trouble::Gone, false) => {}
    }
}
