//! Days: rules D1 to D11.

use super::examples::{NOW, check, outcome_in};
use crate::domain::when::{DateOrder, Settings};

#[test]
fn d1_day_words_are_calendar_dates() {
    check(
        NOW,
        &[
            ("today 10:00", "2026-06-10T10:00:00"),
            ("tmrw 10:00", "2026-06-11T10:00:00"),
            ("tmr", "2026-06-11T09:00:00"),
            ("tommorrow 10:00", "2026-06-11T10:00:00"),
            ("the day after tomorrow", "2026-06-12T09:00:00"),
            ("מחרתיים ב-10:00", "2026-06-12T10:00:00"),
            ("10:00 tomorrow", "2026-06-11T10:00:00"),
            ("at 10:00 on tomorrow", "2026-06-11T10:00:00"),
        ],
    );
    check("2026-06-10T00:10:00+03:00", &[("today", "2026-06-10T09:00:00")]);
}

#[test]
fn d2_a_weekday_is_the_first_one_ahead() {
    check(
        NOW,
        &[
            ("wednesday 17:00", "2026-06-10T17:00:00"),
            ("wed. 17:00", "2026-06-10T17:00:00"),
            ("this friday", "2026-06-12T09:00:00"),
            ("coming friday", "2026-06-12T09:00:00"),
            ("this coming friday", "2026-06-12T09:00:00"),
            ("the coming friday", "2026-06-12T09:00:00"),
            ("thurs", "2026-06-11T09:00:00"),
            ("tues 8:00", "2026-06-16T08:00:00"),
            ("יום שישי", "2026-06-12T09:00:00"),
            ("שישי", "2026-06-12T09:00:00"),
            ("ביום שישי הקרוב", "2026-06-12T09:00:00"),
            ("שבת הקרובה", "2026-06-13T09:00:00"),
            ("יום ג' ב-8:00", "2026-06-16T08:00:00"),
            ("ביום ב'", "2026-06-15T09:00:00"),
            ("שני ב-8:00", "2026-06-15T08:00:00"),
            ("יום שני הזה", "2026-06-15T09:00:00"),
        ],
    );
}

#[test]
fn d3_next_means_the_next_calendar_week() {
    check(
        "2026-06-08T10:00:00+03:00",
        &[
            ("next friday", "2026-06-19T09:00:00"),
            ("friday next week", "2026-06-19T09:00:00"),
            ("next week on friday", "2026-06-19T09:00:00"),
            ("next week friday 12:00", "2026-06-19T12:00:00"),
            ("friday 12:00 next week", "2026-06-19T12:00:00"),
            ("יום שישי הבא", "2026-06-19T09:00:00"),
            ("בשבוע הבא ביום שישי", "2026-06-19T09:00:00"),
            ("ביום שישי בשבוע הבא", "2026-06-19T09:00:00"),
            ("friday this week", "2026-06-12T09:00:00"),
            ("sunday this week", "E_PAST"),
            ("monday this week 9:00", "E_PAST"),
        ],
    );
    check("2026-06-13T10:00:00+03:00", &[("next friday", "2026-06-19T09:00:00")]);
    let london = Settings::new(chrono_tz::Tz::Europe__London);
    assert_eq!(outcome_in("next sunday", "2026-06-08T10:00:00+01:00", &london), "2026-06-21T09:00:00+01:00");
    assert_eq!(outcome_in("next week", "2026-06-08T10:00:00+01:00", &london), "2026-06-15T09:00:00+01:00");
}

#[test]
fn d4_a_date_without_a_year_is_the_next_one_that_exists() {
    check(
        NOW,
        &[
            ("12 june", "2026-06-12T09:00:00"),
            ("12th june", "2026-06-12T09:00:00"),
            ("12th of june", "2026-06-12T09:00:00"),
            ("the 12th of june", "2026-06-12T09:00:00"),
            ("june 12", "2026-06-12T09:00:00"),
            ("june 12th", "2026-06-12T09:00:00"),
            ("june the 12th", "2026-06-12T09:00:00"),
            ("12-jun-2026", "2026-06-12T09:00:00"),
            ("first of july", "2026-07-01T09:00:00"),
            ("second of july", "2026-07-02T09:00:00"),
            ("june 12, 2027 10:00", "2027-06-12T10:00:00"),
            ("12 june 2027 at 10", "2027-06-12T10:00:00"),
            ("12 sept. 10:00", "2026-09-12T10:00:00"),
            ("9 june", "2027-06-09T09:00:00"),
            ("10 june", "E_PAST"),
            ("10 june 10:00", "2026-06-10T10:00:00"),
            ("12 june 2025", "E_PAST"),
            ("29 february", "2028-02-29T09:00:00"),
            ("31 november", "E_BAD_DATE"),
            ("30 february", "E_BAD_DATE"),
            ("29 february 2027", "E_BAD_DATE"),
            ("june", "E_AMBIGUOUS"),
            ("june 2027", "E_AMBIGUOUS"),
            ("2027", "E_AMBIGUOUS"),
            ("0 june", "E_BAD_DATE"),
            ("12 ביוני", "2026-06-12T09:00:00"),
            ("ב-12 ביוני", "2026-06-12T09:00:00"),
            ("ה-12 ביוני", "2026-06-12T09:00:00"),
            ("12 ליוני", "2026-06-12T09:00:00"),
            ("12 ביוני 2027 ב-10:00", "2027-06-12T10:00:00"),
            ("ב-3 במרס", "2027-03-03T09:00:00"),
            ("12 יוני", "2026-06-12T09:00:00"),
        ],
    );
}

