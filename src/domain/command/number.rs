//! Commands that name something by its number: `cancel 12`, `reply 3`, `send again 45`, `yes 4821`.

use super::alone;
use super::spoken::Command;
use super::unclear::{Unclear, pick};
use super::words::{first_chunk, first_word, is_blank};
use crate::domain::delivery::{Decision, Verdict};
use crate::domain::when::Language;

/// Reads `12` or `#12`.
pub(super) fn parse(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// Reads the one number that must follow a verb, which is named as it was typed.
pub(super) fn only(verb: &str, rest: &str, language: Language) -> Result<i64, Unclear> {
    let rest = rest.trim_end_matches(['.', '!']);
    parse(rest).ok_or_else(|| {
        let shown = rest.split(is_blank).find_map(parse).unwrap_or(12);
        let why = if rest.is_empty() {
            ("Which one?", "איזה?")
        } else {
            ("One number, please.", "מספר אחד, בבקשה.")
        };
        Unclear::new(language, why.0, why.1, format!("{verb} {shown}"))
    })
}

/// `reply 3`, with or without words to pass on.
pub(super) fn reply(rest: &str, language: Language) -> Result<Command, Unclear> {
    let (number, text) = number_and_rest(rest);
    let Some(id) = number else {
        let why =
            ("Whom? The number stands below the message that I brought you.", "למי? המספר מופיע מתחת להודעה שהבאתי.");
        return Err(Unclear::new(language, why.0, why.1, pick(language, "reply 3", "השב 3")));
    };
    Ok(Command::Reply { id, text: (!text.is_empty()).then(|| text.to_owned()) })
}

/// `send late`, `drop late 12`.
pub(super) fn late(name: &str, send: bool, rest: &str, language: Language) -> Result<Command, Unclear> {
    let whole = match (send, language) {
        (true, Language::English) => "send late",
        (false, Language::English) => "drop late",
        (true, Language::Hebrew) => "שלח איחורים",
        (false, Language::Hebrew) => "זרוק איחורים",
    };
    if !name.contains(' ') {
        let why = ("I can drop late posts.", "אני יכול לזרוק איחורים.");
        return Err(Unclear::new(language, why.0, why.1, whole));
    }
    let job_id = if rest.is_empty() { None } else { Some(only(whole, rest, language)?) };
    Ok(Command::Decide(Decision::Late { job_id, send }))
}

/// `leave 45`, `arrived 45`, `send again 45`.
pub(super) fn verdict(name: &str, verdict: Verdict, rest: &str, language: Language) -> Result<Command, Unclear> {
    let id = only(name, rest, language)?;
    Ok(Command::Decide(Decision::Unknown { entry_id: id, attempt: None, verdict }))
}

/// `yes 4821`: the code binds the answer to its question.
pub(super) fn confirm(verb: &str, yes: bool, rest: &str, language: Language) -> Result<Command, Unclear> {
    let code = code(verb, rest, language)?;
    let (_, after) = first_word(rest);
    alone(Command::Confirm { code: code.to_owned(), yes }, &format!("{verb} {code}"), after, language)
}

/// `choose 4821 1`.
pub(super) fn choose(verb: &str, rest: &str, language: Language) -> Result<Command, Unclear> {
    let code = code(verb, rest, language)?;
    let (_, after) = first_word(rest);
    let choice = after.parse().ok().filter(|choice| (1..=9).contains(choice));
    match choice {
        Some(choice) => Ok(Command::Choose { code: code.to_owned(), choice }),
        None => Err(Unclear::new(language, "Which one?", "איזו?", format!("1 {code}"))),
    }
}

fn code<'t>(verb: &str, rest: &'t str, language: Language) -> Result<&'t str, Unclear> {
    let code = first_word(rest).0.trim_end_matches(['.', '!']);
    if is_code(code) {
        return Ok(code);
    }
    let english = format!("To which question? Please add the four digits that stand in it to {verb}.");
    let hebrew = format!("לאיזו שאלה? בבקשה להוסיף ל-{verb} את ארבע הספרות שמופיעות בה.");
    Err(Unclear::new(language, &english, &hebrew, format!("{verb} 4821")))
}

/// True for the four digits of a question.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A number at the beginning, and what follows it.
pub(super) fn number_and_rest(text: &str) -> (Option<i64>, &str) {
    let (number, rest) = first_chunk(text);
    (parse(number.trim_end_matches([':', ',', '.'])), rest)
}
