//! The ports, in memory.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::rig::Pretended;
use crate::domain::address::{Address, GroupId, Person, Wamid};
use crate::domain::amend::Amendment;
use crate::domain::claim::LateRule;
use crate::domain::group::{Group, GroupState, Quiet};
use crate::domain::job::{Job, JobState, NewJob};
use crate::domain::member::Member;
use crate::domain::outbox::{Entry, Hold, NewEntry, Outcome, State};
use crate::domain::session::Session;
use crate::ports::*;

#[async_trait]
impl Sessions for Pretended {
    async fn load(&self) -> Result<Session, StoreError> {
        Ok(self.shelf().session.clone())
    }
    async fn save(&self, session: &mut Session) -> Result<Saved, StoreError> {
        let mut shelf = self.shelf();
        if shelf.session.revision != session.revision {
            return Ok(Saved::Outdated);
        }
        session.revision += 1;
        shelf.session = session.clone();
        Ok(Saved::Kept)
    }
}

#[async_trait]
impl Messenger for Pretended {
    async fn send(&self, _: &Departure) -> Outcome {
        unasked()
    }
    async fn probe(&self) -> bool {
        unasked()
    }
    async fn group(&self, _: &GroupId) -> GroupCheck {
        self.shelf().check.clone().unwrap_or(GroupCheck::CouldNotCheck)
    }
}

#[rustfmt::skip]
#[async_trait]
impl Directory for Pretended {
    async fn register(&self, group: Group) -> Result<(), StoreError> {
        let mut shelf = self.shelf();
        shelf.groups.retain(|known| known.alias != group.alias);
        shelf.groups.push(group);
        Ok(())
    }
    async fn unregister(&self, alias: &str) -> Result<bool, StoreError> {
        let mut shelf = self.shelf();
        let before = shelf.groups.len();
        shelf.groups.retain(|known| known.alias != alias);
        Ok(shelf.groups.len() < before)
    }
    async fn groups(&self) -> Result<Vec<Group>, StoreError> {
        let mut shelf = self.shelf();
        shelf.group_reads += 1;
        Ok(shelf.groups.clone())
    }
    async fn group(&self, alias: &str) -> Result<Option<Group>, StoreError> {
        Ok(self.shelf().groups.iter().find(|group| group.alias == alias).cloned())
    }
    async fn seen(&self, person: &Person, _: Option<&str>, _: Option<&str>, private_at: Option<DateTime<Utc>>) -> Result<Member, StoreError> {
        self.shelf().seen.push((person.clone(), private_at));
        Ok(Member { id: 1, person: person.clone(), name: None, username: None, last_private_at: private_at, muted_until: None })
    }
    async fn group_changed(&self, _: &GroupId, _: GroupState, _: Option<String>) -> Result<(), StoreError> { unasked() }
    async fn member(&self, _: &Person) -> Result<Option<Member>, StoreError> { unasked() }
}

