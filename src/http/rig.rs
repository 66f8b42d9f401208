//! A pretended daemon for the tests of this module: ports that show what a test put in, and one actor that answers.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard};

use actix::{Actor, Context, Handler};
use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::test::{self, TestRequest};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use secrecy::SecretString;
use serde_json::Value;

use super::{HttpState, Token, WebhookSettings, app};
use crate::domain::address::{Address, GroupId, Person, Wamid};
use crate::domain::amend::Amendment;
use crate::domain::claim::LateRule;
use crate::domain::group::{Group, GroupState};
use crate::domain::inbound::NewEvent;
use crate::domain::job::{Job, JobState, NewJob};
use crate::domain::member::Member;
use crate::domain::outbox::{Entry, Hold, NewEntry, State};
use crate::domain::session::Session;
use crate::messages::{Cancel, Ingest, Repair, Schedule, Unavailable};
use crate::ports::{
    Added, Amended, Applied, Cancelled, Cause, Change, Claim, Clock, Directory, DueFilter, Forgetting, Forgotten,
    Health, Inbox, JobCursor, JobFilter, Jobs, Outbox, People, Recorded, Saved, Sessions, Settlement, StoreError,
    Unarmed, Undone, Waiting,
};

pub(super) const ADMIN: &str = "admin-token";
pub(super) const APP_SECRET: &str = "app-secret";
pub(super) const VERIFY: &str = "verify-token";

/// What the pretended daemon holds, and what it was asked.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) jobs: Vec<(String, Job)>,
    pub(super) groups: Vec<Group>,
    pub(super) posts: Vec<Entry>,
    pub(super) outbox_counts: Vec<(State, u64)>,
    pub(super) inbox_counts: Vec<(String, u64)>,
    pub(super) oldest_waiting: Option<DateTime<Utc>>,
    pub(super) cancel: Option<Cancelled>,
    /// True while neither the store nor an actor can do anything.
    pub(super) down: bool,
    pub(super) ingested: Vec<NewEvent>,
    pub(super) lists: Vec<(JobFilter, Option<JobCursor>, u32)>,
    pub(super) drafts: Vec<NewJob>,
    pub(super) repairs: u32,
    pub(super) forgotten: Vec<Person>,
    pub(super) forgetting: Option<Forgetting>,
}

/// Shared by the ports, the actor and the test.
#[derive(Clone, Default)]
pub(super) struct Pretended(Arc<Mutex<Shelf>>);

impl Pretended {
    pub(super) fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("no test panics while it holds the shelf")
    }

    fn store(&self) -> Result<MutexGuard<'_, Shelf>, StoreError> {
        let shelf = self.shelf();
        let down = || StoreError { operation: "do anything", source: "it is down".into() };
        if shelf.down { Err(down()) } else { Ok(shelf) }
    }

    fn actor(&self) -> Result<MutexGuard<'_, Shelf>, Unavailable> {
        Ok(self.store()?)
    }

    /// The state of a server over this daemon. Must be called within a test's actix system.
    pub(super) fn state(&self) -> HttpState {
        let desk = Desk(self.clone()).start();
        HttpState {
            inbox_entry: desk.clone().recipient(),
            schedule: desk.clone().recipient(),
            cancel: desk.clone().recipient(),
            repair: desk.recipient(),
            people: Arc::new(self.clone()),
            jobs: Arc::new(self.clone()),
            outbox: Arc::new(self.clone()),
            directory: Arc::new(self.clone()),
            inbox: Arc::new(self.clone()),
            health: Arc::new(self.clone()),
            clock: Arc::new(self.clone()),
            draining: Arc::new(AtomicBool::new(false)),
            webhook: WebhookSettings {
                app_secrets: vec![SecretString::from(APP_SECRET), SecretString::from("previous")],
                verify_token: Token::new(&SecretString::from(VERIFY)),
                phone_number_id: "106540352242922".to_owned(),
                business_account_id: "102290129340398".to_owned(),
            },
            admin: Some(Token::new(&SecretString::from(ADMIN))),
            zone: Tz::Asia__Jerusalem,
            sessions: Arc::new(self.clone()),
            metrics: Arc::new(|| "a_metric 1\n".to_owned()),
        }
    }

    /// Sends one request to a fresh server.
    pub(super) async fn call(&self, request: TestRequest) -> Answer {
        call(self.state(), request).await
    }

    /// Sends one request with the admin's token.
    pub(super) async fn admin(&self, request: TestRequest) -> Answer {
        self.call(request.insert_header(("X-Admin-Token", ADMIN))).await
    }
}

