//! What the owner says, as a command; or why it is none, and what to type instead.
//!
//! Pure and total: every text gives one of the two. The text of a post is taken byte for byte; nothing in it is ever
//! read as a command. Which groups and jobs there are is not known here.

mod cut;
mod group;
mod nearest;
mod number;
mod verbs;

#[cfg(test)]
mod tests;

use super::address::GroupId;
use super::delivery::{Decision, Verdict};

pub use nearest::nearest;
pub use verbs::{VERBS, Verb};

/// Longest alias, in characters.
pub const ALIAS_LIMIT: usize = 40;
/// Longest name of a group, in characters (Meta, "Groups API", 2025-11: subject).
pub const NAME_LIMIT: usize = 128;
/// Most groups of one job.
pub const MAX_GROUPS: usize = 50;

/// Something the owner wants.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// Register a group, or change a registration.
    RegisterGroup {
        /// What the owner will call it, as [`super::group::alias_key`] gives it.
        alias: String,
        /// Its id at the API.
        group_id: GroupId,
        /// What people see; the alias when missing.
        name: Option<String>,
    },
    /// Remove a registration.
    UnregisterGroup {
        /// The alias.
        alias: String,
        /// Cancel the jobs that point at it instead of refusing.
        force: bool,
    },
    /// Show the groups.
    Groups,
    /// Post something later.
    Schedule(Draft),
    /// Show the jobs.
    List,
    /// Withdraw a job.
    Cancel {
        /// The job.
        id: i64,
    },
    /// Explain; one verb, or all.
    Help(Option<&'static Verb>),
    /// Answer a member privately.
    Reply {
        /// The number on the forward.
        id: i64,
        /// What to say; without it a conversation opens.
        text: Option<String>,
    },
    /// Close the private conversation.
    Done,
    /// Decide about an unknown outcome or late posts.
    Decide(Decision),
    /// Answer the question whether a late command still counts.
    Confirm {
        /// The code of the question.
        code: String,
        /// Do it, or drop it.
        yes: bool,
    },
}

/// A post as the owner dictates it.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// What is posted, unchanged; 1 to [`super::content::TEXT_LIMIT`] characters.
    pub text: String,
    /// Aliases or names of groups as typed, at least one.
    pub groups: Vec<String>,
    /// When, for [`super::when`].
    pub phrase: String,
}

/// Why something is no command, and what to type instead.
#[derive(Clone, PartialEq, Eq)]
pub struct Unclear {
    /// What is wrong.
    pub why: String,
    /// Commands to type instead, the owner's words filled in.
    pub instead: Vec<String>,
    /// False when not even the verb is known: then it may not have been meant as a command at all.
    pub verb_known: bool,
}

// Texts must not reach a log.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Command::{}", self.name())
    }
}
impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Draft({} chars, {} groups)", self.text.chars().count(), self.groups.len())
    }
}
impl std::fmt::Debug for Unclear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unclear(…)")
    }
}

impl Unclear {
    fn new(why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { why: why.into(), instead: vec![instead.into()], verb_known: true }
    }
}

impl Command {
    /// The stable name, for metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RegisterGroup { .. } => "register_group",
            Self::UnregisterGroup { .. } => "unregister_group",
            Self::Groups => "groups",
            Self::Schedule(_) => "schedule",
            Self::List => "list",
            Self::Cancel { .. } => "cancel",
            Self::Help(_) => "help",
            Self::Reply { .. } => "reply",
            Self::Done => "done",
            Self::Decide(_) => "decide",
            Self::Confirm { .. } => "confirm",
        }
    }

    /// True when it changes something that the owner may want otherwise by now: it is not obeyed late without a yes.
    pub fn acts(&self) -> bool {
        !matches!(self, Self::Groups | Self::List | Self::Help(_) | Self::Done | Self::Confirm { .. })
    }
}

