//! Reads the database and the ledger after a run and says what must not be.
//!
//! The ledger of the emulated API is the truth about what was sent. The numbers in the findings are those of the
//! invariants in the documentation of the product's guarantees: I1 nothing is lost silently, I2 nothing is sent twice
//! without consent, I3 nothing is sent without a committed intent, I4 not before its time and only from `planned`, I5
//! what is reported is what happened, I6 every change is logged, I8 one entry per slot, I9 nothing private in a log, I10
//! nothing stays open, I11 every answer reached its person.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::QueryResult;
use wa_scheduler::sandbox::Accepted;

use crate::rig::{Database, OWNER};
use crate::story::{ANA, CANARY, Deeds};
use crate::theatre::{Stuck, Theatre};

/// An outgoing message as its row stands.
struct Entry {
    id: i64,
    purpose: String,
    job_id: Option<i64>,
    slot_at: Option<i64>,
    group: Option<String>,
    state: String,
    revision: i32,
    asked: bool,
}

/// One line of the log.
struct Line {
    entry_id: Option<i64>,
    from: Option<String>,
    to: String,
    reason: String,
}

struct Job {
    id: i64,
    state: String,
    text: String,
    due_at: Option<i64>,
}

struct Attempt {
    entry_id: i64,
    opaque: String,
    started_at: i64,
}

/// Everything that a run left behind.
struct Remains {
    entries: Vec<Entry>,
    lines: Vec<Line>,
    jobs: Vec<Job>,
    attempts: Vec<Attempt>,
    ledger: Vec<Accepted>,
}

fn column<T: sea_orm::TryGetable>(row: &QueryResult, name: &str) -> T {
    row.try_get("", name).unwrap_or_else(|error| panic!("column {name}: {error}"))
}

impl Remains {
    async fn of(theatre: &Theatre) -> Self {
        let database = &theatre.database;
        let entries =
            database.rows("SELECT id, purpose, job_id, slot_at, group_alias, state, revision, asked_at FROM outbox");
        let entry = |row: &QueryResult| Entry {
            id: column(row, "id"),
            purpose: column(row, "purpose"),
            job_id: column(row, "job_id"),
            slot_at: column(row, "slot_at"),
            group: column(row, "group_alias"),
            state: column(row, "state"),
            revision: column(row, "revision"),
            asked: column::<Option<i64>>(row, "asked_at").is_some(),
        };
        let lines = database.rows("SELECT entry_id, from_state, to_state, reason FROM job_log ORDER BY id");
        let line = |row: &QueryResult| Line {
            entry_id: column(row, "entry_id"),
            from: column(row, "from_state"),
            to: column(row, "to_state"),
            reason: column(row, "reason"),
        };
        let jobs = database.rows("SELECT id, state, text, next_due_at FROM jobs");
        let job = |row: &QueryResult| Job {
            id: column(row, "id"),
            state: column(row, "state"),
            text: column(row, "text"),
            due_at: column(row, "next_due_at"),
        };
        let attempts = database.rows("SELECT entry_id, opaque, started_at FROM attempts");
        let attempt = |row: &QueryResult| Attempt {
            entry_id: column(row, "entry_id"),
            opaque: column(row, "opaque"),
            started_at: column(row, "started_at"),
        };
        Self {
            entries: entries.await.iter().map(entry).collect(),
            lines: lines.await.iter().map(line).collect(),
            jobs: jobs.await.iter().map(job).collect(),
            attempts: attempts.await.iter().map(attempt).collect(),
            ledger: theatre.emulator.ledger(),
        }
    }

    /// How often the log gives a reason for an entry.
    fn told(&self, entry: i64, reason: &str) -> usize {
        self.lines.iter().filter(|line| line.entry_id == Some(entry) && line.reason.contains(reason)).count()
    }
}

/// What is wrong after a play: what must not be, or that it did not come to its end.
pub async fn judge(theatre: &Theatre, played: Result<&Deeds, &Stuck>) -> Vec<String> {
    match played {
        Ok(deeds) => check(theatre, deeds).await,
        Err(stuck) => vec![stuck.to_string()],
    }
}

