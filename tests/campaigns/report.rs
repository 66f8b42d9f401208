//! What a campaign found: a line for each run that went wrong, and one sum for all.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::time::Instant;

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    pub campaign: &'static str,
    /// What was done in it.
    pub label: String,
    /// How often a daemon died.
    pub deaths: u32,
    /// What must not be.
    pub findings: Vec<String>,
}

/// All runs.
#[derive(Default)]
pub struct Report {
    runs: Vec<Run>,
    times: BTreeMap<&'static str, Duration>,
    figures: Vec<String>,
}

impl Report {
    /// Adds the outcome of a run, and tells of it at once when it went wrong.
    pub fn add(&mut self, run: Run) {
        for finding in &run.findings {
            say(&format!("FOUND   {} [{}]: {finding}", run.campaign, run.label));
        }
        self.runs.push(run);
    }

    /// Adds a figure that was measured on the way.
    pub fn figure(&mut self, text: String) {
        say(&format!("        {text}"));
        self.figures.push(text);
    }

    /// Awaits all runs, so many at once.
    pub async fn gather(&mut self, at_once: usize, runs: impl Iterator<Item = impl Future<Output = Run>>) {
        let begun = Instant::now();
        let mut runs = stream::iter(runs).buffer_unordered(at_once.max(1));
        let mut last = None;
        while let Some(run) = runs.next().await {
            last = Some(run.campaign);
            self.add(run);
        }
        if let Some(campaign) = last {
            *self.times.entry(campaign).or_default() += begun.elapsed();
        }
    }

    /// Cases in which nobody died although somebody should have: the story never came that way.
    pub fn unreached(&self, campaign: &str) -> Vec<&str> {
        let runs = self.runs.iter().filter(|run| run.campaign == campaign && run.deaths == 0);
        runs.map(|run| run.label.as_str()).collect()
    }

    /// Prints the sums; true when nothing was found.
    pub fn close(&self, store: &str) -> bool {
        let mut sums: BTreeMap<&str, (usize, u32, usize)> = BTreeMap::new();
        for run in &self.runs {
            let sum = sums.entry(run.campaign).or_default();
            sum.0 += 1;
            sum.1 += run.deaths;
            sum.2 += usize::from(!run.findings.is_empty());
        }
        for (campaign, (runs, deaths, wrong)) in &sums {
            let seconds = self.times.get(campaign).map_or(0, Duration::as_secs);
            say(&format!("{campaign} on {store}: {runs} runs, {deaths} deaths, {wrong} wrong, {seconds} s"));
        }
        sums.values().all(|(_, _, wrong)| *wrong == 0)
    }
}

#[expect(clippy::print_stdout, reason = "a program that a person runs")]
pub fn say(line: &str) {
    println!("{line}");
}
