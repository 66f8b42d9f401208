//! The request that one attempt makes: `POST /{phone_number_id}/messages` (Meta, "Messages", 2026-05).
//!
//! It says exactly what the departure says. It never adds, shortens or corrects anything: texts are made to fit
//! before they are stored.

use std::borrow::Cow;

use serde::Serialize;

use crate::domain::address::Address;
use crate::domain::content::{Button, Content, ListRow};
use crate::ports::Departure;

/// The body of a send request. Members stand in the order of Meta's examples.
#[derive(Debug, Serialize)]
pub struct RequestBody<'a> {
    messaging_product: &'static str,
    recipient_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context<'a>>,
    biz_opaque_callback_data: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interactive: Option<Interactive<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<Template<'a>>,
}

#[derive(Debug, Serialize)]
struct Context<'a> {
    message_id: &'a str,
}

#[derive(Serialize)]
struct Text<'a> {
    body: &'a str,
    preview_url: bool,
}

#[derive(Serialize)]
struct Interactive<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<Header<'a>>,
    body: Words<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    footer: Option<Words<'a>>,
    action: Action<'a>,
}

#[derive(Serialize)]
struct Header<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
}

#[derive(Serialize)]
struct Words<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Action<'a> {
    Link { name: &'static str, parameters: Parameters<'a> },
    Buttons { buttons: Vec<ReplyButton<'a>> },
    List { button: &'a str, sections: [Section<'a>; 1] },
}

#[derive(Serialize)]
struct Section<'a> {
    rows: &'a [ListRow],
}

#[derive(Serialize)]
struct Parameters<'a> {
    display_text: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct ReplyButton<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    reply: &'a Button,
}

#[derive(Debug, Serialize)]
struct Template<'a> {
    name: &'a str,
    language: Language<'a>,
}

#[derive(Debug, Serialize)]
struct Language<'a> {
    code: &'a str,
}

// Message texts must not reach a log.
impl std::fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Text(…)")
    }
}
impl std::fmt::Debug for Interactive<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interactive(…)")
    }
}

/// The body of the request that `departure` makes; `None` when there is nothing to say, or nobody to say it to.
///
/// A number goes out with its `+`, or Meta may put the business number's country code in front of it. A
/// business-scoped id goes into `recipient`: in `to` it is accepted and never delivered.
pub fn request_body(departure: &Departure) -> Option<RequestBody<'_>> {
    let (to, recipient) = match &departure.to {
        Address::Phone(phone) => (Some(Cow::Owned(format!("+{}", phone.digits()))), None),
        Address::User(bsuid) => (None, Some(bsuid.as_str())),
        Address::Group(group) => (Some(Cow::Borrowed(group.as_str())), None),
        Address::Forgotten(_) => return None,
    };
    let (text, interactive, template) = content(&departure.content);
    Some(RequestBody {
        messaging_product: "whatsapp",
        recipient_type: if departure.to.is_group() { "group" } else { "individual" },
        to,
        recipient,
        kind: kind(&departure.content)?,
        context: departure.quoting.as_ref().map(|quoted| Context { message_id: quoted.as_str() }),
        biz_opaque_callback_data: &departure.opaque,
        text,
        interactive,
        template,
    })
}

fn kind(content: &Content) -> Option<&'static str> {
    match content {
        Content::Text { .. } => Some("text"),
        Content::Link { .. } | Content::Buttons { .. } | Content::List { .. } => Some("interactive"),
        Content::Template { .. } => Some("template"),
        Content::Removed => None,
    }
}

type Parts<'a> = (Option<Text<'a>>, Option<Interactive<'a>>, Option<Template<'a>>);

