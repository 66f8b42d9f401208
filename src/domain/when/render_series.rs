//! The line that confirms a series: its days, the next three messages, and how it ends (section 9).

use chrono::{DateTime, Utc};

use super::Settings;
use super::render::{date_line, distance, hebrew_distance};
use super::series::{Matcher, Pattern, Rule};
use super::wording::{Language, hebrew_weekday};
use super::zone::{Place, local_at};

/// Messages of a series that are counted out; beyond these it only says that there are more.
const COUNTED: usize = 1000;

/// Says what a series does: weekdays, the next three instants in the owner's zone, the end, and what short months do.
pub fn confirm_series(rule: &Rule, now: DateTime<Utc>, settings: &Settings) -> String {
    let hebrew = rule.language == Language::Hebrew;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(weekdays(rule));
    let next: Vec<DateTime<Utc>> = rule.after(now).take(3).collect();
    parts.push(instants(&next, now, settings, rule.language));
    if rule.place != Place::Named(settings.zone) {
        parts.push(place_name(rule.place));
    }
    parts.push(ending(rule, now, settings));
    let short_months = matches!(
        &rule.pattern,
        Pattern::Days { matcher: Matcher::MonthDays(days), .. } if days.iter().any(|day| *day > 28)
    );
    if short_months {
        parts.push(if hebrew { "בחודשים קצרים: היום האחרון" } else { "shorter months: last day" }.to_owned());
    }
    parts.join("; ")
}

/// The weekdays of a series, in the order of the week.
fn weekdays(rule: &Rule) -> Option<String> {
    let Pattern::Days { matcher: Matcher::Weekdays(named), .. } = &rule.pattern else { return None };
    let first = rule.week.starts_on;
    let week = std::iter::successors(Some(first), |day| Some(day.succ()).filter(|next| *next != first));
    let days = week.filter(|day| named.contains(day) && !rule.skipped_weekdays.contains(day));
    Some(match rule.language {
        Language::English => days.map(|day| day.to_string()).collect::<Vec<_>>().join(", "),
        Language::Hebrew => format!("ימים {}", days.map(hebrew_weekday).collect::<Vec<&str>>().join(", ")),
    })
}

fn instants(next: &[DateTime<Utc>], now: DateTime<Utc>, settings: &Settings, language: Language) -> String {
    let line = |at: &DateTime<Utc>| date_line(local_at(Place::Named(settings.zone), *at), language);
    let away = next.first().map(|first| match language {
        Language::English => distance(now, *first),
        Language::Hebrew => hebrew_distance(now, *first),
    });
    let lines = next.iter().map(line).collect::<Vec<_>>().join(" / ");
    away.map_or(lines.clone(), |away| format!("{lines} ({away})"))
}

fn ending(rule: &Rule, now: DateTime<Utc>, settings: &Settings) -> String {
    let hebrew = rule.language == Language::Hebrew;
    if rule.is_endless() {
        return if hebrew { "ללא סוף" } else { "no end" }.to_owned();
    }
    let counted: Vec<DateTime<Utc>> = rule.after(now).take(COUNTED + 1).collect();
    match counted.last().filter(|_| counted.len() <= COUNTED) {
        Some(last) => {
            let last = date_line(local_at(Place::Named(settings.zone), *last), rule.language);
            let count = counted.len();
            if hebrew {
                format!("{count} הודעות, האחרונה {last}")
            } else {
                format!("{count} messages, last {last}")
            }
        }
        None if hebrew => format!("יותר מ-{COUNTED} הודעות"),
        None => format!("more than {COUNTED} messages"),
    }
}

fn place_name(place: Place) -> String {
    match place {
        Place::Named(zone) => zone.name().to_owned(),
        Place::Fixed(offset) => offset.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use chrono_tz::Tz;

    use super::super::{Understood, understand};
    use super::*;

    fn line(phrase: &str) -> String {
        let now = DateTime::parse_from_rfc3339("2026-06-10T09:30:00+03:00").expect("valid instant").to_utc();
        let settings = Settings::new(Tz::Asia__Jerusalem);
        let Ok(Understood::Repeats(rule)) = understand(phrase, now, &settings) else { panic!("{phrase} repeats") };
        assert!(rule.after(now + TimeDelta::days(1)).next().is_some(), "{phrase}");
        confirm_series(&rule, now, &settings)
    }

    #[test]
    fn a_series_shows_its_days_its_next_three_and_its_end() {
        assert_eq!(
            line("weekdays at 10"),
            "Sun, Mon, Tue, Wed, Thu; Wed 10 Jun 2026, 10:00 / Thu 11 Jun 2026, 10:00 / \
             Sun 14 Jun 2026, 10:00 (in 30 min); no end"
        );
        assert_eq!(
            line("every day at 8:00 for 2 times"),
            "Thu 11 Jun 2026, 08:00 / Fri 12 Jun 2026, 08:00 (in 22 h); 2 messages, last Fri 12 Jun 2026, 08:00"
        );
        assert!(line("every month on the 31st").ends_with("; no end; shorter months: last day"));
        assert!(line("every day 9:00 Europe/London").contains("; Europe/London; "));
        assert!(line("כל יום ראשון").starts_with("ימים ראשון; יום א' 14.6.2026 בשעה 09:00 / "));
    }
}
