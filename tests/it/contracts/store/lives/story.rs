//! Random stories: what happens to a few messages, in batches, with pauses between.

use chrono::TimeDelta;
use proptest::prelude::*;

use wa_scheduler::domain::delivery::Verdict;
use wa_scheduler::domain::outbox::{Delivery, Hold, Purpose};
use wa_scheduler::domain::refusal::Class;

/// One story.
#[derive(Clone, Debug)]
pub struct Story {
    /// The posts fall due an hour before they are planned.
    pub late: bool,
    /// The owner's message can expire.
    pub expires: bool,
    /// What the owner's message is for.
    pub to_owner: Purpose,
    /// What happens.
    pub chapters: Vec<Chapter>,
}

/// What happens at one instant.
#[derive(Clone, Debug)]
pub struct Chapter {
    /// Time since the one before.
    pub pause: TimeDelta,
    /// What happens.
    pub deed: Deed,
}

/// What is asked of the store.
#[derive(Clone, Debug)]
pub enum Deed {
    /// One batch of changes: which message, and what happens to it.
    Batch(Vec<(usize, Happens)>),
    /// The job of the posts is withdrawn.
    Withdraw,
    /// The owner is asked about late posts.
    AskAboutLate,
}

/// What happens to a message. Attempts are counted back from the latest one.
#[derive(Clone, Debug)]
pub enum Happens {
    Intend,
    Answered(u32, Answer),
    Abandoned(u32),
    Seen(u32, Delivery, By),
    Bounced(u32, Class, By),
    Orphaned,
    Tick,
    Said(Verdict),
    Held(Hold),
    Released(Hold),
    Cancel,
}

/// How an attempt ends for its sender.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    Yes,
    Refused(Class),
    NotSent,
    Lost,
    Garbled,
}

/// By what a status names its attempt.
#[derive(Clone, Copy, Debug)]
pub enum By {
    OurId,
    ItsId,
    Nothing,
}

/// Any story.
pub fn story() -> impl Strategy<Value = Story> {
    let to_owner = prop_oneof![Just(Purpose::Notice), Just(Purpose::Knock)];
    let chapters = prop::collection::vec(chapter(), 3..11);
    (any::<bool>(), any::<bool>(), to_owner, chapters).prop_map(|(late, expires, to_owner, chapters)| Story {
        late,
        expires,
        to_owner,
        chapters,
    })
}

fn chapter() -> impl Strategy<Value = Chapter> {
    let pause = prop::sample::select(vec![0, 1, 40, 61, 901, 25 * 3600]).prop_map(TimeDelta::seconds);
    let batch = prop::collection::vec((0..4_usize, happens()), 1..6).prop_map(Deed::Batch);
    let deed = prop_oneof![18 => batch, 1 => Just(Deed::Withdraw), 1 => Just(Deed::AskAboutLate)];
    (pause, deed).prop_map(|(pause, deed)| Chapter { pause, deed })
}

fn happens() -> impl Strategy<Value = Happens> {
    let back = || prop_oneof![4 => Just(0_u32), 1 => Just(1), 1 => Just(2)];
    let by = || prop_oneof![4 => Just(By::OurId), 2 => Just(By::ItsId), 1 => Just(By::Nothing)];
    // The classes that make others wait are the business of the limits.
    let classes = vec![Class::Transient, Class::Final, Class::Credential, Class::Window, Class::Media];
    let class = move || prop::sample::select(classes.clone());
    let answer = prop_oneof![
        3 => Just(Answer::Yes),
        3 => class().prop_map(Answer::Refused),
        1 => Just(Answer::NotSent),
        3 => Just(Answer::Lost),
        1 => Just(Answer::Garbled),
    ];
    let delivery = prop::sample::select(Delivery::ALL);
    let verdict = prop::sample::select(vec![Verdict::SendAgain, Verdict::Leave, Verdict::Arrived]);
    let hold = || prop::sample::select(Hold::ALL);
    prop_oneof![
        8 => Just(Happens::Intend),
        6 => (back(), answer).prop_map(|(back, answer)| Happens::Answered(back, answer)),
        1 => back().prop_map(Happens::Abandoned),
        4 => (back(), delivery, by()).prop_map(|(back, delivery, by)| Happens::Seen(back, delivery, by)),
        2 => (back(), class(), by()).prop_map(|(back, class, by)| Happens::Bounced(back, class, by)),
        1 => Just(Happens::Orphaned),
        5 => Just(Happens::Tick),
        3 => verdict.prop_map(Happens::Said),
        1 => hold().prop_map(Happens::Held),
        2 => hold().prop_map(Happens::Released),
        1 => Just(Happens::Cancel),
    ]
}
