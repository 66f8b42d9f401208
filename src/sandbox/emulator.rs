//! A running emulator: start, direct methods, stop.
//!
//! The direct methods do what the control API does, for tests and for the sandbox in the same process. Nothing here
//! knows the daemon: what it is used with is the caller's business.

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Data};
use actix_web::{App, HttpServer};
use anyhow::Context;
use serde_json::Value;

use super::acts::{GroupChange, Injection};
use super::answer::remember_socket;
use super::clock::EmulatorClock;
use super::faults::Fault;
use super::groups::{Group, NewGroup};
use super::hooks::{Delivery, Hooks, WebhookTarget};
use super::inbound::{ControlError, Said, Tap, Tapped};
use super::ledger::Accepted;
use super::people::{NewPerson, Person};
use super::rates::{RateLimits, Rates};
use super::requests::Seen;
use super::setup::EmulatorConfig;
use super::status::StatusPolicy;
use super::templates::Template;
use super::window::WindowRule;
use super::world::{Shared, World};
use super::{control, graph};

/// Largest body that the Graph API takes here.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// An emulator of the WhatsApp Cloud API that listens on a port.
pub struct Emulator {
    url: String,
    shared: Data<Shared>,
    server: ServerHandle,
}

impl Emulator {
    /// Starts listening; needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the address is taken, the ledger file cannot be opened, or a group names a member who does not exist.
    pub async fn start(config: EmulatorConfig) -> anyhow::Result<Self> {
        let (listen, workers) = (config.listen, config.workers);
        let hooks = Hooks::start(config.webhook.clone(), &config.business_account_id, config.clock.clone())?;
        let world = World::new(config.clone()).context("cannot make the world of the emulator")?;
        let shared = Data::new(Shared::new(world, hooks, &config));
        let state = shared.clone();
        let app = move || {
            let graph = web::resource("/{tail:.*}").to(graph::serve);
            let limit = web::PayloadConfig::new(MAX_BODY);
            App::new().app_data(state.clone()).app_data(limit).configure(control::routes).service(graph)
        };
        let server =
            HttpServer::new(app).workers(workers.max(1)).backlog(4096).on_connect(remember_socket).disable_signals();
        let server = server.bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
        let address = server.addrs().into_iter().next().context("the emulator has no address")?;
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { url: format!("http://{address}"), shared, server: handle })
    }

    /// Base URL, such as `http://127.0.0.1:9009`: give it to a bot instead of `https://graph.facebook.com`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The movable clock.
    pub fn clock(&self) -> &EmulatorClock {
        &self.shared.clock
    }

    /// Stops listening and drops every webhook that waits.
    pub async fn stop(self) {
        self.shared.hooks.stop();
        self.server.stop(false).await;
    }

    /// Adds a person, or replaces the one with the same number.
    pub fn add_person(&self, new: NewPerson) -> Person {
        let mut world = self.shared.world();
        let world = &mut *world;
        world.people.add(new, &mut world.chance)
    }

    /// Adds a group.
    ///
    /// # Errors
    ///
    /// When a member does not exist, or there are more than eight.
    pub fn add_group(&self, new: NewGroup) -> Result<Group, ControlError> {
        let now = self.shared.now();
        self.shared.world().add_group(new, now)
    }

    /// The group with this id or subject.
    pub fn group(&self, which: &str) -> Option<Group> {
        self.shared.world().groups.find(which).cloned()
    }

    /// The person with this number, business-scoped user id, username or name.
    pub fn person(&self, who: &str) -> Option<Person> {
        self.shared.world().people.find(who).cloned()
    }

    /// People join or leave a group, or Meta suspends it.
    ///
    /// # Errors
    ///
    /// When the group or a person does not exist, or may not do that.
    pub fn change_group(&self, group: &str, change: &GroupChange) -> Result<(), ControlError> {
        self.shared.change_group(group, change)
    }

    /// A person writes to the bot in private; returns the message id.
    ///
    /// # Errors
    ///
    /// When there is no such person.
    pub fn say_privately(&self, from: &str, text: &str) -> Result<String, ControlError> {
        self.say(Said { from: from.to_owned(), text: Some(text.to_owned()), ..Said::default() })
    }

    /// A person writes in a group, quoting a message when given; returns the message id.
    ///
    /// # Errors
    ///
    /// When the person or the group does not exist, or the person is not in it.
    pub fn say_in_group(
        &self,
        from: &str,
        group: &str,
        text: &str,
        quoting: Option<&str>,
    ) -> Result<String, ControlError> {
        let quoting = quoting.map(str::to_owned);
        self.say(Said {
            from: from.to_owned(),
            group: Some(group.to_owned()),
            text: Some(text.to_owned()),
            quoting,
            ..Said::default()
        })
    }

    /// A person writes anything anywhere; returns the message id.
    ///
    /// # Errors
    ///
    /// When that cannot be: see [`ControlError`].
    pub fn say(&self, said: Said) -> Result<String, ControlError> {
        self.shared.say(said)
    }

    /// A person taps a button.
    ///
    /// # Errors
    ///
    /// When the message or the button does not exist, or went to somebody else.
    pub fn tap(&self, tap: &Tap) -> Result<Tapped, ControlError> {
        self.shared.tap(tap)
    }

    /// Opens or closes the 24-hour window of a person or a group, without a webhook.
    ///
    /// # Errors
    ///
    /// When there is neither such a person nor such a group.
    pub fn set_window(&self, of: &str, open: bool) -> Result<(), ControlError> {
        self.shared.set_window(of, open)
    }

    /// What happens outside the windows.
    pub fn set_window_rule(&self, rule: WindowRule) {
        self.shared.world().window = rule;
    }

    /// Everything that was accepted, in order.
    pub fn ledger(&self) -> Vec<Accepted> {
        self.shared.world().ledger.list(None, 0, usize::MAX).cloned().collect()
    }

    /// What was accepted for one recipient (digits, business-scoped user id or group id), in order.
    pub fn sent_to(&self, to: &str) -> Vec<Accepted> {
        self.shared.world().ledger.list(Some(to), 0, usize::MAX).cloned().collect()
    }

    /// Every request with its verdict, the newest 100,000.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.world().requests.list(0, usize::MAX)
    }

    /// Adds faults behind those in force; they are used up in order.
    pub fn add_faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.shared.world().faults.add(faults);
    }

    /// The faults that are still to come.
    pub fn faults(&self) -> Vec<Fault> {
        self.shared.world().faults.all().to_vec()
    }

    /// Drops all faults.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// Sets the send limits, with full buckets.
    pub fn set_rates(&self, limits: RateLimits) {
        self.shared.world().rates = Rates::new(limits);
    }

    /// Sets which status webhooks follow a message.
    pub fn set_statuses(&self, policy: StatusPolicy) {
        self.shared.world().statuses = policy;
    }

    /// Sends one status (`sent`, `delivered`, `read`, `failed`) of an accepted message.
    ///
    /// # Errors
    ///
    /// When the message or the status is unknown, or nobody could report it.
    pub fn send_status(&self, wamid: &str, status: &str, code: Option<i64>) -> Result<(), ControlError> {
        self.shared.send_status(wamid, status, code)
    }

    /// Adds a message template, or replaces the one of the same name and language.
    pub fn add_template(&self, template: Template) {
        self.shared.world().templates.add(template);
    }

    /// Sends webhooks to this URL from now on.
    pub fn set_webhook_url(&self, url: &str) {
        self.set_webhook(|target| target.url = Some(url.to_owned()));
    }

    /// Changes where webhooks go and how they are signed; what failed is tried again at once.
    pub fn set_webhook(&self, change: impl FnOnce(&mut WebhookTarget)) {
        self.shared.hooks.retarget(change);
    }

    /// Makes the GET handshake with the webhook endpoint; true when it answers the challenge.
    pub async fn handshake(&self, verify_token: &str) -> bool {
        self.shared.handshake(verify_token).await
    }

    /// Posts any bodies to the webhook; returns the HTTP status of each.
    pub async fn inject(&self, bodies: Vec<Value>) -> Vec<Option<u16>> {
        self.shared.inject(&Injection { bodies, ..Injection::default() }).await
    }

    /// Attempts to deliver webhooks, the oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.shared.hooks.post.deliveries()
    }

    /// Waits until no webhook is on its way.
    pub async fn settled(&self) {
        self.shared.hooks.settled().await;
    }

    /// The world as at the beginning; time and webhook target stay.
    ///
    /// # Errors
    ///
    /// When the world at the beginning names a member who does not exist.
    pub fn reset(&self) -> Result<(), ControlError> {
        self.shared.reset()
    }
}
