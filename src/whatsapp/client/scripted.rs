//! A server for tests that answers connection by connection as a script says, and keeps what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{ClientSettings, CloudApi, Timeouts};
use crate::whatsapp::TokenSource;

/// What becomes of one connection after its request was read.
pub(crate) enum Script {
    /// These bytes, then the end.
    Answer(String),
    /// These bytes, and then a connection that stays open and never answers again.
    Held(String),
    /// Nothing but a reset.
    Reset,
    /// Nothing but the end.
    Close,
    /// Nothing at all, for ever.
    Silence,
}

/// An answer with a JSON body and a date.
pub(crate) fn json(status: u16, body: &str) -> Script {
    answer(status, "content-type: application/json\r\ndate: Sun, 22 Nov 2026 06:55:00 GMT\r\n", body)
}

/// An answer with further header lines, each with its line end.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Script {
    Script::Answer(format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()))
}

/// The server.
pub(crate) struct Server {
    /// Where it is.
    pub url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts it; connections beyond the script are reset.
    pub(crate) async fn start(script: Vec<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            let mut script = script.into_iter();
            while let Ok((stream, _)) = listener.accept().await {
                let next = script.next().unwrap_or(Script::Reset);
                tokio::spawn(serve(stream, next, Arc::clone(&seen)));
            }
        });
        Self { url, requests }
    }

    /// The requests so far, heads and bodies.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic while locked").clone()
    }
}

async fn serve(mut stream: TcpStream, script: Script, seen: Arc<Mutex<Vec<String>>>) {
    let Some(request) = read_request(&mut stream).await else { return };
    seen.lock().expect("no panic while locked").push(request);
    match script {
        Script::Answer(text) => {
            drop(stream.write_all(text.as_bytes()).await);
            drop(stream.shutdown().await);
        }
        Script::Held(text) => {
            drop(stream.write_all(text.as_bytes()).await);
            std::future::pending().await
        }
        Script::Reset => drop(stream.set_zero_linger()),
        Script::Close => {}
        Script::Silence => std::future::pending().await,
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .to_lowercase()
            .split("content-length: ")
            .nth(1)
            .map(|rest| rest.lines().next().unwrap_or_default().trim().parse::<usize>().expect("a length"));
        if body.len() >= length.unwrap_or_default() {
            return Some(text);
        }
    }
}

/// A client for a server, patient enough for any answer that comes at all.
pub(crate) fn api_at(url: &str) -> CloudApi {
    api_with(url, Timeouts::default(), TokenSource::Fixed(SecretString::from("EAAB-token")))
}

/// A client that gives up soon.
pub(crate) fn hasty_api_at(url: &str) -> CloudApi {
    let soon = Duration::from_millis(300);
    let timeouts = Timeouts { connect: soon, send: soon, ask: soon };
    api_with(url, timeouts, TokenSource::Fixed(SecretString::from("EAAB-token")))
}

/// A client with a token of its own.
pub(crate) fn api_with(url: &str, timeouts: Timeouts, token: TokenSource) -> CloudApi {
    CloudApi::new(ClientSettings {
        base_url: url.to_owned(),
        version: "v26.0".to_owned(),
        phone_number_id: "700100200300400".to_owned(),
        business_account_id: "900800700600500".to_owned(),
        token,
        timeouts,
    })
    .expect("a client")
}
