//! CorrelationActor: which post a group message answers, and whom the owner's private answer is for.
//!
//! It must never guess a person: a relay goes only to whoever wrote the reply that was quoted or numbered. A batch
//! that fails comes again as a whole, and every row it writes is written once.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use actix::{Actor, AtomicResponse, Context, Handler, Recipient, Supervised, WrapFuture};
use chrono::TimeDelta;

use crate::actors::unit::unit;
use crate::domain::address::{Phone, Wamid};
use crate::domain::correlation::{Answers, answered, never_an_answer, span};
use crate::domain::group::Group;
use crate::domain::inbound::Message;
use crate::domain::member::{Member, NewReply, Reply};
use crate::domain::outbox::{NewEntry, Purpose, State};
use crate::domain::{address::Address, content::Content, wording};
use crate::failpoint::panicpoint;
use crate::messages::{AnswerQuoted, Answered, Deliver, Matched, MemberSaid, Unavailable, Whom, ask};
use crate::ports::{Clock, Directory, Outbox, Replies};

/// Whom it sends to.
pub struct Links {
    /// The outbox, for forwards and relays.
    pub deliver: Recipient<Deliver>,
}

/// What it works with.
pub struct Parts {
    /// The replies.
    pub replies: Arc<dyn Replies>,
    /// The posts that are answered, and the forwards that are quoted.
    pub outbox: Arc<dyn Outbox>,
    /// Groups and people.
    pub directory: Arc<dyn Directory>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The owner, to whom replies are brought.
    pub owner: Phone,
    /// How long after a post an unquoted message counts as an answer (`MESSAGE_WINDOW_HOURS`).
    pub window: TimeDelta,
}

/// See the page of this module.
pub struct CorrelationActor {
    work: Arc<Work>,
}

impl CorrelationActor {
    /// Puts it together; nothing happens before it is started.
    pub fn new(parts: Parts, links: Links) -> Self {
        Self { work: Arc::new(Work { parts, links }) }
    }
}

impl Actor for CorrelationActor {
    type Context = Context<Self>;
}

impl Supervised for CorrelationActor {}

impl Handler<MemberSaid> for CorrelationActor {
    type Result = AtomicResponse<Self, Result<Vec<Matched>, Unavailable>>;

    fn handle(&mut self, message: MemberSaid, _: &mut Self::Context) -> Self::Result {
        panicpoint!("correlation.member_said");
        let work = Arc::clone(&self.work);
        let done = unit("match replies", async move { work.member_said(message.messages).await });
        AtomicResponse::new(Box::pin(done.into_actor(self)))
    }
}

impl Handler<AnswerQuoted> for CorrelationActor {
    type Result = AtomicResponse<Self, Result<Answered, Unavailable>>;

    fn handle(&mut self, message: AnswerQuoted, _: &mut Self::Context) -> Self::Result {
        panicpoint!("correlation.answer_quoted");
        let work = Arc::clone(&self.work);
        let done = unit("answer a member", async move { work.answer(message).await });
        AtomicResponse::new(Box::pin(done.into_actor(self)))
    }
}

/// The work itself, shared by the futures of the handlers.
struct Work {
    parts: Parts,
    links: Links,
}

/// A reply that is to be brought to the owner.
struct Forward {
    reply_id: i64,
    entry: NewEntry,
}

impl Work {
    async fn member_said(&self, messages: Vec<Message>) -> Result<Vec<Matched>, Unavailable> {
        let groups = self.parts.directory.groups().await?;
        let mut matched = Vec::with_capacity(messages.len());
        let mut forwards = Vec::new();
        for message in &messages {
            matched.push(match self.forward(&groups, message).await? {
                Ok(forward) => {
                    forwards.push(forward);
                    Matched::Forwarded
                }
                Err(why) => Matched::Unrelated(why),
            });
        }
        self.deliver(forwards).await?;
        Ok(matched)
    }

