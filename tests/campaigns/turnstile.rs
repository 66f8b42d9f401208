//! Two daemons and one post, step by step: one of them is stopped at a point on the way of the post, the other one and the
//! owner do something meanwhile, then it goes on. Every point meets every deed.

use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use wa_scheduler::sandbox::StatusPolicy;

use crate::chance::Chance;
use crate::report::{Report, Run};
use crate::story::{CANARY, Deeds, decide, post, register, say};
use crate::theatre::{Plan, Stuck, Theatre, pause};
use crate::{Options, checker};

/// Where the first daemon is stopped.
const POINTS: [&str; 9] = [
    "plan.inserted",
    "plan.next_set",
    "plan.committed",
    "send.claimed",
    "send.intent_begin",
    "send.intent_committed",
    "send.connect",
    "send.first_byte",
    "send.record_begin",
];

/// What happens meanwhile.
const DEEDS: [Deed; 6] = [Deed::Sweep, Deed::Cancel, Deed::Status, Deed::Deadline, Deed::Verdict, Deed::Death];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// The other one looks for leftovers.
    Sweep,
    /// The job is withdrawn at the other one.
    Cancel,
    /// A status reaches the other one.
    Status,
    /// The deadline of the attempt passes.
    Deadline,
    /// The owner is asked, and wants it sent again.
    Verdict,
    /// The first one is killed.
    Death,
}

pub async fn campaign(options: &Options, report: &mut Report) {
    let cases = POINTS.iter().flat_map(|point| DEEDS.map(|deed| (*point, deed)));
    let cases = options.chosen(cases, |(point, deed)| format!("{point} {deed:?}"));
    let runs = cases.into_iter().map(|(point, deed)| {
        let options = options.clone();
        async move { one(point, deed, &options).await }
    });
    report.gather(options.at_once, runs).await;
}

/// Any deed at any point.
pub async fn any(chance: &mut Chance, options: &Options) -> Run {
    one(chance.pick::<&str>(&POINTS), *chance.pick(&DEEDS), options).await
}

async fn one(point: &'static str, deed: Deed, options: &Options) -> Run {
    let mut theatre = Theatre::build(Plan { amqp: None, ..options.plan(2) }).await;
    let mut deeds = Deeds::default();
    let played = play(&mut theatre, &mut deeds, point, deed).await;
    let findings = checker::judge(&theatre, played.as_ref().map(|()| &deeds)).await;
    Run::end(theatre, "turnstile", format!("{point} {deed:?}"), findings).await
}

async fn play(theatre: &mut Theatre, deeds: &mut Deeds, point: &str, deed: Deed) -> Result<(), Stuck> {
    theatre.start(0).await?;
    register(theatre).await?;
    let text = format!("{CANARY} turn");
    let job = post(theatre, deeds, &text, TimeDelta::minutes(30)).await?;
    theatre.quiet().await?;
    // Started anew, so that the first pass of the point is that of the post.
    theatre.stop(0).await;
    theatre.plant(0, [format!("{point}=pause@1")]);
    theatre.start(0).await?;
    if deed != Deed::Status {
        theatre.emulator.set_statuses(StatusPolicy { auto: false, ..StatusPolicy::default() });
    }
    theatre.advance(TimeDelta::minutes(30));
    let gate = theatre.find("the daemon comes to the point", |theatre| gate(theatre, point)).await?;
    theatre.start(1).await?;
    meanwhile(theatre, deed, job, &text).await?;
    if deed == Deed::Death {
        theatre.kill(0);
    } else {
        std::fs::write(&gate, b"").expect("the gate opens");
    }
    theatre.emulator.set_statuses(StatusPolicy { delay_ms: 1, ..StatusPolicy::default() });
    theatre.open().await?;
    theatre.quiet().await?;
    for _ in 0..3 {
        theatre.advance(TimeDelta::minutes(20));
        theatre.quiet().await?;
    }
    Ok(())
}

/// The file that lets the stopped daemon go on, once it has come to the point.
fn gate(theatre: &Theatre, point: &str) -> Option<PathBuf> {
    let pid = theatre.replica(0)?.pid();
    let reached = theatre.folder().join(format!("{point}.{pid}.reached"));
    reached.exists().then(|| theatre.folder().join(format!("{point}.{pid}.go")))
}

async fn meanwhile(theatre: &mut Theatre, deed: Deed, job: i64, text: &str) -> Result<(), Stuck> {
    match deed {
        // Two sweeps of a second each.
        Deed::Sweep | Deed::Death => pause(Duration::from_millis(2_200)).await,
        Deed::Cancel => {
            let other = theatre.replica(1).ok_or_else(|| Stuck("the other daemon runs".to_owned()))?;
            let path = format!("/jobs/{job}");
            let asked = other.ask(reqwest::Method::DELETE, &path, None);
            // A row that the stopped one holds locked is waited for, and then that is the answer.
            drop(tokio::time::timeout(Duration::from_secs(3), asked).await);
        }
        Deed::Status => {
            theatre.find_within(Duration::from_secs(2), |theatre| theatre.heard_by_group(text)).await;
        }
        Deed::Deadline => {
            theatre.advance(TimeDelta::seconds(61));
            pause(Duration::from_millis(2_200)).await;
        }
        Deed::Verdict => {
            theatre.advance(TimeDelta::seconds(61));
            pause(Duration::from_millis(1_500)).await;
            theatre.advance(TimeDelta::minutes(16));
            let question = format!("“{text}”");
            let asked =
                theatre.find_within(Duration::from_secs(5), |theatre| theatre.heard(crate::rig::OWNER, &question, 0));
            if let Some(question) = asked.await {
                decide(theatre, &question, "again")?;
            } else {
                say(theatre, "list", None);
            }
            pause(Duration::from_millis(1_500)).await;
        }
    }
    Ok(())
}
