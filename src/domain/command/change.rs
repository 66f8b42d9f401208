//! Commands about one job: another text, another time, once more, pauses, days left out.

use super::number::{self, number_and_rest};
use super::spoken::{Command, Draft, Which};
use super::unclear::{Unclear, pick};
use super::words::{after_to, after_word, first_chunk, first_word, is_blank, is_preposition, is_quote};
use super::{cut, number::only};
use crate::domain::when::Language;

/// `edit 12 text "…"`, `edit 12 "…"`, `edit 12 text: …`.
pub(super) fn edit(rest: &str, language: Language) -> Result<Command, Unclear> {
    let example = |id: i64| match language {
        Language::English => format!("edit {id} text \"new text\""),
        Language::Hebrew => format!("ערוך {id} \"טקסט חדש\""),
    };
    let (Some(id), after) = number_and_rest(rest) else {
        return Err(Unclear::new(language, "Which one, and which text?", "איזה, ואיזה טקסט?", example(12)));
    };
    let text = new_text(after).ok_or_else(|| {
        let why = ("The new text must stand in quotes.", "הטקסט החדש צריך לעמוד במרכאות.");
        Unclear::new(language, why.0, why.1, example(id))
    })?;
    cut::check(text, "", language).map_err(|unclear| Unclear { instead: vec![example(id)], ..unclear })?;
    Ok(Command::Edit { id, text: text.to_owned() })
}

/// The text in quotes, or behind `text:`.
fn new_text(rest: &str) -> Option<&str> {
    let (word, after) = first_word(rest);
    let lower = word.to_lowercase();
    if matches!(lower.as_str(), "text:" | "טקסט:") {
        return Some(after);
    }
    let quoted = if matches!(lower.as_str(), "text" | "טקסט" | "to" | "ל") { after } else { rest };
    if let Some(text) = quoted.strip_prefix(':') {
        return Some(text.trim_start_matches(is_blank));
    }
    let inside = quoted.trim_end_matches(is_blank).strip_prefix(is_quote)?;
    inside.strip_suffix(is_quote)
}

/// What a text that quotes a confirmation has behind `text:`.
pub(super) fn text_behind_colon(text: &str) -> Option<&str> {
    let (word, after) = first_word(text);
    matches!(word.to_lowercase().as_str(), "text:" | "טקסט:").then_some(after)
}

/// `move 12 to tomorrow 10:00`.
pub(super) fn shift(rest: &str, language: Language) -> Result<Command, Unclear> {
    let example = |id: i64| match language {
        Language::English => format!("move {id} to tomorrow 10:00"),
        Language::Hebrew => format!("הזז {id} למחר 10:00"),
    };
    let (Some(id), after) = number_and_rest(rest) else {
        return Err(Unclear::new(language, "Which one, and to when?", "איזה, ולמתי?", example(12)));
    };
    let phrase = time_after_to(after);
    if phrase.is_empty() {
        return Err(Unclear::new(language, "To when?", "למתי?", example(id)));
    }
    Ok(Command::Move { id, phrase: phrase.to_owned() })
}

/// A time, without the `to` before it; Hebrew times that begin with their own `ל` keep it.
fn time_after_to(text: &str) -> &str {
    let own = ["לפנות", "לפני"].iter().any(|word| text.starts_with(word));
    let phrase = after_to(text).filter(|_| !own).unwrap_or(text);
    phrase.trim_matches(is_blank)
}

/// `copy 12 to parents at …`.
pub(super) fn copy(rest: &str, language: Language) -> Result<Command, Unclear> {
    let example = |id: i64| match language {
        Language::English => format!("copy {id} to team at tomorrow 10:00"),
        Language::Hebrew => format!("העתק {id} לצוות מחר 10:00"),
    };
    let (Some(id), after) = number_and_rest(rest) else {
        return Err(Unclear::new(language, "Which one, and to which group?", "איזה, ולאיזו קבוצה?", example(12)));
    };
    let targets = after_to(after).map(cut::targets);
    let Some((groups, phrase)) =
        targets.filter(|(groups, _)| groups.iter().all(|g| !g.is_empty() && !is_preposition(g)))
    else {
        return Err(Unclear::new(language, "To which group?", "לאיזו קבוצה?", example(id)));
    };
    Ok(Command::Copy { id, groups, phrase: (!phrase.is_empty()).then(|| phrase.to_owned()) })
}

