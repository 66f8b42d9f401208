//! Forgetting a person: what is open is left and finished later, and nobody else is touched.

use wa_scheduler::domain::address::{Address, Bsuid, Person};
use wa_scheduler::domain::content::Content;
use wa_scheduler::domain::delivery::Event;
use wa_scheduler::domain::inbound::{EventKind, Inbound as Understood, NewEvent, News, Reading, Status};
use wa_scheduler::domain::member::NewReply;
use wa_scheduler::domain::outbox::{Delivery, NewEntry, Purpose, State};
use wa_scheduler::domain::session::{Session, Talk};
use wa_scheduler::failpoint::arm;
use wa_scheduler::ports::{
    Directory, Forgetting, Forgotten, Inbox, Outbox, People, Recorded, Replies, Sessions, Settlement,
};
use wa_scheduler::store::Store;

use super::{
    accepted, after, apply, change, entry, intend, noon, owner, person, phone, planned, post, status, store, unknown,
    wamid,
};

const ZOE: &str = "15550009907";
const BEN: &str = "15550009902";
const BSUID: &str = "US.4400112233445566";

fn zoe() -> Person {
    person(Some(ZOE), None)
}

async fn forget(store: &Store, person: &Person) -> Forgotten {
    match store.forget(person, after(3600)).await.expect("done") {
        Forgetting::Done(done) => done,
        Forgetting::Owner => panic!("not the owner"),
    }
}

async fn sent(store: &Store, new: NewEntry) -> i64 {
    let id = planned(store, new).await;
    intend(store, id, noon()).await;
    apply(store, change(id, accepted(1, &format!("wamid.of.{id}")), noon())).await;
    id
}

fn to(purpose: Purpose, key: &str, address: Address, words: &str) -> NewEntry {
    NewEntry::planned(purpose, key.to_owned(), address, Content::text(words), noon())
}

/// A reply of a person to a post, brought to the owner; the number of the reply and its forward.
async fn replied(store: &Store, who: &Person, name: &str, id: &str) -> (i64, i64) {
    let post = sent(store, post(&format!("post:{}", uuid::Uuid::new_v4()), 1)).await;
    let member = store.seen(who, Some(name), None, Some(noon())).await.expect("seen").id;
    let new = NewReply { post_entry: post, member_id: member, wamid: wamid(id), quoted: true, sent_at: noon() };
    let reply = Replies::record(store, new).await.expect("recorded").0.id;
    let words = format!("{name}: on my way");
    let forward = sent(store, to(Purpose::Forward, &format!("forward:{id}"), owner(), &words)).await;
    store.forwarded(reply, forward).await.expect("noted");
    (reply, forward)
}

fn event(key: &str, who: &str) -> NewEvent {
    let status = Status { wamid: wamid("wamid.1"), news: News::Sent, at: noon(), opaque: None };
    let reading = Reading::Event(Box::new(Understood::Status(status)));
    let raw = format!("{{\"from\":\"{who}\"}}").into_bytes();
    NewEvent { dedupe_key: key.to_owned(), kind: EventKind::Message, event_at: Some(noon()), raw, reading }
}

async fn received(store: &Store, event: &NewEvent) -> i64 {
    let recorded = Inbox::record(store, vec![event.clone()], noon()).await.expect("recorded");
    let [Recorded::Fresh(id)] = recorded[..] else { panic!("{recorded:?}") };
    id
}

