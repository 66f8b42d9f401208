//! An inbox in memory, and audiences that can be told to fail.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use actix::{Actor, Addr, Context, Handler, Supervised};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

use crate::actors::supervision::{Watch, supervise};
use crate::actors::webhook::*;
use crate::clock::ManualClock;
use crate::domain::address::{GroupId, Person, Phone, Wamid};
use crate::domain::group::{Group, GroupState};
use crate::domain::inbound::{Change, EventKind, GroupChange, Message, News, Said, Status};
use crate::domain::member::Member;
use crate::messages::{Heard, Matched, ask};
use crate::ports::{Settlement, StoreError, Waiting};

const NOW: &str = "2026-11-22T06:55:00Z";

pub(super) fn now() -> DateTime<Utc> {
    NOW.parse().expect("an instant")
}

fn broken() -> StoreError {
    StoreError { operation: "do it", source: "planted".into() }
}

/// Reads `<kind> <wamid> <minutes from now>`, `timeless` for no time; the bytes of a row are such a line.
fn inbound(line: &str) -> Option<Inbound> {
    let mut words = line.split(' ');
    let (kind, id) = (words.next()?, words.next()?);
    let at = match words.next().unwrap_or("0") {
        "timeless" => DateTime::UNIX_EPOCH,
        minutes => now() + TimeDelta::minutes(minutes.parse().ok()?),
    };
    let group = GroupId::parse("team").filter(|_| kind == "group");
    Some(match kind {
        "private" | "group" => Inbound::Message(Message {
            wamid: Wamid::parse(id)?,
            from: Person::new(Phone::parse("15550007777"), None)?,
            name: None,
            username: None,
            group,
            sent_at: at,
            quoted: None,
            forwarded: false,
            said: Said::Text("hello".to_owned()),
        }),
        "status" => Inbound::Status(Status { wamid: Wamid::parse(id)?, news: News::Read, at, opaque: None }),
        "suspended" => Inbound::Group(GroupChange { group: GroupId::parse(id)?, change: Change::Suspended, at }),
        _ => return None,
    })
}

fn event(line: &str) -> NewEvent {
    let inbound = inbound(line).expect("a known line");
    NewEvent {
        dedupe_key: line.to_owned(),
        kind: EventKind::Message,
        event_at: None,
        raw: line.as_bytes().to_vec(),
        reading: Reading::Event(Box::new(inbound)),
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub line: String,
    pub attempts: u32,
    pub settled: Option<Settlement>,
}

/// An inbox in memory that can be told to lose what is settled, as after a crash.
pub(super) struct FakeInbox {
    pub rows: watch::Sender<BTreeMap<i64, Row>>,
    pub refuses_to_settle: AtomicBool,
}

#[async_trait]
impl Inbox for FakeInbox {
    async fn adopt(&self) -> Result<u64, StoreError> {
        Ok(0)
    }
    async fn record(&self, events: Vec<NewEvent>, _: DateTime<Utc>) -> Result<Vec<Recorded>, StoreError> {
        let mut recorded = Vec::new();
        self.rows.send_modify(|rows| {
            for event in events {
                if rows.values().any(|row| row.line == event.dedupe_key) {
                    recorded.push(Recorded::Known);
                    continue;
                }
                let id = i64::try_from(rows.len()).expect("few rows") + 1;
                rows.insert(id, Row { line: event.dedupe_key, attempts: 0, settled: None });
                recorded.push(Recorded::Fresh(id));
            }
        });
        Ok(recorded)
    }

    async fn settle(&self, settled: Vec<(i64, Settlement)>) -> Result<(), StoreError> {
        if self.refuses_to_settle.swap(false, Ordering::SeqCst) {
            return Err(broken());
        }
        self.rows.send_modify(|rows| {
            for (id, settlement) in settled {
                let row = rows.get_mut(&id).expect("a row that exists");
                row.attempts += u32::from(matches!(settlement, Settlement::Retry { .. }));
                row.settled = Some(settlement);
            }
        });
        Ok(())
    }

    async fn waiting(&self, now: DateTime<Utc>, after: i64, limit: u32) -> Result<Vec<Waiting>, StoreError> {
        let waits = |row: &Row| match &row.settled {
            None => true,
            Some(Settlement::Retry { not_before, .. }) => *not_before <= now,
            Some(_) => false,
        };
        let rows = self.rows.borrow();
        let due = rows.iter().filter(|(id, row)| **id > after && waits(row)).take(limit as usize);
        let waiting = |(id, row): (&i64, &Row)| Waiting {
            id: *id,
            kind: EventKind::Message,
            raw: row.line.as_bytes().to_vec(),
            received_at: now,
            attempts: row.attempts,
        };
        Ok(due.map(waiting).collect())
    }

    async fn oldest_waiting(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        unreachable!("the webhook never asks for this")
    }

    async fn counts(&self) -> Result<Vec<(String, u64)>, StoreError> {
        unreachable!("the webhook never asks for this")
    }
}

struct FakeDecoder;

impl Decoder for FakeDecoder {
    fn decode(&self, _: EventKind, raw: &[u8]) -> Result<Inbound, String> {
        assert_ne!(raw, b"unspeakable", "planted");
        std::str::from_utf8(raw).ok().and_then(inbound).ok_or_else(|| "not an event".to_owned())
    }
}

/// What the audiences were told, one line each, and how they behave.
#[derive(Default)]
pub(super) struct Told {
    lines: Mutex<Vec<String>>,
    pub owner_store_is_down: AtomicBool,
}

impl Told {
    fn note(&self, line: String) {
        self.lines.lock().expect("lock").push(line);
    }

    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("lock").clone()
    }
}

