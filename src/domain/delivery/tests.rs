//! The whole transition table, and the traces that once broke others.

use chrono::{DateTime, Utc};

use super::*;
use crate::domain::address::Wamid;
use crate::domain::outbox::{Policy, Purpose};
use crate::domain::refusal::Class;

fn now() -> DateTime<Utc> {
    "2026-11-22T06:55:00Z".parse().expect("instant")
}

fn standing(state: State) -> Standing {
    Standing {
        state,
        delivery: (state == State::Accepted).then_some(Delivery::Accepted),
        purpose: Purpose::Post,
        policy: Policy::Ask,
        to_owner: false,
        to_group: true,
        template: false,
        held_by: None,
        attempt: u32::from(state != State::Planned),
        retries: 0,
        refusals: 0,
        losses: 0,
        maybe_sent: false,
        probably_accepted: false,
        this_accepted: state == State::Accepted,
        this_refused: state == State::Failed,
        proven: false,
        asked: false,
        witnessed: false,
        expires_at: None,
        deadline_at: None,
    }
}

fn refusal(class: Class) -> Refusal {
    Refusal { code: 1, class, meaning: "no".into(), fix: String::new(), retry_after: None }
}

fn accepted() -> Outcome {
    Outcome::Accepted { wamid: Wamid::parse("wamid.1").expect("valid"), paced: false }
}

fn refused(class: Class) -> Outcome {
    Outcome::Refused(refusal(class))
}

fn lost() -> Outcome {
    Outcome::Unknown { cause: "reset".into(), probably_accepted: false }
}

fn not_sent() -> Outcome {
    Outcome::NotSent { cause: "refused connection".into() }
}

fn intend() -> Event {
    Event::Intend(Intent { opaque: "w1.1".to_owned(), pace: Pace::per_second(80) })
}

fn answered(outcome: Outcome) -> Event {
    Event::Answered { attempt: 1, outcome }
}

fn seen(delivery: Delivery) -> Event {
    Event::Seen { attempt: Some(1), delivery }
}

fn bounced(class: Class) -> Event {
    Event::Bounced { attempt: Some(1), refusal: refusal(class) }
}

/// What a step does, in one word: the new state, `-` for none, `!` for refused.
fn word(step: &Step) -> &'static str {
    match step {
        Step::Move(to) => to.to.as_str(),
        Step::Stay => "-",
        Step::Refused(_) => "!",
    }
}

