//! The database stopped, killed, silent, locked, full, or cut off in the middle of a commit, under load.

use std::process::Command;
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::ConnectionTrait;

use crate::chance::Chance;
use crate::kills::settle;
use crate::load::Load;
use crate::report::{Report, Run};
use crate::rig::{Kind, Mode, Proxy};
use crate::story::register;
use crate::theatre::{Plan, Stuck, Theatre, pause};
use crate::{Options, checker};

/// What is done to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    /// Stopped in good order, and started.
    Restart,
    /// Killed, and started.
    Crash,
    /// Connections stay open and nothing passes.
    Silence,
    /// Connections are reset, and new ones refused.
    Refusal,
    /// Connections end when a commit is sent, before it arrives.
    CommitLost,
    /// Connections end when a commit is sent, after it arrived: only the answer is lost.
    AnswerLost,
    /// Somebody else holds everything locked.
    Lock,
    /// The disk is full.
    Full,
}

impl Trouble {
    fn of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::Sqlite => &[Self::Lock, Self::Full],
            Kind::Postgres | Kind::Mariadb => &[
                Self::Restart,
                Self::Crash,
                Self::Silence,
                Self::Refusal,
                Self::CommitLost,
                Self::AnswerLost,
                Self::Lock,
            ],
        }
    }
}

/// Every trouble, as often as the size says.
pub async fn campaign(options: &Options, report: &mut Report) {
    for trouble in options.chosen(Trouble::of(options.kind), |trouble| format!("{trouble:?}")) {
        let run = one(*trouble, options, report).await;
        report.add(run);
    }
}

async fn one(trouble: Trouble, options: &Options, report: &mut Report) -> Run {
    let mut plan = Plan { amqp: options.amqp(), ..Plan::new(options.kind) };
    let proxy = Proxy::start(Vec::new()).await;
    if options.kind != Kind::Sqlite {
        plan.replicas = 2;
        plan.behind = Some(proxy.address().to_string());
    }
    let mut theatre = Theatre::build(plan).await;
    proxy.point_at(vec![theatre.database.server().unwrap_or_default()]);
    let mut load = Load::default();
    let played = play(&mut theatre, &mut load, trouble, &proxy, options).await;
    let mut findings = checker::judge(&theatre, played.as_ref().map(|()| &load.deeds)).await;
    report.figure(&format!("{trouble:?}: {}", load.lateness(&theatre)));
    if theatre.deaths > 0 {
        findings.push("a daemon died of it".to_owned());
    }
    Run::end(theatre, "outage", format!("{trouble:?}"), findings).await
}

async fn play(
    theatre: &mut Theatre,
    load: &mut Load,
    trouble: Trouble,
    proxy: &Proxy,
    options: &Options,
) -> Result<(), Stuck> {
    let mut chance = Chance::new(options.seed);
    theatre.open().await?;
    register(theatre).await?;
    for round in 0..options.size {
        let waits: Vec<TimeDelta> =
            (0..60).map(|_| TimeDelta::milliseconds(3_000 + chance.below(4_000) as i64)).collect();
        load.schedule(theatre, &waits).await?;
        load.reply(theatre, round);
        pause(Duration::from_millis(2_000 + chance.below(2_000) as u64)).await;
        strike(theatre, trouble, proxy, options.kind).await;
        proxy.set(Mode::Pass);
    }
    settle(theatre).await
}

/// One trouble, from its beginning to its end.
async fn strike(theatre: &Theatre, trouble: Trouble, proxy: &Proxy, kind: Kind) {
    let time = Duration::from_secs(4);
    match trouble {
        Trouble::Restart | Trouble::Crash => {
            servers(if trouble == Trouble::Crash { "kill" } else { "stop" }, kind).await;
            pause(Duration::from_secs(1)).await;
            servers("start", kind).await;
        }
        Trouble::Silence | Trouble::Refusal => {
            proxy.set(if trouble == Trouble::Silence { Mode::Silence } else { Mode::Refuse });
            pause(time).await;
        }
        Trouble::CommitLost | Trouble::AnswerLost => {
            proxy.set(Mode::Cut { on: b"COMMIT".to_vec(), after: trouble == Trouble::AnswerLost, times: 8 });
            pause(time).await;
        }
        Trouble::Lock => lock(theatre, kind, time).await,
        Trouble::Full => {
            let pid = theatre.replica(0).map(|daemon| daemon.pid()).unwrap_or_default();
            // No file of the process may grow any more; then it may again.
            limit(pid, "1");
            pause(time).await;
            limit(pid, "unlimited");
        }
    }
}

/// Holds everything locked for a while, on a connection that the daemons know nothing of.
async fn lock(theatre: &Theatre, kind: Kind, time: Duration) {
    let url = theatre.database.url();
    let db = sea_orm::Database::connect(url).await.expect("the database");
    let lock = match kind {
        Kind::Sqlite => "BEGIN EXCLUSIVE",
        Kind::Postgres => "BEGIN; LOCK TABLE outbox, jobs, inbox IN ACCESS EXCLUSIVE MODE",
        Kind::Mariadb => "LOCK TABLES outbox WRITE, jobs WRITE, inbox WRITE",
    };
    let unlock = if kind == Kind::Mariadb { "UNLOCK TABLES" } else { "ROLLBACK" };
    if db.execute_unprepared(lock).await.is_ok() {
        pause(time).await;
        drop(db.execute_unprepared(unlock).await);
    }
    drop(db.close().await);
}

fn limit(pid: u32, bytes: &str) {
    let pid = pid.to_string();
    let done = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status();
    assert!(done.is_ok_and(|status| status.success()), "prlimit");
}

async fn servers(command: &'static str, kind: Kind) {
    crate::rig::servers(command, if kind == Kind::Postgres { "postgres" } else { "mariadb" }).await;
}
