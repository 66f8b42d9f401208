//! Status webhooks: what becomes of a message after it was accepted (Meta, "Status messages webhook").
//!
//! Builds the changes and their delays; another part sends them. A group gets one `sent` or `failed`, and one status
//! per participant for `delivered` and `read`, gathered in one webhook.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::envelope::Change;
use super::inbound::ControlError;
use super::json::put;
use super::ledger::Accepted;
use super::people::Person;
use super::reply::GraphError;
use super::window::WINDOW;
use super::world::World;

/// Which status webhooks follow an accepted message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatusPolicy {
    /// Whether statuses follow by themselves.
    pub auto: bool,
    /// Real milliseconds from the answer to `sent`, and from each status to the next.
    pub delay_ms: u64,
    /// Random order.
    pub shuffle: bool,
    /// Every status twice.
    pub duplicate: bool,
    /// `read` without `delivered`, as Meta allows.
    pub skip_delivered: bool,
    /// The first status reaches the bot before the answer to its request.
    pub before_response: bool,
    /// The `conversation` object of webhooks before v24.
    pub conversation: bool,
    /// `contacts` with profiles, as documented; without, as real webhooks have them.
    pub profiles: bool,
}

impl Default for StatusPolicy {
    fn default() -> Self {
        Self {
            auto: true,
            delay_ms: 50,
            shuffle: false,
            duplicate: false,
            skip_delivered: false,
            before_response: false,
            conversation: false,
            profiles: false,
        }
    }
}

/// What becomes of an accepted message.
pub(super) enum Fate {
    Arrives,
    Fails(GraphError),
    /// No status ever follows.
    Vanishes,
}

/// One step of a message's life.
pub(super) enum Step {
    Sent,
    Delivered,
    Read,
    Failed(GraphError),
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed(_) => "failed",
        }
    }

    /// The step of this name, with the code that `failed` carries.
    pub fn named(name: &str, code: Option<i64>) -> Option<Self> {
        match name {
            "sent" => Some(Self::Sent),
            "delivered" => Some(Self::Delivered),
            "read" => Some(Self::Read),
            "failed" => Some(Self::Failed(GraphError::new(code.unwrap_or(131_026), "Sent by hand."))),
            _ => None,
        }
    }
}

/// A change and when it is due, counted from the answer.
pub(super) struct Planned {
    pub after: Duration,
    pub change: Change,
}

impl World {
    /// The status webhooks of an accepted message, in the order in which they are due.
    pub fn plan_statuses(&mut self, entry: &Accepted, fate: Fate, now: DateTime<Utc>) -> Vec<Planned> {
        let steps = match fate {
            _ if !self.statuses.auto => Vec::new(),
            Fate::Vanishes => Vec::new(),
            Fate::Fails(error) => vec![Step::Failed(error)],
            // Meta sends nothing after `sent` for a reaction.
            Fate::Arrives if entry.kind == "reaction" => vec![Step::Sent],
            Fate::Arrives if self.statuses.skip_delivered => vec![Step::Sent, Step::Read],
            Fate::Arrives => vec![Step::Sent, Step::Delivered, Step::Read],
        };
        let values: Vec<Value> = steps.iter().filter_map(|step| self.status(entry, step, now)).collect();
        let mut turns: Vec<u32> = (1..).take(values.len()).collect();
        if self.statuses.shuffle {
            self.chance.shuffle(&mut turns);
        }
        let delay = Duration::from_millis(self.statuses.delay_ms);
        let copies = if self.statuses.duplicate { 2 } else { 1 };
        let planned = turns.into_iter().zip(values).flat_map(|(turn, value)| {
            std::iter::repeat_n(value, copies)
                .map(move |value| Planned { after: delay * turn, change: Change::messages(value) })
        });
        let mut planned: Vec<Planned> = planned.collect();
        planned.sort_by_key(|planned| planned.after);
        planned
    }

    /// One status of an accepted message, made by hand.
    pub fn status_by_hand(&self, wamid: &str, step: &Step, now: DateTime<Utc>) -> Result<Change, ControlError> {
        let entry = self.ledger.find(wamid).ok_or(ControlError::UnknownMessage)?;
        self.status(entry, step, now).map(Change::messages).ok_or(ControlError::NobodyToReport)
    }

