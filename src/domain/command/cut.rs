//! Cuts `schedule "TEXT" to TARGET at PHRASE` into its parts.
//!
//! The text runs from the first quote to the last quote that a blank and `to` follow, so quotes, times and the words
//! `to` and `at` inside of it change nothing. The phrase is not read here.

use super::{Command, Draft, MAX_GROUPS, NAME_LIMIT, Unclear, first_word, is_blank, is_quote};
use crate::domain::content::TEXT_LIMIT;

/// Reads what follows the verb.
pub(super) fn schedule(rest: &str) -> Result<Command, Unclear> {
    let text = quoted_text(rest)?;
    let length = text.inside.chars().count();
    if text.inside.trim_matches(is_blank).is_empty() {
        return Err(Unclear::new("There is no text to post.", shape("Daily sync at 09:00", text.after_to, "")));
    }
    if length > TEXT_LIMIT {
        let why = format!("The text has {length} characters; WhatsApp takes {TEXT_LIMIT}. Please shorten it.");
        return Err(Unclear { why, instead: Vec::new(), verb_known: true });
    }
    let (groups, phrase) = targets(text.after_to);
    let nowhere = groups.first().is_none_or(|first| is_preposition(first) || first.is_empty());
    if nowhere {
        return Err(Unclear::new("To which group?", shape(text.inside, "team", text.after_to)));
    }
    if groups.len() > MAX_GROUPS || groups.iter().any(|group| group.is_empty() || group.chars().count() > NAME_LIMIT) {
        let why = format!("Please give up to {MAX_GROUPS} groups, with commas between them.");
        return Err(Unclear::new(why, shape(text.inside, "team, dev", phrase)));
    }
    let (word, time) = first_word(phrase);
    if phrase.is_empty() || (time.is_empty() && is_preposition(word)) {
        return Err(Unclear::new("When?", shape(text.inside, &groups.join(", "), "")));
    }
    Ok(Command::Schedule(Draft { text: text.inside.to_owned(), groups, phrase: phrase.to_owned() }))
}

struct Quoted<'a> {
    inside: &'a str,
    /// What follows the word `to`.
    after_to: &'a str,
}

fn quoted_text(rest: &str) -> Result<Quoted<'_>, Unclear> {
    let Some(body) = rest.strip_prefix(is_quote) else {
        let why = "The text must stand in quotes, right after the verb.";
        return Err(Unclear::new(why, unquoted(rest)));
    };
    let quotes = || body.char_indices().filter(|(_, c)| is_quote(*c));
    let close = quotes().rev().find_map(|(at, c)| {
        let after = body.get(at + c.len_utf8()..)?;
        Some(Quoted { inside: body.get(..at)?, after_to: after_to(after)? })
    });
    close.ok_or_else(|| match quotes().next_back() {
        Some((at, c)) => {
            let after = body.get(at + c.len_utf8()..).unwrap_or_default().trim_matches(is_blank);
            let (_, rest) = first_word(after);
            let after = if rest.is_empty() { "" } else { after };
            Unclear::new("To which group?", shape(body.get(..at).unwrap_or_default(), "team", after))
        }
        None => Unclear::new("The text needs a quote at its end too.", unquoted(body)),
    })
}

/// What follows `to`, when the text begins with a blank and that word.
fn after_to(text: &str) -> Option<&str> {
    if !text.starts_with(is_blank) {
        return None;
    }
    let (word, rest) = first_word(text.trim_start_matches(is_blank));
    word.eq_ignore_ascii_case("to").then_some(rest)
}

/// Reads aliases and quoted names up to the first that no comma follows; the rest is the phrase.
fn targets(mut rest: &str) -> (Vec<String>, &str) {
    let mut groups = Vec::new();
    loop {
        let (group, after) = target(rest.trim_start_matches(is_blank));
        groups.push(group.trim_matches(is_blank).to_owned());
        rest = after.trim_start_matches(is_blank);
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return (groups, rest.trim_end_matches(is_blank)),
        }
    }
}

fn target(text: &str) -> (&str, &str) {
    if let Some(inner) = text.strip_prefix(is_quote) {
        return inner.split_once(is_quote).unwrap_or((inner, ""));
    }
    text.split_at(text.find(|c| is_blank(c) || c == ',').unwrap_or(text.len()))
}

fn is_preposition(word: &str) -> bool {
    word.eq_ignore_ascii_case("at") || word.eq_ignore_ascii_case("on")
}

/// The whole command as it should be, from the parts that are there; an empty phrase becomes an example.
fn shape(text: &str, target: &str, phrase: &str) -> String {
    let phrase = match phrase {
        "" if target.contains(" at ") => String::new(),
        "" => " at tomorrow 09:00".to_owned(),
        _ if is_preposition(first_word(phrase).0) => format!(" {phrase}"),
        _ => format!(" at {phrase}"),
    };
    let target = if target.is_empty() { "team" } else { target };
    format!("schedule \"{text}\" to {target}{phrase}")
}

/// The same for words without quotes: what stands before the last `to` is the text.
fn unquoted(rest: &str) -> String {
    if rest.is_empty() {
        return shape("Daily sync at 09:00", "team", "");
    }
    let marked: String = rest.chars().filter(|c| !is_quote(*c)).collect();
    match marked.rsplit_once(" to ") {
        Some((text, after)) => format!("schedule \"{}\" to {}", text.trim(), after.trim()),
        None => shape(marked.trim(), "team", ""),
    }
}
