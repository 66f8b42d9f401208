//! Repeating phrases: rules R1 to R18. Rows show the first three occurrences, without their offset.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::examples::{NOW, outcome_at};
use crate::domain::when::{Settings, Understood, understand};

/// Compares the first occurrences with `MM-DDTHH:MM` each, or the code of a refusal.
fn repeats(now: &str, rows: &[(&str, &str)]) {
    let wrong: Vec<String> = rows
        .iter()
        .map(|(phrase, want)| (phrase, want, short(&outcome_at(phrase, now))))
        .filter(|(_, want, got)| got != **want)
        .map(|(phrase, want, got)| format!("{phrase:?}: wanted {want}, got {got}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn short(outcome: &str) -> String {
    let cut = |at: &str| at.get(5..16).map_or(at.to_owned(), str::to_owned);
    if outcome.starts_with('E') {
        outcome.to_owned()
    } else {
        outcome.split(' ').map(cut).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn r1_days_and_times() {
    repeats(
        NOW,
        &[
            ("every day", "06-11T09:00 06-12T09:00 06-13T09:00"),
            ("daily at 10", "06-10T10:00 06-11T10:00 06-12T10:00"),
            ("everyday 10:00", "06-10T10:00 06-11T10:00 06-12T10:00"),
            ("every day at 9:00 and 17:00", "06-10T17:00 06-11T09:00 06-11T17:00"),
            ("every day at 8, 12 and 18", "06-10T12:00 06-10T18:00 06-11T08:00"),
            ("yearly on 12/6 at 10:00", "06-12T10:00 06-12T10:00 06-12T10:00"),
            ("פעם בשבועיים ביום שני", "06-15T09:00 06-29T09:00 07-13T09:00"),
            ("RRULE:INTERVAL=2", "E_RRULE"),
            ("each morning", "06-11T09:00 06-12T09:00 06-13T09:00"),
            ("every evening at 7", "06-10T19:00 06-11T19:00 06-12T19:00"),
            ("every night", "06-10T21:00 06-11T21:00 06-12T21:00"),
            ("every night at 2", "06-11T02:00 06-12T02:00 06-13T02:00"),
            ("every day at midnight", "06-11T00:00 06-12T00:00 06-13T00:00"),
            ("every night at 12", "06-11T00:00 06-12T00:00 06-13T00:00"),
            ("every sunday at midnight", "E_AMBIGUOUS"),
            ("twice a day at 8 and 20:00", "06-10T20:00 06-11T08:00 06-11T20:00"),
            ("twice a day at 8", "E_AMBIGUOUS"),
            ("twice a day", "E_AMBIGUOUS"),
            ("3 times a day", "E_AMBIGUOUS"),
            ("3 times a day at 8, 12 and 18", "06-10T12:00 06-10T18:00 06-11T08:00"),
            ("כל בוקר", "06-11T09:00 06-12T09:00 06-13T09:00"),
            ("כל ערב ב-8", "06-10T20:00 06-11T20:00 06-12T20:00"),
            ("כל יום ב-8 וב-20:00", "06-10T20:00 06-11T08:00 06-11T20:00"),
            ("פעמיים ביום ב-9 וב-17:00", "06-10T17:00 06-11T09:00 06-11T17:00"),
        ],
    );
}

#[test]
fn r2_r3_weekdays_and_sets_of_them() {
    repeats(
        NOW,
        &[
            ("every monday", "06-15T09:00 06-22T09:00 06-29T09:00"),
            ("mondays at 10", "06-15T10:00 06-22T10:00 06-29T10:00"),
            ("on tuesdays and thursdays", "06-11T09:00 06-16T09:00 06-18T09:00"),
            ("every mon, wed and fri at 10:00", "06-10T10:00 06-12T10:00 06-15T10:00"),
            ("mon-thu 10:00", "06-10T10:00 06-11T10:00 06-15T10:00"),
            ("monday to thursday at 10:00", "06-10T10:00 06-11T10:00 06-15T10:00"),
            ("every sunday to thursday at 10:00", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("every week on wednesday 10:00", "06-10T10:00 06-17T10:00 06-24T10:00"),
            ("weekly on sunday", "06-14T09:00 06-21T09:00 06-28T09:00"),
            ("once a week on sunday", "06-14T09:00 06-21T09:00 06-28T09:00"),
            ("every tuesday morning at 7", "06-16T07:00 06-23T07:00 06-30T07:00"),
            ("weekdays at 10", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("every workday at 10", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("every business day at 10", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("every weekend at 10", "06-12T10:00 06-13T10:00 06-19T10:00"),
            ("weekends", "06-12T09:00 06-13T09:00 06-19T09:00"),
            ("weekly", "06-17T09:00 06-24T09:00 07-01T09:00"),
            ("כל יום שלישי ב-10:00", "06-16T10:00 06-23T10:00 06-30T10:00"),
            ("כל שבת", "06-13T09:00 06-20T09:00 06-27T09:00"),
            ("בימי ראשון ורביעי ב-10:00", "06-10T10:00 06-14T10:00 06-17T10:00"),
            ("ימים א'-ה' ב-10:00", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("בימי חול ב-10:00", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("פעם בשבוע ביום ראשון", "06-14T09:00 06-21T09:00 06-28T09:00"),
            ("כל מוצאי שבת", "06-13T21:00 06-20T21:00 06-27T21:00"),
        ],
    );
}

#[test]
fn r4_steps_count_from_the_first_match() {
    repeats(
        NOW,
        &[
            ("every other day at 10", "06-10T10:00 06-12T10:00 06-14T10:00"),
            ("every 3 days at 8", "06-11T08:00 06-14T08:00 06-17T08:00"),
            ("every other monday", "06-15T09:00 06-29T09:00 07-13T09:00"),
            ("every other week on monday", "06-15T09:00 06-29T09:00 07-13T09:00"),
            ("fortnightly on monday", "06-15T09:00 06-29T09:00 07-13T09:00"),
            ("every 2 weeks on monday and wednesday at 10", "06-10T10:00 06-22T10:00 06-24T10:00"),
            ("every 3 months on the 5th", "07-05T09:00 10-05T09:00 01-05T09:00"),
            ("every 2 weeks", "06-17T09:00 07-01T09:00 07-15T09:00"),
            ("כל יומיים ב-10:00", "06-10T10:00 06-12T10:00 06-14T10:00"),
            ("כל שבועיים ביום שני", "06-15T09:00 06-29T09:00 07-13T09:00"),
            ("every 2nd day at 8", "06-11T08:00 06-13T08:00 06-15T08:00"),
            ("every second week on monday", "06-15T09:00 06-29T09:00 07-13T09:00"),
            ("biweekly", "E_AMBIGUOUS"),
        ],
    );
}

#[test]
fn r5_r6_days_and_ordinals_of_the_month() {
    repeats(
        NOW,
        &[
            ("every month on the 10th", "07-10T09:00 08-10T09:00 09-10T09:00"),
            ("monthly on the 1st and 15th", "06-15T09:00 07-01T09:00 07-15T09:00"),
            ("on the 30th of every month", "06-30T09:00 07-30T09:00 08-30T09:00"),
            ("the 5th of the month", "07-05T09:00 08-05T09:00 09-05T09:00"),
            ("last day of every month", "06-30T09:00 07-31T09:00 08-31T09:00"),
            ("end of every month", "06-30T18:00 07-31T18:00 08-31T18:00"),
            ("monthly", "07-10T09:00 08-10T09:00 09-10T09:00"),
            ("every 40th", "E_BAD_DATE"),
            ("every 2nd tuesday of the month", "07-14T09:00 08-11T09:00 09-08T09:00"),
            ("the 1st and 3rd wednesday of every month", "06-17T09:00 07-01T09:00 07-15T09:00"),
            ("first workday of every month", "07-01T09:00 08-02T09:00 09-01T09:00"),
            ("last workday of the month", "06-30T09:00 07-30T09:00 08-31T09:00"),
            ("every month on the second tuesday", "07-14T09:00 08-11T09:00 09-08T09:00"),
            ("every first sunday", "07-05T09:00 08-02T09:00 09-06T09:00"),
            ("every last thursday", "06-25T09:00 07-30T09:00 08-27T09:00"),
            ("every second tuesday", "E_AMBIGUOUS"),
            ("every 3rd friday", "E_AMBIGUOUS"),
            ("every 5th sunday of the month", "08-30T09:00 11-29T09:00 01-31T09:00"),
            ("כל 15 לחודש ב-10", "06-15T10:00 07-15T10:00 08-15T10:00"),
            ("ב-15 לכל חודש", "06-15T09:00 07-15T09:00 08-15T09:00"),
            ("ב-15 בכל חודש", "06-15T09:00 07-15T09:00 08-15T09:00"),
            ("ב-15 של כל חודש", "06-15T09:00 07-15T09:00 08-15T09:00"),
            ("ביום שישי האחרון של כל חודש", "06-26T09:00 07-31T09:00 08-28T09:00"),
        ],
    );
    repeats("2027-01-30T10:00:00+02:00", &[("every month on the 31st", "01-31T09:00 02-28T09:00 03-31T09:00")]);
}

#[test]
fn r7_years() {
    repeats(
        NOW,
        &[
            ("every year on 1 july", "07-01T09:00 07-01T09:00 07-01T09:00"),
            ("every 1 july at 10", "07-01T10:00 07-01T10:00 07-01T10:00"),
            ("yearly on july 1", "07-01T09:00 07-01T09:00 07-01T09:00"),
            ("every year on 29 february", "02-28T09:00 02-29T09:00 02-28T09:00"),
            ("yearly", "06-10T09:00 06-10T09:00 06-10T09:00"),
        ],
    );
}

#[test]
fn r8_r9_minutes_hours_and_windows() {
    repeats(
        NOW,
        &[
            ("every 20 minutes", "06-10T09:50 06-10T10:10 06-10T10:30"),
            ("every half hour", "06-10T10:00 06-10T10:30 06-10T11:00"),
            ("every half an hour", "06-10T10:00 06-10T10:30 06-10T11:00"),
            ("every quarter of an hour", "06-10T09:45 06-10T10:00 06-10T10:15"),
            ("every 2 hours", "06-10T11:30 06-10T13:30 06-10T15:30"),
            ("hourly", "06-10T10:30 06-10T11:30 06-10T12:30"),
            ("every hour and a half", "06-10T11:00 06-10T12:30 06-10T14:00"),
            ("every hour on the hour", "06-10T10:00 06-10T11:00 06-10T12:00"),
            ("every hour at :20", "06-10T10:20 06-10T11:20 06-10T12:20"),
            ("every hour at 9", "E_CONFLICT"),
            ("every 3 minutes", "E_TOO_FREQUENT"),
            ("every 0 minutes", "E_BAD_TIME"),
            ("every second", "E_TOO_FREQUENT"),
            ("every 30 minutes from 9:00 to 10:00", "06-10T10:00 06-11T09:00 06-11T09:30"),
            ("every 30 minutes from 9:00 until 10:00", "06-10T10:00 06-11T09:00 06-11T09:30"),
            ("every hour between 9 and 17 on weekdays", "06-10T10:00 06-10T11:00 06-10T12:00"),
            ("כל שעה בין 9 ל-17", "06-10T10:00 06-10T11:00 06-10T12:00"),
            ("every hour on weekdays", "E_CONFLICT"),
            ("every 90 minutes", "06-10T11:00 06-10T12:30 06-10T14:00"),
            ("כל שעה", "06-10T10:30 06-10T11:30 06-10T12:30"),
            ("כל שעתיים", "06-10T11:30 06-10T13:30 06-10T15:30"),
            ("כל חצי שעה", "06-10T10:00 06-10T10:30 06-10T11:00"),
            ("כל רבע שעה", "06-10T09:45 06-10T10:00 06-10T10:15"),
            ("כל 20 דקות", "06-10T09:50 06-10T10:10 06-10T10:30"),
        ],
    );
}

#[test]
fn r10_to_r13_starts_ends_lengths_and_exceptions() {
    repeats(
        NOW,
        &[
            ("every day at 10 starting friday", "06-12T10:00 06-13T10:00 06-14T10:00"),
            ("every day from 1 july", "07-01T09:00 07-02T09:00 07-03T09:00"),
            ("every day starting on 1 july at 10", "07-01T10:00 07-02T10:00 07-03T10:00"),
            ("weekly starting 1 july", "07-01T09:00 07-08T09:00 07-15T09:00"),
            ("every 2 hours starting 12:00", "06-10T12:00 06-10T14:00 06-10T16:00"),
            ("every 2 hours starting tomorrow at 8:00", "06-11T08:00 06-11T10:00 06-11T12:00"),
            ("כל יום החל ממחרתיים ב-10:00", "06-12T10:00 06-13T10:00 06-14T10:00"),
            ("every day at 10 until friday", "06-10T10:00 06-11T10:00 06-12T10:00"),
            ("every day at 10 until wednesday", "06-10T10:00"),
            ("every day at 10 till 11 june", "06-10T10:00 06-11T10:00"),
            ("every 4 hours until 18:00", "06-10T13:30 06-10T17:30"),
            ("every day at 9 until 17:00", "E_CONFLICT"),
            ("every day at 10 until yesterday", "E_PAST"),
            ("every day at 8 until today", "E_EMPTY_SERIES"),
            ("כל יום ב-10 עד יום שישי", "06-10T10:00 06-11T10:00 06-12T10:00"),
            ("every day at 10, 3 times", "06-10T10:00 06-11T10:00 06-12T10:00"),
            ("every day at 10 for 2 times", "06-10T10:00 06-11T10:00"),
            ("every day at 10 2x", "06-10T10:00 06-11T10:00"),
            ("every day at 10 for 2 days", "06-10T10:00 06-11T10:00"),
            ("every hour for 2 hours", "06-10T10:30 06-10T11:30"),
            ("every week on friday for 2 weeks", "06-12T09:00 06-19T09:00"),
            ("כל יום ב-10 למשך יומיים", "06-10T10:00 06-11T10:00"),
            ("כל יום ב-10, 2 פעמים", "06-10T10:00 06-11T10:00"),
            ("every day at 10 except friday and saturday", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("every day at 10 except on weekends", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("every day at 10 but not on 11 june", "06-10T10:00 06-12T10:00 06-13T10:00"),
            ("every day except friday at 10", "06-10T10:00 06-11T10:00 06-13T10:00"),
            ("כל יום ב-10 חוץ משבת", "06-10T10:00 06-11T10:00 06-12T10:00"),
            ("כל יום ב-10 למעט שישי ושבת", "06-10T10:00 06-11T10:00 06-14T10:00"),
            ("every sunday at 8 and tuesday at 14:00", "E_CONFLICT"),
            ("every day except weekdays and weekends", "E_EMPTY_SERIES"),
            ("every 5 minutes except weekdays and weekends", "E_EMPTY_SERIES"),
            ("every friday except friday", "E_EMPTY_SERIES"),
            ("every 5 minutes starting 1 june 2028", "06-01T00:00 06-01T00:05 06-01T00:10"),
            ("every tuesday or thursday", "E_AMBIGUOUS"),
            ("every day at 9 and every sunday at 10", "E_CONFLICT"),
            ("every day at 10:00 sharp", "E_UNKNOWN_WORD"),
        ],
    );
}

#[test]
fn r14_r15_series_keep_the_wall_clock_of_their_zone() {
    repeats(NOW, &[("every day at 9:00 Europe/London", "06-10T11:00 06-11T11:00 06-12T11:00")]);
    repeats("2026-03-26T21:30:00+02:00", &[("every 4 hours", "03-27T01:30 03-27T06:30 03-27T10:30")]);
    repeats("2026-10-24T23:00:00+03:00", &[("daily at 01:30", "10-25T01:30 10-26T01:30 10-27T01:30")]);
}

#[test]
fn r16_icalendar_rules() {
    repeats(
        NOW,
        &[
            ("FREQ=DAILY;BYHOUR=10", "06-10T10:00 06-11T10:00 06-12T10:00"),
            ("RRULE:FREQ=DAILY", "06-11T09:00 06-12T09:00 06-13T09:00"),
            ("rrule:freq=weekly;interval=2;byday=mo,we", "06-15T09:00 06-17T09:00 06-29T09:00"),
            ("FREQ=MONTHLY;BYMONTHDAY=31", "07-31T09:00 08-31T09:00 10-31T09:00"),
            ("FREQ=MONTHLY;BYMONTHDAY=-1", "06-30T09:00 07-31T09:00 08-31T09:00"),
            ("FREQ=MONTHLY;BYDAY=-1FR", "06-26T09:00 07-31T09:00 08-28T09:00"),
            ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "06-30T09:00 07-31T09:00 08-31T09:00"),
            ("FREQ=YEARLY;BYMONTH=7;BYDAY=1SU", "07-05T09:00 07-04T09:00 07-02T09:00"),
            ("FREQ=HOURLY;INTERVAL=2", "06-10T11:30 06-10T13:30 06-10T15:30"),
            ("FREQ=MINUTELY;INTERVAL=30", "06-10T10:00 06-10T10:30 06-10T11:00"),
            ("FREQ=DAILY;BYHOUR=10;COUNT=2", "06-10T10:00 06-11T10:00"),
            ("FREQ=DAILY;BYHOUR=10;UNTIL=20260611", "06-10T10:00 06-11T10:00"),
            ("FREQ=DAILY;BYHOUR=10;UNTIL=20260611T070000Z", "06-10T10:00 06-11T10:00"),
            ("DTSTART:20260601T100000 RRULE:FREQ=DAILY;INTERVAL=7;COUNT=3", "06-15T10:00"),
            ("DTSTART;TZID=Europe/London:20260601T100000\nRRULE:FREQ=DAILY", "06-10T12:00 06-11T12:00 06-12T12:00"),
            ("DTSTART:20260601T100000Z;FREQ=DAILY", "06-10T13:00 06-11T13:00 06-12T13:00"),
            ("FREQ=MINUTELY;INTERVAL=3", "E_TOO_FREQUENT"),
            ("FREQ=SECONDLY", "E_TOO_FREQUENT"),
            ("FREQ=DAILY;BYDAY=XX", "E_RRULE"),
            ("FREQ=SOMETIMES", "E_RRULE"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20270101", "E_RRULE"),
            ("FREQ=DAILY;BYWEEKNO=3", "E_RRULE"),
            ("FREQ=DAILY;INTERVAL=0", "E_RRULE"),
            ("FREQ=DAILY;UNTIL=20260101", "E_EMPTY_SERIES"),
        ],
    );
}

#[test]
fn r18_a_first_occurrence_beyond_the_horizon_is_too_far() {
    repeats(NOW, &[("every day starting 1 july 2029", "E_TOO_FAR")]);
}

#[test]
fn the_same_phrase_read_at_the_same_moment_goes_on_the_same_way() {
    let now: DateTime<Utc> = DateTime::parse_from_rfc3339(NOW).expect("valid instant").to_utc();
    let later = now + chrono::TimeDelta::days(40);
    for phrase in ["every 3 days at 8", "every 2 weeks on monday", "every 7 hours", "every day at 10 for 60 times"] {
        let Ok(Understood::Repeats(rule)) = understand(phrase, now, &Settings::new(Tz::Asia__Jerusalem)) else {
            panic!("{phrase} repeats");
        };
        let skipped: Vec<_> = rule.after(now).skip_while(|at| *at <= later).take(5).collect();
        assert_eq!(rule.after(later).take(5).collect::<Vec<_>>(), skipped, "{phrase}");
    }
}
