//! Control calls about traffic: faults, statuses, templates, webhooks, the ledger and the log of requests.
//!
//! The table of all calls is in [`control`](super::control).

use actix_web::web::{self, Data, Json, Query, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use super::acts::Injection;
use super::control::{Answer, Refusal, merged};
use super::faults::Fault;
use super::hooks::WebhookTarget;
use super::ledger::Accepted;
use super::status::StatusPolicy;
use super::templates::Template;
use super::world::Shared;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/faults", web::get().to(faults))
        .route("/faults", web::post().to(add_faults))
        .route("/faults", web::delete().to(clear_faults))
        .route("/statuses", web::get().to(statuses))
        .route("/statuses", web::post().to(change_statuses))
        .route("/statuses/send", web::post().to(send_status))
        .route("/templates", web::get().to(templates))
        .route("/templates", web::post().to(add_template))
        .route("/webhook", web::get().to(webhook))
        .route("/webhook", web::post().to(change_webhook))
        .route("/webhook/verify", web::post().to(verify))
        .route("/webhook/settle", web::post().to(settle))
        .route("/webhook/deliveries", web::get().to(deliveries))
        .route("/events", web::post().to(inject))
        .route("/sent", web::get().to(sent))
        .route("/requests", web::get().to(requests));
}

async fn faults(shared: Data<Shared>) -> Json<Value> {
    Json(json!({ "faults": shared.world().faults.all() }))
}

async fn add_faults(shared: Data<Shared>, body: Json<Value>) -> Answer {
    let list = match body.into_inner() {
        Value::Array(list) => list,
        one => vec![one],
    };
    let rules: Result<Vec<Fault>, _> = list.into_iter().map(serde_json::from_value).collect();
    shared.world().faults.add(rules.map_err(Refusal::body)?);
    Ok(faults(shared).await)
}

async fn clear_faults(shared: Data<Shared>) -> Json<Value> {
    shared.world().faults.clear();
    faults(shared).await
}

async fn statuses(shared: Data<Shared>) -> Json<StatusPolicy> {
    Json(shared.world().statuses.clone())
}

async fn change_statuses(shared: Data<Shared>, change: Json<Value>) -> Result<Json<StatusPolicy>, Refusal> {
    let mut world = shared.world();
    world.statuses = merged(&world.statuses, change.into_inner())?;
    Ok(Json(world.statuses.clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusByHand {
    wamid: String,
    status: String,
    code: Option<i64>,
}

async fn send_status(shared: Data<Shared>, wanted: Json<StatusByHand>) -> Answer {
    shared.send_status(&wanted.wamid, &wanted.status, wanted.code)?;
    Ok(Json(json!({ "sent": true })))
}

async fn templates(shared: Data<Shared>) -> Json<Value> {
    Json(json!({ "templates": shared.world().templates.all() }))
}

async fn add_template(shared: Data<Shared>, template: Json<Template>) -> Json<Value> {
    shared.world().templates.add(template.into_inner());
    templates(shared).await
}

async fn webhook(shared: Data<Shared>) -> Json<WebhookTarget> {
    Json(shared.hooks.post.target())
}

async fn change_webhook(shared: Data<Shared>, change: Json<Value>) -> Result<Json<WebhookTarget>, Refusal> {
    let current = shared.hooks.post.target();
    let mut change = change.into_inner();
    // The secret is never written out, so it has to be carried over.
    if let Some(members) = change.as_object_mut() {
        members.entry("app_secret").or_insert_with(|| json!(current.app_secret));
    }
    let target: WebhookTarget = merged(&current, change)?;
    shared.hooks.retarget(|old| *old = target.clone());
    Ok(Json(target))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verification {
    verify_token: String,
}

async fn verify(shared: Data<Shared>, wanted: Json<Verification>) -> Json<Value> {
    Json(json!({ "verified": shared.handshake(&wanted.verify_token).await }))
}

async fn settle(shared: Data<Shared>) -> Json<Value> {
    shared.hooks.settled().await;
    Json(json!({ "settled": true }))
}

async fn deliveries(shared: Data<Shared>) -> Json<Value> {
    Json(json!({ "deliveries": shared.hooks.post.deliveries() }))
}

async fn inject(shared: Data<Shared>, injection: Json<Injection>) -> Json<Value> {
    Json(json!({ "statuses": shared.inject(&injection).await }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    to: Option<String>,
    #[serde(default)]
    since: usize,
    #[serde(default = "everything")]
    limit: usize,
}

fn everything() -> usize {
    usize::MAX
}

async fn sent(shared: Data<Shared>, range: Query<Range>) -> Json<Value> {
    let world = shared.world();
    let sent: Vec<&Accepted> = world.ledger.list(range.to.as_deref(), range.since, range.limit).collect();
    Json(json!({ "sent": sent, "total": world.ledger.next_index() }))
}

async fn requests(shared: Data<Shared>, range: Query<Range>) -> Json<Value> {
    let world = shared.world();
    Json(json!({ "requests": world.requests.list(range.since as u64, range.limit), "total": world.requests.count() }))
}
