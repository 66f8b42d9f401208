//! The only file that touches the zone database: names to zones, wall clocks to instants and back.
//!
//! Must never drop a wall clock that does not exist or pick silently between two that do: both come back marked.

use std::collections::HashMap;
use std::sync::LazyLock;

use chrono::{DateTime, FixedOffset, MappedLocalTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::TZ_VARIANTS;
use serde::{Deserialize, Serialize};

pub use chrono_tz::IANA_TZDB_VERSION as ZONE_DATA;
pub(super) use chrono_tz::Tz;

/// Where a wall clock hangs: a zone of the database, or an offset written in the phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) enum Place {
    Named(Tz),
    Fixed(FixedOffset),
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        match place {
            Place::Named(zone) => zone.name().to_owned(),
            Place::Fixed(offset) => offset.to_string(),
        }
    }
}

impl TryFrom<String> for Place {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let fixed = || text.parse().ok().map(Self::Fixed);
        zone_named(&text).map(Self::Named).or_else(fixed).ok_or("neither a zone nor an offset")
    }
}

/// Coordinated universal time, the anchor of every written offset.
pub(super) const UTC: Place = Place::Named(Tz::UTC);

/// How a wall clock met a clock change (rules S1 and S2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// It exists once.
    None,
    /// It does not exist: moved forward by the length of the gap.
    Gap,
    /// It exists twice and this is the first time.
    FirstPass,
    /// It exists twice; the first was not ahead any more.
    SecondPass,
}

/// Every zone by its name in lower case: looked up for every word of every phrase.
static BY_NAME: LazyLock<HashMap<String, Tz>> =
    LazyLock::new(|| TZ_VARIANTS.iter().map(|zone| (zone.name().to_ascii_lowercase(), *zone)).collect());

/// Finds a zone by its IANA name, in any letter case.
pub fn zone_named(name: &str) -> Option<Tz> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return BY_NAME.get(&name.to_ascii_lowercase()).copied();
    }
    BY_NAME.get(name).copied()
}

/// Finds a zone by the city in its name, with spaces for underscores (`new york`).
pub(super) fn zone_of_city(city: &str) -> Option<Tz> {
    let wanted = city.replace(' ', "_");
    let mut cities = TZ_VARIANTS.iter().filter(|zone| zone.name().contains('/'));
    cities.find(|zone| zone.name().rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(&wanted))).copied()
}

/// The names that a misspelt one may have meant, nearest first.
pub(super) fn names_like(name: &str, distance: impl Fn(&str, &str) -> usize) -> Option<&'static str> {
    let wanted = name.to_lowercase();
    let slashed = wanted.contains('/');
    let near = TZ_VARIANTS.iter().map(|zone| {
        let full = zone.name().to_lowercase();
        let compared = if slashed { full.as_str() } else { full.rsplit('/').next().unwrap_or_default() };
        (distance(&wanted, compared), zone.name())
    });
    near.filter(|(off, _)| *off <= 3).min_by_key(|(off, _)| *off).map(|(_, name)| name)
}

/// Zones whose rules changed after the data in here were made (IANA 2026f beside 2025b): their clocks may be wrong.
const OUTDATED: [Tz; 14] = [
    Tz::Europe__Chisinau,
    Tz::Europe__Tiraspol,
    Tz::Africa__Casablanca,
    Tz::Africa__El_Aaiun,
    Tz::America__Vancouver,
    Tz::America__Edmonton,
    Tz::America__Winnipeg,
    Tz::America__Inuvik,
    Tz::America__Yellowknife,
    Tz::America__Rainy_River,
    Tz::America__Havana,
    Tz::Canada__Pacific,
    Tz::Canada__Mountain,
    Tz::Canada__Central,
];

/// True for a zone whose clock changes are not known well: a government changed them after the data were made.
pub fn is_outdated(zone: Tz) -> bool {
    OUTDATED.contains(&zone)
}

/// True for the three names of Israel's zone, which the database keeps as separate zones.
pub(super) fn is_israel(zone: Tz) -> bool {
    matches!(zone, Tz::Asia__Jerusalem | Tz::Asia__Tel_Aviv | Tz::Israel)
}