#[tokio::test]
async fn what_has_not_gone_out_is_withdrawn_and_what_is_on_the_wire_is_finished_later() {
    let (store, database) = store().await;
    replied(&store, &zoe(), "Zoe", "wamid.z").await;
    let address = || Address::Phone(phone(ZOE));
    let waits = planned(&store, to(Purpose::Relay, "relay:wamid.o1", address(), "first")).await;
    let sending = planned(&store, to(Purpose::Relay, "relay:wamid.o2", address(), "second")).await;
    intend(&store, sending, noon()).await;
    let done = forget(&store, &zoe()).await;
    assert_eq!((done.withdrawn, done.pending, done.people), (1, 1, 0));
    assert_eq!(
        (entry(&store, waits).await.state, entry(&store, waits).await.content),
        (State::Cancelled, Content::Removed)
    );
    assert_eq!(entry(&store, sending).await.content, Content::text("second"), "it is being sent");
    assert_eq!(store.half_forgotten().await.expect("read"), [(zoe(), after(3600))]);
    let reply = Replies::get(&*store, 1).await.expect("read").expect("a reply");
    assert_eq!(reply.member, None, "nothing is passed on to them from now on");
    // Its answer comes, and the next run finishes.
    apply(&store, change(sending, accepted(1, "wamid.late"), after(60))).await;
    let done = forget(&store, &zoe()).await;
    assert_eq!((done.withdrawn, done.messages, done.pending, done.people), (0, 1, 0, 1));
    assert!(store.half_forgotten().await.expect("read").is_empty());
    for needle in [ZOE, "second", "wamid.late", "Zoe", "on my way"] {
        let left = database.holding(needle).await;
        assert!(left.is_empty(), "{needle} in {left:?}");
    }
}

#[tokio::test]
async fn who_writes_again_after_the_request_is_somebody_new() {
    let (store, database) = store().await;
    replied(&store, &zoe(), "Zoe", "wamid.z").await;
    let lost = planned(&store, to(Purpose::Relay, "relay:wamid.o1", Address::Phone(phone(ZOE)), "first")).await;
    intend(&store, lost, noon()).await;
    assert_eq!(forget(&store, &zoe()).await.pending, 1, "it is being sent");
    // An hour later they write once more; the clean-up goes on with what they asked for.
    let post = sent(&store, post("post:later", 1)).await;
    let member = store.seen(&zoe(), Some("Zoe"), None, Some(after(7200))).await.expect("seen").id;
    let id = wamid("wamid.new");
    let new = NewReply { post_entry: post, member_id: member, wamid: id, quoted: true, sent_at: after(7200) };
    let reply = Replies::record(&*store, new).await.expect("recorded").0.id;
    let mut forward = to(Purpose::Forward, "forward:wamid.new", owner(), "Zoe: I am back");
    forward.not_before = after(7200);
    let forward = store.plan(vec![forward], after(7200)).await.expect("planned")[0].0;
    store.forwarded(reply, forward).await.expect("noted");
    apply(&store, change(lost, accepted(1, "wamid.late"), after(7300))).await;
    let done = forget(&store, &zoe()).await;
    assert_eq!((done.withdrawn, done.pending, done.people), (0, 0, 0));
    assert!(store.half_forgotten().await.expect("read").is_empty(), "what they asked for is done");
    assert_eq!(entry(&store, forward).await.content, Content::text("Zoe: I am back"));
    assert!(
        Replies::get(&*store, reply).await.expect("read").expect("a reply").member.is_some(),
        "they can be answered"
    );
    assert_eq!(Replies::get(&*store, 1).await.expect("read").expect("a reply").member, None);
    for needle in ["first", "on my way"] {
        let left = database.holding(needle).await;
        assert!(left.is_empty(), "{needle} in {left:?}");
    }
}

