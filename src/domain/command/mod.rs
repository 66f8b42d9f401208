//! What the owner says, as a command; or why it is none, and what to type instead.
//!
//! Pure and total: every text gives one of the two. The text of a post is taken byte for byte; nothing in it is ever
//! read as a command. Which groups and jobs there are is not known here. All verbs stand in the table of [`forms`].

mod again;
mod change;
mod cut;
pub mod forms;
mod group;
mod nearest;
mod number;
mod people;
mod shape;
mod spoken;
mod tapped;
mod unclear;
mod words;

#[cfg(test)]
mod tests;

use super::delivery::Verdict;
use super::when::Language;
use forms::{Begun, Kind};
use words::{first_word, is_blank};

pub use again::{except_words, move_words, mute_words, pause_words, split_days, unmute_words, zone_words};
pub use forms::{VERBS, Verb};
pub use nearest::nearest;
pub use spoken::{Command, Draft, Listing, Spoken, Step, Which, ZoneJobs};
pub use tapped::tapped;
pub use unclear::Unclear;

/// Longest alias, in characters.
pub const ALIAS_LIMIT: usize = 40;
/// Longest name of a group, in characters (Meta, "Groups API", 2025-11: subject).
pub const NAME_LIMIT: usize = 128;
/// Most groups of one job.
pub const MAX_GROUPS: usize = 50;

/// Reads what the owner typed.
///
/// # Errors
///
/// [`Unclear`] when it is no command.
pub fn parse(text: &str) -> Result<Spoken, Unclear> {
    let said = stripped(text);
    let own = Language::of(first_word(said).0);
    if let Some(command) = change::numbered(said) {
        return command.map(|command| Spoken { command, language: spoken(own, said) });
    }
    // `more` stands alone: `עוד` also begins times.
    let begun = forms::begun(said).filter(|begun| begun.verb.kind != Kind::More || begun.rest.is_empty());
    if let Some(begun) = begun {
        let language = begun.language;
        return obey(&begun).map(|command| Spoken { language: language_of(&command, language), command });
    }
    let slip = slip(said);
    // A word before a quote is meant as a verb; before anything else it may be the time.
    let as_verb = slip.is_some() && first_word(said).1.starts_with(words::is_quote);
    if !as_verb && let Some(draft) = cut::verbless(said, Language::of(said)) {
        let draft = draft?;
        let language = Language::of(&draft.phrase);
        return Ok(Spoken { command: Command::Schedule(draft), language });
    }
    Err(unknown(said, slip))
}

/// Reads a text that quotes the confirmation of a job: a new time, `text: …`, or a verb without its number.
///
/// # Errors
///
/// [`Unclear`] when it is no command.
pub fn about(job_id: i64, text: &str) -> Result<Spoken, Unclear> {
    let said = stripped(text);
    if let Some(words) = change::text_behind_colon(said) {
        let language = Language::of(first_word(said).0);
        cut::check(words, "", language)?;
        return Ok(Spoken { command: Command::Edit { id: job_id, text: words.to_owned() }, language });
    }
    let begun = forms::begun(said).filter(|begun| begun.verb.kind != Kind::More || begun.rest.is_empty());
    let Some(begun) = begun else {
        return match change::numbered(said) {
            Some(command) => command.map(|command| Spoken { command, language: Language::of(said) }),
            None if said.is_empty() => parse(text),
            None => Ok(Spoken {
                command: Command::Move { id: job_id, phrase: said.to_owned() },
                language: Language::of(said),
            }),
        };
    };
    let number = number::parse(first_word(begun.rest).0);
    // `except 25 dec` begins with a number that is no job's.
    let numbered = number.is_some_and(|number| begun.verb.kind != Kind::Except || number == job_id);
    let all = words::after_word(begun.rest, &["all", "הכל"]).is_some();
    let takes_number = takes_number(begun.verb.kind) && !numbered && !all;
    if !takes_number || (begun.verb.kind == Kind::Now && !begun.rest.is_empty()) {
        return parse(text);
    }
    parse(&format!("{} {job_id} {}", begun.name, begun.rest))
}

/// Checks the text of a post that was given by itself.
///
/// # Errors
///
/// [`Unclear`] when it cannot be posted.
pub fn check_text(text: &str, language: Language) -> Result<(), Unclear> {
    cut::check(text, "", language)
}

/// Reads any text in every way there is and panics when a refusal says nothing: for fuzzers and their corpus.
#[doc(hidden)]
pub fn check_any(text: &str) {
    for read in [parse(text), about(12, text)] {
        if let Err(unclear) = read {
            assert!(!unclear.why.is_empty(), "a refusal says something");
        }
    }
    let _ = tapped(text);
    let _ = is_slashed(text);
}

fn stripped(text: &str) -> &str {
    let said = text.trim_matches(is_blank);
    said.strip_prefix('/').unwrap_or(said).trim_start_matches(is_blank)
}

/// The language of an answer: that of the verb, or Hebrew where the rest of the command is.
fn spoken(verb: Language, rest: &str) -> Language {
    if verb == Language::Hebrew { verb } else { Language::of(rest) }
}

/// An English verb with a Hebrew time is answered in Hebrew; a Hebrew text alone does not make it so.
fn language_of(command: &Command, verb: Language) -> Language {
    match command {
        Command::Schedule(Draft { phrase, .. }) | Command::Move { phrase, .. } | Command::Except { phrase, .. } => {
            spoken(verb, phrase)
        }
        _ => verb,
    }
}