/// Sends one request to a fresh server with this state.
pub(super) async fn call(state: HttpState, request: TestRequest) -> Answer {
    let service = test::init_service(app(state)).await;
    let response = test::call_service(&service, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.into_body().try_into_bytes().unwrap_or_else(|_| panic!("no answer is a stream"));
    Answer { status, headers, body: String::from_utf8(body.to_vec()).expect("text") }
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The code of a refusal, after a look at its form.
    pub(super) fn code(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.body);
        let page = self.json();
        assert_eq!(page["status"], self.status.as_u16());
        assert!(page["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        page["code"].as_str().expect("a code").to_owned()
    }
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("instant")
}

/// An active job for the group `team`.
pub(super) fn job(id: i64) -> Job {
    Job {
        id,
        state: JobState::Active,
        text: "Daily sync at 09:00".to_owned(),
        groups: vec!["team".to_owned()],
        next_due_at: Some(at("2026-11-22T06:55:00Z")),
        local_time: at("2026-11-22T08:55:00Z").naive_utc(),
        zone: Tz::Asia__Jerusalem,
        recurrence: None,
        paused_until: None,
        ended_at: None,
        revision: 1,
        created_at: at("2026-11-21T10:00:00Z"),
        fingerprint: None,
    }
}

pub(super) fn group(alias: &str) -> Group {
    Group {
        alias: alias.to_owned(),
        name: "Team".to_owned(),
        group_id: GroupId::parse("Y2FwaV9ncm91cA").expect("valid"),
        state: GroupState::Verified,
        invite_link: None,
        quiet: None,
    }
}

struct Desk(Pretended);

impl Actor for Desk {
    type Context = Context<Self>;
}

impl Handler<Ingest> for Desk {
    type Result = Result<Vec<Recorded>, Unavailable>;
    fn handle(&mut self, message: Ingest, _: &mut Self::Context) -> Self::Result {
        let mut shelf = self.0.actor()?;
        let recorded = message.events.iter().map(|_| Recorded::Kept).collect();
        shelf.ingested.extend(message.events);
        Ok(recorded)
    }
}

impl Handler<Schedule> for Desk {
    type Result = Result<Vec<Added>, Unavailable>;
    fn handle(&mut self, message: Schedule, _: &mut Self::Context) -> Self::Result {
        let mut shelf = self.0.actor()?;
        let mut added = Vec::new();
        for draft in message.jobs {
            let id = i64::try_from(shelf.jobs.len()).expect("few") + 1;
            let job = Job {
                text: draft.text.clone(),
                groups: draft.groups.clone(),
                next_due_at: Some(draft.slot.due_at),
                zone: draft.slot.zone,
                fingerprint: draft.fingerprint.clone(),
                ..job(id)
            };
            shelf.jobs.push((draft.created_from.clone(), job.clone()));
            shelf.drafts.push(draft);
            added.push(Added { job, fresh: true });
        }
        Ok(added)
    }
}

impl Handler<Cancel> for Desk {
    type Result = Result<Cancelled, Unavailable>;
    fn handle(&mut self, _: Cancel, _: &mut Self::Context) -> Self::Result {
        Ok(self.0.actor()?.cancel.clone().expect("the test says what becomes of it"))
    }
}

impl Handler<Repair> for Desk {
    type Result = Result<(), Unavailable>;
    fn handle(&mut self, _: Repair, _: &mut Self::Context) -> Self::Result {
        self.0.actor()?.repairs += 1;
        Ok(())
    }
}

#[async_trait]
impl Clock for Pretended {
    fn now(&self) -> DateTime<Utc> {
        at("2026-11-21T10:00:00Z")
    }
    async fn sleep_until(&self, _: DateTime<Utc>) {}
}

#[async_trait]
impl Health for Pretended {
    async fn writable(&self) -> Result<(), StoreError> {
        self.store().map(drop)
    }
    async fn time(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        unasked()
    }
}

#[async_trait]
impl Sessions for Pretended {
    async fn load(&self) -> Result<Session, StoreError> {
        self.store().map(|_| Session::default())
    }
    async fn save(&self, _: &mut Session) -> Result<Saved, StoreError> {
        unasked()
    }
}

#[async_trait]
impl People for Pretended {
    async fn forget(&self, person: &Person, _: DateTime<Utc>) -> Result<Forgetting, StoreError> {
        let mut shelf = self.store()?;
        shelf.forgotten.push(person.clone());
        Ok(shelf.forgetting.unwrap_or(Forgetting::Done(Forgotten::default())))
    }
    async fn half_forgotten(&self) -> Result<Vec<(Person, DateTime<Utc>)>, StoreError> {
        unasked()
    }
}

#[rustfmt::skip]
#[async_trait]
impl Jobs for Pretended {
    async fn get(&self, id: i64) -> Result<Option<Job>, StoreError> {
        Ok(self.store()?.jobs.iter().map(|(_, job)| job).find(|job| job.id == id).cloned())
    }
    async fn made_by(&self, created_from: &str) -> Result<Option<Job>, StoreError> {
        Ok(self.store()?.jobs.iter().find(|(from, _)| from == created_from).map(|(_, job)| job.clone()))
    }
    async fn list(&self, filter: &JobFilter, after: Option<JobCursor>, limit: u32) -> Result<Vec<Job>, StoreError> {
        let mut shelf = self.store()?;
        shelf.lists.push((filter.clone(), after, limit));
        let later = shelf.jobs.iter().filter(|(_, job)| after.is_none_or(|after| job.id > after.id));
        Ok(later.map(|(_, job)| job.clone()).take(limit as usize).collect())
    }
    async fn add(&self, _: Vec<NewJob>) -> Result<Vec<Added>, StoreError> { unasked() }
    async fn claim_due(&self, _: DateTime<Utc>, _: LateRule, _: u32) -> Result<Claim, StoreError> { unasked() }
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> { unasked() }
    async fn unarmed(&self, _: DateTime<Utc>, _: Option<JobCursor>, _: u32) -> Result<Vec<Unarmed>, StoreError> { unasked() }
    async fn armed(&self, _: &[Unarmed]) -> Result<(), StoreError> { unasked() }
    async fn disarm(&self, _: DateTime<Utc>) -> Result<(), StoreError> { unasked() }
    async fn cancel(&self, _: i64, _: Option<Cause<'_>>, _: DateTime<Utc>) -> Result<Cancelled, StoreError> { unasked() }
    async fn amend(&self, _: &[i64], _: &Amendment, _: &str, _: DateTime<Utc>) -> Result<Vec<Amended>, StoreError> { unasked() }
    async fn undo(&self, _: Option<i64>, _: &str, _: DateTime<Utc>) -> Result<Undone, StoreError> { unasked() }
    async fn wake_up(&self, _: DateTime<Utc>) -> Result<u32, StoreError> { unasked() }
}

#[rustfmt::skip]
#[async_trait]
impl Outbox for Pretended {
    async fn posts_of(&self, _: i64) -> Result<Vec<Entry>, StoreError> { Ok(self.store()?.posts.clone()) }
    async fn counts(&self) -> Result<Vec<(State, u64)>, StoreError> { Ok(self.store()?.outbox_counts.clone()) }
    async fn plan(&self, _: Vec<NewEntry>, _: DateTime<Utc>) -> Result<Vec<(i64, bool)>, StoreError> { unasked() }
    async fn due(&self, _: DateTime<Utc>, _: &DueFilter) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn next_due(&self, _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> { unasked() }
    async fn apply(&self, _: Vec<Change>) -> Result<Vec<Applied>, StoreError> { unasked() }
    async fn overdue(&self, _: DateTime<Utc>, _: i64, _: u32) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn orphans(&self) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn held(&self, _: Hold, _: Option<&Address>, _: u32) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn get(&self, _: i64) -> Result<Option<Entry>, StoreError> { unasked() }
    async fn by_wamid(&self, _: &Wamid) -> Result<Option<Entry>, StoreError> { unasked() }
    async fn latest_post(&self, _: &GroupId, _: DateTime<Utc>, _: DateTime<Utc>) -> Result<Option<Entry>, StoreError> { unasked() }
    async fn late_posts(&self, _: bool, _: u32) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn ask_about_late(&self, _: &[i64], _: NewEntry, _: DateTime<Utc>) -> Result<(), StoreError> { unasked() }
}

#[rustfmt::skip]
#[async_trait]
impl Directory for Pretended {
    async fn groups(&self) -> Result<Vec<Group>, StoreError> { Ok(self.store()?.groups.clone()) }
    async fn register(&self, _: Group) -> Result<(), StoreError> { unasked() }
    async fn unregister(&self, _: &str) -> Result<bool, StoreError> { unasked() }
    async fn group(&self, _: &str) -> Result<Option<Group>, StoreError> { unasked() }
    async fn group_changed(&self, _: &GroupId, _: GroupState, _: Option<String>) -> Result<(), StoreError> { unasked() }
    async fn seen(&self, _: &Person, _: Option<&str>, _: Option<&str>, _: Option<DateTime<Utc>>) -> Result<Member, StoreError> { unasked() }
    async fn member(&self, _: &Person) -> Result<Option<Member>, StoreError> { unasked() }
}

#[rustfmt::skip]
#[async_trait]
impl Inbox for Pretended {
    async fn adopt(&self) -> Result<u64, StoreError> { unasked() }
    async fn oldest_waiting(&self) -> Result<Option<DateTime<Utc>>, StoreError> { Ok(self.store()?.oldest_waiting) }
    async fn counts(&self) -> Result<Vec<(String, u64)>, StoreError> { Ok(self.store()?.inbox_counts.clone()) }
    async fn record(&self, _: Vec<NewEvent>, _: DateTime<Utc>) -> Result<Vec<Recorded>, StoreError> { unasked() }
    async fn settle(&self, _: Vec<(i64, Settlement)>) -> Result<(), StoreError> { unasked() }
    async fn waiting(&self, _: DateTime<Utc>, _: i64, _: u32) -> Result<Vec<Waiting>, StoreError> { unasked() }
}

/// The HTTP side only reads what it shows.
fn unasked<T>() -> T {
    panic!("the HTTP side has no business here")
}
