//! The alarm inside the process: one timer for the earliest instant, whatever the number of jobs.
//!
//! It keeps a single instant. Whoever is woken looks at the rows, takes all that is due and asks for the next wake.
//! It must not keep alive whom it wakes: they hold the queue, and an actor ends only when nobody holds its address.

use std::sync::{Arc, Weak};

use actix::{Message, Recipient, WeakRecipient};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::messages::{Unavailable, ask};
use crate::ports::{Alarm, Clock};

/// Pause before a wake that could not be handed over is tried again.
const TRY_AGAIN: TimeDelta = TimeDelta::seconds(1);

type Earliest = Option<DateTime<Utc>>;

/// Where instants are handed in.
#[derive(Clone, Debug)]
pub struct EmbeddedAlarm {
    earliest: Arc<watch::Sender<Earliest>>,
}

/// The timer behind an [`EmbeddedAlarm`]; does nothing until it is run.
#[derive(Debug)]
pub struct Timer {
    earliest: watch::Receiver<Earliest>,
    queue: Weak<watch::Sender<Earliest>>,
}

/// Every handle of the queue is gone: nobody will ask for a wake any more.
struct Over;

impl EmbeddedAlarm {
    /// The queue for whoever arms it, and its timer, which is run once the one to be woken exists.
    pub fn new() -> (Self, Timer) {
        let (earliest, receiver) = watch::channel(None);
        let earliest = Arc::new(earliest);
        let queue = Arc::downgrade(&earliest);
        (Self { earliest }, Timer { earliest: receiver, queue })
    }
}

fn earlier(present: &mut Earliest, at: DateTime<Utc>) -> bool {
    let sooner = present.is_none_or(|present| at < present);
    if sooner {
        *present = Some(at);
    }
    sooner
}

#[async_trait]
impl Alarm for EmbeddedAlarm {
    async fn set(&self, at: DateTime<Utc>) {
        self.earliest.send_if_modified(|present| earlier(present, at));
    }
}

impl Timer {
    /// Wakes `whom` with `message` at every earliest instant. Ends when every handle of the queue is dropped, or when
    /// the one to be woken is gone.
    pub async fn run<M, T>(mut self, clock: Arc<dyn Clock>, whom: Recipient<M>, message: impl Fn() -> M)
    where
        M: Message<Result = Result<T, Unavailable>> + Send + 'static,
        M::Result: Send,
        T: Send + 'static,
    {
        let weak = whom.downgrade();
        drop(whom);
        while let Ok(at) = self.next(&*clock).await {
            // Cleared before the knock: what is armed while the rows are looked at must not be forgotten.
            self.change(|present| {
                if *present == Some(at) {
                    *present = None;
                }
                false
            });
            let Some(answer) = knock(&weak, message()).await else { return };
            if answer.is_err() {
                let again = clock.now() + TRY_AGAIN;
                self.change(|present| earlier(present, again));
            }
        }
    }

    /// Waits until the earliest instant is reached, whatever it is by then.
    async fn next(&mut self, clock: &dyn Clock) -> Result<DateTime<Utc>, Over> {
        loop {
            let at = *self.earliest.borrow_and_update();
            let moved = self.earliest.changed();
            let Some(at) = at else {
                moved.await.map_err(|_| Over)?;
                continue;
            };
            tokio::select! {
                () = clock.sleep_until(at) => return Ok(at),
                moved = moved => moved.map_err(|_| Over)?,
            }
        }
    }

    fn change(&self, how: impl FnOnce(&mut Earliest) -> bool) {
        if let Some(queue) = self.queue.upgrade() {
            queue.send_if_modified(how);
        }
    }
}

