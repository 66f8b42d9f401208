//! What piles up while the daemon is away or the API is out, and that none of it is forgotten.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use wa_scheduler::domain::address::{Address, GroupId, Phone};
use wa_scheduler::domain::content::Content;
use wa_scheduler::domain::notice::OwnerDesk;
use wa_scheduler::domain::outbox::{NewEntry, PostOf, Purpose};
use wa_scheduler::ports::Outbox;
use wa_scheduler::sandbox::{Fault, FaultKind, RateLimits};
use wa_scheduler::store::Store;

use crate::world::{OWNER, World, at, text};

/// A world without limits of pace.
async fn unhurried() -> World {
    let mut world = World::with(|scenery| {
        scenery.world.rates = RateLimits { per_second: None, pair_seconds: None, ..RateLimits::default() };
        scenery.settings.push(("WA_MESSAGES_PER_SECOND".to_owned(), "10000".to_owned()));
    })
    .await;
    world.register_team().await;
    world
}

#[actix_web::test]
async fn one_yes_sends_every_late_post_however_many_there_are() {
    const POSTS: usize = 520;
    let mut world = unhurried().await;
    for chunk in (0..POSTS).collect::<Vec<_>>().chunks(40) {
        let jobs = chunk.iter().map(|number| {
            let body = json!({ "groups": ["team"], "text": format!("post {number}"), "at": "2026-11-22T07:00:00Z" });
            let world = &world;
            async move { world.post_json("/jobs", &body, &[]).await }
        });
        assert!(join_all(jobs).await.iter().all(|(status, _)| *status == 201));
    }
    world.stage.stop_daemon().await.expect("a clean stop");
    world.stage.clock.set(crate::world::at("2026-11-22T08:00:00Z"));
    world.stage.start_daemon().await.expect("a start");
    world.hear("the first digest").await;
    world.quiet().await;
    assert!(world.posts().is_empty());
    world.owner_says("send late");
    for number in 0..POSTS {
        world.post(number).await;
    }
    world.advance(TimeDelta::minutes(10)).await;
    assert_eq!(world.posts().len(), POSTS);
    world.end().await;
}

/// A post that was planned at 09:00 by a process that then ended.
async fn leave_a_planned_post(world: &World) {
    let owner = Address::Phone(Phone::parse(OWNER).expect("a number"));
    let desk = OwnerDesk { owner, template: "owner_notify".to_owned(), language: "en_US".to_owned() };
    let store = Store::open(world.database.url(), desk).await.expect("the store");
    let due_at = at("2026-11-22T07:00:00Z");
    let to = Address::Group(GroupId::parse(&world.group).expect("the group"));
    let post = NewEntry {
        post: Some(PostOf { job_id: 7, group: "team".to_owned(), due_at }),
        ..NewEntry::planned(Purpose::Post, "post:7".to_owned(), to, Content::text("left behind"), due_at)
    };
    Outbox::plan(&*store, vec![post], due_at).await.expect("planned");
    store.close().await;
}

#[actix_web::test]
async fn a_post_that_was_planned_before_the_daemon_went_away_is_sent_soon_after_and_asked_about_later() {
    for (back_at, sent) in [("2026-11-22T07:10:00Z", true), ("2026-11-22T10:00:00Z", false)] {
        let mut world = unhurried().await;
        world.stage.stop_daemon().await.expect("a clean stop");
        leave_a_planned_post(&world).await;
        world.stage.clock.set(at(back_at));
        world.stage.start_daemon().await.expect("a start");
        if !sent {
            world.quiet().await;
            assert!(world.posts().is_empty(), "nothing stale goes out unasked");
            world.stage.clock.advance(TimeDelta::seconds(15));
            let question = world.hear("the question").await;
            assert!(text(&question).contains("left behind"), "{}", text(&question));
            world.owner_says("send late");
        }
        assert_eq!(text(&world.post(0).await), "left behind");
        world.end().await;
    }
}

#[actix_web::test]
async fn a_lost_trial_of_a_locked_account_does_not_hold_the_others_for_ever() {
    let mut world = unhurried().await;
    for minute in ["08:55", "08:56", "08:57"] {
        world.owner(&format!("schedule \"at {minute}\" to team at today {minute}")).await;
    }
    world.quiet().await;
    let to = Some(world.group.clone());
    let locked = Fault { to: to.clone(), code: Some(368), times: 3, ..Fault::next(FaultKind::Refuse) };
    let lost = Fault { to, accept: Some(true), ..Fault::next(FaultKind::Reset) };
    world.stage.emulator.add_faults([locked, lost]);
    world.stage.clock.set(crate::world::at("2026-11-22T06:55:00Z"));
    for _ in 0..400 {
        world.advance(TimeDelta::minutes(2)).await;
        if world.posts().len() == 3 {
            break;
        }
    }
    let mut texts: Vec<String> = world.posts().iter().map(|post| text(post).to_owned()).collect();
    texts.sort();
    assert_eq!(texts, ["at 08:55", "at 08:56", "at 08:57"]);
    world.end().await;
}
