//! Keeps an actor alive: after a panic it is restarted with its mailbox, its queued messages and its addresses.
//!
//! actix's own supervisor restarts an actor that stopped; a panic takes actor, mailbox and address with the task
//! (actix 0.13). So the context is driven here, under `catch_unwind`. An actor that keeps panicking is given up, and
//! the process must then end, so that whoever runs it starts it anew.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use actix::dev::ContextFut;
use actix::{Actor, Addr, AsyncContext, Context, Supervised};
use tokio::sync::watch;
use tokio::time::Instant;

/// Pause before the first restart; it doubles with every further one within [`FAULT_SPAN`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause before a restart.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// More faults than this within [`FAULT_SPAN`] and the actor is given up.
const MAX_FAULTS: usize = 5;
/// The span in which faults count.
const FAULT_SPAN: Duration = Duration::from_secs(60);

/// How an actor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All its addresses were dropped and its work was done.
    Drained,
    /// It panicked too often.
    GaveUp,
}

/// Tells how an actor ended.
#[derive(Clone, Debug)]
pub struct Watch {
    name: &'static str,
    end: watch::Receiver<Option<End>>,
}

impl Watch {
    /// The actor that is watched.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> End {
        // A sender that is gone without a word was cut off with its runtime.
        self.end.wait_for(Option::is_some).await.ok().and_then(|end| *end).unwrap_or(End::GaveUp)
    }
}

