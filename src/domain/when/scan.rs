//! Turns lexemes into words with a meaning: literals, vocabulary, Hebrew prefixes, zones.
//!
//! Never fails: what nothing explains becomes [`Word::Unknown`], and the grammar reports the leftmost one.

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

/// True when a word is in one of the vocabularies, alone or as the start of an entry.
fn is_known(text: &str) -> bool {
    entries().any(|(entry, _)| entry.split(' ').next() == Some(text))
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
    let word = match entries().find(|(entry, _)| *entry == text) {
        Some((_, word)) => *word,
        None => Word::Unknown,
    };
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
    let fitting = entries().filter_map(|(spelling, word)| {
        let mut parts = spelling.split(' ');
        let starts = parts.next() == Some(head);
        let goes_on = || parts.enumerate().all(|(n, part)| lexemes.get(at + 1 + n).is_some_and(|l| l.text == part));
        (starts && goes_on()).then(|| (*word, spelling.split(' ').count()))
    });
    fitting.max_by_key(|(_, words)| *words)
}
