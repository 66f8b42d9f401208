//! Limits of interactive messages: `cta_url`, reply buttons and lists (Meta, "Interactive messages").
//!
//! Only shape and limits; whether an interactive message may go to this recipient is decided elsewhere.

use std::collections::HashSet;

use super::fields::Fields;
use super::reply::GraphError;

/// Checks the `interactive` object and returns its body text.
pub(super) fn check(content: &Fields<'_>) -> Result<String, GraphError> {
    content.only(&["type", "header", "body", "footer", "action"])?;
    let kind = content.required_text("type", 64)?;
    let body_limit = if kind == "list" { 4096 } else { 1024 };
    let body = content.required_object("body")?;
    body.only(&["text"])?;
    let text = body.required_text("text", body_limit)?;
    if let Some(footer) = content.object("footer")? {
        footer.only(&["text"])?;
        footer.required_text("text", 60)?;
    }
    header(content, kind)?;
    let action = content.required_object("action")?;
    match kind {
        "cta_url" => cta_url(&action)?,
        "button" => reply_buttons(&action)?,
        "list" => list(&action)?,
        "request_contact_info" => {
            action.required_text("name", 64)?;
        }
        _ => return Err(content.wrong("type", "must be one of cta_url, button, list, request_contact_info")),
    }
    Ok(text.to_owned())
}

fn header(content: &Fields<'_>, kind: &str) -> Result<(), GraphError> {
    let Some(header) = content.object("header")? else { return Ok(()) };
    header.only(&["type", "text", "image", "video", "document"])?;
    match header.required_text("type", 16)? {
        "text" => header.required_text("text", 60).map(drop),
        media @ ("image" | "video" | "document") if kind != "list" => {
            let media = header.required_object(media)?;
            media.get("id").or_else(|| media.get("link")).map(drop).ok_or_else(|| media.missing("id"))
        }
        _ => Err(header.wrong("type", "is not allowed for this interactive type")),
    }
}

fn cta_url(action: &Fields<'_>) -> Result<(), GraphError> {
    action.only(&["name", "parameters"])?;
    if action.required_text("name", 64)? != "cta_url" {
        return Err(action.wrong("name", "must be cta_url"));
    }
    let parameters = action.required_object("parameters")?;
    parameters.only(&["display_text", "url"])?;
    parameters.required_text("display_text", 20)?;
    let url = parameters.required_text("url", 2000)?;
    if url.starts_with("http://") || url.starts_with("https://") {
        Ok(())
    } else {
        Err(parameters.wrong("url", "must be an http or https URL"))
    }
}

fn reply_buttons(action: &Fields<'_>) -> Result<(), GraphError> {
    action.only(&["buttons"])?;
    let (mut ids, mut titles) = (HashSet::new(), HashSet::new());
    for button in action.objects("buttons", 1, 3)? {
        button.only(&["type", "reply"])?;
        if button.required_text("type", 16)? != "reply" {
            return Err(button.wrong("type", "must be reply"));
        }
        let reply = button.required_object("reply")?;
        reply.only(&["id", "title"])?;
        if !ids.insert(reply.required_text("id", 256)?) {
            return Err(reply.wrong("id", "must differ from the ids of the other buttons"));
        }
        if !titles.insert(reply.required_text("title", 20)?) {
            return Err(reply.wrong("title", "must differ from the titles of the other buttons"));
        }
    }
    Ok(())
}

fn list(action: &Fields<'_>) -> Result<(), GraphError> {
    action.only(&["button", "sections"])?;
    action.required_text("button", 20)?;
    let sections = action.objects("sections", 1, 10)?;
    let (mut ids, mut rows) = (HashSet::new(), 0);
    for section in &sections {
        section.only(&["title", "rows"])?;
        if section.text("title", 24)?.is_none() && sections.len() > 1 {
            return Err(section.missing("title"));
        }
        for row in section.objects("rows", 1, 10)? {
            row.only(&["id", "title", "description"])?;
            if !ids.insert(row.required_text("id", 200)?) {
                return Err(row.wrong("id", "must differ from the ids of the other rows"));
            }
            row.required_text("title", 24)?;
            row.text("description", 72)?;
            rows += 1;
        }
    }
    if rows > 10 {
        return Err(action.wrong("sections", &format!("must have at most 10 rows in total, not {rows}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn verdict(content: &Value) -> Result<String, i64> {
        check(&Fields::root(content).unwrap()).map_err(|error| error.code)
    }

    fn cta(label: &str, body: &str) -> Value {
        json!({"type": "cta_url", "body": {"text": body},
               "action": {"name": "cta_url", "parameters": {"display_text": label, "url": "https://wa.me/15550009901"}}})
    }

    #[test]
    fn a_link_button_keeps_to_its_limits() {
        assert_eq!(verdict(&cta("Open chat", "Ana: hi")), Ok("Ana: hi".into()));
        assert_eq!(verdict(&cta(&"x".repeat(20), "hi")), Ok("hi".into()));
        assert_eq!(verdict(&cta(&"x".repeat(21), "hi")), Err(131_009));
        assert_eq!(verdict(&cta("Open", &"é".repeat(1024))).map(drop), Ok(()));
        assert_eq!(verdict(&cta("Open", &"é".repeat(1025))), Err(131_009));
        assert_eq!(verdict(&cta("Open", "")), Err(131_009));
    }

    #[test]
    fn reply_buttons_are_one_to_three_and_differ() {
        let buttons = |titles: &[&str]| {
            let list: Vec<Value> = titles
                .iter()
                .enumerate()
                .map(|(id, title)| json!({"type": "reply", "reply": {"id": id.to_string(), "title": title}}))
                .collect();
            json!({"type": "button", "body": {"text": "?"}, "action": {"buttons": list}})
        };
        assert!(verdict(&buttons(&["Yes", "No", "Later"])).is_ok());
        assert_eq!(verdict(&buttons(&[])), Err(131_009));
        assert_eq!(verdict(&buttons(&["1", "2", "3", "4"])), Err(131_009));
        assert_eq!(verdict(&buttons(&["Yes", "Yes"])), Err(131_009));
    }

    #[test]
    fn a_list_has_at_most_ten_rows_over_all_sections() {
        let list = |rows: usize, sections: usize| {
            let sections: Vec<Value> = (0..sections)
                .map(|section| {
                    let rows: Vec<Value> =
                        (0..rows).map(|row| json!({"id": format!("{section}.{row}"), "title": "Row"})).collect();
                    json!({"title": "Section", "rows": rows})
                })
                .collect();
            json!({"type": "list", "body": {"text": "Pick"}, "action": {"button": "Groups", "sections": sections}})
        };
        assert!(verdict(&list(5, 2)).is_ok());
        assert_eq!(verdict(&list(6, 2)), Err(131_009));
        assert_eq!(verdict(&list(0, 1)), Err(131_009));
    }
}