#[rustfmt::skip]
#[async_trait]
impl Jobs for Pretended {
    async fn made_by(&self, created_from: &str) -> Result<Option<Job>, StoreError> {
        Ok(self.shelf().jobs.iter().find(|(from, _)| from == created_from).map(|(_, job)| job.clone()))
    }
    async fn list(&self, filter: &JobFilter, after: Option<JobCursor>, _: u32) -> Result<Vec<Job>, StoreError> {
        let in_time = |job: &Job| {
            let due = job.next_due_at;
            filter.due_from.is_none_or(|from| due >= Some(from)) && filter.due_before.is_none_or(|to| due < Some(to))
        };
        let fits = |job: &Job| in_time(job) && filter.group.as_ref().is_none_or(|alias| job.groups.contains(alias));
        let shelf = self.shelf();
        let jobs = shelf.jobs.iter().map(|(_, job)| job).filter(|job| job.state == JobState::Active && fits(job));
        Ok(jobs.filter(|_| after.is_none()).cloned().collect())
    }
    async fn get(&self, id: i64) -> Result<Option<Job>, StoreError> {
        Ok(self.shelf().jobs.iter().map(|(_, job)| job).find(|job| job.id == id).cloned())
    }
    async fn add(&self, _: Vec<NewJob>) -> Result<Vec<Added>, StoreError> { unasked() }
    async fn claim_due(&self, _: DateTime<Utc>, _: LateRule, _: u32) -> Result<Claim, StoreError> { unasked() }
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> { unasked() }
    async fn unarmed(&self, _: DateTime<Utc>, _: Option<JobCursor>, _: u32) -> Result<Vec<Unarmed>, StoreError> { unasked() }
    async fn armed(&self, _: &[Unarmed]) -> Result<(), StoreError> { unasked() }
    async fn disarm(&self, _: DateTime<Utc>) -> Result<(), StoreError> { unasked() }
    async fn cancel(&self, _: i64, _: Option<Cause<'_>>, _: DateTime<Utc>) -> Result<Cancelled, StoreError> { unasked() }
    async fn amend(&self, _: &[i64], _: &Amendment, _: &str, _: DateTime<Utc>) -> Result<Vec<Amended>, StoreError> { unasked() }
    async fn undo(&self, _: Option<i64>, _: &str, _: DateTime<Utc>) -> Result<Undone, StoreError> { unasked() }
    async fn wake_up(&self, _: DateTime<Utc>) -> Result<u32, StoreError> { unasked() }
}

#[rustfmt::skip]
#[async_trait]
impl Outbox for Pretended {
    async fn by_wamid(&self, _: &Wamid) -> Result<Option<Entry>, StoreError> { Ok(None) }
    async fn posts_of(&self, _: i64) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn counts(&self) -> Result<Vec<(State, u64)>, StoreError> { unasked() }
    async fn plan(&self, _: Vec<NewEntry>, _: DateTime<Utc>) -> Result<Vec<(i64, bool)>, StoreError> { unasked() }
    async fn due(&self, _: DateTime<Utc>, _: &DueFilter) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn next_due(&self, _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> { unasked() }
    async fn apply(&self, _: Vec<Change>) -> Result<Vec<Applied>, StoreError> { unasked() }
    async fn overdue(&self, _: DateTime<Utc>, _: i64, _: u32) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn orphans(&self) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn held(&self, _: Hold, _: Option<&Address>, _: u32) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn get(&self, _: i64) -> Result<Option<Entry>, StoreError> { unasked() }
    async fn latest_post(&self, _: &GroupId, _: DateTime<Utc>, _: DateTime<Utc>) -> Result<Option<Entry>, StoreError> { unasked() }
    async fn late_posts(&self, _: bool, _: u32) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn ask_about_late(&self, _: &[i64], _: NewEntry, _: DateTime<Utc>) -> Result<(), StoreError> { unasked() }
}

#[async_trait]
impl History for Pretended {
    async fn pending(&self, _: u32) -> Result<u32, StoreError> {
        Ok(self.shelf().pending)
    }
    async fn timeline(&self, _: i64, _: Option<i64>, _: u32) -> Result<Vec<Happening>, StoreError> {
        unasked()
    }
    async fn replies_to(&self, _: i64, _: Option<i64>, _: u32) -> Result<Vec<ReplyTo>, StoreError> {
        unasked()
    }
}

#[async_trait]
impl Preferences for Pretended {
    async fn called(&self, _: &str) -> Result<Vec<Member>, StoreError> {
        unasked()
    }
    async fn mute(&self, _: i64, _: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        unasked()
    }
    async fn quiet(&self, alias: &str, hours: Option<Quiet>) -> Result<bool, StoreError> {
        let mut shelf = self.shelf();
        let group = shelf.groups.iter_mut().find(|group| group.alias == alias);
        Ok(group.map(|group| group.quiet = hours).is_some())
    }
}

/// The dialogue changes jobs, people and messages only through the other actors.
fn unasked<T>() -> T {
    panic!("the dialogue has no business here")
}
