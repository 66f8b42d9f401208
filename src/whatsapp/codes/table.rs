//! Every error code that Meta documents for messages, groups, templates, registration and the account, by number
//! (Meta, "Error codes", 2026-06; "Groups error codes", 2025-10; newer ones from the SDKs).
//!
//! A class may only be [`Class::Transient`] or a throttle when a second attempt is safe: it is a refusal before the
//! message was processed.

use crate::domain::refusal::Class;
use Class::{Account, Credential, Final, Identity, Media, Pair, Template, Throughput, Transient, Window};

/// What is said about a code, or about all codes of a range.
pub(super) struct Row {
    /// First code.
    pub first: i64,
    /// Last code.
    pub last: i64,
    /// What it means for the message.
    pub class: Class,
    /// What it means, in words for the owner.
    pub meaning: &'static str,
    /// What a person can do; empty when there is nothing.
    pub fix: &'static str,
}

const TOKEN: &str = "Put a valid access token into WA_ACCESS_TOKEN.";
const PERMISSION: &str = "Give the token the permission whatsapp_business_messaging.";
const REPORT: &str = "Check the ids in the settings; if they are right, please report it.";
const TEMPLATE: &str = "Compare the template in WhatsApp Manager with the settings.";
const MANAGER: &str = "Look at the account in WhatsApp Manager.";
const REGISTER: &str = "Register the phone number again in WhatsApp Manager.";
const OTHER_CALL: &str = "This answer does not belong to sending; please report it.";

const fn row(code: i64, class: Class, meaning: &'static str, fix: &'static str) -> Row {
    Row { first: code, last: code, class, meaning, fix }
}

const fn range(first: i64, last: i64, class: Class, meaning: &'static str, fix: &'static str) -> Row {
    Row { first, last, class, meaning, fix }
}

/// The row of a code; `None` when it is not listed.
pub(super) fn row_of(code: i64) -> Option<&'static Row> {
    let index = ROWS.partition_point(|row| row.last < code);
    ROWS.get(index).filter(|row| row.first <= code)
}

