//! What can happen to a life, as the event that the real rules are told.

use super::lives::wamid;
use super::state::{ATTEMPTS, Answer};
use crate::domain::delivery::{Event, Intent, Life, Verdict};
use crate::domain::outbox::{Delivery, Hold, Outcome};
use crate::domain::pace::Pace;
use crate::domain::refusal::{Class, Refusal};

/// What can happen to a life; attempts by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A sender asks whether it may send.
    Intend,
    /// What came of an attempt is recorded.
    Answered(usize, Answer),
    /// The same, by a sender that does not know whether its intent was committed.
    Abandoned(usize),
    /// A status comes: `sent`, or `read`.
    Seen(usize, Delivery),
    /// A status comes: `failed`, for good or for now.
    Bounced(usize, Class),
    /// The reaper acts.
    Orphaned,
    /// The sweep looks; whether silence can be trusted.
    Tick(bool),
    /// The owner says something.
    Said(Verdict),
    /// It is held as late.
    Hold,
    /// What holds it is gone.
    Release,
    /// It is withdrawn.
    Cancel,
    /// Time passes, up to its deadline.
    DeadlinePasses,
    /// Time passes, up to its expiry.
    ExpiryPasses,
}

/// How many different things can happen.
pub const WHATS: usize = 45;

/// What happens to a life whatever the world around it is like: the passing of time, and what people say.
pub const ANYWHERE: [What; 10] = [
    What::DeadlinePasses,
    What::ExpiryPasses,
    What::Tick(false),
    What::Tick(true),
    What::Release,
    What::Hold,
    What::Cancel,
    What::Said(Verdict::SendAgain),
    What::Said(Verdict::Leave),
    What::Said(Verdict::Arrived),
];

impl What {
    /// A place of its own for each, below [`WHATS`].
    pub fn index(self) -> usize {
        match self {
            Self::Intend => 0,
            Self::Answered(n, answer) => 1 + (n - 1) * Answer::ALL.len() + answer as usize,
            Self::Abandoned(n) => 18 + n,
            Self::Seen(n, delivery) => 20 + 2 * n + usize::from(delivery == Delivery::Read),
            Self::Bounced(n, class) => 26 + 2 * n + usize::from(class == Class::Final),
            Self::Orphaned => 34,
            Self::Tick(witnessed) => 35 + usize::from(witnessed),
            Self::Said(verdict) => 37 + verdict as usize,
            Self::Hold => 40,
            Self::Release => 41,
            Self::Cancel => 42,
            Self::DeadlinePasses => 43,
            Self::ExpiryPasses => 44,
        }
    }

    /// The event that it is for the rules; `None` when only time passes.
    pub fn event(self, life: &Life) -> Option<Event> {
        let number = |n: usize| u32::try_from(n).expect("a small number");
        Some(match self {
            Self::Intend => Event::Intend(Intent { opaque: "w1.model".to_owned(), pace: Pace::per_second(80) }),
            Self::Answered(n, answer) => Event::Answered { attempt: number(n), outcome: outcome(answer) },
            Self::Abandoned(n) => Event::Abandoned { attempt: Some(number(n)) },
            Self::Seen(n, delivery) => Event::Seen { attempt: Some(number(n)), delivery },
            Self::Bounced(n, class) => Event::Bounced { attempt: Some(number(n)), refusal: refusal(class) },
            Self::Orphaned => Event::Orphaned,
            Self::Tick(_) => Event::Tick,
            Self::Said(verdict) => Event::Verdict(verdict),
            Self::Hold => Event::Hold(Hold::Late),
            Self::Release => Event::Release(life.entry.held_by.unwrap_or(Hold::Late)),
            Self::Cancel => Event::Cancel,
            Self::DeadlinePasses | Self::ExpiryPasses => return None,
        })
    }
}

fn outcome(answer: Answer) -> Outcome {
    let lost = |probably_accepted| Outcome::Unknown { cause: "model".to_owned(), probably_accepted };
    match answer {
        Answer::Yes => Outcome::Accepted { wamid: wamid(), paced: false },
        Answer::No => Outcome::Refused(refusal(Class::Final)),
        Answer::NotNow => Outcome::Refused(refusal(Class::Transient)),
        Answer::Unsent => Outcome::NotSent { cause: "model".to_owned() },
        Answer::Lost => lost(false),
        Answer::Garbled => lost(true),
    }
}

fn refusal(class: Class) -> Refusal {
    Refusal { code: 1, class, meaning: "model".to_owned(), fix: String::new(), retry_after: None }
}

#[test]
fn everything_that_can_happen_has_a_place_of_its_own() {
    let mut all = vec![What::Intend, What::Orphaned];
    all.extend(ANYWHERE);
    for n in 1..=ATTEMPTS {
        all.extend(Answer::ALL.map(|answer| What::Answered(n, answer)));
        all.extend([Delivery::Sent, Delivery::Read].map(|delivery| What::Seen(n, delivery)));
        all.extend([Class::Transient, Class::Final].map(|class| What::Bounced(n, class)));
        all.push(What::Abandoned(n));
    }
    let mut places: Vec<usize> = all.iter().map(|what| what.index()).collect();
    places.sort_unstable();
    assert_eq!(places, (0..WHATS).collect::<Vec<_>>());
}
