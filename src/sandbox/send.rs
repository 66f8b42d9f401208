//! `POST /{phone_number_id}/messages`: from a well-formed request to a ledger entry, or a refusal.
//!
//! The rules about the world are here: who exists, which window is open, what may go to a group, the limits. Whatever
//! is answered with 200 is in the ledger, and nothing else.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::clock::wall_micros;
use super::faults::{Fault, FaultKind};
use super::ids::Direction;
use super::json::put;
use super::ledger::Accepted;
use super::reply::GraphError;
use super::status::{Fate, Planned};
use super::validate::{self, Request, Target, Wanted};
use super::window::{self, WindowRule};
use super::world::World;

const CLOSED: &str =
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number.";

/// What an accepted request leads to.
pub(super) struct Outcome {
    pub body: Value,
    pub wamid: Option<String>,
    pub planned: Vec<Planned>,
}

impl World {
    /// Takes one request; `fault` may change what becomes of the message afterwards.
    pub fn take(&mut self, body: &Value, fault: Option<&Fault>, now: DateTime<Utc>) -> Result<Outcome, GraphError> {
        match validate::read(body)? {
            Request::Read { message_id } => self.mark_read(message_id),
            Request::Message(wanted) => self.accept(wanted, body, fault, now),
        }
    }

    fn mark_read(&self, message_id: &str) -> Result<Outcome, GraphError> {
        match self.inbound.get(message_id) {
            Some(None) => Ok(Outcome { body: json!({ "success": true }), wamid: None, planned: Vec::new() }),
            Some(Some(_)) => Err(GraphError::parameter("Messages of a group cannot be marked as read.")),
            None => Err(GraphError::new(131_009, "Parameter message_id names no message that was received.")),
        }
    }

    fn accept(
        &mut self,
        mut wanted: Wanted<'_>,
        body: &Value,
        fault: Option<&Fault>,
        now: DateTime<Utc>,
    ) -> Result<Outcome, GraphError> {
        self.check_target(&wanted)?;
        let mut category = None;
        if wanted.kind == "template" {
            let rendered = self.templates.render(wanted.content)?;
            wanted.text = Some(rendered.text);
            category = Some(rendered.category);
        }
        let fate = match (self.fate(&wanted, now), fault.map(|fault| fault.kind)) {
            (Fate::Fails(error), _) if self.window == WindowRule::Sync && error.code == 131_047 => return Err(error),
            (_, Some(FaultKind::Silent | FaultKind::Held)) => Fate::Vanishes,
            (_, Some(FaultKind::FailLater)) => fault.map_or(Fate::Vanishes, |fault| Fate::Fails(fault.error())),
            (fate, _) => fate,
        };
        let to = self.address(&wanted);
        self.rates.spend((!matches!(wanted.target, Target::Group(_))).then_some(to.as_str()), now)?;
        let entry = self.record(&wanted, to, category, &fate, body, now)?;
        let body = self.answer(&wanted, &entry, fault);
        let planned = self.plan_statuses(&entry, fate, now);
        Ok(Outcome { body, wamid: Some(entry.wamid), planned })
    }

    /// Refuses what Meta refuses at once because of the recipient.
    fn check_target(&self, wanted: &Wanted<'_>) -> Result<(), GraphError> {
        match &wanted.target {
            Target::Phone(phone) if *phone == self.business.number => {
                Err(GraphError::new(131_021, "Sender and recipient phone number is the same."))
            }
            Target::Phone(_) | Target::Bsuid(_) | Target::BsuidAsNumber => Ok(()),
            Target::Group(id) => {
                let unknown =
                    || GraphError::new(131_041, "The group is unknown, or this number is not a member of it.");
                let group = self.groups.get(id).ok_or_else(unknown)?;
                if wanted.kind == "interactive" {
                    return Err(GraphError::new(131_051, "Interactive messages cannot be sent to a group."));
                }
                if group.suspended {
                    return Err(GraphError::new(131_207, "The group is suspended."));
                }
                if group.members.is_empty() {
                    return Err(GraphError::new(131_020, "Nobody has joined the group yet."));
                }
                Ok(())
            }
        }
    }