/// Starts an actor and keeps it alive.
pub fn supervise<A>(name: &'static str, actor: A) -> (Addr<A>, Watch)
where
    A: Supervised + Actor<Context = Context<A>>,
{
    let context = Context::new();
    let address = context.address();
    let (tell, end) = watch::channel(None);
    let future = context.into_future(actor);
    actix::spawn(async move {
        let end = drive(name, future).await;
        tell.send_replace(Some(end));
    });
    (address, Watch { name, end })
}

async fn drive<A>(name: &'static str, mut future: ContextFut<A, Context<A>>) -> End
where
    A: Supervised + Actor<Context = Context<A>>,
{
    let mut faults = Faults::default();
    while run(&mut future).await.is_err() {
        metrics::counter!("wa_actor_restarts_total", "actor" => name).increment(1);
        let Some(pause) = faults.count(Instant::now()) else {
            tracing::error!(actor = name, "too many faults, given up");
            return End::GaveUp;
        };
        tracing::error!(actor = name, pause_ms = pause.as_millis(), "fault, restarting");
        if !restart(&mut future) {
            tracing::error!(actor = name, "fault while restarting, given up");
            return End::GaveUp;
        }
        // Not the Clock port: how fast a faulty actor comes back has nothing to do with the time of the product.
        tokio::time::sleep_until(Instant::now() + pause).await;
    }
    End::Drained
}

/// Runs the actor to its end, or to a panic.
async fn run<A>(future: &mut ContextFut<A, Context<A>>) -> std::thread::Result<()>
where
    A: Supervised + Actor<Context = Context<A>>,
{
    std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut *future).poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(())) => Poll::Ready(Ok(())),
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// Makes it ready to run again; false when that panicked, too. What was in flight ends here, before the pause, so that
/// whoever waits for it is told at once.
fn restart<A>(future: &mut ContextFut<A, Context<A>>) -> bool
where
    A: Supervised + Actor<Context = Context<A>>,
{
    // actix does not restart what nobody can reach, yet its mailbox may still hold messages that wait for an answer.
    let _reachable = future.address();
    catch_unwind(AssertUnwindSafe(|| future.restart())).unwrap_or(false)
}

/// The faults of the last minute.
#[derive(Default)]
struct Faults(VecDeque<Instant>);

impl Faults {
    /// Counts one more; the pause before the restart, or `None` when there were too many.
    fn count(&mut self, now: Instant) -> Option<Duration> {
        self.0.retain(|at| now.duration_since(*at) < FAULT_SPAN);
        self.0.push_back(now);
        let doublings = u32::try_from(self.0.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(doublings)).min(LONGEST_PAUSE);
        (self.0.len() <= MAX_FAULTS).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use actix::{Handler, Message, ResponseActFuture, WrapFuture};

    use super::*;

    #[derive(Message)]
    #[rtype(result = "u32")]
    struct Count;

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Break;

    /// Is never answered.
    #[derive(Message)]
    #[rtype(result = "()")]
    struct Hang;

    #[derive(Default)]
    struct Counter {
        counted: u32,
        restarts: u32,
    }

    impl Actor for Counter {
        type Context = Context<Self>;
    }

    impl Supervised for Counter {
        fn restarting(&mut self, _: &mut Self::Context) {
            self.restarts += 1;
        }
    }

    impl Handler<Count> for Counter {
        type Result = u32;
        fn handle(&mut self, _: Count, _: &mut Self::Context) -> u32 {
            self.counted += 1;
            self.counted + 100 * self.restarts
        }
    }

    impl Handler<Hang> for Counter {
        type Result = ResponseActFuture<Self, ()>;
        fn handle(&mut self, _: Hang, _: &mut Self::Context) -> Self::Result {
            Box::pin(std::future::pending().into_actor(self))
        }
    }

    impl Handler<Break> for Counter {
        type Result = ();
        fn handle(&mut self, _: Break, _: &mut Self::Context) {
            panic!("planted");
        }
    }

    #[actix::test]
    async fn queued_messages_survive_a_panic_and_neighbours_never_notice() {
        tokio::time::pause();
        let (broken, _watch) = supervise("broken", Counter::default());
        let (neighbour, _other) = supervise("neighbour", Counter::default());
        let first = broken.send(Count);
        let fault = broken.send(Break);
        let queued = broken.send(Count);
        let (first, fault, queued, beside) = tokio::join!(first, fault, queued, neighbour.send(Count));
        assert_eq!(first.expect("handled"), 1);
        assert!(fault.is_err(), "the asker of the panicking message is told");
        assert_eq!(queued.expect("handled after the restart"), 102);
        assert_eq!(beside.expect("handled"), 1);
    }

    #[actix::test]
    async fn whoever_waits_for_work_in_flight_is_told_before_the_pause() {
        tokio::time::pause();
        let start = Instant::now();
        let (address, _watch) = supervise("broken", Counter::default());
        let (in_flight, fault) = tokio::join!(address.send(Hang), address.send(Break));
        assert!(in_flight.is_err() && fault.is_err());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[actix::test]
    async fn messages_of_askers_without_an_address_are_handled_after_a_panic() {
        tokio::time::pause();
        let (address, mut watch) = supervise("broken", Counter::default());
        let fault = address.send(Break);
        let queued = address.send(Count);
        drop(address);
        assert!(fault.await.is_err());
        assert_eq!(queued.await.expect("handled after the restart"), 101);
        assert_eq!(watch.ended().await, End::Drained);
    }

    #[actix::test]
    async fn an_actor_that_keeps_panicking_is_given_up() {
        tokio::time::pause();
        let (address, mut watch) = supervise("hopeless", Counter::default());
        for _ in 0..=MAX_FAULTS {
            assert!(address.send(Break).await.is_err());
        }
        assert_eq!(watch.ended().await, End::GaveUp);
    }

    #[actix::test]
    async fn faults_that_are_far_apart_are_forgiven() {
        tokio::time::pause();
        let (address, _watch) = supervise("clumsy", Counter::default());
        for _ in 0..20 {
            assert!(address.send(Break).await.is_err());
            tokio::time::advance(FAULT_SPAN).await;
        }
        assert_eq!(address.send(Count).await.expect("alive"), 2001);
    }

    #[actix::test]
    async fn an_actor_ends_when_nobody_can_reach_it() {
        let (address, mut watch) = supervise("done", Counter::default());
        drop(address);
        assert_eq!(watch.ended().await, End::Drained);
    }
}
