//! What the owner can want, as values.

use chrono::NaiveTime;

use super::forms::Verb;
use crate::domain::address::GroupId;
use crate::domain::delivery::Decision;
use crate::domain::when::Language;

/// Something the owner wants.
#[derive(Clone, PartialEq, Eq)]
pub enum Command {
    /// Register a group, or change a registration.
    RegisterGroup {
        /// What the owner will call it, as [`crate::domain::group::alias_key`] gives it.
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
    /// Put a post together step by step.
    Guide,
    /// One of its steps, tapped.
    Guided(Step),
    /// Show the jobs.
    List(Listing),
    /// Show the next page.
    More,
    /// Another text.
    Edit {
        /// The job.
        id: i64,
        /// The text, unchanged.
        text: String,
    },
    /// Ask how to change a job.
    EditHow {
        /// The job.
        id: i64,
    },
    /// Another time.
    Move {
        /// The job.
        id: i64,
        /// When, for [`crate::domain::when`].
        phrase: String,
    },
    /// The same text once more.
    Copy {
        /// The job.
        id: i64,
        /// Aliases or names of groups as typed.
        groups: Vec<String>,
        /// When; at the same time when missing.
        phrase: Option<String>,
    },
    /// Post a job at once.
    NowJob {
        /// The job.
        id: i64,
    },
    /// Post a text at once.
    NowPost {
        /// The text, unchanged.
        text: String,
        /// Aliases or names of groups as typed.
        groups: Vec<String>,
    },
    /// Take no slot for a while.
    Pause {
        /// Of which jobs.
        which: Which,
        /// Until when; until resumed when missing.
        until: Option<String>,
    },
    /// Go on after a pause.
    Resume {
        /// With which jobs.
        which: Which,
    },
    /// Leave out the next occurrence.
    Skip {
        /// The job.
        id: i64,
    },
    /// Leave out days.
    Except {
        /// The job.
        id: i64,
        /// The days.
        phrase: String,
    },
    /// Take the latest change back.
    Undo {
        /// Of this job.
        id: Option<i64>,
    },
    /// Bring back what was withdrawn.
    Restore {
        /// The job.
        id: i64,
    },
    /// Show one job.
    Show {
        /// The job.
        id: i64,
    },
    /// Tell the story of a job.
    Why {
        /// The job.
        id: i64,
    },
    /// Show how things stand.
    Status,
    /// Show or change the time zone.
    Timezone {
        /// The new one.
        name: Option<String>,
        /// What becomes of the jobs that are scheduled by the clock of another one.
        jobs: Option<ZoneJobs>,
    },
    /// Show the answers to a job.
    Replies {
        /// The job.
        id: i64,
    },
    /// Do not hear somebody for a while.
    Mute {
        /// Whom, as typed.
        who: String,
        /// How long.
        phrase: String,
    },
    /// Hear them again.
    Unmute {
        /// Whom, as typed.
        who: String,
    },
    /// Set the quiet hours of a group.
    Quiet {
        /// Alias or name as typed.
        group: String,
        /// From and to; `None` ends them.
        hours: Option<(NaiveTime, NaiveTime)>,
    },
    /// Send the post of a job to the owner only.
    Test {
        /// The job.
        id: i64,
    },
    /// Leave what is being put together.
    Stop,
    /// Take one of several readings.
    Choose {
        /// The code of the question.
        code: String,
        /// Which, counted from 1.
        choice: usize,
    },
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

/// Which jobs a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All of them.
    All,
    /// Those of today.
    Today,
    /// Those of a group, as typed.
    Group(String),
}

/// Which jobs are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// One.
    Job(i64),
}

/// What becomes of jobs when the time zone changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ZoneJobs {
    /// They stay at their instants.
    Keep,
    /// Those by this zone keep their wall clock.
    From(String),
}

/// A tapped step of putting a post together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The group, by its alias.
    Group(String),
    /// The time.
    Time(String),
    /// Another time.
    Edit,
    /// Schedule it, or drop it.
    Confirm(bool),
}

/// A command, and the language it was given in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The command.
    pub command: Command,
    /// Its language; the answer is in the same.
    pub language: Language,
}

/// A post as the owner dictates it.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// What is posted, unchanged; 1 to [`crate::domain::content::TEXT_LIMIT`] characters.
    pub text: String,
    /// Aliases or names of groups as typed, at least one.
    pub groups: Vec<String>,
    /// When, for [`crate::domain::when`].
    pub phrase: String,
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
impl Command {
    /// The stable name, for metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RegisterGroup { .. } => "register_group",
            Self::UnregisterGroup { .. } => "unregister_group",
            Self::Groups => "groups",
            Self::Schedule(_) => "schedule",
            Self::List(_) => "list",
            Self::Guide | Self::Guided(_) => "guide",
            Self::More => "more",
            Self::Edit { .. } | Self::EditHow { .. } => "edit",
            Self::Move { .. } => "move",
            Self::Copy { .. } => "copy",
            Self::NowJob { .. } | Self::NowPost { .. } => "now",
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::Skip { .. } => "skip",
            Self::Except { .. } => "except",
            Self::Undo { .. } => "undo",
            Self::Restore { .. } => "restore",
            Self::Show { .. } => "show",
            Self::Why { .. } => "why",
            Self::Status => "status",
            Self::Timezone { .. } => "timezone",
            Self::Replies { .. } => "replies",
            Self::Mute { .. } => "mute",
            Self::Unmute { .. } => "unmute",
            Self::Quiet { .. } => "quiet",
            Self::Test { .. } => "test",
            Self::Stop => "stop",
            Self::Choose { .. } => "choose",
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
        !matches!(
            self,
            Self::Groups
                | Self::Guide
                | Self::Guided(_)
                | Self::List(_)
                | Self::More
                | Self::EditHow { .. }
                | Self::Show { .. }
                | Self::Why { .. }
                | Self::Status
                | Self::Timezone { name: None, .. }
                | Self::Replies { .. }
                | Self::Help(_)
                | Self::Done
                | Self::Stop
                | Self::Test { .. }
                | Self::Choose { .. }
                | Self::Confirm { .. }
        )
    }
}
