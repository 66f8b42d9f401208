//! The conversation that forgives: guided steps across a restart, questions first, and everything in Hebrew.

use crate::world::{World, text};

async fn says(world: &mut World, words: &str, expected: &[&str]) {
    let answer = world.owner(words).await;
    for expected in expected {
        assert!(text(&answer).contains(expected), "{words}: no {expected} in: {}", text(&answer));
    }
}

#[actix_web::test]
async fn a_post_is_put_together_step_by_step_across_a_restart() {
    let mut world = World::with_team().await;
    let groups = world.owner("schedule").await;
    assert_eq!(groups.body["interactive"]["type"], "list", "{}", groups.body);
    let row = groups.body["interactive"]["action"]["sections"][0]["rows"][0]["id"].as_str().expect("a row").to_owned();
    world.owner_taps(&row);
    assert!(text(&world.hear("the text").await).contains("What should I post to Team?"));
    world.restart().await;
    says(&mut world, "list of things: at 9", &["When?"]).await;
    says(&mut world, "yesterday", &["in the past", "When?"]).await;
    let question = world.owner("tomorrow 09:00").await;
    assert!(text(&question).contains("Mon 23 Nov 2026, 09:00"), "{}", text(&question));
    world.restart().await;
    world.owner_taps("guide:confirm:yes");
    assert!(text(&world.hear("the confirmation").await).starts_with("#1 to Team"));
    world.set("2026-11-23T07:00:00Z").await;
    assert_eq!(text(&world.post(0).await), "list of things: at 9");
    world.end().await;
}

#[actix_web::test]
async fn every_step_can_be_left_and_is_forgotten_after_a_while() {
    let mut world = World::with_team().await;
    world.owner("schedule").await;
    says(&mut world, "stop", &["Nothing was scheduled"]).await;
    says(&mut world, "stop", &["nothing to stop"]).await;
    world.owner("schedule").await;
    says(&mut world, "team", &["What should I post"]).await;
    says(&mut world, "stop", &["Stopped"]).await;
    world.owner("schedule").await;
    says(&mut world, "team", &["What should I post"]).await;
    world.advance(chrono::TimeDelta::minutes(31)).await;
    says(&mut world, "hello there", &["do not know"]).await;
    says(&mut world, "list", &["Nothing is scheduled"]).await;
    world.end().await;
}

#[actix_web::test]
async fn what_may_be_a_mistake_is_asked_about_with_buttons() {
    let mut world = World::with(|scenery| scenery.settings.push(("ASK_FIRST".to_owned(), "on".to_owned()))).await;
    world.register_team().await;
    says(&mut world, "schedule \"one\" to team at tomorrow 09:00", &["#1"]).await;
    let question = world.owner("schedule \"one\" to team at tomorrow 09:08").await;
    assert!(text(&question).contains("#1 posts the same text"), "{}", text(&question));
    let yes = question.body["interactive"]["action"]["buttons"][0]["reply"]["id"].as_str().expect("an id").to_owned();
    world.owner_taps(&yes);
    assert!(text(&world.hear("the confirmation").await).starts_with("#2 "));
    // What quotes a confirmation is still about its job after the question.
    let far = world.owner("schedule \"far\" to team at tomorrow 12:00").await;
    world.owner_quotes(&far.wamid, "tomorrow 09:03").await;
    let close = world.hear("the question").await;
    assert!(text(&close).contains("within 5 minutes"), "{}", text(&close));
    let again = close.body["interactive"]["action"]["buttons"][0]["reply"]["id"].as_str().expect("an id").to_owned();
    world.owner_taps(&again);
    let moved = world.hear("moved").await;
    assert!(text(&moved).starts_with("#3 team") && text(&moved).contains("09:03"), "{}", text(&moved));
    world.owner_taps_on(&question.wamid, &yes);
    assert!(text(&world.hear("once only").await).contains("waits for an answer"));
    world.end().await;
}

#[actix_web::test]
async fn hebrew_is_understood_answered_and_posted_untouched() {
    let mut world = World::start().await;
    let register = format!("רשום קבוצה צוות {} הצוות", world.group);
    says(&mut world, &register, &["נרשמה צוות", "המזהה אומת"]).await;
    let words = "שלום \u{200f}לכולם, נפגש ב-9:00 \"בדיוק\"";
    let command = format!("תזמן \"{words}\" לצוות מחר ב-8:55");
    says(&mut world, &command, &["#1 אל הצוות", "יום ב' 23.11.2026 בשעה 08:55", "לביטול: בטל 1", words]).await;
    says(&mut world, "רשימה", &["מתוזמן", "#1", "צוות"]).await;
    says(&mut world, "הזז 1 למחר ב-10:00", &["זמן:", "בשעה 10:00", "בטל פעולה"]).await;
    says(&mut world, "תזמן \"כל יום\" לצוות כל יום חול ב-12:00", &["#2", "ימים", "ללא סוף"]).await;
    says(&mut world, "דלג 2", &["#2", "זמן:"]).await;
    says(&mut world, "בטל 2", &["בוטל: #2"]).await;
    says(&mut world, "מצב", &["ממתינות: 1"]).await;
    says(&mut world, "תזמן \"x\" לצוות אתמול", &["לא תוזמן"]).await;
    says(&mut world, "עזרה", &["תזמן", "רשימה", "בטל"]).await;
    says(&mut world, "למה 1", &["תוזמן", "הוזז (על ידך)"]).await;
    world.set("2026-11-23T08:00:00Z").await;
    assert_eq!(text(&world.post(0).await), words);
    world.end().await;
}
