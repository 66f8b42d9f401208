//! The time-phrase language: what an owner may write, in English or Hebrew, and the instant it means.
//!
//! ```text
//! phrase ─▶ normalise ─▶ lex ─▶ scan (words) ─▶ grammar (what is said) ─▶ resolve (what it means from now)
//! ```
//!
//! A phrase stands for a set of instants; the earliest one later than now is taken. What contradicts itself, is
//! over, or could honestly mean two things is refused with something to copy instead: a message on the wrong day
//! cannot be taken back. Nothing in here reads a clock, a locale or the environment, and no word is ever skipped.

mod calendar;
mod cursor;
mod english;
mod grammar;
mod grammar_date;
mod grammar_day;
mod grammar_length;
mod grammar_limits;
mod grammar_series;
mod grammar_series_days;
mod grammar_step;
mod grammar_time;
mod hebrew;
mod lex;
mod literal;
mod normalise;
mod note;
mod phrase;
mod refusal;
mod render;
mod render_series;
mod resolve;
mod resolve_day;
mod resolve_series;
mod rrule;
mod rrule_text;
mod scan;
mod series;
mod suggest;
mod timing;
mod word;
mod wording;
mod zone;
mod zone_phrase;

#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDateTime, Utc};

pub use note::Note;
pub use refusal::{Code, Refusal};
pub use render::{confirm, distance};
pub use render_series::confirm_series;
pub use series::Rule;
pub use word::Part;
pub use wording::Language;
pub use zone::{ZONE_DATA, is_outdated, zone_named};

use calendar::Week;
use refusal::Trouble;
use resolve::Now;
use resolve_day::Calendar;
use zone::{Place, Tz};

/// Which of two numbers in a date is the day (D5). Dates that start with the year ignore it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// `12/6` is 12 June.
    #[default]
    Dmy,
    /// `12/6` is 6 December.
    Mdy,
}

/// What the owner set. Week start and workdays follow from the zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The owner's zone: phrases that name no zone are read in it.
    pub zone: Tz,
    /// The order of day and month in numeric dates.
    pub date_order: DateOrder,
}

impl Settings {
    /// Settings for a zone, day first.
    pub fn new(zone: Tz) -> Self {
        Self { zone, date_order: DateOrder::default() }
    }

    fn week(&self) -> Week {
        Week::of(zone::is_israel(self.zone))
    }
}

/// The one instant a phrase means.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The instant, later than the `now` it was read at; exact to the millisecond.
    pub at: DateTime<Utc>,
    /// The wall clock in `zone`. Kept beside the instant, so that a change of zone data can be followed (S4).
    pub local: NaiveDateTime,
    /// The zone the phrase was read in: the owner's, the one it names, or UTC when it names an offset.
    pub zone: Tz,
    /// What the owner should be told about the reading, in order.
    pub notes: Vec<Note>,
    /// The language of the phrase, and of the confirmation.
    pub language: Language,
}

/// What a phrase was understood as.
#[derive(Clone, Debug, PartialEq)]
pub enum Understood {
    /// One message at one moment.
    Once(Moment),
    /// A series of messages.
    Repeats(Rule),
}

/// The instant of a wall clock in a zone: one that does not exist moves forward, of two the first that is ahead (S1, S2).
pub fn instant_in(zone: Tz, local: NaiveDateTime, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    zone::instant_of(Place::Named(zone), local, now).map(|(at, _)| at)
}

/// The name of a zone that a misspelt one may have meant.
pub fn zone_like(name: &str) -> Option<&'static str> {
    zone::names_like(&name.replace(' ', "_"), suggest::edit_distance)
}

/// An instant in words, by the wall clock of a zone: `Tue 7 Jul 2026, 09:00`.
pub fn day_and_time(at: DateTime<Utc>, zone: Tz, language: Language) -> String {
    render::date_line(zone::local_at(Place::Named(zone), at), language)
}

/// A wall clock in words.
pub fn wall_clock(local: NaiveDateTime, language: Language) -> String {
    render::date_line(local, language)
}

