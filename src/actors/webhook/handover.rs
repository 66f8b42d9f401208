//! Hands the events of one audience over, in order, so that one of them that cannot be handled costs only itself.
//!
//! It knows nothing of what is handed over, nor of rows being closed: it says what became of each.

use chrono::{DateTime, Utc};

use crate::messages::Unavailable;
use crate::ports::Settlement;

/// Most events in one question: a whole portion must be answered within the deadline of a question.
const PORTION: usize = 64;
/// So many questions about a single event without an answer in time, one after the other, and the audience counts as out.
const SILENCES: u32 = 3;

/// An event on its way to one audience.
#[derive(Clone, Debug)]
pub(super) struct Parcel<T> {
    /// The inbox row.
    pub row: i64,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// What happened.
    pub item: T,
}

/// What became of a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was taken.
    Taken(Settlement),
    /// It was asked about alone, and failed; why.
    Failed(String),
    /// The audience is out; nothing is known against this parcel.
    PutOff,
}

/// Asks `give` about all parcels, in portions; when a portion fails, about each of its parcels alone.
///
/// A portion as long as one parcel that gets no answer in time says as much about the audience as about the parcel, so
/// it is put off and never counted against it.
pub(super) async fn hand_over<T>(
    parcels: &[Parcel<T>],
    give: impl AsyncFn(&[Parcel<T>]) -> Result<Vec<Settlement>, Unavailable>,
) -> Vec<Fate> {
    let mut fates = Vec::with_capacity(parcels.len());
    let mut silences = 0;
    // A stack, so that the parts of a failed portion come before the portions behind it.
    let mut portions: Vec<&[Parcel<T>]> = parcels.chunks(PORTION).rev().collect();
    while let Some(portion) = portions.pop() {
        match give(portion).await {
            Ok(answers) => {
                silences = 0;
                fates.extend(one_each(answers, portion.len()));
            }
            Err(Unavailable::Closed) => break,
            Err(_) if portion.len() > 1 => portions.extend(portion.chunks(1).rev()),
            Err(Unavailable::Timeout) => {
                silences += 1;
                fates.push(Fate::PutOff);
                if silences == SILENCES {
                    break;
                }
            }
            Err(error) => fates.push(Fate::Failed(error.to_string())),
        }
    }
    fates.resize(parcels.len(), Fate::PutOff);
    fates
}

/// Exactly one fate for each parcel, also for those the answer forgot.
fn one_each(answers: Vec<Settlement>, parcels: usize) -> impl Iterator<Item = Fate> {
    let forgotten = std::iter::repeat_with(|| Fate::Failed("there was no answer for it".to_owned()));
    answers.into_iter().map(Fate::Taken).chain(forgotten).take(parcels)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn parcels(items: std::ops::Range<i64>) -> Vec<Parcel<i64>> {
        items.map(|row| Parcel { row, attempts: 0, received_at: DateTime::UNIX_EPOCH, item: row }).collect()
    }

    fn done(portion: &[Parcel<i64>]) -> Vec<Settlement> {
        portion.iter().map(|_| Settlement::Done).collect()
    }

    #[tokio::test]
    async fn a_poisonous_parcel_fails_alone_and_the_order_is_kept() {
        let taken = RefCell::new(Vec::new());
        let parcels = parcels(0..100);
        let fates = hand_over(&parcels, async |portion| {
            if portion.iter().any(|parcel| parcel.item == 30) {
                return Err(Unavailable::Fault);
            }
            taken.borrow_mut().extend(portion.iter().map(|parcel| parcel.item));
            Ok(done(portion))
        });
        let fates = fates.await;
        let failed: Vec<usize> = (0..100).filter(|at| matches!(fates[*at], Fate::Failed(_))).collect();
        assert_eq!(failed, [30]);
        assert_eq!(*taken.borrow(), (0..100).filter(|item| *item != 30).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn an_audience_that_is_gone_is_asked_once_and_everything_is_put_off() {
        let asked = RefCell::new(0);
        let parcels = parcels(0..200);
        let fates = hand_over(&parcels, async |_| {
            *asked.borrow_mut() += 1;
            Err(Unavailable::Closed)
        });
        assert_eq!(fates.await, vec![Fate::PutOff; 200]);
        assert_eq!(*asked.borrow(), 1);
    }

    #[tokio::test]
    async fn a_silent_audience_is_left_alone_after_a_few_questions() {
        let asked = RefCell::new(0);
        let parcels = parcels(0..200);
        let fates = hand_over(&parcels, async |_| {
            *asked.borrow_mut() += 1;
            Err(Unavailable::Timeout)
        });
        assert_eq!(fates.await, vec![Fate::PutOff; 200]);
        assert_eq!(*asked.borrow(), 1 + SILENCES);
    }

    #[tokio::test]
    async fn one_parcel_that_never_gets_an_answer_does_not_block_those_behind_it() {
        let parcels = parcels(0..10);
        let fates = hand_over(&parcels, async |portion| {
            if portion.iter().any(|parcel| parcel.item == 0) {
                return Err(Unavailable::Timeout);
            }
            Ok(done(portion))
        });
        let fates = fates.await;
        assert_eq!(fates[0], Fate::PutOff);
        assert!(fates[1..].iter().all(|fate| *fate == Fate::Taken(Settlement::Done)));
    }

    #[tokio::test]
    async fn a_parcel_that_the_answer_forgot_is_not_taken() {
        let fates = hand_over(&parcels(0..2), async |_| Ok(vec![Settlement::Done])).await;
        assert_eq!(fates[0], Fate::Taken(Settlement::Done));
        assert!(matches!(fates[1], Fate::Failed(_)));
    }
}
