//! The digest of posts that fell due while the daemon was away.

use chrono_tz::Tz;

use super::{counted, instant, start};
use crate::domain::content::{Button, Content, INTERACTIVE_BODY_LIMIT, TEXT_LIMIT, cut};
use crate::domain::outbox::{Entry, State};

/// How many characters of a late post are quoted: many of them must fit into one message.
const START: usize = 40;

/// Asks about late posts that wait, and tells of those that are not sent any more.
///
/// Without one that waits it is a plain text.
pub fn late_digest(posts: &[Entry], zone: Tz) -> Content {
    let (expired, waiting): (Vec<&Entry>, Vec<&Entry>) = posts.iter().partition(|post| post.state == State::Expired);
    let line = |post: &&Entry| line(post, zone);
    let lost: Vec<String> = expired.iter().map(line).collect();
    if waiting.is_empty() {
        return Content::text(fitted("Not sent, more than a day late:", &lost, "", TEXT_LIMIT));
    }
    let waiting: Vec<String> = waiting.iter().map(line).collect();
    let tail = "All: tap, or type send late or drop late. One: send late 12";
    // The question goes first: when not all fits, what is only told gives way to what is asked.
    let lost = match lost.len() {
        0 => String::new(),
        _ => fitted("\nNot sent, more than a day late:", &lost, "", 300),
    };
    let tail = format!("{tail}{lost}");
    let head = format!("{} late while I was away, times in {}:", counted(waiting.len(), "post"), zone.name());
    let button = |verb: &str, title: &str| Button { id: format!("late:all:{verb}"), title: title.to_owned() };
    Content::Buttons {
        body: fitted(&head, &waiting, &tail, INTERACTIVE_BODY_LIMIT),
        buttons: vec![button("send", "Send all"), button("drop", "Drop all")],
    }
}

fn line(post: &Entry, zone: Tz) -> String {
    let words = start(post.content.words(), START);
    match &post.post {
        Some(slot) => format!("#{} {}, {}: {words}", slot.job_id, slot.group, instant(slot.due_at, zone)),
        None => words,
    }
}

/// As many lines as fit between head and tail, and how many did not.
fn fitted(head: &str, lines: &[String], tail: &str, limit: usize) -> String {
    /// Room for `and 9999 more` and line breaks.
    const MARGIN: usize = 20;
    let mut room = limit.saturating_sub(head.chars().count() + tail.chars().count() + MARGIN);
    let mut body = head.to_owned();
    let mut left = lines.len();
    for line in lines {
        let needed = line.chars().count() + 1;
        if needed > room {
            break;
        }
        room -= needed;
        left -= 1;
        body.push('\n');
        body.push_str(line);
    }
    if left > 0 {
        body.push_str(&format!("\nand {left} more"));
    }
    if !tail.is_empty() {
        body.push('\n');
        body.push_str(tail);
    }
    cut(&body, limit)
}
