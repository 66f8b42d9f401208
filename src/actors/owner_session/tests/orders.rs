//! Commands: what they cause, how often, and what is answered.

use chrono::{DateTime, TimeDelta, Utc};

use super::rig::Rig;
use crate::domain::delivery::{Decision, Verdict};
use crate::domain::inbound::{Message, Said};
use crate::domain::job::JobState;
use crate::messages::Heard;
use crate::ports::GroupCheck;

#[actix::test]
async fn a_thousand_schedule_commands_are_one_request_and_a_thousand_answers() {
    let rig = Rig::start();
    let message = |n| rig.message(&format!("wamid.{n}"), &format!("schedule \"post {n}\" to team in {n}0 minutes"));
    let messages: Vec<Message> = (1..=1000).map(message).collect();
    let heard = rig.hear(messages.clone()).await;
    assert_eq!(heard, vec![Heard::Obeyed; 1000]);
    {
        let shelf = rig.shelf();
        assert_eq!((shelf.schedules.as_slice(), shelf.delivers, shelf.group_reads), (&[1000][..], 1, 1));
        let answer = shelf.answers["reply:wamid.1000:0"].content.words();
        assert!(answer.starts_with("#1000 to The team\nSun 29 Nov 2026, 06:40 (in "), "{answer}");
        assert!(answer.contains("Asia/Jerusalem") && answer.ends_with("\npost 1000"), "{answer}");
    }
    rig.hear(messages).await;
    let shelf = rig.shelf();
    assert_eq!((shelf.jobs.len(), shelf.answers.len()), (1000, 1000));
}

#[actix::test]
async fn commands_between_others_keep_their_order() {
    let rig = Rig::start();
    let words = ["schedule \"one\" to team at tomorrow 9:00", "cancel 1", "list", "nonsense"];
    let message = |(n, words): (usize, &&str)| rig.message(&format!("wamid.{n}"), words);
    rig.hear(words.iter().enumerate().map(message).collect()).await;
    let shelf = rig.shelf();
    let answer = |n: usize| shelf.answers[&format!("reply:wamid.{n}:0")].content.words().to_owned();
    assert!(answer(0).starts_with("#1 "), "{}", answer(0));
    assert!(answer(1).starts_with("Cancelled: #1 Mon 23 Nov 2026, 09:00, team: “one”"), "{}", answer(1));
    assert!(answer(2).starts_with("Nothing is scheduled"), "{}", answer(2));
    assert!(answer(3).contains("nonsense"), "{}", answer(3));
}

#[actix::test]
async fn what_was_done_before_a_failure_is_answered_and_not_done_again() {
    let rig = Rig::start();
    let batch = || {
        vec![rig.message("wamid.1", "schedule \"one\" to team at tomorrow 9:00"), rig.message("wamid.2", "cancel 1")]
    };
    rig.shelf().fail_cancel = true;
    assert!(rig.try_hear(batch()).await.is_err());
    assert!(rig.shelf().answers.contains_key("reply:wamid.1:0"));
    rig.shelf().fail_cancel = false;
    rig.hear(batch()).await;
    assert_eq!(rig.shelf().jobs.len(), 1);
    assert_eq!(rig.shelf().jobs[0].1.state, JobState::Cancelled);
}

#[actix::test]
async fn an_unknown_group_or_a_bad_time_schedules_nothing_and_says_what_to_type() {
    let rig = Rig::start();
    for (words, expected) in [
        ("schedule \"x\" to teem at tomorrow 9:00", "Did you mean team?"),
        ("schedule \"x\" to team at today 07:00", "07:00"),
        ("schedule \"x\" to team at every 2 minutes", "5 minutes"),
        ("schedule \"x\" to team", "schedule \"x\" to team at tomorrow 09:00"),
    ] {
        let answer = rig.say(words).await;
        assert!(answer.contains(expected), "{answer}");
    }
    assert!(rig.shelf().jobs.is_empty());
}

