//! Tables of what the owner may type, and properties that hold for any text.

use proptest::prelude::*;

use super::*;

fn draft(text: &str) -> Draft {
    match parse(text) {
        Ok(Command::Schedule(draft)) => draft,
        Ok(other) => panic!("{text}: {other:?}"),
        Err(unclear) => panic!("{text}: {}", unclear.why),
    }
}

fn unclear(text: &str) -> Unclear {
    match parse(text) {
        Ok(command) => panic!("{text}: {command:?}"),
        Err(unclear) => unclear,
    }
}

#[test]
fn every_example_of_the_table_is_understood() {
    for verb in VERBS {
        assert!(parse(verb.example).is_ok(), "{}", verb.example);
        assert!(matches!(parse(&format!("help {}", verb.name)), Ok(Command::Help(Some(v))) if v == verb));
    }
    assert_eq!(VERBS.iter().filter(|verb| verb.common).count(), 5);
}

#[test]
fn verbs_are_read_in_any_case_with_any_blanks_and_a_slash() {
    for text in ["list", " LIST ", "/list", "/ List", "\u{200f}list\n", "list."] {
        assert_eq!(parse(text).ok(), Some(Command::List), "{text:?}");
    }
    for text in ["cancel 12", "CANCEL #12", "cancel\n\n12", "/cancel   #12 ", "cancel#12"] {
        assert_eq!(parse(text).ok(), Some(Command::Cancel { id: 12 }), "{text:?}");
    }
}

