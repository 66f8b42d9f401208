//! Behaviour of the emulator over real HTTP, with a bot that only records what it is sent.

mod bot;
mod controls;
mod faults;
mod groups;
mod sending;
mod webhooks;

use serde_json::{Value, json};

use super::{Emulator, EmulatorClock, EmulatorConfig, RateLimits, StatusPolicy};
use bot::Bot;

const NUMBER: &str = "700100200300400";
const OWNER: &str = "15550007777";
const ANA: &str = "15550009901";

/// An emulator, a bot that it sends webhooks to, and a client for both APIs.
struct Rig {
    emulator: Emulator,
    bot: Bot,
    http: reqwest::Client,
}

impl Rig {
    /// A frozen clock, no limits, statuses without delay.
    async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    async fn start_with(edit: impl FnOnce(&mut EmulatorConfig)) -> Self {
        let bot = Bot::start().await;
        let noon = chrono::DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let mut config = EmulatorConfig {
            clock: std::sync::Arc::new(EmulatorClock::frozen_at(noon)),
            rates: RateLimits::off(),
            statuses: StatusPolicy { delay_ms: 1, ..StatusPolicy::default() },
            seed: Some(7),
            ..EmulatorConfig::default()
        };
        config.webhook.url = Some(bot.url());
        config.webhook.in_flight = 1;
        config.webhook.retry_ms = 5;
        edit(&mut config);
        let emulator = Emulator::start(config).await.unwrap();
        Self { emulator, bot, http: reqwest::Client::builder().retry(reqwest::retry::never()).build().unwrap() }
    }

    /// Calls the Graph API with the right token.
    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value), reqwest::Error> {
        let url = format!("{}/v26.0/{path}", self.emulator.url());
        let mut request =
            self.http.request(method.parse().unwrap(), url).header("authorization", "Bearer emu-access-token");
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, None).await.unwrap()
    }

    /// Posts a message body.
    async fn send(&self, body: &Value) -> (u16, Value) {
        self.call("POST", &format!("{NUMBER}/messages"), Some(body)).await.unwrap()
    }

    /// Posts a text to a person, which has to be accepted; returns the message id.
    async fn send_text(&self, to: &str, text: &str) -> String {
        let (status, answer) = self.send(&text_to(to, text)).await;
        assert_eq!(status, 200, "{answer}");
        answer["messages"][0]["id"].as_str().unwrap().to_owned()
    }

    /// The code with which a message is refused.
    async fn refusal(&self, body: &Value) -> i64 {
        let before = self.emulator.ledger().len();
        let (status, answer) = self.send(body).await;
        assert!(status >= 400, "accepted: {answer}");
        assert_eq!(self.emulator.ledger().len(), before, "a refused message must not be in the ledger");
        answer["error"]["code"].as_i64().unwrap()
    }

    /// Calls the control API.
    async fn control(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/_control/{path}", self.emulator.url());
        let mut request = self.http.request(method.parse().unwrap(), url);
        if method == "POST" {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null))
    }

    /// All statuses that the bot has received once everything has arrived.
    async fn statuses(&self) -> Vec<Value> {
        self.emulator.settled().await;
        self.bot.items("statuses")
    }

    fn group_id(&self) -> String {
        self.emulator.group("team").unwrap().id
    }
}

fn text_to(to: &str, text: &str) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": "text", "text": {"body": text}})
}

fn text_to_group(id: &str, text: &str) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "group", "to": id, "type": "text", "text": {"body": text}})
}
