//! `register group`, `unregister group`, `quiet`.

use chrono::NaiveTime;

use super::spoken::Command;
use super::unclear::{Unclear, pick};
use super::words::{first_chunk, first_word, is_blank, is_quote};
use super::{ALIAS_LIMIT, NAME_LIMIT};
use crate::domain::address::GroupId;
use crate::domain::group::alias_key;
use crate::domain::when::Language;

/// Longest group id that is taken; real ones have fewer than 100 characters.
const ID_LIMIT: usize = 200;
/// Words that stand between target and time, and so cannot be aliases.
const RESERVED: [&str; 5] = ["at", "on", "to", "and", "today"];

/// Reads what follows `register group`; `whole` is false when only `register` was said.
pub(super) fn register(whole: bool, rest: &str, language: Language) -> Result<Command, Unclear> {
    let verb = pick(language, "register group", "רשום קבוצה");
    let rest = after_group(whole, verb, rest, language)?;
    let (alias, after) = first_chunk(rest);
    let (id, name) = first_chunk(after);
    let team = pick(language, "team", "צוות");
    if id.is_empty() {
        let alias = if alias.is_empty() { team } else { alias };
        let why = ("A group needs an alias and its id.", "לקבוצה צריך כינוי ומזהה.");
        return Err(Unclear::new(language, why.0, why.1, format!("{verb} {alias} 1203630xxx@g.us Team")));
    }
    if alias.contains("@g.us") {
        let why = ("The alias comes first, then the id.", "קודם הכינוי, אחר כך המזהה.");
        return Err(Unclear::new(language, why.0, why.1, format!("{verb} {id} {alias} {name}").trim_end()));
    }
    let name = name.trim_matches(is_quote).trim_matches(is_blank);
    if name.chars().count() > NAME_LIMIT {
        let english = format!("The name may have {NAME_LIMIT} characters.");
        let hebrew = format!("השם יכול להכיל {NAME_LIMIT} תווים.");
        return Err(Unclear::new(language, &english, &hebrew, format!("{verb} {alias} {id} Team")));
    }
    let example = format!("{verb} {team} {id} {name}");
    let alias = checked_alias(alias, example.trim_end(), language)?;
    let group_id = checked_id(id).ok_or_else(|| {
        let instead = format!("{verb} {alias} 1203630xxx@g.us {name}");
        Unclear::new(language, "That is not a group id.", "זה לא מזהה של קבוצה.", instead.trim_end())
    })?;
    Ok(Command::RegisterGroup { alias, group_id, name: (!name.is_empty()).then(|| name.to_owned()) })
}

/// Reads what follows `unregister group`.
pub(super) fn unregister(whole: bool, rest: &str, language: Language) -> Result<Command, Unclear> {
    let verb = pick(language, "unregister group", "הסר קבוצה");
    let rest = after_group(whole, verb, rest, language)?;
    let (alias, after) = first_chunk(rest);
    if alias.is_empty() {
        let why = ("Which group? For their aliases type groups.", "איזו קבוצה? לכינויים: קבוצות.");
        return Err(Unclear::new(language, why.0, why.1, format!("{verb} {}", pick(language, "team", "צוות"))));
    }
    let force = after.eq_ignore_ascii_case("force");
    if !after.is_empty() && !force {
        return Err(Unclear::new(language, "One alias, please.", "כינוי אחד, בבקשה.", format!("{verb} {alias}")));
    }
    Ok(Command::UnregisterGroup { alias: alias_key(alias), force })
}

fn after_group<'a>(whole: bool, verb: &str, rest: &'a str, language: Language) -> Result<&'a str, Unclear> {
    if whole {
        return Ok(rest.trim_end_matches(is_blank));
    }
    let rest = if rest.is_empty() { pick(language, "team", "צוות") } else { rest };
    let short = verb.split(' ').next().unwrap_or(verb);
    let (english, hebrew) = (format!("I can {short} groups."), format!("{short} מה? קבוצה."));
    Err(Unclear::new(language, &english, &hebrew, format!("{verb} {rest}")))
}

