//! What happens in a run: every flow of the product once, and everything that can end a message.
//!
//! The people in it are stubborn: a request without an answer is made again, and an owner who hears nothing for a quarter of
//! an hour writes something else, as people do (an answer that got lost is repeated once a later message was confirmed).
//! What they did is written down for the checker.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use wa_scheduler::sandbox::{Accepted, Fault, FaultKind, Said, StatusPolicy, Tap};

use crate::rig::OWNER;
use crate::theatre::{Stuck, Theatre};

/// A member of the group.
pub const ANA: &str = "15550009901";
/// Another one, who wants to be forgotten.
pub const BEN: &str = "15550009902";
/// Stands in every text, so that a text that reaches a log is found there.
pub const CANARY: &str = "canary";

/// How long the owner waits, in real time, before they write something else.
const SOON: Duration = Duration::from_secs(8);
/// How often they do that.
const TRIES: usize = 8;
/// When the posts of the beginning are due: far enough that no owner's patience reaches it.
const LATER: TimeDelta = TimeDelta::hours(6);

/// What was done in a run.
#[derive(Clone, Debug, Default)]
pub struct Deeds {
    /// Texts of posts that were acknowledged.
    pub posts: Vec<String>,
    /// Private answers: the words and the person.
    pub answers: Vec<(String, String)>,
}

/// Plays the whole story.
pub async fn play(theatre: &mut Theatre) -> Result<Deeds, Stuck> {
    let mut deeds = Deeds::default();
    theatre.open().await?;
    register(theatre).await?;
    let (kept, dropped) = schedule(theatre, &mut deeds).await?;
    change(theatre, kept).await?;
    cancel(theatre, dropped).await?;
    theatre.advance(LATER);
    theatre.quiet().await?;
    converse(theatre, &mut deeds).await?;
    for (number, verdict) in [(6, "again"), (7, "arrived"), (8, "leave")] {
        lose_the_answer(theatre, &mut deeds, number, verdict).await?;
    }
    forget(theatre).await?;
    be_away(theatre, &mut deeds).await?;
    theatre.advance(TimeDelta::minutes(1));
    theatre.quiet().await?;
    Ok(deeds)
}

/// Another member, who has answered a post, asks to be forgotten.
async fn forget(theatre: &mut Theatre) -> Result<(), Stuck> {
    let asked = json!({ "number": BEN });
    let (status, answer) = theatre.ask(reqwest::Method::POST, "/people/forget", Some((&asked, ""))).await?;
    if status == 200 { Ok(()) } else { Err(Stuck(format!("a member is forgotten: {status} {answer}"))) }
}

fn text(number: usize) -> String {
    format!("{CANARY} post {number}")
}

pub async fn register(theatre: &mut Theatre) -> Result<(), Stuck> {
    let group = theatre.emulator.group("team").expect("the group").id;
    say(theatre, &format!("register group team {group} Team"), None);
    hear(theatre, OWNER, "team", 0).await.map(drop)
}

/// What the owner does after a while without an answer: something else, and they stand by what reached us late.
fn wait(theatre: &mut Theatre) {
    theatre.advance(TimeDelta::minutes(16));
    say(theatre, "help", None);
    for question in theatre.emulator.sent_to(OWNER) {
        if theatre.confirmed.insert(question.wamid.clone()) && button(&question, "confirm:", "yes").is_some() {
            // What was answered meanwhile, or came to nothing, needs no answer.
            drop(tap(theatre, &question, "confirm:", "yes"));
        }
    }
}

/// Waits for a message to somebody that holds these words, after the first `known` of theirs.
async fn hear(theatre: &mut Theatre, who: &str, words: &str, known: usize) -> Result<Accepted, Stuck> {
    for _ in 0..TRIES {
        if let Some(heard) = theatre.find_within(SOON, |theatre| theatre.heard(who, words, known)).await {
            return Ok(heard);
        }
        wait(theatre);
    }
    Err(Stuck(format!("“{words}” reaches {}", if who == OWNER { "the owner" } else { "somebody else" })))
}

