//! Everybody is away, for a minute to weeks, while posts fall due and people write; then they come back.
//!
//! What must happen is the rule for late posts: up to the grace they are sent, up to a day they are asked about, and after
//! that they expire and the owner is told.

use chrono::TimeDelta;
use wa_scheduler::sandbox::TimeSource;

use crate::load::Load;
use crate::report::{Report, Run};
use crate::rig::OWNER;
use crate::story::{CANARY, register};
use crate::theatre::{Plan, Stuck, Theatre};
use crate::{Options, checker};

/// What becomes of posts that are so late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Sent,
    Asked,
    Expired,
}

const POSTS: usize = 12;

pub async fn campaign(options: &Options, report: &mut Report) {
    let aways = [
        (TimeDelta::minutes(1), Fate::Sent),
        (TimeDelta::minutes(13), Fate::Sent),
        (TimeDelta::minutes(20), Fate::Asked),
        (TimeDelta::hours(3), Fate::Asked),
        (TimeDelta::days(3), Fate::Expired),
        (TimeDelta::days(40), Fate::Expired),
    ];
    let aways = options.chosen(aways, |(away, _)| format!("{} minutes", away.num_minutes()));
    let runs = aways.into_iter().map(|(away, fate)| {
        let options = options.clone();
        async move { one(away, fate, &options).await }
    });
    report.gather(options.at_once, runs).await;
}

async fn one(away: TimeDelta, fate: Fate, options: &Options) -> Run {
    let mut theatre = Theatre::build(Plan { amqp: options.amqp(), ..Plan::new(options.kind) }).await;
    let mut load = Load::default();
    let played = play(&mut theatre, &mut load, away, fate).await;
    let findings = checker::judge(&theatre, played.as_ref().map(|()| &load.deeds)).await;
    Run::end(theatre, "downtime", format!("{} minutes", away.num_minutes()), findings).await
}

async fn play(theatre: &mut Theatre, load: &mut Load, away: TimeDelta, fate: Fate) -> Result<(), Stuck> {
    theatre.open().await?;
    register(theatre).await?;
    load.schedule(theatre, &[TimeDelta::minutes(2); POSTS]).await?;
    theatre.quiet().await?;
    theatre.stop(0).await;
    theatre.advance(TimeDelta::minutes(1));
    for number in 0..5 {
        load.reply(theatre, number);
    }
    theatre.advance(TimeDelta::minutes(1) + away);
    theatre.open().await?;
    theatre.quiet().await?;
    if fate == Fate::Expired {
        // Their window is closed by now: a template knocks, and the rest comes once they write.
        theatre.until("the owner is knocked at", |theatre| theatre.heard(OWNER, "owner_notify", 0).is_some()).await?;
        crate::story::say(theatre, "help", None);
        theatre.quiet().await?;
    }
    let arrived = load.late(theatre).len();
    let told = |words: &str| theatre.heard(OWNER, words, 0).is_some();
    let as_it_must_be = match fate {
        Fate::Sent => arrived == POSTS,
        Fate::Asked => arrived == 0 && told("late:all:send"),
        Fate::Expired => arrived == 0 && told("more than a day late"),
    };
    if !as_it_must_be {
        let now = theatre.emulator.clock().now();
        return Err(Stuck(format!(
            "posts that are {} minutes late are {fate:?}; {arrived} arrived by {now}",
            away.num_minutes()
        )));
    }
    if fate == Fate::Asked {
        crate::story::say(theatre, "send late", None);
        theatre.until("the late posts arrive", |theatre| load.all_arrived(theatre)).await?;
    }
    // What people wrote meanwhile answers no post, and is no command either; none of it may be left over.
    let words = format!("{CANARY} word");
    if theatre.emulator.sent_to(OWNER).iter().any(|message| message.body.to_string().contains(&words))
        && fate != Fate::Sent
    {
        return Err(Stuck("words from before any post are no reply to it".to_owned()));
    }
    theatre.quiet().await
}