/// What must not be, in words; empty when all is well.
pub async fn check(theatre: &Theatre, deeds: &Deeds) -> Vec<String> {
    let remains = Remains::of(theatre).await;
    let mut findings = Vec::new();
    sent(&remains, &mut findings);
    lost(&remains, deeds, theatre.now(), &mut findings);
    logged(&remains, &mut findings);
    answered(&remains, deeds, &mut findings);
    findings.extend(still_open(&theatre.database, theatre.now()).await.map(|open| format!("I10: {open}")));
    private(&theatre.logs(), &mut findings);
    findings
}

/// I2, I3, I4, I5: the ledger against the rows.
fn sent(remains: &Remains, findings: &mut Vec<String>) {
    let by_opaque: HashMap<&str, &Attempt> = remains.attempts.iter().map(|a| (a.opaque.as_str(), a)).collect();
    let mut arrivals: HashMap<i64, usize> = HashMap::new();
    for message in &remains.ledger {
        let opaque = message.opaque.as_deref().unwrap_or_default();
        let Some(attempt) = by_opaque.get(opaque) else {
            findings.push(format!("I3: ledger {} went out without a committed intent", message.index));
            continue;
        };
        if attempt.started_at > message.accepted_at.timestamp_micros() + 1_000_000 {
            findings.push(format!("I3: the intent of ledger {} is younger than its request", message.index));
        }
        // What the API itself took back later does not count as sent.
        *arrivals.entry(attempt.entry_id).or_default() += usize::from(message.fails_with.is_none());
        let slot = remains.entries.iter().find(|entry| entry.id == attempt.entry_id).and_then(|entry| entry.slot_at);
        if slot.is_some_and(|slot| message.accepted_at.timestamp_micros() + 1_000_000 < slot) {
            findings.push(format!("I4: ledger {} went out before its time", message.index));
        }
    }
    for entry in &remains.entries {
        let arrived = arrivals.get(&entry.id).copied().unwrap_or_default();
        let allowed = 1 + remains.told(entry.id, "send again") + remains.told(entry.id, "sent again");
        if arrived > allowed {
            findings.push(format!("I2: {} {} arrived {arrived} times, allowed {allowed}", entry.purpose, entry.id));
        }
        let vouched = remains.told(entry.id, "the owner said: it arrived") > 0;
        match entry.state.as_str() {
            "accepted" if arrived == 0 && !vouched => {
                findings.push(format!("I5: {} {} is reported as sent and was not", entry.purpose, entry.id));
            }
            "failed" | "cancelled" | "expired" if arrived > 0 => {
                findings.push(format!("I5: {} {} is {} and was sent", entry.purpose, entry.id, entry.state));
            }
            _ => {}
        }
    }
}

/// I1, I8: every post that was acknowledged is there, and each of its slots once.
fn lost(remains: &Remains, deeds: &Deeds, now: DateTime<Utc>, findings: &mut Vec<String>) {
    for text in &deeds.posts {
        let jobs: Vec<&Job> = remains.jobs.iter().filter(|job| job.text == *text).collect();
        let [job] = jobs[..] else {
            findings.push(format!("I1: “{text}” has {} jobs", jobs.len()));
            continue;
        };
        let posts: Vec<&Entry> = remains.entries.iter().filter(|entry| entry.job_id == Some(job.id)).collect();
        let waits = job.due_at.is_some_and(|due| due > now.timestamp_micros());
        let over = |entry: &&&Entry| {
            ["accepted", "failed", "cancelled", "expired", "unresolved"].contains(&entry.state.as_str()) || entry.asked
        };
        let accounted = match job.state.as_str() {
            "active" => waits,
            "cancelled" => posts.iter().all(|entry| over(&entry)),
            _ => !posts.is_empty() && posts.iter().all(|entry| over(&entry)),
        };
        if !accounted {
            let states: Vec<&str> = posts.iter().map(|entry| entry.state.as_str()).collect();
            findings.push(format!("I1: “{text}” ({}) ends as {states:?}", job.state));
        }
    }
    let mut slots: HashMap<(i64, i64, &str), usize> = HashMap::new();
    for entry in &remains.entries {
        if let (Some(job), Some(slot), Some(group)) = (entry.job_id, entry.slot_at, entry.group.as_deref()) {
            *slots.entry((job, slot, group)).or_default() += 1;
        }
    }
    findings
        .extend(slots.iter().filter(|(_, n)| **n > 1).map(|(slot, n)| format!("I8: slot {slot:?} has {n} entries")));
}

