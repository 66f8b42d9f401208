//! Tables of what the owner may type, and properties that hold for any text.

use proptest::prelude::*;

use chrono::NaiveTime;

use super::*;
use crate::domain::delivery::Decision;

/// The command, whatever its language.
fn read(text: &str) -> Result<Command, Unclear> {
    parse(text).map(|said| said.command)
}

fn draft(text: &str) -> Draft {
    match read(text) {
        Ok(Command::Schedule(draft)) => draft,
        Ok(other) => panic!("{text}: {other:?}"),
        Err(unclear) => panic!("{text}: {}", unclear.why),
    }
}

fn unclear(text: &str) -> Unclear {
    match read(text) {
        Ok(command) => panic!("{text}: {command:?}"),
        Err(unclear) => unclear,
    }
}

#[test]
fn every_example_of_the_table_is_understood_in_its_language() {
    for verb in VERBS {
        for (example, language) in verb.example.into_iter().zip([Language::English, Language::Hebrew]) {
            let said = parse(example).unwrap_or_else(|unclear| panic!("{example}: {}", unclear.why));
            let plain = matches!(said.command, Command::Choose { .. });
            assert!(said.language == language || plain, "{example}");
        }
        for name in verb.names() {
            assert!(matches!(read(&format!("help {name}")), Ok(Command::Help(Some(v))) if v == verb), "{name}");
        }
    }
    assert_eq!(VERBS.iter().filter(|verb| verb.common).count(), 5);
}