fn checked_alias(alias: &str, example: &str, language: Language) -> Result<String, Unclear> {
    let key = alias_key(alias);
    let odd = |c: char| is_quote(c) || matches!(c, ',' | ':') || c.is_control();
    if key.chars().any(odd) || key.chars().count() > ALIAS_LIMIT || RESERVED.contains(&key.as_str()) {
        let english = format!(
            "An alias is one word of up to {ALIAS_LIMIT} characters without quotes and commas, and not {}.",
            RESERVED.join(", ")
        );
        let hebrew = format!("כינוי הוא מילה אחת של עד {ALIAS_LIMIT} תווים, בלי מרכאות ופסיקים.");
        return Err(Unclear::new(language, &english, &hebrew, example));
    }
    Ok(key)
}

fn checked_id(id: &str) -> Option<GroupId> {
    let odd = |c: char| is_quote(c) || c == ',' || c.is_control() || c == '/';
    if id.len() > ID_LIMIT || id.chars().any(odd) { None } else { GroupId::parse(id) }
}

/// `quiet team 22:00-07:00`, `quiet team off`.
pub(super) fn quiet(rest: &str, language: Language) -> Result<Command, Unclear> {
    let (group, after) = match rest.strip_prefix(is_quote).and_then(|inner| inner.split_once(is_quote)) {
        Some((name, after)) => (name, after.trim_matches(is_blank)),
        None => first_chunk(rest),
    };
    let group = group.trim_matches(is_blank);
    let example = |group: &str| match language {
        Language::English => vec![format!("quiet {group} 22:00-07:00"), format!("quiet {group} off")],
        Language::Hebrew => vec![format!("שקט {group} 22:00-07:00"), format!("שקט {group} כבוי")],
    };
    if group.is_empty() {
        let team = pick(language, "team", "צוות");
        let unclear = Unclear::new(language, "Which group, and from when to when?", "איזו קבוצה, וממתי עד מתי?", "");
        return Err(Unclear { instead: example(team), ..unclear });
    }
    let group = group.to_owned();
    if matches!(after.to_lowercase().as_str(), "off" | "none" | "כבוי" | "בטל") {
        return Ok(Command::Quiet { group, hours: None });
    }
    match hours(after) {
        Some(hours) => Ok(Command::Quiet { group, hours: Some(hours) }),
        None => {
            let instead = example(&group);
            Err(Unclear { instead, ..Unclear::new(language, "From when to when?", "ממתי עד מתי?", "") })
        }
    }
}

/// `22:00-07:00`, `22:00 to 7:00`, `22-7`; two different times.
fn hours(text: &str) -> Option<(NaiveTime, NaiveTime)> {
    let text = text.replace(['–', '—', '־'], "-").replace(" to ", "-").replace(" עד ", "-");
    let (from, to) = text.split_once('-')?;
    let time = |text: &str| {
        let (hour, minute) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
        let number = |text: &str| text.parse().ok().filter(|_| text.len() <= 2);
        NaiveTime::from_hms_opt(number(hour)?, number(minute)?, 0)
    };
    let (from, to) = (time(from)?, time(to)?);
    (from != to).then_some((from, to))
}

/// The name of a group that a list is narrowed to, or `today`.
pub(super) fn listing(rest: &str) -> super::Listing {
    let (word, after) = first_word(rest);
    let name = rest.trim_matches(|c| is_blank(c) || is_quote(c));
    match word.to_lowercase().as_str() {
        "" if name.is_empty() => super::Listing::All,
        "all" | "הכל" if after.is_empty() => super::Listing::All,
        "today" | "היום" if after.is_empty() => super::Listing::Today,
        _ => super::Listing::Group(name.to_owned()),
    }
}
