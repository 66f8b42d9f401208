//! The owner's dialogue: what the bot remembers between two messages of the owner.
//!
//! Everything is judged by when the owner wrote, not by when it arrived: a message that was delayed on its way must
//! never reach a person whom the owner had not yet, or no longer, turned to.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::address::Bsuid;
use super::when::Language;

/// A command that is older than this when it arrives is carried out only after a yes.
pub const ASK_FIRST_AFTER: TimeDelta = TimeDelta::minutes(15);
/// How long a post that is put together step by step waits for the next step.
pub const GUIDE_HOLDS: TimeDelta = TimeDelta::minutes(30);
/// How long a question waits for its yes.
pub const QUESTION_HOLDS: TimeDelta = TimeDelta::minutes(15);
/// Most questions that wait at once; the oldest makes room.
const MAX_QUESTIONS: usize = 50;
/// How many codes there are.
const CODES: u64 = 10_000;

/// The dialogue as it stands. Kept as JSON, so it survives a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The owner's BSUID, pinned when it was first seen; another one under the same number is not the owner.
    pub pinned: Option<Bsuid>,
    /// True after a message came under the owner's number with another BSUID: no command is carried out.
    pub frozen: bool,
    /// The private conversation that is open.
    pub talk: Option<Talk>,
    /// Questions that wait for an answer, oldest first.
    pub pending: Vec<Pending>,
    /// The zone that the owner's words are read in; the configured one when absent.
    pub zone: Option<Tz>,
    /// The version of the zone data that pending slots were last worked out with.
    pub zone_data: Option<String>,
    /// The language of the last command; buttons have none of their own.
    pub language: Language,
    /// Where a list that was cut off goes on.
    pub more: Option<More>,
    /// A post that is being put together step by step.
    pub guide: Option<Guide>,
    /// Grows with every change that is kept; the guard of the next one.
    #[serde(skip)]
    pub revision: i32,
}

/// An open private conversation with a member: every plain text goes to them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// The reply it began with.
    pub reply_id: i64,
    /// Whom the owner is talking to.
    pub name: String,
    /// When the owner opened it; what they wrote before was not meant for this person.
    pub since: DateTime<Utc>,
    /// It closes then, unless the owner writes before.
    pub until: DateTime<Utc>,
}

/// A command that is carried out only after an answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Four digits that bind a typed answer to this question.
    pub code: String,
    /// The owner's words.
    pub text: String,
    /// The message they came in.
    pub wamid: String,
    /// When they were written; phrases such as "in 10 minutes" count from then.
    pub said_at: DateTime<Utc>,
    /// The question is void after this.
    pub until: DateTime<Utc>,
    /// Why it is asked.
    #[serde(default)]
    pub why: Why,
    /// Commands to choose from; none where the answer is yes or no.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The job whose confirmation the owner quoted with these words.
    #[serde(default)]
    pub about: Option<i64>,
}

/// Why a command is not carried out at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It arrived late.
    #[default]
    Late,
    /// It may be a mistake: too close to another post, the same text again, or in quiet hours.
    Doubtful,
    /// It can mean more than one thing.
    Ambiguous,
}

/// Where a list that was cut off goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum More {
    /// What is scheduled.
    Jobs {
        /// Only what is for this group.
        group: Option<String>,
        /// Only what is due before this.
        before: Option<DateTime<Utc>>,
        /// Behind the job that was shown last: its due instant and number.
        after: (Option<DateTime<Utc>>, i64),
    },
    /// Answers to a job, older than this one.
    Replies {
        /// The job.
        job_id: i64,
        /// The number of the answer.
        before: i64,
    },
    /// The story of a job, before this line.
    Story {
        /// The job.
        job_id: i64,
        /// The line.
        before: i64,
    },
    /// The groups, from this one on.
    Groups {
        /// How many were shown.
        from: usize,
    },
}

/// A post that is put together step by step: what is known of it so far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guide {
    /// Alias of the group.
    pub group: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The time, in the owner's words, and when they wrote them.
    pub phrase: Option<(String, DateTime<Utc>)>,
    /// It is forgotten then, unless the owner goes on.
    pub until: DateTime<Utc>,
}

/// Never shows a name.
impl std::fmt::Debug for Talk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Talk(reply {}, until {})", self.reply_id, self.until)
    }
}

/// Never shows the words: message texts must not reach a log.
impl std::fmt::Debug for Pending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pending(until {})", self.until)
    }
}

/// Never shows the words.
impl std::fmt::Debug for Guide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guide(until {})", self.until)
    }
}

/// A question about a command.
pub struct Question<'a> {
    /// The owner's words.
    pub text: &'a str,
    /// The message they came in.
    pub wamid: &'a str,
    /// When they were written.
    pub said_at: DateTime<Utc>,
    /// Why it is asked.
    pub why: Why,
    /// Commands to choose from.
    pub choices: Vec<String>,
    /// The job whose confirmation the owner quoted with these words.
    pub about: Option<i64>,
}

impl Session {
    /// The conversation that a text written at `said_at` belongs to.
    pub fn talk_at(&self, said_at: DateTime<Utc>) -> Option<&Talk> {
        self.talk.as_ref().filter(|talk| talk.since <= said_at && said_at <= talk.until)
    }

