//! Amounts of time, pinned and open phrases: rules L1 to L5, F1 to F4, S1 to S3.

use super::examples::{NOW, check, outcome_at};

#[test]
fn l1_exact_units_are_elapsed_time() {
    check(
        "2026-06-10T09:30:25+03:00",
        &[
            ("in 35 minutes", "2026-06-10T10:05:25"),
            ("after 35 minutes", "2026-06-10T10:05:25"),
            ("35 minutes from now", "2026-06-10T10:05:25"),
            ("35 minutes", "2026-06-10T10:05:25"),
            ("1h", "2026-06-10T10:30:25"),
            ("3h 20m", "2026-06-10T12:50:25"),
            ("3h20m", "2026-06-10T12:50:25"),
            ("in 90 secs", "2026-06-10T09:31:55"),
            ("in 1 second", "2026-06-10T09:30:26"),
            ("in an hour", "2026-06-10T10:30:25"),
            ("in 1.5 hours", "2026-06-10T11:00:25"),
            ("in 0.5 minutes", "2026-06-10T09:30:55"),
            ("in half an hour", "2026-06-10T10:00:25"),
            ("half an hour", "2026-06-10T10:00:25"),
            ("in a quarter of an hour", "2026-06-10T09:45:25"),
            ("in quarter of an hour", "2026-06-10T09:45:25"),
            ("in three quarters of an hour", "2026-06-10T10:15:25"),
            ("in an hour and a half", "2026-06-10T11:00:25"),
            ("in 2 hours and a half", "2026-06-10T12:00:25"),
            ("in 2 and a half hours", "2026-06-10T12:00:25"),
            ("in a couple of minutes", "2026-06-10T09:32:25"),
            ("in twenty-five minutes", "2026-06-10T09:55:25"),
            ("in twenty five mins", "2026-06-10T09:55:25"),
            ("in 2 hours 10 minutes", "2026-06-10T11:40:25"),
            ("in 2 hours, 10 minutes", "2026-06-10T11:40:25"),
            ("in 1.5 days", "E_BAD_TIME"),
            ("in 0 minutes", "E_BAD_TIME"),
            ("in -5 minutes", "E_BAD_TIME"),
            ("35 minutes tomorrow", "E_CONFLICT"),
        ],
    );
}

#[test]
fn l1_hebrew_amounts() {
    check(
        NOW,
        &[
            ("בעוד 35 דקות", "2026-06-10T10:05:00"),
            ("עוד 35 דק'", "2026-06-10T10:05:00"),
            ("בעוד שעה", "2026-06-10T10:30:00"),
            ("בעוד שעתיים", "2026-06-10T11:30:00"),
            ("בעוד חצי שעה", "2026-06-10T10:00:00"),
            ("עוד רבע שעה", "2026-06-10T09:45:00"),
            ("בעוד שלושת רבעי שעה", "2026-06-10T10:15:00"),
            ("בעוד שעה וחצי", "2026-06-10T11:00:00"),
            ("בעוד שעתיים וחצי", "2026-06-10T12:00:00"),
            ("בעוד שעה ורבע", "2026-06-10T10:45:00"),
            ("בעוד שעה ועשר דקות", "2026-06-10T10:40:00"),
            ("בעוד עשר דקות", "2026-06-10T09:40:00"),
            ("בעוד עשרים דקות", "2026-06-10T09:50:00"),
            ("בעוד חמישים דקות", "2026-06-10T10:20:00"),
            ("בעוד שלוש שעות", "2026-06-10T12:30:00"),
            ("בעוד יום", "2026-06-11T09:30:00"),
            ("בעוד יומיים", "2026-06-12T09:30:00"),
            ("בעוד שבוע", "2026-06-17T09:30:00"),
            ("בעוד שבועיים", "2026-06-24T09:30:00"),
            ("בעוד חודש", "2026-07-10T09:30:00"),
            ("בעוד חודשיים", "2026-08-10T09:30:00"),
            ("בעוד שנה", "2027-06-10T09:30:00"),
            ("בעוד שני ימים", "2026-06-12T09:30:00"),
            ("בעוד שלושה ימים ב-8:00", "2026-06-13T08:00:00"),
            ("בעוד 3 ימים ו-4 שעות", "2026-06-13T13:30:00"),
            ("עוד מעט", "E_VAGUE"),
            ("אחר כך", "E_VAGUE"),
            ("בעוד כמה דקות", "E_VAGUE"),
            ("לפני שעה", "E_PAST"),
        ],
    );
}

