//! Worked examples, one row per phrase. Asia/Jerusalem, and Wed 10 June 2026 09:30 unless the row says otherwise.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::super::{Settings, Understood, understand};

pub(super) const NOW: &str = "2026-06-10T09:30:00+03:00";

/// The instant in the owner's zone, or the code of the refusal.
pub(super) fn outcome_in(phrase: &str, now: &str, settings: &Settings) -> String {
    let now: DateTime<Utc> = DateTime::parse_from_rfc3339(now).expect("valid instant").to_utc();
    match understand(phrase, now, settings) {
        Ok(Understood::Once(moment)) => moment.at.with_timezone(&settings.zone).to_rfc3339(),
        Ok(Understood::Repeats(rule)) => {
            let next = rule.after(now).take(3).map(|at| at.with_timezone(&settings.zone).to_rfc3339());
            next.collect::<Vec<_>>().join(" ")
        }
        Err(refusal) => refusal.code.as_str().to_owned(),
    }
}

pub(super) fn outcome_at(phrase: &str, now: &str) -> String {
    outcome_in(phrase, now, &Settings::new(Tz::Asia__Jerusalem))
}

/// Holds a table of phrases and outcomes against the language; reports all rows that differ.
pub(super) fn check(now: &str, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(phrase, want)| (phrase, want, outcome_at(phrase, now)))
        .filter(|(_, want, got)| !got.starts_with(**want))
        .map(|(phrase, want, got)| format!("{phrase:?}: wanted {want}, got {got}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_worked_examples_hold() {
    for (number, now, phrase, want) in [
        (1, NOW, "today 20:15", "2026-06-10T20:15:00+03:00"),
        (2, NOW, "today 08:55", "E_PAST"),
        (3, NOW, "08:00", "2026-06-11T08:00:00+03:00"),
        (4, NOW, "12:00", "2026-06-10T12:00:00+03:00"),
        (5, NOW, "at 9:00", "2026-06-11T09:00:00+03:00"),
        (6, NOW, "6:10", "2026-06-11T06:10:00+03:00"),
        (7, NOW, "at 0730", "2026-06-11T07:30:00+03:00"),
        (8, NOW, "tomorrow at 9", "2026-06-11T09:00:00+03:00"),
        (9, NOW, "tomorrow at 5", "2026-06-11T17:00:00+03:00"),
        (10, NOW, "today at 5", "2026-06-10T17:00:00+03:00"),
        (11, NOW, "at nine", "2026-06-10T21:00:00+03:00"),
        (12, NOW, "thursday 12am", "2026-06-11T00:00:00+03:00"),
        (13, NOW, "today at midnight", "2026-06-11T00:00:00+03:00"),
        (14, NOW, "friday at midnight", "E_AMBIGUOUS"),
        (15, NOW, "thursday 24:00", "2026-06-12T00:00:00+03:00"),
        (16, NOW, "tonight at 12", "2026-06-11T00:00:00+03:00"),
        (17, NOW, "tonight at 2", "2026-06-11T02:00:00+03:00"),
        (18, NOW, "friday night at 1", "E_AMBIGUOUS"),
        (19, NOW, "tomorrow evening at 6", "2026-06-11T18:00:00+03:00"),
        (20, NOW, "9 in the evening", "2026-06-10T21:00:00+03:00"),
        (21, NOW, "half past 8", "2026-06-10T20:30:00+03:00"),
        (22, NOW, "quarter to 6", "2026-06-10T17:45:00+03:00"),
        (23, NOW, "weds", "2026-06-17T09:00:00+03:00"),
        (24, NOW, "wednesday 18:00", "2026-06-10T18:00:00+03:00"),
        (25, NOW, "wed 9:00", "2026-06-17T09:00:00+03:00"),
        (26, NOW, "this friday 12:30", "2026-06-12T12:30:00+03:00"),
        (27, NOW, "next friday 12:30", "2026-06-19T12:30:00+03:00"),
        (28, NOW, "next sunday at noon", "2026-06-14T12:00:00+03:00"),
        (29, NOW, "tuesday next week at noon", "2026-06-16T12:00:00+03:00"),
        (30, NOW, "next week at 8:00", "2026-06-14T08:00:00+03:00"),
        (31, NOW, "12 june at 10:00", "2026-06-12T10:00:00+03:00"),
        (32, NOW, "3 march 10:00", "2027-03-03T10:00:00+02:00"),
        (33, NOW, "13/06 10:00", "2026-06-13T10:00:00+03:00"),
        (34, NOW, "06/13 10:00", "E_BAD_DATE"),
        (35, NOW, "10.11.26 8:30", "2026-11-10T08:30:00+02:00"),
        (36, NOW, "friday 13 june 10:00", "E_WEEKDAY"),
        (37, NOW, "the 12th at 16:00", "2026-06-12T16:00:00+03:00"),
        (38, NOW, "the 10th at 9:00", "2026-07-10T09:00:00+03:00"),
        (39, NOW, "2026-06-12T16:00:00+02:00", "2026-06-12T17:00:00+03:00"),
        (40, NOW, "in 25 minutes", "2026-06-10T09:55:00+03:00"),
        (41, NOW, "in 2 hours and 10 minutes", "2026-06-10T11:40:00+03:00"),
        (42, NOW, "in 4 days", "2026-06-14T09:30:00+03:00"),
        (43, NOW, "in 4 days at 7:15", "2026-06-14T07:15:00+03:00"),
        (44, "2027-01-31T12:00:00+02:00", "in 1 month", "2027-02-28T12:00:00+02:00"),
        (45, NOW, "a week from sunday at 8", "2026-06-21T08:00:00+03:00"),
        (46, NOW, "end of month", "2026-06-30T18:00:00+03:00"),
        (47, NOW, "tuesday eod", "2026-06-16T18:00:00+03:00"),
        (48, NOW, "last sunday of june at 11:00", "2026-06-28T11:00:00+03:00"),
        (49, NOW, "same time on sunday", "2026-06-14T09:30:00+03:00"),
        (50, NOW, "9am Europe/London", "2026-06-10T11:00:00+03:00"),
        (51, NOW, "16:30 UTC", "2026-06-10T19:30:00+03:00"),
        (52, NOW, "tomorrow 8:00 +02:00", "2026-06-11T09:00:00+03:00"),
        (53, NOW, "10:00 PST", "E_ZONE"),
        (54, NOW, "in 3 years", "E_TOO_FAR"),
        (55, NOW, "tomorrw at 7", "E_UNKNOWN_WORD"),
        (56, NOW, "tomorrow at 7 sharp", "E_UNKNOWN_WORD"),
        (57, NOW, "wednesday 7", "E_AMBIGUOUS"),
        (58, NOW, "tomorrow 12:00-13:00", "E_RANGE"),
        (59, "2026-03-26T21:30:00+02:00", "tomorrow at 02:20", "2026-03-27T03:20:00+03:00"),
        (60, "2026-03-26T21:30:00+02:00", "in one day", "2026-03-27T21:30:00+03:00"),
        (61, "2026-03-26T21:30:00+02:00", "24 hours from now", "2026-03-27T22:30:00+03:00"),
        (62, "2026-10-24T23:00:00+03:00", "tomorrow 01:20", "2026-10-25T01:20:00+03:00"),
        (63, "2026-10-24T23:00:00+03:00", "in 3 hours", "2026-10-25T01:00:00+02:00"),
        (64, NOW, "מחר ב-9", "2026-06-11T09:00:00+03:00"),
        (65, NOW, "בעוד שעתיים", "2026-06-10T11:30:00+03:00"),
        (66, NOW, "יום ראשון בשעה 10:00", "2026-06-14T10:00:00+03:00"),
        (67, NOW, "היום ב-8 בערב", "2026-06-10T20:00:00+03:00"),
        (68, NOW, "ביום שישי הבא ב-9:30", "2026-06-19T09:30:00+03:00"),
        (69, NOW, "ב-1 ביולי ב-12:00", "2026-07-01T12:00:00+03:00"),
        (70, NOW, "ב-20 לחודש ב-8:00", "2026-06-20T08:00:00+03:00"),
        (71, NOW, "מחר בשש וחצי", "2026-06-11T18:30:00+03:00"),
        (72, NOW, "במוצ\"ש", "2026-06-13T21:00:00+03:00"),
        (73, NOW, "לפני יומיים", "E_PAST"),
        (
            74,
            NOW,
            "every weekday at 9",
            "2026-06-11T09:00:00+03:00 2026-06-14T09:00:00+03:00 2026-06-15T09:00:00+03:00",
        ),
        (
            75,
            NOW,
            "every 2 weeks on monday 10:00",
            "2026-06-15T10:00:00+03:00 2026-06-29T10:00:00+03:00 2026-07-13T10:00:00+03:00",
        ),
        (
            76,
            NOW,
            "on the last friday of the month at 17:00",
            "2026-06-26T17:00:00+03:00 2026-07-31T17:00:00+03:00 2026-08-28T17:00:00+03:00",
        ),
        (
            77,
            NOW,
            "every 15 minutes until 18:00",
            "2026-06-10T09:45:00+03:00 2026-06-10T10:00:00+03:00 2026-06-10T10:15:00+03:00",
        ),
        (78, NOW, "every day at 7:30 until friday", "2026-06-11T07:30:00+03:00 2026-06-12T07:30:00+03:00"),
        (
            79,
            NOW,
            "every month on the 31st at 9:00",
            "2026-06-30T09:00:00+03:00 2026-07-31T09:00:00+03:00 2026-08-31T09:00:00+03:00",
        ),
        (
            80,
            NOW,
            "every 2 days at 6pm",
            "2026-06-10T18:00:00+03:00 2026-06-12T18:00:00+03:00 2026-06-14T18:00:00+03:00",
        ),
        (
            81,
            NOW,
            "every tuesday and sunday at 8pm for 3 times",
            "2026-06-14T20:00:00+03:00 2026-06-16T20:00:00+03:00 2026-06-21T20:00:00+03:00",
        ),
        (
            82,
            NOW,
            "every hour from 9:00 to 11:00 on weekdays",
            "2026-06-10T10:00:00+03:00 2026-06-10T11:00:00+03:00 2026-06-11T09:00:00+03:00",
        ),
        (83, NOW, "every 15th at 10", "2026-06-15T10:00:00+03:00 2026-07-15T10:00:00+03:00 2026-08-15T10:00:00+03:00"),
        (
            84,
            "2026-03-26T21:30:00+02:00",
            "daily at 02:15",
            "2026-03-27T03:15:00+03:00 2026-03-28T02:15:00+03:00 2026-03-29T02:15:00+03:00",
        ),
        (
            85,
            NOW,
            "every day at 8:00 except saturday",
            "2026-06-11T08:00:00+03:00 2026-06-12T08:00:00+03:00 2026-06-14T08:00:00+03:00",
        ),
        (
            86,
            NOW,
            "RRULE:FREQ=WEEKLY;BYDAY=WE;BYHOUR=8;BYMINUTE=15",
            "2026-06-17T08:15:00+03:00 2026-06-24T08:15:00+03:00 2026-07-01T08:15:00+03:00",
        ),
        (87, NOW, "כל יום ב-8", "2026-06-11T08:00:00+03:00 2026-06-12T08:00:00+03:00 2026-06-13T08:00:00+03:00"),
        (88, NOW, "כל יום חול ב-8:45", "2026-06-11T08:45:00+03:00 2026-06-14T08:45:00+03:00 2026-06-15T08:45:00+03:00"),
        (
            89,
            NOW,
            "כל שבוע ביום ראשון ב-9:00",
            "2026-06-14T09:00:00+03:00 2026-06-21T09:00:00+03:00 2026-06-28T09:00:00+03:00",
        ),
        (90, NOW, "every second sunday at 9", "E_AMBIGUOUS"),
        (91, NOW, "every 3 minutes", "E_TOO_FREQUENT"),
    ] {
        assert_eq!(outcome_at(phrase, now), want, "row {number}: {phrase}");
    }
}
