//! Replies and private answers against ports in memory.

use std::sync::{Mutex, MutexGuard};

use actix::{Addr, MessageResult};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::*;
use crate::clock::ManualClock;
use crate::domain::address::{Bsuid, GroupId, Person};
use crate::domain::group::GroupState;
use crate::domain::inbound::Said;
use crate::domain::outbox::{Entry, Hold, PostOf, State};
use crate::ports::*;

const OWNER: &str = "15550007777";
const ANA: &str = "15550009901";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// What is kept: entries by their row number, replies, and members by their number.
#[derive(Default)]
struct Shelf {
    entries: Vec<Entry>,
    replies: Vec<(Reply, Option<i64>)>,
    spans: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

#[derive(Clone, Default)]
struct Pretended(Arc<Mutex<Shelf>>);

impl Pretended {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.lock().expect("no test panics while it holds the shelf")
    }

    fn keep(&self, new: NewEntry, wamid: Option<&str>, accepted_at: Option<DateTime<Utc>>) -> i64 {
        let mut shelf = self.shelf();
        if let Some(known) = shelf.entries.iter().find(|entry| entry.key == new.key) {
            return known.id;
        }
        let id = shelf.entries.len() as i64 + 1;
        shelf.entries.push(Entry {
            id,
            purpose: new.purpose,
            key: new.key,
            post: new.post,
            to: new.to,
            content: new.content,
            quoting: None,
            not_before: new.not_before,
            expires_at: None,
            state: State::Accepted,
            delivery: None,
            held_by: None,
            revision: 0,
            attempt: 1,
            retries: 0,
            asked_at: None,
            deadline_at: None,
            wamid: wamid.and_then(Wamid::parse),
            error: None,
            created_at: new.not_before,
            accepted_at,
        });
        id
    }
}

/// The actor, a group `team` with one post of 10:00, and nothing else.
struct Rig {
    all: Pretended,
    actor: Addr<CorrelationActor>,
}

impl Rig {
    fn start() -> Self {
        let all = Pretended::default();
        let posted = at("2026-11-22T10:00:00Z");
        let to = Address::Group(GroupId::parse("id-team").expect("an id"));
        let mut post = NewEntry::planned(Purpose::Post, "post:12".to_owned(), to, Content::text("Daily sync"), posted);
        post.post = Some(PostOf { job_id: 12, group: "team".to_owned(), due_at: posted });
        all.keep(post, Some("wamid.post"), Some(posted));
        let shared = Arc::new(all.clone());
        let parts = Parts {
            replies: shared.clone(),
            outbox: shared.clone(),
            directory: shared,
            clock: Arc::new(ManualClock::at(at("2026-11-23T10:00:00Z"))),
            owner: Phone::parse(OWNER).expect("a number"),
            window: TimeDelta::hours(12),
        };
        let deliver = all.clone().start().recipient();
        Self { all, actor: CorrelationActor::new(parts, Links { deliver }).start() }
    }

    async fn said(&self, messages: Vec<Message>) -> Vec<Matched> {
        ask(&self.actor.clone().recipient(), MemberSaid { messages }).await.expect("matched")
    }

    async fn answer(&self, whom: Whom, text: Option<&str>) -> Answered {
        let wamid = Wamid::parse("wamid.owner").expect("an id");
        let answer = AnswerQuoted { whom, text: text.map(str::to_owned), wamid };
        ask(&self.actor.clone().recipient(), answer).await.expect("answered")
    }

    fn planned(&self, purpose: Purpose) -> Vec<Entry> {
        self.all.shelf().entries.iter().filter(|entry| entry.purpose == purpose).cloned().collect()
    }
}

fn message(wamid: &str, words: &str) -> Message {
    Message {
        wamid: Wamid::parse(wamid).expect("an id"),
        from: Person { phone: Phone::parse(ANA), bsuid: None },
        name: Some("Ana".to_owned()),
        username: None,
        group: GroupId::parse("id-team"),
        sent_at: at("2026-11-22T10:05:00Z"),
        quoted: None,
        forwarded: false,
        said: Said::Text(words.to_owned()),
    }
}

