//! Follows the zone data: a government may move a clock after a job was scheduled, and the wall clock is what the owner
//! meant. Once after a start, and only when the data are other ones than before.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Work;
use crate::domain::amend::{Amendment, resolved};
use crate::domain::job::Job;
use crate::domain::outbox::{NewEntry, Purpose};
use crate::domain::when::ZONE_DATA;
use crate::domain::wording;
use crate::messages::{Deliver, Unavailable, ask};
use crate::ports::{Amended, JobCursor, JobFilter, Saved};

/// Jobs looked at in one step.
const PAGE: u32 = 500;
/// Most moved jobs that the owner is told of one by one.
const NAMED: usize = 20;

/// Whether it was done in this process.
#[derive(Default)]
pub(super) struct Zones(AtomicBool);

impl Work {
    /// Works pending slots out anew when the zone data changed, and tells the owner what moved.
    pub(super) async fn follow_zones(&self) -> Result<(), Unavailable> {
        if self.zones.0.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut session = self.parts.sessions.load().await?;
        if session.zone_data.as_deref() != Some(ZONE_DATA) {
            let moved = self.resolve_all().await?;
            self.tell(&moved, session.zone.unwrap_or(self.parts.zone)).await?;
            loop {
                session.zone_data = Some(ZONE_DATA.to_owned());
                if self.parts.sessions.save(&mut session).await? == Saved::Kept {
                    break;
                }
                session = self.parts.sessions.load().await?;
            }
        }
        self.zones.0.store(true, Ordering::Release);
        Ok(())
    }

    /// The jobs that moved, before and after.
    async fn resolve_all(&self) -> Result<Vec<(Job, Job)>, Unavailable> {
        let (mut moved, mut after) = (Vec::new(), None);
        loop {
            let now = self.parts.clock.now();
            let page = self.parts.jobs.list(&JobFilter::default(), after, PAGE).await?;
            after = page.last().map(|job| JobCursor { due_at: job.next_due_at, id: job.id });
            let ids: Vec<i64> = page.iter().filter(|job| resolved(job, now).is_some()).map(|job| job.id).collect();
            if !ids.is_empty() {
                let cause = format!("zones:{ZONE_DATA}");
                let amended = self.parts.jobs.amend(&ids, &Amendment::Resolve, &cause, now).await?;
                self.set_alarm(amended.iter().filter_map(super::changed)).await;
                moved.extend(amended.into_iter().filter_map(|amended| match amended {
                    Amended::Done { before, after, .. } => Some((*before, *after)),
                    Amended::Refused { .. } | Amended::Unknown(_) => None,
                }));
            }
            if page.len() < PAGE as usize {
                return Ok(moved);
            }
        }
    }

    async fn tell(&self, moved: &[(Job, Job)], zone: chrono_tz::Tz) -> Result<(), Unavailable> {
        if moved.is_empty() {
            return Ok(());
        }
        let content = wording::zone_data_changed(moved, NAMED, zone);
        let owner = self.parts.desk.owner.clone();
        let key = format!("zones:{ZONE_DATA}");
        let notice = NewEntry::planned(Purpose::Notice, key, owner, content, self.parts.clock.now());
        ask(&self.links.deliver, Deliver { entries: vec![notice] }).await.map(drop)
    }
}
