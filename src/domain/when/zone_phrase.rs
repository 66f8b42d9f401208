//! Zones as a phrase names them (section 4): IANA names, offsets, `UTC+2`, `london time`, `שעון לונדון`.

use chrono::FixedOffset;

use super::lex::{Kind, Lexeme};
use super::word::Word;
use super::zone::{Place, UTC, zone_named, zone_of_city};

/// Abbreviations that mean several offsets, or the wrong one in summer, with the zone that was likely meant (Z4).
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    ("pst", &["America/Los_Angeles"]),
    ("pdt", &["America/Los_Angeles"]),
    ("mst", &["America/Denver", "America/Phoenix"]),
    ("mdt", &["America/Denver"]),
    ("cst", &["America/Chicago", "Asia/Shanghai"]),
    ("cdt", &["America/Chicago"]),
    ("est", &["America/New_York"]),
    ("edt", &["America/New_York"]),
    ("akst", &["America/Anchorage"]),
    ("akdt", &["America/Anchorage"]),
    ("hst", &["Pacific/Honolulu"]),
    ("ast", &["America/Halifax", "Asia/Riyadh"]),
    ("adt", &["America/Halifax"]),
    ("nst", &["America/St_Johns"]),
    ("brt", &["America/Sao_Paulo"]),
    ("art", &["America/Argentina/Buenos_Aires"]),
    ("bst", &["Europe/London"]),
    ("ist", &["Asia/Jerusalem", "Asia/Kolkata", "Europe/Dublin"]),
    ("idt", &["Asia/Jerusalem"]),
    ("wet", &["Europe/Lisbon"]),
    ("west", &["Europe/Lisbon"]),
    ("cet", &["Europe/Berlin"]),
    ("cest", &["Europe/Berlin"]),
    ("met", &["Europe/Berlin"]),
    ("mez", &["Europe/Berlin"]),
    ("eet", &["Europe/Athens"]),
    ("eest", &["Europe/Athens"]),
    ("trt", &["Europe/Istanbul"]),
    ("msk", &["Europe/Moscow"]),
    ("sast", &["Africa/Johannesburg"]),
    ("wat", &["Africa/Lagos"]),
    ("eat", &["Africa/Nairobi"]),
    ("cat", &["Africa/Maputo"]),
    ("gst", &["Asia/Dubai"]),
    ("pkt", &["Asia/Karachi"]),
    ("npt", &["Asia/Kathmandu"]),
    ("ict", &["Asia/Bangkok"]),
    ("wib", &["Asia/Jakarta"]),
    ("sgt", &["Asia/Singapore"]),
    ("myt", &["Asia/Kuala_Lumpur"]),
    ("hkt", &["Asia/Hong_Kong"]),
    ("pht", &["Asia/Manila"]),
    ("prc", &["Asia/Shanghai"]),
    ("roc", &["Asia/Taipei"]),
    ("rok", &["Asia/Seoul"]),
    ("kst", &["Asia/Seoul"]),
    ("jst", &["Asia/Tokyo"]),
    ("awst", &["Australia/Perth"]),
    ("acst", &["Australia/Darwin"]),
    ("acdt", &["Australia/Adelaide"]),
    ("aest", &["Australia/Sydney", "Australia/Brisbane"]),
    ("aedt", &["Australia/Sydney"]),
    ("nzst", &["Pacific/Auckland"]),
    ("nzdt", &["Pacific/Auckland"]),
    ("uct", &["UTC"]),
];

/// Hebrew names of places after `שעון`.
const HEBREW_PLACES: &[(&str, &str)] = &[
    ("ישראל", "Asia/Jerusalem"),
    ("ירושלים", "Asia/Jerusalem"),
    ("לונדון", "Europe/London"),
    ("ניו יורק", "America/New_York"),
    ("ניו - יורק", "America/New_York"),
    ("פריז", "Europe/Paris"),
    ("ברלין", "Europe/Berlin"),
    ("טוקיו", "Asia/Tokyo"),
    ("מוסקבה", "Europe/Moscow"),
    ("לוס אנג'לס", "America/Los_Angeles"),
];

/// The zones an abbreviation may stand for; empty when it is not a known one.
pub(super) fn likely_zones(abbreviation: &str) -> &'static [&'static str] {
    if !(3..=4).contains(&abbreviation.len()) {
        return &[];
    }
    let found = ABBREVIATIONS.iter().find(|(short, _)| short.eq_ignore_ascii_case(abbreviation));
    found.map_or(&[], |(_, zones)| zones)
}

/// Reads a zone that is named by words; gives its meaning and how many lexemes it took.
pub(super) fn named_zone(lexemes: &[Lexeme], at: usize, known: impl Fn(&str) -> bool) -> Option<(Word, usize)> {
    let first = lexemes.get(at).filter(|l| l.kind == Kind::Letters)?;
    universal(lexemes, at)
        .or_else(|| hebrew(lexemes, at))
        .or_else(|| city_time(lexemes, at))
        .or_else(|| (!first.glued).then(|| database_name(lexemes, at)).flatten())
        .or_else(|| (!known(&first.text)).then(|| unknown_name(lexemes, at)).flatten())
}