#[test]
fn d5_numeric_dates_keep_the_owners_order() {
    check(
        NOW,
        &[
            ("13/06", "2026-06-13T09:00:00"),
            ("13.6", "2026-06-13T09:00:00"),
            ("13/6/26", "2026-06-13T09:00:00"),
            ("13/6/2027", "2027-06-13T09:00:00"),
            ("13.6.27", "2027-06-13T09:00:00"),
            ("13.06.2027 8:15", "2027-06-13T08:15:00"),
            ("13-6-2027", "2027-06-13T09:00:00"),
            ("13-6-27", "2027-06-13T09:00:00"),
            ("9/6", "2027-06-09T09:00:00"),
            ("06/13", "E_BAD_DATE"),
            ("31/11", "E_BAD_DATE"),
            ("30/2/2027", "E_BAD_DATE"),
            ("13/6/027", "E_BAD_DATE"),
            ("12-6", "E_AMBIGUOUS"),
            ("at 12.6", "2026-06-12T09:00:00"),
            ("ב-12.6 ב-10:00", "2026-06-12T10:00:00"),
            ("ב-12/6 ב-10:00", "2026-06-12T10:00:00"),
        ],
    );
    let mdy = Settings { date_order: DateOrder::Mdy, ..Settings::new(chrono_tz::Tz::Asia__Jerusalem) };
    assert_eq!(outcome_in("06/13", NOW, &mdy), "2026-06-13T09:00:00+03:00");
    assert_eq!(outcome_in("13/06", NOW, &mdy), "E_BAD_DATE");
    assert_eq!(outcome_in("2026-06-13", NOW, &mdy), "2026-06-13T09:00:00+03:00");
}

#[test]
fn d6_iso_dates_take_a_time_a_fraction_and_an_offset() {
    check(
        NOW,
        &[
            ("2026-06-12", "2026-06-12T09:00:00"),
            ("2026/06/12 16:00", "2026-06-12T16:00:00"),
            ("2026-06-12 16:00", "2026-06-12T16:00:00"),
            ("2026-06-12T16:00", "2026-06-12T16:00:00"),
            ("2026-06-12T16:00:05.250Z", "2026-06-12T19:00:05.250"),
            ("2026-06-12T16:00:05.123456Z", "2026-06-12T19:00:05.123+"),
            ("2026-06-12T16:00Z", "2026-06-12T19:00:00"),
            ("2026-06-12t16:00z", "2026-06-12T19:00:00"),
            ("2026-06-12T16:00:00-05:00", "2026-06-13T00:00:00"),
            ("2026-06-12 16:00+02:00", "2026-06-12T17:00:00"),
            ("2026-06-12T25:00", "E_BAD_TIME"),
            ("2026-13-12", "E_BAD_DATE"),
            ("2025-06-12T16:00", "E_PAST"),
            ("friday 2026-06-12", "2026-06-12T09:00:00"),
        ],
    );
}

#[test]
fn d7_a_day_of_the_month_skips_months_without_it() {
    check(
        NOW,
        &[
            ("the 15th", "2026-06-15T09:00:00"),
            ("on the 15th at 10", "2026-06-15T10:00:00"),
            ("15th", "2026-06-15T09:00:00"),
            ("on the first", "2026-07-01T09:00:00"),
            ("the 31st", "2026-07-31T09:00:00"),
            ("the 10th", "2026-07-10T09:00:00"),
            ("the 10th 18:00", "2026-06-10T18:00:00"),
            ("the 15th of this month", "2026-06-15T09:00:00"),
            ("the 5th of this month", "E_PAST"),
            ("the 5th of next month", "2026-07-05T09:00:00"),
            ("31st of this month", "E_BAD_DATE"),
            ("the 32nd", "E_BAD_DATE"),
            ("the 40th", "E_BAD_DATE"),
            ("ב-15 לחודש", "2026-06-15T09:00:00"),
            ("ה-15 לחודש ב-8:00", "2026-06-15T08:00:00"),
            ("ב-5 לחודש הבא", "2026-07-05T09:00:00"),
        ],
    );
    check("2027-01-30T10:00:00+02:00", &[("the 30th", "2027-03-30T09:00:00"), ("the 29th", "2027-03-29T09:00:00")]);
}

