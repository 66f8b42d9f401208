//! The known word that was probably meant: edit distance with swapped neighbours counting once.

/// The nearest of `known`, when it is near enough to be a slip: one edit up to four letters, two above.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().take(64).collect();
    let near = |candidate: &&str| if candidate.chars().count().min(letters.len()) <= 4 { 1 } else { 2 };
    known
        .into_iter()
        .map(|candidate| (distance(&letters, &candidate.chars().collect::<Vec<_>>()), candidate))
        .filter(|(distance, candidate)| *distance <= near(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Optimal string alignment distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, to) in b.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX / 2);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(to) && b.get(j - 1) == Some(from);
            let best = (cell(&above, j) + usize::from(from != to)).min(cell(&above, j + 1) + 1).min(cell(&row, j) + 1);
            row.push(if swapped { best.min(cell(&before, j - 1) + 1) } else { best });
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_finds_none() {
        let known = ["schedule", "list", "groups", "cancel"];
        for (word, expected) in [
            ("shedule", Some("schedule")),
            ("scehdule", Some("schedule")),
            ("lst", Some("list")),
            ("lits", Some("list")),
            ("group", Some("groups")),
            ("hello", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), expected, "{word}");
        }
    }
}
