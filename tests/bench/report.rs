//! What was measured, as a table.

use std::io::Write;
use std::time::Duration;

/// Lines of name, figure and remark.
#[derive(Default)]
pub struct Report {
    lines: Vec<[String; 3]>,
}

impl Report {
    /// Adds a line, and shows it at once: a run takes minutes.
    pub fn add(&mut self, name: &str, figure: String, remark: &str) {
        drop(writeln!(std::io::stderr(), "{name}: {figure} {remark}"));
        self.lines.push([name.to_owned(), figure, remark.to_owned()]);
    }

    /// Prints the table.
    pub fn print(&self) {
        let width = |column: usize| self.lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let (first, second) = (width(0), width(1));
        let mut out = std::io::stdout().lock();
        for [name, figure, remark] in &self.lines {
            drop(writeln!(out, "{name:first$}  {figure:>second$}  {remark}"));
        }
    }
}

/// The value below which `share` (0 to 1) of the measured times lie.
pub fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times.get((last as f64 * share).round() as usize).copied().unwrap_or_default()
}

/// A time in milliseconds, readable.
pub fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
