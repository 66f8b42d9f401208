//! What the owner reads, word by word where it matters, and the limits of the platform everywhere.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::*;
use crate::domain::address::{Address, Bsuid, GroupId, Person, Phone};
use crate::domain::command::{Command, Spoken, parse};
use crate::domain::content::{
    BUTTON_LIMIT, HEADER_LIMIT, INTERACTIVE_BODY_LIMIT, MAX_ROWS, ROW_ID_LIMIT, ROW_TITLE_LIMIT,
};
use crate::domain::group::{Group, GroupState};
use crate::domain::inbound::Said;
use crate::domain::job::{Job, JobState};
use crate::domain::member::Member;
use crate::domain::outbox::{Entry, NewEntry, PostOf, Purpose, State};
use crate::domain::session::{Pending, Why};
use crate::domain::when::{Language, Settings, understand};

const ZONE: Tz = Tz::Asia__Jerusalem;

fn now() -> DateTime<Utc> {
    "2026-11-22T06:20:00Z".parse().expect("an instant")
}

/// Panics unless a message keeps the limits of the platform.
fn fits(content: &Content) {
    let within = |text: &str, limit: usize| assert!((1..=limit).contains(&text.chars().count()), "{text}");
    match content {
        Content::Text { body } => within(body, TEXT_LIMIT),
        Content::Link { header, body, footer, label, .. } => {
            within(body, INTERACTIVE_BODY_LIMIT);
            within(label, BUTTON_LIMIT);
            for line in [header, footer].into_iter().flatten() {
                within(line, HEADER_LIMIT);
            }
        }
        Content::Buttons { body, buttons } => {
            within(body, INTERACTIVE_BODY_LIMIT);
            assert!((1..=3).contains(&buttons.len()));
            for button in buttons {
                within(&button.title, BUTTON_LIMIT);
                assert!(crate::domain::command::tapped(&button.id).is_some(), "{}", button.id);
            }
        }
        Content::List { body, label, rows } => {
            within(body, TEXT_LIMIT);
            within(label, BUTTON_LIMIT);
            assert!((1..=MAX_ROWS).contains(&rows.len()));
            for row in rows {
                within(&row.title, ROW_TITLE_LIMIT);
                within(&row.id, ROW_ID_LIMIT);
                assert!(crate::domain::command::tapped(&row.id).is_some(), "{}", row.id);
            }
        }
        Content::Template { .. } | Content::Removed => panic!("nothing here is a template, or without words"),
    }
}

fn group(name: &str) -> Group {
    let group_id = GroupId::parse("id").expect("an id");
    Group {
        alias: "team".to_owned(),
        name: name.to_owned(),
        group_id,
        state: GroupState::Verified,
        invite_link: None,
        quiet: None,
    }
}

fn job(id: i64, text: &str) -> Job {
    let due = now() + TimeDelta::hours(id);
    Job {
        id,
        state: JobState::Active,
        text: text.to_owned(),
        groups: vec!["team".to_owned()],
        next_due_at: Some(due),
        local_time: due.with_timezone(&ZONE).naive_local(),
        zone: ZONE,
        recurrence: None,
        paused_until: None,
        ended_at: None,
        revision: 0,
        created_at: now(),
        fingerprint: None,
    }
}

fn post(id: i64, text: &str, state: State) -> Entry {
    let to = Address::Group(GroupId::parse("id").expect("an id"));
    let mut entry = NewEntry::planned(Purpose::Post, format!("post:{id}"), to, Content::text(text), now());
    entry.post = Some(PostOf { job_id: id, group: "team".to_owned(), due_at: now() - TimeDelta::hours(1) });
    entry.state = state;
    entry.into_entry(id)
}

fn member(name: &str, phone: Option<&str>) -> Member {
    let person = Person { phone: phone.and_then(Phone::parse), bsuid: Bsuid::parse("US.1") };
    Member { id: 1, person, name: Some(name.to_owned()), username: None, last_private_at: None, muted_until: None }
}

fn confirmed(text: &str) -> String {
    let settings = Settings::new(ZONE);
    let understood = understand("today 08:55", now(), &settings).expect("understood");
    let said = Confirmation { id: 12, text, groups: &[group("Team")], understood: &understood };
    let content = scheduled(&said, now(), &settings, Language::English);
    fits(&content);
    content.words().to_owned()
}

