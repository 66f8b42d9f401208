//! Questions before something is done, and their answers.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::clean::clean;
use super::{start, text};
use crate::domain::content::{BUTTON_LIMIT, Button, Content, INTERACTIVE_BODY_LIMIT, cut};
use crate::domain::guard::{Concern, MOST_PENDING};
use crate::domain::session::Pending;
use crate::domain::when::{Language, day_and_time};

/// Asks about something that may be a mistake.
pub fn doubtful(pending: &Pending, concern: &Concern, zone: Tz, language: Language) -> Content {
    let code = &pending.code;
    let hebrew = language == Language::Hebrew;
    let job = |id: i64| match (id, hebrew) {
        (0, false) => "the one before it".to_owned(),
        (0, true) => "זה שלפניו".to_owned(),
        (id, _) => format!("#{id}"),
    };
    let at = |at: &DateTime<Utc>| day_and_time(*at, zone, language);
    let why = match (concern, hebrew) {
        (Concern::SameText { job_id, group, at: when }, false) => {
            format!("{} posts the same text to {group}, {}.", capital(&job(*job_id)), at(when))
        }
        (Concern::TooClose { job_id, group, at: when }, false) => {
            format!("{} posts to {group} within 5 minutes of it, {}.", capital(&job(*job_id)), at(when))
        }
        (Concern::Quiet { group, hours }, false) => format!("{group} is to be left in peace {hours}."),
        (Concern::SameText { job_id, group, at: when }, true) => {
            format!("{} שולח אותו טקסט אל {group}, {}.", job(*job_id), at(when))
        }
        (Concern::TooClose { job_id, group, at: when }, true) => {
            format!("{} שולח אל {group} פחות מ-5 דקות ממנו, {}.", job(*job_id), at(when))
        }
        (Concern::Quiet { group, hours }, true) => format!("שעות שקט ב-{group}: {hours}."),
    };
    let (question, yes, no) = if hebrew {
        (format!("בכל זאת? אפשר להקיש, או לכתוב כן {code} או לא {code}"), "כן", "לא")
    } else {
        (format!("Do it all the same? Tap, or type yes {code} or no {code}"), "Do it", "Drop it")
    };
    let words = start(&clean(&pending.text), 600);
    let button = |verb: &str, title: &str| Button { id: format!("confirm:{code}:{verb}"), title: title.to_owned() };
    Content::Buttons {
        body: cut(&format!("{why}\n{words}\n{question}"), INTERACTIVE_BODY_LIMIT),
        buttons: vec![button("yes", yes), button("no", no)],
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Asks which of several commands is meant; `labels` say what differs between them.
pub fn which(pending: &Pending, why: &str, labels: &[String], language: Language) -> Content {
    let code = &pending.code;
    let lines: Vec<String> = (1..).zip(labels).map(|(number, label)| format!("{number}: {label}")).collect();
    let hint = match language {
        Language::English => format!("Tap, or type 1 {code} or 2 {code}"),
        Language::Hebrew => format!("אפשר להקיש, או לכתוב 1 {code} או 2 {code}"),
    };
    let button = |(number, label): (usize, &String)| Button {
        id: format!("choose:{code}:{number}"),
        title: if label.chars().count() <= BUTTON_LIMIT { label.clone() } else { number.to_string() },
    };
    Content::Buttons {
        body: cut(&format!("{}\n{}\n{hint}", clean(why), lines.join("\n")), INTERACTIVE_BODY_LIMIT),
        buttons: (1..).zip(labels).take(3).map(button).collect(),
    }
}

/// No more jobs are taken.
pub fn too_many(language: Language) -> Content {
    text(&match language {
        Language::English => format!("Not scheduled: {MOST_PENDING} jobs are pending already. To see them, type: list"),
        Language::Hebrew => format!("לא תוזמן: כבר ממתינות {MOST_PENDING} הודעות. לצפייה: רשימה"),
    })
}
