//! The emulated Graph API as HTTP: version prefix, token, fault, verdict, log, answer.
//!
//! Every request to the API passes through [`serve`] and leaves one line in the log of requests. The order is Meta's:
//! the token first, then the object, then the body.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Bytes, Data, Path, Query};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use serde_json::Value;

use super::answer::{self, Reply};
use super::clock::{real_pause, wall_micros};
use super::envelope::Change;
use super::faults::{Facts, Fault, FaultKind};
use super::people::digits;
use super::reply::GraphError;
use super::requests::Seen;
use super::send::Outcome;
use super::status::Planned;
use super::world::Shared;

/// One call, taken apart.
pub(super) struct Call {
    pub method: String,
    /// The path without its version, in segments.
    pub path: Vec<String>,
    pub query: HashMap<String, String>,
    pub body: Bytes,
    token: Option<String>,
    is_form: bool,
}

impl Call {
    fn read(request: &HttpRequest, path: &str, body: Bytes) -> Self {
        let mut path: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        if path.first().is_some_and(|first| is_version(first)) {
            path.remove(0);
        }
        let query: HashMap<String, String> =
            Query::from_query(request.query_string()).map(Query::into_inner).unwrap_or_default();
        let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let bearer = header.and_then(|value| value.strip_prefix("Bearer ")).map(|token| token.trim().to_owned());
        let token = bearer.or_else(|| query.get("access_token").cloned());
        let is_form = request.content_type() == "application/x-www-form-urlencoded";
        Self { method: request.method().to_string(), path, query, body, token, is_form }
    }

    /// The body as JSON; an empty body is an empty object, and a form has JSON in its fields.
    pub fn json(&self) -> Result<Value, GraphError> {
        if self.is_form {
            return Ok(self.form());
        }
        if self.body.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        let broken = |_| GraphError::parameter("Invalid parameter: the body is not valid JSON");
        serde_json::from_slice(&self.body).map_err(broken)
    }

    /// JSON that is sent as a form by mistake (`curl -d`) is one field with a strange name: refused as at Meta.
    fn form(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        let fields: HashMap<String, String> = Query::from_query(&text).map(Query::into_inner).unwrap_or_default();
        let read = |field: String| match serde_json::from_str(&field) {
            Ok(nested @ (Value::Object(_) | Value::Array(_))) => nested,
            _ => Value::String(field),
        };
        fields.into_iter().map(|(name, field)| (name, read(field))).collect()
    }

    fn is_message(&self) -> bool {
        self.method == "POST" && self.path.get(1).is_some_and(|edge| edge == "messages")
    }
}