#[tokio::test]
async fn a_lost_message_is_settled_first_by_evidence_or_by_the_owner() {
    let (store, _database) = store().await;
    replied(&store, &zoe(), "Zoe", "wamid.z").await;
    let lost = planned(&store, to(Purpose::Relay, "relay:wamid.o1", Address::Phone(phone(ZOE)), "first")).await;
    let opaque = intend(&store, lost, noon()).await;
    apply(&store, change(lost, unknown(1), noon())).await;
    apply(&store, change(lost, Event::Tick, after(901))).await;
    let done = forget(&store, &zoe()).await;
    assert_eq!((done.pending, done.people), (2, 0), "the message, and the question to the owner about it");
    let seen = Event::Seen { attempt: None, delivery: Delivery::Delivered };
    apply(&store, status(Some(&opaque), "wamid.sent", seen.clone(), after(1000))).await;
    let question = store.held(wa_scheduler::domain::outbox::Hold::Window, None, 10).await.expect("read");
    assert!(question.is_empty());
    let due = wa_scheduler::ports::DueFilter { limit: 10, ..Default::default() };
    for question in store.due(after(2000), &due).await.expect("due") {
        intend(&store, question.id, after(2000)).await;
        apply(&store, change(question.id, accepted(1, "wamid.question"), after(2000))).await;
    }
    let done = forget(&store, &zoe()).await;
    assert_eq!((done.pending, done.people), (0, 1));
    // Evidence that comes even later finds it by our own id, and brings back nothing.
    let read = Event::Seen { attempt: None, delivery: Delivery::Read };
    apply(&store, status(Some(&opaque), "wamid.sent", read, after(3000))).await;
    let now = entry(&store, lost).await;
    assert!(now.to.is_forgotten() && now.content.is_removed());
    assert_eq!((now.state, now.delivery), (State::Accepted, Some(Delivery::Read)));
    assert_ne!(now.wamid, Some(wamid("wamid.sent")));
}

#[tokio::test]
async fn number_and_id_of_one_person_are_forgotten_together_by_whichever_they_are_named() {
    for named in [person(Some(ZOE), None), person(None, Some(BSUID))] {
        let (store, database) = store().await;
        let both = person(Some(ZOE), Some(BSUID));
        replied(&store, &both, "Zoe Quux", "wamid.z").await;
        let user = Address::User(Bsuid::parse(BSUID).expect("an id"));
        sent(&store, to(Purpose::Relay, "relay:wamid.o1", user, "to the id")).await;
        sent(&store, to(Purpose::Relay, "relay:wamid.o2", Address::Phone(phone(ZOE)), "to the number")).await;
        sent(&store, to(Purpose::Reply, "reply:wamid.o1:0", owner(), "Passed on to Zoe Quux, privately.")).await;
        let done = forget(&store, &named).await;
        assert_eq!((done.messages, done.replies, done.people, done.pending), (4, 1, 1, 0));
        for needle in [ZOE, BSUID, "to the id", "to the number", "Zoe", "wamid.z"] {
            let left = database.holding(needle).await;
            assert!(left.is_empty(), "{needle} in {left:?}");
        }
        let rows = database.rows("SELECT DISTINCT to_id FROM outbox WHERE to_kind = 'forgotten'").await;
        assert_eq!(rows.len(), 1, "one pseudonym for one person");
        assert_eq!(forget(&store, &named).await, Forgotten::default());
    }
}

