//! The HTTP side: Meta's webhook, the admin endpoints, health and metrics.
//!
//! Handlers read through ports and change things only by asking an actor; forgetting a person, which is about rows
//! alone, they ask of its port. Nothing here decides what a message means, and neither a body nor a query ever reaches
//! a log.

mod auth;
mod body;
mod groups;
mod jobs;
mod operations;
mod people;
mod problem;
#[cfg(test)]
mod rig;
#[cfg(test)]
mod tests;
mod webhook;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use actix::Recipient;
use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{DefaultHeaders, Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error, HttpResponse, HttpServer, Route};
use chrono_tz::Tz;

pub use auth::Token;
pub use webhook::WebhookSettings;

use crate::messages::{Cancel, Ingest, Repair, Schedule, Unavailable};
use crate::ports::{Clock, Directory, Health, Inbox, Jobs, Outbox, People, Sessions};
use problem::Problem;

/// Threads that serve requests; the work is waiting, not computing.
const WORKERS: usize = 2;
/// A client that has not sent its request head by then is dropped.
const HEAD_DEADLINE: Duration = Duration::from_secs(5);
/// An idle connection is kept this long: longer than load balancers do, so that they end it and not we.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Requests that are still running get this long when the server stops.
const STOP_SECONDS: u64 = 10;

/// Everything that handlers reach.
#[derive(Clone)]
pub struct HttpState {
    /// Where received events go.
    pub inbox_entry: Recipient<Ingest>,
    /// Where new jobs go.
    pub schedule: Recipient<Schedule>,
    /// Where withdrawals go.
    pub cancel: Recipient<Cancel>,
    /// Where the operator's word about the owner's identity goes.
    pub repair: Recipient<Repair>,
    /// Forgets people.
    pub people: Arc<dyn People>,
    /// Jobs, for reading.
    pub jobs: Arc<dyn Jobs>,
    /// Outgoing messages, for reading.
    pub outbox: Arc<dyn Outbox>,
    /// Groups, for reading.
    pub directory: Arc<dyn Directory>,
    /// Received events, for their numbers.
    pub inbox: Arc<dyn Inbox>,
    /// Whether the store can take a write.
    pub health: Arc<dyn Health>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// True once the daemon is about to stop: `/readyz` says so, everything else goes on.
    pub draining: Arc<AtomicBool>,
    /// What the webhook is checked against.
    pub webhook: WebhookSettings,
    /// Who may use the admin endpoints; without it there are none.
    pub admin: Option<Token>,
    /// The zone in which a phrase such as `tomorrow 9am` is read, unless the owner chose another one.
    pub zone: Tz,
    /// What the owner chose.
    pub sessions: Arc<dyn Sessions>,
    /// Renders the metrics page.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// Serves on a listener that is bound already. The server runs once it is awaited, and leaves signals alone.
pub fn serve(listener: TcpListener, state: HttpState) -> std::io::Result<Server> {
    let server = HttpServer::new(move || app(state.clone()))
        .workers(WORKERS)
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEAD_DEADLINE)
        .shutdown_timeout(STOP_SECONDS)
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// The application as it is served.
fn app(
    state: HttpState,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let headers = DefaultHeaders::new().add(("X-Content-Type-Options", "nosniff")).add(("Cache-Control", "no-store"));
    App::new().wrap(from_fn(to_the_end)).wrap(headers).configure(routes(state))
}

/// Carries a request out to its end, also when nobody waits for the answer any more: the server would drop what it does
/// with the connection of a caller that has lost patience, and with it a query that is under way.
async fn to_the_end(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    actix_web::rt::spawn(next.call(request)).await.map_err(|_| Error::from(Problem::from(Unavailable::Fault)))?
}

/// Mounts every endpoint; those for the admin only when there is a token for them.
pub fn routes(state: HttpState) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let with_admin = state.admin.is_some();
        config
            .app_data(Data::new(state))
            .app_data(Data::new(operations::Readiness::default()))
            .service(web::resource("/healthz").route(web::get().to(operations::alive)).route(no_other("GET")))
            .service(web::resource("/readyz").route(web::get().to(operations::ready)).route(no_other("GET")))
            .service(web::resource("/metrics").route(web::get().to(operations::metrics)).route(no_other("GET")))
            .service(
                web::resource("/webhook/whatsapp")
                    .route(web::get().to(webhook::verify))
                    .route(web::post().to(webhook::receive))
                    .route(no_other("GET, POST")),
            )
            .default_service(web::to(|| async {
                Err::<HttpResponse, _>(Problem::not_found("there is nothing at this path"))
            }));
        if with_admin {
            admin_routes(config);
        }
    }
}

fn admin_routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource("/jobs")
                .wrap(from_fn(auth::require_admin))
                .route(web::get().to(jobs::list))
                .route(web::post().to(jobs::create))
                .route(no_other("GET, POST")),
        )
        .service(
            web::resource("/jobs/{id}")
                .wrap(from_fn(auth::require_admin))
                .route(web::get().to(jobs::show))
                .route(web::delete().to(jobs::cancel))
                .route(no_other("GET, DELETE")),
        )
        .service(
            web::resource("/groups")
                .wrap(from_fn(auth::require_admin))
                .route(web::get().to(groups::list))
                .route(no_other("GET")),
        )
        .service(
            web::resource("/owner/repair")
                .wrap(from_fn(auth::require_admin))
                .route(web::post().to(operations::repair))
                .route(no_other("POST")),
        )
        .service(
            web::resource("/people/forget")
                .wrap(from_fn(auth::require_admin))
                .route(web::post().to(people::forget))
                .route(no_other("POST")),
        );
}

/// Answers every method that no route before it took.
fn no_other(allowed: &'static str) -> Route {
    web::route().to(move || async move { Err::<HttpResponse, _>(Problem::method_not_allowed(allowed)) })
}