#[async_trait]
impl Directory for Told {
    async fn group_changed(&self, id: &GroupId, state: GroupState, _: Option<String>) -> Result<(), StoreError> {
        self.note(format!("directory {} {}", id.as_str(), state.as_str()));
        Ok(())
    }
    async fn register(&self, _: Group) -> Result<(), StoreError> {
        unreachable!("the webhook never asks for this")
    }
    async fn unregister(&self, _: &str) -> Result<bool, StoreError> {
        unreachable!("the webhook never asks for this")
    }
    async fn groups(&self) -> Result<Vec<Group>, StoreError> {
        unreachable!("the webhook never asks for this")
    }
    async fn group(&self, _: &str) -> Result<Option<Group>, StoreError> {
        unreachable!("the webhook never asks for this")
    }
    async fn seen(
        &self,
        _: &Person,
        _: Option<&str>,
        _: Option<&str>,
        _: Option<DateTime<Utc>>,
    ) -> Result<Member, StoreError> {
        unreachable!("the webhook never asks for this")
    }
    async fn member(&self, _: &Person) -> Result<Option<Member>, StoreError> {
        unreachable!("the webhook never asks for this")
    }
}

/// Stands for every actor that is told something. A wamid that begins with `poison` ends the work on the whole message.
struct Audience(Arc<Told>);

impl Audience {
    fn hear(&self, who: &str, wamid: &Wamid, at: DateTime<Utc>) {
        self.0.note(format!("{who} {} {}", wamid.as_str(), (at - now()).num_minutes()));
    }
}

impl Actor for Audience {
    type Context = Context<Self>;
}

impl Supervised for Audience {}

impl Handler<OwnerSaid> for Audience {
    type Result = Result<Vec<Heard>, Unavailable>;
    fn handle(&mut self, said: OwnerSaid, _: &mut Self::Context) -> Self::Result {
        if self.0.owner_store_is_down.load(Ordering::SeqCst) {
            return Err(broken().into());
        }
        said.messages.iter().for_each(|message| self.hear("owner", &message.wamid, message.sent_at));
        let stranger = |m: &Message| m.wamid.as_str().starts_with("stranger");
        Ok(said.messages.iter().map(|m| if stranger(m) { Heard::Ignored("no owner") } else { Heard::Obeyed }).collect())
    }
}

impl Handler<MemberSaid> for Audience {
    type Result = Result<Vec<Matched>, Unavailable>;
    fn handle(&mut self, said: MemberSaid, _: &mut Self::Context) -> Self::Result {
        if said.messages.iter().any(|message| message.wamid.as_str() == "poison") {
            return Err(Unavailable::Fault);
        }
        said.messages.iter().for_each(|message| self.hear("member", &message.wamid, message.sent_at));
        Ok(said.messages.iter().map(|_| Matched::Forwarded).collect())
    }
}