#[test]
fn the_whole_table_of_states_and_events() {
    use State::{Accepted, Cancelled, Expired, Failed, Planned, Sending, Unknown, Unresolved};
    let states = [Planned, Sending, Unknown, Accepted, Failed, Cancelled, Expired, Unresolved];
    #[rustfmt::skip]
    let table: Vec<(&str, Event, [&str; 8])> = vec![
        //                                                       planned      sending       unknown       accepted    failed      cancelled   expired     unresolved
        ("intend",            intend(),                         ["sending",   "!",          "!",          "!",        "!",        "!",        "!",        "!"]),
        ("accepted",          answered(accepted()),             ["accepted",  "accepted",   "accepted",   "-",        "-",        "accepted", "accepted", "accepted"]),
        ("refused finally",   answered(refused(Class::Final)),  ["-",         "failed",     "failed",     "-",        "-",        "-",        "-",        "-"]),
        ("refused for now",   answered(refused(Class::Pair)),   ["-",         "planned",    "planned",    "-",        "-",        "-",        "-",        "-"]),
        ("refused token",     answered(refused(Class::Credential)), ["-",     "planned",    "planned",    "-",        "-",        "-",        "-",        "-"]),
        ("proven unsent",     answered(not_sent()),             ["-",         "planned",    "planned",    "-",        "-",        "-",        "-",        "-"]),
        ("no answer",         answered(lost()),                 ["-",         "unknown",    "-",          "-",        "-",        "-",        "-",        "-"]),
        ("status sent",       seen(Delivery::Sent),             ["accepted",  "accepted",   "accepted",   "accepted", "accepted", "accepted", "accepted", "accepted"]),
        ("status failed",     bounced(Class::Final),            ["-",         "failed",     "failed",     "failed",   "-",        "-",        "-",        "failed"]),
        ("status try later",  bounced(Class::Transient),        ["-",         "planned",    "planned",    "planned",  "-",        "-",        "-",        "failed"]),
        ("orphaned",          Event::Orphaned,                  ["-",         "unknown",    "-",          "-",        "-",        "-",        "-",        "-"]),
        ("tick, no deadline", Event::Tick,                      ["-",         "-",          "-",          "-",        "-",        "-",        "-",        "-"]),
        ("again",             Event::Verdict(Verdict::SendAgain), ["!",       "!",          "planned",    "!",        "!",        "!",        "!",        "planned"]),
        ("leave",             Event::Verdict(Verdict::Leave),   ["!",         "!",          "unresolved", "!",        "!",        "!",        "!",        "unresolved"]),
        ("arrived",           Event::Verdict(Verdict::Arrived), ["!",         "!",          "accepted",   "!",        "!",        "!",        "!",        "accepted"]),
        ("hold",              Event::Hold(Hold::Window),        ["planned",   "-",          "-",          "-",        "-",        "-",        "-",        "-"]),
        ("release",           Event::Release(Hold::Window),     ["-",         "-",          "-",          "-",        "-",        "-",        "-",        "-"]),
        ("cancel",            Event::Cancel,                    ["cancelled", "!",          "!",          "!",        "!",        "!",        "!",        "!"]),
    ];
    for (name, event, expected) in table {
        for (state, want) in states.into_iter().zip(expected) {
            let mut at = standing(state);
            at.asked = matches!(event, Event::Verdict(_));
            // An answer can only reach a waiting entry when its attempt was repeated or taken back.
            at.attempt = 1;
            assert_eq!(word(&step(&at, &event, now())), want, "{name} in {}", state.as_str());
        }
    }
}

#[test]
fn nothing_leads_from_the_ambiguity_window_back_to_planned_without_proof() {
    for state in [State::Sending, State::Unknown] {
        let at = Standing { deadline_at: Some(now()), ..standing(state) };
        for event in [Event::Tick, Event::Orphaned, answered(lost()), Event::Cancel, Event::Hold(Hold::Window)] {
            assert_ne!(word(&step(&at, &event, now())), "planned", "{event:?} in {}", state.as_str());
        }
    }
}

#[test]
fn a_held_or_expired_entry_is_never_intended() {
    let held = Standing { held_by: Some(Hold::Late), ..standing(State::Planned) };
    assert_eq!(word(&step(&held, &intend(), now())), "!");
    let over = Standing { expires_at: Some(now()), ..standing(State::Planned) };
    assert_eq!(word(&step(&over, &intend(), now())), "!");
}

#[test]
fn a_late_refusal_of_an_older_attempt_changes_nothing() {
    let at = Standing { attempt: 2, ..standing(State::Sending) };
    assert_eq!(step(&at, &answered(refused(Class::Final)), now()), Step::Stay);
    assert_eq!(step(&at, &bounced(Class::Final), now()), Step::Stay);
}

#[test]
fn evidence_for_an_older_attempt_waits_for_the_one_on_the_wire() {
    let at = Standing { attempt: 2, ..standing(State::Sending) };
    assert_eq!(step(&at, &seen(Delivery::Sent), now()), Step::Stay);
    let refused_now = Standing { proven: true, ..at };
    let event = Event::Answered { attempt: 2, outcome: refused(Class::Final) };
    assert_eq!(word(&step(&refused_now, &event, now())), "accepted");
}

#[test]
fn a_second_acceptance_is_told_to_the_owner() {
    let at = Standing { attempt: 2, proven: true, ..standing(State::Sending) };
    let event = Event::Answered { attempt: 2, outcome: accepted() };
    let Step::Move(to) = step(&at, &event, now()) else { panic!("it must move") };
    assert_eq!(to.tell, Some(Tell::Doubled));
}

