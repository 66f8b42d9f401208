//! The world of a test: the real application beside the emulated Cloud API, on one clock that is moved by hand.
//!
//! Everything between the two is real HTTP. At its end a world fails its test if an event is unsettled, an entry is
//! still being sent, or the daemon does not stop cleanly.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use wa_scheduler::domain::outbox::State;
use wa_scheduler::ports::{DueFilter, Inbox, Jobs, Outbox};
use wa_scheduler::sandbox::stage::{ADMIN_TOKEN, Scenery, Stage};
use wa_scheduler::sandbox::{Accepted, Said, StatusPolicy, Tap};

pub use crate::rig::{Daemon, Database, Kind, OWNER, http_client, signature};

/// A member of the group.
pub const ANA: &str = "15550009901";
/// Another member.
pub const BEN: &str = "15550009902";

/// See the page of this module.
pub struct World {
    pub stage: Stage,
    pub group: String,
    /// Where the daemon keeps its rows.
    pub database: Database,
    http: reqwest::Client,
    heard: usize,
}

/// An instant.
pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

impl World {
    /// Sunday 22 November 2026, 08:00 in Jerusalem, with an owner, Ana, Ben and their group.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with changes to the scenery.
    pub async fn with(change: impl FnOnce(&mut Scenery)) -> Self {
        let mut scenery = Scenery::at(at("2026-11-22T06:00:00Z"));
        scenery.world.statuses = StatusPolicy { delay_ms: 1, ..StatusPolicy::default() };
        scenery.world.webhook.retry_ms = 5;
        // Most tests post more often than a person would.
        scenery.settings.push(("ASK_FIRST".to_owned(), "off".to_owned()));
        let database = Database::fresh().await;
        scenery.settings.push(("DATABASE_URL".to_owned(), database.url().to_owned()));
        if let Ok(broker) = std::env::var("WA_TEST_WAKE") {
            // All worlds share one set of queues: tickets of others must harm nobody.
            scenery.settings.push(("AMQP_URL".to_owned(), broker));
            scenery.settings.push(("AMQP_PREFIX".to_owned(), "test.worlds".to_owned()));
        }
        change(&mut scenery);
        let stage = Box::pin(Stage::set(scenery)).await.expect("a stage");
        let group = stage.emulator.group("team").expect("the group").id;
        stage.emulator.set_window(&group, true).expect("the group's window");
        Self { stage, group, database, http: http_client(), heard: 0 }
    }

    /// The daemon stops and starts again, over the same database.
    pub async fn restart(&mut self) {
        self.stage.stop_daemon().await.expect("stopped");
        Box::pin(self.stage.start_daemon()).await.expect("started");
    }

    /// A world in which the group is registered as `team`.
    pub async fn with_team() -> Self {
        let mut world = Self::start().await;
        world.register_team().await;
        world
    }

    pub async fn register_team(&mut self) {
        let words = format!("register group team {} Team", self.group);
        let answer = self.owner(&words).await;
        assert!(text(&answer).contains("team"), "{}", text(&answer));
    }

    /// The owner writes, and this is the bot's answer.
    pub async fn owner(&mut self, words: &str) -> Accepted {
        self.owner_says(words);
        self.hear(words).await
    }

    /// The owner writes.
    pub fn owner_says(&self, words: &str) -> String {
        self.stage.emulator.say_privately(OWNER, words).expect("the owner writes")
    }

    /// The owner writes, quoting a message; like a person, not before the daemon has noted that it went out.
    pub async fn owner_quotes(&self, wamid: &str, words: &str) -> String {
        self.quiet().await;
        self.say(Said {
            from: OWNER.to_owned(),
            text: Some(words.to_owned()),
            quoting: Some(wamid.to_owned()),
            ..Said::default()
        })
    }

    /// The owner taps a button, or picks a row, of the bot's last message.
    pub fn owner_taps(&self, button: &str) {
        self.owner_taps_on("last", button);
    }

    /// The owner taps a button of this message.
    pub fn owner_taps_on(&self, wamid: &str, button: &str) {
        let tap = Tap { from: OWNER.to_owned(), wamid: wamid.to_owned(), button: Some(button.to_owned()) };
        self.stage.emulator.tap(&tap).expect("a tap");
    }

    pub fn say(&self, said: Said) -> String {
        self.stage.emulator.say(said).expect("somebody writes")
    }

    /// A member writes in the group.
    pub fn in_group(&self, who: &str, words: &str, quoting: Option<&str>) -> String {
        self.stage.emulator.say_in_group(who, &self.group, words, quoting).expect("a member writes")
    }

    /// The next message that the owner receives.
    pub async fn hear(&mut self, what: &str) -> Accepted {
        let heard = self.stage.next_to(OWNER, self.heard, what).await.expect("the owner hears");
        self.heard += 1;
        heard
    }

    /// What the owner received and the test has not heard.
    pub fn unheard(&self) -> Vec<Accepted> {
        self.stage.emulator.sent_to(OWNER).split_off(self.heard)
    }

    /// What was posted in the group.
    pub fn posts(&self) -> Vec<Accepted> {
        self.stage.emulator.sent_to(&self.group)
    }

