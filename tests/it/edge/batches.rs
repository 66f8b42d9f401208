//! One bad event never harms its batch.

use serde_json::{Value, json};

use crate::world::{ANA, World, envelope, private_message};

/// A body of 1,000 messages, the one at `place` replaced by `poison` as raw text.
fn batch(world: &World, place: usize, poison: &str) -> String {
    let now = world.stage.clock.instant();
    let message = |i: usize| private_message(ANA, &format!("wamid.{place}.{i}"), &format!("number {i}"), now);
    let messages: Vec<Value> = (0..1000).map(|i| if i == place { json!("@@POISON@@") } else { message(i) }).collect();
    envelope(&json!({ "messages": messages })).to_string().replace("\"@@POISON@@\"", poison)
}

#[actix_web::test]
async fn of_a_thousand_events_with_a_poison_one_anywhere_all_others_are_stored_and_acted_on() {
    let world = World::start().await;
    let poisons = [
        r#"{"id":"wamid.poison","from":"15550009901","timestamp":"1","type":"text","text":{"body":"\ud800"}}"#,
        r#"{"type":"text","text":{"body":"neither id nor sender"}}"#,
        r#"[1,2,3]"#,
        r#"{"id":17,"from":{},"type":[]}"#,
    ];
    let mut stored = 0.0;
    for (place, poison) in [0, 333, 500, 999].into_iter().zip(poisons) {
        assert_eq!(world.signed(batch(&world, place, poison)).await, 200);
        world.quiet().await;
        stored += 999.0;
        assert_eq!(settled(&world, "ignored").await, stored, "poison at {place}");
    }
    assert_eq!(settled(&world, "dead").await, 4.0);
    world.end().await;
}

/// How many inbox rows are in a state.
async fn settled(world: &World, state: &str) -> f64 {
    let (_, page) = world.get("/metrics").await;
    let wanted = format!("wa_inbox_rows{{state=\"{state}\"}} ");
    let page = page.as_str().unwrap_or_default().to_owned();
    page.lines().find_map(|line| line.strip_prefix(&wanted)?.parse().ok()).unwrap_or_default()
}

#[actix_web::test]
async fn a_type_that_does_not_exist_yet_is_kept_and_harms_nobody() {
    let mut world = World::with_team().await;
    let mut message = private_message(ANA, "wamid.future", "", world.stage.clock.instant());
    message["type"] = json!("hologram");
    assert_eq!(world.signed(envelope(&json!({ "messages": [message] })).to_string()).await, 200);
    assert_eq!(world.signed(envelope(&json!({ "dreams": [{ "id": 1 }] })).to_string()).await, 200);
    world.owner("help").await;
    world.end().await;
}
