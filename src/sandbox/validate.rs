//! Checks the body of `POST /{phone_number_id}/messages` before anything else looks at it.
//!
//! Knows the fields and limits of each message type (Meta's message pages), and refuses what it does not know. It never
//! looks at the world: whether a person, a group or a template exists is for `send`.

use serde_json::Value;

use super::fields::Fields;
use super::interactive;
use super::people::digits;
use super::reply::GraphError;

const ENVELOPE: &[&str] = &[
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "type",
    "context",
    "biz_opaque_callback_data",
    "recipient_identity_key_hash",
    "category",
];
const KINDS: &[&str] = &[
    "text",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "interactive",
    "template",
    "pin",
];

/// A well-formed request.
pub(super) enum Request<'a> {
    /// A message to be sent.
    Message(Wanted<'a>),
    /// A read receipt for an inbound message.
    Read { message_id: &'a str },
}

/// A well-formed message.
pub(super) struct Wanted<'a> {
    pub target: Target<'a>,
    /// `to` or `recipient` as it was written.
    pub input: &'a str,
    pub kind: &'a str,
    pub content: &'a Value,
    /// What a person would read, for the ledger; filled in from the registry for a template.
    pub text: Option<String>,
    pub opaque: Option<&'a str>,
    pub quoting: Option<&'a str>,
}

/// Whom a message is for.
pub(super) enum Target<'a> {
    /// Digits of a phone number.
    Phone(String),
    Bsuid(&'a str),
    /// A business-scoped user id where a number belongs: accepted by Meta and never delivered.
    BsuidAsNumber,
    Group(&'a str),
}

/// Reads a request, or says what is wrong with it.
pub(super) fn read(body: &Value) -> Result<Request<'_>, GraphError> {
    let root = Fields::root(body)?;
    match root.get("messaging_product").and_then(Value::as_str) {
        Some("whatsapp") => {}
        Some(_) => return Err(GraphError::parameter("Param messaging_product must be one of {WHATSAPP}.")),
        None => return Err(GraphError::parameter("The parameter messaging_product is required.")),
    }
    if root.get("status").is_some() {
        return read_receipt(&root);
    }
    let kind = root.text("type", 32)?.unwrap_or("text");
    if !KINDS.contains(&kind) {
        let known = KINDS.join(", ");
        return Err(GraphError::parameter(format!("Param type must be one of {{{known}}}.")));
    }
    root.only(&[ENVELOPE, &[kind]].concat())?;
    if root.get("category").is_some() {
        return Err(GraphError::parameter("Param category needs the Direct Send beta; this account is not enrolled."));
    }
    let (target, input) = target(&root)?;
    let content = root.get(kind).ok_or_else(|| GraphError::parameter(format!("The parameter {kind} is required.")))?;
    let text = content_text(&root, kind, matches!(target, Target::Group(_)))?;
    let quoting = match root.object("context")? {
        Some(context) => {
            context.only(&["message_id"])?;
            Some(context.required_text("message_id", 512)?)
        }
        None => None,
    };
    let opaque = root.text("biz_opaque_callback_data", 512)?;
    Ok(Request::Message(Wanted { target, input, kind, content, text, opaque, quoting }))
}

fn read_receipt<'a>(root: &Fields<'a>) -> Result<Request<'a>, GraphError> {
    root.only(&["messaging_product", "status", "message_id", "typing_indicator"])?;
    if root.required_text("status", 16)? != "read" {
        return Err(GraphError::parameter("Param status must be one of {read}."));
    }
    if let Some(indicator) = root.object("typing_indicator")? {
        indicator.only(&["type"])?;
        indicator.required_text("type", 16)?;
    }
    Ok(Request::Read { message_id: root.required_text("message_id", 512)? })
}

fn target<'a>(root: &Fields<'a>) -> Result<(Target<'a>, &'a str), GraphError> {
    let to_group = match root.text("recipient_type", 32)? {
        None | Some("individual") => false,
        Some("group") => true,
        Some(_) => return Err(GraphError::parameter("Param recipient_type must be one of {individual, group}.")),
    };
    // When both are present `to` wins.
    let Some(to) = root.text("to", 512)? else {
        let recipient =
            root.text("recipient", 160)?.ok_or_else(|| GraphError::parameter("The parameter to is required."))?;
        return match (to_group, is_bsuid(recipient)) {
            (false, true) => Ok((Target::Bsuid(recipient), recipient)),
            (true, _) => Err(root.wrong("recipient", "cannot name a group; use to")),
            (false, false) => Err(root.wrong("recipient", "must be a business-scoped user id")),
        };
    };
    let target = match (to_group, looks_like_group(to), phone(to)) {
        (true, _, Some(_)) => return Err(mismatch("group", "a phone number")),
        (true, ..) => Target::Group(to),
        (false, true, _) => return Err(mismatch("individual", "a group id")),
        (false, false, Some(phone)) => Target::Phone(phone),
        (false, false, None) if is_bsuid(to) => Target::BsuidAsNumber,
        _ => return Err(root.wrong("to", "must be a phone number with its country code")),
    };
    Ok((target, to))
}

