//! The crash matrix: the whole story with one fault at one point, and again at the next point, until all had their turn.
//!
//! The points are those that stand in the source, so a new one is in the matrix by itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::chance::Chance;
use crate::report::{Report, Run};
use crate::story;
use crate::theatre::Theatre;
use crate::{Options, checker};

/// Every point of fault in the source.
pub fn points() -> Vec<String> {
    let mut names = BTreeSet::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("migration/src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("the source").map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                names.extend(points_of(&path));
            }
        }
    }
    names.into_iter().collect()
}

fn points_of(path: &PathBuf) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("a source file");
    let mut names = Vec::new();
    for rest in text.split("failpoint!(\"").skip(1) {
        names.extend(rest.split('"').next().filter(|name| name.contains('.')).map(str::to_owned));
    }
    names
}

/// Kills at the first and third pass of every point.
pub async fn kill(options: &Options, report: &mut Report) {
    let points = points();
    let cases = points.iter().flat_map(|point| [1, 3].map(|nth| vec![format!("{point}=kill@{nth}")]));
    matrix("crash", cases.collect(), options, report).await;
    let unreached = report.unreached().join(", ");
    report.figure(&format!("never reached: {unreached}"));
}

/// An error, or a stall of a few seconds, at the first and second pass of every point.
pub async fn error(options: &Options, report: &mut Report) {
    let points = points();
    let actions = ["error@1", "error@2", "stall:3@1"];
    let cases = points.iter().flat_map(|point| actions.map(|action| vec![format!("{point}={action}")]));
    matrix("error", cases.collect(), options, report).await;
}

/// A kill, and another one while the daemon recovers from it.
pub async fn double(options: &Options, report: &mut Report) {
    let (points, mut chance) = (points(), Chance::new(options.seed));
    let second = |chance: &mut Chance| format!("{}=kill@{}", chance.pick(&points), 1 + chance.below(2));
    let cases = points.iter().map(|point| vec![format!("{point}=kill@1"), second(&mut chance)]).collect();
    matrix("double", cases, options, report).await;
}

/// A kill at any point.
pub async fn any(chance: &mut Chance, options: &Options) -> Run {
    let case = format!("{}=kill@{}", chance.pick(&points()), 1 + chance.below(3));
    one("planted", vec![case], options).await
}

/// Plays the story once for every case, a few at a time.
async fn matrix(name: &'static str, cases: Vec<Vec<String>>, options: &Options, report: &mut Report) {
    let cases = options.chosen(cases, |case| case[0].clone());
    let cases: Vec<Vec<String>> = std::iter::repeat_n(cases, options.size).flatten().collect();
    let runs = cases.into_iter().map(|case| {
        let options = options.clone();
        async move { one(name, case, &options).await }
    });
    report.gather(options.at_once, runs).await;
}

async fn one(name: &'static str, case: Vec<String>, options: &Options) -> Run {
    let label = case.join(" then ");
    let mut theatre = Theatre::build(options.plan(1)).await;
    theatre.plant(0, case);
    let played = story::play(&mut theatre).await;
    let findings = checker::judge(&theatre, played.as_ref()).await;
    Run::end(theatre, name, label, findings).await
}