fn content(content: &Content) -> Parts<'_> {
    match content {
        Content::Text { body } => (Some(Text { body, preview_url: false }), None, None),
        Content::Link { header, body, footer, label, url } => {
            let header = header.as_deref().map(|text| Header { kind: "text", text });
            let footer = footer.as_deref().map(|text| Words { text });
            let action = Action::Link { name: "cta_url", parameters: Parameters { display_text: label, url } };
            (None, Some(Interactive { kind: "cta_url", header, body: Words { text: body }, footer, action }), None)
        }
        Content::Buttons { body, buttons } => {
            let buttons = buttons.iter().map(|reply| ReplyButton { kind: "reply", reply }).collect();
            let (body, action) = (Words { text: body }, Action::Buttons { buttons });
            (None, Some(Interactive { kind: "button", header: None, body, footer: None, action }), None)
        }
        Content::List { body, label, rows } => {
            let (body, action) = (Words { text: body }, Action::List { button: label, sections: [Section { rows }] });
            (None, Some(Interactive { kind: "list", header: None, body, footer: None, action }), None)
        }
        Content::Template { name, language } => {
            (None, None, Some(Template { name, language: Language { code: language } }))
        }
        Content::Removed => (None, None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::{Bsuid, GroupId, Phone, Pseudonym, Wamid};
    use serde_json::{Value, json};

    fn owner() -> Address {
        Address::Phone(Phone::parse("15550007777").expect("valid"))
    }

    fn body(to: Address, content: Content, quoting: Option<&str>) -> Value {
        let quoting = quoting.and_then(Wamid::parse);
        let departure = Departure { entry_id: 42, attempt: 1, opaque: "j1.a.42.1".into(), to, content, quoting };
        serde_json::to_value(request_body(&departure).expect("a body")).expect("serialisable")
    }

    #[test]
    fn a_post_is_a_plain_text_to_the_group() {
        let group = Address::Group(GroupId::parse("Y2FwaV9ncm91cDox").expect("valid"));
        assert_eq!(
            body(group, Content::text("Daily sync at 09:00"), None),
            json!({"messaging_product": "whatsapp", "recipient_type": "group", "to": "Y2FwaV9ncm91cDox", "type": "text",
                "biz_opaque_callback_data": "j1.a.42.1", "text": {"body": "Daily sync at 09:00", "preview_url": false}})
        );
    }

    #[test]
    fn a_private_text_goes_to_the_number_with_a_plus_and_quotes() {
        assert_eq!(
            body(owner(), Content::text("Scheduled"), Some("wamid.Q")),
            json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+15550007777",
                "type": "text", "context": {"message_id": "wamid.Q"}, "biz_opaque_callback_data": "j1.a.42.1",
                "text": {"body": "Scheduled", "preview_url": false}})
        );
    }

    #[test]
    fn a_person_without_a_number_is_the_recipient_and_never_in_to() {
        let user = Address::User(Bsuid::parse("US.4400112233445566").expect("valid"));
        let body = body(user, Content::text("Hi"), None);
        assert_eq!(body["recipient"], "US.4400112233445566");
        assert_eq!(body["recipient_type"], "individual");
        assert!(body.get("to").is_none(), "{body}");
    }

    #[test]
    fn a_forward_has_one_button_that_opens_a_link() {
        let link = Content::Link {
            header: Some("Garden group".into()),
            body: "Ana: is Saturday still on?".into(),
            footer: None,
            label: "Open chat".into(),
            url: "https://wa.me/15550009901".into(),
        };
        assert_eq!(
            body(owner(), link, None),
            json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+15550007777",
                "type": "interactive", "biz_opaque_callback_data": "j1.a.42.1",
                "interactive": {"type": "cta_url", "header": {"type": "text", "text": "Garden group"},
                    "body": {"text": "Ana: is Saturday still on?"},
                    "action": {"name": "cta_url",
                        "parameters": {"display_text": "Open chat", "url": "https://wa.me/15550009901"}}}})
        );
    }

    #[test]
    fn a_list_carries_its_rows_in_one_section() {
        let row = |id: &str, description: Option<&str>| ListRow {
            id: id.into(),
            title: "Team".into(),
            description: description.map(str::to_owned),
        };
        let rows = vec![row("g:1", None), row("g:2", Some("6 people"))];
        let list = Content::List { body: "Which group?".into(), label: "Groups".into(), rows };
        assert_eq!(
            body(owner(), list, None)["interactive"],
            json!({"type": "list", "body": {"text": "Which group?"}, "action": {"button": "Groups", "sections": [
                {"rows": [{"id": "g:1", "title": "Team"}, {"id": "g:2", "title": "Team", "description": "6 people"}]}
            ]}})
        );
    }

    #[test]
    fn reply_buttons_carry_their_ids() {
        let button = |id: &str, title: &str| Button { id: id.into(), title: title.into() };
        let buttons = Content::Buttons {
            body: "Post now?".into(),
            buttons: vec![button("p:yes", "Post"), button("p:no", "Cancel")],
        };
        assert_eq!(
            body(owner(), buttons, None)["interactive"],
            json!({"type": "button", "body": {"text": "Post now?"}, "action": {"buttons": [
                {"type": "reply", "reply": {"id": "p:yes", "title": "Post"}},
                {"type": "reply", "reply": {"id": "p:no", "title": "Cancel"}}]}})
        );
    }

    #[test]
    fn a_template_goes_out_without_components() {
        let template = Content::Template { name: "owner_notify".into(), language: "en_US".into() };
        assert_eq!(
            body(owner(), template, None),
            json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+15550007777",
                "type": "template", "biz_opaque_callback_data": "j1.a.42.1",
                "template": {"name": "owner_notify", "language": {"code": "en_US"}}})
        );
    }

    #[test]
    fn nothing_is_made_of_a_message_without_words_or_without_a_recipient() {
        let nobody = Address::Forgotten(Pseudonym::parse("f.1").expect("valid"));
        for (to, content) in [(owner(), Content::Removed), (nobody, Content::text("hello"))] {
            let departure = Departure { entry_id: 1, attempt: 1, opaque: "j1".into(), to, content, quoting: None };
            assert!(request_body(&departure).is_none());
        }
    }

    #[test]
    fn debug_shows_no_words() {
        let departure = Departure {
            entry_id: 1,
            attempt: 1,
            opaque: "j1".into(),
            to: Address::Group(GroupId::parse("g").expect("valid")),
            content: Content::text("secret words"),
            quoting: None,
        };
        assert!(!format!("{:?}", request_body(&departure)).contains("secret"));
    }
}