/// Reads an instant as a wall clock.
pub(super) fn local_at(place: Place, at: DateTime<Utc>) -> NaiveDateTime {
    match place {
        Place::Named(zone) => at.with_timezone(&zone).naive_local(),
        Place::Fixed(offset) => at.with_timezone(&offset).naive_local(),
    }
}

/// Turns a wall clock into an instant; of two, the first that is later than `now`.
///
/// `None` only beyond the range of the calendar.
pub(super) fn instant_of(place: Place, local: NaiveDateTime, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Shift)> {
    match place {
        Place::Fixed(offset) => Some((offset.from_local_datetime(&local).single()?.to_utc(), Shift::None)),
        Place::Named(zone) => match zone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) => Some((at.to_utc(), Shift::None)),
            MappedLocalTime::Ambiguous(first, second) => {
                let (first, second) = (first.to_utc(), second.to_utc());
                let over = first <= now && second > now;
                Some(if over { (second, Shift::SecondPass) } else { (first, Shift::FirstPass) })
            }
            MappedLocalTime::None => Some((before_the_gap(zone, local)?, Shift::Gap)),
        },
    }
}

/// Reads a missing wall clock with the offset that was in force a day earlier (S1).
fn before_the_gap(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    let day_before = local.checked_sub_signed(TimeDelta::days(1))?;
    let offset = zone.offset_from_utc_datetime(&day_before).fix();
    local.checked_sub_offset(offset).map(|naive| naive.and_utc())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn wall(y: i32, mo: u32, d: u32, h: u32, mi: u32) -> NaiveDateTime {
        NaiveDate::from_ymd_opt(y, mo, d).and_then(|day| day.and_hms_opt(h, mi, 0)).expect("valid")
    }

    fn instant(zone: Tz, local: NaiveDateTime) -> (String, Shift) {
        let (at, shift) = instant_of(Place::Named(zone), local, DateTime::UNIX_EPOCH).expect("in range");
        (at.with_timezone(&zone).naive_local().to_string(), shift)
    }

    #[test]
    fn s1_a_missing_wall_clock_moves_forward_by_the_gap() {
        for (zone, local, want) in [
            (Tz::Asia__Jerusalem, wall(2026, 3, 27, 2, 30), "2026-03-27 03:30:00"),
            (Tz::Europe__London, wall(2027, 3, 28, 1, 15), "2027-03-28 02:15:00"),
            (Tz::America__New_York, wall(2027, 3, 14, 2, 0), "2027-03-14 03:00:00"),
            (Tz::Australia__Lord_Howe, wall(2026, 10, 4, 2, 10), "2026-10-04 02:40:00"),
            (Tz::Africa__Cairo, wall(2027, 4, 30, 0, 0), "2027-04-30 01:00:00"),
        ] {
            assert_eq!(instant(zone, local), (want.to_owned(), Shift::Gap), "{zone}");
        }
    }

    #[test]
    fn s2_a_doubled_wall_clock_means_its_first_pass_while_that_is_ahead() {
        let place = Place::Named(Tz::Asia__Jerusalem);
        let local = wall(2026, 10, 25, 1, 20);
        let (first, shift) = instant_of(place, local, DateTime::UNIX_EPOCH).expect("in range");
        assert_eq!((first.to_rfc3339().as_str(), shift), ("2026-10-24T22:20:00+00:00", Shift::FirstPass));
        let (second, shift) = instant_of(place, local, first).expect("in range");
        assert_eq!((second.to_rfc3339().as_str(), shift), ("2026-10-24T23:20:00+00:00", Shift::SecondPass));
    }

    #[test]
    fn z1_names_are_found_in_any_letter_case() {
        assert_eq!(zone_named("asia/JERUSALEM"), Some(Tz::Asia__Jerusalem));
        assert_eq!(zone_named("Asia/Atlantis"), None);
        assert_eq!(zone_of_city("new york"), Some(Tz::America__New_York));
    }
}
