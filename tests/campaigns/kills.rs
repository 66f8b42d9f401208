//! Daemons that are killed again and again, at any moment, under load. With a server there are two of them.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;

use crate::chance::Chance;
use crate::load::Load;
use crate::report::{Report, Run};
use crate::rig::Kind;
use crate::story::register;
use crate::theatre::{Stuck, Theatre, pause};
use crate::{Options, checker};

/// Kills for as many minutes as the size says.
pub async fn campaign(options: &Options, report: &mut Report) {
    let replicas = if options.kind == Kind::Sqlite { 1 } else { 2 };
    let mut theatre = Theatre::build(options.plan(replicas)).await;
    let mut load = Load::default();
    let mut kills = 0;
    let played = play(&mut theatre, &mut load, options, &mut kills).await;
    let findings = checker::judge(&theatre, played.as_ref().map(|()| &load.deeds)).await;
    report.figure(&format!("{kills} kills of {replicas} daemons; {}", load.lateness(&theatre)));
    let run = Run::end(theatre, "kills", format!("seed {}", options.seed), findings).await;
    report.add(Run { deaths: kills, ..run });
}

async fn play(theatre: &mut Theatre, load: &mut Load, options: &Options, kills: &mut u32) -> Result<(), Stuck> {
    let mut chance = Chance::new(options.seed);
    theatre.open().await?;
    register(theatre).await?;
    let end = Instant::now() + Duration::from_secs(60) * u32::try_from(options.size).unwrap_or(u32::MAX);
    let mut words = 0;
    while Instant::now() < end {
        let waits: Vec<TimeDelta> =
            (0..20 + chance.below(80)).map(|_| TimeDelta::milliseconds(500 + chance.below(4_000) as i64)).collect();
        load.schedule(theatre, &waits).await?;
        if words < 40 {
            load.reply(theatre, words);
            words += 1;
        }
        pause(Duration::from_millis(chance.below(2_500) as u64)).await;
        let replica = chance.below(theatre.replicas());
        // Most die by SIGKILL, some are told to stop and finish what is under way.
        if chance.below(4) == 0 {
            theatre.stop(replica).await;
            theatre.start(replica).await?;
        } else {
            theatre.kill(replica);
        }
        *kills += 1;
    }
    settle(theatre).await
}

/// Lets everything come to its end: what nobody knows is asked about.
pub async fn settle(theatre: &mut Theatre) -> Result<(), Stuck> {
    theatre.open().await?;
    theatre.quiet().await?;
    // A day in steps: what waits for the pace of the owner's chat goes out meanwhile.
    for _ in 0..4 {
        theatre.advance(TimeDelta::minutes(20));
        theatre.quiet().await?;
    }
    Ok(())
}