#[actix::test]
async fn a_reply_is_brought_to_the_owner_once_however_often_it_comes() {
    let rig = Rig::start();
    for _ in 0..2 {
        let batch = vec![message("wamid.1", "on my way"), message("wamid.2", "me too")];
        assert_eq!(rig.said(batch).await, [Matched::Forwarded, Matched::Forwarded]);
    }
    let forwards = rig.planned(Purpose::Forward);
    let bodies: Vec<&str> = forwards.iter().map(|entry| entry.content.words()).collect();
    assert_eq!(bodies, ["Ana: on my way\n\n↪ #12 “Daily sync”", "Ana: me too\n\n↪ #12 “Daily sync”"]);
    assert!(forwards.iter().all(|entry| entry.to.id() == OWNER));
    let shelf = rig.all.shelf();
    let brought: Vec<Option<i64>> = shelf.replies.iter().map(|(_, forward)| *forward).collect();
    assert_eq!(brought, [Some(forwards[0].id), Some(forwards[1].id)]);
}

#[actix::test]
async fn the_window_counts_from_when_a_message_was_written_and_a_quote_needs_none() {
    let rig = Rig::start();
    let late = |wamid: &str| Message { sent_at: at("2026-11-22T22:00:01Z"), ..message(wamid, "late") };
    let in_time = Message { sent_at: at("2026-11-22T22:00:00Z"), ..message("wamid.1", "in time") };
    let quoting = Message { quoted: Wamid::parse("wamid.post"), ..late("wamid.2") };
    assert_eq!(rig.said(vec![in_time, quoting]).await, [Matched::Forwarded, Matched::Forwarded]);
    assert!(matches!(rig.said(vec![late("wamid.3")]).await[..], [Matched::Unrelated(_)]));
}

#[actix::test]
async fn a_time_of_the_future_is_not_believed() {
    let rig = Rig::start();
    rig.said(vec![Message { sent_at: at("2027-01-01T00:00:00Z"), ..message("wamid.1", "hello") }]).await;
    let to = rig.all.shelf().spans[0].1;
    assert!(to < at("2026-11-23T10:00:01Z"), "{to}");
}

#[actix::test]
async fn what_is_no_answer_is_left_alone() {
    let rig = Rig::start();
    let target = Wamid::parse("wamid.post").expect("an id");
    let owner = Person { phone: Phone::parse(OWNER), bsuid: None };
    let batch = vec![
        Message { group: GroupId::parse("id-other"), ..message("wamid.1", "hello") },
        Message { group: None, ..message("wamid.2", "hello") },
        Message { from: owner, ..message("wamid.3", "hello") },
        Message { said: Said::Reaction { target: target.clone(), emoji: None }, ..message("wamid.4", "") },
        Message { said: Said::Edited { original: target.clone(), text: None }, ..message("wamid.5", "") },
        Message { said: Said::Revoked { original: target }, ..message("wamid.6", "") },
        Message { said: Said::System { change: "x".to_owned() }, ..message("wamid.7", "") },
    ];
    let matched = rig.said(batch).await;
    assert!(matched.iter().all(|matched| matches!(matched, Matched::Unrelated(_))), "{matched:?}");
    assert!(rig.planned(Purpose::Forward).is_empty());
}

