//! The control API: everything a test or a curious person does with the emulated world, as JSON under `/_control/`.
//!
//! It needs no token, so the emulator belongs on a loopback address. It must never change what the Graph API answers in
//! any other way than through the world. A refusal is `{"error":"…"}` with 400, 404 or 409.
//!
//! | Call | Body or query | Does and answers |
//! |---|---|---|
//! | `GET /_control/` | | counts and settings at a glance |
//! | `GET` `POST /_control/people` | `{"phone","name","identity"?,"bsuid"?,"username"?,"read_receipts"?,"reachable"?}`; identity is `phone_only`, `phone_and_bsuid`, `bsuid_only` or `username` | lists people; adds or replaces one |
//! | `GET` `POST /_control/groups` | `{"subject","id"?,"members"?:["Ana"],"join_approval_mode"?}` | lists groups; adds one |
//! | `POST /_control/groups/{id or subject}` | `{"join"?:[…],"leave"?:[…],"suspended"?:true}` | members come and go, Meta suspends |
//! | `POST /_control/say` | `{"from","text","group"?,"quoting"?:"last","content"?,"id"?,"seconds_ago"?}` | a person writes in private or in a group; `{"wamid"}` |
//! | `POST /_control/tap` | `{"from","wamid"?:"last","button"?}` | taps a button; `{"wamid"}`, or `{"url"}` of a link |
//! | `GET` `POST /_control/clock` | `{"now"?:RFC 3339,"advance_seconds"?,"frozen"?}` | reads or moves the time |
//! | `POST /_control/window` | `{"of":"team","open":true}` | opens or closes a person's or a group's window |
//! | `GET` `POST /_control/settings` | `{"window"?:"async"\|"sync"\|"off","groups_allowed"?,"subscribed"?}` | rules of the world |
//! | `GET` `POST /_control/rates` | `{"per_second"?:80\|null,"pair_seconds"?:6\|null,"pair_burst"?}` | send limits |
//! | `GET` `POST /_control/statuses` | `{"auto"?,"delay_ms"?,"shuffle"?,"duplicate"?,"skip_delivered"?,"before_response"?,"conversation"?,"profiles"?}` | which status webhooks follow |
//! | `POST /_control/statuses/send` | `{"wamid","status","code"?}` | sends one status by hand |
//! | `GET` `POST` `DELETE /_control/faults` | one fault or a list: `{"do","times"?,"probability"?,"to"?,"containing"?,"on"?,"code"?,"http"?,"html"?,"delay_ms"?,"accept"?}` | rules in force; adds; clears. `do` is `pass`, `refuse`, `server_error`, `drop`, `reset`, `half`, `garbage`, `no_id`, `slow`, `late`, `fail_later`, `silent` or `held` |
//! | `GET` `POST /_control/templates` | `{"name","language","category"?,"status"?,"body"?}` | registry of templates |
//! | `GET` `POST /_control/webhook` | `{"url"?,"app_secret"?,"signature"?:"right"\|"wrong"\|"missing","batch"?,"in_flight"?,"timeout_ms"?,"retry_ms"?,"paused"?}` | where webhooks go and how |
//! | `POST /_control/webhook/verify` | `{"verify_token"}` | makes the GET handshake; `{"verified"}` |
//! | `POST /_control/webhook/settle` | | answers once nothing is on its way |
//! | `GET /_control/webhook/deliveries` | | attempts to deliver, oldest first |
//! | `POST /_control/events` | `{"bodies":[…],"signature"?,"times"?}` | posts any bodies at once; `{"statuses":[200,…]}` |
//! | `GET /_control/sent` | `?to=&since=&limit=` | the ledger: all accepted messages |
//! | `GET /_control/requests` | `?since=&limit=` | every request to the Graph API with its verdict |
//! | `POST /_control/reset` | | the world as at the beginning |

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json, ServiceConfig};
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::TimeSource;
use super::inbound::ControlError;
use super::window::WindowRule;
use super::world::Shared;
use super::{control_people, control_traffic};

/// What a control call answers.
pub(super) type Answer = Result<Json<Value>, Refusal>;

