//! Cuts a post into its parts: text, groups, time.
//!
//! The text in quotes runs from the first quote to the last one that a blank and `to` follow, so quotes, times and the
//! words `to` and `at` inside of it change nothing; where the groups came before it, to the last quote of all. Without
//! quotes it follows a colon, or stands on the lines below. The time is not read here.

use super::shape::{shape, unquoted};
use super::spoken::Draft;
use super::unclear::{Unclear, pick};
use super::words::{after_to, first_word, is_blank, is_preposition, is_quote};
use super::{MAX_GROUPS, NAME_LIMIT};
use crate::domain::content::TEXT_LIMIT;
use crate::domain::when::{Language, begins_like_a_time};

/// The parts of a post, as far as they were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Parts<'t> {
    /// What is posted; `None` when there is neither quote, colon nor second line.
    text: Option<&'t str>,
    /// What follows `to`.
    targets: Option<&'t str>,
    /// The time, when it came before the groups or the text.
    before: &'t str,
}

/// Reads a post with a time.
pub(super) fn post(rest: &str, language: Language) -> Result<Draft, Unclear> {
    let (mut draft, phrase) = drafted(rest, language)?;
    let (word, time) = first_word(&phrase);
    if phrase.is_empty() || (time.is_empty() && is_preposition(word)) {
        let instead = shape(&draft.text, &draft.groups.join(", "), "", language);
        return Err(Unclear::new(language, "When?", "מתי?", instead));
    }
    draft.phrase = phrase;
    Ok(draft)
}

/// Reads a post without a time.
pub(super) fn timeless(rest: &str, language: Language) -> Result<Draft, Unclear> {
    let (draft, phrase) = drafted(rest, language)?;
    if phrase.is_empty() {
        return Ok(draft);
    }
    let instead = shape(&draft.text, &draft.groups.join(", "), &phrase, language);
    Err(Unclear::new(language, "Now, or at a time?", "עכשיו, או בזמן מסוים?", instead))
}

/// A post without a verb: only when it has a group, a text that stands out, and begins
/// with one of them or with a time.
pub(super) fn verbless(text: &str, language: Language) -> Option<Result<Draft, Unclear>> {
    let parts = parts(text);
    let complete = parts.text.is_some() && parts.targets.is_some();
    // Small talk may have a colon or a quote as well.
    let timely = parts.before.is_empty() || begins_like_a_time(parts.before);
    (complete && timely).then(|| post(text, language))
}

fn drafted(rest: &str, language: Language) -> Result<(Draft, String), Unclear> {
    let parts = parts(rest);
    let Some(text) = parts.text else { return Err(without_quotes(rest, language)) };
    check(text, parts.targets.unwrap_or_default(), language)?;
    let Some(after_to) = parts.targets else {
        let after = if first_word(parts.before).1.is_empty() { "" } else { parts.before };
        return Err(Unclear::new(language, "To which group?", "לאיזו קבוצה?", shape(text, "", after, language)));
    };
    let (groups, after) = targets(after_to);
    let nowhere = groups.first().is_none_or(|first| is_preposition(first) || first.is_empty());
    if nowhere {
        let instead = shape(text, "", after_to, language);
        return Err(Unclear::new(language, "To which group?", "לאיזו קבוצה?", instead));
    }
    if groups.len() > MAX_GROUPS || groups.iter().any(|group| group.is_empty() || group.chars().count() > NAME_LIMIT) {
        let english = format!("Please give up to {MAX_GROUPS} groups, with commas between them.");
        let hebrew = format!("בבקשה עד {MAX_GROUPS} קבוצות, עם פסיקים ביניהן.");
        let two = pick(language, "team, dev", "צוות, הורים");
        return Err(Unclear::new(language, &english, &hebrew, shape(text, two, after, language)));
    }
    let phrase = [parts.before, after].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    Ok((Draft { text: text.to_owned(), groups, phrase: String::new() }, phrase))
}

fn without_quotes(rest: &str, language: Language) -> Unclear {
    if rest.starts_with(is_quote) {
        let why = ("The text needs a quote at its end too.", "לטקסט חסרות מרכאות גם בסוף.");
        return Unclear::new(language, why.0, why.1, unquoted(rest, language));
    }
    let why = ("The text must stand in quotes.", "הטקסט צריך לעמוד במרכאות.");
    Unclear::new(language, why.0, why.1, unquoted(rest, language))
}

/// Checks that a text can be posted; `after_to` is for the suggestion.
pub(super) fn check(text: &str, after_to: &str, language: Language) -> Result<(), Unclear> {
    let length = text.chars().count();
    if text.trim_matches(is_blank).is_empty() {
        let example = pick(language, "Daily sync at 09:00", "פגישה ב-9:00");
        let instead = shape(example, after_to, "", language);
        return Err(Unclear::new(language, "There is no text to post.", "אין טקסט לפרסם.", instead));
    }
    if length > TEXT_LIMIT {
        let english = format!("The text has {length} characters; WhatsApp takes {TEXT_LIMIT}. Please shorten it.");
        let hebrew = format!("בטקסט {length} תווים; וואטסאפ מקבלת {TEXT_LIMIT}. בבקשה לקצר.");
        return Err(Unclear { instead: Vec::new(), ..Unclear::new(language, &english, &hebrew, "") });
    }
    Ok(())
}

fn parts(rest: &str) -> Parts<'_> {
    // Where the first line says it all, a quote further down is the text's own.
    let first = rest.split('\n').next().unwrap_or_default();
    if opening_quote(first).is_none()
        && let Some(parts) = colon(rest).or_else(|| lines(rest))
    {
        return parts;
    }
    match opening_quote(rest) {
        Some((before, body)) => quoted(before.trim_matches(is_blank), body),
        None => Parts::default(),
    }
}

