//! MAP 1: every actor message, by receiver: who sends it, what the reply means, may it come twice?
//!
//! A mailbox is not a queue: what must not be lost is a row before it is a message here. A message only
//! ever goes to a higher level; answers are replies.

use std::time::Duration;

use actix::{MailboxError, Message, Recipient};
use chrono::{DateTime, Utc};

use crate::domain::amend::Amendment;
use crate::domain::delivery::Decision;
use crate::domain::inbound::{Message as Inbound, NewEvent, Status};
use crate::domain::job::NewJob;
use crate::domain::outbox::NewEntry;
use crate::failpoint::Planted;
use crate::ports::{Added, Amended, Cancelled, Recorded, StoreError, Undone};

/// Why something could not be done now. Asking again later is always right.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    /// The actor is gone: the process is stopping.
    #[error("the daemon is stopping")]
    Closed,
    /// No answer within the deadline.
    #[error("no answer within the deadline")]
    Timeout,
    /// A panic ended this piece of work; everything else goes on.
    #[error("an internal fault ended this piece of work")]
    Fault,
    /// The database could not take it.
    #[error("the store is not available")]
    Store(#[from] StoreError),
}

impl From<Planted> for Unavailable {
    fn from(_: Planted) -> Self {
        Self::Fault
    }
}

// ---- every actor that keeps rows -------------------------------------------------------------------

/// Look for leftovers: after a start, after a restart, and now and then. From the ticker and from oneself.
/// Comes as often as it likes.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), Unavailable>")]
pub struct Sweep;

// ---- WebhookActor ----------------------------------------------------------------------------------

/// Keep these events. From http; the reply comes once they are durable. The same event may come any number of times.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Recorded>, Unavailable>")]
pub struct Ingest {
    /// The events of one request.
    pub events: Vec<NewEvent>,
    /// When the request came in.
    pub received_at: DateTime<Utc>,
}

// ---- OwnerSessionActor -----------------------------------------------------------------------------

/// Private messages that may be the owner's, in order. From Webhook. The reply says what to do with each inbox
/// row; the same message may come twice and is carried out once.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Heard>, Unavailable>")]
pub struct OwnerSaid {
    /// The messages, oldest first.
    pub messages: Vec<Inbound>,
    /// When they were received, in the same order.
    pub received_at: Vec<DateTime<Utc>>,
}

/// What became of a private message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It was the owner's; it is carried out and answered.
    Obeyed,
    /// It was not the owner's, or not to be obeyed; why. Nothing was answered.
    Ignored(&'static str),
}

/// Forget the pinned identity of the owner and thaw. From http (operator). Comes as often as it likes.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), Unavailable>")]
pub struct Repair;

// ---- SchedulerActor --------------------------------------------------------------------------------

/// Add jobs. From OwnerSession and http. Each once per `created_from`, however often it comes.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Added>, Unavailable>")]
pub struct Schedule {
    /// The jobs, in order.
    pub jobs: Vec<NewJob>,
}

/// Withdraw a job. From OwnerSession and http. The second time it is `Already`, unless it has the same cause.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Cancelled, Unavailable>")]
pub struct Cancel {
    /// The job.
    pub id: i64,
    /// What caused it, when it was the owner.
    pub cause: Option<String>,
    /// True when that takes an earlier command back.
    pub undoes: bool,
}

/// Change jobs. From OwnerSession. Each once per cause, however often it comes.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Vec<Amended>, Unavailable>")]
pub struct Amend {
    /// The jobs, in order.
    pub ids: Vec<i64>,
    /// What is to change.
    pub amendment: Amendment,
    /// What caused it.
    pub cause: String,
}

/// Take back the latest change, or that of one job. From OwnerSession. Once per cause.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Undone, Unavailable>")]
pub struct Undo {
    /// Of this job.
    pub id: Option<i64>,
    /// What caused it.
    pub cause: String,
}

/// Something may be due: look. From wake. Late, early and doubled ones are harmless.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), Unavailable>")]
pub struct Wake;

// ---- CorrelationActor ------------------------------------------------------------------------------

/// Group messages by members, in order. From Webhook. Each is forwarded once, however often it comes.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Matched>, Unavailable>")]
pub struct MemberSaid {
    /// The messages, oldest first.
    pub messages: Vec<Inbound>,
}

/// What became of a group message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matched {
    /// It answers a post and is on its way to the owner.
    Forwarded,
    /// It answers nothing of ours; why.
    Unrelated(&'static str),
}

/// The owner answers a member. From OwnerSession. Once per `wamid`, however often it comes.
#[derive(Clone, Message)]
#[rtype(result = "Result<Answered, Unavailable>")]
pub struct AnswerQuoted {
    /// Whom: by the forward that was quoted, or by the number shown on it.
    pub whom: Whom,
    /// The owner's words; `None` to learn only whom it would go to.
    pub text: Option<String>,
    /// The owner's message.
    pub wamid: crate::domain::address::Wamid,
}

