//! What holds for every phrase, sensible or not.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::domain::when::{Settings, Understood, confirm, understand};

const PIECES: &[&str] = &[
    "tomorrow",
    "today",
    "tonight",
    "at",
    "9",
    "12",
    "5pm",
    "18:30",
    "24:00",
    "02:30",
    "friday",
    "next",
    "week",
    "12 june",
    "the 31st",
    "in",
    "3 days",
    "and",
    "2 hours",
    "half",
    "past",
    "quarter",
    "to",
    "midnight",
    "evening",
    "night",
    "2026-06-12T16:00",
    "12/6",
    "13.6",
    "+02:00",
    "UTC",
    "Europe/London",
    "last",
    "of",
    "first",
    "monday",
    "month",
    "eod",
    "from",
    "now",
    "every",
    "מחר",
    "היום",
    "ב",
    "ב-9",
    "בעוד",
    "שעה",
    "וחצי",
    "יום",
    "שני",
    "לחודש",
    "-",
    ",",
    "a",
    "99999999999",
    "29 february",
    "minutes",
];

fn holds(phrase: &str, now: DateTime<Utc>) -> Result<(), TestCaseError> {
    let settings = Settings::new(Tz::Asia__Jerusalem);
    match understand(phrase, now, &settings) {
        Ok(Understood::Once(moment)) => {
            prop_assert!(moment.at > now, "{phrase:?} gave {}", moment.at);
            prop_assert!(!confirm(&moment, now, &settings).is_empty());
        }
        Ok(Understood::Repeats(rule)) => {
            let next: Vec<_> = rule.after(now).take(4).collect();
            prop_assert!(!next.is_empty() && next.iter().all(|at| *at > now), "{phrase:?} gave {next:?}");
            prop_assert!(next.is_sorted(), "{phrase:?} gave {next:?}");
        }
        Err(refusal) => {
            prop_assert!(phrase.get(refusal.span.clone()).is_some(), "{phrase:?} points at {:?}", refusal.span);
            prop_assert!(!refusal.to_string().is_empty());
        }
    }
    Ok(())
}

fn any_now() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..5 * 366 * 86_400).prop_map(|seconds| {
        DateTime::from_timestamp(1_767_225_600, 0).expect("valid instant") + TimeDelta::seconds(seconds)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_text_makes_it_panic_or_point_outside(phrase in "\\PC{0,60}", now in any_now()) {
        holds(&phrase, now)?;
    }

    #[test]
    fn hebrew_and_marks_do_not_either(phrase in "[א-תְ-ׇ\u{200e}\u{200f}\u{5be}'\"0-9:./ +-]{0,40}", now in any_now()) {
        holds(&phrase, now)?;
    }

    #[test]
    fn words_of_the_language_in_any_order_are_ahead_or_refused(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 1..6),
        now in any_now(),
    ) {
        holds(&pieces.join(" "), now)?;
    }
}
