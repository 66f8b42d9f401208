//! What a campaign found: a line for each run that went wrong, and one sum for all.

use std::time::Duration;

use futures::StreamExt;
use futures::stream;
use tokio::time::Instant;

use crate::theatre::Theatre;

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was done in it.
    pub label: String,
    /// How often a daemon died.
    pub deaths: u32,
    /// What must not be.
    pub findings: Vec<String>,
}

impl Run {
    /// Ends a run: of one that went wrong the logs are kept, under the name of its campaign.
    pub async fn end(theatre: Theatre, name: &str, label: String, mut findings: Vec<String>) -> Self {
        if !findings.is_empty() {
            findings.push(format!("logs kept in {}", theatre.keep(name)));
        }
        let deaths = theatre.deaths;
        theatre.close().await;
        Self { label, deaths, findings }
    }
}

/// All runs, by the campaign and the store that they belong to.
#[derive(Default)]
pub struct Report {
    runs: Vec<(String, Run)>,
    stages: Vec<(String, Duration)>,
    stage: String,
    begun: Option<Instant>,
}

impl Report {
    /// Adds the outcome of a run, and tells of it at once when it went wrong.
    pub fn add(&mut self, run: Run) {
        for finding in &run.findings {
            say(&format!("FOUND   {} [{}]: {finding}", self.stage, run.label));
        }
        self.runs.push((self.stage.clone(), run));
    }

    /// From now on everything belongs to this campaign on this store.
    pub fn begin(&mut self, stage: &str) {
        self.end();
        say(stage);
        self.stage = stage.to_owned();
        self.begun = Some(Instant::now());
    }

    fn end(&mut self) {
        if let Some(begun) = self.begun.take() {
            self.stages.push((self.stage.clone(), begun.elapsed()));
        }
    }

    /// Tells a figure that was measured on the way.
    pub fn figure(&self, text: &str) {
        say(&format!("        {text}"));
    }

    /// Awaits all runs, so many at once.
    pub async fn gather(&mut self, at_once: usize, runs: impl Iterator<Item = impl Future<Output = Run>>) {
        let mut runs = stream::iter(runs).buffer_unordered(at_once.max(1));
        while let Some(run) = runs.next().await {
            self.add(run);
        }
    }

    /// Cases of the present campaign in which nobody died although somebody should have: the story never came that way.
    pub fn unreached(&self) -> Vec<&str> {
        let runs = self.runs.iter().filter(|(stage, run)| *stage == self.stage && run.deaths == 0);
        runs.map(|(_, run)| run.label.as_str()).collect()
    }

    /// Prints the sums; true when nothing was found.
    pub fn close(&mut self) -> bool {
        self.end();
        for (stage, time) in &self.stages {
            let runs: Vec<&Run> = self.runs.iter().filter(|(of, _)| of == stage).map(|(_, run)| run).collect();
            let deaths: u32 = runs.iter().map(|run| run.deaths).sum();
            let wrong = runs.iter().filter(|run| !run.findings.is_empty()).count();
            say(&format!("{stage}: {} runs, {deaths} deaths, {wrong} wrong, {} s", runs.len(), time.as_secs()));
        }
        self.runs.iter().all(|(_, run)| run.findings.is_empty())
    }
}

#[expect(clippy::print_stdout, reason = "a program that a person runs")]
pub fn say(line: &str) {
    println!("{line}");
}
