//! What is told afterwards, and what the owner prefers.

use chrono::TimeDelta;

use super::jobs::RULE;
use super::{after, intend, new_job, noon, owner, person, planned, register, store, wamid};
use wa_scheduler::domain::amend::Amendment;
use wa_scheduler::domain::content::Content;
use wa_scheduler::domain::group::Quiet;
use wa_scheduler::domain::member::{Member, NewReply};
use wa_scheduler::domain::outbox::{NewEntry, Purpose};
use wa_scheduler::ports::{Directory, History, Jobs, Outbox, Preferences, Replies};
use wa_scheduler::store::Store;

async fn seen(store: &Store, digits: &str, name: &str, username: Option<&str>) -> Member {
    store.seen(&person(Some(digits), None), Some(name), username, None).await.expect("seen")
}

#[tokio::test]
async fn the_story_of_a_job_is_told_with_its_posts_and_no_other() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let jobs = vec![new_job("wa:1", after(60), &["team"]), new_job("wa:2", after(60), &["team"])];
    let added = store.add(jobs).await.expect("added");
    let text = Amendment::Text("other".to_owned());
    store.amend(&[added[0].job.id], &text, "wa:3", noon()).await.expect("changed");
    store.claim_due(after(60), RULE, 10).await.expect("claimed");
    let post = store.posts_of(added[0].job.id).await.expect("posts")[0].id;
    intend(&store, post, after(61)).await;
    let told = store.timeline(added[0].job.id, None, 10).await.expect("read");
    let told: Vec<_> =
        told.iter().map(|line| (line.reason.as_str(), line.actor.as_str(), line.group.as_deref())).collect();
    assert_eq!(told[..2], [("added", "scheduler", None), ("text", "owner", None)], "{told:?}");
    assert!(told.contains(&("its slot was taken", "scheduler", None)), "{told:?}");
    let posts = told.iter().filter(|(.., group)| *group == Some("team")).count();
    assert_eq!((posts, told.len()), (1, 4), "{told:?}");
    let latest = store.timeline(added[0].job.id, None, 1).await.expect("read");
    assert_eq!(latest.len(), 1);
    assert_ne!(latest[0].reason, "added", "the latest lines are kept");
    let earlier = store.timeline(added[0].job.id, Some(latest[0].id), 10).await.expect("read");
    assert_eq!(earlier.len(), told.len() - 1);
    assert!(store.timeline(99, None, 10).await.expect("read").is_empty());
    assert_eq!(store.pending(10).await.expect("counted"), 0);
}

#[tokio::test]
async fn the_answers_to_a_job_are_shown_with_their_words_and_their_authors() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let job = store.add(vec![new_job("wa:1", noon(), &["team"])]).await.expect("added").remove(0).job;
    store.claim_due(noon(), RULE, 10).await.expect("claimed");
    let post = store.posts_of(job.id).await.expect("posts")[0].id;
    let ana = seen(&store, "15550009901", "Ana Garden", None).await;
    for (number, words) in [(1, Some("first")), (2, None)] {
        let id = wamid(&format!("wamid.r{number}"));
        let new = NewReply { post_entry: post, member_id: ana.id, wamid: id, quoted: true, sent_at: after(number) };
        let reply = Replies::record(&*store, new).await.expect("recorded").0.id;
        if let Some(words) = words {
            let key = format!("forward:{number}");
            let forward = NewEntry::planned(Purpose::Forward, key, owner(), Content::text(words), noon());
            let forward = planned(&store, forward).await;
            store.forwarded(reply, forward).await.expect("noted");
        }
    }
    let answers = store.replies_to(job.id, None, 10).await.expect("read");
    let shown: Vec<_> = answers.iter().map(|answer| (answer.sent_at, answer.words.as_deref())).collect();
    assert_eq!(shown, [(after(2), None), (after(1), Some("first"))], "newest first");
    assert!(answers.iter().all(|answer| answer.member.as_ref().is_some_and(|member| member.id == ana.id)));
    let older = store.replies_to(job.id, Some(answers[0].id), 10).await.expect("read");
    assert_eq!(older, answers[1..]);
    assert!(store.replies_to(99, None, 10).await.expect("read").is_empty());
}

#[tokio::test]
async fn people_are_found_by_what_they_are_called_and_muted_for_a_while() {
    let (store, _database) = store().await;
    let ana = seen(&store, "15550009901", "Ana Garden", Some("ana.g")).await;
    let other = seen(&store, "15550009902", "Anabel", None).await;
    let odd = seen(&store, "15550009903", "100%_sure", None).await;
    let called = async |who: &str| {
        let people = store.called(who).await.expect("looked up");
        people.iter().map(|member| member.id).collect::<Vec<_>>()
    };
    for who in ["ana garden", "ANA", "@ana.g", "Ana.G", "+1 555 000 9901"] {
        assert_eq!(called(who).await, [ana.id], "{who}");
    }
    assert_eq!(called("anabel").await, [other.id]);
    assert_eq!(called("100%_sure").await, [odd.id]);
    for who in ["an", "%", "_", "nobody", "100"] {
        assert!(called(who).await.is_empty(), "{who}");
    }
    let until = noon() + TimeDelta::days(1);
    store.mute(ana.id, Some(until)).await.expect("muted");
    let muted = seen(&store, "15550009901", "Ana Garden", None).await;
    assert!(muted.is_muted(noon()) && !muted.is_muted(until));
    store.mute(ana.id, None).await.expect("heard again");
    assert!(!seen(&store, "15550009901", "Ana Garden", None).await.is_muted(noon()));
}

#[tokio::test]
async fn a_group_keeps_its_quiet_hours() {
    let (store, _database) = store().await;
    register(&store, "team").await;
    let night = Quiet::parse("22:00-07:00");
    assert!(store.quiet("TEAM", night).await.expect("set"));
    assert_eq!(store.group("team").await.expect("read").expect("a group").quiet, night);
    assert!(store.quiet("team", None).await.expect("ended"));
    assert_eq!(store.group("team").await.expect("read").expect("a group").quiet, None);
    assert!(!store.quiet("other", night).await.expect("no effect"));
}
