//! Every sentence a refusal can say, in English and in Hebrew.

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::refusal::{Problem, weekday_name};
use super::word::Part;

/// The language a phrase is written in, and is answered in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// No Hebrew letter in the phrase.
    #[default]
    English,
    /// At least one Hebrew letter.
    Hebrew,
}

impl Language {
    /// Tells the language by the letters.
    pub fn of(phrase: &str) -> Self {
        let hebrew = phrase.chars().any(|ch| matches!(ch, 'א'..='ת' | '\u{fb1d}'..='\u{fb4f}'));
        if hebrew { Self::Hebrew } else { Self::English }
    }
}

/// Says what is wrong with the quoted words.
pub(super) fn message(problem: &Problem, language: Language, quoted: &str) -> String {
    match language {
        Language::English => english(problem, quoted),
        Language::Hebrew => hebrew(problem, quoted),
    }
}

fn english(problem: &Problem, quoted: &str) -> String {
    match problem {
        Problem::Empty => "When? For example: tomorrow 09:00.".to_owned(),
        Problem::TooLong => "That is more than 200 characters; a time needs only a few words.".to_owned(),
        Problem::UnknownWord => format!("I don't know \"{quoted}\"."),
        Problem::BadTime => format!("\"{quoted}\" is not a time of day."),
        Problem::ZeroAmount => format!("\"{quoted}\" is not ahead; the smallest amount is 1."),
        Problem::BrokenUnit => format!("\"{quoted}\": only hours and minutes can be split."),
        Problem::NoSuchMonth { month } => format!("There is no month {month} (\"{quoted}\")."),
        Problem::NoSuchDate => format!("\"{quoted}\" is not in the calendar."),
        Problem::WrongWeekday { date } => {
            format!("{} is a {}.", date.format("%-d %B %Y"), capital(weekday_name(date.weekday())))
        }
        Problem::Past => format!("\"{quoted}\" has passed."),
        Problem::Gone => format!("\"{quoted}\" is in the past."),
        Problem::Now => "Now is not a time to wait for; use the send command.".to_owned(),
        Problem::TooFar => format!("\"{quoted}\" is more than 2 years away; that is the limit."),
        Problem::NakedNumber => format!("Is \"{quoted}\" an hour or a day of the month?"),
        Problem::MonthAlone => format!("Which day of \"{quoted}\"?"),
        Problem::YearAlone => format!("Which day of {quoted}?"),
        Problem::TwoDayWeekend => "The weekend has two days; which one?".to_owned(),
        Problem::PeriodAlone => format!("Which day of \"{quoted}\"?"),
        Problem::MidnightOfDay => "Midnight at the start of that day, or at its end?".to_owned(),
        Problem::NightOfDay => "Early on that day, or in the night after it?".to_owned(),
        Problem::DashedPair => format!("Is \"{quoted}\" a date or a span of hours?"),
        Problem::OrdinalAlone => format!("\"{quoted}\" of which month?"),
        Problem::List => "One moment per command, please: that is more than one.".to_owned(),
        Problem::Or => "One or the other? Please pick one.".to_owned(),
        Problem::TwoTimes => format!("\"{quoted}\" is a second time of day."),
        Problem::TwoDays => format!("\"{quoted}\" is a second day."),
        Problem::TwoZones => format!("\"{quoted}\" is a second zone."),
        Problem::HalvesDisagree => format!("\"{quoted}\" contradicts itself."),
        Problem::ClockWithHours => {
            format!("\"{quoted}\": hours and minutes are counted from now, so no time of day fits.")
        }
        Problem::DayWithAmount => format!("\"{quoted}\" does not go with the rest; give a day or an amount."),
        Problem::NotIn { part } => format!("\"{quoted}\" is not {}.", part_name(*part)),
        Problem::Range => format!("A message is sent at one moment, and \"{quoted}\" is a span."),
        Problem::Vague => format!("\"{quoted}\": how many minutes?"),
        Problem::Zone => format!("\"{quoted}\" is not a zone, or can mean several."),
        Problem::Holiday => format!("I don't know holidays or the sun (\"{quoted}\"); please give the date and time."),
        Problem::TwoPatterns => format!("\"{quoted}\" does not go with the rest; one pattern per command."),
        Problem::TwoSteps => format!("\"{quoted}\": twice in one, or once in two?"),
        Problem::TimesADay => format!("\"{quoted}\": please give each time of day."),
        Problem::SecondWeekday => format!("\"{quoted}\": every other week, or once a month?"),
        Problem::TooFrequent => "The smallest step is 5 minutes.".to_owned(),
        Problem::EmptySeries => "The end comes before the first message.".to_owned(),
        Problem::Rrule => format!("\"{quoted}\" is not valid in an iCalendar rule."),
    }
}

