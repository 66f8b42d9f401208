//! Answers about what the owner prefers: the time zone, whom not to hear, when to leave a group in peace.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::clean::{clean, clean_line};
use super::text;
use crate::domain::content::{Content, cut};
use crate::domain::group::Quiet;
use crate::domain::job::Job;
use crate::domain::member::Member;
use crate::domain::when::{Language, Refusal, day_and_time, is_outdated};

/// The zone that the owner's words are read in.
pub fn zone_is(zone: Tz, now: DateTime<Utc>, language: Language) -> Content {
    let (name, clock) = (zone.name(), day_and_time(now, zone, language));
    let remark = remark(zone, language);
    text(&match language {
        Language::English => {
            format!("Time zone: {name}, there it is {clock}.{remark}\nTo change it: timezone Europe/London")
        }
        Language::Hebrew => format!("אזור זמן: {name}, השעה שם {clock}.{remark}\nלשינוי: אזור זמן Europe/London"),
    })
}

/// A remark about a zone whose clock changes are not known well.
fn remark(zone: Tz, language: Language) -> &'static str {
    match language {
        _ if !is_outdated(zone) => "",
        Language::English => " The rules of this zone changed lately; what I know may be an hour off.",
        Language::Hebrew => " כללי האזור הזה השתנו לאחרונה; ייתכן שמה שידוע לי סוטה בשעה.",
    }
}

/// The zone is another one now; so many jobs stay at their instants.
pub fn zone_changed(old: Tz, new: Tz, language: Language) -> Content {
    let remark = remark(new, language);
    let (old, new) = (old.name(), new.name());
    text(&match language {
        Language::English => format!("Time zone: {old} → {new}. Nothing was scheduled by the clock of {old}.{remark}"),
        Language::Hebrew => format!("אזור זמן: {old} ← {new}. שום דבר לא תוזמן לפי {old}.{remark}"),
    })
}

/// What asks about the jobs that are scheduled by the old zone.
pub fn zone_question(old: Tz, new: Tz, jobs: usize, language: Language) -> (String, [String; 2]) {
    let (old, new) = (old.name(), new.name());
    match language {
        Language::English => (
            format!("Time zone: {old} → {new}. What about the {jobs} scheduled by the clock of {old}?"),
            ["Keep the moments".to_owned(), "Same clock there".to_owned()],
        ),
        Language::Hebrew => (
            format!("אזור זמן: {old} ← {new}. ומה עם {jobs} שתוזמנו לפי {old}?"),
            ["להשאיר את הרגעים".to_owned(), "אותה שעה שם".to_owned()],
        ),
    }
}

/// The jobs stay at their instants.
pub fn moments_kept(language: Language) -> Content {
    text(match language {
        Language::English => "Nothing moved: every job stays at its moment.",
        Language::Hebrew => "שום דבר לא זז: כל הודעה נשארת ברגע שלה.",
    })
}

/// So many jobs keep their wall clock in the new zone; so many could not.
pub fn clocks_kept(moved: usize, not: usize, zone: Tz, language: Language) -> Content {
    let name = zone.name();
    let failed = match (not, language) {
        (0, _) => String::new(),
        (count, Language::English) => format!(" {count} stayed: that time has passed there."),
        (count, Language::Hebrew) => format!(" {count} נשארו: השעה שם כבר עברה."),
    };
    text(&match language {
        Language::English => format!("{moved} moved to the same clock in {name}.{failed}\nTo take it back: undo"),
        Language::Hebrew => format!("{moved} עברו לאותה שעה ב-{name}.{failed}\nלביטול השינוי: בטל פעולה"),
    })
}

/// There is no such zone.
pub fn no_such_zone(name: &str, near: Option<&str>, language: Language) -> Content {
    let name = cut(&clean(name), 60);
    let near = near.unwrap_or("Europe/London");
    text(&match language {
        Language::English => format!("I know no time zone “{name}”. Type, for example: timezone {near}"),
        Language::Hebrew => format!("אני לא מכיר אזור זמן “{name}”. לדוגמה: אזור זמן {near}"),
    })
}

