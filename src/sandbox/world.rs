//! The emulated world: one state behind one lock, shared by the Graph API, the control API and the direct methods.
//!
//! The lock is held for plain computation only, never across an await. What a change makes known to the outside is
//! returned as webhook changes; the world itself sends nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::clock::{EmulatorClock, TimeSource};
use super::faults::Faults;
use super::groups::{Group, Groups, NewGroup};
use super::hooks::Hooks;
use super::ids::Chance;
use super::inbound::ControlError;
use super::ledger::Ledger;
use super::people::People;
use super::rates::Rates;
use super::requests::Requests;
use super::setup::EmulatorConfig;
use super::status::StatusPolicy;
use super::templates::Templates;
use super::window::WindowRule;

/// What every handler gets.
pub(super) struct Shared {
    world: Mutex<World>,
    pub clock: Arc<EmulatorClock>,
    pub hooks: Hooks,
    pub response_delay: std::time::Duration,
}

impl Shared {
    pub fn new(world: World, hooks: Hooks, config: &EmulatorConfig) -> Self {
        Self { world: Mutex::new(world), clock: config.clock.clone(), hooks, response_delay: config.response_delay }
    }

    /// The world, for a moment.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The present instant on the emulator's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// The business number under emulation.
#[derive(Clone)]
pub(super) struct Business {
    pub phone_number_id: String,
    pub account_id: String,
    pub number: String,
    pub access_token: String,
}

/// Everything that exists.
pub(super) struct World {
    pub business: Business,
    pub people: People,
    pub groups: Groups,
    pub templates: Templates,
    pub rates: Rates,
    pub faults: Faults,
    pub statuses: StatusPolicy,
    pub window: WindowRule,
    pub ledger: Ledger,
    pub requests: Requests,
    pub chance: Chance,
    /// Messages from people by id, with the group they were written in.
    pub inbound: HashMap<String, Option<String>>,
    /// Whether the app is subscribed to the account; without it no webhook is sent.
    pub subscribed: bool,
    /// Whether the number may use groups at all (it is an Official Business Account).
    pub groups_allowed: bool,
    beginning: Arc<EmulatorConfig>,
}

impl World {
    /// The world at the beginning.
    ///
    /// # Errors
    ///
    /// When the ledger file cannot be opened, or a group names a member who does not exist.
    pub fn new(config: EmulatorConfig) -> anyhow::Result<Self> {
        let now = config.clock.now();
        let ledger = Ledger::open(config.ledger_file.as_deref())?;
        // Random ids stay unique over restarts, as a bot's database expects.
        let seed = config.seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
        let mut world = Self {
            business: Business {
                phone_number_id: config.phone_number_id.clone(),
                account_id: config.business_account_id.clone(),
                number: config.display_phone_number.clone(),
                access_token: config.access_token.clone(),
            },
            people: People::default(),
            groups: Groups::default(),
            templates: Templates::default(),
            rates: Rates::new(config.rates),
            faults: Faults::default(),
            statuses: config.statuses.clone(),
            window: config.window,
            ledger,
            requests: Requests::default(),
            chance: Chance::new(seed),
            inbound: HashMap::new(),
            subscribed: true,
            groups_allowed: true,
            beginning: Arc::new(config),
        };
        world.populate(now)?;
        Ok(world)
    }

    /// Back to the beginning: people, groups, templates, policies; ledger and requests are forgotten.
    pub fn reset(&mut self, now: DateTime<Utc>) -> Result<(), ControlError> {
        let beginning = self.beginning.clone();
        self.people = People::default();
        self.groups = Groups::default();
        self.templates = Templates::default();
        self.rates = Rates::new(beginning.rates);
        self.faults.clear();
        self.statuses = beginning.statuses.clone();
        self.window = beginning.window;
        self.ledger.forget();
        self.requests = Requests::default();
        self.inbound.clear();
        self.subscribed = true;
        self.groups_allowed = true;
        self.populate(now)
    }

    fn populate(&mut self, now: DateTime<Utc>) -> Result<(), ControlError> {
        let beginning = self.beginning.clone();
        for person in &beginning.people {
            self.people.add(person.clone(), &mut self.chance);
        }
        for group in &beginning.groups {
            self.add_group(group.clone(), now)?;
        }
        Ok(())
    }

    /// Adds a group whose members exist.
    pub fn add_group(&mut self, new: NewGroup, now: DateTime<Utc>) -> Result<Group, ControlError> {
        let mut members = Vec::new();
        for who in &new.members {
            let phone = self.people.find(who).ok_or(ControlError::UnknownPerson)?.phone.clone();
            if !members.contains(&phone) {
                members.push(phone);
            }
        }
        if members.len() > super::groups::MAX_MEMBERS {
            return Err(ControlError::GroupFull);
        }
        Ok(self.groups.add(new, members, &self.business.number, &mut self.chance, now))
    }

    /// The members that every webhook value begins with.
    pub fn value(&self) -> Value {
        json!({ "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": self.business.number,
                              "phone_number_id": self.business.phone_number_id } })
    }
}
