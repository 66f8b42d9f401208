//! What the owner may have meant: nearest words, zones, and days to copy.

use super::calendar::Week;
use super::refusal::{Problem, Trouble, weekday_name};
use super::wording::hebrew_weekday;
use super::{scan, zone, zone_phrase};

/// Adds what can be offered for a problem that only the phrase itself explains. What does not work is left out later.
pub(super) fn with_offers(trouble: Trouble, phrase: &str, week: Week) -> Trouble {
    if !trouble.offers.is_empty() {
        return trouble;
    }
    let span = trouble.span.clone();
    let quoted = phrase.get(span.clone()).unwrap_or_default().to_owned();
    match trouble.problem {
        Problem::Empty | Problem::Gone => trouble.suggest_in("tomorrow 09:00", "מחר 09:00"),
        Problem::Vague => trouble.suggest_in("in 5 minutes", "בעוד 5 דקות"),
        Problem::Zone => zones(trouble, &quoted),
        Problem::TwoDayWeekend => weekend(trouble, &quoted, week),
        Problem::NakedNumber => trouble
            .instead_of(span.clone(), format!("at {quoted}"), format!("בשעה {quoted}"))
            .instead_of(span, format!("the {}", ordinal(&quoted)), format!("ב-{quoted} לחודש")),
        Problem::Or | Problem::List => one_or_other(trouble, phrase),
        Problem::Range => first_of_span(trouble, &quoted),
        Problem::SecondWeekday => second_weekday(trouble, &quoted),
        Problem::TwoSteps if quoted.eq_ignore_ascii_case("bimonthly") => {
            trouble.instead_of(span, "every 2 months", "כל חודשיים")
        }
        Problem::TwoSteps => trouble.instead_of(span, "every 2 weeks", "כל שבועיים"),
        Problem::TimesADay => {
            let end = phrase.len()..phrase.len();
            trouble.instead_of(end, "at 9:00 and 17:00", "בשעה 9:00 ו-17:00")
        }
        Problem::TooFrequent => {
            trouble.instead_of(span, "every 5 minutes", "כל 5 דקות").suggest_in("every 5 minutes", "כל 5 דקות")
        }
        Problem::MonthAlone => {
            let first = format!("1 {quoted}");
            trouble.instead_of(span, first.clone(), first)
        }
        Problem::OrdinalAlone => trouble
            .instead_of(span.clone(), format!("{quoted} of next month"), quoted.clone())
            .instead_of(span, format!("{quoted} of every month"), format!("{quoted} של כל חודש")),
        Problem::DashedPair => {
            let date = quoted.replace('-', "/");
            trouble.instead_of(span, date.clone(), date)
        }
        Problem::NoSuchDate => shorter_month(trouble, &quoted),
        Problem::UnknownWord => match nearest_word(&quoted.to_lowercase()) {
            Some(word) => trouble.instead_of(span, word, word),
            None => trouble.instead_of(span, "", ""),
        },
        // Without the words that do not fit.
        Problem::TwoTimes
        | Problem::TwoDays
        | Problem::TwoZones
        | Problem::ClockWithHours
        | Problem::DayWithAmount
        | Problem::NotIn { .. } => trouble.instead_of(span, "", "").suggest(quoted),
        Problem::TwoPatterns => two_commands(trouble.instead_of(span, "", "").suggest(quoted), phrase),
        _ => trouble,
    }
}

fn zones(trouble: Trouble, quoted: &str) -> Trouble {
    let span = trouble.span.clone();
    let likely = zone_phrase::likely_zones(quoted);
    if !likely.is_empty() {
        return likely.iter().fold(trouble, |trouble, zone| trouble.instead_of(span.clone(), *zone, *zone));
    }
    let name = quoted.trim_end_matches(" time").replace(' ', "_");
    match zone::names_like(&name, edit_distance) {
        Some(zone) => trouble.instead_of(span, zone, zone),
        None => trouble,
    }
}

/// Both days of the weekend, of this week or the next.
fn weekend(trouble: Trouble, quoted: &str, week: Week) -> Trouble {
    let next = quoted.to_lowercase().contains("next") || quoted.contains("הבא");
    let (before, after) = if next { ("next ", " הבא") } else { ("", "") };
    let at = if quoted.to_lowercase().ends_with(" at") { " at" } else { "" };
    let span = trouble.span.clone();
    week.weekend().into_iter().fold(trouble, |trouble, day| {
        let english = format!("{before}{}{at}", weekday_name(day));
        trouble.instead_of(span.clone(), english, format!("יום {}{after}", hebrew_weekday(day)))
    })
}

