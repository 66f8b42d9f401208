//! What an error of the Cloud API means for a message, and what a person can do about it.
//!
//! The code decides and nothing else: neither the HTTP status nor the title, which Meta changes. What is said here is
//! read by the owner, so it never carries a number, an id or words of a message; Meta's own details are passed on
//! only when they hold none.

mod table;

use crate::domain::refusal::{Class, Refusal};

/// Longest details of Meta that are passed on, in characters.
const DETAILS_LIMIT: usize = 160;
/// A run of digits this long may be a phone number or an id.
const NUMBER_LENGTH: usize = 5;
/// A word this long is an id or a token.
const WORD_LIMIT: usize = 40;

/// The refusal that belongs to a Graph error.
///
/// `details` is `error_data.details`; `is_transient` decides about a code that is not listed; `retry_after` is in
/// seconds.
pub fn refusal(code: i64, details: Option<&str>, is_transient: bool, retry_after: Option<u32>) -> Refusal {
    let (class, meaning, fix) = match table::row_of(code) {
        Some(row) => (row.class, row.meaning, row.fix),
        None if is_transient => (Class::Transient, "WhatsApp has a passing trouble that is not listed", ""),
        None => (Class::Final, "WhatsApp refused it for a reason that is not listed", "Look the code up at Meta."),
    };
    let meaning = match details.filter(|_| explains_more(class)).and_then(presentable) {
        Some(details) => format!("{meaning}: {details}"),
        None => meaning.to_owned(),
    };
    Refusal { code, class, meaning, fix: fix.to_owned(), retry_after }
}

/// A `failed` status that gives no reason.
pub fn unexplained() -> Refusal {
    let meaning = "WhatsApp gave no reason".to_owned();
    Refusal { code: 0, class: Class::Final, meaning, fix: String::new(), retry_after: None }
}

/// A refusal by HTTP status alone: 401 and 429 mean the same with and without a Graph error.
pub(super) fn by_status(status: u16, retry_after: Option<u32>) -> Option<Refusal> {
    let like = match status {
        401 => 190,
        429 => 130_429,
        _ => return None,
    };
    Some(Refusal { code: i64::from(status), ..refusal(like, None, false, retry_after) })
}

/// True when the code is listed.
pub(super) fn is_listed(code: i64) -> bool {
    table::row_of(code).is_some()
}

/// Only where the code alone leaves open what is wrong with this message.
fn explains_more(class: Class) -> bool {
    matches!(class, Class::Final | Class::Template | Class::Media | Class::Account)
}

/// Meta's details when they are short and hold nothing that could be a number, an id or a token.
fn presentable(details: &str) -> Option<String> {
    let line = details.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    let plain = !line.is_empty()
        && line.chars().count() <= DETAILS_LIMIT
        && !line.chars().any(char::is_control)
        && !holds_number(line)
        && line.split(' ').all(|word| word.chars().count() <= WORD_LIMIT);
    plain.then(|| line.to_owned())
}

/// True for a run of digits as long as a number, whatever is written between them.
fn holds_number(line: &str) -> bool {
    let mut run = 0;
    line.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '-' | '.' | '(' | ')' | '/' | '+')).any(|c| {
        run = if c.is_numeric() { run + 1 } else { 0 };
        run >= NUMBER_LENGTH
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_code_has_its_class() {
        let table: [(Class, &[i64]); 9] = [
            (Class::Throughput, &[4, 80007, 130429, 131208]),
            (Class::Pair, &[131056]),
            (Class::Transient, &[1, 2, 131000, 131016, 131057, 133004, 2494100]),
            (Class::Credential, &[0, 3, 10, 190, 200, 250, 299, 131005]),
            (Class::Account, &[368, 131031, 131042, 133010]),
            (Class::Template, &[132001, 132015]),
            (Class::Media, &[131052, 131053]),
            (
                Class::Final,
                &[
                    100, 131008, 131009, 131020, 131021, 131026, 131030, 131041, 131048, 131049, 131050, 131051,
                    131207, 131215, 132000, 132005, 132007, 132012, 132016,
                ],
            ),
            (Class::Identity, &[137000]),
        ];
        for (class, codes) in table {
            for code in codes {
                assert_eq!(refusal(*code, None, false, None).class, class, "{code}");
            }
        }
        assert_eq!(refusal(131_047, None, false, None).class, Class::Window);
    }

    #[test]
    fn an_unlisted_code_is_shown_and_repeated_only_when_meta_says_it_passes() {
        let passing = refusal(999_999, None, true, Some(7));
        assert_eq!((passing.code, passing.class, passing.retry_after), (999_999, Class::Transient, Some(7)));
        assert_eq!(refusal(999_999, None, false, None).class, Class::Final);
    }

    #[test]
    fn a_listed_code_does_not_change_its_class_because_it_is_called_transient() {
        assert_eq!(refusal(131_026, None, true, None).class, Class::Final);
    }

    #[test]
    fn details_of_meta_are_passed_on_when_they_help() {
        let meaning = refusal(131_009, Some("Parameter 'footer' is\n too long."), false, None).meaning;
        assert!(meaning.ends_with(": Parameter 'footer' is too long"), "{meaning}");
        assert!(!refusal(131_047, Some("Re-engagement"), false, None).meaning.contains("engagement"));
    }

    #[test]
    fn details_never_carry_a_number_an_id_or_a_token() {
        let long_token = format!("bad token {}", "aZ".repeat(40));
        for details in [
            "recipient 15550009901 is not allowed",
            "recipient +1 (555) 000-9901",
            "call 1 5 5 5 0",
            "٠١٢٣٤٥",
            long_token.as_str(),
            "a\u{7}b",
            "  ",
        ] {
            let meaning = refusal(100, Some(details), false, None).meaning;
            assert_eq!(meaning, refusal(100, None, false, None).meaning, "{details}");
        }
        let endless = "word ".repeat(100);
        assert_eq!(refusal(100, Some(&endless), false, None).meaning, refusal(100, None, false, None).meaning);
    }

    #[test]
    fn a_status_without_a_graph_error_is_a_refusal_only_when_it_is_unmistakable() {
        assert_eq!(by_status(401, None).map(|r| r.class), Some(Class::Credential));
        assert_eq!(by_status(429, Some(3)).map(|r| (r.class, r.retry_after)), Some((Class::Throughput, Some(3))));
        for status in [400, 403, 404, 408, 413, 500, 502, 503, 504] {
            assert_eq!(by_status(status, None), None, "{status}");
        }
    }

    #[test]
    fn every_row_is_told_in_plain_words() {
        for row in table::ROWS {
            assert!(!row.meaning.is_empty() && !row.meaning.ends_with('.'), "{}", row.first);
            assert!(row.fix.is_empty() || row.fix.ends_with('.'), "{}", row.first);
            assert!(!holds_number(row.meaning) && !holds_number(row.fix), "{}", row.first);
        }
    }

    #[test]
    fn rows_stand_in_order_and_do_not_overlap() {
        for pair in table::ROWS.windows(2) {
            assert!(pair[0].first <= pair[0].last && pair[0].last < pair[1].first, "{}", pair[1].first);
        }
    }
}
