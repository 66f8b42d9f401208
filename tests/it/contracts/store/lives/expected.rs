//! The same messages in memory, changed by the rules and nothing else.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::QueryResult;

use wa_scheduler::domain::address::{Address, Wamid};
use wa_scheduler::domain::delivery::{ANSWER_WITHIN, Attempt, Event, Life, Step};
use wa_scheduler::domain::outbox::{Hold, Outcome, State};
use wa_scheduler::ports::{Applied, Change, Limit, Target};

use super::story::{Answer, By, Happens};
use crate::contracts::store::{change, intent, owner, refusal, wamid};

/// What the rules make of everything so far.
#[derive(Default)]
pub struct Expected {
    /// The messages by id.
    pub lives: BTreeMap<i64, Life>,
    /// Messages whose silence could be trusted when the present batch began.
    pub witnessed: Vec<i64>,
    /// Messages to which something happened in the present batch.
    pub touched: BTreeSet<i64>,
    /// People to whom something is on its way, or was in the present batch.
    busy: HashSet<Address>,
    withdrawn: bool,
}

impl Expected {
    /// The changes of a batch.
    pub fn changes(&self, deeds: &[(usize, Happens)], at: DateTime<Utc>) -> Vec<Change> {
        deeds.iter().filter_map(|(who, happens)| self.change(*self.lives.keys().nth(*who)?, happens, at)).collect()
    }

    fn change(&self, id: i64, happens: &Happens, at: DateTime<Utc>) -> Option<Change> {
        let of = |event| Some(change(id, event, at));
        let number = |back: u32| self.lives[&id].entry.attempt.saturating_sub(back);
        match *happens {
            Happens::Intend => of(intent(&format!("w1.{}", uuid::Uuid::new_v4().simple()))),
            Happens::Answered(back, answer) => {
                of(Event::Answered { attempt: number(back), outcome: outcome(id, number(back), answer) })
            }
            Happens::Abandoned(back) => {
                let target = Target::Own(self.lives[&id].attempt(number(back))?.opaque.clone());
                Some(Change { target, ..change(id, Event::Abandoned { attempt: None }, at) })
            }
            Happens::Seen(back, delivery, by) => {
                self.status(id, number(back), by, Event::Seen { attempt: None, delivery }, at)
            }
            Happens::Bounced(back, class, by) => {
                self.status(id, number(back), by, Event::Bounced { attempt: None, refusal: refusal(class) }, at)
            }
            Happens::Orphaned => of(Event::Orphaned),
            Happens::Tick => of(Event::Tick),
            Happens::Said(verdict) => of(Event::Verdict(verdict)),
            Happens::Held(hold) => of(Event::Hold(hold)),
            Happens::Released(hold) => of(Event::Release(hold)),
            Happens::Cancel => of(Event::Cancel),
        }
    }

    fn status(&self, id: i64, number: u32, by: By, event: Event, at: DateTime<Utc>) -> Option<Change> {
        let own = self.lives[&id].attempt(number)?.opaque.clone();
        let target = match by {
            By::OurId => Target::Attempt { opaque: Some(own), wamid: its_id(id, number) },
            By::ItsId => Target::Attempt { opaque: None, wamid: its_id(id, number) },
            By::Nothing => Target::Attempt { opaque: Some("somebody-else".to_owned()), wamid: wamid("wamid.else") },
        };
        Some(Change { target, event, at, actor: "status" })
    }

    /// Lets a batch happen.
    pub fn apply(&mut self, changes: &[Change]) -> Vec<Applied> {
        // Ids are looked up once for a batch: what is begun or taken within it is not found by them yet.
        let before = self.lives.clone();
        let sending = before.values().map(|life| &life.entry).filter(|entry| entry.state == State::Sending);
        self.busy = sending.filter(|entry| !entry.to.is_group()).map(|entry| entry.to.clone()).collect();
        self.touched.clear();
        changes.iter().map(|change| self.one(&before, change)).collect()
    }

    fn one(&mut self, before: &BTreeMap<i64, Life>, change: &Change) -> Applied {
        let (own, its) = match &change.target {
            Target::Entry(id) => return self.happen(*id, &change.event, None, change.at),
            Target::Own(opaque) => (Some(opaque), None),
            Target::Attempt { opaque, wamid } => (opaque.as_ref(), Some(wamid)),
        };
        let begun = |life: &Life| life.attempts.iter().find(|attempt| Some(&attempt.opaque) == own).map(|a| a.number);
        let by_own = before.iter().find_map(|(id, life)| Some((*id, Some(begun(life)?))));
        let by_its = || {
            let (id, _) = before.iter().find(|(_, life)| its.is_some() && life.entry.wamid.as_ref() == its)?;
            let attempt = self.lives[id].attempts.iter().find(|attempt| attempt.wamid.as_ref() == its);
            Some((*id, attempt.map(|attempt| attempt.number)))
        };
        match by_own.or_else(by_its) {
            Some((id, number)) => self.happen(id, &change.event.about(number), its, change.at),
            None => Applied::NoSuchEntry,
        }
    }

