//! Everything at once, for a while: an API that fails in every way, statuses that come twice and in any order, a broker
//! that is started anew, daemons that are killed and told to stop, an owner who answers what they are asked.
//!
//! With a server there are two daemons, and one of them is left alone, so that what it takes of the machine is seen (I12).

use std::collections::HashSet;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;
use wa_scheduler::sandbox::{Fault, FaultKind, StatusPolicy};

use crate::chance::Chance;
use crate::kills::settle;
use crate::load::Load;
use crate::report::{Report, Run};
use crate::rig::{Kind, OWNER, servers};
use crate::story::{decide, register};
use crate::theatre::{Stuck, Theatre, pause};
use crate::{Options, checker};

/// How long a daemon that lives through it all may grow by, in MiB and in open files.
const GROWTH: Size = (48.0, 48);

/// A soak of as many minutes as the size says.
pub async fn campaign(options: &Options, report: &mut Report) {
    let replicas = if options.kind == Kind::Sqlite { 1 } else { 2 };
    let mut theatre = Theatre::build(options.plan(replicas)).await;
    let mut soak = Soak { chance: Chance::new(options.seed), ..Soak::default() };
    let mut load = Load::default();
    let played = soak.play(&mut theatre, &mut load, options).await;
    let mut findings = checker::judge(&theatre, played.as_ref().map(|()| &load.deeds)).await;
    findings.extend(soak.grown());
    report.figure(&format!("{soak}; {}", load.lateness(&theatre)));
    let run = Run::end(theatre, "soak", format!("seed {}", options.seed), findings).await;
    report.add(Run { deaths: soak.kills, ..run });
}

/// What a process takes of the machine: memory in MiB, and open files.
type Size = (f64, usize);

#[derive(Default)]
struct Soak {
    chance: Chance,
    kills: u32,
    stops: u32,
    broker_restarts: u32,
    answered: HashSet<String>,
    /// Of the daemon that is left alone, from the time on when it has warmed up.
    sizes: Vec<Size>,
}

impl std::fmt::Display for Soak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} kills, {} stops, {} restarts of the broker, {} questions answered",
            self.kills,
            self.stops,
            self.broker_restarts,
            self.answered.len()
        )?;
        match (self.sizes.first(), self.sizes.last()) {
            (Some(first), Some(last)) => {
                write!(f, ", memory {:.0} to {:.0} MiB, open files {} to {}", first.0, last.0, first.1, last.1)
            }
            _ => Ok(()),
        }
    }
}

impl Soak {
    async fn play(&mut self, theatre: &mut Theatre, load: &mut Load, options: &Options) -> Result<(), Stuck> {
        theatre.open().await?;
        register(theatre).await?;
        theatre.emulator.add_faults(faults());
        let statuses = StatusPolicy { delay_ms: 5, shuffle: true, duplicate: true, ..StatusPolicy::default() };
        theatre.emulator.set_statuses(statuses);
        let time = Duration::from_secs(60) * u32::try_from(options.size).unwrap_or(u32::MAX);
        let begun = Instant::now();
        let (mut round, mut words) = (0, 0);
        while begun.elapsed() < time {
            let waits = (0..30 + self.chance.below(60)).map(|_| self.chance.below(4_000) as i64);
            let waits: Vec<TimeDelta> = waits.map(|wait| TimeDelta::milliseconds(500 + wait)).collect();
            load.schedule(theatre, &waits).await?;
            if words < 40 {
                load.reply(theatre, words);
                words += 1;
            }
            pause(Duration::from_millis(1_000 + self.chance.below(2_000) as u64)).await;
            self.disturb(theatre, options, round).await?;
            self.answer(theatre);
            if begun.elapsed() > time / 4 {
                self.sizes.extend(size_of_the_one_left_alone(theatre));
            }
            round += 1;
        }
        theatre.emulator.clear_faults();
        settle(theatre).await?;
        self.answer(theatre);
        settle(theatre).await
    }

    /// Does something to a daemon in every round, and to the broker in every fifth.
    async fn disturb(&mut self, theatre: &mut Theatre, options: &Options, round: usize) -> Result<(), Stuck> {
        if self.chance.below(3) == 0 {
            theatre.stop(0).await;
            self.stops += 1;
            theatre.start(0).await?;
        } else {
            theatre.kill(0);
            self.kills += 1;
        }
        if round % 5 == 4 && options.amqp().is_some() {
            servers("stop", "rabbitmq").await;
            servers("start", "rabbitmq").await;
            self.broker_restarts += 1;
        }
        Ok(())
    }

    /// The owner answers every question that they have not answered yet, one way or the other.
    fn answer(&mut self, theatre: &Theatre) {
        for question in theatre.emulator.sent_to(OWNER) {
            let asks = question.body["interactive"]["action"]["buttons"].is_array();
            if asks && self.answered.insert(question.wamid.clone()) {
                let verdict = *self.chance.pick(&["again", "leave"]);
                // Not every question is about an unknown outcome; what has no such button is left alone.
                drop(decide(theatre, &question, verdict));
            }
        }
    }

    /// I12: a daemon must not grow with what it has done.
    fn grown(&self) -> Option<String> {
        let (first, last) = (self.sizes.first()?, self.sizes.last()?);
        let grown = last.0 > first.0 + GROWTH.0 || last.1 > first.1 + GROWTH.1;
        grown.then(|| format!("I12: a daemon grew from {first:?} to {last:?} MiB and open files"))
    }
}

/// One send in ten goes wrong.
fn faults() -> [Fault; 5] {
    let mostly = |probability, fault: Fault| Fault { times: 0, probability, ..fault };
    let refused = Fault { code: Some(130_429), ..Fault::next(FaultKind::Refuse) };
    [
        mostly(0.05, Fault::next(FaultKind::ServerError)),
        mostly(0.02, Fault::next(FaultKind::Drop)),
        mostly(0.01, Fault { delay_ms: 40_000, ..Fault::next(FaultKind::Slow) }),
        mostly(0.01, refused),
        mostly(0.01, Fault::next(FaultKind::Reset)),
    ]
}

fn size_of_the_one_left_alone(theatre: &Theatre) -> Option<Size> {
    let daemon = (theatre.replicas() > 1).then(|| theatre.replica(theatre.replicas() - 1)).flatten()?;
    let process = format!("/proc/{}", daemon.pid());
    let status = std::fs::read_to_string(format!("{process}/status")).ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = kib.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some((kib / 1024.0, std::fs::read_dir(format!("{process}/fd")).ok()?.count()))
}