/// What stands on either side of `or`, with what both sides share: `tomorrow 1pm or 2pm`, `monday or tuesday at 9`.
fn one_or_other(trouble: Trouble, phrase: &str) -> Trouble {
    let (before, after) = (phrase.get(..trouble.span.start), phrase.get(trouble.span.end..));
    let (before, after) = (before.unwrap_or_default().trim(), after.unwrap_or_default().trim());
    let shared_end = after.split_once(' ').map_or("", |(_, rest)| rest);
    let shared_start = before.rsplit_once(' ').map_or("", |(start, _)| start);
    trouble
        .suggest(format!("{before} {shared_end}").trim())
        .or_suggest(before)
        .suggest(format!("{shared_start} {after}").trim())
        .or_suggest(after)
}

/// Two patterns, each as a command of its own: `every sunday at 8 and tuesday at 14:00`.
fn two_commands(trouble: Trouble, phrase: &str) -> Trouble {
    let joints = [(" and ", "every "), (" ו", "כל ")];
    let halves = joints.iter().find_map(|(and, every)| {
        let (before, after) = phrase
            .match_indices(and)
            .map(|(at, _)| (&phrase[..at], &phrase[at + and.len()..]))
            .find(|(before, _)| {
                // What comes before the first time are days of one pattern.
                before.contains(|ch: char| ch.is_ascii_digit())
            })?;
        Some((before.to_owned(), format!("{every}{}", after.trim_start_matches(every).trim_start_matches('-'))))
    });
    match halves {
        Some((one, other)) => trouble.suggest(one).suggest(other),
        None => trouble,
    }
}

/// The beginning of a span of hours, with the am or pm of its end.
fn first_of_span(trouble: Trouble, quoted: &str) -> Trouble {
    let separator = ["-", "–", " to ", " until "].into_iter().find(|separator| quoted.contains(separator));
    let Some((first, last)) = separator.and_then(|separator| quoted.split_once(separator)) else { return trouble };
    let half = ["am", "pm"].into_iter().find(|half| last.trim().to_lowercase().ends_with(half)).unwrap_or("");
    let first = first.trim();
    let whole = if first.to_lowercase().ends_with('m') { first.to_owned() } else { format!("{first}{half}") };
    let span = trouble.span.clone();
    trouble.instead_of(span, whole.clone(), whole)
}

/// `second sunday`: every other week, or once a month.
fn second_weekday(trouble: Trouble, quoted: &str) -> Trouble {
    let span = trouble.span.clone();
    let (nth, weekday) = quoted.rsplit_once(' ').unwrap_or(("second", quoted));
    let weeks = match nth.to_lowercase().as_str() {
        "third" | "3rd" => format!("3 weeks on {weekday}"),
        "fourth" | "4th" => format!("4 weeks on {weekday}"),
        _ => format!("other {weekday}"),
    };
    let monthly = format!("{quoted} of the month");
    trouble.instead_of(span.clone(), weeks.clone(), weeks).instead_of(span, monthly.clone(), monthly)
}

/// The last day that a month has, for one that it lacks.
fn shorter_month(trouble: Trouble, quoted: &str) -> Trouble {
    let span = trouble.span.clone();
    let number: String =
        quoted.chars().skip_while(|ch| !ch.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    if number.is_empty() {
        return trouble;
    }
    ["30", "29", "28"].iter().fold(trouble, |trouble, day| {
        let shorter = quoted.replacen(&number, day, 1);
        trouble.instead_of(span.clone(), shorter.clone(), shorter)
    })
}

fn ordinal(number: &str) -> String {
    let ending = match number {
        "1" | "21" | "31" => "st",
        "2" | "22" => "nd",
        "3" | "23" => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// The nearest accepted word: one edit for words of up to four letters, two for longer ones (N3).
fn nearest_word(word: &str) -> Option<&'static str> {
    let limit = if word.chars().count() <= 4 { 1 } else { 2 };
    let words =
        scan::entries().map(|(entry, _)| *entry).filter(|entry| !entry.contains(' ') && entry.chars().count() > 1);
    let near = words.map(|entry| (edit_distance(word, entry), entry)).filter(|(off, _)| *off <= limit);
    near.min_by_key(|(off, _)| *off).map(|(_, entry)| entry)
}

/// Insertions, deletions and replacements between two words.
pub(super) fn edit_distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, ch) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (column, wanted) in other.iter().enumerate() {
            let Some(cell) = row.get_mut(column + 1) else { break };
            let changed = diagonal + usize::from(ch != *wanted);
            diagonal = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n3_a_misspelt_word_finds_its_neighbour() {
        assert_eq!(nearest_word("tomorrw"), Some("tomorrow"));
        assert_eq!(nearest_word("fryday"), Some("friday"));
        assert_eq!(nearest_word("sharp"), None);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }
}