/// I4, I6: every change of an entry is a line of its log, and each line begins where the one before ended.
fn logged(remains: &Remains, findings: &mut Vec<String>) {
    let mut chains: HashMap<i64, Vec<&Line>> = HashMap::new();
    for line in &remains.lines {
        if let Some(entry) = line.entry_id {
            chains.entry(entry).or_default().push(line);
        }
    }
    for entry in &remains.entries {
        let chain = chains.get(&entry.id).map(Vec::as_slice).unwrap_or_default();
        if chain.len() != usize::try_from(entry.revision).unwrap_or_default() {
            findings.push(format!(
                "I6: entry {} is at revision {} with {} lines",
                entry.id,
                entry.revision,
                chain.len()
            ));
        }
        let broken = chain.windows(2).any(|pair| pair[1].from.as_deref() != Some(pair[0].to.as_str()));
        let ends = chain.last().is_none_or(|last| last.to == entry.state);
        if broken || !ends {
            findings.push(format!("I6: the log of entry {} has a gap", entry.id));
        }
        if chain.iter().any(|line| line.to == "sending" && line.from.as_deref() != Some("planned")) {
            findings.push(format!("I4: entry {} went out from another state than planned", entry.id));
        }
    }
}

/// I11: every private answer reached its person and nobody else.
fn answered(remains: &Remains, deeds: &Deeds, findings: &mut Vec<String>) {
    for (words, person) in &deeds.answers {
        let heard = remains.ledger.iter().filter(|message| message.text.as_deref() == Some(words.as_str()));
        if heard.clone().any(|message| message.to != *person) {
            findings.push("I11: a private answer reached somebody else".to_owned());
        }
        if heard.count() == 0 {
            findings.push("I11: a private answer reached nobody".to_owned());
        }
    }
}

/// I9: no text, number or secret in a log.
fn private(logs: &str, findings: &mut Vec<String>) {
    let secrets = [CANARY, OWNER, ANA, "emu-access-token", "emu-app-secret", "daemon-admin-token"];
    findings.extend(
        secrets.iter().filter(|secret| logs.contains(**secret)).map(|secret| format!("I9: “{secret}” is in a log")),
    );
}

/// What waits, is on the wire, due or past its deadline, with how many of it there are; `None` when there is nothing.
pub async fn still_open(database: &Database, now: DateTime<Utc>) -> Option<String> {
    let soon = (now + TimeDelta::seconds(5)).timestamp_micros();
    let now = now.timestamp_micros();
    let questions = [
        ("events wait", format!("inbox WHERE state = 'new' AND next_at <= {soon}")),
        ("messages are on the wire", "outbox WHERE state = 'sending'".to_owned()),
        ("messages are due", format!("outbox WHERE state = 'planned' AND held_by IS NULL AND not_before <= {soon}")),
        (
            "late posts are not asked about",
            "outbox WHERE held_by = 'late' AND asked_at IS NULL AND state = 'planned'".to_owned(),
        ),
        ("deadlines have passed", format!("outbox WHERE state IN ('sending', 'unknown') AND deadline_at <= {now}")),
        ("slots are due", format!("jobs WHERE state = 'active' AND next_due_at <= {now}")),
    ];
    for (what, of) in questions {
        let rows = database.try_rows(&format!("SELECT COUNT(*) AS n FROM {of}")).await;
        let count = rows.and_then(|rows| rows.first().map(|row| column::<i64>(row, "n")));
        match count {
            Some(0) => {}
            Some(count) => return Some(format!("{count} {what}")),
            None => return Some("the database does not answer".to_owned()),
        }
    }
    None
}