/// How the owner names a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// By quoting the forward.
    Quoted(crate::domain::address::Wamid),
    /// By the number of the reply.
    Number(i64),
}

/// What became of the owner's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is on its way to this person.
    Relayed {
        /// The number of the reply.
        reply_id: i64,
        /// How the owner reads the person.
        name: String,
        /// Name of the group they wrote in.
        group: String,
    },
    /// What was quoted is not a forwarded reply.
    NotAForward,
    /// There is no reply with this number.
    NoSuchReply,
    /// Whoever wrote it was forgotten.
    Forgotten,
}

// ---- SenderActor -----------------------------------------------------------------------------------

/// Plan these entries and look for what can go out. From Scheduler, Correlation, OwnerSession, and Webhook (what it
/// gave up). The reply comes once they are durable, not once they are sent. Each once per key. Empty means: just look.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<i64>, Unavailable>")]
pub struct Deliver {
    /// The entries, in order.
    pub entries: Vec<NewEntry>,
}

/// Carry out what the owner decided. From OwnerSession. The second time nothing changes.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Settled, Unavailable>")]
pub struct Settle {
    /// The decision.
    pub decision: Decision,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Carried out for so many messages; none means that there was nothing to decide.
    Done(usize),
    /// It cannot be done; why.
    Refused(&'static str),
    /// There is no such message.
    NoSuchEntry,
}

/// What became of messages of ours. From Webhook. Any order, any number of times.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), Unavailable>")]
pub struct StatusChanged {
    /// The statuses.
    pub statuses: Vec<Status>,
}

/// The owner wrote: their window is open again and what waited for it may follow. From OwnerSession.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), Unavailable>")]
pub struct OwnerWrote {
    /// When they wrote.
    pub at: DateTime<Utc>,
}

// ---- asking ----------------------------------------------------------------------------------------

/// How long an actor may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Asks an actor and waits for its answer, but not for ever.
///
/// # Errors
/// What the actor answers; [`Unavailable::Closed`] when it is gone, [`Unavailable::Fault`] when its handler panicked,
/// and [`Unavailable::Timeout`] when it does not answer in time: what it was doing then still goes on.
pub async fn ask<M, T>(to: &Recipient<M>, message: M) -> Result<T, Unavailable>
where
    M: Message<Result = Result<T, Unavailable>> + Send + 'static,
    M::Result: Send,
    T: Send + 'static,
{
    match tokio::time::timeout(ANSWER_WITHIN, to.send(message)).await {
        Ok(Ok(answer)) => answer,
        // actix says `Closed` for both: nobody there, and the answer dropped unsent by one who still is.
        Ok(Err(MailboxError::Closed)) if to.connected() => Err(Unavailable::Fault),
        Ok(Err(MailboxError::Closed)) => Err(Unavailable::Closed),
        Ok(Err(MailboxError::Timeout)) | Err(_) => Err(Unavailable::Timeout),
    }
}

#[cfg(test)]
mod tests {
    use actix::{Actor, Context, Handler, ResponseFuture, Supervised};

    use super::*;
    use crate::actors::supervision::supervise;

    /// Panics when asked to sweep, and never answers a wake.
    struct Unhelpful;

    impl Actor for Unhelpful {
        type Context = Context<Self>;
    }

    impl Supervised for Unhelpful {}

    impl Handler<Sweep> for Unhelpful {
        type Result = Result<(), Unavailable>;
        fn handle(&mut self, _: Sweep, _: &mut Self::Context) -> Self::Result {
            panic!("planted");
        }
    }

    impl Handler<Wake> for Unhelpful {
        type Result = ResponseFuture<Result<(), Unavailable>>;
        fn handle(&mut self, _: Wake, _: &mut Self::Context) -> Self::Result {
            Box::pin(std::future::pending())
        }
    }

    #[actix::test]
    async fn a_panic_is_told_at_once_and_told_apart_from_an_actor_that_is_gone() {
        tokio::time::pause();
        let asked = tokio::time::Instant::now();
        let (address, _watch) = supervise("unhelpful", Unhelpful);
        assert!(matches!(ask(&address.recipient(), Sweep).await, Err(Unavailable::Fault)));
        assert_eq!(asked.elapsed(), Duration::ZERO);
        let (address, mut watch) = supervise("hopeless", Unhelpful);
        let recipient: Recipient<Sweep> = address.recipient();
        while futures::FutureExt::now_or_never(watch.ended()).is_none() {
            let _ = ask(&recipient, Sweep).await;
        }
        assert!(matches!(ask(&recipient, Sweep).await, Err(Unavailable::Closed)));
    }

    #[actix::test]
    async fn no_answer_is_waited_for_beyond_the_deadline() {
        tokio::time::pause();
        let (address, _watch) = supervise("unhelpful", Unhelpful);
        assert!(matches!(ask(&address.recipient(), Wake).await, Err(Unavailable::Timeout)));
    }
}
