//! Commands as they are typed, for suggestions and for the answers to questions: what is written here is read again.

use chrono_tz::Tz;

use super::spoken::Which;
use crate::domain::when::Language;

/// `move 12 to `, before a time.
pub fn move_words(id: i64, language: Language) -> String {
    match language {
        Language::English => format!("move {id} to "),
        Language::Hebrew => format!("הזז {id} ל-"),
    }
}

/// `except 12 `, before days.
pub fn except_words(id: i64, language: Language) -> String {
    match language {
        Language::English => format!("except {id} "),
        Language::Hebrew => format!("חוץ {id} "),
    }
}

/// `pause 12 until `, before a time.
pub fn pause_words(which: Which, language: Language) -> String {
    match (which, language) {
        (Which::All, Language::English) => "pause all until ".to_owned(),
        (Which::Job(id), Language::English) => format!("pause {id} until "),
        (Which::All, Language::Hebrew) => "השהה הכל עד ".to_owned(),
        (Which::Job(id), Language::Hebrew) => format!("השהה {id} עד "),
    }
}

/// `mute 15550001111 1d`.
pub fn mute_words(who: &str, phrase: &str, language: Language) -> String {
    match language {
        Language::English => format!("mute {who} {phrase}"),
        Language::Hebrew => format!("השתק {who} {phrase}"),
    }
}

/// `unmute 15550001111`.
pub fn unmute_words(who: &str, language: Language) -> String {
    match language {
        Language::English => format!("unmute {who}"),
        Language::Hebrew => format!("בטל השתקה {who}"),
    }
}

/// What can become of the jobs by an old zone: they stay, or keep their wall clock in the new one.
pub fn zone_words(old: Tz, new: Tz, language: Language) -> Vec<String> {
    let (old, new) = (old.name(), new.name());
    match language {
        Language::English => vec![format!("timezone {new} keep"), format!("timezone {new} from {old}")],
        Language::Hebrew => vec![format!("אזור זמן {new} keep"), format!("אזור זמן {new} from {old}")],
    }
}

/// The days of `25 Dec and 1 Jan`, each for [`crate::domain::when`].
pub fn split_days(phrase: &str) -> impl Iterator<Item = &str> {
    let parts = phrase.split([',', ';']).flat_map(|part| part.split(" and ")).flat_map(|part| part.split(" ו-"));
    parts.map(str::trim).filter(|part| !part.is_empty())
}
