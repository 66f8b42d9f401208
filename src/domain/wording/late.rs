//! The digest of posts that fell due while the daemon was away.

use chrono_tz::Tz;

use super::{counted, start};
use crate::domain::content::{Button, Content, INTERACTIVE_BODY_LIMIT, TEXT_LIMIT, cut};
use crate::domain::outbox::{Entry, State};

/// How many characters of a late post are quoted: the first number with which all of them fit into one message.
const STARTS: [usize; 4] = [40, 20, 10, 0];
/// Most room for posts that are not sent any more, while others wait for an answer.
const LOST_ROOM: usize = 300;

/// Asks about late posts that wait, and tells of those that are not sent any more.
///
/// Without one that waits it is a plain text.
pub fn late_digest(posts: &[Entry], zone: Tz) -> Content {
    let (expired, waiting): (Vec<&Entry>, Vec<&Entry>) = posts.iter().partition(|post| post.state == State::Expired);
    let lost = |limit: usize| match expired.len() {
        0 => String::new(),
        _ => fitted("Not sent, more than a day late:", &expired, zone, limit),
    };
    if waiting.is_empty() {
        return Content::text(lost(TEXT_LIMIT));
    }
    // What is only told stands last and has less room: the question is what must be read.
    let job = waiting.iter().find_map(|post| post.post.as_ref()).map_or(12, |slot| slot.job_id);
    let tail = format!("All: tap, or type send late or drop late. One: send late {job}\n{}", lost(LOST_ROOM));
    let tail = tail.trim_end();
    let head = format!("{} late, times in {}:", counted(waiting.len(), "post"), zone.name());
    let room = INTERACTIVE_BODY_LIMIT.saturating_sub(tail.chars().count() + 1);
    let button = |verb: &str, title: &str| Button { id: format!("late:all:{verb}"), title: title.to_owned() };
    Content::Buttons {
        body: cut(&format!("{}\n{tail}", fitted(&head, &waiting, zone, room)), INTERACTIVE_BODY_LIMIT),
        buttons: vec![button("send", "Send all"), button("drop", "Drop all")],
    }
}

fn line(post: &Entry, zone: Tz, limit: usize) -> String {
    let words = if limit == 0 { String::new() } else { format!(": {}", start(post.content.words(), limit)) };
    match &post.post {
        Some(slot) => {
            let due = slot.due_at.with_timezone(&zone).format("%a %-d %b %H:%M");
            format!("#{} {}, {due}{words}", slot.job_id, slot.group)
        }
        None => words,
    }
}

/// The head and a line for each post, with as many words of each as fit.
fn fitted(head: &str, posts: &[&Entry], zone: Tz, limit: usize) -> String {
    let with = |start: usize| {
        let lines = posts.iter().map(|post| line(post, zone, start));
        std::iter::once(head.to_owned()).chain(lines).collect::<Vec<_>>()
    };
    let length = |lines: &[String]| lines.iter().map(|line| line.chars().count() + 1).sum::<usize>();
    let whole = STARTS.iter().map(|start| with(*start)).find(|lines| length(lines) <= limit);
    whole.unwrap_or_else(|| shortened(with(0), limit)).join("\n")
}

/// As many lines as fit, and how many did not.
fn shortened(lines: Vec<String>, limit: usize) -> Vec<String> {
    /// Room for `and 9999 more`.
    const MARGIN: usize = 14;
    let mut room = limit.saturating_sub(MARGIN);
    let all = lines.len();
    let mut kept: Vec<String> = lines
        .into_iter()
        .take_while(|line| {
            let needed = line.chars().count() + 1;
            let fits = needed <= room;
            room = room.saturating_sub(needed);
            fits
        })
        .collect();
    kept.push(format!("and {} more", all - kept.len()));
    kept
}
