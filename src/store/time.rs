//! How an instant is stored: microseconds since the Unix epoch, UTC, in a `BIGINT`.
//!
//! The same on every database and exact for what people and RFC 3339 name; finer fractions are cut off.
//! Nothing here reads a clock.

use chrono::{DateTime, Utc};

/// The stored form.
pub fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The instant that was stored; out of chrono's range it is its nearest end.
pub fn instant(micros: i64) -> DateTime<Utc> {
    let nearest = if micros < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
    DateTime::from_timestamp_micros(micros).unwrap_or(nearest)
}

/// The instant as it will read once stored.
pub fn stored(at: DateTime<Utc>) -> DateTime<Utc> {
    instant(micros(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_keeps_its_microseconds() {
        let at: DateTime<Utc> = "2026-11-22T06:55:00.123456Z".parse().expect("instant");
        assert_eq!(instant(micros(at)), at);
    }

    #[test]
    fn finer_fractions_are_cut_off_and_the_far_past_survives() {
        let fine: DateTime<Utc> = "2026-11-22T06:55:00.123456789Z".parse().expect("instant");
        let old: DateTime<Utc> = "1932-01-02T03:04:05.5Z".parse().expect("instant");
        assert_eq!(stored(fine).to_rfc3339(), "2026-11-22T06:55:00.123456+00:00");
        assert_eq!(stored(old), old);
    }

    #[test]
    fn a_number_out_of_range_becomes_the_nearest_instant() {
        assert_eq!(instant(i64::MIN), DateTime::<Utc>::MIN_UTC);
        assert_eq!(instant(i64::MAX), DateTime::<Utc>::MAX_UTC);
    }
}