#[test]
fn an_entry_with_an_open_attempt_never_ends_as_unsent() {
    let maybe = Standing { maybe_sent: true, attempt: 2, ..standing(State::Sending) };
    let refused = Event::Answered { attempt: 2, outcome: refused(Class::Final) };
    let waiting = Standing { maybe_sent: true, ..standing(State::Planned) };
    let over = Standing { maybe_sent: true, expires_at: Some(now()), ..standing(State::Planned) };
    for (at, event) in [(maybe, refused), (waiting, Event::Cancel), (over, Event::Tick)] {
        let Step::Move(to) = step(&at, &event, now()) else { panic!("it must move: {event:?}") };
        assert_eq!((to.to, to.tell), (State::Unresolved, Some(Tell::Unresolved)), "{event:?}");
    }
}

#[test]
fn delivery_only_climbs_and_is_written_once_per_rank() {
    let read = Standing { delivery: Some(Delivery::Read), ..standing(State::Accepted) };
    for lower in [Delivery::Accepted, Delivery::Sent, Delivery::Delivered, Delivery::Read] {
        assert_eq!(step(&read, &seen(lower), now()), Step::Stay, "{}", lower.as_str());
    }
    assert_eq!(step(&read, &bounced(Class::Final), now()), Step::Stay);
}

#[test]
fn after_one_participant_got_it_a_failure_for_another_repeats_nothing() {
    let sent = Standing { delivery: Some(Delivery::Sent), ..standing(State::Accepted) };
    assert_eq!(step(&sent, &bounced(Class::Transient), now()), Step::Stay);
}

#[test]
fn a_failed_status_before_the_answer_is_not_undone_by_the_answer() {
    let Step::Move(to) = step(&standing(State::Sending), &bounced(Class::Final), now()) else { panic!("it must move") };
    assert_eq!(to.to, State::Failed);
    let failed = Standing { attempt: 1, ..standing(State::Failed) };
    assert_eq!(step(&failed, &answered(accepted()), now()), Step::Stay);
    for held_by in [None, Some(Hold::Window)] {
        let again = Standing { attempt: 1, this_refused: true, held_by, ..standing(State::Planned) };
        assert_eq!(step(&again, &answered(accepted()), now()), Step::Stay, "{held_by:?}");
    }
}

#[test]
fn an_attempt_that_is_lost_after_an_earlier_one_was_proven_leaves_nothing_open() {
    let at = Standing { attempt: 2, proven: true, deadline_at: Some(now()), ..standing(State::Sending) };
    for event in [Event::Orphaned, Event::Tick] {
        assert_eq!(word(&step(&at, &event, now())), "accepted", "{event:?}");
    }
    let unknown = Standing { state: State::Unknown, witnessed: true, policy: Policy::AtLeastOnce, ..at };
    assert_eq!(word(&step(&unknown, &Event::Tick, now())), "accepted");
}

#[test]
fn a_failed_status_of_the_latest_attempt_takes_nothing_back_that_an_earlier_one_proved() {
    let bounced = |class| Event::Bounced { attempt: Some(2), refusal: refusal(class) };
    for class in [Class::Transient, Class::Final] {
        let at = Standing { attempt: 2, proven: true, ..standing(State::Accepted) };
        assert_eq!(step(&at, &bounced(class), now()), Step::Stay, "{class:?}");
        let sending = Standing { attempt: 2, proven: true, ..standing(State::Sending) };
        assert_eq!(word(&step(&sending, &bounced(class), now())), "accepted", "{class:?}");
    }
}

