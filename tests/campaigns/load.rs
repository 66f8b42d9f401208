//! Posts by the hundred, members who answer, and how late everything was.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use futures::stream;
use serde_json::json;

use crate::rig::ADMIN_TOKEN;
use crate::story::{ANA, CANARY, Deeds};
use crate::theatre::{Stuck, Theatre, pause};

/// Requests under way at once.
const AT_ONCE: usize = 16;

/// What was scheduled, and when it is due.
#[derive(Default)]
pub struct Load {
    pub deeds: Deeds,
    due: BTreeMap<String, DateTime<Utc>>,
    written: usize,
}

impl Load {
    /// Schedules posts with these waits, over the address in front of all daemons; each is repeated until it is taken.
    pub async fn schedule(&mut self, theatre: &mut Theatre, waits: &[TimeDelta]) -> Result<(), Stuck> {
        let first = self.written;
        self.written += waits.len();
        let now = theatre.now();
        let posts: Vec<(String, DateTime<Utc>)> =
            (first..).zip(waits).map(|(number, wait)| (format!("{CANARY} load {number}"), now + *wait)).collect();
        let mut missing: Vec<&(String, DateTime<Utc>)> = posts.iter().collect();
        for _ in 0..400 {
            let url = format!("http://{}/jobs", theatre.front().address());
            let asked = stream::iter(missing.iter().map(|post| ask(&url, post))).buffered(AT_ONCE);
            let statuses = asked.collect::<Vec<u16>>().await;
            let (answered, others): (Vec<_>, Vec<_>) =
                missing.into_iter().zip(statuses).partition(|(_, status)| (200..500).contains(status));
            missing = others.into_iter().map(|(post, _)| post).collect();
            // A post whose time has passed before anybody took it is refused in so many words, and that is an answer.
            for ((text, due), _) in answered.into_iter().filter(|(_, status)| *status < 300) {
                self.deeds.posts.push(text.clone());
                self.due.insert(text.clone(), *due);
            }
            if missing.is_empty() {
                return Ok(());
            }
            theatre.until("a daemon is ready", |theatre| theatre.anybody().is_some()).await?;
            pause(Duration::from_millis(50)).await;
        }
        Err(Stuck(format!("{} posts are not taken", missing.len())))
    }

    /// A member writes in the group.
    pub fn reply(&self, theatre: &Theatre, number: usize) {
        let group = theatre.emulator.group("team").expect("the group").id;
        let words = format!("{CANARY} word {number}");
        theatre.emulator.say_in_group(ANA, &group, &words, None).expect("a member writes");
    }

    /// True once every post arrived.
    pub fn all_arrived(&self, theatre: &Theatre) -> bool {
        self.late(theatre).len() == self.due.len()
    }

    /// How late each post arrived, in milliseconds, least first.
    pub fn late(&self, theatre: &Theatre) -> Vec<i64> {
        let mut first: BTreeMap<&str, i64> = BTreeMap::new();
        let ledger = theatre.emulator.ledger();
        for message in &ledger {
            if let Some(text) = message.text.as_deref()
                && let Some(due) = self.due.get(text)
            {
                first.entry(text).or_insert((message.accepted_at - *due).num_milliseconds());
            }
        }
        let mut late: Vec<i64> = first.into_values().collect();
        late.sort_unstable();
        late
    }

    /// The figures of lateness in words.
    pub fn lateness(&self, theatre: &Theatre) -> String {
        let late = self.late(theatre);
        let at = |share: f64| late.get(((late.len() as f64 - 1.0) * share) as usize).copied().unwrap_or_default();
        format!("{} posts, late p50 {} ms, p99 {} ms, most {} ms", late.len(), at(0.5), at(0.99), at(1.0))
    }
}

/// The status of the answer; 0 when there was none.
async fn ask(url: &str, (text, due): &(String, DateTime<Utc>)) -> u16 {
    let body = json!({ "groups": ["team"], "text": text, "at": due.to_rfc3339() });
    let request = client().post(url).header("X-Admin-Token", ADMIN_TOKEN).header("Content-Type", "application/json");
    let answer = request.header("Idempotency-Key", text).body(body.to_string()).send().await;
    answer.map_or(0, |answer| answer.status().as_u16())
}

fn client() -> &'static reqwest::Client {
    static CLIENT: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
    CLIENT.get_or_init(crate::rig::http_client)
}
