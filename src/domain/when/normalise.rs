//! Folds the many ways to type one phrase into a single spelling (rule N1), with a map back to the original bytes.
//!
//! Must never guess: a character this file does not know is handed on as it is, for the reader to be told about it.

use super::refusal::{Problem, Trouble};

/// Longest phrase that is read, in characters after folding (N4).
pub(super) const LONGEST: usize = 200;

/// One folded character and the bytes of the original phrase it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) ch: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Folds a phrase. The result has no leading, trailing or doubled space and no closing punctuation.
pub(super) fn normalise(phrase: &str) -> Result<Vec<Glyph>, Trouble> {
    let mut glyphs: Vec<Glyph> = Vec::new();
    for (start, original) in phrase.char_indices() {
        let end = start + original.len_utf8();
        let Some(folded) = fold(original) else { continue };
        let doubled = folded == ' ' && glyphs.last().is_none_or(|last| last.ch == ' ');
        if doubled {
            continue;
        }
        glyphs.extend(folded.to_lowercase().map(|ch| Glyph { ch, start, end }));
        if glyphs.len() > LONGEST + 1 {
            return Err(Trouble::new(Problem::TooLong, 0..phrase.len()));
        }
    }
    while glyphs.last().is_some_and(|last| matches!(last.ch, ' ' | '.' | '!' | '?')) {
        glyphs.pop();
    }
    if glyphs.len() > LONGEST { Err(Trouble::new(Problem::TooLong, 0..phrase.len())) } else { Ok(glyphs) }
}

/// What one character becomes; `None` drops it.
fn fold(ch: char) -> Option<char> {
    Some(match ch {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => return None,
        '\u{05be}' | '\u{2012}'..='\u{2015}' | '\u{2010}' | '\u{2011}' | '\u{2212}' => '-',
        '\u{0591}'..='\u{05bd}' | '\u{05bf}' | '\u{05c1}' | '\u{05c2}' | '\u{05c4}' | '\u{05c5}' | '\u{05c7}' => {
            return None;
        }
        '\u{05f4}' | '\u{201c}' | '\u{201d}' => '"',
        '\u{05f3}' | '\u{2018}' | '\u{2019}' | '\u{02bc}' => '\'',
        '\u{fb1d}'..='\u{fb4e}' => presentation_form(ch)?,
        // The one Latin letter whose composed form is another character.
        '\u{212a}' => 'k',
        _ if ch.is_whitespace() => ' ',
        _ => ch,
    })
}

/// Hebrew letters that carry their points in one code point: canonical composition takes them apart.
fn presentation_form(ch: char) -> Option<char> {
    Some(match ch {
        '\u{fb1d}' | '\u{fb39}' => 'י',
        '\u{fb1e}' => return None,
        '\u{fb2a}'..='\u{fb2d}' | '\u{fb49}' => 'ש',
        '\u{fb2e}'..='\u{fb30}' => 'א',
        '\u{fb31}' | '\u{fb4c}' => 'ב',
        '\u{fb32}' => 'ג',
        '\u{fb33}' => 'ד',
        '\u{fb34}' => 'ה',
        '\u{fb35}' | '\u{fb4b}' => 'ו',
        '\u{fb36}' => 'ז',
        '\u{fb38}' => 'ט',
        '\u{fb3a}' => 'ך',
        '\u{fb3b}' | '\u{fb4d}' => 'כ',
        '\u{fb3c}' => 'ל',
        '\u{fb3e}' => 'מ',
        '\u{fb40}' => 'נ',
        '\u{fb41}' => 'ס',
        '\u{fb43}' => 'ף',
        '\u{fb44}' | '\u{fb4e}' => 'פ',
        '\u{fb46}' => 'צ',
        '\u{fb47}' => 'ק',
        '\u{fb48}' => 'ר',
        '\u{fb4a}' => 'ת',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(phrase: &str) -> String {
        normalise(phrase).expect("short enough").iter().map(|g| g.ch).collect()
    }

    #[test]
    fn n1_many_spellings_become_one() {
        for (phrase, want) in [
            ("  Tomorrow \t at\u{a0}9! ", "tomorrow at 9"),
            ("\u{200f}מָחָר ב־9\u{200e}", "מחר ב-9"),
            ("3\u{2013}4pm", "3-4pm"),
            ("אחה״צ יום ג׳", "אחה\"צ יום ג'"),
            ("5 o\u{2019}clock.", "5 o'clock"),
            ("\u{feff}שׁבת", "שבת"),
            ("\u{fb2a}בת", "שבת"),
        ] {
            assert_eq!(folded(phrase), want);
        }
    }

    #[test]
    fn n1_every_character_remembers_its_bytes() {
        let phrase = "\u{200f}א ב";
        let glyphs = normalise(phrase).expect("short enough");
        let last = glyphs.last().expect("not empty");
        assert_eq!(phrase.get(last.start..last.end), Some("ב"));
    }

    #[test]
    fn n4_two_hundred_characters_are_the_limit() {
        assert!(normalise(&"a".repeat(LONGEST)).is_ok());
        assert!(normalise(&"a".repeat(LONGEST + 1)).is_err());
        assert!(normalise(&format!("{}   ", "a".repeat(LONGEST))).is_ok(), "closing spaces do not count");
    }
}
