//! The one table of verbs, in both languages: what is understood, what `help` shows, what slips are compared with.

use crate::domain::when::Language;

/// Which verb it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A post later; bare, step by step.
    Schedule,
    /// What is scheduled.
    List,
    /// The next page.
    More,
    /// Withdraw.
    Cancel,
    /// Another text.
    Edit,
    /// Another time.
    Move,
    /// Once more.
    Copy,
    /// At once.
    Now,
    /// No slots for a while.
    Pause,
    /// Slots again.
    Resume,
    /// Leave out the next.
    Skip,
    /// Leave out days.
    Except,
    /// Take back.
    Undo,
    /// Bring back.
    Restore,
    /// One job.
    Show,
    /// Its story.
    Why,
    /// Its answers.
    Replies,
    /// To the owner only.
    Test,
    /// How things stand.
    Status,
    /// A group becomes known.
    Register,
    /// A group is forgotten.
    Unregister,
    /// The groups.
    Groups,
    /// Quiet hours.
    Quiet,
    /// Not to hear somebody.
    Mute,
    /// To hear them again.
    Unmute,
    /// The zone.
    Timezone,
    /// A private answer.
    Reply,
    /// The end of a conversation.
    Done,
    /// Late posts go out.
    SendLate,
    /// Late posts are dropped.
    DropLate,
    /// A doubtful message again.
    SendAgain,
    /// A doubtful message stays.
    Leave,
    /// A doubtful message arrived.
    Arrived,
    /// Confirm.
    Yes,
    /// Do not.
    No,
    /// One of several readings.
    Choose,
    /// Leave the steps.
    Stop,
    /// Explain.
    Help,
}

/// One verb.
#[derive(Debug, PartialEq, Eq)]
pub struct Verb {
    /// Which it is.
    pub kind: Kind,
    /// The words it begins with, in English; the first is its name.
    pub english: &'static [&'static str],
    /// The same in Hebrew, for any gender.
    pub hebrew: &'static [&'static str],
    /// How it is typed, in both.
    pub usage: [&'static str; 2],
    /// What it does, in both.
    pub does: [&'static str; 2],
    /// One that works, in both.
    pub example: [&'static str; 2],
    /// True for those that a beginner is shown.
    pub common: bool,
}

impl Verb {
    /// Its name.
    pub fn name(&self, language: Language) -> &'static str {
        let names = match language {
            Language::English => self.english,
            Language::Hebrew => self.hebrew,
        };
        names.first().copied().unwrap_or_default()
    }

    /// Its words in one language: usage, what it does, an example.
    pub fn page(&self, language: Language) -> [&'static str; 3] {
        let [usage, does, example] = [self.usage, self.does, self.example].map(|[english, hebrew]| match language {
            Language::English => english,
            Language::Hebrew => hebrew,
        });
        [usage, does, example]
    }

    /// Every spelling of it.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.english.iter().chain(self.hebrew).copied()
    }
}

/// A row of the table.
macro_rules! verb {
    ($kind:ident $(, $common:ident)?; [$($english:literal),+] [$($hebrew:literal),+];
     $usage_en:literal / $usage_he:literal; $does_en:literal / $does_he:literal; $example_en:literal / $example_he:literal) => {
        Verb {
            kind: Kind::$kind,
            english: &[$($english),+],
            hebrew: &[$($hebrew),+],
            usage: [$usage_en, $usage_he],
            does: [$does_en, $does_he],
            example: [$example_en, $example_he],
            common: verb!(@common $($common)?),
        }
    };
    (@common common) => { true };
    (@common) => { false };
}