/// Asks whoever is there; `None` when nobody is.
async fn knock<M, T>(whom: &WeakRecipient<M>, message: M) -> Option<Result<T, Unavailable>>
where
    M: Message<Result = Result<T, Unavailable>> + Send + 'static,
    M::Result: Send,
    T: Send + 'static,
{
    let whom = whom.upgrade().filter(Recipient::connected)?;
    Some(ask(&whom, message).await)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use actix::{Actor, Addr, Context, Handler};

    use super::*;
    use crate::clock::ManualClock;
    use crate::messages::Wake;

    fn minute(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    /// A clock moved by hand that knows how many ever waited on it at once.
    struct Counted {
        hand: ManualClock,
        waiting: AtomicUsize,
        most: AtomicUsize,
    }

    struct Leaving<'a>(&'a AtomicUsize);

    impl Drop for Leaving<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    #[async_trait]
    impl Clock for Counted {
        fn now(&self) -> DateTime<Utc> {
            self.hand.now()
        }
        async fn sleep_until(&self, at: DateTime<Utc>) {
            let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(waiting, Ordering::SeqCst);
            let _leaving = Leaving(&self.waiting);
            self.hand.sleep_until(at).await;
        }
    }

    /// Notes when it is woken, after having failed so many times.
    struct Sleeper {
        clock: Arc<Counted>,
        woken: watch::Sender<Vec<DateTime<Utc>>>,
        failures: u32,
    }

    impl Actor for Sleeper {
        type Context = Context<Self>;
    }

    impl Handler<Wake> for Sleeper {
        type Result = Result<(), Unavailable>;
        fn handle(&mut self, _: Wake, _: &mut Self::Context) -> Self::Result {
            if self.failures > 0 {
                self.failures -= 1;
                return Err(Unavailable::Fault);
            }
            self.woken.send_modify(|woken| woken.push(self.clock.now()));
            Ok(())
        }
    }

    struct Bench {
        clock: Arc<Counted>,
        sleeper: Addr<Sleeper>,
        woken: watch::Receiver<Vec<DateTime<Utc>>>,
    }

    impl Bench {
        fn with_failures(failures: u32) -> Self {
            tokio::time::pause();
            let hand = ManualClock::at(minute(0));
            let clock = Arc::new(Counted { hand, waiting: AtomicUsize::new(0), most: AtomicUsize::new(0) });
            let (note, woken) = watch::channel(Vec::new());
            let sleeper = Sleeper { clock: Arc::clone(&clock), woken: note, failures }.start();
            Self { clock, sleeper, woken }
        }

        fn run(&self, timer: Timer) -> tokio::task::JoinHandle<()> {
            let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
            actix::spawn(timer.run(clock, self.sleeper.clone().recipient(), || Wake))
        }

        /// Lets the timer see what was armed before time moves on.
        async fn settle(&self) {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
        }

        async fn woken(&mut self, times: usize) -> Vec<DateTime<Utc>> {
            // Time is paused, so a wait in vain costs none.
            let woken = self.woken.wait_for(|woken| woken.len() >= times);
            tokio::time::timeout(std::time::Duration::from_secs(600), woken)
                .await
                .expect("woken")
                .expect("a sleeper")
                .clone()
        }
    }

    #[actix::test]
    async fn the_earliest_instant_wakes_even_when_it_is_handed_in_last() {
        let mut bench = Bench::with_failures(0);
        let (queue, timer) = EmbeddedAlarm::new();
        bench.run(timer);
        queue.set(minute(60)).await;
        bench.settle().await;
        queue.set(minute(5)).await;
        queue.set(minute(30)).await;
        bench.settle().await;
        bench.clock.hand.set(minute(5));
        assert_eq!(bench.woken(1).await, [minute(5)]);
        queue.set(minute(30)).await;
        bench.settle().await;
        bench.clock.hand.set(minute(30));
        assert_eq!(bench.woken(2).await, [minute(5), minute(30)]);
    }

    #[actix::test]
    async fn a_hundred_thousand_instants_use_one_timer_and_one_wake() {
        let mut bench = Bench::with_failures(0);
        let (queue, timer) = EmbeddedAlarm::new();
        bench.run(timer);
        for n in 0..100_000 {
            queue.set(minute(100_000 - n)).await;
            if n % 1000 == 0 {
                bench.settle().await;
            }
        }
        bench.settle().await;
        bench.clock.hand.set(minute(200_000));
        assert_eq!(bench.woken(1).await, [minute(200_000)]);
        bench.settle().await;
        assert_eq!(bench.woken.borrow().len(), 1);
        assert_eq!(bench.clock.most.load(Ordering::SeqCst), 1);
    }

    #[actix::test]
    async fn what_was_armed_before_anybody_could_be_woken_is_not_forgotten() {
        let mut bench = Bench::with_failures(0);
        let (queue, timer) = EmbeddedAlarm::new();
        queue.set(minute(-1)).await;
        bench.run(timer);
        assert_eq!(bench.woken(1).await, [minute(0)]);
    }

    #[actix::test]
    async fn a_wake_that_failed_is_tried_again() {
        let mut bench = Bench::with_failures(1);
        let (queue, timer) = EmbeddedAlarm::new();
        queue.set(minute(0)).await;
        bench.run(timer);
        bench.settle().await;
        assert!(bench.woken.borrow().is_empty());
        bench.clock.hand.advance(TRY_AGAIN);
        assert_eq!(bench.woken(1).await, [minute(0) + TRY_AGAIN]);
    }

    #[actix::test]
    async fn it_ends_with_the_queue_and_keeps_nobody_alive() {
        let bench = Bench::with_failures(0);
        let (queue, timer) = EmbeddedAlarm::new();
        let running = bench.run(timer);
        queue.set(minute(60)).await;
        bench.settle().await;
        let weak = bench.sleeper.downgrade();
        drop(bench.sleeper);
        // The sleeper ends, because the timer holds no address of it.
        let mut woken = bench.woken;
        let over = tokio::time::timeout(std::time::Duration::from_secs(600), woken.changed());
        assert!(over.await.expect("the sleeper ended").is_err());
        assert!(weak.upgrade().is_none());
        drop(queue);
        running.await.expect("the timer ended");
    }
}
