//! The people who use WhatsApp in the emulated world, and what a business gets to see of each.
//!
//! Everybody has a phone number here (it is how the tests name them); whether a webhook shows it depends on the
//! person's identity mode (Meta, "Business-scoped user IDs", 2026). What is hidden must never slip into a webhook.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ids::Chance;
use super::json::put;

/// What a business sees of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// The phone number alone, as before April 2026.
    PhoneOnly,
    /// Phone number and business-scoped user id.
    #[default]
    PhoneAndBsuid,
    /// The business-scoped user id alone.
    BsuidOnly,
    /// The business-scoped user id and a username, no phone number.
    Username,
}

/// A person to be added.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// Phone number, digits only or with `+`.
    pub phone: String,
    /// Profile name.
    pub name: String,
    /// What webhooks show of this person.
    #[serde(default)]
    pub identity: Identity,
    /// Business-scoped user id; minted when absent (and never used in `phone_only`).
    #[serde(default)]
    pub bsuid: Option<String>,
    /// Username without `@`; made from the name when absent and the mode needs one.
    #[serde(default)]
    pub username: Option<String>,
    /// Whether this person sends read receipts; yes when absent.
    #[serde(default)]
    pub read_receipts: Option<bool>,
    /// Whether messages reach this person; `false` gives an asynchronous 131026. Yes when absent.
    #[serde(default)]
    pub reachable: Option<bool>,
}

/// A person of the emulated world.
#[derive(Clone, Serialize)]
pub struct Person {
    /// Phone number, digits only.
    pub phone: String,
    /// Profile name.
    pub name: String,
    /// What webhooks show of this person.
    pub identity: Identity,
    /// Business-scoped user id, whether shown or not.
    pub bsuid: Option<String>,
    /// Username without `@`.
    pub username: Option<String>,
    /// Whether this person sends read receipts.
    pub read_receipts: bool,
    /// Whether messages reach this person.
    pub reachable: bool,
    /// When this person last wrote to the business in private: the start of the 24-hour window.
    pub last_wrote_at: Option<DateTime<Utc>>,
}

impl Person {
    /// The number as a webhook shows it, if it does.
    pub fn visible_phone(&self) -> Option<&str> {
        matches!(self.identity, Identity::PhoneOnly | Identity::PhoneAndBsuid).then_some(self.phone.as_str())
    }

    /// The business-scoped user id as a webhook shows it, if it does.
    pub fn visible_bsuid(&self) -> Option<&str> {
        if self.identity == Identity::PhoneOnly { None } else { self.bsuid.as_deref() }
    }

    /// This person in the `contacts` array of a `messages` webhook.
    pub fn contact(&self) -> Value {
        let mut contact = self.lean_contact();
        let mut profile = json!({ "name": self.name });
        if let (Some(username), true) = (&self.username, self.identity != Identity::PhoneOnly) {
            put(&mut profile, "username", username);
        }
        put(&mut contact, "profile", profile);
        contact
    }

    /// The same without a profile, as real status webhooks carry it.
    pub fn lean_contact(&self) -> Value {
        let mut contact = json!({});
        if let Some(phone) = self.visible_phone() {
            put(&mut contact, "wa_id", phone);
        }
        if let Some(bsuid) = self.visible_bsuid() {
            put(&mut contact, "user_id", bsuid);
        }
        contact
    }
}

/// Everybody, found by number or by business-scoped user id.
#[derive(Default)]
pub(super) struct People {
    by_phone: BTreeMap<String, Person>,
    phone_of_bsuid: HashMap<String, String>,
}