    /// Records the reply that a message is, if it is one; the inner error says why it is none.
    async fn forward(&self, groups: &[Group], message: &Message) -> Result<Result<Forward, &'static str>, Unavailable> {
        let Some(group) = groups.iter().find(|group| Some(&group.group_id) == message.group.as_ref()) else {
            return Ok(Err("not in a registered group"));
        };
        if let Some(why) = never_an_answer(&message.said) {
            return Ok(Err(why));
        }
        let parts = &self.parts;
        let member =
            parts.directory.seen(&message.from, message.name.as_deref(), message.username.as_deref(), None).await?;
        if member.person.phone.as_ref() == Some(&parts.owner) {
            return Ok(Err("the owner wrote it"));
        }
        let Some(answers) = self.answered(group, message).await? else {
            return Ok(Err("it answers no post"));
        };
        let reply = self.record(&answers, &member, message).await?;
        let content = wording::forward(&member, reply.id, &group.name, &answers.post, &message.said);
        let key = format!("forward:{}", message.wamid.as_str());
        let owner = Address::Phone(parts.owner.clone());
        let now = parts.clock.now();
        let mut entry = NewEntry::planned(Purpose::Forward, key, owner, content, now);
        if member.is_muted(now) {
            // Kept, so that the owner can look it up, and never sent.
            entry.state = State::Cancelled;
            entry.error = Some("muted".to_owned());
        }
        Ok(Ok(Forward { reply_id: reply.id, entry }))
    }

    async fn answered(&self, group: &Group, message: &Message) -> Result<Option<Answers>, Unavailable> {
        let outbox = &self.parts.outbox;
        let quoted = match &message.quoted {
            Some(wamid) => outbox.by_wamid(wamid).await?,
            None => None,
        };
        if let Some(certain) = answered(&group.group_id, quoted, None) {
            return Ok(Some(certain));
        }
        // A timestamp from the future would match posts that had not gone out when the message was written.
        let (from, to) = span(message.sent_at.min(self.parts.clock.now()), self.parts.window);
        let latest = outbox.latest_post(&group.group_id, from, to).await?;
        Ok(answered(&group.group_id, None, latest))
    }

    async fn record(&self, answers: &Answers, member: &Member, message: &Message) -> Result<Reply, Unavailable> {
        let reply = NewReply {
            post_entry: answers.post.id,
            member_id: member.id,
            wamid: message.wamid.clone(),
            quoted: answers.quoted,
            sent_at: message.sent_at,
        };
        let (reply, fresh) = self.parts.replies.record(reply).await?;
        if fresh {
            let how = if answers.quoted { "quoted" } else { "by_time" };
            metrics::counter!("wa_replies_matched_total", "how" => how).increment(1);
        }
        Ok(reply)
    }

    async fn deliver(&self, forwards: Vec<Forward>) -> Result<(), Unavailable> {
        if forwards.is_empty() {
            return Ok(());
        }
        let (replies, entries): (Vec<i64>, Vec<NewEntry>) = forwards.into_iter().map(|f| (f.reply_id, f.entry)).unzip();
        let planned = ask(&self.links.deliver, Deliver { entries }).await?;
        for (reply_id, entry_id) in replies.into_iter().zip(planned) {
            self.parts.replies.forwarded(reply_id, entry_id).await?;
        }
        Ok(())
    }

    async fn answer(&self, message: AnswerQuoted) -> Result<Answered, Unavailable> {
        let reply = match &message.whom {
            Whom::Quoted(wamid) => self.quoted_reply(wamid).await?.ok_or(Answered::NotAForward),
            Whom::Number(id) => self.parts.replies.get(*id).await?.ok_or(Answered::NoSuchReply),
        };
        let reply = match reply {
            Ok(reply) => reply,
            Err(nobody) => return Ok(nobody),
        };
        let Some(member) = reply.member else { return Ok(Answered::Forgotten) };
        if let Some(text) = message.text {
            let Some(to) = member.person.address() else { return Ok(Answered::NoSuchReply) };
            let key = format!("relay:{}", message.wamid.as_str());
            let now = self.parts.clock.now();
            let entry = NewEntry::planned(Purpose::Relay, key, to, Content::text(text), now);
            ask(&self.links.deliver, Deliver { entries: vec![entry] }).await?;
        }
        let group = self.parts.directory.group(&reply.group).await?.map_or(reply.group, |group| group.name);
        Ok(Answered::Relayed { reply_id: reply.id, name: member.shown_name(), group })
    }

    async fn quoted_reply(&self, wamid: &Wamid) -> Result<Option<Reply>, Unavailable> {
        match self.parts.outbox.by_wamid(wamid).await? {
            Some(entry) if entry.purpose == Purpose::Forward => Ok(self.parts.replies.by_forward(entry.id).await?),
            _ => Ok(None),
        }
    }
}