/// Waits until a message arrives, or the owner is asked what became of it; the question.
async fn arrives(theatre: &mut Theatre, who: &str, words: &str) -> Result<Option<Accepted>, Stuck> {
    let question = format!("“{words}”");
    for _ in 0..TRIES {
        let found = theatre.find_within(SOON, |theatre| {
            let arrived = theatre.heard(who, words, 0).map(|_| None);
            arrived.or_else(|| theatre.heard(OWNER, &question, 0).map(Some))
        });
        if let Some(found) = found.await {
            return Ok(found);
        }
        wait(theatre);
    }
    Err(Stuck(format!("“{words}” arrives, or the owner is asked")))
}

pub fn say(theatre: &Theatre, words: &str, quoting: Option<String>) {
    let said = Said { from: OWNER.to_owned(), text: Some(words.to_owned()), quoting, ..Said::default() };
    theatre.emulator.say(said).expect("the owner writes");
}

/// Two posts by command and four by request, one of them due at once; one that stays, and two that are to be cancelled.
async fn schedule(theatre: &mut Theatre, deeds: &mut Deeds) -> Result<(i64, (i64, i64)), Stuck> {
    let mut ids = Vec::new();
    for number in [1, 2] {
        say(theatre, &format!("schedule \"{}\" to team at in 6 hours", text(number)), None);
        let confirmed = hear(theatre, OWNER, &text(number), 0).await?;
        let words = confirmed.text.unwrap_or_default();
        let id = words.trim_start_matches('#').split(' ').next().and_then(|id| id.parse().ok());
        ids.push(id.ok_or_else(|| Stuck(format!("post {number} is confirmed by its number")))?);
        deeds.posts.push(text(number));
    }
    let waits = [(3, LATER), (4, LATER), (5, TimeDelta::days(40)), (10, TimeDelta::seconds(1))];
    for (number, wait) in waits {
        ids.push(post(theatre, deeds, &text(number), wait).await?);
    }
    Ok((ids[0], (ids[1], ids[3])))
}

/// Schedules a post by request; its job.
pub async fn post(theatre: &mut Theatre, deeds: &mut Deeds, text: &str, wait: TimeDelta) -> Result<i64, Stuck> {
    let body = json!({ "groups": ["team"], "text": text, "at": (theatre.now() + wait).to_rfc3339() });
    let (status, job) = theatre.ask(reqwest::Method::POST, "/jobs", Some((&body, text))).await?;
    if status != 201 && status != 200 {
        return Err(Stuck(format!("a post is taken: {status} {job}")));
    }
    deeds.posts.push(text.to_owned());
    job["id"].as_i64().ok_or_else(|| Stuck(format!("a job has a number: {job}")))
}

/// Pauses a job and lets it go on: it is as it was.
async fn change(theatre: &mut Theatre, id: i64) -> Result<(), Stuck> {
    for (words, answer) in
        [(format!("pause {id}"), "scheduled → paused"), (format!("resume {id}"), "paused → scheduled")]
    {
        say(theatre, &words, None);
        hear(theatre, OWNER, answer, 0).await?;
    }
    Ok(())
}

/// Withdraws one job by command and one by request.
async fn cancel(theatre: &mut Theatre, (one, other): (i64, i64)) -> Result<(), Stuck> {
    let known = theatre.emulator.sent_to(OWNER).len();
    say(theatre, &format!("cancel {one}"), None);
    hear(theatre, OWNER, &format!("#{one}"), known).await?;
    let (status, _) = theatre.ask(reqwest::Method::DELETE, &format!("/jobs/{other}"), None).await?;
    // 409 when the answer to the first request was lost.
    if status == 200 || status == 409 { Ok(()) } else { Err(Stuck(format!("a job is withdrawn: {status}"))) }
}