/// The first quote that opens a text, at the beginning or after a blank: the one inside of `מוצ"ש` does not.
fn opening_quote(rest: &str) -> Option<(&str, &str)> {
    let opens = |at: usize| rest.get(..at).is_some_and(|before| before.is_empty() || before.ends_with(is_blank));
    let (at, quote) = rest.char_indices().find(|(at, c)| is_quote(*c) && opens(*at))?;
    Some((rest.get(..at)?, rest.get(at + quote.len_utf8()..)?))
}

fn quoted<'t>(before: &'t str, body: &'t str) -> Parts<'t> {
    let quotes = || body.char_indices().filter(|(_, c)| is_quote(*c)).rev();
    let split = |(at, quote): (usize, char)| Some((body.get(..at)?, body.get(at + quote.len_utf8()..)?));
    let last = || quotes().next().and_then(split);
    if let Some((time, targets)) = head(before) {
        // The groups came first: the text goes to the last quote.
        let text = last().filter(|(_, after)| after.trim_matches(is_blank).is_empty()).map(|(inside, _)| inside);
        return Parts { text, targets: Some(targets), before: time };
    }
    let closing = quotes().filter_map(split).find_map(|(inside, after)| {
        let to = after.starts_with(is_blank).then(|| after_to(after.trim_start_matches(is_blank))).flatten()?;
        Some((inside, to))
    });
    match closing {
        Some((text, targets)) => Parts { text: Some(text), targets: Some(targets), before },
        None => match last() {
            Some((text, after)) => Parts { text: Some(text), targets: None, before: after.trim_matches(is_blank) },
            None => Parts::default(),
        },
    }
}

/// What stands before a text: a time, `to` and groups; or `to`, groups and a time.
fn head(head: &str) -> Option<(&str, &str)> {
    if let Some(targets) = after_to(head) {
        return Some(("", targets));
    }
    // The last one: `quarter to 6 to team`.
    let starts = head.char_indices().filter(|(_, c)| is_blank(*c)).map(|(at, c)| at + c.len_utf8());
    starts.collect::<Vec<_>>().into_iter().rev().find_map(|start| {
        let targets = after_to(head.get(start..)?)?;
        Some((head.get(..start)?.trim_matches(is_blank), targets))
    })
}

/// The first line says when and where, the text stands below it.
fn lines(rest: &str) -> Option<Parts<'_>> {
    let (first, text) = rest.split_once('\n')?;
    let (before, targets) = head(first.trim_matches(is_blank).trim_end_matches(':'))?;
    Some(Parts { text: Some(text), targets: Some(targets), before })
}

/// `tomorrow 9 to team: text`; the colon stands on the first line.
fn colon(rest: &str) -> Option<Parts<'_>> {
    let first = rest.split('\n').next().unwrap_or_default();
    let ends = |at: usize| rest.get(at + 1..).is_some_and(|after| after.is_empty() || after.starts_with(is_blank));
    let colons = first.char_indices().filter(|(at, c)| *c == ':' && ends(*at));
    colons.take(4).find_map(|(at, _)| {
        let (before, targets) = head(rest.get(..at)?.trim_matches(is_blank))?;
        Some(Parts { text: Some(rest.get(at + 1..)?.trim_matches(is_blank)), targets: Some(targets), before })
    })
}

/// Reads aliases and quoted names up to the first that neither a comma nor `and` follows; the rest is the time.
pub(super) fn targets(mut rest: &str) -> (Vec<String>, &str) {
    let mut groups = Vec::new();
    loop {
        let (group, after) = target(rest.trim_start_matches(is_blank));
        groups.push(group.trim_matches(is_blank).to_owned());
        rest = after.trim_start_matches(is_blank);
        match rest.strip_prefix(',').or_else(|| and(rest)) {
            // `to team, tomorrow at 9`: the comma only sets the time off.
            Some(next) if begins_time(next) => {
                return (groups, next.trim_matches(is_blank));
            }
            // In Hebrew each has its own `ל`.
            Some(next) => {
                rest = next
                    .trim_start_matches(is_blank)
                    .strip_prefix('ל')
                    .map_or(next, |glued| glued.strip_prefix('-').unwrap_or(glued))
            }
            None => return (groups, rest.trim_end_matches(is_blank)),
        }
    }
}

/// Words that no group is called and that a time begins with.
const TIME_WORDS: [&str; 20] = [
    "at",
    "on",
    "in",
    "today",
    "tomorrow",
    "tonight",
    "every",
    "each",
    "next",
    "this",
    "daily",
    "weekly",
    "היום",
    "מחר",
    "מחרתיים",
    "הערב",
    "הלילה",
    "בעוד",
    "כל",
    "מדי",
];

fn begins_time(text: &str) -> bool {
    let word = first_word(text.trim_start_matches(is_blank)).0;
    TIME_WORDS.contains(&word.to_lowercase().as_str())
}

/// What follows `and`, when a group stands there and not a time.
fn and(rest: &str) -> Option<&str> {
    let (word, after) = first_word(rest);
    if word.eq_ignore_ascii_case("and") && !begins_time(after) {
        return Some(after);
    }
    rest.strip_prefix('ו').filter(|glued| glued.starts_with('ל')).filter(|glued| after_to(glued).is_some())
}

fn target(text: &str) -> (&str, &str) {
    if let Some(inner) = text.strip_prefix(is_quote) {
        return inner.split_once(is_quote).unwrap_or((inner, ""));
    }
    text.split_at(text.find(|c| is_blank(c) || c == ',').unwrap_or(text.len()))
}
