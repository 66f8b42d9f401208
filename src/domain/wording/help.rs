//! `help`, made from the one table of verbs.

use super::text;
use crate::domain::command::{VERBS, Verb};
use crate::domain::content::Content;
use crate::domain::when::Language;

/// One verb in detail, or a few examples and the names of all.
pub fn help(verb: Option<&Verb>, language: Language) -> Content {
    if let Some(verb) = verb {
        let [usage, does, example] = verb.page(language);
        return text(&match language {
            Language::English => format!("{usage}\n{does}\nFor example: {example}"),
            Language::Hebrew => format!("{usage}\n{does}\nלדוגמה: {example}"),
        });
    }
    let examples: Vec<&str> = VERBS.iter().filter(|verb| verb.common).map(|verb| verb.page(language)[2]).collect();
    let others: Vec<&str> = VERBS.iter().filter(|verb| !verb.common).map(|verb| verb.name(language)).collect();
    let (examples, others) = (examples.join("\n"), others.join(", "));
    text(&match language {
        Language::English => format!("{examples}\n\nAlso: {others}.\nFor one of them, type: help schedule"),
        Language::Hebrew => format!("{examples}\n\nוגם: {others}.\nלהסבר על אחת: עזרה תזמן"),
    })
}
