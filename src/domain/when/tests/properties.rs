//! What holds for every phrase, sensible or not.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::domain::when::{Rule, Settings, Understood, confirm, understand};

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

/// Series of every kind.
const SERIES: &[&str] = &[
    "every day at 02:30",
    "every 3 days at 8 and 20",
    "every mon, wed and fri at 9 except 12 june",
    "every 2 weeks on monday 10:00 until 2027-12-31",
    "monthly on the 1st and 31st at 01:15",
    "every last friday of the month at 17:00 Europe/London",
    "first workday of every month",
    "every year on 29 february",
    "every 45 minutes for 40 times",
    "every hour between 9 and 17 on weekdays",
    "every day 9:00 +02:00",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;BYHOUR=8",
    "DTSTART:20260101T080000Z;RRULE:FREQ=WEEKLY;INTERVAL=3",
    "כל יום חול ב-8:45 חוץ משבת",
];

fn series(phrase: &str, now: DateTime<Utc>, zone: Tz) -> Option<Rule> {
    match understand(phrase, now, &Settings::new(zone)) {
        Ok(Understood::Repeats(rule)) => Some(rule),
        _ => None,
    }
}

#[test]
fn r15_a_series_is_strictly_increasing_and_on_its_wall_clock_for_five_years_in_every_zone() {
    let now: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().expect("an instant");
    let end = now + TimeDelta::days(5 * 365);
    for zone in chrono_tz::TZ_VARIANTS {
        let rule = series("every day at 02:30", now, zone).expect("a series");
        let (mut last, mut date) = (now, None);
        for at in rule.after(now).take_while(|at| *at < end) {
            let local = at.with_timezone(&zone).naive_local();
            let clock = local.time().format("%H:%M").to_string();
            // In a gap it is moved forward, and back on the rule the day after.
            assert!(at > last && (clock == "02:30" || local.time() > chrono::NaiveTime::MIN), "{zone} {at}");
            let moved = clock != "02:30";
            assert!(
                !moved
                    || zone
                        .from_local_datetime(&local.date().and_hms_opt(2, 30, 0).expect("a time"))
                        .single()
                        .is_none(),
                "{zone} {at}"
            );
            let next = date.and_then(|date: chrono::NaiveDate| date.succ_opt());
            // A day that a zone never had is skipped.
            assert!(next.is_none_or(|next| local.date() >= next), "{zone} {at}");
            (last, date) = (at, Some(local.date()));
        }
        assert!(end - last < TimeDelta::days(2), "{zone} ends at {last}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_kept_rule_is_the_same_rule_and_goes_on_where_it_was(
        phrase in prop::sample::select(SERIES),
        now in any_now(),
        zone in prop::sample::select(&chrono_tz::TZ_VARIANTS[..]),
        passed in 0_usize..40,
    ) {
        let Some(rule) = series(phrase, now, zone) else { return Ok(()) };
        let kept = serde_json::to_string(&rule).expect("JSON");
        let again: Rule = serde_json::from_str(&kept).expect("a rule");
        prop_assert_eq!(&again, &rule);
        let all: Vec<_> = rule.after(now).take(passed + 5).collect();
        prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", all);
        // Asked from any occurrence on, the same ones follow.
        if let Some(at) = all.get(passed) {
            let rest: Vec<_> = again.after(*at).take(4).collect();
            prop_assert_eq!(&rest[..], &all[passed + 1..(passed + 5).min(all.len())]);
        }
    }
}