/// Every verb, in the order in which `help` names them.
pub const VERBS: &[Verb] = &[
    verb!(Schedule, common; ["schedule", "remind", "post", "send"] ["תזמן", "תזמני", "לתזמן", "קבע", "קבעי", "פרסם", "פרסמי", "שלח", "שלחי"];
        "schedule \"text\" to group[, group] at time\nat time to group \"text\"\ntime to group: text\nschedule (asks step by step)"
        / "תזמן \"טקסט\" לקבוצה[, לקבוצה] בזמן\nזמן לקבוצה \"טקסט\"\nזמן לקבוצה: טקסט\nתזמן (שואל שלב אחר שלב)";
        "Posts the text, unchanged, to the groups at that time. The time may be today 17:30, tomorrow 9am, in 2 hours, friday 08:55, every weekday at 8:50, the last friday of the month at 17:00 and so on."
        / "מפרסם את הטקסט, בלי שינוי, בקבוצות בזמן הזה. הזמן יכול להיות היום 17:30, מחר ב-9, בעוד שעתיים, ביום שישי 08:55, כל יום חול ב-8:50 ועוד.";
        "schedule \"Daily sync at 09:00\" to team at tomorrow 08:55" / "תזמן \"פגישה ב-9:00\" לצוות מחר ב-8:55"),
    verb!(List, common; ["list"] ["רשימה", "הרשימה"];
        "list\nlist group\nlist today" / "רשימה\nרשימה קבוצה\nרשימה היום";
        "Shows what is scheduled, soonest first; for one group, or for today." / "מציג את מה שמתוזמן, הקרוב ראשון; לקבוצה אחת, או להיום.";
        "list" / "רשימה"),
    verb!(Cancel, common; ["cancel"] ["בטל", "בטלי", "ביטול", "לבטל"];
        "cancel number" / "בטל מספר";
        "Withdraws what is scheduled under that number. To bring it back within 30 days: restore." / "מבטל את מה שמתוזמן במספר הזה. להחזרה תוך 30 יום: שחזר.";
        "cancel 12" / "בטל 12"),
    verb!(Register, common; ["register group", "register"] ["רשום קבוצה", "רשמי קבוצה", "רשום", "רשמי"];
        "register group alias id [name]" / "רשום קבוצה כינוי מזהה [שם]";
        "Makes a group known under a short alias. The alias may be used at once." / "רושם קבוצה תחת כינוי קצר. אפשר להשתמש בכינוי מיד.";
        "register group team 1203630xxx@g.us Team" / "רשום קבוצה צוות 1203630xxx@g.us הצוות"),
    verb!(Groups, common; ["groups"] ["קבוצות", "הקבוצות"];
        "groups" / "קבוצות";
        "Shows the groups that are registered." / "מציג את הקבוצות הרשומות.";
        "groups" / "קבוצות"),
    verb!(More; ["more"] ["עוד"];
        "more" / "עוד"; "Shows the next page of a list." / "מציג את העמוד הבא של הרשימה."; "more" / "עוד"),
    verb!(Edit; ["edit"] ["ערוך", "ערכי", "שנה טקסט", "שני טקסט"];
        "edit number text \"new text\"\nedit number text: new text" / "ערוך מספר \"טקסט חדש\"\nערוך מספר טקסט: טקסט חדש";
        "Changes the text. Quoting the confirmation and writing text: … does the same." / "משנה את הטקסט. ציטוט האישור וכתיבת טקסט: … עושה אותו דבר.";
        "edit 12 text \"Daily sync at 10:00\"" / "ערוך 12 \"פגישה ב-10:00\""),
    verb!(Move; ["move", "reschedule"] ["הזז", "הזיזי", "העבר", "העבירי", "דחה", "דחי"];
        "move number to time" / "הזז מספר לזמן";
        "Moves it to another time; of what repeats only the next one, unless the time repeats. Quoting the confirmation and writing the time does the same."
        / "מעביר לזמן אחר; בסדרה רק את הבא, אלא אם הזמן חוזר. ציטוט האישור וכתיבת הזמן עושים אותו דבר.";
        "move 12 to tomorrow 10:00" / "הזז 12 למחר 10:00"),
    verb!(Copy; ["copy"] ["העתק", "העתיקי"];
        "copy number to group[, group] [at time]" / "העתק מספר לקבוצה[, לקבוצה] [זמן]";
        "Schedules the same text again; without a time at the same time." / "מתזמן את אותו טקסט שוב; בלי זמן, באותו זמן.";
        "copy 12 to parents at tomorrow 10:00" / "העתק 12 להורים מחר 10:00"),
    verb!(Now; ["now"] ["עכשיו", "מיד"];
        "now number\nnow \"text\" to group" / "עכשיו מספר\nעכשיו \"טקסט\" לקבוצה";
        "Posts it at once. What repeats goes on as before." / "מפרסם מיד. מה שחוזר ממשיך כרגיל.";
        "now 12" / "עכשיו 12"),
    verb!(Pause; ["pause"] ["השהה", "השהי"];
        "pause number [until time]\npause all [until time]" / "השהה מספר [עד זמן]\nהשהה הכל [עד זמן]";
        "Posts nothing of it until it is resumed, or until that time." / "לא מפרסם עד המשך, או עד הזמן הזה.";
        "pause 12 until tomorrow 09:00" / "השהה 12 עד מחר 09:00"),
    verb!(Resume; ["resume"] ["המשך", "המשיכי"];
        "resume number\nresume all" / "המשך מספר\nהמשך הכל";
        "Goes on after a pause, with what is ahead." / "ממשיך אחרי השהיה, עם מה שעוד לפנינו.";
        "resume 12" / "המשך 12"),
    verb!(Skip; ["skip"] ["דלג", "דלגי"];
        "skip number" / "דלג מספר"; "Leaves out the next one of what repeats." / "מדלג על הבא בסדרה."; "skip 12" / "דלג 12"),
    verb!(Except; ["except"] ["חוץ", "למעט"];
        "number except day[ and day]" / "מספר חוץ מיום[ ו-יום]";
        "Leaves out days of what repeats." / "מוציא ימים מסדרה.";
        "12 except 25 dec" / "12 חוץ מ-25 בדצמבר"),
    verb!(Undo; ["undo"] ["בטל פעולה", "בטלי פעולה", "חזור אחורה", "חזרי אחורה"];
        "undo [number]" / "בטל פעולה [מספר]";
        "Takes back what you did last, or last to that number." / "מחזיר את הפעולה האחרונה, או האחרונה על המספר הזה.";
        "undo" / "בטל פעולה"),
    verb!(Restore; ["restore"] ["שחזר", "שחזרי"];
        "restore number" / "שחזר מספר"; "Brings back what was cancelled within 30 days." / "מחזיר מה שבוטל ב-30 הימים האחרונים."; "restore 12" / "שחזר 12"),
    verb!(Show; ["show"] ["הצג", "הציגי", "הראה", "הראי"];
        "show number" / "הצג מספר"; "Shows one with its whole text." / "מציג הודעה אחת עם כל הטקסט."; "show 12" / "הצג 12"),
    verb!(Why; ["why"] ["למה", "מדוע"];
        "why number" / "למה מספר"; "Tells what happened to it, step by step." / "מספר מה קרה, שלב אחר שלב."; "why 12" / "למה 12"),
    verb!(Replies; ["replies"] ["תגובות", "התגובות"];
        "replies number" / "תגובות מספר"; "Shows who answered it." / "מציג מי הגיב."; "replies 12" / "תגובות 12"),
    verb!(Test; ["test"] ["ניסיון", "נסה", "נסי", "בדיקה"];
        "test number" / "ניסיון מספר"; "Sends the post to you only." / "שולח את ההודעה רק אליך."; "test 12" / "ניסיון 12"),
    verb!(Status; ["status"] ["מצב", "סטטוס"];
        "status" / "מצב"; "Shows how things stand." / "מציג את מצב העניינים."; "status" / "מצב"),
    verb!(Unregister; ["unregister group", "unregister"] ["הסר קבוצה", "הסירי קבוצה", "הסר", "הסירי"];
        "unregister group alias [force]" / "הסר קבוצה כינוי [force]";
        "Forgets a group. With force, what is scheduled to it is cancelled." / "שוכח קבוצה. עם force, מה שמתוזמן אליה מבוטל.";
        "unregister group team" / "הסר קבוצה צוות"),
    verb!(Quiet; ["quiet"] ["שקט", "שעות שקט"];
        "quiet group 22:00-07:00\nquiet group off" / "שקט קבוצה 22:00-07:00\nשקט קבוצה כבוי";
        "Asks before anything is scheduled to the group in these hours." / "שואל לפני תזמון לקבוצה בשעות האלה.";
        "quiet team 22:00-07:00" / "שקט צוות 22:00-07:00"),
    verb!(Mute; ["mute"] ["השתק", "השתיקי"];
        "mute name how-long" / "השתק שם כמה-זמן";
        "Does not bring you what somebody writes for that time." / "לא מביא אליך את מה שמישהו כותב לזמן הזה.";
        "mute ana 1d" / "השתק אנה 1d"),
    verb!(Unmute; ["unmute"] ["בטל השתקה", "בטלי השתקה"];
        "unmute name" / "בטל השתקה שם"; "Brings you their messages again." / "מביא שוב את ההודעות."; "unmute ana" / "בטל השתקה אנה"),
    verb!(Timezone; ["timezone", "time zone"] ["אזור זמן"];
        "timezone [name]" / "אזור זמן [שם]";
        "Shows the time zone that your words are read in, or changes it." / "מציג את אזור הזמן, או משנה אותו.";
        "timezone Europe/London" / "אזור זמן Europe/London"),
    verb!(Reply; ["reply"] ["השב", "השיבי", "ענה", "עני"];
        "reply number [text]" / "השב מספר [טקסט]";
        "Answers the member whose message carries that number, privately. Without a text a conversation opens: all you write goes to them until done. Quoting their message works too."
        / "עונה בפרטי למי שההודעה במספר הזה שלו. בלי טקסט נפתחת שיחה: כל מה שייכתב יגיע אליו עד סיום. אפשר גם לצטט את ההודעה.";
        "reply 3" / "השב 3"),
    verb!(Done; ["done"] ["סיום", "סיים", "סיימתי"];
        "done" / "סיום"; "Closes the private conversation." / "סוגר את השיחה הפרטית."; "done" / "סיום"),
    verb!(SendLate; ["send late"] ["שלח איחורים", "שלחי איחורים"];
        "send late [number]" / "שלח איחורים [מספר]";
        "Sends the posts that fell due while I was away; all, or those of one number." / "שולח את ההודעות שזמנן עבר כשלא הייתי; כולן, או של מספר אחד.";
        "send late 12" / "שלח איחורים 12"),
    verb!(DropLate; ["drop late", "drop"] ["זרוק איחורים", "זרקי איחורים", "זרוק", "זרקי"];
        "drop late [number]" / "זרוק איחורים [מספר]";
        "Drops the posts that fell due while I was away; all, or those of one number." / "מוותר על ההודעות שזמנן עבר כשלא הייתי; כולן, או של מספר אחד.";
        "drop late 12" / "זרוק איחורים 12"),
    verb!(SendAgain; ["send again"] ["שלח שוב", "שלחי שוב"];
        "send again number" / "שלח שוב מספר";
        "Sends a message again of which nobody knows whether it was sent." / "שולח שוב הודעה שלא ידוע אם נשלחה.";
        "send again 45" / "שלח שוב 45"),
    verb!(Leave; ["leave"] ["השאר", "השאירי"];
        "leave number" / "השאר מספר";
        "Leaves a message as it is of which nobody knows whether it was sent." / "משאיר כפי שהיא הודעה שלא ידוע אם נשלחה.";
        "leave 45" / "השאר 45"),
    verb!(Arrived; ["arrived"] ["הגיע", "הגיעה"];
        "arrived number" / "הגיע מספר";
        "Notes that a message did arrive of which I did not know it." / "רושם שהודעה שלא ידעתי עליה הגיעה.";
        "arrived 45" / "הגיע 45"),
    verb!(Yes; ["yes"] ["כן"];
        "yes code" / "כן קוד"; "Confirms what I asked about; the code stands in my question." / "מאשר את מה ששאלתי; הקוד מופיע בשאלה."; "yes 4821" / "כן 4821"),
    verb!(No; ["no"] ["לא"];
        "no code" / "לא קוד"; "Drops what I asked about; the code stands in my question." / "מוותר על מה ששאלתי; הקוד מופיע בשאלה."; "no 4821" / "לא 4821"),
    verb!(Choose; ["choose"] ["בחר", "בחרי"];
        "choice code" / "בחירה קוד"; "Takes one of several readings; the code stands in my question." / "בוחר באחת האפשרויות; הקוד מופיע בשאלה."; "1 4821" / "1 4821"),
    verb!(Stop; ["stop"] ["עצור", "עצרי", "די"];
        "stop" / "עצור"; "Leaves what is being put together step by step." / "יוצא ממה שנבנה שלב אחר שלב."; "stop" / "עצור"),
    verb!(Help; ["help", "?"] ["עזרה"];
        "help [verb]" / "עזרה [פעולה]"; "Shows examples, or explains one verb." / "מציג דוגמאות, או מסביר פעולה אחת."; "help schedule" / "עזרה תזמן"),
];

/// The verb with which a text begins: the longest of its names, in any letter case; and what follows it.
pub(super) struct Begun<'t> {
    /// The verb.
    pub verb: &'static Verb,
    /// The name that was used.
    pub name: &'static str,
    /// Its language.
    pub language: Language,
    /// What follows, from the first visible character on.
    pub rest: &'t str,
}

/// Finds the verb at the beginning of a text.
pub(super) fn begun(text: &str) -> Option<Begun<'_>> {
    let fits = |verb: &'static Verb| verb.names().filter_map(move |name| Some((verb, name, after(text, name)?)));
    let (verb, name, rest) = VERBS.iter().flat_map(fits).max_by_key(|(_, name, _)| name.len())?;
    Some(Begun { verb, name, language: Language::of(name), rest })
}

/// What follows a name at the beginning of a text; a quote or `#` ends a word as a blank does.
fn after<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut rest = text;
    for wanted in name.split(' ') {
        let (word, next) = super::words::first_word(rest);
        if word.trim_end_matches(['.', ',', '!', ':']).to_lowercase() != wanted {
            return None;
        }
        rest = next;
    }
    Some(rest)
}
