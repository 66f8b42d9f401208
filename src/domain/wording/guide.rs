//! The steps of putting a post together: which group, what, when, and is that right.

use super::{START, start, text};
use crate::domain::content::{
    Button, Content, INTERACTIVE_BODY_LIMIT, ListRow, MAX_ROWS, ROW_DESCRIPTION_LIMIT, ROW_TITLE_LIMIT, cut,
};
use crate::domain::group::Group;
use crate::domain::when::Language;

/// Times that can be picked at once, in both languages: the phrase is what the owner reads and what is understood.
const QUICK_PICKS: [(&str, &str); 6] = [
    ("in 10 minutes", "בעוד 10 דקות"),
    ("in 1 hour", "בעוד שעה"),
    ("tonight at 20:00", "הערב ב-20:00"),
    ("tomorrow 09:00", "מחר 09:00"),
    ("every day at 09:00", "כל יום ב-09:00"),
    ("every weekday at 08:55", "כל יום חול ב-08:55"),
];

/// Asks which group; those beyond the first ten can be typed.
pub fn which_group(groups: &[Group], language: Language) -> Content {
    let row = |group: &Group| ListRow {
        id: format!("guide:group:{}", group.alias),
        title: cut(&group.name, ROW_TITLE_LIMIT),
        description: Some(cut(&group.alias, ROW_DESCRIPTION_LIMIT)),
    };
    let (body, label) = match language {
        Language::English => ("To which group? Pick one, or type its name. To leave: stop", "Groups"),
        Language::Hebrew => ("לאיזו קבוצה? אפשר לבחור, או לכתוב את שמה. ליציאה: עצור", "קבוצות"),
    };
    Content::List {
        body: body.to_owned(),
        label: label.to_owned(),
        rows: groups.iter().take(MAX_ROWS).map(row).collect(),
    }
}

/// There is no such group; asks again.
pub fn no_such_group(name: &str, language: Language) -> Content {
    let name = start(name, START);
    text(&match language {
        Language::English => {
            format!("I know no group {name}. Its name or alias, please. To see them: /groups. To leave: stop")
        }
        Language::Hebrew => format!("אני לא מכיר קבוצה {name}. בבקשה שם או כינוי. לרשימה: /קבוצות. ליציאה: עצור"),
    })
}

/// Asks for the text.
pub fn which_text(group: &Group, language: Language) -> Content {
    let name = &group.name;
    text(&match language {
        Language::English => {
            format!("What should I post to {name}? Your next message is the text, word for word. To leave: stop")
        }
        Language::Hebrew => format!("מה לפרסם ב-{name}? ההודעה הבאה היא הטקסט, מילה במילה. ליציאה: עצור"),
    })
}

/// Asks for the time.
pub fn which_time(why: Option<&str>, language: Language) -> Content {
    let row = |(english, hebrew): &(&str, &str)| {
        let phrase = match language {
            Language::English => *english,
            Language::Hebrew => *hebrew,
        };
        ListRow { id: format!("guide:time:{phrase}"), title: phrase.to_owned(), description: None }
    };
    let (question, label) = match language {
        Language::English => ("When? Pick one, or type it: friday 18:30, every monday 9:00. To leave: stop", "Times"),
        Language::Hebrew => ("מתי? אפשר לבחור, או לכתוב: יום שישי 18:30, כל יום שני ב-9:00. ליציאה: עצור", "זמנים"),
    };
    let why = why.map(|why| format!("{why}\n")).unwrap_or_default();
    Content::List {
        body: cut(&format!("{why}{question}"), crate::domain::content::TEXT_LIMIT),
        label: label.to_owned(),
        rows: QUICK_PICKS.iter().map(row).collect(),
    }
}

/// Shows what would be scheduled, and asks.
pub fn is_that_right(group: &Group, words: &str, when: &str, language: Language) -> Content {
    let (question, yes, time, no) = match language {
        Language::English => ("Schedule it? To leave: stop", "Schedule", "Other time", "Drop it"),
        Language::Hebrew => ("לתזמן? ליציאה: עצור", "לתזמן", "זמן אחר", "לא"),
    };
    let head = format!("{}\n{when}\n\n", group.name);
    let room = INTERACTIVE_BODY_LIMIT.saturating_sub(head.chars().count() + question.chars().count() + 2);
    let button = |id: &str, title: &str| Button { id: id.to_owned(), title: title.to_owned() };
    Content::Buttons {
        body: cut(&format!("{head}{}\n\n{question}", cut(words, room)), INTERACTIVE_BODY_LIMIT),
        buttons: vec![
            button("guide:confirm:yes", yes),
            button("guide:confirm:edit", time),
            button("guide:confirm:no", no),
        ],
    }
}

/// The owner left, or there was nothing to leave.
pub fn left(was_there: bool, language: Language) -> Content {
    text(match (was_there, language) {
        (true, Language::English) => "Stopped. Nothing was scheduled.",
        (true, Language::Hebrew) => "נעצר. שום דבר לא תוזמן.",
        (false, Language::English) => "There is nothing to stop. To withdraw what is scheduled, type: cancel 12",
        (false, Language::Hebrew) => "אין מה לעצור. לביטול של מה שמתוזמן: בטל 12",
    })
}

/// A button of a step that is over.
pub fn step_is_over(language: Language) -> Content {
    text(match language {
        Language::English => "That step is over. To start anew, type: schedule",
        Language::Hebrew => "השלב הזה כבר עבר. להתחלה מחדש: תזמן",
    })
}
