//! The clean-up: once after the start and then every hour, what has been kept long enough goes, in small steps.
//!
//! It is in no hurry: between two steps everybody else has their turn. It decides nothing, and what one pass does not
//! do the next one does.

use std::sync::Arc;

use chrono::TimeDelta;

use crate::domain::retention::{Keep, What};
use crate::ports::{Clock, Forgetting, People, Retention, StoreError};

/// Time between two passes.
const EVERY: TimeDelta = TimeDelta::hours(1);
/// Least time between two steps; as long as the step took when that is longer, so that half of the time the database has
/// nothing of it.
const PAUSE: TimeDelta = TimeDelta::milliseconds(30);

/// Cleans up.
pub(super) struct Cleaner {
    /// What takes rows away.
    pub retention: Arc<dyn Retention>,
    /// What finishes with people who are to be forgotten.
    pub people: Arc<dyn People>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What is kept how long.
    pub keep: Keep,
}

impl Cleaner {
    /// Passes at once and then every hour, until this future is dropped.
    pub(super) async fn run(self) {
        loop {
            self.pass().await;
            self.wait(EVERY).await;
        }
    }

    async fn pass(&self) {
        for what in What::ALL {
            if let Err(error) = self.purge(*what).await {
                tracing::warn!(what = what.as_str(), error = &error as &dyn std::error::Error, "not cleaned up now");
            }
        }
        if let Err(error) = self.finish_forgetting().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "not everybody is wholly forgotten yet");
        }
    }

    /// All there is of one kind.
    async fn purge(&self, what: What) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let begun = tokio::time::Instant::now();
            let purged = self.retention.purge(what, &self.keep, after, self.clock.now()).await?;
            if purged.rows > 0 {
                metrics::counter!("wa_purged_total", "what" => what.as_str()).increment(purged.rows);
            }
            match purged.next {
                Some(next) => after = next,
                None => return Ok(()),
            }
            let took = TimeDelta::from_std(begun.elapsed()).unwrap_or(PAUSE);
            self.wait(took.max(PAUSE)).await;
        }
    }

    async fn finish_forgetting(&self) -> Result<(), StoreError> {
        for (person, asked_at) in self.people.half_forgotten().await? {
            if let Forgetting::Done(done) = self.people.forget(&person, asked_at).await? {
                metrics::counter!("wa_forgotten_total").increment(done.rows());
            }
            self.wait(PAUSE).await;
        }
        Ok(())
    }

    /// Elapsed time ends the wait as well: a wall clock that was set back must not stop the cleaning.
    async fn wait(&self, time: TimeDelta) {
        let longest = time.to_std().unwrap_or_default();
        let _ = tokio::time::timeout(longest, self.clock.sleep_until(self.clock.now() + time)).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use chrono::{DateTime, Utc};
    use tokio::sync::watch;

    use super::*;
    use crate::clock::ManualClock;
    use crate::domain::address::{Person, Phone};
    use crate::ports::{Forgotten, Purged};

    /// Has so many steps of every kind in each pass; some kinds fail.
    struct Pile {
        steps: i64,
        broken: Option<What>,
        asked: Mutex<Vec<(What, i64)>>,
        passes: watch::Sender<u32>,
        half_forgotten: Mutex<Vec<(Person, DateTime<Utc>)>>,
    }

    impl Pile {
        fn new(steps: i64, broken: Option<What>) -> Arc<Self> {
            let (passes, _) = watch::channel(0);
            Arc::new(Self { steps, broken, asked: Mutex::default(), passes, half_forgotten: Mutex::default() })
        }

        fn asked(&self) -> Vec<(What, i64)> {
            self.asked.lock().expect("no test panics here").clone()
        }
    }

    #[async_trait]
    impl Retention for Pile {
        async fn purge(&self, what: What, _: &Keep, after: i64, _: DateTime<Utc>) -> Result<Purged, StoreError> {
            self.asked.lock().expect("no test panics here").push((what, after));
            if self.broken == Some(what) {
                return Err(StoreError { operation: "do anything", source: "it is down".into() });
            }
            Ok(Purged { rows: 1, next: (after + 1 < self.steps).then_some(after + 1) })
        }
    }

    #[async_trait]
    impl People for Pile {
        async fn forget(&self, person: &Person, asked_at: DateTime<Utc>) -> Result<Forgetting, StoreError> {
            let done = (person.clone(), asked_at);
            self.half_forgotten.lock().expect("no test panics here").retain(|known| *known != done);
            Ok(Forgetting::Done(Forgotten::default()))
        }
        async fn half_forgotten(&self) -> Result<Vec<(Person, DateTime<Utc>)>, StoreError> {
            let people = self.half_forgotten.lock().expect("no test panics here").clone();
            self.passes.send_modify(|passes| *passes += 1);
            Ok(people)
        }
    }

    fn cleaner(pile: &Arc<Pile>, clock: &Arc<ManualClock>) -> Cleaner {
        let clock = Arc::clone(clock) as Arc<dyn Clock>;
        Cleaner { retention: pile.clone(), people: pile.clone(), clock, keep: Keep::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn every_kind_is_cleaned_to_its_end_whichever_fails() {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let pile = Pile::new(3, Some(What::Events));
        let person = Person::new(Phone::parse("15550009901"), None).expect("a person");
        pile.half_forgotten.lock().expect("free").push((person, DateTime::UNIX_EPOCH - TimeDelta::days(3)));
        cleaner(&pile, &clock).pass().await;
        let mut expected = vec![(What::Events, 0)];
        for what in What::ALL.iter().filter(|what| **what != What::Events) {
            expected.extend((0..3).map(|after| (*what, after)));
        }
        assert_eq!(pile.asked(), expected);
        assert!(pile.half_forgotten.lock().expect("free").is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn it_passes_at_once_and_then_every_hour_also_when_the_clock_is_set_back() {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let pile = Pile::new(1, None);
        let mut passes = pile.passes.subscribe();
        let running = tokio::spawn(cleaner(&pile, &clock).run());
        passes.wait_for(|passes| *passes == 1).await.expect("a pass");
        clock.advance(EVERY);
        passes.wait_for(|passes| *passes == 2).await.expect("a second pass");
        clock.set(DateTime::UNIX_EPOCH - TimeDelta::days(365));
        passes.wait_for(|passes| *passes == 3).await.expect("a third pass");
        running.abort();
    }
}
