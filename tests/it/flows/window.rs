//! The owner's 24-hour window: one template knocks, the rest waits and follows in order.

use chrono::TimeDelta;
use wa_scheduler::sandbox::WindowRule;

use crate::world::{ANA, World, text};

async fn silent_for_a_day(rule: WindowRule) -> World {
    let mut world = World::with_team().await;
    world.stage.emulator.set_window_rule(rule);
    world.owner("schedule \"Daily sync\" to team at tomorrow 09:00").await;
    world.quiet().await;
    world.stage.clock.set(crate::world::at("2026-11-23T06:59:00Z"));
    world.stage.emulator.set_window(&world.group, true).expect("the group's window");
    world.set("2026-11-23T07:00:00Z").await;
    world.post(0).await;
    world
}

#[actix_web::test]
async fn a_known_closed_window_sends_one_template_and_the_rest_follows_in_order() {
    let mut world = silent_for_a_day(WindowRule::Async).await;
    for words in ["one", "two", "three"] {
        world.in_group(ANA, words, Some("last"));
        world.quiet().await;
    }
    let knock = world.hear("the template").await;
    assert_eq!(knock.body["template"]["name"], "owner_notify");
    world.quiet().await;
    assert!(world.unheard().is_empty(), "nothing but one template goes out while the window is closed");
    world.owner_says("help");
    let mut heard = Vec::new();
    for _ in 0..4 {
        heard.push(text(&world.hear("what waited").await).to_owned());
    }
    let order: Vec<usize> = ["one", "two", "three"]
        .iter()
        .filter_map(|words| heard.iter().position(|text| text.contains(&format!("Ana: {words}"))))
        .collect();
    assert_eq!(order.len(), 3, "{heard:?}");
    assert!(order.is_sorted(), "{heard:?}");
    world.end().await;
}

#[actix_web::test]
async fn a_window_that_is_found_closed_by_a_later_status_is_knocked_at_once_too() {
    let mut world = World::with_team().await;
    world.owner("schedule \"Daily sync\" to team at today 08:55").await;
    world.set("2026-11-22T06:55:00Z").await;
    world.post(0).await;
    world.stage.emulator.set_window(crate::world::OWNER, false).expect("closed behind our back");
    for words in ["one", "two"] {
        world.in_group(ANA, words, Some("last"));
    }
    world.quiet().await;
    let templates = world.unheard().iter().filter(|heard| heard.body["type"] == "template").count();
    assert_eq!(templates, 1);
    world.owner_says("help");
    world.quiet().await;
    let arrived = |words: &str| {
        let wanted = format!("Ana: {words}");
        world.unheard().iter().filter(|m| m.fails_with.is_none() && text(m).contains(&wanted)).count()
    };
    assert_eq!((arrived("one"), arrived("two")), (1, 1));
    world.advance(TimeDelta::minutes(1)).await;
    world.end().await;
}
