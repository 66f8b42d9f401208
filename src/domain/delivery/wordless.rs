//! What becomes of a step when the message has no words any more.
//!
//! It must never lead a message that says nothing back to `planned`.

use super::{Event, Move, Standing, Step, Tell};
use crate::domain::outbox::State;

/// What becomes of a message whose words are gone: it is never sent again, whatever happens to it.
pub fn without_words(standing: &Standing, event: &Event, step: Step) -> Step {
    let Step::Move(to) = step else { return step };
    if to.to != State::Planned {
        return Step::Move(to);
    }
    match event {
        Event::Bounced { refusal, .. } => {
            let (to_state, tell) = if standing.maybe_sent {
                (State::Unresolved, Tell::Unresolved)
            } else {
                (State::Failed, Tell::Failed(refusal.clone()))
            };
            Step::Move(Move { to: to_state, held_by: None, delay: None, tell: Some(tell), ..to })
        }
        _ => Step::Refused("it is so old that its text is no longer kept; please write it anew"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::super::{Verdict, step};
    use super::*;
    use crate::domain::outbox::{Delivery, Policy, Purpose};
    use crate::domain::refusal::{Class, Refusal};

    fn now() -> DateTime<Utc> {
        "2026-11-22T06:55:00Z".parse().expect("instant")
    }

    fn standing(state: State) -> Standing {
        Standing {
            state,
            delivery: (state == State::Accepted).then_some(Delivery::Accepted),
            purpose: Purpose::Relay,
            policy: Policy::Ask,
            to_owner: false,
            to_group: false,
            template: false,
            held_by: None,
            attempt: 1,
            retries: 0,
            refusals: 0,
            losses: 0,
            probably_accepted: false,
            maybe_sent: false,
            this_accepted: state == State::Accepted,
            this_refused: false,
            proven: false,
            asked: true,
            witnessed: false,
            expires_at: None,
            deadline_at: None,
        }
    }

    #[test]
    fn a_message_without_words_is_never_sent_again() {
        let refusal =
            Refusal { code: 1, class: Class::Transient, meaning: "no".into(), fix: String::new(), retry_after: None };
        let bounced = Event::Bounced { attempt: Some(1), refusal: refusal.clone() };
        let accepted = standing(State::Accepted);
        let Step::Move(planned) = step(&accepted, &bounced, now()) else { panic!("it is repeated while it has words") };
        assert_eq!(planned.to, State::Planned);
        let Step::Move(failed) = without_words(&accepted, &bounced, Step::Move(planned.clone())) else {
            panic!("it ends")
        };
        assert_eq!((failed.to, failed.tell, failed.delay), (State::Failed, Some(Tell::Failed(refusal)), None));
        let maybe = Standing { maybe_sent: true, ..accepted };
        let Step::Move(open) = without_words(&maybe, &bounced, Step::Move(planned)) else { panic!("it ends") };
        assert_eq!(open.to, State::Unresolved);
        let again = Event::Verdict(Verdict::SendAgain);
        let unresolved = standing(State::Unresolved);
        let sent = step(&unresolved, &again, now());
        assert!(matches!(sent, Step::Move(_)));
        assert!(matches!(without_words(&unresolved, &again, sent), Step::Refused(_)));
    }

    #[test]
    fn evidence_about_a_message_without_words_still_counts() {
        for state in [State::Accepted, State::Failed, State::Unresolved, State::Cancelled, State::Expired] {
            let at = standing(state);
            let seen = Event::Seen { attempt: Some(1), delivery: Delivery::Read };
            let step = step(&at, &seen, now());
            assert_eq!(without_words(&at, &seen, step.clone()), step, "{state:?}");
        }
    }
}
