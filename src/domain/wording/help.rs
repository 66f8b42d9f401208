//! `help`, made from the one table of verbs.

use super::text;
use crate::domain::command::{VERBS, Verb};
use crate::domain::content::Content;

/// One verb in detail, or a few examples and the names of all.
pub fn help(verb: Option<&Verb>) -> Content {
    if let Some(Verb { usage, does, example, .. }) = verb {
        return text(&format!("{usage}\n{does}\nFor example: {example}"));
    }
    let examples: Vec<&str> = VERBS.iter().filter(|verb| verb.common).map(|verb| verb.example).collect();
    let others: Vec<&str> = VERBS.iter().filter(|verb| !verb.common).map(|verb| verb.name).collect();
    text(&format!("{}\n\nAlso: {}.\nFor one of them, type: help schedule", examples.join("\n"), others.join(", ")))
}
