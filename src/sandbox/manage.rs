//! Everything of the Graph API besides sending: the number, the account, templates, subscriptions, groups.
//!
//! One table of method and path; group calls are in `group_calls`. A call that is not in the table gets what the Graph
//! API says about objects that it does not know.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::envelope::Change;
use super::graph::Call;
use super::reply::GraphError;
use super::templates::Template;
use super::world::World;

/// Body of the answer, and the webhooks that follow.
pub(super) type Done = Result<(Value, Vec<Change>), GraphError>;

impl World {
    /// Serves one call.
    pub fn manage(&mut self, call: &Call, body: &Value, now: DateTime<Utc>) -> Done {
        let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
        let number = self.business.phone_number_id.clone();
        let account = self.business.account_id.clone();
        match (call.method.as_str(), path.as_slice()) {
            ("GET", ["debug_token"]) => Ok((self.debug_token(call), Vec::new())),
            ("GET", [id]) if *id == number => Ok((self.number(call), Vec::new())),
            ("GET", [id, "groups"]) if *id == number => self.list_groups(call),
            ("POST", [id, "groups"]) if *id == number => self.create_group(body, now),
            ("GET", [id]) if *id == account => Ok((json!({ "id": account, "name": "Emulated business" }), Vec::new())),
            ("GET", [id, "phone_numbers"]) if *id == account => {
                Ok((json!({ "data": [self.number_facts()], "paging": { "cursors": {} } }), Vec::new()))
            }
            (method, [id, "subscribed_apps"]) if *id == account => self.subscription(method),
            ("GET", [id, "message_templates"]) if *id == account => {
                Ok((self.templates.listing(call.query.get("name").map(String::as_str)), Vec::new()))
            }
            ("POST", [id, "message_templates"]) if *id == account => self.create_template(body),
            (method, [id, edge @ ..]) if self.groups.get(id).is_some() => {
                self.group_call(method, id, edge, call, body, now)
            }
            (_, path) => Err(GraphError::no_such_object(path.first().copied().unwrap_or_default())),
        }
    }

    fn number(&self, call: &Call) -> Value {
        const USUAL: &str =
            "verified_name,code_verification_status,display_phone_number,quality_rating,platform_type,throughput";
        let facts = self.number_facts();
        let wanted = call.query.get("fields").map_or(USUAL, String::as_str);
        let mut answer = Map::from_iter([("id".to_owned(), json!(self.business.phone_number_id))]);
        for field in wanted.split(',') {
            if let Some(value) = facts.get(field.trim()) {
                answer.insert(field.trim().to_owned(), value.clone());
            }
        }
        Value::Object(answer)
    }

    fn number_facts(&self) -> Value {
        json!({ "id": self.business.phone_number_id, "display_phone_number": format!("+{}", self.business.number),
                "verified_name": "Emulated business", "code_verification_status": "VERIFIED",
                "quality_rating": "GREEN", "platform_type": "CLOUD_API", "throughput": { "level": "STANDARD" },
                "name_status": "APPROVED", "status": "CONNECTED", "account_mode": "LIVE",
                "is_official_business_account": self.groups_allowed,
                "whatsapp_business_manager_messaging_limit": "TIER_2K" })
    }

    fn debug_token(&self, call: &Call) -> Value {
        let known = call.query.get("input_token").is_some_and(|token| *token == self.business.access_token);
        json!({ "data": { "app_id": "100000000000001", "type": "SYSTEM_USER", "application": "emulator", "is_valid": known,
                          "expires_at": 0, "data_access_expires_at": 0,
                          "scopes": ["whatsapp_business_management", "whatsapp_business_messaging"] } })
    }

    fn subscription(&mut self, method: &str) -> Done {
        match method {
            "GET" => {
                let app = json!({ "whatsapp_business_api_data":
                    { "id": "100000000000001", "name": "emulator", "link": "https://www.facebook.com/games/?app_id=100000000000001" } });
                let apps = if self.subscribed { vec![app] } else { Vec::new() };
                return Ok((json!({ "data": apps }), Vec::new()));
            }
            "POST" => self.subscribed = true,
            "DELETE" => self.subscribed = false,
            _ => return Err(GraphError::no_such_object("subscribed_apps")),
        }
        Ok((json!({ "success": true }), Vec::new()))
    }

    fn create_template(&mut self, body: &Value) -> Done {
        let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
        let missing = |key: &str| GraphError::parameter(format!("The parameter {key} is required."));
        let name = text("name").ok_or_else(|| missing("name"))?;
        if name.is_empty()
            || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        {
            return Err(GraphError::parameter("Param name may only have lower-case letters, digits and underscores."));
        }
        let language = text("language").ok_or_else(|| missing("language"))?;
        let category = text("category").ok_or_else(|| missing("category"))?.to_uppercase();
        let components = body.get("components").and_then(Value::as_array).ok_or_else(|| missing("components"))?;
        let is_body = |part: &&Value| {
            part.get("type").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("body"))
        };
        let template_body = components.iter().find(is_body).and_then(|part| part.get("text")).and_then(Value::as_str);
        // Nobody reviews here; a template is pending until the control API approves it.
        let status = "PENDING".to_owned();
        let answer = json!({ "id": format!("59442547926{:05}", self.templates.all().len()), "status": status, "category": category });
        self.templates.add(Template { name, language, category, status, body: template_body.map(str::to_owned) });
        Ok((answer, Vec::new()))
    }
}