impl Handler<StatusChanged> for Audience {
    type Result = Result<(), Unavailable>;
    fn handle(&mut self, changed: StatusChanged, _: &mut Self::Context) -> Self::Result {
        changed.statuses.iter().for_each(|status| self.hear("sender", &status.wamid, status.at));
        Ok(())
    }
}

impl Handler<Deliver> for Audience {
    type Result = Result<Vec<i64>, Unavailable>;
    fn handle(&mut self, deliver: Deliver, _: &mut Self::Context) -> Self::Result {
        deliver.entries.iter().for_each(|entry| self.0.note(format!("notice {}", entry.key)));
        Ok(vec![1; deliver.entries.len()])
    }
}

/// What should happen by itself; time is paused, so a wait in vain costs none.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(600), what).await.expect("happens by itself")
}

pub(super) struct Bench {
    pub webhook: Addr<WebhookActor>,
    pub end: Watch,
    pub inbox: Arc<FakeInbox>,
    pub told: Arc<Told>,
    pub clock: Arc<ManualClock>,
}

impl Bench {
    /// The actor over these rows, left by a process that is gone; each audience is an actor of its own.
    pub fn over(lines: &[&str]) -> Self {
        tokio::time::pause();
        let left = |line: &&str| Row { line: (*line).to_owned(), attempts: 0, settled: None };
        let rows: BTreeMap<i64, Row> = (1..).zip(lines.iter().map(left)).collect();
        let inbox = Arc::new(FakeInbox { rows: watch::Sender::new(rows), refuses_to_settle: AtomicBool::new(false) });
        let told = Arc::new(Told::default());
        let clock = Arc::new(ManualClock::at(now()));
        let audience = |name| supervise(name, Audience(Arc::clone(&told))).0;
        let links = Links {
            owner: audience("owner").recipient(),
            correlation: audience("members").recipient(),
            sender: audience("sender").recipient(),
            deliver: audience("deliver").recipient(),
        };
        let parts = Parts {
            inbox: Arc::clone(&inbox) as Arc<dyn Inbox>,
            decoder: Arc::new(FakeDecoder),
            directory: Arc::clone(&told) as Arc<dyn Directory>,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            owner: Address::Phone(Phone::parse("15550007777").expect("a number")),
        };
        let (webhook, end) = supervise("webhook", WebhookActor::new(parts, links));
        Self { webhook, end, inbox, told, clock }
    }

    pub async fn ingest(&self, lines: &[&str]) -> Result<Vec<Recorded>, Unavailable> {
        let events = lines.iter().map(|line| event(line)).collect();
        ask(&self.webhook.clone().recipient(), Ingest { events, received_at: now() }).await
    }

    pub async fn sweep(&self) {
        ask(&self.webhook.clone().recipient(), Sweep).await.expect("swept");
    }

    /// Waits until every row was settled one way or another, and gives what they came to.
    pub async fn settled(&self) -> Vec<(String, Settlement)> {
        let mut rows = self.inbox.rows.subscribe();
        let all = soon(rows.wait_for(|rows| rows.values().all(|row| row.settled.is_some()))).await.expect("an inbox");
        all.values().map(|row| (row.line.clone(), row.settled.clone().expect("settled"))).collect()
    }

    pub async fn outcome_of(&self, line: &str) -> Settlement {
        self.settled().await.into_iter().find(|(row, _)| row == line).map(|(_, outcome)| outcome).expect("a row")
    }

    /// Sweeps again and again at later times until the row's end.
    pub async fn outcome_in_the_end(&self, line: &str) -> Settlement {
        for _ in 0..10 {
            if let ended @ (Settlement::Done | Settlement::Ignored(_) | Settlement::Dead(_)) =
                self.outcome_of(line).await
            {
                return ended;
            }
            let tries = |inbox: &FakeInbox| inbox.rows.borrow().values().map(|row| row.attempts).sum::<u32>();
            let before = tries(&self.inbox);
            self.clock.advance(TimeDelta::minutes(5));
            self.sweep().await;
            let moved = |rows: &BTreeMap<i64, Row>| {
                let open = |row: &Row| matches!(row.settled, None | Some(Settlement::Retry { .. }));
                rows.values().map(|row| row.attempts).sum::<u32>() > before || !rows.values().any(open)
            };
            soon(self.inbox.rows.subscribe().wait_for(moved)).await.expect("an inbox");
        }
        panic!("no end after many sweeps");
    }
}