#[test]
fn verbs_are_read_in_any_case_with_any_blanks_and_a_slash() {
    for text in ["list", " LIST ", "/list", "/ List", "\u{200f}list\n", "list."] {
        assert_eq!(read(text).ok(), Some(Command::List(Listing::All)), "{text:?}");
    }
    for text in ["cancel 12", "CANCEL #12", "cancel\n\n12", "/cancel   #12 ", "cancel#12"] {
        assert_eq!(read(text).ok(), Some(Command::Cancel { id: 12 }), "{text:?}");
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
    let Ok(Command::RegisterGroup { alias, group_id, name }) = read("register group Team 1203630@g.us Our Team") else {
        panic!("not understood");
    };
    assert_eq!((alias.as_str(), group_id.as_str(), name.as_deref()), ("team", "1203630@g.us", Some("Our Team")));
    assert!(matches!(read("register group t Y2FwaQ=="), Ok(Command::RegisterGroup { name: None, .. })));
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
        assert_eq!(read(said).ok(), Some(Command::UnregisterGroup { alias: "team".to_owned(), force }), "{said}");
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
        assert_eq!(read(said).ok(), Some(command.clone()), "{said}");
        assert_eq!(tapped(id), Some(command), "{id}");
    }
    for (said, verb, verdict) in [
        ("send again 45", "again", Verdict::SendAgain),
        ("Leave #45", "leave", Verdict::Leave),
        ("arrived 45", "arrived", Verdict::Arrived),
    ] {
        assert_eq!(read(said).ok(), Some(unknown(None, verdict)), "{said}");
        assert_eq!(tapped(&format!("unknown:45:2:{verb}")), Some(unknown(Some(2), verdict)), "{verb}");
    }
    assert_eq!(read("send late #12").ok(), Some(late(Some(12), true)));
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
    assert_eq!(read("reply 3").ok(), Some(Command::Reply { id: 3, text: None }));
    let text = Some("See you at \"9\"".to_owned());
    assert_eq!(read("Reply #3  See you at \"9\"").ok(), Some(Command::Reply { id: 3, text }));
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

#[test]
fn a_post_may_be_said_in_any_order() {
    let both = vec!["team", "parents"];
    for (said, text, groups, phrase) in [
        (r#"at tomorrow 9:00 to team "hello""#, "hello", vec!["team"], "at tomorrow 9:00"),
        ("tomorrow 9 to team: see you: there", "see you: there", vec!["team"], "tomorrow 9"),
        ("tomorrow 9:30 to team: line\ntwo", "line\ntwo", vec!["team"], "tomorrow 9:30"),
        (r#"every weekday at 8:50 "stand up" to team"#, "stand up", vec!["team"], "every weekday at 8:50"),
        (r#"schedule every weekday at 8:50 "stand up" to team"#, "stand up", vec!["team"], "every weekday at 8:50"),
        (r#""hello" to team at 9:00"#, "hello", vec!["team"], "at 9:00"),
        (
            "schedule to team at tomorrow 9\nfirst \"line\"\nto at",
            "first \"line\"\nto at",
            vec!["team"],
            "at tomorrow 9",
        ),
        ("schedule tomorrow 9 to team\ntext", "text", vec!["team"], "tomorrow 9"),
        (r#"at quarter to 6 to team "hi""#, "hi", vec!["team"], "at quarter to 6"),
        (r#"post "hi" to team, parents at 9:00"#, "hi", both.clone(), "at 9:00"),
        (r#"remind "hi" to team and parents at 9:00"#, "hi", both, "at 9:00"),
        (r#"post "hi" to the team, tomorrow at 9"#, "hi", vec!["team"], "tomorrow at 9"),
        (r#"תזמן "שלום" לצוות מחר ב-9"#, "שלום", vec!["צוות"], "מחר ב-9"),
        (r#"תזמני "שלום" ל-צוות, להורים מחר ב-9"#, "שלום", vec!["צוות", "הורים"], "מחר ב-9"),
        (r#"תזמן "שלום" לצוות ולהורים מחר"#, "שלום", vec!["צוות", "הורים"], "מחר"),
        (r#"לתזמן "שלום" לקבוצת צוות מחר"#, "שלום", vec!["צוות"], "מחר"),
        ("מחר ב-9 לצוות: שלום לכולם", "שלום לכולם", vec!["צוות"], "מחר ב-9"),
        (r#"כל יום חול ב-8:50 "בוקר" לצוות"#, "בוקר", vec!["צוות"], "כל יום חול ב-8:50"),
        (r#"במוצ"ש לצוות "שבוע טוב""#, "שבוע טוב", vec!["צוות"], r#"במוצ"ש"#),
        (r#"תזמן "שבוע טוב" לצוות במוצ"ש"#, "שבוע טוב", vec!["צוות"], r#"במוצ"ש"#),
    ] {
        let cut = draft(said);
        let cut = (cut.text.as_str(), cut.groups.iter().map(String::as_str).collect::<Vec<_>>(), cut.phrase);
        assert_eq!(cut, (text, groups, phrase.to_owned()), "{said}");
    }
    for talk in
        ["good morning to you all", "Hi, can you come to the office: bring the keys", "Tell \"Bob\" to call", "ok"]
    {
        assert!(!unclear(talk).verb_known, "{talk}");
    }
    assert!(matches!(read("schedule"), Ok(Command::Guide)));
}

#[test]
fn each_verb_is_read_in_both_languages() {
    let text = |text: &str| text.to_owned();
    let some = |text: &str| Some(text.to_owned());
    let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("a time");
    for (said, command) in [
        ("edit 12 text \"new “x” text\"", Command::Edit { id: 12, text: text("new “x” text") }),
        ("edit #12 \"new\"", Command::Edit { id: 12, text: text("new") }),
        ("edit 12 text: new\nlines", Command::Edit { id: 12, text: text("new\nlines") }),
        ("ערוך 12 \"חדש\"", Command::Edit { id: 12, text: text("חדש") }),
        ("move 12 to tomorrow 10:00", Command::Move { id: 12, phrase: text("tomorrow 10:00") }),
        ("move 12 tomorrow 10:00", Command::Move { id: 12, phrase: text("tomorrow 10:00") }),
        ("הזז 12 למחר 10:00", Command::Move { id: 12, phrase: text("מחר 10:00") }),
        ("דחי 12 ל-מחר", Command::Move { id: 12, phrase: text("מחר") }),
        ("copy 12 to parents at 9:00", Command::Copy { id: 12, groups: groups(&["parents"]), phrase: some("at 9:00") }),
        ("copy 12 to a, b", Command::Copy { id: 12, groups: groups(&["a", "b"]), phrase: None }),
        ("העתק 12 להורים מחר", Command::Copy { id: 12, groups: groups(&["הורים"]), phrase: some("מחר") }),
        ("now 12", Command::NowJob { id: 12 }),
        ("now \"hi\" to team", Command::NowPost { text: text("hi"), groups: groups(&["team"]) }),
        ("עכשיו \"היי\" לצוות", Command::NowPost { text: text("היי"), groups: groups(&["צוות"]) }),
        ("pause all", Command::Pause { which: Which::All, until: None }),
        ("pause 12 until monday", Command::Pause { which: Which::Job(12), until: some("monday") }),
        ("השהה הכל עד מחר", Command::Pause { which: Which::All, until: some("מחר") }),
        ("resume 12", Command::Resume { which: Which::Job(12) }),
        ("המשך הכל", Command::Resume { which: Which::All }),
        ("skip 12", Command::Skip { id: 12 }),
        ("12 except 25 Dec", Command::Except { id: 12, phrase: text("25 Dec") }),
        ("except 12 on 25 Dec and 1 Jan", Command::Except { id: 12, phrase: text("25 Dec and 1 Jan") }),
        ("12 חוץ מ-25 בדצמבר", Command::Except { id: 12, phrase: text("25 בדצמבר") }),
        ("undo", Command::Undo { id: None }),
        ("undo 12", Command::Undo { id: Some(12) }),
        ("בטל פעולה", Command::Undo { id: None }),
        ("בטל 12", Command::Cancel { id: 12 }),
        ("restore 12", Command::Restore { id: 12 }),
        ("show 12", Command::Show { id: 12 }),
        ("why 12", Command::Why { id: 12 }),
        ("list team", Command::List(Listing::Group(text("team")))),
        ("list today", Command::List(Listing::Today)),
        ("רשימה היום", Command::List(Listing::Today)),
        ("more", Command::More),
        ("status", Command::Status),
        ("timezone", Command::Timezone { name: None, jobs: None }),
        ("timezone Europe/London", Command::Timezone { name: some("Europe/London"), jobs: None }),
        ("replies 12", Command::Replies { id: 12 }),
        ("mute ana 1d", Command::Mute { who: text("ana"), phrase: text("1d") }),
        ("mute Ana Maria for 2 hours", Command::Mute { who: text("Ana Maria"), phrase: text("2 hours") }),
        ("mute +15550001111 until sunday", Command::Mute { who: text("+15550001111"), phrase: text("sunday") }),
        ("השתק אנה לשעתיים", Command::Mute { who: text("אנה"), phrase: text("בעוד שעתיים") }),
        ("pause 12 for 2 days", Command::Pause { which: Which::Job(12), until: some("in 2 days") }),
        ("unmute \"Ana Maria\"", Command::Unmute { who: text("Ana Maria") }),
        ("בטל השתקה אנה", Command::Unmute { who: text("אנה") }),
        ("quiet team 22:00-07:00", Command::Quiet { group: text("team"), hours: Some((time(22), time(7))) }),
        ("quiet team off", Command::Quiet { group: text("team"), hours: None }),
        ("שקט צוות 22-7", Command::Quiet { group: text("צוות"), hours: Some((time(22), time(7))) }),
        ("test 12", Command::Test { id: 12 }),
        ("stop", Command::Stop),
        ("1 4821", Command::Choose { code: text("4821"), choice: 1 }),
        ("choose 4821 2", Command::Choose { code: text("4821"), choice: 2 }),
        ("כן 0821", Command::Confirm { code: text("0821"), yes: true }),
    ] {
        assert_eq!(read(said).unwrap_or_else(|unclear| panic!("{said}: {}", unclear.why)), command, "{said}");
    }
}

#[test]
fn what_is_incomplete_is_answered_with_something_that_works() {
    for said in [
        "edit",
        "edit 12",
        "edit 12 new",
        "move",
        "move 12",
        "copy 12",
        "copy 12 to",
        "now",
        "now 12 13",
        "pause",
        "pause 12 monday",
        "resume 12 now",
        "skip",
        "except 12",
        "12 except",
        "mute",
        "mute ana",
        "unmute",
        "quiet",
        "quiet team",
        "quiet team 22",
        "undo x",
        "choose 4821",
        "status now",
        "ערוך 12",
        "הזז 12",
        "השתק אנה",
        "שקט צוות",
        "תזמן שלום",
        "תזמן \"שלום\" לצוות",
        "בטל",
        "כן",
    ] {
        let unclear = unclear(said);
        assert!(!unclear.instead.is_empty() && unclear.verb_known, "{said}");
        assert_eq!(unclear.language, Language::of(said), "{said}");
        for instead in &unclear.instead {
            assert!(read(instead).is_ok(), "{said}: {instead}");
        }
    }
}

#[test]
fn a_quoted_confirmation_is_acted_on_without_a_number() {
    let text = |text: &str| text.to_owned();
    for (said, command) in [
        ("tomorrow 10:00", Command::Move { id: 12, phrase: text("tomorrow 10:00") }),
        ("10:00", Command::Move { id: 12, phrase: text("10:00") }),
        ("עוד שעה", Command::Move { id: 12, phrase: text("עוד שעה") }),
        ("text: new text", Command::Edit { id: 12, text: text("new text") }),
        ("טקסט: חדש", Command::Edit { id: 12, text: text("חדש") }),
        ("edit \"new\"", Command::Edit { id: 12, text: text("new") }),
        ("cancel", Command::Cancel { id: 12 }),
        ("בטל", Command::Cancel { id: 12 }),
        ("cancel 7", Command::Cancel { id: 7 }),
        ("pause", Command::Pause { which: Which::Job(12), until: None }),
        ("pause until monday", Command::Pause { which: Which::Job(12), until: Some(text("monday")) }),
        ("skip", Command::Skip { id: 12 }),
        ("now", Command::NowJob { id: 12 }),
        ("why", Command::Why { id: 12 }),
        ("undo", Command::Undo { id: Some(12) }),
        ("move to friday 9:00", Command::Move { id: 12, phrase: text("friday 9:00") }),
        ("except 25 dec", Command::Except { id: 12, phrase: text("25 dec") }),
        (
            "copy to parents at 9:00",
            Command::Copy { id: 12, groups: vec![text("parents")], phrase: Some(text("at 9:00")) },
        ),
        ("list", Command::List(Listing::All)),
    ] {
        let about = about(12, said).unwrap_or_else(|unclear| panic!("{said}: {}", unclear.why));
        assert_eq!(about.command, command, "{said}");
    }
}

#[test]
fn the_words_of_questions_are_read_again() {
    for language in [Language::English, Language::Hebrew] {
        let day = if language == Language::Hebrew { "מחר" } else { "tomorrow" };
        assert!(
            matches!(read(&format!("{}{day}", move_words(12, language))), Ok(Command::Move { id: 12, phrase }) if phrase == day)
        );
        assert!(
            matches!(read(&format!("{}{day}", except_words(12, language))), Ok(Command::Except { id: 12, phrase }) if phrase == day)
        );
        assert!(matches!(
            read(&format!("{}{day}", pause_words(Which::All, language))),
            Ok(Command::Pause { which: Which::All, until: Some(_) })
        ));
        assert!(
            matches!(read(&mute_words("15550001111", "1d", language)), Ok(Command::Mute { who, .. }) if who == "15550001111")
        );
        assert!(matches!(read(&unmute_words("15550001111", language)), Ok(Command::Unmute { .. })));
        let [keep, from] = zone_words(chrono_tz::UTC, chrono_tz::Europe::London, language).try_into().expect("two");
        assert!(
            matches!(read(&keep), Ok(Command::Timezone { name: Some(name), jobs: Some(ZoneJobs::Keep) }) if name == "Europe/London")
        );
        assert!(matches!(read(&from), Ok(Command::Timezone { jobs: Some(ZoneJobs::From(zone)), .. }) if zone == "UTC"));
    }
    assert_eq!(split_days("25 Dec and 1 Jan, 3 Jan").collect::<Vec<_>>(), ["25 Dec", "1 Jan", "3 Jan"]);
}

#[test]
fn the_corpus_of_the_fuzzers_harms_nobody() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let read = |name: &str| {
        let files = std::fs::read_dir(folder.join(name)).expect("a folder").map(|file| file.expect("a file").path());
        files.map(|path| std::fs::read_to_string(path).expect("a text")).collect::<Vec<_>>()
    };
    let (phrases, commands) = (read("phrase"), read("command"));
    assert!(phrases.len() > 20 && commands.len() > 20);
    phrases.iter().chain(&commands).for_each(|text| {
        check_any(text);
        crate::domain::when::check_any(text);
    });
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", id in "[a-z0-9:]{0,20}") {
        let _ = parse(&text);
        let _ = about(12, &text);
        let _ = tapped(&id);
    }

    #[test]
    fn nothing_behind_a_verb_makes_it_panic(
        verb in prop::sample::select(VERBS.iter().flat_map(Verb::names).collect::<Vec<_>>()),
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
