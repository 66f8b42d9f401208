//! What tests and people can do with a running emulator: each act changes the world and sends what follows from it.
//!
//! The control API and the direct methods of [`Emulator`](super::Emulator) are both thin covers over these.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::clock::TimeSource;
use super::envelope;
use super::graph::publish_now;
use super::hooks::Signature;
use super::inbound::{ControlError, Said, Tap, Tapped};
use super::status::Step;
use super::world::Shared;

/// A change to a group.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupChange {
    /// People who use the invite link.
    pub join: Vec<String>,
    /// People who leave.
    pub leave: Vec<String>,
    /// Whether Meta suspends the group.
    pub suspended: Option<bool>,
}

/// Webhooks of any content, for what Meta might send and for what an attacker might.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Injection {
    /// Bodies: JSON values are escaped as Meta does, strings are sent byte for byte.
    pub bodies: Vec<Value>,
    /// How each is signed.
    pub signature: Signature,
    /// How often the whole list is sent.
    pub times: Option<u32>,
}

impl Shared {
    /// A person writes; returns the message id.
    pub fn say(&self, said: Said) -> Result<String, ControlError> {
        let now = self.now();
        let (wamid, change) = self.world().say(said, now)?;
        publish_now(self, [change]);
        Ok(wamid)
    }

    /// A person taps a button.
    pub fn tap(&self, tap: &Tap) -> Result<Tapped, ControlError> {
        let now = self.now();
        let (tapped, change) = self.world().tap(tap, now)?;
        publish_now(self, change);
        Ok(tapped)
    }

    /// People join or leave a group, or Meta suspends it.
    pub fn change_group(&self, group: &str, change: &GroupChange) -> Result<(), ControlError> {
        let now = self.now();
        for who in &change.join {
            let joined = self.world().join(group, who, now)?;
            publish_now(self, joined);
        }
        for who in &change.leave {
            let left = self.world().leave(group, who, now)?;
            publish_now(self, left);
        }
        if let Some(suspended) = change.suspended {
            let changed = self.world().suspend(group, suspended, now)?;
            publish_now(self, changed);
        }
        Ok(())
    }

    /// Opens the 24-hour window of a person or a group, or closes it, without any webhook.
    pub fn set_window(&self, of: &str, open: bool) -> Result<(), ControlError> {
        let since = open.then(|| self.now());
        let mut world = self.world();
        if let Some(id) = world.groups.find(of).map(|group| group.id.clone()) {
            if let Some(group) = world.groups.get_mut(&id) {
                group.last_wrote_at = since;
            }
            return Ok(());
        }
        let phone = world.people.find(of).ok_or(ControlError::UnknownPerson)?.phone.clone();
        world.people.set_window(&phone, since);
        Ok(())
    }

    /// Sends one status of an accepted message by hand.
    pub fn send_status(&self, wamid: &str, status: &str, code: Option<i64>) -> Result<(), ControlError> {
        let step = Step::named(status, code).ok_or(ControlError::UnknownStatus)?;
        let now = self.now();
        let change = self.world().status_by_hand(wamid, &step, now)?;
        publish_now(self, [change]);
        Ok(())
    }

    /// Posts bodies as they are, one after the other; returns the HTTP status of each, `None` without an answer.
    pub async fn inject(&self, injection: &Injection) -> Vec<Option<u16>> {
        let target = self.hooks.post.target();
        let mut statuses = Vec::new();
        for _ in 0..injection.times.unwrap_or(1) {
            for body in &injection.bodies {
                let bytes = match body {
                    Value::String(raw) => raw.clone().into_bytes(),
                    other => envelope::escape(&other.to_string()).into_bytes(),
                };
                statuses.push(self.hooks.post.post(&target, bytes, injection.signature).await);
            }
        }
        statuses
    }

    /// Makes the handshake of a webhook endpoint; true when it answers the challenge.
    pub async fn handshake(&self, verify_token: &str) -> bool {
        let challenge = (self.world().chance.bits() % 10_000_000_000).to_string();
        self.hooks.post.handshake(verify_token, &challenge).await
    }

    /// The world as at the beginning, nothing on its way; time and webhook target stay.
    pub fn reset(&self) -> Result<(), ControlError> {
        self.hooks.purge();
        let now = self.clock.now();
        self.world().reset(now)
    }
}