#[test]
fn l2_l3_calendar_units_keep_the_wall_clock() {
    check(
        "2026-06-10T09:30:25+03:00",
        &[
            ("in 5 weeks", "2026-07-15T09:30:25"),
            ("2d", "2026-06-12T09:30:25"),
            ("4 weeks from now", "2026-07-08T09:30:25"),
            ("in a fortnight", "2026-06-24T09:30:25"),
            ("in 2 mo", "2026-08-10T09:30:25"),
            ("in 1 year", "2027-06-10T09:30:25"),
            ("in 3 days and 4 hours", "2026-06-13T13:30:25"),
            ("in 2 months and 3 days", "2026-08-13T09:30:25"),
            ("in 3 days and 2 months", "2026-08-13T09:30:25"),
        ],
    );
    check(
        "2027-01-31T12:00:00+02:00",
        &[("in 1 month", "2027-02-28T12:00:00"), ("in a month and a day", "2027-03-01T12:00:00")],
    );
}

#[test]
fn l4_calendar_units_take_a_clock_and_exact_ones_do_not() {
    check(
        NOW,
        &[
            ("in 6 days at 07:45", "2026-06-16T07:45:00"),
            ("at 07:45 in 6 days", "2026-06-16T07:45:00"),
            ("in 3 weeks at midday", "2026-07-01T12:00:00"),
            ("in 2 days at 5", "2026-06-12T17:00:00"),
            ("in 2 days at 9", "2026-06-12T09:00:00"),
            ("in 3 hours at 16:00", "E_CONFLICT"),
            ("in 3 days and 4 hours at 7", "E_CONFLICT"),
            ("in 3 days on friday", "E_CONFLICT"),
        ],
    );
}

#[test]
fn l5_an_amount_can_count_from_a_day() {
    check(
        NOW,
        &[
            ("a week from friday", "2026-06-19T09:00:00"),
            ("a week from wednesday", "2026-06-24T09:00:00"),
            ("2 weeks from tomorrow at 10", "2026-06-25T10:00:00"),
            ("a week from today", "2026-06-17T09:00:00"),
            ("3 days from 12 june", "2026-06-15T09:00:00"),
            ("3 hours from tomorrow", "E_CONFLICT"),
            ("שבוע ממחר", "2026-06-18T09:00:00"),
            ("שבועיים מהיום", "2026-06-24T09:00:00"),
            ("שבוע מיום ראשון ב-8:00", "2026-06-21T08:00:00"),
        ],
    );
}

#[test]
fn f1_f3_an_instant_has_to_be_ahead() {
    check(
        NOW,
        &[
            ("9:30", "2026-06-11T09:30:00"),
            ("today 9:30", "E_PAST"),
            ("today 9:31", "2026-06-10T09:31:00"),
            ("now", "E_PAST"),
            ("yesterday", "E_PAST"),
            ("3 days ago", "E_PAST"),
            ("last friday", "E_PAST"),
            ("last week", "E_PAST"),
            ("אתמול", "E_PAST"),
            ("שלשום", "E_PAST"),
            ("שבוע שעבר", "E_PAST"),
            ("בשבוע שעבר", "E_PAST"),
            ("עכשיו", "E_PAST"),
        ],
    );
}

#[test]
fn f4_two_years_are_the_limit() {
    check(
        NOW,
        &[
            ("in 2 years", "2028-06-10T09:30:00"),
            ("in 24 months", "2028-06-10T09:30:00"),
            ("10 june 2028 9:30", "2028-06-10T09:30:00"),
            ("10 june 2028 9:31", "E_TOO_FAR"),
            ("in 3 years", "E_TOO_FAR"),
            ("in 999999999999 years", "E_TOO_FAR"),
            ("in 4294967295 hours", "E_TOO_FAR"),
            ("12 june 9999", "E_TOO_FAR"),
        ],
    );
}

#[test]
fn s1_to_s3_clock_changes() {
    let spring = "2026-03-26T21:30:00+02:00";
    check(
        spring,
        &[
            ("tomorrow 02:30", "2026-03-27T03:30:00+03:00"),
            ("tomorrow 03:00", "2026-03-27T03:00:00+03:00"),
            ("in three days", "2026-03-29T21:30:00+03:00"),
            ("in 72 hours", "2026-03-29T22:30:00+03:00"),
        ],
    );
    let autumn = "2026-10-25T01:40:00+03:00";
    assert_eq!(outcome_at("01:20", autumn), "2026-10-25T01:20:00+02:00", "the second pass is still ahead");
    assert_eq!(outcome_at("01:50", autumn), "2026-10-25T01:50:00+03:00");
    assert_eq!(outcome_at("2026-10-25T01:20:00+02:00", "2026-10-24T10:00:00+03:00"), "2026-10-25T01:20:00+02:00");
}