    /// The value of one status webhook; `None` when there is nobody whom it could be about.
    fn status(&self, entry: &Accepted, step: &Step, now: DateTime<Utc>) -> Option<Value> {
        let whole = self.common(entry, step, now);
        let (statuses, people) = match (entry.recipient_type, step) {
            ("group", Step::Sent | Step::Failed(_)) => (vec![self.of_group(whole, entry)], Vec::new()),
            ("group", _) => {
                let people = self.participants(entry, step);
                let each = people.iter().map(|person| participant(self.of_group(whole.clone(), entry), person));
                (each.collect(), people)
            }
            _ => {
                let person = self.people.by_phone(&entry.to).or_else(|| self.people.by_bsuid(&entry.to));
                if matches!(step, Step::Read) && person.is_some_and(|person| !person.read_receipts) {
                    return None;
                }
                (vec![of_person(whole, entry, person, step)], person.into_iter().collect())
            }
        };
        if statuses.is_empty() {
            return None;
        }
        let mut value = self.value();
        if !people.is_empty() && !matches!(step, Step::Failed(_)) {
            let shown = |person: &Person| if self.statuses.profiles { person.contact() } else { person.lean_contact() };
            put(&mut value, "contacts", people.into_iter().map(shown).collect::<Vec<_>>());
        }
        put(&mut value, "statuses", &statuses);
        Some(value)
    }

    fn common(&self, entry: &Accepted, step: &Step, now: DateTime<Utc>) -> Value {
        let mut status = json!({ "id": entry.wamid, "status": step.name(), "timestamp": now.timestamp().to_string() });
        if let Some(opaque) = &entry.opaque {
            put(&mut status, "biz_opaque_callback_data", opaque);
        }
        if let Step::Failed(error) = step {
            put(&mut status, "errors", [error.in_webhook()]);
        }
        let priced = match step {
            Step::Sent | Step::Delivered => true,
            Step::Read => self.statuses.skip_delivered,
            Step::Failed(_) => false,
        };
        if priced {
            put(&mut status, "pricing", pricing(entry));
        }
        if self.statuses.conversation && !matches!(step, Step::Failed(_)) {
            let origin = entry.category.as_deref().unwrap_or("service");
            let id = entry.wamid.trim_start_matches("wamid.");
            let mut conversation = json!({ "id": id, "origin": { "type": origin } });
            if matches!(step, Step::Sent) {
                let expires = (now + WINDOW).timestamp().to_string();
                put(&mut conversation, "expiration_timestamp", expires);
            }
            put(&mut status, "conversation", conversation);
        }
        status
    }

    fn of_group(&self, mut status: Value, entry: &Accepted) -> Value {
        put(&mut status, "recipient_id", &entry.to);
        put(&mut status, "recipient_type", "group");
        status
    }

    fn participants(&self, entry: &Accepted, step: &Step) -> Vec<&Person> {
        let Some(group) = self.groups.get(&entry.to) else { return Vec::new() };
        let reading = matches!(step, Step::Read);
        group.people(&self.people).filter(|person| person.reachable && (person.read_receipts || !reading)).collect()
    }
}

fn participant(mut status: Value, person: &Person) -> Value {
    if let Some(phone) = person.visible_phone() {
        put(&mut status, "recipient_participant_id", phone);
    }
    if let Some(bsuid) = person.visible_bsuid() {
        put(&mut status, "recipient_participant_user_id", bsuid);
    }
    status
}

fn of_person(mut status: Value, entry: &Accepted, person: Option<&Person>, step: &Step) -> Value {
    let by_number = entry.to.bytes().all(|byte| byte.is_ascii_digit());
    // Whoever was addressed by number is known by it, whatever the person shows otherwise.
    if let Some(phone) = if by_number { Some(entry.to.as_str()) } else { person.and_then(Person::visible_phone) } {
        put(&mut status, "recipient_id", phone);
    }
    let hidden = by_number && matches!(step, Step::Failed(_));
    if let Some(bsuid) = person.and_then(Person::visible_bsuid).filter(|_| !hidden) {
        put(&mut status, "recipient_user_id", bsuid);
    }
    status
}

/// The `pricing` object (Meta, "Pricing", from October 2026).
fn pricing(entry: &Accepted) -> Value {
    let category = entry.category.as_deref().unwrap_or("service");
    if entry.recipient_type == "group" {
        let free = category != "marketing";
        let kind = if free { "free_group_customer_service" } else { "regular" };
        return json!({ "billable": !free, "pricing_model": "PMP", "type": kind, "category": format!("group_{category}") });
    }
    json!({ "billable": true, "pricing_model": "PMP", "type": "regular", "category": category })
}