#[actix::test]
async fn a_private_answer_goes_to_the_writer_of_the_quoted_reply_once() {
    let rig = Rig::start();
    let cleo = Person { phone: None, bsuid: Bsuid::parse("US.1") };
    let of_cleo = Message { from: cleo, name: Some("Cleo".to_owned()), ..message("wamid.2", "hi") };
    rig.said(vec![message("wamid.1", "hello"), of_cleo]).await;
    let forward = rig.planned(Purpose::Forward)[1].wamid.clone().expect("an id");
    let relayed =
        |reply_id: i64, name: &str| Answered::Relayed { reply_id, name: name.to_owned(), group: "The team".to_owned() };
    assert_eq!(rig.answer(Whom::Number(1), None).await, relayed(1, "Ana"));
    assert!(rig.planned(Purpose::Relay).is_empty(), "looking up sends nothing");
    for _ in 0..2 {
        assert_eq!(rig.answer(Whom::Quoted(forward.clone()), Some(" welcome\n")).await, relayed(2, "Cleo"));
    }
    let relays = rig.planned(Purpose::Relay);
    assert_eq!(relays.len(), 1);
    assert_eq!((relays[0].to.id(), relays[0].content.words()), ("US.1", " welcome\n"));
}

#[actix::test]
async fn nobody_writes_to_a_person_who_was_forgotten() {
    let rig = Rig::start();
    rig.said(vec![message("wamid.1", "hello")]).await;
    let forward = rig.planned(Purpose::Forward)[0].wamid.clone().expect("an id");
    rig.all.shelf().replies[0].0.member = None;
    for whom in [Whom::Quoted(forward), Whom::Number(1)] {
        for text in [None, Some("hello again")] {
            assert_eq!(rig.answer(whom.clone(), text).await, Answered::Forgotten);
        }
    }
    assert!(rig.planned(Purpose::Relay).is_empty());
}

#[actix::test]
async fn without_a_known_reply_nothing_is_relayed() {
    let rig = Rig::start();
    let quoted = |wamid: &str| Whom::Quoted(Wamid::parse(wamid).expect("an id"));
    assert_eq!(rig.answer(quoted("wamid.post"), Some("x")).await, Answered::NotAForward);
    assert_eq!(rig.answer(quoted("wamid.nobody"), Some("x")).await, Answered::NotAForward);
    assert_eq!(rig.answer(Whom::Number(9), Some("x")).await, Answered::NoSuchReply);
    assert!(rig.planned(Purpose::Relay).is_empty());
}

impl Actor for Pretended {
    type Context = Context<Self>;
}

impl Handler<Deliver> for Pretended {
    type Result = MessageResult<Deliver>;
    fn handle(&mut self, message: Deliver, _: &mut Self::Context) -> Self::Result {
        let keep = |new: NewEntry| {
            let wamid = format!("wamid.of.{}", new.key);
            self.keep(new, Some(&wamid), None)
        };
        MessageResult(Ok(message.entries.into_iter().map(keep).collect()))
    }
}

#[async_trait]
impl Replies for Pretended {
    async fn record(&self, reply: NewReply) -> Result<(Reply, bool), StoreError> {
        let mut shelf = self.shelf();
        if let Some((known, _)) = shelf.replies.iter().find(|(known, _)| known.wamid == reply.wamid) {
            return Ok((known.clone(), false));
        }
        let reply = Reply {
            id: shelf.replies.len() as i64 + 1,
            post_entry: reply.post_entry,
            member: Some(member(reply.member_id)),
            group: "team".to_owned(),
            wamid: reply.wamid,
        };
        shelf.replies.push((reply.clone(), None));
        Ok((reply, true))
    }
    async fn forwarded(&self, reply_id: i64, entry_id: i64) -> Result<(), StoreError> {
        let mut shelf = self.shelf();
        let (_, forward) = shelf.replies.iter_mut().find(|(reply, _)| reply.id == reply_id).expect("a reply");
        *forward = Some(entry_id);
        Ok(())
    }
    async fn get(&self, id: i64) -> Result<Option<Reply>, StoreError> {
        Ok(self.shelf().replies.iter().find(|(reply, _)| reply.id == id).map(|(reply, _)| reply.clone()))
    }
    async fn by_forward(&self, entry_id: i64) -> Result<Option<Reply>, StoreError> {
        let shelf = self.shelf();
        Ok(shelf.replies.iter().find(|(_, forward)| *forward == Some(entry_id)).map(|(reply, _)| reply.clone()))
    }
}

