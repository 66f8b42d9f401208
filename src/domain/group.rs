//! A registered group: the alias the owner uses, the id the API uses.

use chrono::NaiveTime;

use super::address::GroupId;
use super::named::named;

named! {
    /// What is known about a group.
    GroupState {
        /// The API knows it and we are in it.
        Verified = "verified",
        /// Not checked, or the API could not be asked.
        Unverified = "unverified",
        /// Suspended by Meta: nothing can be posted.
        Suspended = "suspended",
        /// Deleted, or we are no longer in it.
        Gone = "gone",
    }
}

/// A registered group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What the owner calls it; lower-case, unique.
    pub alias: String,
    /// What people see.
    pub name: String,
    /// Id at the API.
    pub group_id: GroupId,
    /// What is known about it.
    pub state: GroupState,
    /// Link by which people join.
    pub invite_link: Option<String>,
    /// When nothing should be posted there without a question.
    pub quiet: Option<Quiet>,
}

/// Hours of every day, by the owner's wall clock; over midnight when they end before they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// The first quiet minute.
    pub from: NaiveTime,
    /// The first minute after them.
    pub to: NaiveTime,
}

impl Quiet {
    /// True when a time of day is within them.
    pub fn holds(self, time: NaiveTime) -> bool {
        if self.from <= self.to { self.from <= time && time < self.to } else { time >= self.from || time < self.to }
    }

    /// Reads `22:00-07:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('-')?;
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok();
        Some(Self { from: time(from)?, to: time(to)? })
    }
}

impl std::fmt::Display for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.from.format("%H:%M"), self.to.format("%H:%M"))
    }
}

/// The form in which aliases are stored and compared: trimmed, lower-case.
pub fn alias_key(raw: &str) -> String {
    raw.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_may_reach_over_midnight() {
        let at = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
        let night = Quiet::parse("22:00-07:00").expect("hours");
        assert_eq!(night.to_string(), "22:00-07:00");
        for (time, quiet) in
            [("21:59", false), ("22:00", true), ("23:59", true), ("00:00", true), ("06:59", true), ("07:00", false)]
        {
            assert_eq!(night.holds(at(time)), quiet, "{time}");
        }
        let noon = Quiet::parse("12:00-14:00").expect("hours");
        assert!(noon.holds(at("12:00")) && !noon.holds(at("14:00")) && !noon.holds(at("00:00")));
        assert_eq!(Quiet::parse("22-7"), None);
    }
}
