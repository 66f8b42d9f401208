//! What is refused, where it points, and what it offers: N2 to N4, Z1 to Z4, section 8; and the confirmation.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::examples::{NOW, check, outcome_at};
use crate::domain::when::{Refusal, Settings, Understood, confirm, distance, understand};

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(NOW).expect("valid instant").to_utc()
}

fn refusal(phrase: &str) -> Refusal {
    understand(phrase, now(), &Settings::new(Tz::Asia__Jerusalem)).expect_err("refused")
}

fn confirmed(phrase: &str) -> String {
    confirmed_after(phrase, TimeDelta::zero())
}

fn confirmed_after(phrase: &str, transit: TimeDelta) -> String {
    let settings = Settings::new(Tz::Asia__Jerusalem);
    let Ok(Understood::Once(moment)) = understand(phrase, now(), &settings) else { panic!("{phrase} is one moment") };
    confirm(&moment, now() + transit, &settings)
}

#[test]
fn n2_every_word_has_to_be_understood() {
    check(
        NOW,
        &[
            ("", "E_EMPTY"),
            ("   ", "E_EMPTY"),
            ("at the", "E_EMPTY"),
            ("UTC", "E_EMPTY"),
            ("tomorrow please", "E_UNKNOWN_WORD"),
            ("tomorrw", "E_UNKNOWN_WORD"),
            ("מחר בערך ב-8", "E_UNKNOWN_WORD"),
            ("tomorrow 8:00 9:00", "E_CONFLICT"),
            ("tomorrow today", "E_CONFLICT"),
            ("tomorrow or friday", "E_AMBIGUOUS"),
            ("1pm or 2pm", "E_AMBIGUOUS"),
            ("tomorrow and friday", "E_AMBIGUOUS"),
            ("מחר או מחרתיים", "E_AMBIGUOUS"),
            ("tomorrow at 8 and 10", "E_AMBIGUOUS"),
        ],
    );
    assert_eq!(outcome_at(&"a ".repeat(300), NOW), "E_UNSUPPORTED");
}

#[test]
fn a_span_is_not_a_moment() {
    check(
        NOW,
        &[
            ("3-4pm", "E_RANGE"),
            ("10:00-12:00", "E_RANGE"),
            ("tomorrow 10:00 - 12:00", "E_RANGE"),
            ("tomorrow 3-4", "E_RANGE"),
            ("3pm to 4pm", "E_RANGE"),
            ("3 to 4pm", "E_RANGE"),
            ("from 9 to 17", "E_RANGE"),
            ("10:00 until 12:00", "E_RANGE"),
            ("מחר 10:00-12:00", "E_RANGE"),
            ("מחר 10:00 עד 12:00", "E_RANGE"),
        ],
    );
}

#[test]
fn vague_unsupported_and_repeating_phrases_are_named() {
    check(
        NOW,
        &[
            ("soon", "E_VAGUE"),
            ("later", "E_VAGUE"),
            ("in a few minutes", "E_VAGUE"),
            ("in a while", "E_VAGUE"),
            ("in a bit", "E_VAGUE"),
            ("christmas", "E_UNSUPPORTED"),
            ("tomorrow at sunset", "E_UNSUPPORTED"),
            ("ערב פסח", "E_UNSUPPORTED"),
            ("בשקיעה", "E_UNSUPPORTED"),
        ],
    );
}

#[test]
fn z1_z2_a_zone_moves_the_whole_reading() {
    check(
        NOW,
        &[
            ("16:30 utc", "2026-06-10T19:30:00"),
            ("16:30 GMT", "2026-06-10T19:30:00"),
            ("16:30 UTC+2", "2026-06-10T17:30:00"),
            ("16:30 GMT-05:30", "2026-06-11T01:00:00"),
            ("16:30 +02:00", "2026-06-10T17:30:00"),
            ("16:30 +0200", "2026-06-10T17:30:00"),
            ("16:30 -3", "2026-06-10T22:30:00"),
            ("16:30 +14", "2026-06-11T05:30:00"),
            ("16:30 +14:30", "E_ZONE"),
            ("16:30 +15", "E_ZONE"),
            ("16:30 europe/LONDON", "2026-06-10T18:30:00"),
            ("tomorrow 9:00 Asia/Tokyo", "2026-06-11T03:00:00"),
            ("9:00 America/New_York tomorrow", "2026-06-11T16:00:00"),
            ("8:00 America/New_York", "2026-06-10T15:00:00"),
            ("tomorrow Europe/London", "2026-06-11T11:00:00"),
            ("Europe/London tomorrow 10:00", "2026-06-11T12:00:00"),
            ("16:30 UTC Europe/London", "E_CONFLICT"),
        ],
    );
    check("2026-06-10T23:30:00+03:00", &[("tomorrow 9:00 Asia/Tokyo", "2026-06-12T03:00:00")]);
}

