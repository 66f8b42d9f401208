//! Webhooks: where they go, how they are signed, and the door through which every part hands them in.
//!
//! The waiting, batching and repeating is the courier's work; this file holds the settings, the log of deliveries, and
//! the plain POST. The app secret must never be shown or logged.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use super::clock::{EmulatorClock, TimeSource, wall_micros};
use super::courier::{self, Order};
use super::envelope::{self, Change};
use super::status::Planned;

const KEPT: usize = 10_000;

/// How webhooks are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// With the app secret.
    #[default]
    Right,
    /// With another secret.
    Wrong,
    /// Without the header.
    Missing,
}

/// Where webhooks go and how.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookTarget {
    /// The bot's endpoint; without one webhooks are dropped.
    pub url: Option<String>,
    /// Key of the signature.
    #[serde(skip_serializing)]
    pub app_secret: String,
    /// How webhooks are signed.
    pub signature: Signature,
    /// Most changes in one request; Meta sends up to 1,000.
    pub batch: usize,
    /// Requests at a time.
    pub in_flight: usize,
    /// Milliseconds until a request counts as failed.
    pub timeout_ms: u64,
    /// Milliseconds before the first repetition; doubled each time, up to 30 seconds (or this, if longer).
    pub retry_ms: u64,
    /// Holds everything back until switched off.
    pub paused: bool,
}

impl Default for WebhookTarget {
    fn default() -> Self {
        Self {
            url: None,
            app_secret: "emu-app-secret".to_owned(),
            signature: Signature::Right,
            batch: 1000,
            in_flight: 4,
            timeout_ms: 10_000,
            retry_ms: 500,
            paused: false,
        }
    }
}

/// One attempt to deliver a webhook.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// Instant on the emulator's clock.
    pub at: DateTime<Utc>,
    /// Microseconds of the machine's clock since 1970.
    pub wall_micros: i64,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Number of changes in the body.
    pub events: usize,
    /// HTTP status of the answer, if there was one.
    pub status: Option<u16>,
}

/// The door for webhooks; cheap to clone.
#[derive(Clone)]
pub(super) struct Hooks {
    orders: mpsc::UnboundedSender<Order>,
    pub post: Arc<Post>,
}

impl Hooks {
    /// Starts the courier on the current runtime.
    pub fn start(target: WebhookTarget, account_id: &str, clock: Arc<EmulatorClock>) -> anyhow::Result<Self> {
        let (orders, inbox) = mpsc::unbounded_channel();
        let post = Arc::new(Post::new(target, account_id, clock)?);
        tokio::spawn(courier::run(post.clone(), inbox));
        Ok(Self { orders, post })
    }

    /// Hands webhooks in; without a target they are dropped.
    pub fn send(&self, planned: Vec<Planned>) {
        if self.post.target().url.is_none() {
            return;
        }
        for Planned { after, change } in planned {
            self.post.outstanding.send_modify(|count| *count += 1);
            self.order(Order::Send { after, change });
        }
    }

    /// Delivers one change at once, and through the courier when that fails.
    pub async fn send_now(&self, change: Change) {
        let body = self.post.body(&[envelope::change_json(&change)], false);
        if self.post.deliver(body, 1, 1).await != Some(200) {
            self.send(vec![Planned { after: Duration::ZERO, change }]);
        }
    }

    /// Changes the target; whatever waits is tried again at once.
    pub fn retarget(&self, change: impl FnOnce(&mut WebhookTarget)) {
        change(&mut self.post.lock());
        self.order(Order::Look);
    }

    /// Drops everything that waits.
    pub fn purge(&self) {
        self.order(Order::Purge);
    }

    /// Ends the courier.
    pub fn stop(&self) {
        self.order(Order::Stop);
    }

    /// Waits until nothing is on its way.
    pub async fn settled(&self) {
        // The sender lives as long as `self`, so the wait cannot fail.
        let _ = self.post.outstanding.subscribe().wait_for(|count| *count == 0).await;
    }

    fn order(&self, order: Order) {
        // After a stop nobody listens any more, and nothing is to be done.
        let _ = self.orders.send(order);
    }
}

/// Makes single requests to the bot, and remembers how they went.
pub(super) struct Post {
    client: reqwest::Client,
    target: Mutex<WebhookTarget>,
    account_id: String,
    pub clock: Arc<EmulatorClock>,
    /// Changes that are neither delivered nor given up.
    pub outstanding: watch::Sender<usize>,
    deliveries: Mutex<VecDeque<Delivery>>,
}

impl Post {
    fn new(target: WebhookTarget, account_id: &str, clock: Arc<EmulatorClock>) -> anyhow::Result<Self> {
        // An already installed provider is as good; a second installation is refused and that is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent("facebookexternalua")
            .build()
            .context("cannot build the HTTP client for webhooks")?;
        Ok(Self {
            client,
            target: Mutex::new(target),
            account_id: account_id.to_owned(),
            clock,
            outstanding: watch::Sender::new(0),
            deliveries: Mutex::default(),
        })
    }

    /// The target as it is now.
    pub fn target(&self) -> WebhookTarget {
        self.lock().clone()
    }

    /// The attempts so far, the oldest first; the newest 10,000 are kept.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.log().iter().cloned().collect()
    }

    /// The bytes of a webhook with these changes; management fields carry a time.
    pub fn body(&self, changes: &[String], management: bool) -> Vec<u8> {
        let time = management.then(|| self.clock.now().timestamp());
        envelope::body(&self.account_id, changes, time)
    }

    /// Posts a body, signed as the target says, and logs the attempt.
    pub async fn deliver(&self, body: Vec<u8>, events: usize, attempt: u32) -> Option<u16> {
        let target = self.target();
        let status = self.post(&target, body, target.signature).await;
        let delivery = Delivery { at: self.clock.now(), wall_micros: wall_micros(), attempt, events, status };
        let mut log = self.log();
        if log.len() == KEPT {
            log.pop_front();
        }
        log.push_back(delivery);
        status
    }

    /// Posts any bytes; `None` when there was no answer.
    pub async fn post(&self, target: &WebhookTarget, body: Vec<u8>, signature: Signature) -> Option<u16> {
        let url = target.url.as_deref()?;
        let signed = match signature {
            Signature::Right => Some(envelope::signature(&target.app_secret, &body)),
            Signature::Wrong => Some(envelope::signature("not the app secret", &body)),
            Signature::Missing => None,
        };
        let timeout = Duration::from_millis(target.timeout_ms);
        let mut request = self.client.post(url).timeout(timeout).header("content-type", "application/json");
        if let Some(signed) = signed {
            request = request.header("x-hub-signature-256", signed);
        }
        Some(request.body(body).send().await.ok()?.status().as_u16())
    }

    /// The handshake that Meta makes when an endpoint is saved: true when the challenge comes back bare with 200.
    pub async fn handshake(&self, verify_token: &str, challenge: &str) -> bool {
        let target = self.target();
        let Some(mut url) = target.url.as_deref().and_then(|url| reqwest::Url::parse(url).ok()) else { return false };
        url.query_pairs_mut()
            .append_pair("hub.mode", "subscribe")
            .append_pair("hub.challenge", challenge)
            .append_pair("hub.verify_token", verify_token);
        let request = self.client.get(url).timeout(Duration::from_millis(target.timeout_ms));
        let Ok(answer) = request.send().await else { return false };
        answer.status() == 200 && answer.text().await.is_ok_and(|body| body == challenge)
    }

    fn lock(&self) -> MutexGuard<'_, WebhookTarget> {
        self.target.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, VecDeque<Delivery>> {
        self.deliveries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