    fn happen(&mut self, id: i64, event: &Event, its: Option<&Wamid>, at: DateTime<Utc>) -> Applied {
        let witnessed = self.witnessed.contains(&id);
        self.touched.insert(id);
        let Some(life) = self.lives.get_mut(&id) else { return Applied::NoSuchEntry };
        let (from, delivery) = (life.entry.state, life.entry.delivery);
        let to_owner = life.entry.to == owner();
        let step = life.judge(event, to_owner, witnessed, at);
        life.note(event, its, matches!(step, Step::Move(_)), at);
        let to = match step {
            Step::Stay => return Applied::Stayed,
            Step::Refused(why) => return Applied::Refused(why),
            Step::Move(to) => to,
        };
        if matches!(event, Event::Intend(_)) && !life.entry.to.is_group() && !self.busy.insert(life.entry.to.clone()) {
            return Applied::TooSoon { limit: Limit::Person, until: at + TimeDelta::milliseconds(100) };
        }
        life.move_on(event, its, &to, at);
        let taken_back = matches!(event, Event::Bounced { .. }) && life.entry.delivery.is_none();
        assert!(life.entry.delivery >= delivery || taken_back, "delivery fell at {event:?}");
        Applied::Moved { entry: Box::new(life.entry.clone()), from, told: to.tell.is_some() && !to_owner }
    }

    /// The job is withdrawn, and with it those of its posts that wait.
    pub fn withdraw(&mut self, job: i64, at: DateTime<Utc>) {
        self.touched.clear();
        if self.withdrawn {
            return;
        }
        let waits = |life: &Life| {
            life.entry.state == State::Planned && life.entry.post.as_ref().is_some_and(|post| post.job_id == job)
        };
        let waiting: Vec<i64> = self.lives.iter().filter(|(_, life)| waits(life)).map(|(id, _)| *id).collect();
        for id in &waiting {
            self.happen(*id, &Event::Cancel, None, at);
        }
        self.withdrawn = !waiting.is_empty();
    }

    /// The owner is asked about every late post that they were not asked about; all posts.
    pub fn ask_about_late(&mut self, at: DateTime<Utc>) -> Vec<i64> {
        self.touched = self.lives.keys().copied().collect();
        for entry in self.lives.values_mut().map(|life| &mut life.entry) {
            if entry.post.is_some() && entry.held_by == Some(Hold::Late) && entry.asked_at.is_none() {
                entry.asked_at = Some(at);
                entry.expires_at.get_or_insert(at + ANSWER_WITHIN);
                entry.revision += 1;
            }
        }
        self.lives.iter().filter(|(_, life)| life.entry.post.is_some()).map(|(id, _)| *id).collect()
    }
}

fn its_id(id: i64, number: u32) -> Wamid {
    wamid(&format!("wamid.{id}.{number}"))
}

fn outcome(id: i64, number: u32, answer: Answer) -> Outcome {
    let lost = |probably_accepted| Outcome::Unknown { cause: "no answer".to_owned(), probably_accepted };
    match answer {
        Answer::Yes => Outcome::Accepted { wamid: its_id(id, number), paced: false },
        Answer::Refused(class) => Outcome::Refused(refusal(class)),
        Answer::NotSent => Outcome::NotSent { cause: "no connection".to_owned() },
        Answer::Lost => lost(false),
        Answer::Garbled => lost(true),
    }
}

/// An attempt, every column of it.
pub fn attempt(attempt: &Attempt) -> String {
    let micros = |at: DateTime<Utc>| at.timestamp_micros();
    let times = [Some(attempt.started_at), attempt.finished_at, attempt.seen_at, attempt.settled.map(|(_, at)| at)];
    let texts = (attempt.wamid.as_ref().map(|wamid| wamid.as_str().to_owned()), attempt.error.clone());
    let settled_by = attempt.settled.map(|(by, _)| by.as_str().to_owned());
    let names = (attempt.number, attempt.opaque.clone(), attempt.known.as_str().to_owned());
    format!("{names:?} {texts:?} {settled_by:?} {:?}", times.map(|at| at.map(micros)))
}

/// The same of a row.
pub fn attempt_of_row(row: &QueryResult) -> String {
    let text = |name: &str| row.try_get::<Option<String>>("", name).expect("a text");
    let time = |name: &str| row.try_get::<Option<i64>>("", name).expect("an instant");
    let number: i32 = row.try_get("", "number").expect("a number");
    let times = ["started_at", "finished_at", "seen_at", "settled_at"].map(time);
    let names = (number, text("opaque").expect("an id"), text("outcome").expect("an outcome"));
    format!("{names:?} {:?} {:?} {times:?}", (text("wamid"), text("error")), text("settled_by"))
}
