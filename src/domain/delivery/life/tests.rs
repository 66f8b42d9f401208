//! Lives that once went wrong, event by event.

use chrono::TimeDelta;

use super::*;
use crate::domain::address::{Address, GroupId};
use crate::domain::content::Content;
use crate::domain::delivery::{Known, SettledBy};
use crate::domain::outbox::{Delivery, NewEntry, Purpose};
use crate::domain::pace::Pace;
use crate::domain::refusal::{Class, Refusal};

fn after(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn wamid() -> Wamid {
    Wamid::parse("wamid.1").expect("an id")
}

fn post() -> Life {
    let to = Address::Group(GroupId::parse("g-team").expect("an id"));
    let entry =
        NewEntry::planned(Purpose::Post, "post:1".to_owned(), to, Content::text("hello"), after(0)).into_entry(1);
    Life { entry, attempts: Vec::new() }
}

impl Life {
    /// Lets something happen, as the store does, and answers with the state that follows.
    fn live(&mut self, event: &Event, at: i64) -> State {
        let step = self.judge(event, false, false, after(at));
        self.note(event, Some(&wamid()), matches!(step, Step::Move(_)), after(at));
        if let Step::Move(to) = step {
            self.move_on(event, Some(&wamid()), &to, after(at));
        }
        self.entry.state
    }

    /// Its first attempt is lost, and the owner is asked and decides.
    fn lost_and_decided(&mut self, verdict: Verdict) -> State {
        self.live(&intend(), 0);
        self.live(&Event::Orphaned, 1);
        self.live(&Event::Tick, 901);
        self.live(&Event::Verdict(verdict), 902)
    }
}

fn intend() -> Event {
    Event::Intend(Intent { opaque: "w1.1".to_owned(), pace: Pace::per_second(80) })
}

fn accepted(attempt: u32) -> Event {
    Event::Answered { attempt, outcome: Outcome::Accepted { wamid: wamid(), paced: false } }
}

fn not_sent(attempt: u32) -> Event {
    Event::Answered { attempt, outcome: Outcome::NotSent { cause: "no connection".to_owned() } }
}

fn lost(attempt: u32) -> Event {
    Event::Answered { attempt, outcome: Outcome::Unknown { cause: "reset".to_owned(), probably_accepted: false } }
}

fn garbled(attempt: u32) -> Event {
    let outcome = Outcome::Unknown { cause: "no id".to_owned(), probably_accepted: true };
    Event::Answered { attempt, outcome }
}

fn bounced(attempt: u32) -> Event {
    let meaning = "it did not work".to_owned();
    let refusal = Refusal { code: 1, class: Class::Transient, meaning, fix: String::new(), retry_after: None };
    Event::Bounced { attempt: Some(attempt), refusal }
}

#[test]
fn a_post_that_the_owner_left_is_not_sent_again_when_it_turns_out_accepted_and_then_failed() {
    let mut life = post();
    assert_eq!(life.lost_and_decided(Verdict::Leave), State::Unresolved);
    assert_eq!(life.live(&accepted(1), 903), State::Accepted);
    assert_eq!(life.live(&bounced(1), 904), State::Planned);
    assert_eq!(life.live(&intend(), 1000), State::Planned, "its time is over");
    assert_eq!(life.live(&Event::Tick, 1001), State::Expired);
}

#[test]
fn a_post_that_the_owner_wants_again_is_sent_even_though_its_time_had_passed() {
    let mut life = post();
    life.entry.expires_at = Some(after(100));
    assert_eq!(life.lost_and_decided(Verdict::SendAgain), State::Planned);
    assert_eq!(life.live(&Event::Tick, 903), State::Planned);
    assert_eq!(life.live(&intend(), 904), State::Sending);
}

#[test]
fn an_acceptance_of_an_older_attempt_alone_does_not_outlive_its_failure() {
    let mut life = post();
    life.lost_and_decided(Verdict::SendAgain);
    life.live(&intend(), 903);
    assert_eq!(life.live(&accepted(1), 904), State::Sending);
    assert_eq!(life.live(&not_sent(2), 905), State::Accepted);
    assert_eq!(life.live(&bounced(1), 906), State::Planned, "nothing of it is out");
    assert_eq!((life.entry.delivery, life.entry.accepted_at), (None, None));
}

#[test]
fn an_answer_without_an_id_is_remembered_until_evidence_comes() {
    let mut life = post();
    life.live(&intend(), 0);
    assert_eq!(life.live(&garbled(1), 1), State::Unknown);
    assert_eq!((life.attempts[0].known, life.attempts[0].settled), (Known::Probable, None));
    life.live(&lost(1), 1);
    assert_eq!(life.attempts[0].known, Known::Probable, "not knowing takes nothing back");
    life.live(&Event::Seen { attempt: Some(1), delivery: Delivery::Sent }, 2);
    assert_eq!(
        (life.attempts[0].known, life.attempts[0].settled),
        (Known::Accepted, Some((SettledBy::Webhook, after(2))))
    );
}

#[test]
fn an_attempt_may_begin_only_while_nobody_else_can_have_decided_about_it() {
    use crate::domain::delivery::may_depart;
    assert!(may_depart(after(0), after(30)));
    assert!(!may_depart(after(0), after(31)));
}