#[tokio::test]
async fn an_event_that_waits_is_left_alone_and_its_reply_with_it() {
    let (store, database) = store().await;
    let (_, forward) = replied(&store, &zoe(), "Zoe", "wamid.z").await;
    let waiting = event("m:700:wamid.z", ZOE);
    let id = received(&store, &waiting).await;
    let settled = received(&store, &event("m:700:wamid.y", ZOE)).await;
    store.settle(vec![(settled, Settlement::Done)]).await.expect("settled");
    let done = forget(&store, &zoe()).await;
    assert_eq!((done.pending, done.events, done.replies, done.people), (1, 1, 0, 0));
    assert_eq!(store.waiting(noon(), 0, 10).await.expect("read")[0].raw, waiting.raw);
    // It is acted on once more: its reply and its forward are still known.
    let new = NewReply { post_entry: 1, member_id: 1, wamid: wamid("wamid.z"), quoted: true, sent_at: noon() };
    assert!(!Replies::record(&*store, new).await.expect("recorded").1);
    let again = to(Purpose::Forward, "forward:wamid.z", owner(), "Zoe: on my way");
    assert_eq!(store.plan(vec![again], noon()).await.expect("planned"), [(forward, false)]);
    store.settle(vec![(id, Settlement::Done)]).await.expect("settled");
    let done = forget(&store, &zoe()).await;
    assert_eq!((done.pending, done.events, done.replies, done.people), (0, 1, 1, 1));
    for needle in [ZOE, "wamid.z", "Zoe"] {
        assert!(database.holding(needle).await.is_empty(), "{needle}");
    }
    // Both are known, and are no rows of their own.
    for key in ["m:700:wamid.z", "m:700:wamid.y"] {
        let again = Inbox::record(&*store, vec![event(key, ZOE), event(key, ZOE)], noon()).await.expect("recorded");
        assert_eq!(again, [Recorded::Known; 2], "{key}");
    }
    assert_eq!(database.rows("SELECT 1 FROM inbox").await.len(), 2);
    let fresh = Inbox::record(&*store, vec![event("m:700:wamid.x", BEN)], noon()).await.expect("recorded");
    assert!(matches!(fresh[..], [Recorded::Fresh(_)]));
}

#[tokio::test]
async fn nobody_else_is_touched() {
    let (store, database) = store().await;
    let ben = person(Some(BEN), None);
    replied(&store, &zoe(), "Zoe", "wamid.z").await;
    let (of_ben, forward) = replied(&store, &ben, "Benny", "wamid.b").await;
    let relay = sent(&store, to(Purpose::Relay, "relay:wamid.o3", Address::Phone(phone(BEN)), "Zoe said so")).await;
    let mine = sent(&store, post("post:mine", 7)).await;
    let id = received(&store, &event("m:700:wamid.b", BEN)).await;
    store.settle(vec![(id, Settlement::Done)]).await.expect("settled");
    let talk = Talk { reply_id: of_ben, name: "Benny".to_owned(), since: noon(), until: noon() };
    let mut session = Session { talk: Some(talk), ..Session::default() };
    store.save(&mut session).await.expect("saved");
    forget(&store, &zoe()).await;
    assert_eq!(entry(&store, relay).await.content, Content::text("Zoe said so"), "the owner's own words to somebody");
    assert_eq!(entry(&store, mine).await.content, Content::text("hello"));
    assert_eq!(entry(&store, forward).await.content, Content::text("Benny: on my way"));
    let reply = store.by_forward(forward).await.expect("read").expect("a reply");
    assert_eq!((reply.id, reply.member.map(|member| member.person)), (of_ben, Some(ben)));
    assert_eq!(store.load().await.expect("loaded").talk.map(|talk| talk.reply_id), Some(of_ben));
    assert_eq!(database.holding("{\"from\":\"15550009902\"}").await.first().map(String::as_str), Some("inbox.raw"));
}

#[tokio::test]
async fn an_open_conversation_with_them_closes() {
    let (store, _database) = store().await;
    let (reply, _) = replied(&store, &zoe(), "Zoe", "wamid.z").await;
    let talk = Talk { reply_id: reply, name: "Zoe".to_owned(), since: noon(), until: noon() };
    let mut session = Session { talk: Some(talk), pinned: Bsuid::parse("US.1"), ..Session::default() };
    store.save(&mut session).await.expect("saved");
    forget(&store, &zoe()).await;
    let now = store.load().await.expect("loaded");
    assert_eq!((now.talk, now.pinned), (None, Bsuid::parse("US.1")));
    let saved = store.save(&mut session).await.expect("answered");
    assert_eq!(saved, wa_scheduler::ports::Saved::Outdated, "whoever had it open must read it anew");
}