#[test]
fn a_confirmation_says_number_day_time_zone_distance_group_and_text() {
    let said = confirmed("Daily sync at 09:00");
    let expected = "#12 to Team\nSun 22 Nov 2026, 08:55 (in 35 min)\nTime zone: Asia/Jerusalem\nTo undo: cancel 12\n\n\
                    Daily sync at 09:00";
    assert_eq!(said, expected);
    assert!(confirmed(&"x".repeat(4096)).ends_with("x…"));
}

#[test]
fn a_suggestion_repeats_a_text_whole_or_not_at_all() {
    let draft = |length: usize| crate::domain::command::Draft {
        text: "x".repeat(length),
        groups: vec!["my team".to_owned()],
        phrase: String::new(),
    };
    let whole = format!("schedule \"{}\" to \"my team\" in 1 minute", "x".repeat(1000));
    assert!(passed(now(), &draft(1000), ZONE, Language::English).words().ends_with(&whole));
    assert!(!passed(now(), &draft(1001), ZONE, Language::English).words().contains("xx"));
}

#[test]
fn a_list_shows_a_page_and_how_to_go_on() {
    let jobs: Vec<Job> = (1..=15).map(|id| job(id, &"word ".repeat(900))).collect();
    for language in [Language::English, Language::Hebrew] {
        let page = |jobs, more, of, further| list(&Page { jobs, more, of, further }, ZONE, language);
        fits(&page(&jobs, true, Some("team"), false));
        fits(&page(&[], false, None, true));
    }
    let page = |jobs, more| list(&Page { jobs, more, of: None, further: false }, ZONE, Language::English);
    let content = page(&jobs, true);
    let lines: Vec<&str> = content.words().lines().collect();
    assert!(lines[1].starts_with("#1 Sun 22 Nov 2026, 09:20, team: “word word"), "{}", lines[1]);
    assert!(lines[15].starts_with("#15 ") && lines[16] == "and more. To go on: more", "{}", content.words());
    assert!(page(&[], false).words().contains("schedule \""));
}

#[test]
fn every_common_example_of_help_is_a_command() {
    for language in [Language::English, Language::Hebrew] {
        let content = help(None, language);
        fits(&content);
        let examples: Vec<&str> = content.words().lines().take_while(|line| !line.is_empty()).collect();
        assert_eq!(examples.len(), 5);
        assert!(examples.iter().all(|example| parse(example).is_ok()));
        crate::domain::command::VERBS.iter().for_each(|verb| fits(&help(Some(verb), language)));
    }
    let Ok(Spoken { command: Command::Help(verb), .. }) = parse("help schedule") else { panic!("help") };
    assert!(help(verb, Language::English).words().starts_with("schedule \"text\" to group"));
}

#[test]
fn a_forward_names_sender_words_post_and_how_to_answer() {
    let said = Said::Text("is Saturday\nstill on?".to_owned());
    let content =
        forward(&member("Ana", Some("15550009901")), 3, "Garden", &post(12, "Daily sync", State::Accepted), &said);
    fits(&content);
    let Content::Link { header, body, footer, label, url } = content else { panic!("a link") };
    assert_eq!(body, "Ana: is Saturday\nstill on?\n\n↪ #12 “Daily sync”");
    assert_eq!((header.as_deref(), label.as_str()), (Some("Garden"), "Open chat"));
    assert_eq!(url, "https://wa.me/15550009901");
    assert!(footer.is_some_and(|footer| footer.contains("reply 3")));
}

#[test]
fn without_a_number_the_same_is_said_in_plain_text() {
    let said = Said::Text("hi all".to_owned());
    let content = forward(&member("Cleo", None), 4, "Garden", &post(12, "Daily sync", State::Accepted), &said);
    fits(&content);
    assert!(matches!(content, Content::Text { .. }));
    for part in ["Garden", "Cleo: hi all", "#12 “Daily sync”", "reply 4"] {
        assert!(content.words().contains(part), "{}", content.words());
    }
}

#[test]
fn a_long_message_is_cut_and_what_it_answers_stays() {
    let said = Said::Text("א".repeat(5000));
    for phone in [Some("15550009901"), None] {
        let content =
            forward(&member(&"A".repeat(200), phone), 3, &"G".repeat(200), &post(12, "Daily", State::Accepted), &said);
        fits(&content);
        assert!(content.words().contains("א…\n\n↪ #12 “Daily”"), "{}", content.words());
    }
}

#[test]
fn words_of_others_cannot_hide_turn_or_imitate() {
    let said = Said::Text("a\u{202e}b\u{200b}c\u{7}d\u{85}e\r\n↪ #99 “x”".to_owned());
    let name = "Ana\n↪\u{2066} x";
    let content = forward(&member(name, Some("15550009901")), 3, "G", &post(12, "Daily", State::Accepted), &said);
    assert_eq!(content.words(), "Ana x: abcd\ne\n #99 “x”\n\n↪ #12 “Daily”");
    assert_eq!(clean("👩\u{200d}👧"), "👩\u{200d}👧");
}