/// How far away an instant is, in words: `in 23 h`.
pub fn away(from: DateTime<Utc>, to: DateTime<Utc>, language: Language) -> String {
    match language {
        Language::English => render::distance(from, to),
        Language::Hebrew => render::hebrew_distance(from, to),
    }
}

/// True when a text begins like a time phrase: with a word, or a number, that the language knows.
pub fn begins_like_a_time(text: &str) -> bool {
    let glyphs = normalise::normalise(text).unwrap_or_default();
    let tokens = scan::scan(&lex::lex(&glyphs));
    tokens.first().is_some_and(|token| token.word != word::Word::Unknown)
}

/// Reads a phrase as of `now`.
///
/// # Errors
///
/// A [`Refusal`] when the phrase has no single meaning that is ahead and within two years.
pub fn understand(phrase: &str, now: DateTime<Utc>, settings: &Settings) -> Result<Understood, Refusal> {
    let works = |phrase: &str| read(phrase, now, settings).is_ok();
    read(phrase, now, settings)
        .map_err(|trouble| suggest::with_offers(trouble, phrase, settings.week()).into_refusal(phrase, works))
}

fn read(phrase: &str, now: DateTime<Utc>, settings: &Settings) -> Result<Understood, Trouble> {
    let language = Language::of(phrase);
    if rrule::is_rrule(phrase) {
        let here = now_in(Place::Named(settings.zone), now, settings);
        return rrule::read(phrase, &here, language).map(Understood::Repeats);
    }
    let tokens = scan::scan(&lex::lex(&normalise::normalise(phrase)?));
    if let Some(holiday) = tokens.iter().find(|token| token.word == word::Word::Holiday) {
        return Err(Trouble::new(refusal::Problem::Holiday, holiday.span.clone()));
    }
    let owner = Place::Named(settings.zone);
    if grammar_series::is_series(&tokens) {
        let draft = grammar_series::read(&tokens, 0..phrase.len())?;
        let here = now_in(draft.zone.as_ref().map_or(owner, |zone| zone.is), now, settings);
        return resolve_series::rule(&draft, &here, language).map(Understood::Repeats);
    }
    let said = grammar::read(&tokens, 0..phrase.len())?;
    let place = said.zone.as_ref().map_or(owner, |zone| zone.is);
    let found = resolve::resolve(&said, &now_in(place, now, settings))?;
    Ok(Understood::Once(moment(found, place, language)))
}

/// Reads any text at one fixed instant and panics when what comes of it breaks a promise: for fuzzers and their corpus.
#[doc(hidden)]
pub fn check_any(text: &str) {
    let now = DateTime::from_timestamp(1_781_073_000, 0).unwrap_or_default();
    let settings = Settings::new(Tz::Asia__Jerusalem);
    match understand(text, now, &settings) {
        Ok(Understood::Once(moment)) => {
            assert!(moment.at > now && !confirm(&moment, now, &settings).is_empty(), "a moment is ahead");
        }
        Ok(Understood::Repeats(rule)) => {
            let next: Vec<DateTime<Utc>> = rule.after(now).take(5).collect();
            assert!(next.first().is_some_and(|at| *at > now) && next.is_sorted(), "a series is ahead and in order");
            assert!(!confirm_series(&rule, now, &settings).is_empty(), "a series is confirmed");
        }
        Err(refusal) => {
            assert!(text.get(refusal.span.clone()).is_some(), "a refusal points into the text");
            assert!(!refusal.to_string().is_empty(), "a refusal says something");
        }
    }
}

fn now_in(place: Place, at: DateTime<Utc>, settings: &Settings) -> Now {
    let local = zone::local_at(place, at);
    let calendar = Calendar { today: local.date(), week: settings.week(), order: settings.date_order };
    Now { at, place, local, calendar }
}

fn moment(found: resolve::Found, place: Place, language: Language) -> Moment {
    let (zone, offset) = match place {
        Place::Named(zone) => (zone, None),
        Place::Fixed(offset) => (Tz::UTC, Some(Note::AtOffset(offset))),
    };
    Moment {
        at: found.at,
        local: zone::local_at(Place::Named(zone), found.at),
        zone,
        notes: found.notes.into_iter().chain(offset).collect(),
        language,
    }
}