/// A member answers a post, and the owner answers them in private.
async fn converse(theatre: &mut Theatre, deeds: &mut Deeds) -> Result<(), Stuck> {
    let group = theatre.emulator.group("team").expect("the group").id;
    let post = theatre.emulator.sent_to(&group).into_iter().find(|m| m.text.as_deref() == Some(&text(1)));
    let quoting = post.map(|post| post.wamid);
    let (reply, answer) = (format!("{CANARY} reply of Ana"), format!("{CANARY} answer to Ana"));
    theatre.emulator.say_in_group(ANA, &group, &reply, quoting.as_deref()).expect("a member writes");
    let other = format!("{CANARY} reply of Ben");
    theatre.emulator.say_in_group(BEN, &group, &other, quoting.as_deref()).expect("another member writes");
    let forward = hear(theatre, OWNER, &reply, 0).await?;
    hear(theatre, OWNER, &other, 0).await?;
    say(theatre, &answer, Some(forward.wamid));
    if let Some(question) = arrives(theatre, ANA, &answer).await? {
        decide(theatre, &question, "again")?;
        hear(theatre, ANA, &answer, 0).await?;
    }
    deeds.answers.push((answer, ANA.to_owned()));
    theatre.quiet().await
}

/// A post whose answer is lost and of which no status comes: the owner is asked, and decides.
async fn lose_the_answer(theatre: &mut Theatre, deeds: &mut Deeds, number: usize, verdict: &str) -> Result<(), Stuck> {
    let text = text(number);
    theatre.emulator.set_statuses(StatusPolicy { auto: false, ..StatusPolicy::default() });
    let lost = Fault { containing: Some(text.clone()), ..Fault::next(FaultKind::Drop) };
    theatre.emulator.add_faults([Fault { accept: Some(verdict == "arrived"), ..lost }]);
    post(theatre, deeds, &text, TimeDelta::minutes(1)).await?;
    theatre.advance(TimeDelta::seconds(61));
    theatre.quiet().await?;
    theatre.emulator.set_statuses(StatusPolicy { delay_ms: 1, ..StatusPolicy::default() });
    theatre.advance(TimeDelta::minutes(16));
    let question = hear(theatre, OWNER, &format!("“{text}”"), 0).await?;
    decide(theatre, &question, verdict)?;
    theatre.quiet().await
}

/// The owner taps one of the buttons under a question about an unknown outcome.
pub fn decide(theatre: &Theatre, question: &Accepted, verdict: &str) -> Result<(), Stuck> {
    tap(theatre, question, "unknown:", verdict)
}

fn tap(theatre: &Theatre, question: &Accepted, about: &str, verdict: &str) -> Result<(), Stuck> {
    let button = button(question, about, verdict);
    let tap = Tap { from: OWNER.to_owned(), wamid: question.wamid.clone(), button };
    let tapped = theatre.emulator.tap(&tap);
    tapped.map(drop).map_err(|error| Stuck(format!("the owner decides: {error}")))
}

/// The id of a button under a message.
fn button(message: &Accepted, about: &str, verdict: &str) -> Option<String> {
    let buttons = message.body["interactive"]["action"]["buttons"].as_array()?;
    let mut ids = buttons.iter().filter_map(|button| button["reply"]["id"].as_str());
    ids.find(|id| id.starts_with(about) && id.ends_with(verdict)).map(str::to_owned)
}

/// Everybody is away while a post falls due; the owner still wants it.
async fn be_away(theatre: &mut Theatre, deeds: &mut Deeds) -> Result<(), Stuck> {
    let text = text(9);
    post(theatre, deeds, &text, TimeDelta::minutes(5)).await?;
    for replica in 0..theatre.replicas() {
        theatre.stop(replica).await;
    }
    theatre.advance(TimeDelta::hours(1));
    theatre.open().await?;
    hear(theatre, OWNER, "team, ", 0).await?;
    theatre.quiet().await?;
    say(theatre, "send late", None);
    let group = theatre.emulator.group("team").expect("the group").id;
    arrives(theatre, &group, &text).await.map(drop)
}
