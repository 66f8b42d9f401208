//! The table of verbs: what `help` shows, and what unknown words are compared with.

/// One verb.
#[derive(Debug, PartialEq, Eq)]
pub struct Verb {
    /// The words it begins with.
    pub name: &'static str,
    /// How it is typed.
    pub usage: &'static str,
    /// What it does.
    pub does: &'static str,
    /// One that works.
    pub example: &'static str,
    /// True for those that a beginner is shown.
    pub common: bool,
}

/// Every verb, in the order in which `help` names them.
pub const VERBS: &[Verb] = &[
    Verb {
        name: "schedule",
        usage: "schedule \"text\" to group[, group] at time",
        does: "Posts the text, unchanged, to the groups at that time. The time may be today 17:30, tomorrow 9am, \
               in 2 hours, friday 08:55, 2027-01-31 12:00 and so on.",
        example: "schedule \"Daily sync at 09:00\" to team at tomorrow 08:55",
        common: true,
    },
    Verb {
        name: "list",
        usage: "list",
        does: "Shows what is scheduled, soonest first.",
        example: "list",
        common: true,
    },
    Verb {
        name: "cancel",
        usage: "cancel number",
        does: "Withdraws what is scheduled under that number.",
        example: "cancel 12",
        common: true,
    },
    Verb {
        name: "register group",
        usage: "register group alias id [name]",
        does: "Makes a group known under a short alias. The alias may be used at once.",
        example: "register group team 1203630xxx@g.us Team",
        common: true,
    },
    Verb {
        name: "groups",
        usage: "groups",
        does: "Shows the groups that are registered.",
        example: "groups",
        common: true,
    },
    Verb {
        name: "unregister group",
        usage: "unregister group alias [force]",
        does: "Forgets a group. With force, what is scheduled to it is cancelled.",
        example: "unregister group team",
        common: false,
    },
    Verb {
        name: "reply",
        usage: "reply number [text]",
        does: "Answers the member whose message carries that number, privately. Without a text a conversation opens: \
               all you write goes to them until done. Quoting their message works too.",
        example: "reply 3",
        common: false,
    },
    Verb { name: "done", usage: "done", does: "Closes the private conversation.", example: "done", common: false },
    Verb {
        name: "send late",
        usage: "send late [number]",
        does: "Sends the posts that fell due while I was away; all, or those of one number.",
        example: "send late 12",
        common: false,
    },
    Verb {
        name: "drop late",
        usage: "drop late [number]",
        does: "Drops the posts that fell due while I was away; all, or those of one number.",
        example: "drop late 12",
        common: false,
    },
    Verb {
        name: "send again",
        usage: "send again number",
        does: "Sends a message again of which nobody knows whether it was sent.",
        example: "send again 45",
        common: false,
    },
    Verb {
        name: "leave",
        usage: "leave number",
        does: "Leaves a message as it is of which nobody knows whether it was sent.",
        example: "leave 45",
        common: false,
    },
    Verb {
        name: "arrived",
        usage: "arrived number",
        does: "Notes that a message did arrive of which I did not know it.",
        example: "arrived 45",
        common: false,
    },
    Verb {
        name: "yes",
        usage: "yes code",
        does: "Confirms a command that reached me late; the code stands in my question.",
        example: "yes 4821",
        common: false,
    },
    Verb {
        name: "no",
        usage: "no code",
        does: "Drops a command that reached me late; the code stands in my question.",
        example: "no 4821",
        common: false,
    },
    Verb {
        name: "help",
        usage: "help [verb]",
        does: "Shows examples, or explains one verb.",
        example: "help schedule",
        common: false,
    },
];