fn is_version(segment: &str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Serves one request to the emulated Graph API.
pub(super) async fn serve(request: HttpRequest, path: Path<String>, body: Bytes, shared: Data<Shared>) -> HttpResponse {
    let shared = shared.into_inner();
    let call = Call::read(&request, &path, body);
    let (reply, fault) = match authorise(&call, &shared) {
        Err(error) => (refusal(&shared, &error), None),
        Ok(()) => verdict(&call, &shared).await,
    };
    log(&call, &shared, &request, &reply, fault.as_ref());
    real_pause(shared.response_delay).await;
    answer::respond(&request, reply, fault.as_ref()).await
}

fn authorise(call: &Call, shared: &Shared) -> Result<(), GraphError> {
    if call.token.as_deref() == Some(shared.world().business.access_token.as_str()) {
        return Ok(());
    }
    Err(GraphError::new(190, ""))
}

async fn verdict(call: &Call, shared: &Arc<Shared>) -> (Reply, Option<Fault>) {
    let body = match call.json() {
        Ok(body) => body,
        Err(error) => return (refusal(shared, &error), None),
    };
    let fault = pick(call, &body, shared);
    let reply = match &fault {
        _ if call.is_message() => message(call, body, fault.clone(), shared).await,
        Some(fault) if !fault.accepts() => refusal(shared, &fault.error()),
        _ => manage(call, &body, shared),
    };
    (reply, fault)
}

fn pick(call: &Call, body: &Value, shared: &Shared) -> Option<Fault> {
    let to = body.get("to").or_else(|| body.get("recipient")).and_then(Value::as_str);
    // The ledger writes numbers as digits, and so do the rules.
    let number = to.filter(|to| to.chars().all(|c| c.is_ascii_digit() || "+ -().".contains(c))).map(digits);
    let text = String::from_utf8_lossy(&call.body);
    let facts = Facts { is_message: call.is_message(), to: number.as_deref().or(to), body: &text };
    let mut world = shared.world();
    let world = &mut *world;
    world.faults.pick(&facts, &mut world.chance)
}

async fn message(call: &Call, body: Value, fault: Option<Fault>, shared: &Arc<Shared>) -> Reply {
    let known = call.path.first().is_some_and(|id| *id == shared.world().business.phone_number_id);
    if !known || call.path.len() != 2 {
        let id = call.path.first().cloned().unwrap_or_default();
        return refusal(shared, &GraphError::no_such_object(&id));
    }
    let late = fault.as_ref().filter(|fault| fault.kind == FaultKind::Late);
    let delay = Duration::from_millis(late.map_or(0, |fault| fault.delay_ms));
    // On its own task: when the caller hangs up this handler is dropped, but a message once taken keeps its statuses.
    let task = tokio::spawn({
        let shared = shared.clone();
        async move {
            real_pause(delay).await;
            process(body, fault, &shared).await
        }
    });
    match task.await {
        Ok(reply) => reply,
        Err(_) => refusal(shared, &GraphError::new(131_000, "The message was lost.")),
    }
}

async fn process(body: Value, fault: Option<Fault>, shared: &Shared) -> Reply {
    if let Some(fault) = fault.as_ref().filter(|fault| !fault.accepts()) {
        return refusal(shared, &fault.error());
    }
    let now = shared.now();
    let taken = shared.world().take(&body, fault.as_ref(), now);
    let Outcome { body, wamid, mut planned } = match taken {
        Ok(outcome) => outcome,
        Err(error) => return refusal(shared, &error),
    };
    if shared.world().statuses.before_response && !planned.is_empty() {
        shared.hooks.send_now(planned.remove(0).change).await;
    }
    publish(shared, planned);
    match fault.filter(|fault| fault.kind == FaultKind::ServerError) {
        Some(fault) => Reply { wamid, ..refusal(shared, &fault.error()) },
        None => Reply { status: 200, body, code: None, wamid },
    }
}

fn manage(call: &Call, body: &Value, shared: &Shared) -> Reply {
    let now = shared.now();
    let done = shared.world().manage(call, body, now);
    match done {
        Ok((body, changes)) => {
            let after = Duration::from_millis(shared.world().statuses.delay_ms);
            publish(shared, changes.into_iter().map(|change| Planned { after, change }).collect());
            Reply { status: 200, body, code: None, wamid: None }
        }
        Err(error) => refusal(shared, &error),
    }
}

/// Hands webhooks in, unless the app is not subscribed to the account.
pub(super) fn publish(shared: &Shared, planned: Vec<Planned>) {
    let subscribed = shared.world().subscribed;
    if subscribed {
        shared.hooks.send(planned);
    }
}

/// Hands in webhooks that are due at once.
pub(super) fn publish_now(shared: &Shared, changes: impl IntoIterator<Item = Change>) {
    publish(shared, changes.into_iter().map(|change| Planned { after: Duration::ZERO, change }).collect());
}

fn refusal(shared: &Shared, error: &GraphError) -> Reply {
    let trace = shared.world().chance.trace_id();
    Reply { status: error.http, body: error.body(&trace), code: Some(error.code), wamid: None }
}

fn log(call: &Call, shared: &Shared, request: &HttpRequest, reply: &Reply, fault: Option<&Fault>) {
    let seen = Seen {
        index: 0,
        at: shared.now(),
        wall_micros: wall_micros(),
        method: call.method.clone(),
        path: request.path().to_owned(),
        status: reply.status,
        code: reply.code,
        wamid: reply.wamid.clone(),
        fault: fault.map(Fault::label),
    };
    shared.world().requests.add(seen);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_is_a_version() {
        assert!(["v26.0", "v19.0", "v3"].iter().all(|segment| is_version(segment)));
        assert!(["700100200300400", "v", "vx.1", ""].iter().all(|segment| !is_version(segment)));
    }
}