fn takes_number(kind: Kind) -> bool {
    use Kind::{Cancel, Copy, Edit, Except, Move, Now, Pause, Replies, Restore, Resume, Show, Skip, Test, Undo, Why};
    matches!(
        kind,
        Cancel
            | Copy
            | Edit
            | Except
            | Move
            | Now
            | Pause
            | Replies
            | Restore
            | Resume
            | Show
            | Skip
            | Test
            | Undo
            | Why
    )
}

fn obey(begun: &Begun<'_>) -> Result<Command, Unclear> {
    let Begun { verb, name, language, rest } = *begun;
    let one = |make: fn(i64) -> Command| number::only(name, rest, language).map(make);
    match verb.kind {
        Kind::Schedule if rest.is_empty() => Ok(Command::Guide),
        Kind::Schedule => cut::post(rest, language).map(Command::Schedule),
        Kind::List => Ok(Command::List(group::listing(rest))),
        Kind::More => Ok(Command::More),
        Kind::Cancel => one(|id| Command::Cancel { id }),
        Kind::Edit => change::edit(rest, language),
        Kind::Move => change::shift(rest, language),
        Kind::Copy => change::copy(rest, language),
        Kind::Now => change::now(rest, language),
        Kind::Pause => change::pause(rest, language),
        Kind::Resume => change::resume(rest, language),
        Kind::Skip => one(|id| Command::Skip { id }),
        Kind::Except => change::except(None, rest, language),
        Kind::Undo => change::undo(rest, language),
        Kind::Restore => one(|id| Command::Restore { id }),
        Kind::Show => one(|id| Command::Show { id }),
        Kind::Why => one(|id| Command::Why { id }),
        Kind::Replies => one(|id| Command::Replies { id }),
        Kind::Test => one(|id| Command::Test { id }),
        Kind::Register => group::register(name.contains(' '), rest, language),
        Kind::Unregister => group::unregister(name.contains(' '), rest, language),
        Kind::Quiet => group::quiet(rest, language),
        Kind::Mute => people::mute(rest, language),
        Kind::Unmute => people::unmute(rest, language),
        Kind::Timezone => Ok(people::timezone(rest)),
        Kind::Reply => number::reply(rest, language),
        Kind::SendLate => number::late(name, true, rest, language),
        Kind::DropLate => number::late(name, false, rest, language),
        Kind::SendAgain => number::verdict(name, Verdict::SendAgain, rest, language),
        Kind::Leave => number::verdict(name, Verdict::Leave, rest, language),
        Kind::Arrived => number::verdict(name, Verdict::Arrived, rest, language),
        Kind::Yes => number::confirm(name, true, rest, language),
        Kind::No => number::confirm(name, false, rest, language),
        Kind::Choose => number::choose(name, rest, language),
        Kind::Status => alone(Command::Status, name, rest, language),
        Kind::Groups => alone(Command::Groups, name, rest, language),
        Kind::Done => alone(Command::Done, name, rest, language),
        Kind::Stop => alone(Command::Stop, name, rest, language),
        Kind::Help => Ok(Command::Help(explained(rest))),
    }
}

/// True for a text that is a command even while a private conversation is open.
pub fn is_slashed(text: &str) -> bool {
    text.trim_start_matches(is_blank).starts_with('/')
}

/// A few commands for somebody who does not know any.
fn examples(language: Language) -> Vec<String> {
    VERBS.iter().filter(|verb| verb.common).map(|verb| verb.page(language)[2].to_owned()).collect()
}

fn alone(command: Command, verb: &str, rest: &str, language: Language) -> Result<Command, Unclear> {
    if rest.is_empty() {
        return Ok(command);
    }
    let (english, hebrew) = (format!("{verb} stands alone."), format!("{verb} עומד לבד."));
    Err(Unclear::new(language, &english, &hebrew, verb))
}

fn explained(rest: &str) -> Option<&'static Verb> {
    let asked: Vec<String> = rest.split(is_blank).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let asked = asked.join(" ");
    let exact = VERBS.iter().find(|verb| verb.names().any(|name| name == asked));
    let begun = || VERBS.iter().find(|verb| !asked.is_empty() && verb.names().any(|name| name.starts_with(&asked)));
    exact.or_else(begun)
}

/// The verb that the first word is a slip of.
fn slip(said: &str) -> Option<&'static str> {
    let verb = first_word(said).0.trim_end_matches(['.', ',', '!', ':']).to_lowercase();
    let first_words = VERBS.iter().flat_map(Verb::names).filter_map(|name| name.split(' ').next());
    if verb.is_empty() { None } else { nearest(&verb, first_words) }
}

fn unknown(said: &str, slip: Option<&str>) -> Unclear {
    let language = Language::of(said);
    let (word, rest) = first_word(said);
    let instead = match slip {
        Some(known) => vec![format!("{known} {rest}").trim_end().to_owned()],
        None => examples(language),
    };
    let (english, hebrew) = match word {
        "" => ("That is not a command.".to_owned(), "זו לא פקודה.".to_owned()),
        word => (format!("I do not know “{word}”."), format!("אני לא מכיר “{word}”.")),
    };
    Unclear { instead, verb_known: false, ..Unclear::new(language, &english, &hebrew, "") }
}