    /// Waits for the `number`-th post, from 0.
    pub async fn post(&self, number: usize) -> Accepted {
        self.stage.next_to(&self.group, number, "a post").await.expect("a post")
    }

    /// Moves the clock on, and waits until everything that follows has happened.
    pub async fn advance(&self, by: TimeDelta) {
        self.stage.clock.advance(by);
        self.quiet().await;
    }

    /// Sets the clock, and waits until everything that follows has happened.
    pub async fn set(&self, to: &str) {
        self.stage.clock.set(at(to));
        self.quiet().await;
    }

    /// Waits until no webhook travels, nothing is on the wire and nothing is due.
    ///
    /// What is due and stays so (held back by a breaker, put off after a fault) ends the wait as well, once it has not
    /// changed for a good while.
    pub async fn quiet(&self) {
        let (mut calm, mut before) = (0, Vec::new());
        for _ in 0..20_000 {
            self.stage.emulator.settled().await;
            let left = self.left().await;
            calm = if left == before { calm + 1 } else { 0 };
            before = left;
            if calm > if before.is_empty() { 2 } else { 400 } {
                return;
            }
            // A real request gives everybody else a turn, and takes its time.
            self.get("/healthz").await;
        }
        panic!("the world does not come to rest");
    }

    /// What is under way or due: rows by table and id.
    async fn left(&self) -> Vec<(&'static str, i64)> {
        let store = self.stage.app().expect("a daemon").store();
        let now = self.stage.clock.instant();
        let mut left = Vec::new();
        for row in Inbox::waiting(&**store, now, 0, 100).await.expect("events") {
            left.push(("inbox", row.id));
        }
        let any = DueFilter { limit: 100, ..DueFilter::default() };
        for entry in Outbox::due(&**store, now, &any).await.expect("entries") {
            left.push(("outbox", entry.id));
        }
        for id in Outbox::overdue(&**store, now, 0, 100).await.expect("entries") {
            left.push(("overdue", id));
        }
        // The owner is asked about late posts a few at a time.
        for entry in Outbox::late_posts(&**store, false, 100).await.expect("entries") {
            left.push(("late", entry.id));
        }
        let sending = Outbox::counts(&**store).await.expect("counts");
        for (_, count) in sending.iter().filter(|(state, count)| *state == State::Sending && *count > 0) {
            left.push(("sending", i64::try_from(*count).unwrap_or(i64::MAX)));
        }
        if Jobs::next_due(&**store).await.expect("the next job").is_some_and(|at| at <= now) {
            left.push(("jobs", 0));
        }
        left
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.request(reqwest::Method::GET, path, None, &[]).await
    }

    pub async fn delete(&self, path: &str) -> (u16, Value) {
        self.request(reqwest::Method::DELETE, path, None, &[]).await
    }

    pub async fn post_json(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
        self.request(reqwest::Method::POST, path, Some(body.to_string().into_bytes()), headers).await
    }

    /// An admin request.
    pub async fn request(
        &self,
        method: reqwest::Method,
        path: &str,
        body: Option<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> (u16, Value) {
        let url = format!("{}{path}", self.stage.url().expect("a daemon"));
        let mut request = self.http.request(method, url).header("X-Admin-Token", ADMIN_TOKEN);
        if let Some(body) = body {
            request = request.header("Content-Type", "application/json").body(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(json!(text)))
    }

    /// Posts bytes to the webhook with headers of the test's choice.
    pub async fn webhook(&self, body: Vec<u8>, headers: &[(&str, &str)]) -> u16 {
        let url = format!("{}/webhook/whatsapp", self.stage.url().expect("a daemon"));
        let mut request = self.http.post(url).header("Content-Type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.expect("an answer").status().as_u16()
    }

    /// Posts a correctly signed body to the webhook.
    pub async fn signed(&self, body: impl Into<Vec<u8>>) -> u16 {
        let body = body.into();
        let signature = signature(&body);
        self.webhook(body, &[("X-Hub-Signature-256", &signature)]).await
    }

    /// Ends the world and checks what must hold at every end.
    pub async fn end(mut self) {
        self.quiet().await;
        let store = self.stage.app().expect("a daemon").store().clone();
        let sending = Outbox::counts(&*store).await.expect("counts");
        assert!(!sending.iter().any(|(state, count)| *state == State::Sending && *count > 0), "still sending");
        drop(store);
        self.stage.stop_daemon().await.expect("a clean stop");
        self.stage.strike().await.expect("a clean end");
    }
}

/// What a person reads.
pub fn text(message: &Accepted) -> &str {
    message.text.as_deref().unwrap_or_default()
}

/// A webhook body with `value` members of the `messages` field, as Meta wraps them.
pub fn envelope(members: &Value) -> Value {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "15550001234", "phone_number_id": "700100200300400" },
    });
    for (name, member) in members.as_object().expect("an object") {
        value[name] = member.clone();
    }
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "900800700600500", "changes": [{ "field": "messages", "value": value }] }],
    })
}

/// A private text message as it stands in a webhook.
pub fn private_message(from: &str, wamid: &str, words: &str, at: DateTime<Utc>) -> Value {
    json!({
        "from": from, "id": wamid, "timestamp": at.timestamp().to_string(),
        "type": "text", "text": { "body": words },
    })
}
