//! Groups, people and their replies.

use super::{after, group_id, noon, person, planned, post, register, reply_to_owner, store, wamid};
use wa_scheduler::domain::group::GroupState;
use wa_scheduler::domain::member::{Member, NewReply};
use wa_scheduler::ports::{Directory, Replies};
use wa_scheduler::store::Store;

async fn see(store: &Store, phone: Option<&str>, bsuid: Option<&str>) -> Member {
    store.seen(&person(phone, bsuid), None, None, None).await.expect("seen")
}

async fn reply(store: &Store, post_entry: i64, member_id: i64, id: &str) -> (i64, bool) {
    let new = NewReply { post_entry, member_id, wamid: wamid(id), quoted: true, sent_at: noon() };
    let (reply, fresh) = store.record(new).await.expect("recorded");
    (reply.id, fresh)
}

#[tokio::test]
async fn a_group_is_registered_updated_and_removed() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    register(&store, "ops").await;
    register(&store, "Team").await;
    let aliases: Vec<String> = store.groups().await.expect("groups").into_iter().map(|g| g.alias).collect();
    assert_eq!(aliases, ["ops", "team"]);
    let link = Some("https://chat.whatsapp.com/x".to_owned());
    store.group_changed(&group_id("g-ops"), GroupState::Verified, link.clone()).await.expect("changed");
    store.group_changed(&group_id("g-ops"), GroupState::Suspended, None).await.expect("changed");
    store.group_changed(&group_id("g-nobody"), GroupState::Gone, None).await.expect("no effect");
    let ops = store.group("OPS").await.expect("read").expect("group");
    assert_eq!((ops.state, ops.invite_link), (GroupState::Suspended, link));
    assert!(store.unregister("ops").await.expect("removed"));
    assert!(!store.unregister("ops").await.expect("no effect"));
    assert_eq!(store.group("ops").await.expect("read"), None);
}

#[tokio::test]
async fn a_person_is_one_row_however_they_are_named() {
    let (store, _database) = store().await;
    let first = see(&store, Some("15550001111"), None).await;
    let both = see(&store, Some("15550001111"), Some("US.1")).await;
    let by_bsuid = see(&store, None, Some("US.1")).await;
    assert_eq!((both.id, by_bsuid.id), (first.id, first.id));
    assert_eq!(by_bsuid.person, person(Some("15550001111"), Some("US.1")));
    assert_ne!(see(&store, None, Some("US.2")).await.id, first.id);
    assert_eq!(store.member(&person(None, Some("US.1"))).await.expect("read"), Some(by_bsuid));
    assert_eq!(store.member(&person(None, Some("US.9"))).await.expect("read"), None);
}

#[tokio::test]
async fn names_stay_when_none_comes_and_a_private_message_only_moves_forward() {
    let (store, _database) = store().await;
    let who = person(Some("15550001111"), None);
    store.seen(&who, Some("Dana"), Some("dana"), Some(after(10))).await.expect("seen");
    for (name, at) in [(None, None), (None, Some(after(5))), (Some("Dana L."), Some(after(20)))] {
        store.seen(&who, name, None, at).await.expect("seen");
    }
    let member = store.member(&who).await.expect("read").expect("member");
    assert_eq!((member.name.as_deref(), member.username.as_deref()), (Some("Dana L."), Some("dana")));
    assert_eq!(member.last_private_at, Some(after(20)));
}

#[tokio::test]
async fn two_rows_that_are_one_person_are_joined_with_their_replies() {
    let (store, _database) = store().await;
    let post = planned(&store, post("post:1", 1)).await;
    let by_phone = see(&store, Some("15550001111"), None).await;
    let hidden = person(None, Some("US.1"));
    let by_bsuid = store.seen(&hidden, Some("Dana"), None, Some(after(7))).await.expect("seen");
    assert_ne!(by_phone.id, by_bsuid.id);
    let (number, _) = reply(&store, post, by_bsuid.id, "wamid.r").await;
    let joined = see(&store, Some("15550001111"), Some("US.1")).await;
    assert_eq!(
        (joined.id, joined.name.as_deref(), joined.last_private_at),
        (by_phone.id, Some("Dana"), Some(after(7)))
    );
    let kept = Replies::get(&*store, number).await.expect("read").expect("reply");
    assert_eq!(kept.member, Some(joined));
}

#[tokio::test]
async fn a_number_that_changed_hands_leaves_the_former_holder_their_replies() {
    let (store, _database) = store().await;
    let former = see(&store, Some("15550001111"), Some("US.1")).await;
    let holder = see(&store, Some("15550001111"), Some("US.2")).await;
    assert_ne!(former.id, holder.id);
    let former = store.member(&person(None, Some("US.1"))).await.expect("read").expect("member");
    assert_eq!(former.person, person(None, Some("US.1")));
    let elsewhere = see(&store, Some("15550002222"), Some("US.2")).await;
    assert_eq!((elsewhere.id, elsewhere.person), (holder.id, person(Some("15550002222"), Some("US.2"))));
    let back = see(&store, Some("15550002222"), Some("US.1")).await;
    assert_eq!((back.id, back.person), (former.id, person(Some("15550002222"), Some("US.1"))));
}

#[tokio::test]
async fn a_reply_is_recorded_once_and_found_by_what_forwarded_it() {
    let (store, _database) = store().await;
    let post = planned(&store, post("post:1", 1)).await;
    let forward = planned(&store, reply_to_owner("forward:wamid.r")).await;
    let member = see(&store, Some("15550001111"), None).await;
    let (number, fresh) = reply(&store, post, member.id, "wamid.r").await;
    assert!(fresh);
    assert_eq!(reply(&store, post, member.id, "wamid.r").await, (number, false));
    assert_eq!(store.by_forward(forward).await.expect("read"), None);
    store.forwarded(number, forward).await.expect("noted");
    let found = store.by_forward(forward).await.expect("read").expect("reply");
    assert_eq!((found.id, found.post_entry, found.group.as_str()), (number, post, "team"));
    assert_eq!((found.member, found.wamid), (Some(member), wamid("wamid.r")));
    assert_eq!(Replies::get(&*store, 99).await.expect("read"), None);
}

#[tokio::test]
async fn a_reply_to_nothing_or_by_nobody_is_refused_whole() {
    let (store, _database) = store().await;
    let new = NewReply { post_entry: 99, member_id: 99, wamid: wamid("wamid.r"), quoted: false, sent_at: noon() };
    let error = store.record(new).await.expect_err("no such post");
    assert_eq!(error.to_string(), "the database could not record a reply");
}
