//! The Groups API: create, list, read, change and delete groups, invite links, members, join requests.
//!
//! As with Meta, changes are answered with a request id at once and reported by webhook later. Membership grows only
//! through [`World::join`], which is what a person does with an invite link.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::envelope::Change;
use super::fields::Fields;
use super::graph::Call;
use super::group_events::participants_change;
use super::groups::{Group, JoinApproval, NewGroup, invite_link};
use super::json::put;
use super::manage::Done;
use super::reply::GraphError;
use super::world::World;

impl World {
    /// `POST /{phone_number_id}/groups`.
    pub fn create_group(&mut self, body: &Value, now: DateTime<Utc>) -> Done {
        if !self.groups_allowed {
            return Err(GraphError::new(131_215, "The number is not an Official Business Account."));
        }
        let root = Fields::root(body)?;
        root.only(&["messaging_product", "subject", "description", "join_approval_mode"])?;
        let subject = root.required_text("subject", 128)?.trim().to_owned();
        if subject.is_empty() {
            return Err(root.wrong("subject", "must not be blank"));
        }
        let description = root.text("description", 2048)?.map(str::to_owned);
        let join_approval_mode = match root.text("join_approval_mode", 32)? {
            None | Some("auto_approve") => JoinApproval::AutoApprove,
            Some("approval_required") => JoinApproval::ApprovalRequired,
            Some(_) => return Err(root.wrong("join_approval_mode", "must be auto_approve or approval_required")),
        };
        let new = NewGroup { subject, description, join_approval_mode, ..NewGroup::default() };
        let group = self.groups.add(new, Vec::new(), &self.business.number, &mut self.chance, now);
        let request_id = self.chance.request_id();
        let mut event = self.group_event("group_create", &group.id, now);
        put(&mut event, "request_id", &request_id);
        put(&mut event, "subject", &group.subject);
        put(&mut event, "invite_link", &group.invite_link);
        put(&mut event, "join_approval_mode", group.join_approval_mode);
        if let Some(description) = &group.description {
            put(&mut event, "description", description);
        }
        Ok((accepted(&request_id), vec![self.group_change("group_lifecycle_update", event)]))
    }

    /// `GET /{phone_number_id}/groups`: pages by group id.
    pub fn list_groups(&self, call: &Call) -> Done {
        let limit = match call.query.get("limit").map(|limit| limit.parse::<usize>()) {
            None => 25,
            Some(Ok(limit)) if (1..=1024).contains(&limit) => limit,
            Some(_) => return Err(GraphError::parameter("Param limit must be 1 to 1024.")),
        };
        let after = call.query.get("after").map(String::as_str).unwrap_or_default();
        let mut rest = self.groups.all().filter(|group| group.id.as_str() > after);
        let page: Vec<&Group> = rest.by_ref().take(limit).collect();
        let more = rest.next().is_some();
        let listed = page.iter().map(
            |group| json!({ "id": group.id, "subject": group.subject, "created_at": group.created_at.timestamp() }),
        );
        let mut paging = json!({ "cursors": {} });
        if let (Some(first), Some(last)) = (page.first(), page.last()) {
            put(&mut paging, "cursors", json!({ "before": first.id, "after": last.id }));
            if more {
                let number = &self.business.phone_number_id;
                put(&mut paging, "next", format!("/{number}/groups?limit={limit}&after={}", last.id));
            }
        }
        Ok((json!({ "data": { "groups": listed.collect::<Vec<_>>() }, "paging": paging }), Vec::new()))
    }

    /// Calls on one group; the group exists.
    pub fn group_call(
        &mut self,
        method: &str,
        id: &str,
        edge: &[&str],
        call: &Call,
        body: &Value,
        now: DateTime<Utc>,
    ) -> Done {
        match (method, edge) {
            ("GET", []) => {
                let fields = call.query.get("fields").map(String::as_str).unwrap_or_default();
                let wanted: Vec<&str> = fields.split(',').map(str::trim).filter(|field| !field.is_empty()).collect();
                Ok((self.group(id)?.fields(&wanted, &self.people), Vec::new()))
            }
            ("POST", []) => self.change_group(id, body, now),
            ("DELETE", []) => self.delete_group(id, now),
            ("GET", ["invite_link"]) => Ok((link_answer(self.group(id)?), Vec::new())),
            ("POST", ["invite_link"]) => {
                let link = invite_link(&mut self.chance);
                self.group_mut(id)?.invite_link = link;
                Ok((link_answer(self.group(id)?), Vec::new()))
            }
            ("DELETE", ["participants"]) => self.remove_participants(id, body, now),
            ("GET", ["join_requests"]) => self.join_requests(id),
            ("POST", ["join_requests"]) => self.settle_join_requests(id, body, true, now),
            ("DELETE", ["join_requests"]) => self.settle_join_requests(id, body, false, now),
            _ => Err(GraphError::no_such_object(id)),
        }
    }

