//! Words of third parties, made harmless for a reader: no control characters, nothing that turns or hides text.

/// Begins our own lines in messages that also carry words of others; taken out of theirs.
pub(super) const MARK: char = '↪';

/// Takes out C0 and C1 controls, marks that turn the direction, invisible characters and our own mark.
///
/// Line breaks stay, all as `\n`. The two joiners (U+200C, U+200D) stay as well: emoji and Persian words fall apart
/// without them, and they hide nothing.
pub fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if matches!(c, '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}') { '\n' } else { c })
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| *c == '\n' || !(c.is_control() || hides(*c) || *c == MARK))
        .collect()
}

/// The same on one line, for names.
pub(super) fn clean_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hides(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}
