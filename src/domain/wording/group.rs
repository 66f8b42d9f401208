//! Answers about groups.

use chrono_tz::Tz;

use super::{clean::clean, counted, job, text};
use crate::domain::content::{Content, cut};
use crate::domain::group::{Group, GroupState};
use crate::domain::job::Job;

/// How many groups are shown.
const SHOWN: usize = 50;
/// How many jobs are shown that keep a group from being removed.
const JOBS_SHOWN: usize = 20;

/// What the API said about the id of a group that is being registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It exists and we are in it.
    Verified,
    /// It exists, but Meta has suspended it.
    Suspended,
    /// The API does not know it.
    NotFound,
    /// The API could not be asked.
    NotChecked,
}

/// A group is registered.
pub fn registered(group: &Group, checked: Checked) -> Content {
    let id = match checked {
        Checked::Verified => "The id is verified.",
        Checked::Suspended => "The id is verified, but the group is suspended at present.",
        Checked::NotFound => "WhatsApp does not know this id: unverified. If it is wrong, register it again.",
        Checked::NotChecked => "The id could not be verified now.",
    };
    let Group { alias, name, .. } = group;
    text(&format!(
        "Registered {alias}: {name}. {id}\nType: schedule \"Daily sync at 09:00\" to {alias} at tomorrow 08:55"
    ))
}

/// The groups that are registered.
pub fn groups(groups: &[Group]) -> Content {
    if groups.is_empty() {
        return text("No group is registered yet.\nType: register group team 1203630xxx@g.us Team");
    }
    let line = |group: &Group| {
        let state = match group.state {
            GroupState::Verified => "verified",
            GroupState::Unverified => "not verified",
            GroupState::Suspended => "suspended by Meta",
            GroupState::Gone => "gone",
        };
        format!("{}: {}, {state}", group.alias, group.name)
    };
    let lines: Vec<String> = groups.iter().take(SHOWN).map(line).collect();
    let left = groups.len().saturating_sub(SHOWN);
    let rest = if left == 0 { String::new() } else { format!("\nand {left} more") };
    text(&format!("Groups:\n{}{rest}", lines.join("\n")))
}

/// There is no such group.
pub fn not_registered(alias: &str) -> Content {
    text(&format!("No group is registered as {}. For their aliases, type: groups", cut(&clean(alias), 60)))
}

/// A group cannot be removed because jobs point at it.
pub fn still_used(alias: &str, jobs: &[Job], zone: Tz) -> Content {
    let lines: Vec<String> = jobs.iter().take(JOBS_SHOWN).map(|job| job::line(job, zone)).collect();
    let left = jobs.len().saturating_sub(JOBS_SHOWN);
    let rest = if left == 0 { String::new() } else { format!("\nand {left} more") };
    text(&format!(
        "Not removed: {} to {alias}:\n{}{rest}\nTo cancel them too, type: unregister group {alias} force",
        counted(jobs.len(), "job"),
        lines.join("\n")
    ))
}

/// A group is removed, and these jobs with it; `going` could not be stopped any more.
pub fn unregistered(alias: &str, cancelled: &[i64], going: &[i64]) -> Content {
    let mut said = format!("Removed {alias}.");
    if !cancelled.is_empty() {
        said.push_str(&format!(" Cancelled: {}.", numbers(cancelled)));
    }
    if !going.is_empty() {
        said.push_str(&format!(" Too late to cancel: {}.", numbers(going)));
    }
    text(&said)
}

fn numbers(ids: &[i64]) -> String {
    ids.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(", ")
}