    /// What becomes of the message once accepted.
    fn fate(&self, wanted: &Wanted<'_>, now: DateTime<Utc>) -> Fate {
        let person = match &wanted.target {
            Target::Phone(phone) => self.people.by_phone(phone),
            Target::Bsuid(bsuid) => self.people.by_bsuid(bsuid),
            Target::BsuidAsNumber => return Fate::Vanishes,
            Target::Group(id) => {
                let last = self.groups.get(id).and_then(|group| group.last_wrote_at);
                return self.within_window(wanted.kind, last, now);
            }
        };
        match person {
            Some(person) if person.reachable => self.within_window(wanted.kind, person.last_wrote_at, now),
            // A load test writes to numbers that nobody registered.
            None if self.window == WindowRule::Off => Fate::Arrives,
            _ => Fate::Fails(GraphError::new(131_026, "Message Undeliverable.")),
        }
    }

    fn within_window(&self, kind: &str, last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Fate {
        if kind == "template" || self.window == WindowRule::Off || window::is_open(last, now) {
            return Fate::Arrives;
        }
        Fate::Fails(GraphError::new(131_047, CLOSED))
    }

    fn address(&self, wanted: &Wanted<'_>) -> String {
        match &wanted.target {
            Target::Phone(phone) => phone.clone(),
            Target::Bsuid(id) | Target::Group(id) => (*id).to_owned(),
            Target::BsuidAsNumber => wanted.input.to_owned(),
        }
    }

    fn record(
        &mut self,
        wanted: &Wanted<'_>,
        to: String,
        category: Option<String>,
        fate: &Fate,
        body: &Value,
        now: DateTime<Utc>,
    ) -> Result<Accepted, GraphError> {
        let entry = Accepted {
            index: self.ledger.next_index(),
            wamid: self.chance.wamid(&to, Direction::FromBusiness),
            recipient_type: if matches!(wanted.target, Target::Group(_)) { "group" } else { "individual" },
            kind: wanted.kind.to_owned(),
            text: wanted.text.clone(),
            opaque: wanted.opaque.map(str::to_owned),
            quoting: wanted.quoting.map(str::to_owned),
            category,
            fails_with: if let Fate::Fails(error) = fate { Some(error.code) } else { None },
            accepted_at: now,
            wall_micros: wall_micros(),
            body: body.clone(),
            to,
        };
        let written = self.ledger.append(entry).cloned();
        written.map_err(|_| GraphError::new(131_016, "The ledger file cannot be written."))
    }

    /// The body of the 200 (Meta, "Sending messages").
    fn answer(&self, wanted: &Wanted<'_>, entry: &Accepted, fault: Option<&Fault>) -> Value {
        let mut contact = json!({ "input": wanted.input });
        let mut message = json!({ "id": entry.wamid });
        match &wanted.target {
            Target::Phone(phone) => put(&mut contact, "wa_id", phone),
            Target::Group(id) => {
                put(&mut contact, "wa_id", id);
                put(&mut message, "group_id", id);
            }
            Target::Bsuid(bsuid) => put(&mut contact, "user_id", bsuid),
            Target::BsuidAsNumber => {}
        }
        match fault.map(|fault| fault.kind) {
            Some(FaultKind::Held) => put(&mut message, "message_status", "held_for_quality_assessment"),
            _ if wanted.kind == "template" => put(&mut message, "message_status", "accepted"),
            _ => {}
        }
        let mut answer = json!({ "messaging_product": "whatsapp", "contacts": [contact] });
        // A 200 without a message id is one of the faults.
        if fault.is_none_or(|fault| fault.kind != FaultKind::NoId) {
            put(&mut answer, "messages", [message]);
        }
        answer
    }
}
