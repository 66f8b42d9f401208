//! The whole `schedule` command as it should be, from the parts that are there.

use super::unclear::pick;
use super::words::{first_word, is_preposition, is_quote};
use crate::domain::when::Language;

/// Fills a command with what was given; an empty phrase becomes an example.
pub(super) fn shape(text: &str, target: &str, phrase: &str, language: Language) -> String {
    let at = pick(language, " at ", " ");
    let phrase = match phrase {
        "" if target.contains(at) => String::new(),
        "" => pick(language, " at tomorrow 09:00", " מחר 09:00").to_owned(),
        _ if is_preposition(first_word(phrase).0) => format!(" {phrase}"),
        _ => format!("{at}{phrase}"),
    };
    let target = if target.is_empty() { pick(language, "team", "צוות") } else { target };
    match language {
        Language::English => format!("schedule \"{text}\" to {target}{phrase}"),
        Language::Hebrew => format!("תזמן \"{text}\" ל-{target}{phrase}"),
    }
}

/// The same for words without quotes: what stands before the last `to` is the text.
pub(super) fn unquoted(rest: &str, language: Language) -> String {
    let example = pick(language, "Daily sync at 09:00", "פגישה ב-9:00");
    if rest.is_empty() {
        return shape(example, "", "", language);
    }
    let marked: String = rest.chars().filter(|c| !is_quote(*c)).collect();
    match (marked.rsplit_once(" to "), language) {
        (Some((text, after)), Language::English) => format!("schedule \"{}\" to {}", text.trim(), after.trim()),
        _ => shape(marked.trim(), "", "", language),
    }
}