    fn change_group(&mut self, id: &str, body: &Value, now: DateTime<Utc>) -> Done {
        let root = Fields::root(body)?;
        root.only(&["messaging_product", "subject", "description"])?;
        let (subject, description) = (root.text("subject", 128)?, root.text("description", 2048)?);
        let request_id = self.chance.request_id();
        let mut event = self.group_event("group_settings_update", id, now);
        put(&mut event, "request_id", &request_id);
        let group = self.group_mut(id)?;
        if let Some(subject) = subject {
            group.subject = subject.trim().to_owned();
            put(&mut event, "group_subject", json!({ "text": group.subject, "update_successful": true }));
        }
        if let Some(description) = description {
            group.description = Some(description.to_owned());
            put(&mut event, "group_description", json!({ "text": description, "update_successful": true }));
        }
        Ok((accepted(&request_id), vec![self.group_change("group_settings_update", event)]))
    }

    fn delete_group(&mut self, id: &str, now: DateTime<Utc>) -> Done {
        self.groups.remove(id);
        let request_id = self.chance.request_id();
        let mut event = self.group_event("group_delete", id, now);
        put(&mut event, "request_id", &request_id);
        Ok((accepted(&request_id), vec![self.group_change("group_lifecycle_update", event)]))
    }

    fn remove_participants(&mut self, id: &str, body: &Value, now: DateTime<Utc>) -> Done {
        let root = Fields::root(body)?;
        let mut removed = Vec::new();
        for participant in root.objects("participants", 1, 8)? {
            let who = participant.text("user", 64)?.or(participant.text("user_id", 160)?);
            let who = who.ok_or_else(|| participant.missing("user"))?;
            let member = self
                .people
                .find(who)
                .filter(|person| self.groups.get(id).is_some_and(|group| group.members.contains(&person.phone)));
            let person = member.ok_or_else(|| GraphError::new(131_212, "A participant is not in the group."))?;
            let mut shown = person.lean_contact();
            put(&mut shown, "input", who);
            removed.push((person.phone.clone(), shown));
        }
        let group = self.group_mut(id)?;
        for (phone, _) in &removed {
            group.members.retain(|member| member != phone);
            group.removed.push(phone.clone());
        }
        let request_id = self.chance.request_id();
        let mut event = self.group_event("group_participants_remove", id, now);
        put(&mut event, "request_id", &request_id);
        put(&mut event, "initiated_by", "business");
        put(&mut event, "removed_participants", removed.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>());
        Ok((accepted(&request_id), vec![self.group_change("group_participants_update", event)]))
    }

    fn join_requests(&self, id: &str) -> Done {
        let listed = self.group(id)?.join_requests.iter().map(|request| {
            let mut shown =
                self.people.by_phone(&request.phone).map(|person| person.lean_contact()).unwrap_or_else(|| json!({}));
            put(&mut shown, "join_request_id", &request.id);
            put(&mut shown, "creation_timestamp", request.created_at.timestamp().to_string());
            shown
        });
        Ok((json!({ "data": listed.collect::<Vec<_>>(), "paging": { "cursors": {} } }), Vec::new()))
    }

    fn settle_join_requests(&mut self, id: &str, body: &Value, approve: bool, now: DateTime<Utc>) -> Done {
        let ids = body.get("join_requests").and_then(Value::as_array).cloned();
        let ids = ids.ok_or_else(|| GraphError::parameter("The parameter join_requests is required."))?;
        let (mut settled, mut failed, mut changes) = (Vec::new(), Vec::new(), Vec::new());
        for wanted in ids.iter().filter_map(Value::as_str) {
            let group = self.group_mut(id)?;
            let Some(position) = group.join_requests.iter().position(|request| request.id == wanted) else {
                let error = GraphError::new(131_213, "The join request does not exist.");
                failed.push(json!({ "join_request_id": wanted, "errors": [error.in_webhook()] }));
                continue;
            };
            let request = group.join_requests.remove(position);
            settled.push(json!(wanted));
            if approve {
                group.members.push(request.phone.clone());
                changes.extend(participants_change(self, id, &request.phone, "group_participants_add", now));
            }
        }
        let key = if approve { "approved_join_requests" } else { "rejected_join_requests" };
        Ok((json!({ "messaging_product": "whatsapp", key: settled, "failed_join_requests": failed }), changes))
    }

    fn group(&self, id: &str) -> Result<&Group, GraphError> {
        self.groups.get(id).ok_or_else(|| GraphError::no_such_object(id))
    }

    fn group_mut(&mut self, id: &str) -> Result<&mut Group, GraphError> {
        self.groups.get_mut(id).ok_or_else(|| GraphError::no_such_object(id))
    }

    /// The members that every element of `groups` has.
    pub fn group_event(&self, kind: &str, id: &str, now: DateTime<Utc>) -> Value {
        json!({ "timestamp": now.timestamp().to_string(), "type": kind, "group_id": id })
    }

    /// One group event as a change of its field.
    pub fn group_change(&self, field: &'static str, event: Value) -> Change {
        let mut value = self.value();
        put(&mut value, "groups", [event]);
        Change { field, value }
    }
}

fn accepted(request_id: &str) -> Value {
    json!({ "messaging_product": "whatsapp", "request_id": request_id })
}

fn link_answer(group: &Group) -> Value {
    json!({ "messaging_product": "whatsapp", "invite_link": group.invite_link })
}
