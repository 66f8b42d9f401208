//! `wa-scheduler sandbox`: stays, and lets a person type as the owner and as the members of a group.
//!
//! The clock runs with the machine's and can be moved on. What the bot sends is printed as it arrives.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::Instant;

use super::args::stop_signal;
use super::clock::{MachineTime, TimeSource, real_pause};
use super::stage::{ADMIN_TOKEN, Scenery, Stage};
use super::{Accepted, DEFAULT_OWNER, Said, Tap};

const HELP: &str = "  owner: help                      write to the bot as the owner
  ana: hello                       write to the bot as a member, privately
  ana@team: I'll be there          write in the group
  ana@team> I'll be there          … quoting the bot's last message there
  owner> thank you                 answer the bot's last message by quoting it
  owner! Send all                  tap a button of the bot's last message
  +10m   +2h   +1d                 move the clock on
  ?                                this help
  quit";

/// How often the clock follows the machine's.
const TICK: Duration = Duration::from_millis(20);

/// Runs the sandbox until it is told to stop, by `quit` or by a signal. An input that ends leaves it running: whoever
/// started it in the background reaches it over HTTP.
///
/// # Errors
/// When daemon or emulator cannot start.
pub async fn run(data: Option<PathBuf>) -> anyhow::Result<()> {
    let mut scenery = Scenery::at(MachineTime.now());
    scenery.data = data;
    let stage = Arc::new(Stage::set(scenery).await?);
    greet(&stage)?;
    let clock = tokio::spawn(follow_the_machine(stage.clock.clone()));
    let printer = tokio::spawn(print_what_is_sent(Arc::clone(&stage)));
    let stopped = tokio::select! {
        () = read_lines(&stage) => Ok(()),
        told = stop_signal() => told,
    };
    clock.abort();
    printer.abort();
    // Both tasks held the stage; once they are gone it can be taken down.
    drop((clock.await, printer.await));
    if let Ok(stage) = Arc::try_unwrap(stage) {
        stage.strike().await?;
    }
    stopped
}

fn greet(stage: &Stage) -> anyhow::Result<()> {
    let group = stage.emulator.group("team").map(|group| group.id).unwrap_or_default();
    say(&format!(
        "daemon    {}   (admin: X-Admin-Token: {ADMIN_TOKEN})\nCloud API {}   (control API: /_control/)\n\
         database  {}\n\nThe group `team` has the id {group}\nTry:  owner: register group team {group} Team\n\n{HELP}\n",
        stage.url()?,
        stage.emulator.url(),
        stage.folder().display(),
    ));
    Ok(())
}

async fn follow_the_machine(clock: crate::clock::ManualClock) {
    let mut before = Instant::now();
    loop {
        real_pause(TICK).await;
        let now = Instant::now();
        clock.advance(TimeDelta::from_std(now - before).unwrap_or_default());
        before = now;
    }
}

async fn print_what_is_sent(stage: Arc<Stage>) {
    let mut shown = 0;
    loop {
        let ledger = stage.emulator.ledger();
        for message in ledger.iter().skip(shown) {
            say(&show(&stage, message));
        }
        shown = ledger.len();
        real_pause(TICK).await;
    }
}

fn show(stage: &Stage, message: &Accepted) -> String {
    let to = match stage.emulator.group(&message.to) {
        Some(group) => format!("group {}", group.subject),
        None => stage.emulator.person(&message.to).map_or_else(|| message.to.clone(), |person| person.name),
    };
    let link = message.body.pointer("/interactive/action/parameters/url").and_then(Value::as_str);
    let buttons = message.body.pointer("/interactive/action/buttons").and_then(Value::as_array).into_iter().flatten();
    let titles =
        buttons.filter_map(|button| button.pointer("/reply/title")?.as_str()).map(|title| format!(" [{title}]"));
    let extras: String = link.map(|url| format!(" [Open chat {url}]")).into_iter().chain(titles).collect();
    format!("bot → {to}: {}{extras}", message.text.as_deref().unwrap_or(&message.kind))
}

/// Does what is typed until `quit`; never ends otherwise.
async fn read_lines(stage: &Stage) {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match line.trim() {
            "" => {}
            "quit" | "exit" => return,
            "?" | "help" => say(HELP),
            typed => {
                if let Err(error) = act(stage, typed) {
                    say(&format!("{error}; type ? for help"));
                }
            }
        }
    }
    std::future::pending().await
}

/// Does what one line says.
fn act(stage: &Stage, typed: &str) -> anyhow::Result<()> {
    if let Some(span) = typed.strip_prefix('+') {
        stage.clock.advance(duration(span)?);
        return Ok(());
    }
    let at = typed.find([':', '>', '!']).ok_or_else(|| anyhow::anyhow!("who says that?"))?;
    let (who, rest) = typed.split_at(at);
    let words = rest.get(1..).unwrap_or_default().trim();
    let (who, group) = who.trim().split_once('@').map_or((who.trim(), None), |(who, group)| (who, Some(group)));
    let from = if who == "owner" { DEFAULT_OWNER } else { who }.to_owned();
    if rest.starts_with('!') {
        stage.emulator.tap(&Tap { from, wamid: "last".to_owned(), button: Some(words.to_owned()) })?;
        return Ok(());
    }
    let quoting = rest.starts_with('>').then(|| "last".to_owned());
    let group = group.map(str::to_owned);
    stage.emulator.say(Said { from, group, text: Some(words.to_owned()), quoting, ..Said::default() })?;
    Ok(())
}

/// `10m`, `2h`, `1d`, `30s`.
fn duration(span: &str) -> anyhow::Result<TimeDelta> {
    let unit = span.chars().last().unwrap_or_default();
    let number: i64 = span.trim_end_matches(unit).trim().parse()?;
    let found = match unit {
        's' => TimeDelta::try_seconds(number),
        'm' => TimeDelta::try_minutes(number),
        'h' => TimeDelta::try_hours(number),
        'd' => TimeDelta::try_days(number),
        _ => None,
    };
    found.ok_or_else(|| anyhow::anyhow!("write a time as 30s, 10m, 2h or 1d"))
}

fn say(words: &str) {
    drop(writeln!(std::io::stdout().lock(), "{words}"));
}