impl People {
    /// Adds a person, or replaces the one with the same number and keeps the window open.
    pub fn add(&mut self, new: NewPerson, chance: &mut Chance) -> Person {
        let phone = digits(&new.phone);
        let country = if phone.starts_with("972") { "IL" } else { "US" };
        let bsuid = match new.identity {
            Identity::PhoneOnly => None,
            _ => Some(new.bsuid.unwrap_or_else(|| chance.bsuid(country))),
        };
        let username = new.username.map(|name| name.trim_start_matches('@').to_owned()).or_else(|| {
            (new.identity == Identity::Username).then(|| new.name.to_lowercase().replace(char::is_whitespace, "."))
        });
        let person = Person {
            last_wrote_at: self.by_phone.get(&phone).and_then(|known| known.last_wrote_at),
            name: new.name,
            identity: new.identity,
            username,
            read_receipts: new.read_receipts.unwrap_or(true),
            reachable: new.reachable.unwrap_or(true),
            bsuid,
            phone,
        };
        self.phone_of_bsuid.retain(|_, owner| *owner != person.phone);
        if let Some(bsuid) = &person.bsuid {
            self.phone_of_bsuid.insert(bsuid.clone(), person.phone.clone());
        }
        self.by_phone.insert(person.phone.clone(), person.clone());
        person
    }

    /// Finds a person by number, by business-scoped user id, by username or by name, in any case.
    pub fn find(&self, who: &str) -> Option<&Person> {
        self.by_phone
            .get(&digits(who))
            .or_else(|| self.by_bsuid(who))
            .or_else(|| self.all().find(|person| person.username.as_deref() == Some(who.trim_start_matches('@'))))
            .or_else(|| self.all().find(|person| person.name.to_lowercase() == who.to_lowercase()))
    }

    /// Finds a person by number alone.
    pub fn by_phone(&self, phone: &str) -> Option<&Person> {
        self.by_phone.get(phone)
    }

    /// Finds a person by business-scoped user id alone.
    pub fn by_bsuid(&self, bsuid: &str) -> Option<&Person> {
        self.by_phone.get(self.phone_of_bsuid.get(bsuid)?)
    }

    /// Sets when the person with this number last wrote.
    pub fn set_window(&mut self, phone: &str, since: Option<DateTime<Utc>>) {
        if let Some(person) = self.by_phone.get_mut(phone) {
            person.last_wrote_at = since;
        }
    }

    /// Everybody, by number.
    pub fn all(&self) -> impl Iterator<Item = &Person> {
        self.by_phone.values()
    }
}

/// The digits of a number written in any usual way.
pub(super) fn digits(written: &str) -> String {
    written.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana(identity: Identity) -> Person {
        let new = NewPerson { phone: "+1 555 000-9901".into(), name: "Ana Lee".into(), identity, ..Default::default() };
        People::default().add(new, &mut Chance::new(1))
    }

    #[test]
    fn a_contact_shows_what_the_identity_mode_allows() {
        let phone_only = ana(Identity::PhoneOnly).contact();
        assert_eq!(phone_only, json!({"wa_id": "15550009901", "profile": {"name": "Ana Lee"}}));
        let both = ana(Identity::PhoneAndBsuid).contact();
        assert!(both["wa_id"].is_string() && both["user_id"].is_string());
        let bsuid_only = ana(Identity::BsuidOnly).contact();
        assert!(bsuid_only.get("wa_id").is_none() && bsuid_only["user_id"].is_string());
        let username = ana(Identity::Username).contact();
        assert!(username.get("wa_id").is_none());
        assert_eq!(username["profile"]["username"], "ana.lee");
    }

    #[test]
    fn a_person_is_found_by_any_of_their_names() {
        let mut people = People::default();
        let new = NewPerson {
            phone: "15550009901".into(),
            name: "Ana".into(),
            identity: Identity::Username,
            bsuid: Some("US.44".into()),
            username: Some("@ana.garden".into()),
            ..Default::default()
        };
        people.add(new, &mut Chance::new(1));
        for who in ["+1 (555) 000-9901", "US.44", "@ana.garden", "ana.garden", "Ana", "ana"] {
            assert!(people.find(who).is_some(), "{who}");
        }
        assert!(people.find("US.45").is_none());
        assert!(people.find("").is_none());
    }
}
