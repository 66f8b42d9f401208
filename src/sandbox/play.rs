//! `wa-scheduler sandbox --play`: a fixed conversation through real HTTP, printed as a transcript.
//!
//! Every line is something that happened: a step that does not happen ends the play with an error. The clock is moved
//! by hand, so a day takes a moment.

use std::io::Write;

use anyhow::Context as _;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Asia::Jerusalem;
use serde_json::Value;

use super::stage::{Scenery, Stage};
use super::{Accepted, DEFAULT_OWNER, Said};

/// Sunday 22 November 2026, 08:00 in Jerusalem.
const OPENING: &str = "2026-11-22T06:00:00Z";
/// The member who answers.
const MEMBER: &str = "15550009901";

/// Plays the conversation.
///
/// # Errors
/// The step that did not happen.
pub async fn run() -> anyhow::Result<()> {
    let stage = Stage::set(Scenery::at(OPENING.parse()?)).await?;
    let mut play = Play { group: stage.emulator.group("team").context("no group")?.id, stage, heard: 0 };
    play.line("", "A daemon and an emulated Cloud API are running; everything below went through HTTP.");
    play.opening().await?;
    play.post().await?;
    play.answers().await?;
    play.closing().await?;
    play.line("", "That is all of it. `wa-scheduler sandbox` stays, and lets you type.");
    play.stage.strike().await
}

struct Play {
    stage: Stage,
    group: String,
    /// How many messages the owner has received so far.
    heard: usize,
}

impl Play {
    async fn opening(&mut self) -> anyhow::Result<()> {
        self.stage.emulator.say_privately(MEMBER, "Hello, is this the office?")?;
        self.line("Ana, privately", "Hello, is this the office?");
        self.line("", "(only the owner is answered)");
        self.stage.emulator.say_in_group(MEMBER, &self.group, "Good morning!", None)?;
        self.line("Ana, in the group", "Good morning!");
        let register = format!("register group team {} Team", self.group);
        self.owner(&register, "register").await?;
        let said = self.owner("schedule \"Daily sync at 09:00\" to team at today 08:55", "schedule").await?;
        anyhow::ensure!(text(&said).contains("#1"), "the confirmation does not name the job");
        self.owner("list", "list").await?;
        Ok(())
    }

    async fn post(&mut self) -> anyhow::Result<()> {
        self.move_to("2026-11-22T06:54:59Z".parse()?);
        anyhow::ensure!(self.stage.emulator.sent_to(&self.group).is_empty(), "the post went out before its time");
        self.move_to("2026-11-22T06:55:00Z".parse()?);
        let post = self.stage.next_to(&self.group, 0, "the post in the group").await?;
        anyhow::ensure!(text(&post) == "Daily sync at 09:00", "the text was changed");
        self.line("bot, in the group", text(&post));
        Ok(())
    }

    async fn answers(&mut self) -> anyhow::Result<()> {
        let answer = "I'll be there, and bring the plan";
        self.stage.emulator.say_in_group(MEMBER, &self.group, answer, Some("last"))?;
        self.line("Ana, quoting the post", answer);
        let forward = self.hear("the forward").await?;
        let of_button = |name: &str| forward.body.pointer(&format!("/interactive/action/parameters/{name}"));
        let url = of_button("url").and_then(Value::as_str).context("the forward has no link")?;
        let label = of_button("display_text").and_then(Value::as_str).context("the link has no label")?;
        anyhow::ensure!(label == "Open chat" && url == format!("https://wa.me/{MEMBER}"), "not the chat with Ana");
        self.line("", &format!("[{label}] {url}"));
        let private = "Thank you, Ana. Room 4.";
        let known = self.stage.emulator.sent_to(MEMBER).len();
        self.stage.emulator.say(Said {
            from: DEFAULT_OWNER.to_owned(),
            text: Some(private.to_owned()),
            quoting: Some(forward.wamid.clone()),
            ..Said::default()
        })?;
        self.line("owner, quoting the forward", private);
        let relayed = self.stage.next_to(MEMBER, known, "the private answer").await?;
        anyhow::ensure!(text(&relayed) == private, "the private answer was changed");
        self.line("bot, privately to Ana", private);
        self.hear("the word that it was passed on").await?;
        Ok(())
    }

    async fn closing(&mut self) -> anyhow::Result<()> {
        self.owner("schedule \"Retro\" to team at tomorrow 10:00", "schedule again").await?;
        let listed = self.owner("list", "list again").await?;
        anyhow::ensure!(text(&listed).contains("#2"), "the list does not show the job");
        self.owner("cancel 2", "cancel").await?;
        self.move_to("2026-11-23T08:01:00Z".parse()?);
        let posts = self.stage.emulator.sent_to(&self.group).len();
        anyhow::ensure!(posts == 1, "a cancelled post went out");
        self.line("", "(tomorrow 10:00 has passed, and nothing was posted)");
        Ok(())
    }

    /// The owner writes, and the bot answers.
    async fn owner(&mut self, words: &str, what: &str) -> anyhow::Result<Accepted> {
        self.stage.emulator.say_privately(DEFAULT_OWNER, words)?;
        self.line("owner", words);
        self.hear(&format!("the answer to {what}")).await
    }

    /// The next message to the owner.
    async fn hear(&mut self, what: &str) -> anyhow::Result<Accepted> {
        let heard = self.stage.next_to(DEFAULT_OWNER, self.heard, what).await?;
        self.heard += 1;
        self.line("bot, to the owner", text(&heard));
        Ok(heard)
    }

    fn move_to(&self, instant: DateTime<Utc>) {
        self.stage.clock.set(instant);
        // Half a second tells "exactly then" from "a little after" in what is printed.
        let shown = (instant + TimeDelta::milliseconds(500)).with_timezone(&Jerusalem);
        self.line("", &format!("— {} —", shown.format("%a %-d %b, %H:%M:%S")));
    }

    fn line(&self, who: &str, words: &str) {
        let mut out = std::io::stdout().lock();
        for (number, line) in words.lines().enumerate() {
            let who = if number == 0 { who } else { "" };
            drop(writeln!(out, "{who:>26}  {line}"));
        }
    }
}

fn text(message: &Accepted) -> &str {
    message.text.as_deref().unwrap_or_default()
}
