//! A place in the row of words, with a little sight both ways.

use std::ops::Range;

use super::refusal::{Problem, Trouble};
use super::word::{Token, Word};

/// Walks over the words of a phrase. Copies are cheap: a reader that finds nothing puts the old one back.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    tokens: &'t [Token],
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(tokens: &'t [Token]) -> Self {
        Self { tokens, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<Word> {
        self.ahead(0)
    }

    /// The word `count` places further on.
    pub(super) fn ahead(&self, count: usize) -> Option<Word> {
        self.tokens.get(self.at + count).map(|t| t.word)
    }

    /// The word before this place; commas do not count.
    pub(super) fn before(&self) -> Option<Word> {
        let passed = self.tokens.get(..self.at).unwrap_or_default();
        passed.iter().rev().map(|t| t.word).find(|word| *word != Word::Comma)
    }

    /// True when the word here was a prefix, written as one with the word after it.
    pub(super) fn is_prefix(&self) -> bool {
        let here = self.tokens.get(self.at).map(|t| &t.span);
        here.is_some() && here == self.tokens.get(self.at + 1).map(|t| &t.span)
    }

    pub(super) fn bump(&mut self, count: usize) {
        self.at = (self.at + count).min(self.tokens.len());
    }

    /// Steps over the word if it is this one.
    pub(super) fn eat(&mut self, word: Word) -> bool {
        let found = self.peek() == Some(word);
        if found {
            self.at += 1;
        }
        found
    }

    /// Steps over any of these words, as long as they come.
    pub(super) fn skip(&mut self, words: &[Word]) {
        while self.peek().is_some_and(|word| words.contains(&word)) {
            self.at += 1;
        }
    }

    /// The bytes from an earlier place of this cursor up to here; the word here when nothing was passed.
    pub(super) fn span_since(&self, start: &Self) -> Range<usize> {
        let first = self.tokens.get(start.at).or(self.tokens.last()).map_or(0, |t| t.span.start);
        let last = self.at.max(start.at + 1) - 1;
        let end = self.tokens.get(last).or(self.tokens.last()).map_or(first, |t| t.span.end);
        first..end.max(first)
    }

    /// A problem with the word here.
    pub(super) fn trouble(&self, problem: Problem) -> Trouble {
        Trouble::new(problem, self.span_since(self))
    }
}
