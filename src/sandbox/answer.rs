//! Turns a reply into bytes on the wire, or into what a fault makes of it.
//!
//! A response whose body stream fails makes actix-web drop the connection; what had not been written by then is never
//! sent. With no linger time on the socket the same drop is a TCP reset instead of an orderly end.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use actix_web::body::SizedStream;
use actix_web::dev::Extensions;
use actix_web::http::StatusCode;
use actix_web::rt::net::TcpStream;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use futures::stream::{self, StreamExt};
use serde_json::Value;

use super::clock::real_pause;
use super::faults::{Fault, FaultKind};

/// What the Graph API answers when nothing goes wrong on the way.
pub(super) struct Reply {
    pub status: u16,
    pub body: Value,
    pub code: Option<i64>,
    pub wamid: Option<String>,
}

/// A second handle on the socket of a connection, so that a handler can have it reset.
struct Socket(OwnedFd);

/// Remembers the socket of each connection; for `HttpServer::on_connect`.
pub(super) fn remember_socket(connection: &dyn std::any::Any, data: &mut Extensions) {
    let stream = connection.downcast_ref::<TcpStream>();
    if let Some(socket) = stream.and_then(|stream| stream.as_fd().try_clone_to_owned().ok()) {
        data.insert(Socket(socket));
    }
}

/// Answers, or fails to, as the fault says.
pub(super) async fn respond(request: &HttpRequest, reply: Reply, fault: Option<&Fault>) -> HttpResponse {
    let whole = reply.body.to_string();
    match fault.map(|fault| fault.kind) {
        Some(FaultKind::Slow) => {
            real_pause(Duration::from_millis(fault.map_or(0, |fault| fault.delay_ms))).await;
            json(reply.status, whole)
        }
        Some(FaultKind::Drop) => broken(),
        Some(FaultKind::Reset) => {
            reset_on_close(request);
            broken()
        }
        Some(FaultKind::Half) => half(reply.status, &whole),
        Some(FaultKind::Garbage) => HttpResponse::Ok().content_type("application/json").body("<html>{\"messages\":["),
        Some(FaultKind::ServerError) if fault.is_some_and(|fault| fault.html) => {
            let page = "<!DOCTYPE html><html><body><h1>Sorry, something went wrong.</h1></body></html>";
            HttpResponse::build(status(reply.status)).content_type("text/html; charset=utf-8").body(page)
        }
        _ => json(reply.status, whole),
    }
}

fn json(code: u16, body: String) -> HttpResponse {
    HttpResponse::build(status(code)).content_type("application/json; charset=UTF-8").body(body)
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Ends the connection before the first byte of an answer.
fn broken() -> HttpResponse {
    HttpResponse::Ok().streaming(stream::once(async { Err::<Bytes, _>(cut()) }))
}

/// Promises the whole body and ends the connection after half of it.
fn half(code: u16, whole: &str) -> HttpResponse {
    let bytes = Bytes::copy_from_slice(whole.as_bytes());
    let first = bytes.slice(..bytes.len() / 2);
    let rest = stream::once(async {
        // Long enough for the first half to be written out.
        real_pause(Duration::from_millis(50)).await;
        Err::<Bytes, _>(cut())
    });
    let body = SizedStream::new(bytes.len() as u64, Box::pin(stream::iter([Ok(first)]).chain(rest)));
    HttpResponse::build(status(code)).content_type("application/json; charset=UTF-8").body(body)
}

fn cut() -> io::Error {
    io::Error::other("cut off on request")
}

/// Makes the close that follows a TCP reset.
fn reset_on_close(request: &HttpRequest) {
    let socket = request.conn_data::<Socket>().and_then(|Socket(socket)| socket.try_clone().ok());
    if let Some(socket) = socket {
        let socket = tokio::net::TcpSocket::from_std_stream(std::net::TcpStream::from(socket));
        // Where the option is not available the connection ends in order, which is the next best thing.
        let _ = socket.set_zero_linger();
    }
}