#[test]
fn d8_next_week_month_and_year_start_on_their_first_day() {
    check(
        NOW,
        &[
            ("next week", "2026-06-14T09:00:00"),
            ("next month", "2026-07-01T09:00:00"),
            ("next year at 10", "2027-01-01T10:00:00"),
            ("בשבוע הבא", "2026-06-14T09:00:00"),
            ("בחודש הבא", "2026-07-01T09:00:00"),
            ("this week", "E_AMBIGUOUS"),
            ("this month", "E_AMBIGUOUS"),
            ("this year 10:00", "E_AMBIGUOUS"),
            ("weekend", "E_AMBIGUOUS"),
            ("this weekend", "E_AMBIGUOUS"),
            ("next weekend 10:00", "E_AMBIGUOUS"),
            ("סוף השבוע", "E_AMBIGUOUS"),
            ("בסופ\"ש", "E_AMBIGUOUS"),
        ],
    );
}

#[test]
fn d9_ends_are_at_six_unless_a_time_is_given() {
    check(
        NOW,
        &[
            ("end of day", "2026-06-10T18:00:00"),
            ("eod", "2026-06-10T18:00:00"),
            ("cob tomorrow", "2026-06-11T18:00:00"),
            ("tuesday eod", "2026-06-16T18:00:00"),
            ("end of the day", "2026-06-10T18:00:00"),
            ("סוף היום", "2026-06-10T18:00:00"),
            ("end of week", "2026-06-11T18:00:00"),
            ("eow 15:00", "2026-06-11T15:00:00"),
            ("end of the month", "2026-06-30T18:00:00"),
            ("eom", "2026-06-30T18:00:00"),
            ("בסוף החודש", "2026-06-30T18:00:00"),
            ("סוף החודש הבא", "2026-07-31T18:00:00"),
            ("end of year", "2026-12-31T18:00:00"),
            ("end of next week", "2026-06-18T18:00:00"),
            ("end of next month", "2026-07-31T18:00:00"),
            ("end of next year", "2027-12-31T18:00:00"),
            ("end of month at noon", "2026-06-30T12:00:00"),
        ],
    );
    check("2026-06-12T19:00:00+03:00", &[("eow", "2026-06-18T18:00:00"), ("eod", "E_PAST"), ("end of day", "E_PAST")]);
    check("2026-06-30T19:00:00+03:00", &[("eom", "2026-07-31T18:00:00")]);
    let london = Settings::new(chrono_tz::Tz::Europe__London);
    assert_eq!(outcome_in("eow", "2026-06-08T10:00:00+01:00", &london), "2026-06-12T18:00:00+01:00");
}

#[test]
fn d10_ordinals_count_days_of_a_named_month() {
    check(
        NOW,
        &[
            ("first monday of july", "2026-07-06T09:00:00"),
            ("the first monday of july at 10", "2026-07-06T10:00:00"),
            ("2nd tuesday of next month", "2026-07-14T09:00:00"),
            ("second tuesday of july", "2026-07-14T09:00:00"),
            ("last sunday of june", "2026-06-28T09:00:00"),
            ("last workday of june", "2026-06-30T09:00:00"),
            ("first working day of august", "2026-08-02T09:00:00"),
            ("third business day of july 2027", "2027-07-05T09:00:00"),
            ("last day of february", "2027-02-28T09:00:00"),
            ("last day of this month", "2026-06-30T09:00:00"),
            ("first monday of june", "2027-06-07T09:00:00"),
            ("first monday of this month", "E_PAST"),
            ("5th monday of next month", "E_BAD_DATE"),
            ("first monday", "E_AMBIGUOUS"),
            ("ביום ראשון האחרון של יוני", "2026-06-28T09:00:00"),
        ],
    );
}

#[test]
fn d11_a_weekday_beside_a_date_has_to_agree() {
    check(
        NOW,
        &[
            ("friday 12 june", "2026-06-12T09:00:00"),
            ("fri 12/6 10:00", "2026-06-12T10:00:00"),
            ("friday the 12th", "2026-06-12T09:00:00"),
            ("12 june, friday", "2026-06-12T09:00:00"),
            ("friday, june 12", "2026-06-12T09:00:00"),
            ("friday the 13th", "E_WEEKDAY"),
            ("friday 13 june", "E_WEEKDAY"),
            ("ביום שישי 12 ביוני", "2026-06-12T09:00:00"),
            ("ביום שישי ה-12 ביוני ב-10:00", "2026-06-12T10:00:00"),
            ("tomorrow friday", "E_CONFLICT"),
            ("friday sunday", "E_CONFLICT"),
        ],
    );
}