fn mismatch(kind: &str, found: &str) -> GraphError {
    GraphError::new(131_009, format!("Parameter recipient_type is {kind}, but to holds {found}."))
}

/// The digits of a phone number as Meta takes it: `+`, blanks, hyphens and brackets are allowed.
fn phone(written: &str) -> Option<String> {
    let only_number = written.chars().all(|c| c.is_ascii_digit() || "+ -().".contains(c));
    let digits = digits(written);
    // The old group ids of other libraries are 18 digits: longer than any number (ITU-T E.164).
    (only_number && (5..=15).contains(&digits.len())).then_some(digits)
}

fn looks_like_group(to: &str) -> bool {
    to.starts_with("Y2FwaV9ncm91cD") || to.ends_with("@g.us")
}

/// `US.123…`, or `US.ENT.123…` for a portfolio's parent id.
fn is_bsuid(text: &str) -> bool {
    let Some((country, id)) = text.split_once('.') else { return false };
    let id = id.strip_prefix("ENT.").unwrap_or(id);
    let two_letters = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    two_letters && (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Checks the content object and returns what a person would read.
fn content_text(root: &Fields<'_>, kind: &str, in_group: bool) -> Result<Option<String>, GraphError> {
    if kind == "contacts" {
        return root.objects("contacts", 1, 257).map(|_| None);
    }
    let content = root.required_object(kind)?;
    match kind {
        "text" => text(&content).map(Some),
        "interactive" => interactive::check(&content).map(Some),
        "image" | "video" => media(&content, &["id", "link", "caption"]),
        "document" => media(&content, &["id", "link", "caption", "filename"]),
        "audio" => media(&content, &["id", "link", "voice"]),
        "sticker" => media(&content, &["id", "link"]),
        "location" => location(&content),
        "reaction" => reaction(&content),
        "pin" if !in_group => Err(GraphError::new(131_051, "pin is for groups only.")),
        "pin" => pin(&content),
        _ => template(&content),
    }
}

fn text(content: &Fields<'_>) -> Result<String, GraphError> {
    content.only(&["body", "preview_url"])?;
    let body = match content.get("body") {
        Some(Value::String(body)) if !body.is_empty() => body,
        Some(Value::String(_)) | None => return Err(GraphError::parameter("The parameter text['body'] is required.")),
        Some(_) => return Err(GraphError::parameter("Param text['body'] must be a string.")),
    };
    if body.chars().count() > 4096 {
        return Err(GraphError::parameter("Param text['body'] must be at most 4096 characters long."));
    }
    match content.get("preview_url") {
        None | Some(Value::Bool(_)) => Ok(body.clone()),
        Some(_) => Err(content.wrong("preview_url", "must be a boolean")),
    }
}

fn media(content: &Fields<'_>, known: &[&str]) -> Result<Option<String>, GraphError> {
    content.only(known)?;
    match (content.text("id", 128)?, content.text("link", 2048)?) {
        (None, None) => Err(content.missing("id")),
        (Some(_), Some(_)) => Err(content.wrong("link", "cannot be given together with id")),
        _ => Ok(content.text("caption", 1024)?.map(str::to_owned)),
    }
}

fn location(content: &Fields<'_>) -> Result<Option<String>, GraphError> {
    content.only(&["latitude", "longitude", "name", "address"])?;
    for key in ["latitude", "longitude"] {
        let value = content.get(key).ok_or_else(|| content.missing(key))?;
        let degrees = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        degrees.ok_or_else(|| content.wrong(key, "must be a number"))?;
    }
    Ok(content.text("name", 1000)?.map(str::to_owned))
}

fn reaction(content: &Fields<'_>) -> Result<Option<String>, GraphError> {
    content.only(&["message_id", "emoji"])?;
    content.required_text("message_id", 512)?;
    // An empty emoji takes the reaction back, so it is the one text that may be empty.
    let emoji = content.get("emoji").ok_or_else(|| content.missing("emoji"))?;
    emoji.as_str().map(|emoji| Some(emoji.to_owned())).ok_or_else(|| content.wrong("emoji", "must be a string"))
}

fn pin(content: &Fields<'_>) -> Result<Option<String>, GraphError> {
    content.only(&["type", "message_id", "expiration_days"])?;
    content.required_text("message_id", 512)?;
    match content.required_text("type", 16)? {
        "pin" => match content.get("expiration_days").and_then(Value::as_u64) {
            Some(1..=30) => Ok(None),
            _ => Err(content.wrong("expiration_days", "must be 1 to 30")),
        },
        "unpin" => Ok(None),
        _ => Err(content.wrong("type", "must be pin or unpin")),
    }
}

fn template(content: &Fields<'_>) -> Result<Option<String>, GraphError> {
    content.only(&["name", "language", "components", "namespace"])?;
    content.required_text("name", 512)?;
    let language = content.required_object("language")?;
    language.only(&["code", "policy"])?;
    language.required_text("code", 16)?;
    if content.get("components").is_some() {
        for component in content.objects("components", 0, 20)? {
            component.only(&["type", "sub_type", "index", "parameters"])?;
            component.required_text("type", 16)?;
        }
    }
    Ok(None)
}