/// Nobody of this name was seen.
pub fn nobody(who: &str, language: Language) -> Content {
    let who = cut(&clean(who), 60);
    text(&match language {
        Language::English => format!(
            "I have seen nobody called “{who}”. Their name as it stands on the forward, please, or their number."
        ),
        Language::Hebrew => format!("לא ראיתי אף אחד בשם “{who}”. בבקשה השם כפי שמופיע בהודעה שהעברתי, או מספר."),
    })
}

/// What asks which of several people is meant, and a label for each.
pub fn which_person(who: &str, people: &[Member], language: Language) -> (String, Vec<String>) {
    let who = cut(&clean(who), 60);
    let question = match language {
        Language::English => format!("Which “{who}”?"),
        Language::Hebrew => format!("איזה “{who}”?"),
    };
    let label = |member: &Member| {
        let number = member.person.phone.as_ref().map(|phone| format!(" +{}", phone.digits()));
        clean_line(&format!("{}{}", member.shown_name(), number.unwrap_or_default()))
    };
    (question, people.iter().map(label).collect())
}

/// A person is muted, or not any more.
pub fn muted(member: &Member, until: Option<DateTime<Utc>>, zone: Tz, language: Language) -> Content {
    let name = clean_line(&member.shown_name());
    text(&match (until, language) {
        (Some(until), Language::English) => format!(
            "{name} is muted until {}. What they write is kept: replies 12 shows it.\nTo end it: unmute {name}",
            day_and_time(until, zone, language)
        ),
        (Some(until), Language::Hebrew) => format!(
            "{name} בהשתקה עד {}. מה שנכתב נשמר: תגובות 12 מציג.\nלסיום: בטל השתקה {name}",
            day_and_time(until, zone, language)
        ),
        (None, Language::English) => format!("{name} is heard again."),
        (None, Language::Hebrew) => format!("{name} שוב נשמע."),
    })
}

/// The quiet hours of a group are set.
pub fn quiet(alias: &str, hours: Option<Quiet>, language: Language) -> Content {
    text(&match (hours, language) {
        (Some(hours), Language::English) => {
            format!(
                "Quiet hours of {alias}: {hours}. I ask before I schedule anything then.\nTo end them: quiet {alias} off"
            )
        }
        (Some(hours), Language::Hebrew) => {
            format!("שעות שקט של {alias}: {hours}. אשאל לפני תזמון בשעות האלה.\nלסיום: שקט {alias} כבוי")
        }
        (None, Language::English) => format!("{alias} has no quiet hours now."),
        (None, Language::Hebrew) => format!("ל-{alias} אין עכשיו שעות שקט."),
    })
}

/// How long somebody is not to be heard was not understood.
pub fn mute_refused(refusal: Option<&Refusal>, who: &str, language: Language) -> Content {
    let why = refusal.map(|refusal| format!("{} ", clean(&refusal.message))).unwrap_or_default();
    let who = cut(&clean(who), 60);
    text(&match language {
        Language::English => format!("Not done. {why}How long? Type: mute {who} 1d"),
        Language::Hebrew => format!("לא בוצע. {why}לכמה זמן? אפשר: השתק {who} 1d"),
    })
}

/// The zone data changed, and with them the moments of these jobs, before and after; the wall clock is the same.
pub fn zone_data_changed(moved: &[(Job, Job)], named: usize, zone: Tz) -> Content {
    let line = |(before, after): &(Job, Job)| {
        let at = |job: &Job| {
            let at = job.next_due_at.map(|at| day_and_time(at, zone, Language::English));
            at.unwrap_or_else(|| "over".to_owned())
        };
        format!("#{} {}: {} → {}", after.id, after.zone.name(), at(before), at(after))
    };
    let lines: Vec<String> = moved.iter().take(named).map(line).collect();
    let more = moved.len().saturating_sub(named);
    let more = if more == 0 { String::new() } else { format!("\nand {more} more") };
    text(&format!(
        "The clocks of a time zone are changed otherwise than was known when these were scheduled. Their wall clock \
         stays, the moment moves, here in the time of {}:\n{}{more}",
        zone.name(),
        lines.join("\n")
    ))
}