/// Reads what the owner typed.
///
/// # Errors
///
/// [`Unclear`] when it is no command.
pub fn parse(text: &str) -> Result<Command, Unclear> {
    let said = text.trim_matches(is_blank);
    let said = said.strip_prefix('/').unwrap_or(said).trim_start_matches(is_blank);
    let (word, rest) = first_word(said);
    let verb = word.trim_end_matches(['.', ',', '!', ':']).to_lowercase();
    match verb.as_str() {
        "" => Err(Unclear { why: "That is not a command.".to_owned(), instead: examples(), verb_known: false }),
        "schedule" => cut::schedule(rest),
        "register" => group::register(rest),
        "unregister" => group::unregister(rest),
        "groups" => alone(Command::Groups, "groups", rest),
        "list" => alone(Command::List, "list", rest),
        "done" => alone(Command::Done, "done", rest),
        "cancel" => number::only("cancel", rest).map(|id| Command::Cancel { id }),
        "reply" => number::reply(rest),
        "send" => number::send(rest),
        "drop" => number::late("drop", rest),
        "leave" => number::verdict("leave", Verdict::Leave, rest),
        "arrived" => number::verdict("arrived", Verdict::Arrived, rest),
        "yes" => number::confirm("yes", true, rest),
        "no" => number::confirm("no", false, rest),
        "help" | "?" => Ok(help(rest)),
        _ => Err(unknown(word, &verb, rest)),
    }
}

/// True for a text that is a command even while a private conversation is open.
pub fn is_slashed(text: &str) -> bool {
    text.trim_start_matches(is_blank).starts_with('/')
}

/// Reads the id of a button that was tapped; `None` when it is none of ours.
pub fn tapped(id: &str) -> Option<Command> {
    let parts: Vec<&str> = id.split(':').collect();
    let command = match parts[..] {
        ["unknown", entry, attempt, verb] => {
            let verdict = match verb {
                "again" => Verdict::SendAgain,
                "leave" => Verdict::Leave,
                "arrived" => Verdict::Arrived,
                _ => return None,
            };
            let attempt = Some(attempt.parse().ok()?);
            Command::Decide(Decision::Unknown { entry_id: number::parse(entry)?, attempt, verdict })
        }
        ["late", "all", verb @ ("send" | "drop")] => {
            Command::Decide(Decision::Late { job_id: None, send: verb == "send" })
        }
        ["confirm", code, verb @ ("yes" | "no")] => Command::Confirm { code: code.to_owned(), yes: verb == "yes" },
        _ => return None,
    };
    Some(command)
}

/// A few commands for somebody who does not know any.
fn examples() -> Vec<String> {
    VERBS.iter().filter(|verb| verb.common).map(|verb| verb.example.to_owned()).collect()
}

fn alone(command: Command, verb: &str, rest: &str) -> Result<Command, Unclear> {
    if rest.is_empty() { Ok(command) } else { Err(Unclear::new(format!("{verb} stands alone."), verb)) }
}

fn help(rest: &str) -> Command {
    let asked: Vec<String> = rest.split(is_blank).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let asked = asked.join(" ");
    let exact = VERBS.iter().find(|verb| verb.name == asked);
    let begun = || VERBS.iter().find(|verb| !asked.is_empty() && verb.name.starts_with(&asked));
    Command::Help(exact.or_else(begun))
}

fn unknown(word: &str, verb: &str, rest: &str) -> Unclear {
    let why = format!("I do not know “{word}”.");
    let first_words = VERBS.iter().filter_map(|known| known.name.split(' ').next());
    let instead = match nearest(verb, first_words) {
        Some(known) => vec![format!("{known} {rest}").trim_end().to_owned()],
        None => examples(),
    };
    Unclear { why, instead, verb_known: false }
}

/// Blanks, and the invisible marks that phones put between them.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Every double quote that a keyboard may produce; each closes any other.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

/// Cuts off the first word; a quote or a `#` ends it as a blank does. The rest begins with its first visible character.
fn first_word(text: &str) -> (&str, &str) {
    let end = text
        .char_indices()
        .find(|(at, c)| is_blank(*c) || is_quote(*c) || (*c == '#' && *at > 0))
        .map_or(text.len(), |(at, _)| at);
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start_matches(is_blank))
}