#[test]
fn the_owner_is_told_of_a_double_whichever_attempt_is_proven_last_and_once() {
    let at = Standing { attempt: 2, proven: true, this_accepted: false, ..standing(State::Accepted) };
    let late_answer = Event::Answered { attempt: 1, outcome: accepted() };
    let late_status = Event::Seen { attempt: Some(1), delivery: Delivery::Accepted };
    let higher_status = Event::Seen { attempt: Some(1), delivery: Delivery::Read };
    for event in [late_answer, late_status, higher_status] {
        let Step::Move(to) = step(&at, &event, now()) else { panic!("it must move: {event:?}") };
        assert_eq!((to.to, to.tell), (State::Accepted, Some(Tell::Doubled)), "{event:?}");
        let known = Standing { this_accepted: true, delivery: Some(Delivery::Read), ..at.clone() };
        assert_eq!(step(&known, &event, now()), Step::Stay, "{event:?}");
    }
    let sending = Standing { attempt: 2, proven: true, ..standing(State::Sending) };
    let Step::Move(to) = step(&sending, &Event::Seen { attempt: Some(2), delivery: Delivery::Sent }, now()) else {
        panic!("it must move")
    };
    assert_eq!(to.tell, Some(Tell::Doubled));
}

#[test]
fn unknown_posts_are_asked_about_once_and_then_left() {
    let passed = Standing { deadline_at: Some(now()), ..standing(State::Unknown) };
    let Step::Move(asked) = step(&passed, &Event::Tick, now()) else { panic!("it must move") };
    assert_eq!((asked.to, asked.tell, asked.ask), (State::Unknown, Some(Tell::AskUnknown), true));
    let silent = Standing { asked: true, ..passed };
    assert_eq!(word(&step(&silent, &Event::Tick, now())), "unresolved");
}

#[test]
fn one_yes_repeats_a_post_once() {
    for state in [State::Unknown, State::Unresolved] {
        let asked = Standing { asked: true, retries: 7, ..standing(state) };
        let Step::Move(again) = step(&asked, &Event::Verdict(Verdict::SendAgain), now()) else {
            panic!("it must move")
        };
        assert_eq!((again.to, again.retries), (State::Planned, 0));
        // Sending it made the question void.
        let heard_twice = Standing { asked: false, attempt: 2, ..asked };
        assert_eq!(word(&step(&heard_twice, &Event::Verdict(Verdict::SendAgain), now())), "!");
    }
}

#[test]
fn before_the_question_the_owner_decides_nothing_about_a_message_that_may_still_go_out() {
    for verdict in [Verdict::SendAgain, Verdict::Leave, Verdict::Arrived] {
        let at = standing(State::Unknown);
        assert_eq!(word(&step(&at, &Event::Verdict(verdict), now())), "!", "{verdict:?}");
    }
    let given_up = standing(State::Unresolved);
    assert_eq!(word(&step(&given_up, &Event::Verdict(Verdict::Arrived), now())), "accepted");
}

#[test]
fn what_was_given_up_is_not_repeated_when_it_turns_out_to_have_failed() {
    let given_up = standing(State::Unresolved);
    let Step::Move(to) = step(&given_up, &bounced(Class::Transient), now()) else { panic!("it must move") };
    assert_eq!((to.to, to.delivery), (State::Failed, None));
    assert!(matches!(to.tell, Some(Tell::Failed(_))));
    let another = Standing { maybe_sent: true, ..given_up };
    assert_eq!(step(&another, &bounced(Class::Transient), now()), Step::Stay);
}

#[test]
fn an_older_attempt_that_fails_takes_back_the_acceptance_that_rested_on_it_alone() {
    let resting = Standing { attempt: 2, this_accepted: true, ..standing(State::Accepted) };
    let failed = step(&resting, &bounced(Class::Final), now());
    assert_eq!(word(&failed), "failed");
    let Step::Move(to) = failed else { panic!("it must move") };
    assert_eq!((to.delivery, matches!(to.tell, Some(Tell::Failed(_)))), (None, true));
    // The latest one may be out, or about to be.
    let latest_open = Standing { maybe_sent: true, ..resting.clone() };
    assert_eq!(word(&step(&latest_open, &bounced(Class::Final), now())), "unknown");
    for other in [
        Standing { proven: true, ..resting.clone() },
        Standing { this_accepted: false, ..resting.clone() },
        Standing { delivery: Some(Delivery::Sent), ..resting.clone() },
        Standing { state: State::Sending, ..resting },
    ] {
        assert_eq!(step(&other, &bounced(Class::Final), now()), Step::Stay, "{other:?}");
    }
}

