//! Blanks, quotes and words, as keyboards produce them.

/// Blanks, and the invisible marks that phones put between them.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Every double quote that a keyboard may produce; each closes any other.
pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Cuts off the first word; a quote or a `#` ends it as a blank does. The rest begins with its first visible character.
pub(super) fn first_word(text: &str) -> (&str, &str) {
    let end = text
        .char_indices()
        .find(|(at, c)| is_blank(*c) || is_quote(*c) || (*c == '#' && *at > 0))
        .map_or(text.len(), |(at, _)| at);
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start_matches(is_blank))
}

/// Cuts off the first word, which may hold any character but a blank.
pub(super) fn first_chunk(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_at(text.find(is_blank).unwrap_or(text.len()));
    (word, rest.trim_start_matches(is_blank))
}

/// What follows one of these words at the beginning of a text, in any letter case.
pub(super) fn after_word<'t>(text: &'t str, words: &[&str]) -> Option<&'t str> {
    let (word, rest) = first_word(text);
    let word = word.trim_end_matches(':').to_lowercase();
    words.contains(&word.as_str()).then_some(rest)
}

/// What follows `to`, when a text begins with it; in Hebrew it is glued to its word.
pub(super) fn after_to(text: &str) -> Option<&str> {
    let (word, rest) = first_word(text);
    let lower = word.to_lowercase();
    if matches!(lower.as_str(), "to" | "אל" | "ל" | "ל-" | "לקבוצה" | "לקבוצת" | "לקבוצות") {
        // `to the team`
        return Some(after_word(rest, &["the"]).filter(|rest| !rest.is_empty()).unwrap_or(rest));
    }
    text.strip_prefix('ל').map(|glued| glued.strip_prefix('-').unwrap_or(glued))
}

/// True for `at` and `on`.
pub(super) fn is_preposition(word: &str) -> bool {
    word.eq_ignore_ascii_case("at") || word.eq_ignore_ascii_case("on")
}
