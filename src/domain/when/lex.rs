//! Cuts a folded phrase into letters, digits and signs. Knows no word of any language.

use std::ops::Range;

use super::normalise::Glyph;

/// What a lexeme is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A run of letters, with the apostrophes and quotes that Hebrew and `o'clock` carry inside.
    Letters,
    /// A run of ASCII digits; the value stops growing at its type's limit, so that it is still too big to accept.
    Digits(u32),
    /// Any other single character.
    Sign(char),
}

/// One run of characters of the same kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: Kind,
    /// The folded text.
    pub(super) text: String,
    /// Bytes of the original phrase.
    pub(super) span: Range<usize>,
    /// No space stands before it.
    pub(super) glued: bool,
    /// Number of characters.
    pub(super) width: usize,
}

/// Cuts the phrase; spaces are only remembered as [`Lexeme::glued`].
pub(super) fn lex(glyphs: &[Glyph]) -> Vec<Lexeme> {
    let mut lexemes = Vec::new();
    let mut at = 0;
    let mut glued = false;
    while let Some(glyph) = glyphs.get(at) {
        if glyph.ch == ' ' {
            glued = false;
            at += 1;
            continue;
        }
        let end = run_end(glyphs, at);
        lexemes.push(lexeme(glyphs.get(at..end).unwrap_or_default(), glued));
        glued = true;
        at = end;
    }
    lexemes
}

fn run_end(glyphs: &[Glyph], start: usize) -> usize {
    let Some(first) = glyphs.get(start) else { return start };
    let letters = first.ch.is_alphabetic();
    let digits = first.ch.is_ascii_digit();
    let mut end = start + 1;
    while let Some(glyph) = glyphs.get(end) {
        let next = glyphs.get(end + 1).map(|g| g.ch);
        let belongs = match glyph.ch {
            ch if ch.is_ascii_digit() => digits,
            ch if ch.is_alphabetic() => letters,
            '\'' => letters,
            '"' => letters && next.is_some_and(char::is_alphabetic),
            _ => false,
        };
        if !belongs {
            break;
        }
        end += 1;
    }
    end
}

fn lexeme(run: &[Glyph], glued: bool) -> Lexeme {
    let text: String = run.iter().map(|g| g.ch).collect();
    let kind = match run.first().map(|g| g.ch) {
        Some(ch) if ch.is_ascii_digit() => Kind::Digits(value(&text)),
        Some(ch) if ch.is_alphabetic() => Kind::Letters,
        other => Kind::Sign(other.unwrap_or(' ')),
    };
    let span = run.first().map_or(0, |g| g.start)..run.last().map_or(0, |g| g.end);
    Lexeme { kind, text, span, glued, width: run.len() }
}

fn value(digits: &str) -> u32 {
    digits.bytes().fold(0_u32, |sum, digit| sum.saturating_mul(10).saturating_add(u32::from(digit.wrapping_sub(b'0'))))
}

#[cfg(test)]
mod tests {
    use super::super::normalise::normalise;
    use super::*;

    fn texts(phrase: &str) -> Vec<String> {
        lex(&normalise(phrase).expect("short enough")).into_iter().map(|l| l.text).collect()
    }

    #[test]
    fn letters_digits_and_signs_are_cut_apart() {
        assert_eq!(texts("7:20pm"), ["7", ":", "20", "pm"]);
        assert_eq!(texts("מחר ב-9"), ["מחר", "ב", "-", "9"]);
        assert_eq!(texts("אחה\"צ ג' o'clock"), ["אחה\"צ", "ג'", "o'clock"]);
    }

    #[test]
    fn a_number_too_long_for_its_type_stays_too_big() {
        let lexemes = lex(&normalise("99999999999999999999").expect("short enough"));
        assert_eq!(lexemes.first().map(|l| l.kind), Some(Kind::Digits(u32::MAX)));
    }
}
