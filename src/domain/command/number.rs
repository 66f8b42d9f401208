//! Commands that name something by its number: `cancel 12`, `reply 3`, `send again 45`, `yes 4821`.

use super::{Command, Unclear, alone, first_word, is_blank};
use crate::domain::delivery::{Decision, Verdict};

/// Reads `12` or `#12`.
pub(super) fn parse(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('#').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

/// Reads the one number that must follow a verb.
pub(super) fn only(verb: &str, rest: &str) -> Result<i64, Unclear> {
    let rest = rest.trim_end_matches(['.', '!']);
    parse(rest).ok_or_else(|| {
        let shown = rest.split(is_blank).find_map(parse).unwrap_or(12);
        let why = if rest.is_empty() { "Which one?" } else { "One number, please." };
        Unclear::new(why, format!("{verb} {shown}"))
    })
}

/// `reply 3`, with or without words to pass on.
pub(super) fn reply(rest: &str) -> Result<Command, Unclear> {
    let (number, text) = number_and_rest(rest);
    let Some(id) = number else {
        return Err(Unclear::new("Whom? The number stands below the message that I brought you.", "reply 3"));
    };
    Ok(Command::Reply { id, text: (!text.is_empty()).then(|| text.to_owned()) })
}

/// `send again 45`, `send late`, `send late 12`.
pub(super) fn send(rest: &str) -> Result<Command, Unclear> {
    let (word, after) = first_word(rest);
    if word.eq_ignore_ascii_case("again") {
        return verdict("send again", Verdict::SendAgain, after);
    }
    if word.eq_ignore_ascii_case("late") {
        return late("send", rest);
    }
    Err(Unclear {
        why: "Send what?".to_owned(),
        instead: ["send late", "send again 45", "schedule \"Hello\" to team at tomorrow 09:00"]
            .map(str::to_owned)
            .to_vec(),
        verb_known: true,
    })
}

/// `send late`, `drop late 12`.
pub(super) fn late(verb: &str, rest: &str) -> Result<Command, Unclear> {
    let (word, after) = first_word(rest);
    if !word.eq_ignore_ascii_case("late") {
        return Err(Unclear::new(format!("I can {verb} late posts."), format!("{verb} late")));
    }
    let job_id = if after.is_empty() { None } else { Some(only(&format!("{verb} late"), after)?) };
    Ok(Command::Decide(Decision::Late { job_id, send: verb == "send" }))
}

/// `leave 45`, `arrived 45`.
pub(super) fn verdict(verb: &str, verdict: Verdict, rest: &str) -> Result<Command, Unclear> {
    only(verb, rest).map(|entry_id| Command::Decide(Decision::Unknown { entry_id, attempt: None, verdict }))
}

/// `yes 4821`: the code binds the answer to its question.
pub(super) fn confirm(verb: &str, yes: bool, rest: &str) -> Result<Command, Unclear> {
    let (code, after) = first_word(rest);
    let code = code.trim_end_matches(['.', '!']);
    if code.len() != 4 || !code.bytes().all(|b| b.is_ascii_digit()) {
        let why = format!("To which question? Please add the four digits that stand in it to {verb}.");
        return Err(Unclear::new(why, format!("{verb} 4821")));
    }
    alone(Command::Confirm { code: code.to_owned(), yes }, &format!("{verb} {code}"), after)
}

fn number_and_rest(text: &str) -> (Option<i64>, &str) {
    let (number, rest) = text.split_at(text.find(is_blank).unwrap_or(text.len()));
    (parse(number.trim_end_matches([':', ',', '.'])), rest.trim_start_matches(is_blank))
}
