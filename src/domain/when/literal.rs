//! Numbers and what is built of them: clock times, numeric dates, ordinals. Judges their shape and range only.

use super::lex::{Kind, Lexeme};
use super::word::{Reading, Word};

/// Reads the literal that starts at `at`; gives its meaning and how many lexemes it took.
pub(super) fn literal(lexemes: &[Lexeme], at: usize) -> Option<(Word, usize)> {
    let first = Digits::at(lexemes, at)?;
    let separator = glued_sign(lexemes, at + 1);
    let second = glued_digits(lexemes, at + 2);
    match (separator, second) {
        (Some(':'), _) => Some(clock(lexemes, at, first)),
        (Some('/'), Some(second)) => Some(slashed(lexemes, at, first, second)),
        (Some('.'), Some(second)) => Some(dotted(lexemes, at, first, second)),
        (Some('-'), Some(second)) if glued_sign(lexemes, at + 3) == Some('-') => {
            glued_digits(lexemes, at + 4).map(|third| (triple('-', first, second, third), 5)).or(Some(plain(first)))
        }
        _ => Some(ordinal(lexemes, at, first).unwrap_or(plain(first))),
    }
}

#[derive(Clone, Copy)]
struct Digits {
    value: u32,
    width: usize,
}

impl Digits {
    fn at(lexemes: &[Lexeme], at: usize) -> Option<Self> {
        let lexeme = lexemes.get(at)?;
        match lexeme.kind {
            Kind::Digits(value) => Some(Self { value, width: lexeme.width }),
            Kind::Letters | Kind::Sign(_) => None,
        }
    }
}

fn glued_digits(lexemes: &[Lexeme], at: usize) -> Option<Digits> {
    lexemes.get(at).filter(|l| l.glued).and_then(|_| Digits::at(lexemes, at))
}

fn glued_sign(lexemes: &[Lexeme], at: usize) -> Option<char> {
    match lexemes.get(at) {
        Some(Lexeme { kind: Kind::Sign(sign), glued: true, .. }) => Some(*sign),
        _ => None,
    }
}

fn plain(number: Digits) -> (Word, usize) {
    (Word::Number { value: number.value, width: number.width }, 1)
}

/// `12th`; the ending has to suit the number, so that `12st` is told apart as a slip.
fn ordinal(lexemes: &[Lexeme], at: usize, number: Digits) -> Option<(Word, usize)> {
    let ending = lexemes.get(at + 1).filter(|l| l.glued)?;
    let right = match (number.value % 100, number.value % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    (ending.text == right).then_some((Word::Ordinal(number.value), 2))
}

/// `H:MM`, `HH:MM:SS`, `HH:MM:SS.fff` (T1, D6).
fn clock(lexemes: &[Lexeme], at: usize, hour: Digits) -> (Word, usize) {
    let Some(minute) = glued_digits(lexemes, at + 2) else { return (Word::BadTime, 2) };
    let mut used = 3;
    let mut second = Digits { value: 0, width: 2 };
    let mut milli = 0;
    if glued_sign(lexemes, at + used) == Some(':') {
        let Some(found) = glued_digits(lexemes, at + used + 1) else { return (Word::BadTime, used + 1) };
        second = found;
        used += 2;
        let point = matches!(glued_sign(lexemes, at + used), Some('.' | ','));
        if let Some(fraction) =
            lexemes.get(at + used + 1).filter(|l| point && l.glued && matches!(l.kind, Kind::Digits(_)))
        {
            milli = milliseconds(&fraction.text);
            used += 2;
        }
    }
    let shaped = hour.width <= 2 && minute.width == 2 && second.width == 2;
    let closing = hour.value == 24 && minute.value == 0 && second.value == 0 && milli == 0;
    let in_range = (hour.value <= 23 || closing) && minute.value <= 59 && second.value <= 59;
    if !shaped || !in_range {
        return (Word::BadTime, used);
    }
    let padded = hour.width == 2 && hour.value < 10;
    (Word::Clock(Reading { hour: hour.value, minute: minute.value, second: second.value, milli, padded }), used)
}

/// The first three digits of a fraction of a second; finer ones are dropped.
fn milliseconds(fraction: &str) -> u32 {
    let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
    digits.fold(0, |sum, digit| sum * 10 + u32::from(digit.wrapping_sub(b'0')))
}

fn slashed(lexemes: &[Lexeme], at: usize, first: Digits, second: Digits) -> (Word, usize) {
    match third(lexemes, at, '/') {
        Some(third) => (triple('/', first, second, third), 5),
        None => (pair(first, second), 3),
    }
}

fn dotted(lexemes: &[Lexeme], at: usize, first: Digits, second: Digits) -> (Word, usize) {
    match third(lexemes, at, '.') {
        Some(third) => (triple('.', first, second, third), 5),
        None => (Word::Dotted { left: first.value, right: second.value, right_width: second.width }, 3),
    }
}

fn third(lexemes: &[Lexeme], at: usize, separator: char) -> Option<Digits> {
    (glued_sign(lexemes, at + 3) == Some(separator)).then(|| glued_digits(lexemes, at + 4)).flatten()
}

fn pair(first: Digits, second: Digits) -> Word {
    if first.width > 2 || second.width > 2 {
        return Word::BadDate;
    }
    Word::NumericDate { first: first.value, second: second.value, year: None }
}

/// Three numbers: year first is ISO, otherwise day and month in the owner's order (D5, D6).
fn triple(separator: char, first: Digits, second: Digits, third: Digits) -> Word {
    let short = |digits: Digits| digits.width <= 2;
    if first.width == 4 && separator != '.' && short(second) && short(third) {
        return Word::Iso { year: year(first), month: second.value, day: third.value };
    }
    if short(first) && short(second) && matches!(third.width, 2 | 4) {
        let full = if third.width == 2 { 2000 + year(third) } else { year(third) };
        return Word::NumericDate { first: first.value, second: second.value, year: Some(full) };
    }
    Word::BadDate
}

fn year(digits: Digits) -> i32 {
    i32::try_from(digits.value).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::lex::lex;
    use super::super::normalise::normalise;
    use super::*;

    fn read(phrase: &str) -> Word {
        let lexemes = lex(&normalise(phrase).expect("short enough"));
        literal(&lexemes, 0).expect("starts with a digit").0
    }

    #[test]
    fn t1_clock_times_keep_to_their_range() {
        for phrase in ["26:10", "13:75", "24:10", "9:5", "123:00", "9:00:61", "9:"] {
            assert_eq!(read(phrase), Word::BadTime, "{phrase}");
        }
        let want = Reading { hour: 9, minute: 5, second: 7, milli: 120, padded: true };
        assert_eq!(read("09:05:07.1209"), Word::Clock(want));
    }

    #[test]
    fn d5_d6_numeric_dates_are_told_apart_by_the_place_of_the_year() {
        assert_eq!(read("2026-06-12"), Word::Iso { year: 2026, month: 6, day: 12 });
        assert_eq!(read("12-6-26"), Word::NumericDate { first: 12, second: 6, year: Some(2026) });
        assert_eq!(read("12.6"), Word::Dotted { left: 12, right: 6, right_width: 1 });
        assert_eq!(read("12/6/026"), Word::BadDate);
        assert_eq!(read("3-4"), Word::Number { value: 3, width: 1 });
    }

    #[test]
    fn d7_an_ordinal_needs_the_ending_that_suits_it() {
        assert_eq!(read("12th"), Word::Ordinal(12));
        assert_eq!(read("22nd"), Word::Ordinal(22));
        assert_eq!(read("12st"), Word::Number { value: 12, width: 2 });
    }
}
