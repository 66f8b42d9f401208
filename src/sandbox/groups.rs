//! The groups that the emulated business created, and who is in them.
//!
//! Rules of Meta's Groups API: at most eight people join, by invite link only; whoever the business removed can never
//! come back. No webhooks are made here, only state.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ids::Chance;
use super::json::put;
use super::people::{People, Person};

/// Most people in a group, the business not counted (Meta, "Groups API").
pub(super) const MAX_MEMBERS: usize = 8;

/// Whether an invite link lets people in at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JoinApproval {
    /// Whoever has the link is in.
    #[default]
    AutoApprove,
    /// The business approves each request.
    ApprovalRequired,
}

/// A group to be added.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroup {
    /// Group id; minted when absent.
    #[serde(default)]
    pub id: Option<String>,
    /// Name of the group.
    pub subject: String,
    /// Description of the group.
    #[serde(default)]
    pub description: Option<String>,
    /// Members, each by number, business-scoped user id or name; they must exist.
    #[serde(default)]
    pub members: Vec<String>,
    /// Whether an invite link lets people in at once.
    #[serde(default)]
    pub join_approval_mode: JoinApproval,
}

/// A group of the emulated world.
#[derive(Clone, Serialize)]
pub struct Group {
    /// Opaque group id.
    pub id: String,
    /// Name of the group.
    pub subject: String,
    /// Description of the group.
    pub description: Option<String>,
    /// Phone numbers of the members.
    pub members: Vec<String>,
    /// Phone numbers that may never join again.
    pub removed: Vec<String>,
    /// People who asked to join: request id and phone number.
    pub join_requests: Vec<JoinRequest>,
    /// Whether Meta suspended the group.
    pub suspended: bool,
    /// Whether an invite link lets people in at once.
    pub join_approval_mode: JoinApproval,
    /// The invite link that is valid now.
    pub invite_link: String,
    /// When the group was made.
    pub created_at: DateTime<Utc>,
    /// When a member last wrote in the group: the start of the group's 24-hour window.
    pub last_wrote_at: Option<DateTime<Utc>>,
}

/// Somebody who waits to be let in.
#[derive(Clone, Serialize)]
pub struct JoinRequest {
    /// Id of the request.
    pub id: String,
    /// Phone number of the person.
    pub phone: String,
    /// When the person asked.
    pub created_at: DateTime<Utc>,
}

impl Group {
    /// The members as people.
    pub(super) fn people<'a>(&'a self, people: &'a People) -> impl Iterator<Item = &'a Person> {
        self.members.iter().filter_map(|phone| people.by_phone(phone))
    }

    /// The answer to `GET /{group_id}?fields=…`; without fields the id alone.
    pub(super) fn fields(&self, wanted: &[&str], people: &People) -> Value {
        let mut answer = json!({ "id": self.id, "messaging_product": "whatsapp" });
        for field in wanted {
            let value = match *field {
                "subject" => json!(self.subject),
                "description" => json!(self.description.clone().unwrap_or_default()),
                "participants" => self.people(people).map(Person::lean_contact).collect(),
                "join_approval_mode" => json!(self.join_approval_mode),
                "suspended" => json!(self.suspended),
                "creation_timestamp" => json!(self.created_at.timestamp()),
                "total_participant_count" => json!(self.members.len()),
                _ => continue,
            };
            put(&mut answer, field, value);
        }
        answer
    }
}

/// All groups, by id.
#[derive(Default)]
pub(super) struct Groups(BTreeMap<String, Group>);

impl Groups {
    /// Adds a group with members that are already resolved to phone numbers.
    pub fn add(
        &mut self,
        new: NewGroup,
        members: Vec<String>,
        number: &str,
        chance: &mut Chance,
        now: DateTime<Utc>,
    ) -> Group {
        let group = Group {
            id: new.id.unwrap_or_else(|| chance.group_id(number)),
            subject: new.subject,
            description: new.description,
            members,
            removed: Vec::new(),
            join_requests: Vec::new(),
            suspended: false,
            join_approval_mode: new.join_approval_mode,
            invite_link: invite_link(chance),
            created_at: now,
            last_wrote_at: None,
        };
        self.0.insert(group.id.clone(), group.clone());
        group
    }

    /// The group with this id.
    pub fn get(&self, id: &str) -> Option<&Group> {
        self.0.get(id)
    }

    /// The group with this id, to be changed.
    pub fn get_mut(&mut self, id: &str) -> Option<&mut Group> {
        self.0.get_mut(id)
    }

    /// Finds a group by id or by subject.
    pub fn find(&self, which: &str) -> Option<&Group> {
        self.0.get(which).or_else(|| self.all().find(|group| group.subject == which))
    }

    /// Forgets a group.
    pub fn remove(&mut self, id: &str) -> Option<Group> {
        self.0.remove(id)
    }

    /// All groups, by id.
    pub fn all(&self) -> impl Iterator<Item = &Group> {
        self.0.values()
    }
}

/// A fresh invite link.
pub(super) fn invite_link(chance: &mut Chance) -> String {
    format!("https://chat.whatsapp.com/{}", chance.invite_code())
}
