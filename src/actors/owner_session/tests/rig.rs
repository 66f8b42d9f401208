//! Recipients that record, and short ways to say things.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use actix::{Actor, Addr, Context, Handler, MessageResult};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::actors::owner_session::{Links, OwnerSessionActor, Parts};
use crate::clock::ManualClock;
use crate::domain::address::{Bsuid, GroupId, Person, Phone, Wamid};
use crate::domain::amend::amend;
use crate::domain::group::{Group, GroupState};
use crate::domain::inbound::{Message, Said};
use crate::domain::job::{Job, JobState, NewJob};
use crate::domain::outbox::NewEntry;
use crate::domain::session::Session;
use crate::domain::when::Settings;
use crate::messages::{
    Amend, AnswerQuoted, Answered, Cancel, Deliver, Heard, OwnerSaid, OwnerWrote, Repair, Schedule, Settle, Settled,
    Unavailable, Undo, Whom, ask,
};
use crate::ports::{Added, Amended, Cancelled, Clock, GroupCheck, Undone};

pub(super) const OWNER: &str = "15550007777";
/// Sunday, 08:00 in Jerusalem.
const START: &str = "2026-11-22T06:00:00Z";

/// Everything that was kept or asked for.
#[derive(Default)]
pub(super) struct Shelf {
    pub groups: Vec<Group>,
    pub jobs: Vec<(String, Job)>,
    pub session: Session,
    pub seen: Vec<(Person, Option<DateTime<Utc>>)>,
    pub schedules: Vec<usize>,
    pub delivers: usize,
    pub answers: HashMap<String, NewEntry>,
    pub relayed: Vec<(Whom, String, Wamid)>,
    pub decisions: Vec<crate::domain::delivery::Decision>,
    pub wrote: Vec<DateTime<Utc>>,
    pub check: Option<GroupCheck>,
    pub group_reads: usize,
    pub fail_cancel: bool,
    pub pending: u32,
}

#[derive(Clone, Default)]
pub(super) struct Pretended(Arc<Mutex<Shelf>>);

impl Pretended {
    pub fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("no test panics while it holds the shelf")
    }
}

/// The actor with everything around it.
pub(super) struct Rig {
    all: Pretended,
    pub clock: ManualClock,
    actor: Addr<OwnerSessionActor>,
}

impl Rig {
    /// A dialogue with one group, `team`, and one reply, number 3, by Ana.
    pub fn start() -> Self {
        let all = Pretended::default();
        all.shelf().groups.push(group("team", GroupState::Verified));
        let clock = ManualClock::at(START.parse().expect("an instant"));
        let desk = all.clone().start();
        let links = Links {
            schedule: desk.clone().recipient(),
            cancel: desk.clone().recipient(),
            amend: desk.clone().recipient(),
            undo: desk.clone().recipient(),
            answer: desk.clone().recipient(),
            deliver: desk.clone().recipient(),
            settle: desk.clone().recipient(),
            owner_wrote: desk.recipient(),
        };
        let shared = Arc::new(all.clone());
        let parts = Parts {
            directory: shared.clone(),
            jobs: shared.clone(),
            outbox: shared.clone(),
            history: shared.clone(),
            preferences: shared.clone(),
            sessions: shared.clone(),
            messenger: shared,
            clock: Arc::new(clock.clone()),
            owner: Phone::parse(OWNER).expect("a number"),
            settings: Settings::new(Tz::Asia__Jerusalem),
            guarded: true,
            timeout: TimeDelta::seconds(300),
        };
        let actor = OwnerSessionActor::new(parts, links).start();
        Self { all, clock, actor }
    }

    pub fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.all.shelf()
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A message of the owner, written now.
    pub fn message(&self, wamid: &str, words: &str) -> Message {
        Message {
            wamid: Wamid::parse(wamid).expect("an id"),
            from: Person { phone: Phone::parse(OWNER), bsuid: None },
            name: Some("Owner".to_owned()),
            username: None,
            group: None,
            sent_at: self.now(),
            quoted: None,
            forwarded: false,
            said: Said::Text(words.to_owned()),
        }
    }

    pub async fn try_hear(&self, messages: Vec<Message>) -> Result<Vec<Heard>, Unavailable> {
        let received_at = vec![self.now(); messages.len()];
        ask(&self.actor.clone().recipient(), OwnerSaid { messages, received_at }).await
    }

    pub async fn hear(&self, messages: Vec<Message>) -> Vec<Heard> {
        self.try_hear(messages).await.expect("heard")
    }

    /// The answer to one message.
    pub async fn answer_to(&self, message: Message) -> String {
        let key = format!("reply:{}:0", message.wamid.as_str());
        self.hear(vec![message]).await;
        self.shelf().answers.get(&key).map(|entry| entry.content.words().to_owned()).unwrap_or_default()
    }

    /// The owner writes something new, and this is the answer.
    pub async fn say(&self, words: &str) -> String {
        let wamid = format!("wamid.{words}.{}.{}", self.now().timestamp_millis(), self.shelf().delivers);
        self.answer_to(self.message(&wamid, words)).await
    }

    pub async fn repair(&self) {
        ask(&self.actor.clone().recipient(), Repair).await.expect("repaired");
    }
}

