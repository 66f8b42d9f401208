//! `register group` and `unregister group`.

use super::{ALIAS_LIMIT, Command, NAME_LIMIT, Unclear, first_word, is_blank, is_quote};
use crate::domain::address::GroupId;
use crate::domain::group::alias_key;

/// Longest group id that is taken; real ones have fewer than 100 characters.
const ID_LIMIT: usize = 200;
/// Words that stand between target and time, and so cannot be aliases.
const RESERVED: [&str; 3] = ["at", "on", "to"];

/// Reads what follows `register`.
pub(super) fn register(rest: &str) -> Result<Command, Unclear> {
    let rest = after_group("register", rest)?;
    let (alias, after) = word(rest);
    let (id, name) = word(after);
    if id.is_empty() {
        let alias = if alias.is_empty() { "team" } else { alias };
        let why = "A group needs an alias and its id.";
        return Err(Unclear::new(why, format!("register group {alias} 1203630xxx@g.us Team")));
    }
    if alias.contains("@g.us") {
        let why = "The alias comes first, then the id.";
        return Err(Unclear::new(why, format!("register group {id} {alias} {name}").trim_end()));
    }
    let name = name.trim_matches(is_quote).trim_matches(is_blank);
    if name.chars().count() > NAME_LIMIT {
        let why = format!("The name may have {NAME_LIMIT} characters.");
        return Err(Unclear::new(why, format!("register group {alias} {id} Team")));
    }
    let example = format!("register group team {id} {name}");
    let alias = checked_alias(alias, example.trim_end())?;
    let group_id = checked_id(id).ok_or_else(|| {
        Unclear::new("That is not a group id.", format!("register group {alias} 1203630xxx@g.us {name}").trim_end())
    })?;
    Ok(Command::RegisterGroup { alias, group_id, name: (!name.is_empty()).then(|| name.to_owned()) })
}

/// Reads what follows `unregister`.
pub(super) fn unregister(rest: &str) -> Result<Command, Unclear> {
    let rest = after_group("unregister", rest)?;
    let (alias, after) = word(rest);
    if alias.is_empty() {
        return Err(Unclear::new("Which group? For their aliases type groups.", "unregister group team"));
    }
    let force = after.eq_ignore_ascii_case("force");
    if !after.is_empty() && !force {
        return Err(Unclear::new("One alias, please.", format!("unregister group {alias}")));
    }
    Ok(Command::UnregisterGroup { alias: alias_key(alias), force })
}

fn after_group<'a>(verb: &str, rest: &'a str) -> Result<&'a str, Unclear> {
    let (word, after) = first_word(rest);
    if word.eq_ignore_ascii_case("group") {
        return Ok(after.trim_end_matches(is_blank));
    }
    let rest = if rest.is_empty() { "team" } else { rest };
    Err(Unclear::new(format!("I can {verb} groups."), format!("{verb} group {rest}")))
}

/// Cuts off one word; unlike a verb, an id may hold any character but a blank.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_at(text.find(is_blank).unwrap_or(text.len()));
    (word, rest.trim_start_matches(is_blank))
}

fn checked_alias(alias: &str, example: &str) -> Result<String, Unclear> {
    let key = alias_key(alias);
    let odd = |c: char| is_quote(c) || c == ',' || c.is_control();
    if key.chars().any(odd) || key.chars().count() > ALIAS_LIMIT || RESERVED.contains(&key.as_str()) {
        let why = format!(
            "An alias is one word of up to {ALIAS_LIMIT} characters without quotes and commas, and not {}.",
            RESERVED.join(", ")
        );
        return Err(Unclear::new(why, example));
    }
    Ok(key)
}

fn checked_id(id: &str) -> Option<GroupId> {
    let odd = |c: char| is_quote(c) || c == ',' || c.is_control() || c == '/';
    if id.len() > ID_LIMIT || id.chars().any(odd) { None } else { GroupId::parse(id) }
}
