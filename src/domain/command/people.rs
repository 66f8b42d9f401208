//! `mute ana 1d`, `unmute ana`, `timezone Europe/London`: whom to hear, and where the owner is.

use super::spoken::{Command, ZoneJobs};
use super::unclear::{Unclear, pick};
use super::words::{after_word, first_chunk, is_blank, is_quote};
use crate::domain::when::Language;

/// Words that stand between a name and how long.
const JOINTS: [&str; 4] = ["for", "until", "עד", "למשך"];

/// Hebrew lengths that are glued to their joint.
const LENGTHS: [(&str, &str); 8] = [
    ("לשעה", "בעוד שעה"),
    ("לשעתיים", "בעוד שעתיים"),
    ("ליום", "בעוד יום"),
    ("ליומיים", "בעוד יומיים"),
    ("לשבוע", "בעוד שבוע"),
    ("לשבועיים", "בעוד שבועיים"),
    ("לחודש", "בעוד חודש"),
    ("לחודשיים", "בעוד חודשיים"),
];

/// `mute ana 1d`, `mute "Ana Maria" for 2 hours`, `mute Ana Maria until sunday`.
pub(super) fn mute(rest: &str, language: Language) -> Result<Command, Unclear> {
    let (who, phrase) = name_and_time(rest);
    if who.is_empty() {
        let example = pick(language, "mute ana 1d", "השתק אנה 1d");
        return Err(Unclear::new(language, "Whom, and for how long?", "את מי, ולכמה זמן?", example));
    }
    if phrase.is_empty() {
        let example = super::mute_words(who, "1d", language);
        return Err(Unclear::new(language, "For how long?", "לכמה זמן?", example));
    }
    let phrase = LENGTHS.iter().find(|(glued, _)| *glued == phrase).map_or(phrase, |(_, length)| length);
    Ok(Command::Mute { who: who.to_owned(), phrase: phrase.to_owned() })
}

/// The name, in quotes or up to the first word that begins with a digit or a joint; and how long.
fn name_and_time(rest: &str) -> (&str, &str) {
    if let Some((name, after)) = rest.strip_prefix(is_quote).and_then(|inner| inner.split_once(is_quote)) {
        return (name.trim_matches(is_blank), without_joint(after.trim_matches(is_blank)));
    }
    let (first, mut after) = first_chunk(rest);
    let mut end = first.len();
    loop {
        let (word, next) = first_chunk(after);
        let joint = JOINTS.contains(&word.to_lowercase().as_str());
        let glued = LENGTHS.iter().any(|(glued, _)| *glued == word);
        if word.is_empty() || joint || glued || word.starts_with(|c: char| c.is_ascii_digit()) {
            return (rest.get(..end).unwrap_or(first), without_joint(after.trim_matches(is_blank)));
        }
        end = rest.len() - after.len() + word.len();
        after = next;
    }
}

fn without_joint(phrase: &str) -> &str {
    after_word(phrase, &JOINTS).unwrap_or(phrase)
}

/// `unmute ana`.
pub(super) fn unmute(rest: &str, language: Language) -> Result<Command, Unclear> {
    let who = rest.trim_matches(|c| is_blank(c) || is_quote(c));
    if who.is_empty() {
        let example = pick(language, "unmute ana", "בטל השתקה אנה");
        return Err(Unclear::new(language, "Whom?", "את מי?", example));
    }
    Ok(Command::Unmute { who: who.to_owned() })
}

/// `timezone`, `timezone Europe/London`; `keep` and `from ZONE` answer what becomes of the jobs.
pub(super) fn timezone(rest: &str) -> Command {
    let rest = rest.trim_matches(|c| is_blank(c) || is_quote(c));
    if rest.is_empty() {
        return Command::Timezone { name: None, jobs: None };
    }
    if let Some(name) = rest.strip_suffix(" keep") {
        return Command::Timezone { name: Some(name.to_owned()), jobs: Some(ZoneJobs::Keep) };
    }
    match rest.split_once(" from ") {
        Some((name, from)) => {
            Command::Timezone { name: Some(name.to_owned()), jobs: Some(ZoneJobs::From(from.to_owned())) }
        }
        None => Command::Timezone { name: Some(rest.to_owned()), jobs: None },
    }
}