pub(super) fn group(alias: &str, state: GroupState) -> Group {
    let group_id = GroupId::parse(&format!("id-{alias}")).expect("an id");
    Group { alias: alias.to_owned(), name: format!("The {alias}"), group_id, state, invite_link: None, quiet: None }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

pub(super) fn bsuid(id: &str) -> Option<Bsuid> {
    Bsuid::parse(id)
}

fn job(id: i64, new: &NewJob) -> Job {
    Job {
        id,
        state: JobState::Active,
        text: new.text.clone(),
        groups: new.groups.clone(),
        next_due_at: Some(new.slot.due_at),
        local_time: new.slot.local_time,
        zone: new.slot.zone,
        recurrence: None,
        paused_until: None,
        ended_at: None,
        revision: 0,
        created_at: new.created_at,
        fingerprint: None,
    }
}

impl Actor for Pretended {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(64);
    }
}

impl Handler<Schedule> for Pretended {
    type Result = MessageResult<Schedule>;
    fn handle(&mut self, message: Schedule, _: &mut Self::Context) -> Self::Result {
        let mut shelf = self.shelf();
        shelf.schedules.push(message.jobs.len());
        let add = |new: &NewJob| {
            if let Some((_, job)) = shelf.jobs.iter().find(|(from, _)| *from == new.created_from) {
                return Added { job: job.clone(), fresh: false };
            }
            let job = job(shelf.jobs.len() as i64 + 1, new);
            shelf.jobs.push((new.created_from.clone(), job.clone()));
            Added { job, fresh: true }
        };
        MessageResult(Ok(message.jobs.iter().map(add).collect()))
    }
}

impl Handler<Cancel> for Pretended {
    type Result = MessageResult<Cancel>;
    fn handle(&mut self, Cancel { id, .. }: Cancel, _: &mut Self::Context) -> Self::Result {
        let mut shelf = self.shelf();
        if shelf.fail_cancel {
            return MessageResult(Err(Unavailable::Timeout));
        }
        let found = shelf.jobs.iter_mut().map(|(_, job)| job).find(|job| job.id == id);
        MessageResult(Ok(match found {
            None => Cancelled::Unknown,
            Some(job) if job.state == JobState::Cancelled => Cancelled::Already(job.clone()),
            Some(job) => {
                job.state = JobState::Cancelled;
                Cancelled::Done(job.clone())
            }
        }))
    }
}

impl Handler<Amend> for Pretended {
    type Result = MessageResult<Amend>;
    fn handle(&mut self, Amend { ids, amendment, .. }: Amend, _: &mut Self::Context) -> Self::Result {
        let mut shelf = self.shelf();
        let mut one = |id: i64| match shelf.jobs.iter_mut().map(|(_, job)| job).find(|job| job.id == id) {
            None => Amended::Unknown(id),
            Some(job) => match amend(job, &amendment, at(START)) {
                Ok(new) => {
                    let before = Box::new(std::mem::replace(job, new));
                    Amended::Done { before, after: Box::new(job.clone()), going: 0 }
                }
                Err(why) => Amended::Refused { job: Box::new(job.clone()), why, going: 0 },
            },
        };
        MessageResult(Ok(ids.into_iter().map(&mut one).collect()))
    }
}

impl Handler<Undo> for Pretended {
    type Result = MessageResult<Undo>;
    fn handle(&mut self, _: Undo, _: &mut Self::Context) -> Self::Result {
        let made = self.shelf().jobs.last().map(|(_, job)| job.id);
        MessageResult(Ok(made.map_or(Undone::Nothing, Undone::Made)))
    }
}

impl Handler<AnswerQuoted> for Pretended {
    type Result = MessageResult<AnswerQuoted>;
    fn handle(&mut self, message: AnswerQuoted, _: &mut Self::Context) -> Self::Result {
        let AnswerQuoted { whom, text, wamid } = message;
        let unknown = match &whom {
            Whom::Quoted(quoted) if quoted.as_str() != "wamid.forward" => Some(Answered::NotAForward),
            Whom::Number(id) if *id != 3 => Some(Answered::NoSuchReply),
            _ => None,
        };
        if let Some(unknown) = unknown {
            return MessageResult(Ok(unknown));
        }
        let mut shelf = self.shelf();
        shelf.relayed.extend(text.map(|text| (whom, text, wamid)));
        MessageResult(Ok(Answered::Relayed { reply_id: 3, name: "Ana".to_owned(), group: "The team".to_owned() }))
    }
}

impl Handler<Deliver> for Pretended {
    type Result = MessageResult<Deliver>;
    fn handle(&mut self, message: Deliver, _: &mut Self::Context) -> Self::Result {
        let mut shelf = self.shelf();
        shelf.delivers += 1;
        let ids = message.entries.iter().map(|_| 0).collect();
        for entry in message.entries {
            shelf.answers.entry(entry.key.clone()).or_insert(entry);
        }
        MessageResult(Ok(ids))
    }
}

impl Handler<Settle> for Pretended {
    type Result = MessageResult<Settle>;
    fn handle(&mut self, message: Settle, _: &mut Self::Context) -> Self::Result {
        self.shelf().decisions.push(message.decision);
        MessageResult(Ok(Settled::Done(1)))
    }
}

impl Handler<OwnerWrote> for Pretended {
    type Result = MessageResult<OwnerWrote>;
    fn handle(&mut self, message: OwnerWrote, _: &mut Self::Context) -> Self::Result {
        self.shelf().wrote.push(message.at);
        MessageResult(Ok(()))
    }
}