/// `now 12`, `now "…" to team`.
pub(super) fn now(rest: &str, language: Language) -> Result<Command, Unclear> {
    if let Some(id) = number::parse(rest.trim_end_matches(['.', '!'])) {
        return Ok(Command::NowJob { id });
    }
    if rest.is_empty() {
        return Err(Unclear {
            instead: vec![
                pick(language, "now 12", "עכשיו 12").to_owned(),
                pick(language, "now \"Hello\" to team", "עכשיו \"שלום\" לצוות").to_owned(),
            ],
            ..Unclear::new(language, "Which one?", "איזה?", "")
        });
    }
    let Draft { text, groups, .. } = cut::timeless(rest, language)?;
    Ok(Command::NowPost { text, groups })
}

/// `pause 12 until monday`, `pause all`.
pub(super) fn pause(rest: &str, language: Language) -> Result<Command, Unclear> {
    let (which, after) = which("pause", "השהה", rest, language)?;
    let until =
        after_word(after, &["until", "till", "til", "עד"]).map(|phrase| phrase.trim_matches(is_blank).to_owned());
    let until = until.or_else(|| {
        let length = after_word(after, &["for", "למשך"])?.trim_matches(is_blank);
        (!length.is_empty()).then(|| format!("{}{length}", pick(Language::of(length), "in ", "בעוד ")))
    });
    if after.is_empty() {
        return Ok(Command::Pause { which, until: None });
    }
    match until.filter(|phrase| !phrase.is_empty()) {
        Some(phrase) => Ok(Command::Pause { which, until: Some(phrase) }),
        None => {
            let example = super::pause_words(which, language) + pick(language, "tomorrow 09:00", "מחר 09:00");
            Err(Unclear::new(language, "Until when?", "עד מתי?", example))
        }
    }
}

/// `resume 12`, `resume all`.
pub(super) fn resume(rest: &str, language: Language) -> Result<Command, Unclear> {
    let (which, after) = which("resume", "המשך", rest, language)?;
    if after.is_empty() {
        return Ok(Command::Resume { which });
    }
    let example = pick(language, "resume 12", "המשך 12");
    Err(Unclear::new(language, "One number, or all.", "מספר אחד, או הכל.", example))
}

fn which<'t>(english: &str, hebrew: &str, rest: &'t str, language: Language) -> Result<(Which, &'t str), Unclear> {
    if let Some(after) = after_word(rest, &["all", "everything", "הכל", "הכול"]) {
        return Ok((Which::All, after));
    }
    let (Some(id), after) = number_and_rest(rest) else {
        let verb = pick(language, english, hebrew);
        let instead = vec![format!("{verb} 12"), format!("{verb} {}", pick(language, "all", "הכל"))];
        return Err(Unclear { instead, ..Unclear::new(language, "Which one?", "איזה?", "") });
    };
    Ok((Which::Job(id), after))
}

/// `except 12 25 Dec`, and `12 except 25 Dec` with its number cut off.
pub(super) fn except(id: Option<i64>, rest: &str, language: Language) -> Result<Command, Unclear> {
    let example = |id: i64| match language {
        Language::English => format!("{id} except 25 dec"),
        Language::Hebrew => format!("{id} חוץ מ-25 בדצמבר"),
    };
    let (id, after) = match id {
        Some(id) => (Some(id), rest),
        None => number_and_rest(rest),
    };
    let Some(id) = id else {
        return Err(Unclear::new(language, "Which one, and which days?", "איזה, ואילו ימים?", example(12)));
    };
    let phrase = after_word(after, &["on", "for", "מ", "מ-"]).unwrap_or(after);
    let phrase = phrase.strip_prefix("מ-").unwrap_or(phrase).trim_matches(is_blank);
    if phrase.is_empty() {
        return Err(Unclear::new(language, "Which days?", "אילו ימים?", example(id)));
    }
    Ok(Command::Except { id, phrase: phrase.to_owned() })
}

/// `undo`, `undo 12`.
pub(super) fn undo(rest: &str, language: Language) -> Result<Command, Unclear> {
    if rest.is_empty() {
        return Ok(Command::Undo { id: None });
    }
    only(pick(language, "undo", "בטל פעולה"), rest, language).map(|id| Command::Undo { id: Some(id) })
}

/// `12 except 25 Dec` and `1 4821`: commands that begin with a number.
pub(super) fn numbered(text: &str) -> Option<Result<Command, Unclear>> {
    let (number, rest) = first_chunk(text);
    let number = number::parse(number)?;
    let (word, after) = first_word(rest);
    let language = Language::of(word);
    match word.to_lowercase().as_str() {
        "except" | "חוץ" | "למעט" => Some(except(Some(number), after, language)),
        code if after.is_empty() && number::is_code(code) => {
            let choice = usize::try_from(number).ok().filter(|choice| (1..=9).contains(choice))?;
            Some(Ok(Command::Choose { code: code.to_owned(), choice }))
        }
        _ => None,
    }
}
