//! What the owner may have meant: nearest words, zones, and days to copy.

use super::calendar::Week;
use super::refusal::{Problem, Trouble, weekday_name};
use super::{scan, zone, zone_phrase};

/// Adds what can be offered for a problem that only the phrase itself explains.
pub(super) fn with_suggestions(trouble: Trouble, phrase: &str, week: Week) -> Trouble {
    if !trouble.suggestions.is_empty() {
        return trouble;
    }
    let quoted = phrase.get(trouble.span.clone()).unwrap_or_default().to_owned();
    match trouble.problem {
        Problem::Empty => trouble.suggest("tomorrow 09:00"),
        Problem::UnknownWord => match nearest_word(&quoted.to_lowercase()) {
            Some(word) => {
                let replaced = phrase.get(..trouble.span.start).zip(phrase.get(trouble.span.end..));
                let meant = replaced.map_or(word.to_owned(), |(before, after)| format!("{before}{word}{after}"));
                trouble.suggest(meant)
            }
            None => trouble,
        },
        Problem::Zone => zones(trouble, &quoted),
        Problem::TwoDayWeekend => {
            week.weekend().into_iter().fold(trouble, |trouble, day| trouble.suggest(weekday_name(day)))
        }
        Problem::NakedNumber => trouble.suggest(format!("at {quoted}")).suggest(format!("{quoted}:00")),
        Problem::Vague => trouble.suggest("in 5 minutes"),
        Problem::Gone => trouble.suggest("tomorrow 09:00"),
        _ => trouble,
    }
}

fn zones(trouble: Trouble, quoted: &str) -> Trouble {
    let likely = zone_phrase::likely_zones(quoted);
    if !likely.is_empty() {
        return likely.iter().fold(trouble, |trouble, zone| trouble.suggest(*zone));
    }
    let name = quoted.trim_end_matches(" time").replace(' ', "_");
    match zone::names_like(&name, edit_distance) {
        Some(zone) => trouble.suggest(zone),
        None => trouble,
    }
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
