//! Ids in the shapes that Meta mints, and the emulator's one source of chance.
//!
//! The shapes were found by decoding the samples that Meta publishes; a client must treat them as opaque, and these
//! look-alikes exist so that a client which does not is found out. Nothing here is fit for secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A small deterministic generator (splitmix64): one seed, one run.
pub(super) struct Chance(u64);

/// Who sent the message that an id is minted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    FromBusiness,
    FromUser,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// True with the given probability between 0 and 1.
    pub fn happens(&mut self, probability: f64) -> bool {
        // 53 bits are what a double holds exactly, so 1.0 is always and 0.0 never.
        ((self.bits() >> 11) as f64) / ((1_u64 << 53) as f64) < probability
    }

    /// Puts the items into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = (self.bits() % (last as u64 + 1)) as usize;
            items.swap(last, other);
        }
    }

    /// A message id as webhooks and answers carry it: `wamid.` and base64 of number, direction and a random part.
    pub fn wamid(&mut self, number: &str, direction: Direction) -> String {
        let random = format!("3EB0{:016X}", self.bits());
        wamid_of(number, direction, &random)
    }

    /// A group id: base64 of the business number and an 18-digit id that starts with 120363.
    pub fn group_id(&mut self, business_number: &str) -> String {
        group_id_of(business_number, &format!("120363{:012}", self.bits() % 1_000_000_000_000))
    }

    /// A business-scoped user id for a person of the given country.
    pub fn bsuid(&mut self, country: &str) -> String {
        format!("{country}.{:016}", self.bits() % 10_000_000_000_000_000)
    }

    /// The id under which an asynchronous group call reports back.
    pub fn request_id(&mut self) -> String {
        format!("{:016X}", self.bits())
    }

    /// The last part of an invite link.
    pub fn invite_code(&mut self) -> String {
        let bytes = [self.bits().to_be_bytes(), self.bits().to_be_bytes()].concat();
        STANDARD.encode(bytes).chars().filter(char::is_ascii_alphanumeric).take(20).collect()
    }

    /// The `fbtrace_id` of an error body.
    pub fn trace_id(&mut self) -> String {
        format!("A{:010x}", self.bits() & 0xFF_FFFF_FFFF)
    }
}

fn wamid_of(number: &str, direction: Direction, random: &str) -> String {
    let kind = match direction {
        Direction::FromBusiness => 0x11,
        Direction::FromUser => 0x12,
    };
    // The length takes one byte; whatever is longer than a phone number is cut, nobody reads it back.
    let number: Vec<u8> = number.bytes().take(127).collect();
    let mut raw = vec![0x1C, 0x18, number.len() as u8];
    raw.extend(number);
    raw.extend([0x15, 0x02, 0x00, kind, 0x18, random.len() as u8]);
    raw.extend(random.bytes());
    raw.push(0);
    format!("wamid.{}", STANDARD.encode(raw))
}

fn group_id_of(business_number: &str, digits: &str) -> String {
    let encoded = STANDARD.encode(format!("capi_group:{business_number}:{digits}"));
    // Meta's samples write the last padding sign as `ZD`.
    match encoded.strip_suffix('=') {
        Some(head) => format!("{}ZD", head.trim_end_matches('=')),
        None => encoded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_shape_of_the_published_samples() {
        assert_eq!(
            wamid_of("15550007777", Direction::FromUser, "3A0123456789ABCDEF01"),
            "wamid.HBgLMTU1NTAwMDc3NzcVAgASGBQzQTAxMjM0NTY3ODlBQkNERUYwMQA="
        );
        assert_eq!(
            group_id_of("15550001234", "120363000000000001"),
            "Y2FwaV9ncm91cDoxNTU1MDAwMTIzNDoxMjAzNjMwMDAwMDAwMDAwMDEZD"
        );
    }

    #[test]
    fn one_seed_repeats_itself_and_two_calls_differ() {
        let mut once = Chance::new(7);
        let mut again = Chance::new(7);
        let first = once.wamid("15550001234", Direction::FromBusiness);
        assert_eq!(first, again.wamid("15550001234", Direction::FromBusiness));
        assert_ne!(first, once.wamid("15550001234", Direction::FromBusiness));
    }

    #[test]
    fn certain_always_happens_and_impossible_never() {
        let mut chance = Chance::new(1);
        assert!((0..1000).all(|_| chance.happens(1.0)));
        assert!((0..1000).all(|_| !chance.happens(0.0)));
        let heads = (0..1000).filter(|_| chance.happens(0.5)).count();
        assert!((350..650).contains(&heads), "{heads}");
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Chance::new(3).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
