//! Reads values and collects every problem on the way, so that all of them are told at once.
//!
//! A value is never repeated in a problem: it may be a secret in the wrong place.

use std::ops::RangeInclusive;

use chrono::TimeDelta;

use super::{ConfigError, Problem};

/// Collects every problem while values are read.
#[derive(Default)]
pub(super) struct Checker {
    problems: Vec<Problem>,
}

impl Checker {
    /// Notes that a setting cannot be used. Only the first problem of a setting is kept.
    pub(super) fn refuse(&mut self, variable: &str, expected: impl Into<String>) {
        if self.problems.iter().all(|problem| problem.variable != variable) {
            self.problems.push(Problem { variable: variable.to_owned(), expected: expected.into() });
        }
    }

    /// Reads a setting that must be there.
    pub(super) fn required<T>(
        &mut self,
        variable: &str,
        given: Option<&str>,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        match given {
            None => {
                self.refuse(variable, format!("{expected}; it is missing"));
                None
            }
            Some(text) => self.read(variable, text, expected, read),
        }
    }

    /// Reads a value; `None`, and a problem, when it cannot be used.
    pub(super) fn read<T>(
        &mut self,
        variable: &str,
        text: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(text);
        if value.is_none() {
            self.refuse(variable, expected);
        }
        value
    }

    /// Reads a whole number within a range.
    pub(super) fn number(
        &mut self,
        variable: &str,
        given: Option<&str>,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Option<u32> {
        let Some(text) = given else { return Some(default) };
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        let number = |text: &str| text.trim().parse().ok().filter(|n| range.contains(n));
        self.read(variable, text, &expected, number)
    }

    /// Reads a number of seconds.
    pub(super) fn seconds(
        &mut self,
        variable: &str,
        given: Option<&str>,
        default: u32,
        range: RangeInclusive<u32>,
    ) -> Option<TimeDelta> {
        self.number(variable, given, default, range).map(|n| TimeDelta::seconds(i64::from(n)))
    }

    /// The value when nothing was wrong, else everything that was.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, ConfigError> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => Err(ConfigError { problems: self.problems }),
        }
    }
}