/// Mounts the control API.
pub(super) fn routes(config: &mut ServiceConfig) {
    let scope = web::scope("/_control")
        .app_data(
            web::JsonConfig::default().limit(16 * 1024 * 1024).error_handler(|error, _| Refusal::body(error).into()),
        )
        .route("/", web::get().to(overview))
        .route("", web::get().to(overview))
        .route("/clock", web::get().to(read_clock))
        .route("/clock", web::post().to(move_clock))
        .route("/settings", web::get().to(read_settings))
        .route("/settings", web::post().to(change_settings))
        .route("/rates", web::get().to(read_rates))
        .route("/rates", web::post().to(change_rates))
        .route("/reset", web::post().to(reset))
        .configure(control_people::routes)
        .configure(control_traffic::routes);
    config.service(scope);
}

/// A call that cannot be served, in words for whoever typed it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(super) struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    /// A body that does not fit.
    pub fn body(error: impl std::fmt::Display) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: error.to_string() }
    }
}

impl From<ControlError> for Refusal {
    fn from(error: ControlError) -> Self {
        let status = match error {
            ControlError::UnknownPerson | ControlError::UnknownGroup | ControlError::UnknownMessage => {
                StatusCode::NOT_FOUND
            }
            ControlError::NothingSaid | ControlError::UnknownStatus => StatusCode::BAD_REQUEST,
            _ => StatusCode::CONFLICT,
        };
        Self { status, message: error.to_string() }
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status).json(json!({ "error": self.message }))
    }
}

/// `current` with the members of `change` put over it.
pub(super) fn merged<T: Serialize + DeserializeOwned>(current: &T, change: Value) -> Result<T, Refusal> {
    let mut whole = serde_json::to_value(current).map_err(Refusal::body)?;
    let (Some(members), Value::Object(change)) = (whole.as_object_mut(), change) else {
        return Err(Refusal::body("the body must be a JSON object"));
    };
    members.extend(change);
    serde_json::from_value(whole).map_err(Refusal::body)
}

async fn overview(shared: Data<Shared>) -> Json<Value> {
    let world = shared.world();
    Json(json!({
        "now": shared.now(), "phone_number_id": world.business.phone_number_id, "number": world.business.number,
        "people": world.people.all().count(), "groups": world.groups.all().count(),
        "accepted": world.ledger.next_index(), "requests": world.requests.count(),
        "faults": world.faults.all().len(), "webhooks_waiting": *shared.hooks.post.outstanding.borrow(),
        "settings": settings(&world) }))
}

async fn read_clock(shared: Data<Shared>) -> Json<Value> {
    Json(json!({ "now": shared.clock.now(), "frozen": shared.clock.is_frozen() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    now: Option<DateTime<Utc>>,
    advance_seconds: Option<f64>,
    frozen: Option<bool>,
}

async fn move_clock(shared: Data<Shared>, change: Json<ClockChange>) -> Json<Value> {
    if let Some(frozen) = change.frozen {
        shared.clock.freeze(frozen);
    }
    if let Some(now) = change.now {
        shared.clock.set(now);
    }
    if let Some(seconds) = change.advance_seconds {
        let by = TimeDelta::try_milliseconds((seconds * 1000.0).round() as i64);
        shared.clock.advance(by.unwrap_or_default());
    }
    read_clock(shared).await
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    window: WindowRule,
    groups_allowed: bool,
    subscribed: bool,
}

fn settings(world: &super::world::World) -> Settings {
    Settings { window: world.window, groups_allowed: world.groups_allowed, subscribed: world.subscribed }
}

async fn read_settings(shared: Data<Shared>) -> Json<Settings> {
    Json(settings(&shared.world()))
}

async fn change_settings(shared: Data<Shared>, change: Json<Value>) -> Result<Json<Settings>, Refusal> {
    let mut world = shared.world();
    let settings: Settings = merged(&settings(&world), change.into_inner())?;
    world.window = settings.window;
    world.groups_allowed = settings.groups_allowed;
    world.subscribed = settings.subscribed;
    Ok(Json(settings))
}

async fn read_rates(shared: Data<Shared>) -> Json<super::RateLimits> {
    Json(shared.world().rates.limits())
}

async fn change_rates(shared: Data<Shared>, change: Json<Value>) -> Result<Json<super::RateLimits>, Refusal> {
    let mut world = shared.world();
    let limits = merged(&world.rates.limits(), change.into_inner())?;
    world.rates = super::rates::Rates::new(limits);
    Ok(Json(limits))
}

async fn reset(shared: Data<Shared>) -> Answer {
    shared.reset()?;
    Ok(Json(json!({ "reset": true })))
}