#[actix::test]
async fn what_may_be_a_mistake_is_asked_about_first() {
    let rig = Rig::start();
    let at = |text: &str, time: &str| format!("schedule \"{text}\" to team at tomorrow {time}");
    let yes = |question: &str| {
        let code = question.split("yes ").nth(1).and_then(|rest| rest.get(..4));
        format!("yes {}", code.expect("a code"))
    };
    assert!(rig.say(&at("one", "9:00")).await.starts_with("#1 "));
    for (words, expected) in [(at("two", "9:04"), "within 5 minutes"), (at("one", "9:09"), "the same text")] {
        let question = rig.say(&words).await;
        assert!(question.contains("#1 posts") && question.contains(expected), "{question}");
    }
    assert!(rig.say(&at("two", "9:20")).await.starts_with("#2 "), "far enough");
    rig.say("quiet team 22:00-07:00").await;
    let question = rig.say(&at("three", "6:30")).await;
    assert!(question.contains("22:00-07:00"), "{question}");
    assert!(rig.say(&yes(&question)).await.starts_with("#3 "));
    // Two in one batch are as close as two in a row.
    let twice = ["wamid.a", "wamid.b"].map(|wamid| rig.message(wamid, &at("four", "12:00")));
    rig.hear(twice.to_vec()).await;
    assert!(rig.shelf().answers["reply:wamid.b:0"].content.words().contains("the same text"));
    rig.shelf().pending = crate::domain::guard::MOST_PENDING;
    assert!(rig.say(&at("five", "15:00")).await.starts_with("Not scheduled: 10000"));
    assert_eq!(rig.shelf().jobs.len(), 4);
}

#[actix::test]
async fn a_phrase_counts_from_when_it_was_written() {
    let rig = Rig::start();
    let sent_at = rig.now() - TimeDelta::minutes(4);
    let words = "schedule \"x\" to team in 10 minutes";
    rig.hear(vec![Message { sent_at, ..rig.message("wamid.1", words) }]).await;
    let due: Option<DateTime<Utc>> = rig.shelf().jobs[0].1.next_due_at;
    assert_eq!(due, Some(rig.now() + TimeDelta::minutes(6)));
    let words = "schedule \"x\" to team in 2 minutes";
    let answer = rig.answer_to(Message { sent_at, ..rig.message("wamid.2", words) }).await;
    assert!(answer.contains("too late"), "{answer}");
    assert_eq!(rig.shelf().jobs.len(), 1);
}

#[actix::test]
async fn a_repeated_command_is_confirmed_even_when_its_time_has_passed_since() {
    let rig = Rig::start();
    let message = rig.message("wamid.1", "schedule \"x\" to team in 10 minutes");
    rig.hear(vec![message.clone()]).await;
    rig.shelf().answers.clear();
    rig.clock.advance(TimeDelta::minutes(20));
    let answer = rig.answer_to(message).await;
    assert!(answer.starts_with("#1 "), "{answer}");
    assert_eq!(rig.shelf().jobs.len(), 1);
}

#[actix::test]
async fn a_group_is_registered_with_what_the_api_says_and_usable_at_once() {
    let rig = Rig::start();
    for (check, expected) in [
        (GroupCheck::Known { subject: None, suspended: false }, "is verified"),
        (GroupCheck::NotFound, "does not know"),
        (GroupCheck::CouldNotCheck, "could not be verified"),
    ] {
        rig.shelf().check = Some(check);
        let answer = rig.say("register group Dev 123@g.us Developers").await;
        assert!(answer.starts_with("Registered dev: Developers.") && answer.contains(expected), "{answer}");
    }
    let answer = rig.say("schedule \"x\" to dev, TEAM, \"the team\" at tomorrow 9:00").await;
    assert!(answer.starts_with("#1 to Developers, The team\n"), "{answer}");
    assert_eq!(rig.shelf().jobs[0].1.groups, ["dev", "team"]);
}

#[actix::test]
async fn a_group_with_jobs_is_removed_only_by_force() {
    let rig = Rig::start();
    rig.say("schedule \"x\" to team at tomorrow 9:00").await;
    let refused = rig.say("unregister group team").await;
    assert!(refused.contains("#1") && refused.contains("unregister group team force"), "{refused}");
    assert_eq!(rig.shelf().groups.len(), 1);
    let removed = rig.say("unregister group team force").await;
    assert!(removed.contains("#1"), "{removed}");
    assert_eq!(rig.shelf().jobs[0].1.state, JobState::Cancelled);
    assert!(rig.say("unregister group team").await.contains("No group"));
}

#[actix::test]
async fn decisions_reach_the_sender_typed_or_tapped() {
    let rig = Rig::start();
    rig.say("send again 45").await;
    let said = Said::Tapped { id: "late:all:drop".to_owned(), title: "Drop all".to_owned() };
    let sent_at = rig.now() - TimeDelta::hours(1);
    let answer = rig.answer_to(Message { said, sent_at, ..rig.message("wamid.tap", "") }).await;
    assert_eq!(answer, "1 late post dropped.");
    let again = Decision::Unknown { entry_id: 45, attempt: None, verdict: Verdict::SendAgain };
    assert_eq!(rig.shelf().decisions, [again, Decision::Late { job_id: None, send: false }]);
}
