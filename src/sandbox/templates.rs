//! The template registry: what Meta has approved, and whether a send fits it.
//!
//! Checks names, languages, states and parameters (Meta, "Templates"). It does not model Meta's review.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::reply::GraphError;

/// A message template of the business account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Name: lower-case letters, digits and `_`.
    pub name: String,
    /// Language code such as `en_US`.
    pub language: String,
    /// `UTILITY`, `MARKETING` or `AUTHENTICATION`.
    #[serde(default = "utility")]
    pub category: String,
    /// `APPROVED`, `PENDING`, `REJECTED`, `PAUSED` or `DISABLED`.
    #[serde(default = "approved")]
    pub status: String,
    /// Body text with `{{1}}` or `{{name}}`; without a body any parameters are taken.
    #[serde(default)]
    pub body: Option<String>,
}

fn utility() -> String {
    "UTILITY".to_owned()
}

fn approved() -> String {
    "APPROVED".to_owned()
}

/// The templates of the account.
pub(super) struct Templates(Vec<Template>);

impl Default for Templates {
    fn default() -> Self {
        let (name, language) = ("owner_notify".to_owned(), "en_US".to_owned());
        Self(vec![Template { name, language, category: utility(), status: approved(), body: None }])
    }
}

/// A template send that fits: its text as people read it, and its category in lower case.
pub(super) struct Rendered {
    pub text: String,
    pub category: String,
}

impl Templates {
    /// Adds a template, or replaces the one of the same name and language.
    pub fn add(&mut self, template: Template) {
        self.0.retain(|known| (&known.name, &known.language) != (&template.name, &template.language));
        self.0.push(template);
    }

    /// All templates, in the order in which they were added.
    pub fn all(&self) -> &[Template] {
        &self.0
    }

    /// The answer to `GET /{waba_id}/message_templates`, of one name when given.
    pub fn listing(&self, name: Option<&str>) -> Value {
        let matching = self.0.iter().enumerate().filter(|(_, template)| name.is_none_or(|name| template.name == name));
        let data: Vec<Value> = matching.map(|(index, template)| template.described(index)).collect();
        json!({ "data": data, "paging": { "cursors": { "before": "MAZDZD", "after": "MjQZD" } } })
    }

    /// Checks the `template` object of a send.
    pub fn render(&self, content: &Value) -> Result<Rendered, GraphError> {
        let name = content.get("name").and_then(Value::as_str).unwrap_or_default();
        let language = content.pointer("/language/code").and_then(Value::as_str).unwrap_or_default();
        let found = self.0.iter().find(|template| template.name == name && template.language == language);
        let missing = || GraphError::new(132_001, format!("template name ({name}) does not exist in {language}"));
        let template = found.ok_or_else(missing)?;
        match template.status.as_str() {
            "APPROVED" => {}
            "PAUSED" => return Err(GraphError::new(132_015, "Template is paused due to low quality.")),
            "DISABLED" => return Err(GraphError::new(132_016, "Template is disabled.")),
            _ => return Err(missing()),
        }
        let parameters = body_parameters(content)?;
        let text = template.fill(&parameters)?;
        Ok(Rendered { text, category: template.category.to_lowercase() })
    }
}

impl Template {
    fn described(&self, index: usize) -> Value {
        let body = self.body.clone().unwrap_or_else(|| "You have news.".to_owned());
        json!({ "id": format!("{}", 594_425_479_261_596_u64 + index as u64), "name": self.name,
                "language": self.language, "status": self.status, "category": self.category,
                "parameter_format": "POSITIONAL", "components": [{ "type": "BODY", "text": body }] })
    }