/// `UTC`, `GMT`, `UTC+2`, `GMT-05:30`.
fn universal(lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    lexemes.get(at).filter(|l| matches!(l.text.as_str(), "utc" | "gmt"))?;
    let signed = lexemes.get(at + 1).is_some_and(|l| l.glued);
    let offset = signed.then(|| offset(lexemes, at + 1)).flatten();
    Some(offset.map_or((Word::Zone(UTC), 1), |(word, used)| (word, used + 1)))
}

/// `+02:00`, `+0200`, `-3`: a sign with its number glued to it.
pub(super) fn offset(lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    let west = match lexemes.get(at)?.kind {
        Kind::Sign('+') => false,
        Kind::Sign('-') => true,
        _ => return None,
    };
    let digits = |index: usize| match lexemes.get(index) {
        Some(Lexeme { kind: Kind::Digits(value), glued: true, width, .. }) => Some((*value, *width)),
        _ => None,
    };
    let (value, width) = digits(at + 1)?;
    let colon = lexemes.get(at + 2).is_some_and(|l| l.glued && l.kind == Kind::Sign(':'));
    let parts = match (width, colon.then(|| digits(at + 3)).flatten()) {
        (1 | 2, Some((minutes, 2))) => Some((value, minutes, 4)),
        (1 | 2, None) if !colon => Some((value, 0, 2)),
        (4, None) if !colon => Some((value / 100, value % 100, 2)),
        _ => None,
    };
    let Some((hours, minutes, used)) = parts else { return Some((Word::BadZone, 2)) };
    Some((fixed(west, hours, minutes).map_or(Word::BadZone, |o| Word::Zone(Place::Fixed(o))), used))
}

/// Offsets reach 14 hours either way.
fn fixed(west: bool, hours: u32, minutes: u32) -> Option<FixedOffset> {
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    if minutes > 59 || total > 14 * 60 {
        return None;
    }
    let seconds = i32::try_from(total).ok()? * 60;
    if west { FixedOffset::west_opt(seconds) } else { FixedOffset::east_opt(seconds) }
}

/// `[לפי] שעון לונדון`.
fn hebrew(lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    let text = |index: usize| lexemes.get(index).map(|l| l.text.as_str());
    let clock = at + usize::from(text(at) == Some("לפי"));
    if !matches!(text(clock), Some("שעון" | "בשעון" | "לשעון")) {
        return None;
    }
    let place = HEBREW_PLACES.iter().find_map(|(name, zone)| {
        let fits = name.split(' ').enumerate().all(|(n, part)| text(clock + 1 + n) == Some(part));
        fits.then(|| Some((zone_named(zone)?, name.split(' ').count())))?
    });
    Some(match place {
        Some((zone, words)) => (Word::Zone(Place::Named(zone)), clock + 1 + words - at),
        None => (Word::BadZone, (clock + 2).min(lexemes.len()) - at),
    })
}

/// `london time`, `new york time`; at most four words of letters before `time`.
fn city_time(lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    lexemes.iter().skip(at + 1).take(4).find(|lexeme| lexeme.text == "time")?;
    let mut city = String::new();
    for (words, lexeme) in lexemes.iter().skip(at).take(5).enumerate() {
        if lexeme.text == "time" && words > 0 {
            let zone = if city == "israel" { zone_named("Asia/Jerusalem") } else { zone_of_city(&city) };
            return zone.map(|zone| (Word::Zone(Place::Named(zone)), words + 1));
        }
        if lexeme.kind != Kind::Letters {
            return None;
        }
        if words > 0 {
            city.push(' ');
        }
        city.push_str(&lexeme.text);
    }
    None
}

/// A name of the zone database, written without a space.
fn database_name(lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    let (name, used) = chunk(lexemes, at);
    if !likely_zones(&name).is_empty() {
        return Some((Word::BadZone, used));
    }
    zone_named(&name).map(|zone| (Word::Zone(Place::Named(zone)), used))
}

/// What looks like a zone and is none: `Europe/Lodnon`, `gotham time`, `pst` glued to its time.
fn unknown_name(lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    let (name, used) = chunk(lexemes, at);
    let glued_abbreviation = lexemes.get(at).is_some_and(|l| !likely_zones(&l.text).is_empty());
    if glued_abbreviation {
        return Some((Word::BadZone, 1));
    }
    if name.contains('/') {
        return Some((Word::BadZone, used));
    }
    lexemes.get(at + 1).is_some_and(|l| l.text == "time").then_some((Word::BadZone, 2))
}

/// The run of lexemes up to the next space or comma.
fn chunk(lexemes: &[Lexeme], at: usize) -> (String, usize) {
    let mut name = String::new();
    let mut used = 0;
    for lexeme in lexemes.iter().skip(at) {
        if (used > 0 && !lexeme.glued) || lexeme.kind == Kind::Sign(',') {
            break;
        }
        name.push_str(&lexeme.text);
        used += 1;
    }
    (name, used)
}