#[test]
fn z3_z4_cities_and_abbreviations() {
    check(
        NOW,
        &[
            ("10am london time", "2026-06-10T12:00:00"),
            ("10am New York time", "2026-06-10T17:00:00"),
            ("10am Israel time", "2026-06-10T10:00:00"),
            ("10am Tel Aviv time", "2026-06-10T10:00:00"),
            ("10:00 שעון לונדון", "2026-06-10T12:00:00"),
            ("10:00 לפי שעון ניו יורק", "2026-06-10T17:00:00"),
            ("10:00 לפי שעון ישראל", "2026-06-10T10:00:00"),
            ("10:00 שעון לוס אנג'לס", "2026-06-10T20:00:00"),
            ("10:00 PST", "E_ZONE"),
            ("10:00pst", "E_ZONE"),
            ("10:00 EST", "E_ZONE"),
            ("10:00 IST", "E_ZONE"),
            ("10:00 CET", "E_ZONE"),
            ("10:00 Europe/Lodnon", "E_ZONE"),
            ("10am gotham time", "E_ZONE"),
            ("10:00 שעון נרניה", "E_ZONE"),
        ],
    );
    assert_eq!(refusal("10:00 PST").suggestions, ["10:00 America/Los_Angeles"]);
    assert_eq!(refusal("10:00 Europe/Lodnon").suggestions, ["10:00 Europe/London"]);
}

#[test]
fn a_refusal_points_at_the_words_and_offers_something() {
    let unknown = refusal("tomorrw at 7");
    assert_eq!((unknown.span, unknown.suggestions), (0..7, vec!["tomorrow at 7".to_owned()]));
    assert_eq!(refusal("tomorrow at 7 sharp").span, 14..19);
    assert_eq!(refusal("06/13 10:00").suggestions, ["13/06 10:00"]);
    assert_eq!(refusal("friday 13 june 10:00").message, "13 June 2026 is a Saturday.");
    assert_eq!(refusal("today 08:55").suggestions, ["tomorrow 08:55"]);
    assert_eq!(refusal("weekend").suggestions, ["friday", "saturday"]);
    assert_eq!(refusal("tonight at 9am").suggestions, ["tonight", "9am"]);
    let halves = ["every sunday at 8", "every tuesday at 14:00"];
    assert_eq!(refusal("every sunday at 8 and tuesday at 14:00").suggestions, halves);
    assert_eq!(refusal("ב-31 בנובמבר").suggestions, ["ב-30 בנובמבר", "ב-29 בנובמבר", "ב-28 בנובמבר"]);
    assert_eq!(refusal("כל חודש ב-10 בשעה 9:00").suggestions, ["כל חודש ב-10", "9:00"]);
    let shown = refusal("wednesday 7").to_string();
    assert_eq!(shown, "Is \"7\" an hour or a day of the month? Try: wednesday at 7");
    assert!(refusal("מחר בערך").to_string().contains("לא הבנתי"), "a Hebrew phrase is answered in Hebrew");
}

#[test]
fn section_9_a_confirmation_says_it_in_full() {
    for (phrase, want) in [
        ("tomorrow 08:30", "Thu 11 Jun 2026, 08:30 (in 23 h)"),
        ("09:00", "Thu 11 Jun 2026, 09:00 (in 23 h); 09:00 has passed today, so tomorrow"),
        ("wednesday 18:00", "Wed 10 Jun 2026, 18:00 (in 8 h); today"),
        (
            "next friday",
            "Fri 19 Jun 2026, 09:00 (in 8 days); not 12 June; for that write: this friday; no time given, 09:00",
        ),
        ("at 5", "Wed 10 Jun 2026, 17:00 (in 7 h); 5 = 17:00; for the morning write 05:00"),
        ("tomorrow 5:30", "Thu 11 Jun 2026, 05:30 (in 20 h); 05:30 in the morning"),
        ("midnight", "Thu 11 Jun 2026, 00:00 (in 14 h); the night between Wed 10 and Thu 11 June"),
        ("thursday 24:00", "Fri 12 Jun 2026, 00:00 (in 1 day); the night between Thu 11 and Fri 12 June"),
        ("3 march 10:00", "Wed 3 Mar 2027, 10:00 (in 266 days); next year, 2027"),
        ("tomorrow evening", "Thu 11 Jun 2026, 19:00 (in 1 day); evening = 19:00"),
        ("9am Europe/London", "Wed 10 Jun 2026, 09:00 Europe/London (in 1 h 30 min); Wed 10 Jun, 11:00 your time"),
        ("tomorrow 8:00 +02:00", "Thu 11 Jun 2026, 08:00 +02:00 (in 23 h); Thu 11 Jun, 09:00 your time"),
        (
            "26 march 2027 02:30",
            "Fri 26 Mar 2027, 03:30 (in 288 days); 02:30 in the morning; 02:30 does not exist that night, 03:30 instead",
        ),
        ("מחר ב-08:30", "יום ה' 11.6.2026 בשעה 08:30 (בעוד 23 שעות)"),
    ] {
        assert_eq!(confirmed(phrase), want, "{phrase}");
    }
}

#[test]
fn a_distance_is_in_the_unit_a_person_would_use() {
    for (seconds, want) in [
        (0, "now"),
        (45, "in 45 s"),
        (600, "in 10 min"),
        (5400, "in 1 h 30 min"),
        (82_800, "in 23 h"),
        (259_200, "in 3 days"),
    ] {
        assert_eq!(distance(now(), now() + TimeDelta::seconds(seconds)), want);
    }
}

#[test]
fn a_length_is_confirmed_as_it_was_said_although_the_words_took_a_moment_to_arrive() {
    for (phrase, want) in
        [("in 2 hours", "(in 2 h)"), ("in 25 minutes", "(in 25 min)"), ("בעוד שעתיים", "(בעוד שעתיים)")]
    {
        let told = confirmed_after(phrase, TimeDelta::milliseconds(2600));
        assert!(told.contains(want), "{told}");
    }
}
