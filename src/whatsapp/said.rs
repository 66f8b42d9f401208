//! What an inbound message says, by its `type` (Meta, "Messages webhook" pages, 2025-11 to 2026-06).
//!
//! A kind we do not know, or one that comes without its content, keeps its name. Only content of the wrong type is
//! an error, so that nothing is passed on as something it is not.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{Text, elements, object, owned, present};
use super::message::Wire;
use crate::domain::address::Wamid;
use crate::domain::inbound::Said;

/// The members of all content objects; each kind uses a few of them.
#[derive(Deserialize)]
struct Members<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    #[serde(borrow)]
    caption: Option<Text<'a>>,
    #[serde(borrow)]
    filename: Option<Text<'a>>,
    voice: Option<bool>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    address: Option<Text<'a>>,
    #[serde(borrow)]
    button_reply: Option<Choice<'a>>,
    #[serde(borrow)]
    list_reply: Option<Choice<'a>>,
    #[serde(borrow)]
    payload: Option<Text<'a>>,
    #[serde(borrow)]
    text: Option<Text<'a>>,
    #[serde(borrow)]
    message_id: Option<Text<'a>>,
    #[serde(borrow)]
    emoji: Option<Text<'a>>,
    #[serde(borrow)]
    original_message_id: Option<Text<'a>>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    title: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct Card<'a> {
    #[serde(borrow)]
    name: Option<CardName<'a>>,
}

#[derive(Deserialize)]
struct CardName<'a> {
    #[serde(borrow)]
    formatted_name: Option<Text<'a>>,
    #[serde(borrow)]
    first_name: Option<Text<'a>>,
}

/// Reads what a message says; `Err` says in words what is wrong with its content.
pub(super) fn said(wire: &Wire<'_>) -> Result<Said, String> {
    let kind = present(&wire.kind).unwrap_or("untyped");
    let read = match kind {
        "text" => with(wire.text, |m| owned(&m.body).map(Said::Text)),
        "image" => with(wire.image, |m| Some(media(kind, &m))),
        "video" => with(wire.video, |m| Some(media(kind, &m))),
        "audio" => with(wire.audio, |m| Some(media(if m.voice == Some(true) { "voice" } else { kind }, &m))),
        "document" => with(wire.document, |m| Some(media(kind, &m))),
        "sticker" => with(wire.sticker, |m| Some(media(kind, &m))),
        "location" => with(wire.location, |m| Some(Said::Location(owned(&m.name).or_else(|| owned(&m.address))))),
        "contacts" => Ok(Some(cards(wire.contacts))),
        "interactive" => with(wire.interactive, interactive),
        "button" => with(wire.button, |m| tapped(&m.payload, &m.text)),
        "reaction" => with(wire.reaction, reaction),
        "edit" => with(wire.edit, edited),
        "revoke" => with(wire.revoke, |m| original(&m).map(|original| Said::Revoked { original })),
        "system" => with(wire.system, |m| owned(&m.kind).map(|change| Said::System { change })),
        "unsupported" => with(wire.unsupported, |m| owned(&m.kind).map(Said::Other)),
        _ => Ok(None),
    };
    Ok(read.map_err(|fault| format!("its content cannot be read: {fault}"))?.unwrap_or_else(|| named(kind)))
}

/// What is left of a message whose content is missing: its name.
fn named(kind: &str) -> Said {
    if kind == "system" { Said::System { change: kind.to_owned() } } else { Said::Other(kind.to_owned()) }
}

fn with<'a>(raw: Option<&'a RawValue>, read: impl FnOnce(Members<'a>) -> Option<Said>) -> Result<Option<Said>, String> {
    raw.map(object).transpose().map(|members| members.and_then(read))
}

fn media(kind: &str, members: &Members<'_>) -> Said {
    Said::Media { kind: kind.to_owned(), caption: owned(&members.caption), filename: owned(&members.filename) }
}

fn cards(raw: Option<&RawValue>) -> Said {
    let names = elements(raw).into_iter().filter_map(|card| {
        let name = object::<Card<'_>>(card).ok()?.name?;
        owned(&name.formatted_name).or_else(|| owned(&name.first_name))
    });
    Said::Contacts(names.collect())
}

fn interactive(members: Members<'_>) -> Option<Said> {
    match members.button_reply.as_ref().or(members.list_reply.as_ref()) {
        Some(choice) => tapped(&choice.id, &choice.title),
        None => owned(&members.kind).map(Said::Other),
    }
}

/// A tap on a template's quick reply brings its label when it was sent without a payload.
fn tapped(id: &Option<Text<'_>>, title: &Option<Text<'_>>) -> Option<Said> {
    let id_or_title = present(id).or(present(title))?;
    let title_or_id = present(title).or(present(id))?;
    Some(Said::Tapped { id: id_or_title.to_owned(), title: title_or_id.to_owned() })
}

fn reaction(members: Members<'_>) -> Option<Said> {
    let target = present(&members.message_id).and_then(Wamid::parse)?;
    Some(Said::Reaction { target, emoji: owned(&members.emoji) })
}

fn original(members: &Members<'_>) -> Option<Wamid> {
    present(&members.original_message_id).and_then(Wamid::parse)
}