#[test]
fn media_is_named() {
    let media = |kind: &str, caption: Option<&str>, filename: Option<&str>| Said::Media {
        kind: kind.to_owned(),
        caption: caption.map(str::to_owned),
        filename: filename.map(str::to_owned),
    };
    for (said, expected) in [
        (media("image", Some("look"), None), "Ana sent a photo: look"),
        (media("voice", None, None), "Ana sent a voice message"),
        (media("document", None, Some("plan.pdf")), "Ana sent a document (plan.pdf)"),
        (Said::Location(Some("Cafe".to_owned())), "Ana sent a location: Cafe"),
        (Said::Contacts(vec!["Ben".to_owned(), "Cleo".to_owned()]), "Ana sent a contact: Ben, Cleo"),
        (Said::Other("poll_creation".to_owned()), "Ana sent something that I cannot show: poll_creation"),
    ] {
        let content = forward(&member("Ana", None), 3, "G", &post(12, "Daily", State::Accepted), &said);
        assert!(content.words().contains(expected), "{}", content.words());
    }
}

#[test]
fn a_digest_asks_about_what_waits_and_tells_what_expired() {
    let posts = [post(12, "Daily sync", State::Planned), post(13, "Lunch", State::Expired)];
    let content = late_digest(&posts, ZONE);
    fits(&content);
    let expected = "1 post late, times in Asia/Jerusalem:\n#12 team, Sun 22 Nov 07:20: “Daily sync”\nAll: tap, or type send \
                    late or drop late. One: send late 12\nNot sent, more than a day late:\n#13 team, Sun 22 Nov 07:20: \
                    “Lunch”";
    assert_eq!(content.words(), expected);
    let Content::Buttons { buttons, .. } = content else { panic!("buttons") };
    assert_eq!(buttons.iter().map(|b| b.id.as_str()).collect::<Vec<_>>(), ["late:all:send", "late:all:drop"]);
    assert!(matches!(late_digest(&posts[1..], ZONE), Content::Text { .. }));
}

#[test]
fn a_digest_of_thirty_names_each_and_of_more_says_how_many() {
    let posts =
        |count: i64, state| (101..=100 + count).map(|id| post(id, &"word ".repeat(50), state)).collect::<Vec<_>>();
    let content = late_digest(&posts(25, State::Planned), ZONE);
    fits(&content);
    assert!((101..=125).all(|id| content.words().contains(&format!("#{id} "))), "{}", content.words());
    let content = late_digest(&posts(500, State::Planned), ZONE);
    fits(&content);
    assert!(content.words().contains(" more\n"), "{}", content.words());
    fits(&late_digest(&posts(500, State::Expired), ZONE));
}

#[test]
fn a_question_about_a_late_command_carries_its_code() {
    let pending = Pending {
        code: "0821".to_owned(),
        text: "cancel 12".to_owned(),
        wamid: "wamid.1".to_owned(),
        said_at: now() - TimeDelta::hours(3),
        why: Why::Late,
        choices: Vec::new(),
        about: None,
        until: now(),
    };
    let content = really(&pending, now(), Language::English);
    fits(&content);
    assert_eq!(content.words(), "This reached me 3 h late: “cancel 12”\nStill do it? Tap, or type yes 0821 or no 0821");
    fits(&really(&Pending { text: "x".repeat(4096), ..pending }, now(), Language::Hebrew));
}

#[test]
fn refusals_of_hostile_length_fit_and_show_no_control_characters() {
    for said in [format!("\u{202e}{}", "x".repeat(4000)), format!("schedule {}", "to ".repeat(1300))] {
        let Err(unclear) = parse(&said) else { panic!("no command") };
        let content = refused(&unclear, None);
        fits(&content);
        assert!(!content.words().contains('\u{202e}'));
    }
    fits(&unknown_group(&"x".repeat(3000), &[group("Team")], Language::English));
    fits(&not_registered(&"x".repeat(3000), Language::Hebrew));
    fits(&still_used(
        "team",
        &(1..=300).map(|id| job(id, &"x".repeat(4000))).collect::<Vec<_>>(),
        ZONE,
        Language::English,
    ));
    fits(&groups(&vec![group(&"N".repeat(128)); 18], true, Language::Hebrew));
}
