//! Who is obeyed, and who meets silence.

use chrono::TimeDelta;

use super::rig::{OWNER, Rig, bsuid};
use crate::domain::address::{GroupId, Person, Phone};
use crate::domain::inbound::{Message, Said};
use crate::messages::Heard;

const COMMAND: &str = "schedule \"x\" to team at tomorrow 9:00";

fn under(rig: &Rig, wamid: &str, id: &str, words: &str) -> Message {
    let from = Person { phone: Phone::parse(OWNER), bsuid: bsuid(id) };
    Message { from, ..rig.message(wamid, words) }
}

fn is_ignored(heard: &[Heard]) -> bool {
    heard.iter().all(|heard| matches!(heard, Heard::Ignored(_)))
}

#[actix::test]
async fn a_stranger_meets_silence_and_only_their_window_is_noted() {
    let rig = Rig::start();
    let from = Person { phone: Phone::parse("15550009901"), bsuid: None };
    let nameless = Person { phone: None, bsuid: bsuid("US.1") };
    for from in [from.clone(), nameless] {
        let message = Message { from, ..rig.message("wamid.1", COMMAND) };
        assert!(is_ignored(&rig.hear(vec![message]).await));
    }
    let shelf = rig.shelf();
    assert_eq!((shelf.schedules.len(), shelf.delivers, shelf.wrote.len()), (0, 0, 0));
    assert_eq!(shelf.seen.first(), Some(&(from, Some(rig.now()))));
}

#[actix::test]
async fn what_the_owner_writes_in_a_group_or_forwards_is_no_command() {
    let rig = Rig::start();
    let in_group = Message { group: GroupId::parse("id-team"), ..rig.message("wamid.1", COMMAND) };
    assert!(is_ignored(&rig.hear(vec![in_group]).await));
    let forwarded = Message { forwarded: true, ..rig.message("wamid.2", COMMAND) };
    assert!(rig.answer_to(forwarded).await.contains("forwarded"));
    assert!(rig.shelf().schedules.is_empty());
}

#[actix::test]
async fn another_user_id_under_the_owners_number_freezes_everything_until_a_repair() {
    let rig = Rig::start();
    assert_eq!(rig.hear(vec![under(&rig, "wamid.1", "US.1", "help")]).await, [Heard::Obeyed]);
    let batch = vec![under(&rig, "wamid.2", "US.2", COMMAND), under(&rig, "wamid.3", "US.1", COMMAND)];
    assert!(is_ignored(&rig.hear(batch).await));
    assert!(is_ignored(&rig.hear(vec![rig.message("wamid.4", COMMAND)]).await));
    {
        let shelf = rig.shelf();
        assert_eq!((shelf.delivers, shelf.schedules.len(), shelf.wrote.len()), (1, 0, 1));
    }
    rig.repair().await;
    assert_eq!(rig.hear(vec![under(&rig, "wamid.5", "US.2", "help")]).await, [Heard::Obeyed]);
    assert_eq!(rig.shelf().session.pinned, bsuid("US.2"));
}

#[actix::test]
async fn the_platforms_word_that_the_owners_number_changed_freezes_too() {
    let rig = Rig::start();
    let said = Said::System { change: "user_changed_number".to_owned() };
    assert!(is_ignored(&rig.hear(vec![Message { said, ..rig.message("wamid.1", "") }]).await));
    assert!(rig.shelf().session.frozen);
}

#[actix::test]
async fn once_pinned_the_owner_is_known_without_a_number() {
    let rig = Rig::start();
    rig.hear(vec![under(&rig, "wamid.1", "US.1", "help")]).await;
    let from = Person { phone: None, bsuid: bsuid("US.1") };
    let message = Message { from, ..rig.message("wamid.2", "help") };
    assert_eq!(rig.hear(vec![message]).await, [Heard::Obeyed]);
}

#[actix::test]
async fn a_batch_opens_the_window_once_and_a_time_of_the_future_is_not_believed() {
    let rig = Rig::start();
    let later = Message { sent_at: rig.now() + TimeDelta::days(2), ..rig.message("wamid.1", "help") };
    let earlier = Message { sent_at: rig.now() - TimeDelta::minutes(1), ..rig.message("wamid.2", "help") };
    rig.hear(vec![later, earlier]).await;
    assert_eq!(rig.shelf().wrote, [rig.now()]);
    assert_eq!(rig.shelf().seen.len(), 1);
}
