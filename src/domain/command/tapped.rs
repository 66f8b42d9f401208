//! Buttons and rows: the ids that come back when one is tapped, and the commands that they stand for.

use super::number;
use super::spoken::{Command, Step};
use crate::domain::delivery::{Decision, Verdict};

/// Reads the id of a button or a row that was tapped; `None` when it is none of ours.
pub fn tapped(id: &str) -> Option<Command> {
    if let Some(step) = id.strip_prefix("guide:") {
        return guided(step).map(Command::Guided);
    }
    let parts: Vec<&str> = id.split(':').collect();
    let command = match parts[..] {
        ["unknown", entry, attempt, verb] => {
            let verdict = match verb {
                "again" => Verdict::SendAgain,
                "leave" => Verdict::Leave,
                "arrived" => Verdict::Arrived,
                _ => return None,
            };
            let attempt = Some(attempt.parse().ok()?);
            Command::Decide(Decision::Unknown { entry_id: number::parse(entry)?, attempt, verdict })
        }
        ["late", "all", verb @ ("send" | "drop")] => {
            Command::Decide(Decision::Late { job_id: None, send: verb == "send" })
        }
        ["confirm", code, verb @ ("yes" | "no")] => Command::Confirm { code: code.to_owned(), yes: verb == "yes" },
        ["choose", code, choice] => Command::Choose { code: code.to_owned(), choice: choice.parse().ok()? },
        // The button stands on the confirmation of a new job; tapped twice, it must not bring the job back.
        ["undo", id] => Command::Cancel { id: number::parse(id)? },
        ["edit", id] => Command::EditHow { id: number::parse(id)? },
        ["test", id] => Command::Test { id: number::parse(id)? },
        _ => return None,
    };
    Some(command)
}

/// A step of putting a post together; the time may hold colons.
fn guided(step: &str) -> Option<Step> {
    let (what, value) = step.split_once(':')?;
    Some(match (what, value) {
        ("group", alias) => Step::Group(alias.to_owned()),
        ("time", phrase) => Step::Time(phrase.to_owned()),
        ("confirm", "yes") => Step::Confirm(true),
        ("confirm", "no") => Step::Confirm(false),
        ("confirm", "edit") => Step::Edit,
        _ => return None,
    })
}