fn edited(members: Members<'_>) -> Option<Said> {
    let new = members.message.and_then(|raw| object::<Wire<'_>>(raw).ok());
    let text = new.and_then(|new| object::<Members<'_>>(new.text?).ok()).and_then(|words| owned(&words.body));
    original(&members).map(|original| Said::Edited { original, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Said, String> {
        said(&serde_json::from_str(json).expect("a message"))
    }

    fn media_of(kind: &str, caption: Option<&str>, filename: Option<&str>) -> Said {
        Said::Media { kind: kind.into(), caption: caption.map(Into::into), filename: filename.map(Into::into) }
    }

    #[test]
    fn every_kind_that_meta_documents_is_read() {
        let wamid = |id| Wamid::parse(id).expect("valid");
        let tapped = |id: &str, title: &str| Said::Tapped { id: id.into(), title: title.into() };
        let table = [
            (r#"{"type":"text","text":{"body":"yes!"}}"#, Said::Text("yes!".into())),
            (r#"{"type":"image","image":{"id":"1","caption":"poster"}}"#, media_of("image", Some("poster"), None)),
            (r#"{"type":"video","video":{"id":"1"}}"#, media_of("video", None, None)),
            (r#"{"type":"audio","audio":{"id":"1","voice":false}}"#, media_of("audio", None, None)),
            (r#"{"type":"audio","audio":{"id":"1","voice":true}}"#, media_of("voice", None, None)),
            (r#"{"type":"document","document":{"filename":"a.pdf"}}"#, media_of("document", None, Some("a.pdf"))),
            (r#"{"type":"sticker","sticker":{"animated":true}}"#, media_of("sticker", None, None)),
            (r#"{"type":"location","location":{"latitude":1.5,"name":"Park"}}"#, Said::Location(Some("Park".into()))),
            (r#"{"type":"location","location":{"address":"Road 1"}}"#, Said::Location(Some("Road 1".into()))),
            (r#"{"type":"location","location":{"latitude":1.5}}"#, Said::Location(None)),
            (
                r#"{"type":"contacts",
                    "contacts":[{"name":{"formatted_name":"Ana B"}},{"vcard":"x"},{"name":{"first_name":"Bo"}}]}"#,
                Said::Contacts(vec!["Ana B".into(), "Bo".into()]),
            ),
            (
                r#"{"type":"interactive",
                    "interactive":{"type":"button_reply","button_reply":{"id":"a:1","title":"Post"}}}"#,
                tapped("a:1", "Post"),
            ),
            (
                r#"{"type":"interactive",
                    "interactive":{"type":"list_reply","list_reply":{"id":"g:1","title":"Garden","description":"6"}}}"#,
                tapped("g:1", "Garden"),
            ),
            (
                r#"{"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"response_json":"{}"}}}"#,
                Said::Other("nfm_reply".into()),
            ),
            (r#"{"type":"button","button":{"payload":"p:1","text":"Show"}}"#, tapped("p:1", "Show")),
            (r#"{"type":"button","button":{"text":"Show"}}"#, tapped("Show", "Show")),
            (
                r#"{"type":"reaction","reaction":{"message_id":"wamid.1","emoji":"\ud83d\udc4d"}}"#,
                Said::Reaction { target: wamid("wamid.1"), emoji: Some("👍".into()) },
            ),
            (
                r#"{"type":"reaction","reaction":{"message_id":"wamid.1","emoji":""}}"#,
                Said::Reaction { target: wamid("wamid.1"), emoji: None },
            ),
            (
                r#"{"type":"edit",
                    "edit":{"original_message_id":"wamid.1","message":{"type":"text","text":{"body":"new"}}}}"#,
                Said::Edited { original: wamid("wamid.1"), text: Some("new".into()) },
            ),
            (
                r#"{"type":"edit","edit":{"original_message_id":"wamid.1","message":{"type":"image","image":{}}}}"#,
                Said::Edited { original: wamid("wamid.1"), text: None },
            ),
            (
                r#"{"type":"revoke","revoke":{"original_message_id":"wamid.1"}}"#,
                Said::Revoked { original: wamid("wamid.1") },
            ),
            (
                r#"{"type":"system","system":{"body":"x","type":"user_changed_number","wa_id":"1"}}"#,
                Said::System { change: "user_changed_number".into() },
            ),
            (r#"{"type":"order","order":{"catalog_id":"1"}}"#, Said::Other("order".into())),
            (
                r#"{"type":"unsupported","unsupported":{"type":"poll_creation"},"errors":[{"code":131051}]}"#,
                Said::Other("poll_creation".into()),
            ),
            (r#"{"type":"unsupported","errors":[{"code":"130501"}]}"#, Said::Other("unsupported".into())),
            (r#"{"type":"hologram","hologram":[1]}"#, Said::Other("hologram".into())),
        ];
        for (json, expected) in table {
            assert!(read(json) == Ok(expected), "{json}");
        }
    }

    #[test]
    fn a_kind_without_its_content_keeps_its_name() {
        for kind in ["text", "image", "reaction", "button", "revoke", "interactive"] {
            assert!(read(&format!(r#"{{"type":"{kind}"}}"#)) == Ok(Said::Other(kind.into())), "{kind}");
        }
        assert!(read("{}") == Ok(Said::Other("untyped".into())));
        assert!(read(r#"{"type":"text","text":{"body":""}}"#) == Ok(Said::Other("text".into())));
    }

    #[test]
    fn content_of_the_wrong_type_is_an_error() {
        for json in [
            r#"{"type":"text","text":{"body":5}}"#,
            r#"{"type":"text","text":"hello"}"#,
            r#"{"type":"text","text":["hello"]}"#,
            r#"{"type":"reaction","reaction":{"message_id":{}}}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn content_of_another_kind_is_not_looked_at() {
        assert!(read(r#"{"type":"text","text":{"body":"hi"},"image":5}"#) == Ok(Said::Text("hi".into())));
    }
}
