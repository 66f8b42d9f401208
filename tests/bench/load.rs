//! The load: requests that were made beforehand, over a fixed number of connections that stay open.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::daemon::{ADMIN_TOKEN, APP_SECRET};

/// How many connections carry the load.
pub const CONNECTIONS: usize = 32;

/// What came of a load.
pub struct Outcome {
    pub took: Duration,
    pub times: Vec<Duration>,
}

/// A signed webhook as bytes of HTTP.
pub fn webhook(body: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).expect("any key length");
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let length = body.len();
    format!(
        "POST /webhook/whatsapp HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         x-hub-signature-256: sha256={signature}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// An admin request as bytes of HTTP.
pub fn admin_post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         x-admin-token: {ADMIN_TOKEN}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Sends every request once, as fast as the answers come, and checks each for `expected`.
pub async fn send_all(address: &str, requests: Vec<Vec<u8>>, expected: u16) -> anyhow::Result<Outcome> {
    let requests = Arc::new(requests);
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut lanes = Vec::new();
    for _ in 0..CONNECTIONS {
        lanes.push(tokio::spawn(lane(address.to_owned(), Arc::clone(&requests), Arc::clone(&next), expected)));
    }
    let mut times = Vec::with_capacity(requests.len());
    for lane in lanes {
        times.extend(lane.await??);
    }
    Ok(Outcome { took: begun.elapsed(), times })
}

async fn lane(
    address: String,
    requests: Arc<Vec<Vec<u8>>>,
    next: Arc<AtomicUsize>,
    expected: u16,
) -> anyhow::Result<Vec<Duration>> {
    let mut stream = TcpStream::connect(&address).await?;
    stream.set_nodelay(true)?;
    let mut times = Vec::new();
    let mut buffer = Vec::with_capacity(4096);
    while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
        let begun = Instant::now();
        stream.write_all(request).await?;
        let (status, _) = read_answer(&mut stream, &mut buffer).await?;
        anyhow::ensure!(status == expected, "expected {expected}, got {status}");
        times.push(begun.elapsed());
    }
    Ok(times)
}

/// One GET on a connection of its own.
pub async fn get(address: &str, path: &str) -> anyhow::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nx-admin-token: {ADMIN_TOKEN}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let (status, body) = read_answer(&mut stream, &mut Vec::new()).await?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> anyhow::Result<(u16, Vec<u8>)> {
    buffer.clear();
    loop {
        anyhow::ensure!(stream.read_buf(buffer).await? > 0, "the connection was closed");
        let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
        let status: u16 = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
        let length: usize = head
            .split("content-length:")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next())
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or_default();
        if buffer.len() >= end + 4 + length {
            return Ok((status, buffer[end + 4..end + 4 + length].to_vec()));
        }
    }
}
