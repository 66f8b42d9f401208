//! Turns lexemes into words with a meaning: literals, vocabulary, Hebrew prefixes, zones.
//!
//! Never fails: what nothing explains becomes [`Word::Unknown`], and the grammar reports the leftmost one.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lex::{Kind, Lexeme};
use super::literal::literal;
use super::word::{Token, Word};
use super::zone::UTC;
use super::{english, hebrew, zone_phrase};

/// Letters that Hebrew glues to the front of a word.
const PREFIXES: [char; 5] = ['ב', 'ה', 'ל', 'ו', 'מ'];

/// Gives every part of the phrase its meaning, in order.
pub(super) fn scan(lexemes: &[Lexeme]) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(lexeme) = lexemes.get(at) {
        let used = match lexeme.kind {
            Kind::Digits(_) => number(lexemes, at, &mut tokens),
            Kind::Letters => letters(lexemes, at, &mut tokens),
            Kind::Sign(_) => sign(lexemes, at, &mut tokens),
        };
        at += used.max(1);
    }
    tokens
}

/// An entry of a vocabulary behind its first word.
struct Rest {
    /// The further words.
    words: Vec<&'static str>,
    /// What all of them mean.
    word: Word,
}

/// Both vocabularies by the first word of each entry, the longest first: looked up for every word of every phrase.
static BY_FIRST_WORD: LazyLock<HashMap<&'static str, Vec<Rest>>> = LazyLock::new(|| {
    let mut by_first: HashMap<&'static str, Vec<Rest>> = HashMap::new();
    for (spelling, word) in entries() {
        let mut words = spelling.split(' ');
        let first = words.next().unwrap_or_default();
        by_first.entry(first).or_default().push(Rest { words: words.collect(), word: *word });
    }
    by_first.values_mut().for_each(|rests| rests.sort_by_key(|rest| std::cmp::Reverse(rest.words.len())));
    by_first
});

/// True when a word is in one of the vocabularies, alone or as the start of an entry.
fn is_known(text: &str) -> bool {
    BY_FIRST_WORD.contains_key(text)
}

/// All spellings of both languages.
pub(super) fn entries() -> impl Iterator<Item = &'static (&'static str, Word)> {
    english::VOCABULARY.iter().chain(hebrew::VOCABULARY)
}

fn push(tokens: &mut Vec<Token>, word: Word, lexemes: &[Lexeme], at: usize, used: usize) {
    let start = lexemes.get(at).map_or(0, |l| l.span.start);
    let end = lexemes.get(at + used.max(1) - 1).map_or(start, |l| l.span.end);
    let glued = lexemes.get(at).is_some_and(|l| l.glued);
    tokens.push(Token { word, span: start..end, glued });
}

fn number(lexemes: &[Lexeme], at: usize, tokens: &mut Vec<Token>) -> usize {
    let (word, used) = literal(lexemes, at).unwrap_or((Word::Unknown, 1));
    push(tokens, word, lexemes, at, used);
    used + iso_tail(lexemes, at + used, tokens)
}

/// The `T` after an ISO date; the `Z` or offset glued to the time after one (D6). Gives how many lexemes it took.
fn iso_tail(lexemes: &[Lexeme], at: usize, tokens: &mut Vec<Token>) -> usize {
    let Some(next) = lexemes.get(at).filter(|l| l.glued) else { return 0 };
    let last = tokens.last().map(|t| t.word);
    let dated = tokens.iter().any(|t| matches!(t.word, Word::Iso { .. }));
    match (last, next.kind) {
        (Some(Word::Iso { .. }), Kind::Letters) if next.text == "t" && digits_follow(lexemes, at) => 1,
        (Some(Word::Clock(_)), Kind::Letters) if dated && next.text == "z" => {
            push(tokens, Word::Zone(UTC), lexemes, at, 1);
            1
        }
        (Some(Word::Clock(_)), Kind::Sign(sign)) if sign == '+' || (sign == '-' && dated) => {
            let Some((word, used)) = zone_phrase::offset(lexemes, at) else { return 0 };
            push(tokens, word, lexemes, at, used);
            used
        }
        _ => 0,
    }
}

fn digits_follow(lexemes: &[Lexeme], at: usize) -> bool {
    lexemes.get(at + 1).is_some_and(|l| l.glued && matches!(l.kind, Kind::Digits(_)))
}

/// An offset needs a space before its sign and none after it (Z1); after `in` it is a negative amount.
fn sign(lexemes: &[Lexeme], at: usize, tokens: &mut Vec<Token>) -> usize {
    let free = lexemes.get(at).is_some_and(|l| !l.glued);
    let amount = matches!(tokens.last().map(|t| t.word), Some(Word::In | Word::After | Word::Be | Word::From));
    let offset = (free && !amount).then(|| zone_phrase::offset(lexemes, at)).flatten();
    if let Some((word, used)) = offset {
        push(tokens, word, lexemes, at, used);
        return used;
    }
    let text = lexemes.get(at).map_or("", |l| l.text.as_str());
    let word = entry(text, &[], 0).map_or(Word::Unknown, |(word, _)| word);
    push(tokens, word, lexemes, at, 1);
    1
}

fn letters(lexemes: &[Lexeme], at: usize, tokens: &mut Vec<Token>) -> usize {
    if let Some((word, used)) = zone_phrase::named_zone(lexemes, at, is_known) {
        push(tokens, word, lexemes, at, used);
        return used;
    }
    let mut head = lexemes.get(at).map_or("", |l| l.text.as_str());
    let mut prefixes: Vec<Word> = Vec::new();
    let found = loop {
        if let Some(found) = entry(head, lexemes, at) {
            break Some(found);
        }
        let mut rest = head.chars();
        let prefix = rest.next().filter(|ch| PREFIXES.contains(ch));
        match prefix.and_then(|ch| entry(ch.encode_utf8(&mut [0; 4]), &[], 0)) {
            Some((word, _)) if !rest.as_str().is_empty() => prefixes.push(word),
            _ => break None,
        }
        head = rest.as_str();
    };
    let Some((word, used)) = found else {
        push(tokens, Word::Unknown, lexemes, at, 1);
        return 1;
    };
    for prefix in prefixes {
        push(tokens, prefix, lexemes, at, 1);
    }
    push(tokens, word, lexemes, at, used);
    used + punctuation(word, lexemes, at + used)
}

/// Swallows the dot of an abbreviated name (N3) and the hyphen after a lone Hebrew prefix (section 7).
fn punctuation(word: Word, lexemes: &[Lexeme], at: usize) -> usize {
    let Some(next) = lexemes.get(at).filter(|l| l.glued) else { return 0 };
    let dot = matches!(word, Word::Weekday(_) | Word::Month(_)) && next.kind == Kind::Sign('.');
    let hebrew = lexemes.get(at.wrapping_sub(1)).is_some_and(|l| l.text.chars().all(|ch| PREFIXES.contains(&ch)));
    let hyphen = hebrew && next.kind == Kind::Sign('-');
    usize::from(dot || hyphen)
}

/// The longest vocabulary entry that starts with `head` and goes on with the lexemes after `at`.
fn entry(head: &str, lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    let goes_on = |rest: &&Rest| {
        let next = |(n, part): (usize, &&str)| lexemes.get(at + 1 + n).is_some_and(|l| l.text == *part);
        rest.words.iter().enumerate().all(next)
    };
    let rest = BY_FIRST_WORD.get(head)?.iter().find(goes_on)?;
    Some((rest.word, rest.words.len() + 1))
}