    fn fill(&self, parameters: &[(Option<&str>, &str)]) -> Result<String, GraphError> {
        let Some(body) = &self.body else {
            let values: Vec<&str> = parameters.iter().map(|(_, value)| *value).collect();
            return Ok(format!("[{}] {}", self.name, values.join(" | ")).trim_end().to_owned());
        };
        let expected = placeholders(body);
        if expected.len() != parameters.len() {
            let (given, wanted) = (parameters.len(), expected.len());
            let details = format!(
                "body: number of localizable_params ({given}) does not match the expected number of params ({wanted})"
            );
            return Err(GraphError::new(132_000, details));
        }
        let mut text = body.clone();
        for (position, placeholder) in expected.iter().enumerate() {
            let named = parameters.iter().find(|(name, _)| *name == Some(placeholder.as_str()));
            let Some((_, value)) = named.or_else(|| parameters.get(position).filter(|(name, _)| name.is_none())) else {
                return Err(GraphError::new(132_012, format!("body: parameter {placeholder} is missing")));
            };
            text = text.replace(&format!("{{{{{placeholder}}}}}"), value);
        }
        Ok(text)
    }
}

/// The names between double braces, each once, in order.
fn placeholders(body: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for piece in body.split("{{").skip(1) {
        if let Some((name, _)) = piece.split_once("}}")
            && !names.iter().any(|known| known == name.trim())
        {
            names.push(name.trim().to_owned());
        }
    }
    names
}

/// The text parameters of the body component, with their names where given.
fn body_parameters(content: &Value) -> Result<Vec<(Option<&str>, &str)>, GraphError> {
    let components = content.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let bodies = components.iter().filter(|component| {
        component.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("body"))
    });
    bodies
        .flat_map(|body| body.get("parameters").and_then(Value::as_array).into_iter().flatten())
        .map(text_parameter)
        .collect()
}

fn text_parameter(parameter: &Value) -> Result<(Option<&str>, &str), GraphError> {
    if parameter.get("type").and_then(Value::as_str) != Some("text") {
        return Ok((parameter.get("parameter_name").and_then(Value::as_str), ""));
    }
    let Some(text) = parameter.get("text").and_then(Value::as_str).filter(|text| !text.is_empty()) else {
        return Err(GraphError::new(132_012, "body: a parameter of type text needs a text"));
    };
    if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
        let details = "Param text cannot have new-line/tab characters or more than 4 consecutive spaces";
        return Err(GraphError::new(132_018, details));
    }
    if text.chars().count() > 1024 {
        return Err(GraphError::new(132_005, "body: the text is too long once the parameters are filled in"));
    }
    Ok((parameter.get("parameter_name").and_then(Value::as_str), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry() -> Templates {
        let mut templates = Templates::default();
        templates.add(Template {
            name: "notice".into(),
            language: "en_US".into(),
            category: utility(),
            status: approved(),
            body: Some("News from {{1}}: {{2}}.".into()),
        });
        templates
    }

    fn send(name: &str, texts: &[&str]) -> Value {
        let parameters: Vec<Value> = texts.iter().map(|text| json!({"type": "text", "text": text})).collect();
        json!({"name": name, "language": {"code": "en_US"}, "components": [{"type": "body", "parameters": parameters}]})
    }

    fn refusal(content: &Value) -> i64 {
        registry().render(content).err().unwrap().code
    }

    #[test]
    fn parameters_are_filled_in() {
        assert_eq!(registry().render(&send("notice", &["Ana", "hello"])).unwrap().text, "News from Ana: hello.");
        assert_eq!(registry().render(&send("owner_notify", &["3"])).unwrap().text, "[owner_notify] 3");
    }

    #[test]
    fn what_meta_refuses_is_refused_with_its_code() {
        assert_eq!(refusal(&send("unknown", &[])), 132_001);
        assert_eq!(refusal(&send("notice", &["one"])), 132_000);
        assert_eq!(refusal(&send("notice", &["a\nb", "c"])), 132_018);
        assert_eq!(refusal(&send("notice", &["", "c"])), 132_012);
    }

    #[test]
    fn only_an_approved_template_can_be_sent() {
        for (status, code) in [("PAUSED", 132_015), ("DISABLED", 132_016), ("PENDING", 132_001)] {
            let mut templates = registry();
            templates.add(Template { status: status.into(), ..templates.all()[1].clone() });
            assert_eq!(templates.render(&send("notice", &["a", "b"])).err().unwrap().code, code, "{status}");
        }
    }
}
