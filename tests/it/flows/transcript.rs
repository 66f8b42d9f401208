//! Whole conversations word by word: what the owner writes, and what they read. The wording is a part of the product.
//!
//! A fixture holds lines that begin with `> ` for what the owner writes (`\n` breaks a line), `@ ` for the time it is from
//! then on, `* ` for a button that is tapped; all others are the bot's. A fixture that differs is written anew beside the
//! database of the test, so that it can be compared and taken over.

use std::fmt::Write;

use chrono::TimeDelta;

use crate::world::{World, text};

/// Plays a fixture, and compares what was said.
async fn plays(name: &str, told: &str) {
    let mut world = World::with(|scenery| scenery.settings.push(("ASK_FIRST".to_owned(), "on".to_owned()))).await;
    let mut said = String::new();
    for line in told.lines() {
        let (mark, words) = line.split_at_checked(2).unwrap_or_default();
        let words = words.replace("\\n", "\n").replace("GROUP", &world.group);
        match mark {
            "> " => world.owner_says(&words),
            "* " => {
                world.owner_taps(&words);
                String::new()
            }
            "@ " => {
                world.set(&words).await;
                writeln!(said, "{line}").expect("a text");
                continue;
            }
            _ => continue,
        };
        writeln!(said, "{line}").expect("a text");
        // A person takes their time; nobody is sent to faster than that for long.
        world.stage.clock.advance(TimeDelta::seconds(8));
        let answer = world.hear(&words).await;
        // What `now` posts is out before the next line, or that line is told of a post on its way.
        world.quiet().await;
        // Codes of questions follow from random ids.
        let words = text(&answer).lines().map(without_codes).collect::<Vec<_>>().join("\n");
        let buttons = answer.body["interactive"]["action"]["buttons"].as_array().cloned().unwrap_or_default();
        writeln!(said, "{words}").expect("a text");
        if !buttons.is_empty() {
            let titles: Vec<&str> = buttons.iter().filter_map(|button| button["reply"]["title"].as_str()).collect();
            writeln!(said, "[{}]", titles.join("] [")).expect("a text");
        }
        writeln!(said).expect("a text");
    }
    if said.trim() != told.trim() {
        let new = std::env::temp_dir().join(format!("wa-scheduler-{name}"));
        std::fs::write(&new, &said).expect("written");
        let first = said.lines().zip(told.lines()).find(|(now, before)| now != before);
        panic!("the conversation {name} is another one, see {}: {first:?}", new.display());
    }
    world.end().await;
}

/// Four digits behind a word of an answer.
fn without_codes(line: &str) -> String {
    let coded = line.contains("yes ") || line.contains("כן ") || line.contains("1 ");
    let code = |word: &str| coded && word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let asks = line.starts_with("Do it all") || line.starts_with("Tap,") || line.contains("להקיש");
    let word = |word: &str| if asks && code(word) { "CODE".to_owned() } else { word.to_owned() };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

#[actix_web::test]
async fn an_english_conversation() {
    plays("dialogue_english.txt", include_str!("../../fixtures/dialogue_english.txt")).await;
}

#[actix_web::test]
async fn a_hebrew_conversation() {
    plays("dialogue_hebrew.txt", include_str!("../../fixtures/dialogue_hebrew.txt")).await;
}
