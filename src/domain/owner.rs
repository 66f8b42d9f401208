//! Who may command: the pinned owner, and nobody else.
//!
//! Absent never equals absent, and a number that comes with another business-scoped id may have been
//! given to somebody else: it freezes the owner's commands instead of obeying.

use super::address::{Bsuid, Person, Phone};
use crate::failpoint::planted;

/// What a sender is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognition {
    /// The owner.
    Owner,
    /// The owner, whose BSUID is seen for the first time and is to be pinned.
    OwnerFirstSeen,
    /// The owner's number under another BSUID: perhaps a recycled number.
    Conflict,
    /// Somebody else.
    Stranger,
}

/// Compares a sender with the owner as configured (`OWNER_WA_ID`) and pinned.
pub fn recognise(owner: &Phone, pinned: Option<&Bsuid>, sender: &Person) -> Recognition {
    match (&sender.phone, &sender.bsuid, pinned) {
        // Planted: absent equals absent.
        (None, seen, pinned) if seen.as_ref() == pinned && planted!("nobody_is_the_owner") => Recognition::Owner,
        (Some(phone), _, _) if phone != owner => Recognition::Stranger,
        (Some(_), Some(seen), Some(pinned)) if seen != pinned => Recognition::Conflict,
        (Some(_), Some(_), None) => Recognition::OwnerFirstSeen,
        (Some(_), _, _) => Recognition::Owner,
        (None, Some(seen), Some(pinned)) if seen == pinned => Recognition::Owner,
        (None, _, _) => Recognition::Stranger,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(phone: Option<&str>, bsuid: Option<&str>) -> Person {
        Person { phone: phone.and_then(Phone::parse), bsuid: bsuid.and_then(Bsuid::parse) }
    }

    #[test]
    fn only_the_pinned_identity_is_the_owner() {
        let owner = Phone::parse("15550007777").expect("valid");
        let pin = Bsuid::parse("US.1");
        let table = [
            (person(Some("15550007777"), None), None, Recognition::Owner),
            (person(Some("15550007777"), None), pin.as_ref(), Recognition::Owner),
            (person(Some("15550007777"), Some("US.1")), None, Recognition::OwnerFirstSeen),
            (person(Some("15550007777"), Some("US.1")), pin.as_ref(), Recognition::Owner),
            (person(Some("15550007777"), Some("US.2")), pin.as_ref(), Recognition::Conflict),
            (person(None, Some("US.1")), pin.as_ref(), Recognition::Owner),
            (person(None, Some("US.1")), None, Recognition::Stranger),
            (person(None, Some("US.2")), pin.as_ref(), Recognition::Stranger),
            (person(Some("15550008888"), Some("US.1")), pin.as_ref(), Recognition::Stranger),
            (person(None, None), None, Recognition::Stranger),
            (person(None, None), pin.as_ref(), Recognition::Stranger),
        ];
        for (sender, pinned, expected) in table {
            assert_eq!(recognise(&owner, pinned, &sender), expected, "{sender:?} {pinned:?}");
        }
    }
}