#[test]
fn what_was_probably_accepted_is_never_sent_again_by_itself() {
    let passed = Standing { policy: Policy::AtLeastOnce, deadline_at: Some(now()), ..standing(State::Unknown) };
    let probable = Standing { witnessed: true, probably_accepted: true, ..passed };
    assert_eq!(word(&step(&probable, &Event::Tick, now())), "unresolved");
}

#[test]
fn notices_are_repeated_only_when_silence_can_be_trusted_and_not_for_ever() {
    let passed = Standing { policy: Policy::AtLeastOnce, deadline_at: Some(now()), ..standing(State::Unknown) };
    assert_eq!(step(&passed, &Event::Tick, now()), Step::Stay);
    let witnessed = Standing { witnessed: true, ..passed };
    assert_eq!(word(&step(&witnessed, &Event::Tick, now())), "planned");
    let worn_out = Standing { losses: MAX_REPEATS + 1, ..witnessed.clone() };
    assert_eq!(word(&step(&worn_out, &Event::Tick, now())), "unresolved");
    let after_an_outage = Standing { attempt: 20, losses: 1, ..witnessed };
    assert_eq!(word(&step(&after_an_outage, &Event::Tick, now())), "planned");
}

#[test]
fn a_closed_window_holds_for_the_owner_and_fails_for_everybody_else() {
    let to_owner = Standing { to_owner: true, to_group: false, ..standing(State::Sending) };
    let Step::Move(held) = step(&to_owner, &answered(refused(Class::Window)), now()) else { panic!("it must move") };
    assert_eq!((held.to, held.held_by), (State::Planned, Some(Hold::Window)));
    let Step::Move(told) = step(&standing(State::Sending), &answered(refused(Class::Window)), now()) else {
        panic!("it must move")
    };
    assert_eq!(told.to, State::Failed);
    assert!(matches!(told.tell, Some(Tell::Failed(_))));
}

#[test]
fn transient_refusals_end_after_eight_attempts() {
    let worn_out = Standing { retries: 7, refusals: 7, ..standing(State::Sending) };
    assert_eq!(word(&step(&worn_out, &answered(refused(Class::Transient)), now())), "failed");
    let sixth = Standing { retries: 6, refusals: 6, ..standing(State::Sending) };
    assert_eq!(word(&step(&sixth, &answered(refused(Class::Transient)), now())), "planned");
}

#[test]
fn an_outage_of_the_network_uses_up_nothing() {
    let at = Standing { retries: 40, attempt: 41, ..standing(State::Sending) };
    let event = Event::Answered { attempt: 41, outcome: refused(Class::Transient) };
    let Step::Move(to) = step(&at, &event, now()) else { panic!("it must move") };
    assert_eq!((to.to, to.retries, to.delay), (State::Planned, 1, Some(TimeDelta::seconds(60))));
}

#[test]
fn retry_after_lengthens_a_pause_and_never_shortens_it() {
    let asked = |seconds| {
        let refusal = Refusal { retry_after: Some(seconds), ..refusal(Class::Pair) };
        match step(&standing(State::Sending), &answered(Outcome::Refused(refusal)), now()) {
            Step::Move(to) => to.delay,
            _ => None,
        }
    };
    assert_eq!(asked(100), Some(TimeDelta::seconds(100)));
    assert_eq!(asked(1), Some(TimeDelta::seconds(6)));
}

#[test]
fn never_twice_does_not_trust_a_failing_server() {
    let knock = Standing { policy: Policy::AtMostOnce, template: true, ..standing(State::Sending) };
    assert_eq!(word(&step(&knock, &answered(refused(Class::Transient)), now())), "unknown");
}