    /// Forgets the conversation when it was over at `said_at`, and returns it.
    pub fn take_expired_talk(&mut self, said_at: DateTime<Utc>) -> Option<Talk> {
        self.talk.take_if(|talk| talk.until < said_at)
    }

    /// Forgets what is void by now: words are not kept for nothing.
    pub fn prune(&mut self, now: DateTime<Utc>) {
        self.pending.retain(|pending| pending.until >= now);
        // A step that was written in time may still be on its way.
        self.guide.take_if(|guide| guide.until + QUESTION_HOLDS < now);
    }

    /// Keeps a command until its answer; the same message always gets the same question.
    pub fn ask_first(&mut self, question: Question<'_>, now: DateTime<Utc>) -> Pending {
        let Question { text, wamid, said_at, why, choices, about } = question;
        self.pending.retain(|pending| pending.until >= now);
        if let Some(known) = self.pending.iter().find(|pending| pending.wamid == wamid && pending.why == why) {
            return known.clone();
        }
        if self.pending.len() >= MAX_QUESTIONS {
            self.pending.remove(0);
        }
        let code = self.free_code(wamid);
        let (text, wamid, until) = (text.to_owned(), wamid.to_owned(), now + QUESTION_HOLDS);
        let pending = Pending { code, text, wamid, said_at, until, why, choices, about };
        self.pending.push(pending.clone());
        pending
    }

    /// The post that is being put together, while it is not forgotten.
    pub fn guide_at(&self, said_at: DateTime<Utc>) -> Option<&Guide> {
        self.guide.as_ref().filter(|guide| said_at <= guide.until)
    }

    /// Takes the late command with this code, while its question holds.
    pub fn answer(&mut self, code: &str, now: DateTime<Utc>) -> Option<Pending> {
        let index = self.pending.iter().position(|pending| pending.code == code && pending.until >= now)?;
        Some(self.pending.remove(index))
    }

    /// The command that a choice stands for, counted from 1, while its question holds.
    pub fn choice(&self, code: &str, choice: usize, now: DateTime<Utc>) -> Option<String> {
        let pending = self.pending.iter().find(|pending| pending.code == code && pending.until >= now)?;
        pending.choices.get(choice.checked_sub(1)?).cloned()
    }

    /// True when a question with this code waits.
    pub fn asks(&self, code: &str, now: DateTime<Utc>) -> bool {
        self.pending.iter().any(|pending| pending.code == code && pending.until >= now)
    }

    /// A code that follows from the message and that no other question has.
    fn free_code(&self, wamid: &str) -> String {
        let first = fnv1a(wamid.as_bytes()) % CODES;
        (0..CODES)
            .map(|step| format!("{:04}", (first + step) % CODES))
            .find(|code| self.pending.iter().all(|pending| pending.code != *code))
            .unwrap_or_default()
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every release, which the standard hasher does not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("instant")
    }

    fn late<'a>(text: &'a str, wamid: &'a str, said_at: DateTime<Utc>) -> Question<'a> {
        Question { text, wamid, said_at, why: Why::Late, choices: Vec::new(), about: None }
    }

    #[test]
    fn a_text_belongs_to_the_conversation_only_while_it_was_open_when_it_was_written() {
        let (since, until) = (at("2026-11-22T10:00:00Z"), at("2026-11-22T10:05:00Z"));
        let talk = Talk { reply_id: 3, name: "Ana".to_owned(), since, until };
        let mut session = Session { talk: Some(talk), ..Session::default() };
        for (said_at, open) in [
            ("2026-11-22T09:59:59Z", false),
            ("2026-11-22T10:00:00Z", true),
            ("2026-11-22T10:05:00Z", true),
            ("2026-11-22T10:05:01Z", false),
        ] {
            assert_eq!(session.talk_at(at(said_at)).is_some(), open, "{said_at}");
        }
        assert_eq!(session.take_expired_talk(until), None);
        assert!(session.take_expired_talk(until + TimeDelta::seconds(1)).is_some());
        assert_eq!(session.talk, None);
    }

    #[test]
    fn a_question_is_answered_once_with_its_own_code_and_in_time() {
        let now = at("2026-11-22T10:00:00Z");
        let mut session = Session::default();
        let first = session.ask_first(late("list", "wamid.A", now), now);
        let again = session.ask_first(late("list", "wamid.A", now), now);
        let other = session.ask_first(late("groups", "wamid.B", now), now);
        assert_eq!(first, again);
        assert_ne!(first.code, other.code);
        assert_eq!(session.answer("none", now), None);
        assert_eq!(session.answer(&first.code, now + QUESTION_HOLDS + TimeDelta::seconds(1)), None);
        assert_eq!(session.answer(&first.code, now + QUESTION_HOLDS), Some(first.clone()));
        assert_eq!(session.answer(&first.code, now), None);
    }

    #[test]
    fn codes_have_four_digits_and_never_meet() {
        let now = at("2026-11-22T10:00:00Z");
        let mut session = Session::default();
        for n in 0..200 {
            session.ask_first(late("list", &format!("wamid.{n}"), now), now);
        }
        let mut codes: Vec<&str> = session.pending.iter().map(|pending| pending.code.as_str()).collect();
        assert_eq!(codes.len(), MAX_QUESTIONS);
        assert!(codes.iter().all(|code| code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit())));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), MAX_QUESTIONS);
    }
}