fn hebrew(problem: &Problem, quoted: &str) -> String {
    match problem {
        Problem::Empty => "מתי? לדוגמה: מחר 09:00.".to_owned(),
        Problem::TooLong => "ארוך מ-200 תווים; לזמן מספיקות כמה מילים.".to_owned(),
        Problem::UnknownWord => format!("לא הבנתי את המילה \u{2068}{quoted}\u{2069}."),
        Problem::BadTime => format!("\u{2068}{quoted}\u{2069} אינה שעה ביום."),
        Problem::ZeroAmount => format!("\u{2068}{quoted}\u{2069} אינו בעתיד; הכמות הקטנה ביותר היא 1."),
        Problem::BrokenUnit => format!("\u{2068}{quoted}\u{2069}: רק שעות ודקות אפשר לחלק."),
        Problem::NoSuchMonth { month } => format!("אין חודש {month} (\u{2068}{quoted}\u{2069})."),
        Problem::NoSuchDate => format!("התאריך \u{2068}{quoted}\u{2069} לא קיים."),
        Problem::WrongWeekday { date } => format!("{} הוא יום {}.", numeric(*date), hebrew_weekday(date.weekday())),
        Problem::Past => format!("\u{2068}{quoted}\u{2069} כבר עבר."),
        Problem::Gone => format!("\u{2068}{quoted}\u{2069} הוא בעבר."),
        Problem::Now => "לעכשיו יש את פקודת השליחה.".to_owned(),
        Problem::TooFar => format!("\u{2068}{quoted}\u{2069} רחוק מדי; הגבול הוא שנתיים."),
        Problem::NakedNumber => format!("\u{2068}{quoted}\u{2069}: שעה או יום בחודש?"),
        Problem::MonthAlone | Problem::YearAlone | Problem::PeriodAlone => {
            format!("איזה יום ב\u{2068}{quoted}\u{2069}?")
        }
        Problem::TwoDayWeekend => "בסוף השבוע יש יומיים; איזה מהם?".to_owned(),
        Problem::MidnightOfDay => "חצות בתחילת היום או בסופו?".to_owned(),
        Problem::NightOfDay => "לפנות בוקר באותו יום, או בלילה שאחריו?".to_owned(),
        Problem::DashedPair => format!("\u{2068}{quoted}\u{2069}: תאריך או טווח שעות?"),
        Problem::OrdinalAlone => format!("\u{2068}{quoted}\u{2069} של איזה חודש?"),
        Problem::List => "בבקשה מועד אחד בכל פקודה.".to_owned(),
        Problem::Or => "זה או זה? בבקשה לבחור אחד.".to_owned(),
        Problem::TwoTimes => format!("\u{2068}{quoted}\u{2069} היא שעה שנייה."),
        Problem::TwoDays => format!("\u{2068}{quoted}\u{2069} הוא יום שני בנוסף לראשון."),
        Problem::TwoZones => format!("\u{2068}{quoted}\u{2069} הוא אזור זמן נוסף."),
        Problem::HalvesDisagree => format!("יש סתירה ב-\u{2068}{quoted}\u{2069}."),
        Problem::ClockWithHours => format!("\u{2068}{quoted}\u{2069}: שעות ודקות נספרות מעכשיו, בלי שעה ביום."),
        Problem::DayWithAmount => format!("\u{2068}{quoted}\u{2069} לא מתאים לשאר; יום או כמות זמן, לא שניהם."),
        Problem::NotIn { part } => format!("\u{2068}{quoted}\u{2069} לא מתאים ל{}.", hebrew_part(*part)),
        Problem::Range => format!("הודעה נשלחת ברגע אחד, ו-\u{2068}{quoted}\u{2069} הוא טווח."),
        Problem::Vague => format!("\u{2068}{quoted}\u{2069}: בעוד כמה דקות?"),
        Problem::Zone => format!("\u{2068}{quoted}\u{2069} אינו אזור זמן, או שיש לו כמה משמעויות."),
        Problem::Holiday => format!("אני לא מכיר חגים ושעות שמש (\u{2068}{quoted}\u{2069}); בבקשה תאריך ושעה."),
        Problem::TwoPatterns => format!("\u{2068}{quoted}\u{2069} לא מתאים לשאר; תבנית אחת בכל פקודה."),
        Problem::TwoSteps => format!("\u{2068}{quoted}\u{2069}: פעמיים באחד, או אחת לשניים?"),
        Problem::TimesADay => format!("\u{2068}{quoted}\u{2069}: באילו שעות?"),
        Problem::SecondWeekday => format!("\u{2068}{quoted}\u{2069}: כל שבועיים, או פעם בחודש?"),
        Problem::TooFrequent => "המרווח הקטן ביותר הוא 5 דקות.".to_owned(),
        Problem::EmptySeries => "הסוף מגיע לפני ההודעה הראשונה.".to_owned(),
        Problem::Rrule => format!("\u{2068}{quoted}\u{2069} לא תקין בכלל iCalendar."),
    }
}

/// The name of a part of the day, with its preposition.
fn part_name(part: Part) -> &'static str {
    match part {
        Part::Morning => "in the morning",
        Part::BeforeDawn => "before dawn",
        Part::Noon => "at noon",
        Part::Afternoon => "in the afternoon",
        Part::Evening => "in the evening",
        Part::Night => "at night",
    }
}

/// The Hebrew name of a part of the day, without a prefix.
pub(super) fn hebrew_part(part: Part) -> &'static str {
    match part {
        Part::Morning => "בוקר",
        Part::BeforeDawn => "לפנות בוקר",
        Part::Noon => "צהריים",
        Part::Afternoon => "אחר הצהריים",
        Part::Evening => "ערב",
        Part::Night => "לילה",
    }
}

/// The Hebrew name of a weekday, in full.
pub(super) fn hebrew_weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Sun => "ראשון",
        Weekday::Mon => "שני",
        Weekday::Tue => "שלישי",
        Weekday::Wed => "רביעי",
        Weekday::Thu => "חמישי",
        Weekday::Fri => "שישי",
        Weekday::Sat => "שבת",
    }
}

/// A date in digits, day first: `7.7.2026`.
pub(super) fn numeric(date: NaiveDate) -> String {
    date.format("%-d.%-m.%Y").to_string()
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