/// Ordered by code.
pub(super) const ROWS: &[Row] = &[
    row(0, Credential, "WhatsApp does not know this app user", TOKEN),
    row(1, Transient, "WhatsApp had an unknown trouble", ""),
    row(2, Transient, "WhatsApp is overloaded for a moment", ""),
    row(3, Credential, "the token may not do this", PERMISSION),
    row(4, Throughput, "the app makes too many calls", ""),
    row(10, Credential, "the permission to send is missing", PERMISSION),
    row(33, Account, "the sending phone number does not exist any more", "Correct WA_PHONE_NUMBER_ID."),
    row(100, Final, "WhatsApp does not accept the request", REPORT),
    row(190, Credential, "the access token has expired or is not valid", TOKEN),
    range(200, 299, Credential, "the permission to send is missing", PERMISSION),
    row(368, Account, "the account is blocked for breaking a rule", MANAGER),
    row(80007, Throughput, "the business account makes too many calls", ""),
    row(130403, Final, "you have blocked this person", "Unblock them first."),
    row(130429, Throughput, "messages are sent too fast", ""),
    row(130472, Final, "WhatsApp withholds it because of a test that this person is part of", ""),
    row(130497, Final, "the account may not write to this country", ""),
    row(130501, Final, "WhatsApp does not support this kind of message", ""),
    row(131000, Transient, "WhatsApp had a trouble it does not explain", ""),
    row(131005, Credential, "WhatsApp denies access", PERMISSION),
    row(131008, Final, "WhatsApp misses something in the request", REPORT),
    row(131009, Final, "WhatsApp does not accept a value in the request", REPORT),
    row(131016, Transient, "a service of WhatsApp is away for a moment", ""),
    row(131020, Final, "nobody else is in the group", "Send the invite link to somebody first."),
    row(131021, Final, "the recipient is the bot itself", "Set OWNER_WA_ID to another number than the bot's."),
    row(131026, Final, "it cannot be delivered: no WhatsApp there, an old app, or they block the bot", ""),
    row(
        131030,
        Final,
        "a test number may only write to listed people",
        "Add the recipient to the test numbers at Meta.",
    ),
    row(131031, Account, "the account is locked", MANAGER),
    row(131037, Account, "the display name of the number is not approved", MANAGER),
    row(
        131041,
        Final,
        "WhatsApp does not know this group, or the bot is not in it",
        "Only groups made by the bot work.",
    ),
    row(131042, Account, "there is a trouble with the payment", "Check the payment method in WhatsApp Manager."),
    row(131045, Account, "the number is not registered properly", REGISTER),
    row(
        131047,
        Window,
        "the last message from there is older than 24 hours",
        "They must write here first; then send it again.",
    ),
    row(
        131048,
        Final,
        "too many messages of this number were reported as spam",
        "Wait some hours before sending again.",
    ),
    row(131049, Final, "WhatsApp withholds it to spare the person", "Try again after a day."),
    row(131050, Final, "the person does not want such messages any more", ""),
    row(131051, Final, "WhatsApp does not support this kind of message here", ""),
    row(131052, Media, "the file could not be fetched", "Send it once more."),
    row(131053, Media, "the file could not be taken in", "Use a kind and size of file that WhatsApp supports."),
    row(131055, Final, "this way of sending is not allowed for the number", ""),
    row(131056, Pair, "too many messages to this person in a short time", ""),
    row(131057, Transient, "the number is in maintenance for some minutes", ""),
    row(131059, Final, "a page of a list is not valid any more", OTHER_CALL),
    row(131062, Final, "this needs the person's phone number, which is not known", ""),
    row(131063, Final, "marketing templates cannot be sent this way", "Use a utility template."),
    row(131064, Final, "templates of the account were put into wrong categories too often", MANAGER),
    row(131201, Final, "it was done for some people only", OTHER_CALL),
    row(131202, Final, "a person is named twice", OTHER_CALL),
    row(131203, Final, "the person has not accepted the terms of WhatsApp", ""),
    row(131204, Final, "the group is full", ""),
    row(131207, Final, "WhatsApp has suspended the group", "Wait until it is cleared, then schedule again."),
    row(131208, Throughput, "too much is done with groups in a short time", ""),
    range(131209, 131210, Final, "the picture of the group has a wrong shape or size", OTHER_CALL),
    row(131211, Final, "no more groups can be made", ""),
    row(131212, Final, "the person is not in the group", ""),
    row(131213, Final, "there is no such request to join", OTHER_CALL),
    row(131214, Final, "WhatsApp does not let this number make groups for now", "Wait some days."),
    row(131215, Final, "this number may not use groups", "Groups need an Official Business Account."),
    row(132000, Final, "the template has another number of variables", TEMPLATE),
    row(132001, Template, "the template does not exist in this language or is not approved", TEMPLATE),
    row(132005, Final, "the template becomes too long", TEMPLATE),
    row(132007, Final, "the template breaks a rule of WhatsApp", TEMPLATE),
    row(132008, Final, "a value in the template is not accepted", TEMPLATE),
    row(132012, Final, "a value in the template has a wrong format", TEMPLATE),
    row(132015, Template, "the template is paused because of its quality", "Wait, or use another template."),
    row(132016, Final, "the template is disabled for good", "Set OWNER_NOTIFY_TEMPLATE to another template."),
    row(132018, Final, "something is wrong with the template's values", TEMPLATE),
    row(132068, Final, "the flow is blocked", ""),
    row(132069, Transient, "the flow is throttled", ""),
    row(133000, Account, "an earlier deregistration of the number is not finished", REGISTER),
    row(133004, Transient, "a server of WhatsApp is away for a moment", ""),
    row(133005, Account, "the PIN of the number is wrong", REGISTER),
    row(133006, Account, "the number must be verified again", REGISTER),
    row(133008, Account, "the PIN was wrong too often", "Wait as long as WhatsApp Manager says, then register again."),
    row(133009, Account, "the PIN was entered too fast", "Wait as long as WhatsApp Manager says, then register again."),
    row(133010, Account, "the number is not registered", REGISTER),
    row(133015, Account, "the number was deleted a moment ago", "Wait some minutes, then register it again."),
    row(133016, Account, "the number was registered too often", "Wait three days, then register it again."),
    row(134011, Account, "the payment terms of WhatsApp are not accepted", MANAGER),
    row(134100, Final, "only marketing templates can be sent this way", ""),
    row(134101, Transient, "the template is not ready for some minutes", ""),
    row(134102, Final, "the template cannot be used this way", TEMPLATE),
    row(135000, Final, "WhatsApp cannot make sense of the request", REPORT),
    row(
        137000,
        Identity,
        "the phone of this person has changed hands or was set up anew",
        "Make sure who it is first.",
    ),
    range(139100, 139102, Final, "the list of blocked people could not be changed", OTHER_CALL),
    row(139103, Transient, "the list of blocked people cannot be changed for a moment", ""),
    row(139200, Final, "sending without a template is not allowed for the account", ""),
    range(147001, 147005, Final, "the username could not be managed", OTHER_CALL),
    row(2388019, Final, "there are too many templates", OTHER_CALL),
    row(2388040, Final, "a part of the template is too long", OTHER_CALL),
    row(2388047, Final, "the header of the template is not accepted", OTHER_CALL),
    row(2388072, Final, "the body of the template is not accepted", OTHER_CALL),
    row(2388073, Final, "the footer of the template is not accepted", OTHER_CALL),
    row(2388293, Final, "the template has too many variables for its length", OTHER_CALL),
    row(2388299, Final, "the template begins or ends with a variable", OTHER_CALL),
    row(2494100, Transient, "the number is in maintenance for some minutes", ""),
];