#[tokio::test]
async fn a_stranger_of_whom_nothing_is_known_leaves_nothing_behind() {
    let (store, database) = store().await;
    assert_eq!(forget(&store, &zoe()).await, Forgotten::default());
    assert!(database.holding(ZOE).await.is_empty());
    let who = person(Some(ZOE), None);
    store.seen(&who, Some("Zoe"), None, Some(noon())).await.expect("seen");
    assert_eq!(forget(&store, &zoe()).await.people, 1);
    assert!(database.rows("SELECT 1 FROM members").await.is_empty(), "no reply stands on it");
}

#[tokio::test]
async fn the_owner_is_refused_however_they_are_named() {
    let (store, _database) = store().await;
    let me = person(Some(owner().id()), Some("US.1"));
    store.seen(&me, Some("Me"), None, Some(noon())).await.expect("seen");
    let mut session = Session { pinned: Bsuid::parse("US.9"), ..Session::default() };
    store.save(&mut session).await.expect("saved");
    for named in [person(Some(owner().id()), None), person(None, Some("US.1")), person(None, Some("US.9"))] {
        assert_eq!(store.forget(&named, noon()).await.expect("answered"), Forgetting::Owner);
    }
    let both = person(Some(ZOE), Some("US.1"));
    assert_eq!(store.forget(&both, noon()).await.expect("answered"), Forgetting::Owner);
    assert_eq!(store.member(&me).await.expect("read").map(|member| member.person), Some(me));
}

#[tokio::test]
async fn pseudonyms_lead_nowhere_once_no_event_can_come_again() {
    let (store, database) = store().await;
    let id = received(&store, &event("m:700:wamid.z", ZOE)).await;
    store.settle(vec![(id, Settlement::Done)]).await.expect("settled");
    forget(&store, &zoe()).await;
    let secrets = async || database.rows("SELECT secret FROM pseudonyms").await.len();
    let clean = async |days| {
        let (what, keep) = (wa_scheduler::domain::retention::What::Keys, Default::default());
        let now = after(3600) + chrono::TimeDelta::days(days);
        wa_scheduler::ports::Retention::purge(&*store, what, &keep, 0, now).await.expect("purged").rows
    };
    assert_eq!((clean(44).await, secrets().await), (0, 1));
    assert_eq!((clean(45).await, secrets().await), (1, 0));
}

#[tokio::test]
async fn it_may_be_cut_off_anywhere_and_is_finished_by_the_next_run() {
    for point in ["forget.marked", "forget.withdrawn", "forget.events", "forget.messages", "forget.replies"] {
        let (store, database) = store().await;
        replied(&store, &zoe(), "Zoe", "wamid.z").await;
        let id = received(&store, &event("m:700:wamid.z", ZOE)).await;
        store.settle(vec![(id, Settlement::Done)]).await.expect("settled");
        let relay = to(Purpose::Relay, "relay:wamid.o1", Address::Phone(phone(ZOE)), "an answer");
        let waits = planned(&store, relay).await;
        sent(&store, to(Purpose::Relay, "relay:wamid.o2", Address::Phone(phone(ZOE)), "an answer")).await;
        let cut_off = std::sync::Arc::clone(&store);
        arm(point);
        let run = tokio::spawn(async move { cut_off.forget(&zoe(), after(3600)).await });
        assert!(run.await.is_err(), "{point} is not passed");
        assert_eq!(store.half_forgotten().await.expect("read"), [(zoe(), after(3600))], "{point}");
        assert_eq!(forget(&store, &zoe()).await.pending, 0, "{point}");
        assert_eq!(entry(&store, waits).await.state, State::Cancelled, "{point}");
        for needle in [ZOE, "Zoe", "wamid.z", "an answer", "on my way"] {
            let left = database.holding(needle).await;
            assert!(left.is_empty(), "{point}: {needle} in {left:?}");
        }
        let again = Inbox::record(&*store, vec![event("m:700:wamid.z", ZOE)], noon()).await.expect("recorded");
        assert_eq!(again, [Recorded::Known], "{point}");
    }
}
