//! Why something is no command, in the owner's language.

use crate::domain::when::Language;

/// Why something is no command, and what to type instead.
#[derive(Clone, PartialEq, Eq)]
pub struct Unclear {
    /// What is wrong.
    pub why: String,
    /// Commands to type instead, the owner's words filled in.
    pub instead: Vec<String>,
    /// The language of the answer.
    pub language: Language,
    /// False when not even the verb is known: then it may not have been meant as a command at all.
    pub verb_known: bool,
}

// Texts must not reach a log.
impl std::fmt::Debug for Unclear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unclear(…)")
    }
}

impl Unclear {
    /// What is wrong, in both languages, and the command to type instead.
    pub(super) fn new(language: Language, english: &str, hebrew: &str, instead: impl Into<String>) -> Self {
        let why = pick(language, english, hebrew).to_owned();
        Self { why, instead: vec![instead.into()], language, verb_known: true }
    }
}

/// The words in one of the two languages.
pub(super) fn pick<'a>(language: Language, english: &'a str, hebrew: &'a str) -> &'a str {
    match language {
        Language::English => english,
        Language::Hebrew => hebrew,
    }
}
