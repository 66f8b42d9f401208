//! Who a message is from or for: phone numbers, business-scoped user ids, groups.
//!
//! Since 2026 a person may be known by a phone number, by a business-scoped user id (BSUID), or by
//! both (Meta, "Business-scoped user IDs"). Absent never equals absent: none of these types can
//! hold an empty value, and nothing here compares two missing identities as the same person.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A WhatsApp phone number: country code and number, digits only, no `+`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads a number as people and webhooks write it; `+`, blanks, dashes, dots and brackets are dropped.
    ///
    /// Returns `None` when what is left is not 5 to 15 digits (ITU-T E.164) or starts with a zero.
    pub fn parse(raw: &str) -> Option<Self> {
        let digits: String =
            raw.trim().chars().filter(|c| !matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '\u{a0}')).collect();
        let plausible =
            (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        plausible.then_some(Self(digits))
    }

    /// The digits, country code first.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The click-to-chat link that opens a conversation with this number (`https://wa.me/<digits>`).
    pub fn chat_link(&self) -> String {
        format!("https://wa.me/{}", self.0)
    }
}

impl TryFrom<String> for Phone {
    type Error = &'static str;
    fn try_from(raw: String) -> Result<Self, Self::Error> {
        Self::parse(&raw).ok_or("not a phone number")
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

/// Shows the last two digits only: numbers must not reach a log.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tail = self.0.get(self.0.len().saturating_sub(2)..).unwrap_or_default();
        write!(f, "Phone(…{tail})")
    }
}

/// Makes an identifier that is opaque text and never empty.
macro_rules! opaque_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the trimmed text; `None` when nothing is left.
            pub fn parse(raw: &str) -> Option<Self> {
                let trimmed = raw.trim();
                (!trimmed.is_empty()).then(|| Self(trimmed.to_owned()))
            }

            /// The text as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;
            fn try_from(raw: String) -> Result<Self, Self::Error> {
                Self::parse(&raw).ok_or(concat!("empty ", stringify!($name)))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

opaque_id! {
    /// Business-scoped user id, for example `US.4400112233445566`; sent whole, in `recipient`, never in `to`.
    Bsuid
}
opaque_id! {
    /// Id of a group as the Cloud API gives it: opaque text. Legacy `…@g.us` ids are kept as they are.
    GroupId
}
opaque_id! {
    /// Id of one WhatsApp message; opaque, never parsed.
    Wamid
}
opaque_id! {
    /// Stands for a person who was forgotten: the same in all that was about them, and leads to nobody.
    Pseudonym
}

// A BSUID points at a person, a wamid and a group id carry a phone number in disguise.
impl fmt::Debug for Bsuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bsuid(…)")
    }
}
impl fmt::Debug for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupId(…)")
    }
}
impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonym(…)")
    }
}
impl fmt::Debug for Wamid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wamid(…)")
    }
}

/// A person as a webhook names them: at least one of the two identities is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Phone number; missing for people with a username that never shared it.
    pub phone: Option<Phone>,
    /// Business-scoped user id; missing in webhooks older than April 2026.
    pub bsuid: Option<Bsuid>,
}

impl Person {
    /// Puts the identities together; `None` when both are missing.
    pub fn new(phone: Option<Phone>, bsuid: Option<Bsuid>) -> Option<Self> {
        (phone.is_some() || bsuid.is_some()).then_some(Self { phone, bsuid })
    }

    /// Where a private message to this person goes: the number when it is known, else the BSUID.
    pub fn address(&self) -> Option<Address> {
        match (&self.phone, &self.bsuid) {
            (Some(phone), _) => Some(Address::Phone(phone.clone())),
            (None, Some(bsuid)) => Some(Address::User(bsuid.clone())),
            (None, None) => None,
        }
    }
}

/// Where one outgoing message goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Address {
    /// A person, by phone number.
    Phone(Phone),
    /// A person, by business-scoped user id.
    User(Bsuid),
    /// A group.
    Group(GroupId),
    /// A person who was forgotten. Nothing can be sent there.
    Forgotten(Pseudonym),
}

impl Address {
    /// The kind as it is stored: `phone`, `user`, `group` or `forgotten`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Phone(_) => "phone",
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::Forgotten(_) => "forgotten",
        }
    }

    /// The id as it is stored, beside [`Address::kind`].
    pub fn id(&self) -> &str {
        match self {
            Self::Phone(phone) => phone.digits(),
            Self::User(bsuid) => bsuid.as_str(),
            Self::Group(group) => group.as_str(),
            Self::Forgotten(pseudonym) => pseudonym.as_str(),
        }
    }

    /// Reads back what [`Address::kind`] and [`Address::id`] gave.
    pub fn from_parts(kind: &str, id: &str) -> Option<Self> {
        match kind {
            "phone" => Phone::parse(id).map(Self::Phone),
            "user" => Bsuid::parse(id).map(Self::User),
            "group" => GroupId::parse(id).map(Self::Group),
            "forgotten" => Pseudonym::parse(id).map(Self::Forgotten),
            _ => None,
        }
    }

    /// True for a group. Pair pacing and per-recipient order hold for people only.
    pub fn is_group(&self) -> bool {
        matches!(self, Self::Group(_))
    }

    /// True for a person who was forgotten.
    pub fn is_forgotten(&self) -> bool {
        matches!(self, Self::Forgotten(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_however_it_is_written() {
        for raw in ["15550007777", "+1 555-000 7777", "+1 (555) 000.7777"] {
            assert_eq!(Phone::parse(raw).map(|p| p.digits().to_owned()).as_deref(), Some("15550007777"), "{raw}");
        }
    }

    #[test]
    fn nothing_empty_or_odd_becomes_an_identity() {
        for raw in ["", " ", "+", "0123456", "12a45678", "1234", "1234567890123456"] {
            assert_eq!(Phone::parse(raw), None, "{raw}");
        }
        assert_eq!(Bsuid::parse("  "), None);
        assert_eq!(Person::new(None, None), None);
    }

    #[test]
    fn debug_shows_no_number() {
        let shown = format!("{:?}", Address::Phone(Phone::parse("15550007777").expect("valid")));
        assert!(!shown.contains("1555000"), "{shown}");
    }

    #[test]
    fn an_address_survives_its_parts() {
        let group = Address::Group(GroupId::parse("Y2FwaQ").expect("valid"));
        assert_eq!(Address::from_parts(group.kind(), group.id()), Some(group));
        let forgotten = Address::Forgotten(Pseudonym::parse("f.1").expect("valid"));
        assert_eq!(Address::from_parts(forgotten.kind(), forgotten.id()), Some(forgotten));
    }
}
