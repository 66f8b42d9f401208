//! A bot that records every webhook byte for byte, and answers as told.

use std::collections::VecDeque;
use std::sync::Mutex;

use actix_web::web::{Bytes, Data, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use serde_json::Value;
use tokio::sync::watch;

use super::super::envelope::signature;

#[derive(Clone)]
pub(super) struct Received {
    pub body: Vec<u8>,
    pub signature: Option<String>,
}

impl Received {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn is_signed(&self) -> bool {
        self.signature.as_deref() == Some(signature("emu-app-secret", &self.body).as_str())
    }
}

struct State {
    received: Mutex<Vec<Received>>,
    count: watch::Sender<usize>,
    answers: Mutex<VecDeque<u16>>,
}

pub(super) struct Bot {
    address: std::net::SocketAddr,
    state: Data<State>,
    server: ServerHandle,
}

impl Bot {
    pub async fn start() -> Self {
        let state =
            Data::new(State { received: Mutex::default(), count: watch::Sender::new(0), answers: Mutex::default() });
        let shared = state.clone();
        let app = move || {
            let hook = web::resource("/hook").route(web::get().to(verify)).route(web::post().to(receive));
            App::new().app_data(shared.clone()).app_data(web::PayloadConfig::new(4 << 20)).service(hook)
        };
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { address, state, server: handle }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Statuses for the next requests; 200 afterwards.
    pub fn answer(&self, statuses: &[u16]) {
        self.state.answers.lock().unwrap().extend(statuses);
    }

    pub fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    pub fn forget(&self) {
        self.state.received.lock().unwrap().clear();
    }

    /// Waits until so many webhooks have arrived since the start.
    pub async fn has_received(&self, count: usize) {
        self.state.count.subscribe().wait_for(|received| *received >= count).await.unwrap();
    }

    /// The values of all changes, in order of arrival.
    pub fn values(&self) -> Vec<Value> {
        let changes = |entry: &Value| entry["changes"].as_array().unwrap().clone();
        let entries = |received: Received| received.json()["entry"].as_array().unwrap().clone();
        self.received()
            .into_iter()
            .flat_map(entries)
            .flat_map(|entry| changes(&entry))
            .map(|change| change["value"].clone())
            .collect()
    }

    /// All elements of this array of the values: `messages`, `statuses`, `groups`.
    pub fn items(&self, key: &str) -> Vec<Value> {
        self.values().into_iter().flat_map(|value| value[key].as_array().cloned().unwrap_or_default()).collect()
    }

    pub async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn receive(request: HttpRequest, body: Bytes, state: Data<State>) -> HttpResponse {
    let header = request.headers().get("x-hub-signature-256");
    let signature = header.map(|value| value.to_str().unwrap().to_owned());
    let status = state.answers.lock().unwrap().pop_front().unwrap_or(200);
    state.received.lock().unwrap().push(Received { body: body.to_vec(), signature });
    state.count.send_modify(|count| *count += 1);
    HttpResponse::build(status.try_into().unwrap()).finish()
}

async fn verify(query: Query<std::collections::HashMap<String, String>>) -> HttpResponse {
    let wanted = query["hub.mode"] == "subscribe" && query["hub.verify_token"] == "open & sesame";
    if wanted { HttpResponse::Ok().body(query["hub.challenge"].clone()) } else { HttpResponse::Forbidden().finish() }
}