/// 1 is Ana, 2 is Cleo, who has no number, 3 is the owner.
fn member(id: i64) -> Member {
    let (name, phone, bsuid) = match id {
        1 => ("Ana", Some(ANA), None),
        2 => ("Cleo", None, Some("US.1")),
        _ => ("Owner", Some(OWNER), None),
    };
    let person = Person { phone: phone.and_then(Phone::parse), bsuid: bsuid.and_then(Bsuid::parse) };
    Member { id, person, name: Some(name.to_owned()), username: None, last_private_at: None, muted_until: None }
}

#[rustfmt::skip]
#[async_trait]
impl Directory for Pretended {
    async fn groups(&self) -> Result<Vec<Group>, StoreError> { Ok(self.group("team").await?.into_iter().collect()) }
    async fn group(&self, alias: &str) -> Result<Option<Group>, StoreError> {
        let group_id = GroupId::parse("id-team").expect("an id");
        let (alias, name) = (alias.to_owned(), "The team".to_owned());
        Ok(Some(Group { alias, name, group_id, state: GroupState::Verified, invite_link: None, quiet: None }))
    }
    async fn seen(&self, person: &Person, _: Option<&str>, _: Option<&str>, _: Option<DateTime<Utc>>) -> Result<Member, StoreError> {
        Ok((1..=3).map(member).find(|member| member.person == *person).expect("a known person"))
    }
    async fn register(&self, _: Group) -> Result<(), StoreError> { unasked() }
    async fn unregister(&self, _: &str) -> Result<bool, StoreError> { unasked() }
    async fn group_changed(&self, _: &GroupId, _: GroupState, _: Option<String>) -> Result<(), StoreError> { unasked() }
    async fn member(&self, _: &Person) -> Result<Option<Member>, StoreError> { unasked() }
}

#[rustfmt::skip]
#[async_trait]
impl Outbox for Pretended {
    async fn by_wamid(&self, wamid: &Wamid) -> Result<Option<Entry>, StoreError> {
        Ok(self.shelf().entries.iter().find(|entry| entry.wamid.as_ref() == Some(wamid)).cloned())
    }
    async fn latest_post(&self, group: &GroupId, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Option<Entry>, StoreError> {
        let mut shelf = self.shelf();
        shelf.spans.push((from, to));
        let within = |entry: &&Entry| entry.to.id() == group.as_str() && entry.accepted_at.is_some_and(|at| from <= at && at <= to);
        Ok(shelf.entries.iter().rev().find(within).cloned())
    }
    async fn posts_of(&self, _: i64) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn counts(&self) -> Result<Vec<(State, u64)>, StoreError> { unasked() }
    async fn plan(&self, _: Vec<NewEntry>, _: DateTime<Utc>) -> Result<Vec<(i64, bool)>, StoreError> { unasked() }
    async fn due(&self, _: DateTime<Utc>, _: &DueFilter) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn next_due(&self, _: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> { unasked() }
    async fn apply(&self, _: Vec<Change>) -> Result<Vec<Applied>, StoreError> { unasked() }
    async fn overdue(&self, _: DateTime<Utc>, _: i64, _: u32) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn orphans(&self) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn held(&self, _: Hold, _: Option<&Address>, _: u32) -> Result<Vec<i64>, StoreError> { unasked() }
    async fn get(&self, _: i64) -> Result<Option<Entry>, StoreError> { unasked() }
    async fn late_posts(&self, _: bool, _: u32) -> Result<Vec<Entry>, StoreError> { unasked() }
    async fn ask_about_late(&self, _: &[i64], _: NewEntry, _: DateTime<Utc>) -> Result<(), StoreError> { unasked() }
}

/// Matching reads posts and records replies, and nothing else.
fn unasked<T>() -> T {
    panic!("matching has no business here")
}
