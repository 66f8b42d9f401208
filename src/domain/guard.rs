//! What a careful person would ask about before a post is scheduled: the same text again, two posts close together,
//! quiet hours. It never refuses; the owner decides.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::group::{Group, Quiet};
use super::job::Job;

/// The same text to the same group within this time is probably a mistake.
pub const SAME_TEXT: TimeDelta = TimeDelta::minutes(10);
/// Two posts to the same group within this time probably are.
pub const TOO_CLOSE: TimeDelta = TimeDelta::minutes(5);
/// So many jobs may be pending before the owner is told to make room.
pub const MOST_PENDING: u32 = 10_000;

/// A post as it would be.
#[derive(Clone, Copy)]
pub struct Planned<'a> {
    /// Its own number, when it is moved and not new.
    pub id: Option<i64>,
    /// What is posted.
    pub text: &'a str,
    /// Aliases of the groups.
    pub groups: &'a [String],
    /// When.
    pub due_at: DateTime<Utc>,
}

/// What may be a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// The same text goes to the same group at about the same time.
    SameText {
        /// The job that does it; 0 while it has no number yet.
        job_id: i64,
        /// The group.
        group: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// Another post goes to the same group at about the same time.
    TooClose {
        /// The job that does it; 0 while it has no number yet.
        job_id: i64,
        /// The group.
        group: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// The group is to be left in peace then.
    Quiet {
        /// The group.
        group: String,
        /// Its hours.
        hours: Quiet,
    },
}

/// The first thing to ask about. `near` are the other posts around that time, `zone` the owner's.
pub fn concern(planned: Planned<'_>, near: &[Job], groups: &[Group], zone: Tz) -> Option<Concern> {
    let shared = |job: &Job| planned.groups.iter().find(|alias| job.groups.contains(alias)).cloned();
    let others = || near.iter().filter(|job| planned.id != Some(job.id));
    let close = |within: TimeDelta| {
        let meets = move |job: &Job| {
            let at = job.next_due_at.filter(|at| (*at - planned.due_at).abs() < within)?;
            Some((job.id, shared(job)?, at))
        };
        move |job: &Job| meets(job)
    };
    let same = others().filter(|job| job.text.trim() == planned.text.trim()).find_map(close(SAME_TEXT));
    if let Some((job_id, group, at)) = same {
        return Some(Concern::SameText { job_id, group, at });
    }
    if let Some((job_id, group, at)) = others().find_map(close(TOO_CLOSE)) {
        return Some(Concern::TooClose { job_id, group, at });
    }
    let time = planned.due_at.with_timezone(&zone).time();
    let quiet = |group: &&Group| planned.groups.contains(&group.alias) && group.quiet.is_some_and(|q| q.holds(time));
    let group = groups.iter().find(quiet)?;
    group.quiet.map(|hours| Concern::Quiet { group: group.alias.clone(), hours })
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz::Asia__Jerusalem as JERUSALEM;

    use super::super::address::GroupId;
    use super::super::group::GroupState;
    use super::super::job::JobState;
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        let noon: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().expect("an instant");
        noon + TimeDelta::minutes(minute)
    }

    fn job(id: i64, text: &str, groups: &[&str], minute: i64) -> Job {
        Job {
            id,
            state: JobState::Active,
            text: text.to_owned(),
            groups: groups.iter().map(|alias| (*alias).to_owned()).collect(),
            next_due_at: Some(at(minute)),
            local_time: at(minute).naive_utc(),
            zone: JERUSALEM,
            recurrence: None,
            paused_until: None,
            ended_at: None,
            revision: 0,
            created_at: at(0),
            fingerprint: None,
        }
    }

    fn asked(near: &[Job], quiet: Option<&str>) -> Option<Concern> {
        let groups = ["team".to_owned()];
        let team = Group {
            alias: "team".to_owned(),
            name: "Team".to_owned(),
            group_id: GroupId::parse("g").expect("an id"),
            state: GroupState::Verified,
            invite_link: None,
            quiet: quiet.and_then(Quiet::parse),
        };
        let planned = Planned { id: Some(1), text: "hello", groups: &groups, due_at: at(0) };
        concern(planned, near, &[team], JERUSALEM)
    }

    #[test]
    fn what_is_close_or_the_same_is_asked_about_and_nothing_else() {
        let same = |minute| asked(&[job(2, " hello", &["team"], minute)], None);
        assert!(matches!(same(9), Some(Concern::SameText { job_id: 2, .. })), "{:?}", same(9));
        assert_eq!(same(10), None);
        let close = |minute| asked(&[job(3, "other", &["dev", "team"], minute)], None);
        assert!(matches!(close(-4), Some(Concern::TooClose { job_id: 3, .. })), "{:?}", close(-4));
        assert_eq!(close(-5), None);
        assert_eq!(asked(&[job(4, "hello", &["dev"], 0)], None), None, "another group");
        assert_eq!(asked(&[job(1, "hello", &["team"], 1)], None), None, "itself");
        // 10:00 UTC is 12:00 in Jerusalem.
        assert!(matches!(asked(&[], Some("12:00-13:00")), Some(Concern::Quiet { .. })));
        assert_eq!(asked(&[], Some("10:00-11:00")), None);
    }
}
