//! What a person is known by, and where it stands in texts, keys and bytes.
//!
//! Ids of messages carry the number of whoever they came from, or went to, in base64: it is looked for in that form as
//! well. Rather too much is found than too little, because all that follows is that words go early.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::domain::address::{Address, Bsuid, Person, Phone};
use crate::domain::content::Content;
use crate::domain::wording::clean;

/// Longest part of a name that is looked for: what is longer was cut where it was shown.
const NAME: usize = 50;

/// What a person is known by.
#[derive(Clone, Default)]
pub struct Traces {
    phones: BTreeSet<Phone>,
    bsuids: BTreeSet<Bsuid>,
    names: BTreeSet<String>,
    /// How the identities stand inside base64.
    disguises: BTreeSet<String>,
}

impl Traces {
    /// Adds identities of the person.
    pub fn add(&mut self, person: &Person) {
        for id in person.phone.iter().map(Phone::digits).chain(person.bsuid.iter().map(Bsuid::as_str)) {
            self.disguises.extend(disguises(id));
        }
        self.phones.extend(person.phone.clone());
        self.bsuids.extend(person.bsuid.clone());
    }

    /// Adds what others read in place of their identities.
    pub fn add_name(&mut self, name: &str) {
        let line: Vec<String> = clean(name).split_whitespace().map(str::to_owned).collect();
        let short: String = line.join(" ").chars().take(NAME).collect();
        if !short.is_empty() {
            self.names.insert(short);
        }
    }

    /// Where messages to them go.
    pub fn addresses(&self) -> Vec<Address> {
        let phones = self.phones.iter().cloned().map(Address::Phone);
        phones.chain(self.bsuids.iter().cloned().map(Address::User)).collect()
    }

    /// The numbers.
    pub fn phones(&self) -> impl Iterator<Item = &str> {
        self.phones.iter().map(Phone::digits)
    }

    /// The business-scoped ids.
    pub fn bsuids(&self) -> impl Iterator<Item = &str> {
        self.bsuids.iter().map(Bsuid::as_str)
    }

    /// True when the bytes name the person by an identity, plainly or in disguise.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        self.are_in_text(&String::from_utf8_lossy(bytes))
    }

    fn are_in_text(&self, text: &str) -> bool {
        self.phones().any(|digits| holds(text, digits, |c| c.is_ascii_digit()))
            || self.bsuids().any(|bsuid| holds(text, bsuid, |c| c.is_ascii_alphanumeric()))
            || self.disguises.iter().any(|disguise| text.contains(disguise.as_str()))
    }

    /// True when a reader of the message finds the person in it, by an identity or by name.
    pub fn are_told_by(&self, content: &Content) -> bool {
        let named = |text: &str| self.names.iter().any(|name| holds(text, name, char::is_alphanumeric));
        content.texts().into_iter().any(|text| self.are_in_text(text) || named(text))
    }
}

/// Never shows who it is.
impl std::fmt::Debug for Traces {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Traces(…)")
    }
}

/// True when `text` holds `needle`, and nothing that would be `more` of it on either side.
fn holds(text: &str, needle: &str, more: impl Fn(char) -> bool) -> bool {
    text.match_indices(needle).any(|(at, found)| {
        let before = text.get(..at).and_then(|rest| rest.chars().next_back());
        let after = text.get(at + found.len()..).and_then(|rest| rest.chars().next());
        !before.is_some_and(&more) && !after.is_some_and(&more)
    })
}

/// The base64 of `id` wherever it begins within a group of three bytes, without the characters that depend on what
/// stands beside it.
fn disguises(id: &str) -> [String; 3] {
    [0, 1, 2].map(|offset| {
        let bytes = [vec![0; offset], id.as_bytes().to_vec()].concat();
        let encoded = STANDARD_NO_PAD.encode(&bytes);
        let (first, end) = ((offset * 8).div_ceil(6), bytes.len() * 8 / 6);
        encoded.get(first..end).unwrap_or_default().to_owned()
    })
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn ana() -> Traces {
        let mut traces = Traces::default();
        let person = Person::new(Phone::parse("15550009901"), Bsuid::parse("US.4400112233445566"));
        traces.add(&person.expect("identities"));
        traces.add_name(" Ana  Lee ");
        traces
    }

    #[test]
    fn a_number_is_found_whole_and_never_as_a_part_of_a_longer_one() {
        for (text, found) in [
            (r#"{"from":"15550009901"}"#, true),
            (r#"{"from":15550009901}"#, true),
            ("https://wa.me/15550009901", true),
            ("+15550009901,", true),
            ("115550009901", false),
            ("155500099012", false),
            ("1555000990", false),
            ("US.4400112233445566", true),
            ("US.44001122334455667", false),
            ("", false),
        ] {
            assert_eq!(ana().are_in(text.as_bytes()), found, "{text}");
        }
    }

    #[test]
    fn a_name_is_found_as_a_word_in_all_that_is_shown() {
        let link = |header: &str, body: &str| Content::Link {
            header: Some(header.to_owned()),
            body: body.to_owned(),
            footer: None,
            label: "Open chat".to_owned(),
            url: "https://wa.me/15550001111".to_owned(),
        };
        assert!(ana().are_told_by(&Content::text("Passed on to Ana Lee, privately.")));
        assert!(ana().are_told_by(&link("Ana Lee", "x")));
        assert!(!ana().are_told_by(&link("Team", "Anabel and Lee, Mariana Leeds")));
        assert!(!ana().are_told_by(&Content::text("Mariana Lee")));
        assert!(!ana().are_told_by(&Content::Removed));
    }

    #[test]
    fn a_person_without_a_name_is_not_found_everywhere() {
        let mut traces = Traces::default();
        traces.add_name(" \u{200b}");
        assert!(!traces.are_told_by(&Content::text("hello")));
        assert!(!traces.are_in(b"hello"));
    }

    proptest! {
        #[test]
        fn a_number_is_found_in_an_id_that_carries_it_wherever_it_stands(
            number in "[1-9][0-9]{6,14}",
            before in proptest::collection::vec(any::<u8>(), 0..7),
            after in proptest::collection::vec(any::<u8>(), 0..30),
        ) {
            let mut traces = Traces::default();
            traces.add(&Person::new(Phone::parse(&number), None).expect("a person"));
            let key = format!("m:700:wamid.{}", STANDARD.encode([&before[..], number.as_bytes(), &after[..]].concat()));
            prop_assert!(traces.are_in(key.as_bytes()), "{}", key);
        }
    }
}