#[test]
fn the_text_of_a_post_is_cut_out_unchanged() {
    for (said, text, groups, phrase) in [
        (
            r#"schedule "Daily sync at 09:00" to team at today 08:55"#,
            "Daily sync at 09:00",
            vec!["team"],
            "at today 08:55",
        ),
        (r#"schedule "say "hi" to Bob at 5" to team at 9:00"#, "say \"hi\" to Bob at 5", vec!["team"], "at 9:00"),
        ("SCHEDULE “curly” TO team ON friday 9am", "curly", vec!["team"], "ON friday 9am"),
        ("schedule „low” to team tomorrow", "low", vec!["team"], "tomorrow"),
        ("schedule «angle» to team in 5 min", "angle", vec!["team"], "in 5 min"),
        ("schedule \"mixed” to team at 9:00", "mixed", vec!["team"], "at 9:00"),
        ("schedule\"tight\" to team at 9:00", "tight", vec!["team"], "at 9:00"),
        ("schedule \n \"a\n b \" \n to  team \n at  9:00 ", "a\n b ", vec!["team"], "at  9:00"),
        (r#"schedule "x" to team, dev ,ops at 9:00"#, "x", vec!["team", "dev", "ops"], "at 9:00"),
        (r#"schedule "x" to "My Team", dev at 9:00"#, "x", vec!["My Team", "dev"], "at 9:00"),
        (r#"schedule "פגישה אחה"צ" to צוות ב-9:00"#, "פגישה אחה\"צ", vec!["צוות"], "ב-9:00"),
        (r#"schedule "it's" to team at 9:00"#, "it's", vec!["team"], "at 9:00"),
    ] {
        let cut = draft(said);
        let cut = (cut.text.as_str(), cut.groups.iter().map(String::as_str).collect::<Vec<_>>(), cut.phrase);
        assert_eq!(cut, (text, groups, phrase.to_owned()), "{said}");
    }
}

#[test]
fn an_incomplete_schedule_is_answered_with_the_words_filled_in() {
    for (said, instead) in [
        ("schedule", r#"schedule "Daily sync at 09:00" to team at tomorrow 09:00"#),
        ("schedule Hello there to dev at 9:00", r#"schedule "Hello there" to dev at 9:00"#),
        (r#"schedule "Hello to dev at 9:00"#, r#"schedule "Hello" to dev at 9:00"#),
        (r#"schedule "Hello""#, r#"schedule "Hello" to team at tomorrow 09:00"#),
        (r#"schedule "Hello" at 9:00"#, r#"schedule "Hello" to team at 9:00"#),
        (r#"schedule "Hello" to"#, r#"schedule "Hello" to team at tomorrow 09:00"#),
        (r#"schedule "Hello" to at 9:00"#, r#"schedule "Hello" to team at 9:00"#),
        (r#"schedule "Hello" to dev"#, r#"schedule "Hello" to dev at tomorrow 09:00"#),
        (r#"schedule "Hello" to dev at"#, r#"schedule "Hello" to dev at tomorrow 09:00"#),
        (r#"schedule "" to dev at 9:00"#, r#"schedule "Daily sync at 09:00" to dev at 9:00"#),
    ] {
        let unclear = unclear(said);
        assert_eq!(unclear.instead, [instead], "{said}");
        assert!(parse(instead).is_ok(), "{instead}");
    }
}

#[test]
fn a_text_may_be_as_long_as_whatsapp_allows_and_no_longer() {
    let said = |length: usize| format!("schedule \"{}\" to team at 9:00", "ש".repeat(length));
    assert_eq!(draft(&said(4096)).text.chars().count(), 4096);
    assert!(unclear(&said(4097)).why.contains("4097"));
}

#[test]
fn groups_are_registered_under_one_word() {
    let Ok(Command::RegisterGroup { alias, group_id, name }) = parse("register group Team 1203630@g.us Our Team")
    else {
        panic!("not understood");
    };
    assert_eq!((alias.as_str(), group_id.as_str(), name.as_deref()), ("team", "1203630@g.us", Some("Our Team")));
    assert!(matches!(parse("register group t Y2FwaQ=="), Ok(Command::RegisterGroup { name: None, .. })));
    for (said, instead) in [
        ("register", "register group team"),
        ("register team 1@g.us", "register group team 1@g.us"),
        ("register group", "register group team 1203630xxx@g.us Team"),
        ("register group dev", "register group dev 1203630xxx@g.us Team"),
        ("register group 1@g.us team", "register group team 1@g.us"),
        ("register group a,b 1@g.us", "register group team 1@g.us"),
        ("register group at 1@g.us Name", "register group team 1@g.us Name"),
    ] {
        assert_eq!(unclear(said).instead, [instead], "{said}");
    }
}

#[test]
fn groups_are_unregistered_plainly_or_by_force() {
    for (said, force) in [("unregister group Team", false), ("Unregister Group team FORCE", true)] {
        assert_eq!(parse(said).ok(), Some(Command::UnregisterGroup { alias: "team".to_owned(), force }), "{said}");
    }
    assert_eq!(unclear("unregister group team now").instead, ["unregister group team"]);
}

#[test]
fn decisions_are_typed_or_tapped() {
    let unknown = |attempt, verdict| Command::Decide(Decision::Unknown { entry_id: 45, attempt, verdict });
    let late = |job_id, send| Command::Decide(Decision::Late { job_id, send });
    let confirm = |yes| Command::Confirm { code: "0821".to_owned(), yes };
    for (said, id, command) in [
        ("send late", "late:all:send", late(None, true)),
        ("drop  late", "late:all:drop", late(None, false)),
        ("yes 0821", "confirm:0821:yes", confirm(true)),
        ("No 0821", "confirm:0821:no", confirm(false)),
    ] {
        assert_eq!(parse(said).ok(), Some(command.clone()), "{said}");
        assert_eq!(tapped(id), Some(command), "{id}");
    }
    for (said, verb, verdict) in [
        ("send again 45", "again", Verdict::SendAgain),
        ("Leave #45", "leave", Verdict::Leave),
        ("arrived 45", "arrived", Verdict::Arrived),
    ] {
        assert_eq!(parse(said).ok(), Some(unknown(None, verdict)), "{said}");
        assert_eq!(tapped(&format!("unknown:45:2:{verb}")), Some(unknown(Some(2), verdict)), "{verb}");
    }
    assert_eq!(parse("send late #12").ok(), Some(late(Some(12), true)));
    for id in [
        "",
        "unknown",
        "unknown:x:1:again",
        "unknown:45:again",
        "unknown:45:1:maybe",
        "late:12:send",
        "confirm:1:yes:more",
    ] {
        assert_eq!(tapped(id), None, "{id}");
    }
}

#[test]
fn a_private_answer_opens_a_conversation_or_carries_its_words() {
    assert_eq!(parse("reply 3").ok(), Some(Command::Reply { id: 3, text: None }));
    let text = Some("See you at \"9\"".to_owned());
    assert_eq!(parse("Reply #3  See you at \"9\"").ok(), Some(Command::Reply { id: 3, text }));
    assert_eq!(unclear("reply Ana").instead, ["reply 3"]);
}

#[test]
fn a_misspelt_verb_is_answered_with_the_whole_command() {
    let unclear_verb = unclear("shedule \"x\" to team at 9:00");
    assert_eq!(unclear_verb.instead, ["schedule \"x\" to team at 9:00"]);
    assert!(!unclear_verb.verb_known);
    assert_eq!(unclear("good morning").instead.len(), 5);
    assert_eq!(unclear("yes").instead, ["yes 4821"]);
    assert_eq!(unclear("cancel").instead, ["cancel 12"]);
    assert_eq!(unclear("cancel 7 and 8").instead, ["cancel 7"]);
    assert_eq!(unclear("cancel 99999999999999999999").instead, ["cancel 12"]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", id in "[a-z0-9:]{0,20}") {
        let _ = parse(&text);
        let _ = tapped(&id);
    }

    #[test]
    fn nothing_behind_a_verb_makes_it_panic(
        verb in prop::sample::select(VERBS.iter().map(|verb| verb.name).collect::<Vec<_>>()),
        rest in "[ \n\"“”«»,#/toaTn0-9א]{0,30}",
    ) {
        let _ = parse(&format!("{verb} {rest}"));
    }

    #[test]
    fn a_schedule_command_gives_back_what_went_in(
        text in "[^\u{0}]{0,60}[a-zא-ת“]",
        groups in prop::collection::vec("[a-z][a-z0-9_-]{2,8}", 1..4),
        phrase in "(at |on |)(tomorrow|in [1-9] hours|friday) ?[0-9]{0,2}",
        open in prop::sample::select(vec!['"', '“', '„', '«']),
    ) {
        let said = format!("schedule {open}{text}” to {} {phrase}", groups.join(", "));
        let cut = draft(&said);
        prop_assert_eq!(cut.text, text);
        prop_assert_eq!(cut.groups, groups);
        prop_assert_eq!(cut.phrase, phrase.trim());
    }
}
