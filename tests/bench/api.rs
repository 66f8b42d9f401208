//! A stand-in for the Cloud API that costs next to nothing: takes a send, notes when, answers after a set time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One message that arrived: its text, and when, in microseconds since 1970.
pub type Arrival = (String, u64);

/// The server and what arrived at it.
pub struct Api {
    pub url: String,
    arrivals: Arc<Mutex<Vec<Arrival>>>,
}

impl Api {
    /// Starts it; every answer takes `answer_after`.
    pub async fn start(answer_after: Duration) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let (noted, count) = (Arc::clone(&arrivals), Arc::new(AtomicU64::new(0)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer_after, Arc::clone(&noted), Arc::clone(&count)));
            }
        });
        Ok(Self { url, arrivals })
    }

    /// What arrived so far.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.arrivals.lock().map(|a| a.clone()).unwrap_or_default()
    }

    /// How many arrived so far.
    pub fn count(&self) -> usize {
        self.arrivals.lock().map(|a| a.len()).unwrap_or_default()
    }
}

/// Microseconds since 1970.
pub fn wall_micros() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures the real clock")]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map(|d| d.as_micros() as u64).unwrap_or_default()
}

async fn serve(mut stream: TcpStream, wait: Duration, noted: Arc<Mutex<Vec<Arrival>>>, count: Arc<AtomicU64>) {
    let mut buffer = Vec::with_capacity(2048);
    let Some(body) = read_request(&mut stream, &mut buffer).await else { return };
    let arrived = wall_micros();
    if let (Some(text), Ok(mut noted)) = (text_of(&body), noted.lock()) {
        noted.push((text, arrived));
    }
    if !wait.is_zero() {
        #[expect(clippy::disallowed_methods, reason = "the answer of a real API takes real time")]
        tokio::time::sleep(wait).await;
    }
    let number = count.fetch_add(1, Ordering::Relaxed);
    let answer = format!(r#"{{"messaging_product":"whatsapp","contacts":[],"messages":[{{"id":"wamid.{number}"}}]}}"#);
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", answer.len());
    drop(stream.write_all((head + &answer).as_bytes()).await);
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
        let Some(head_end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&buffer[..head_end]).to_lowercase();
        let length: usize = head.split("content-length:").nth(1)?.split("\r\n").next()?.trim().parse().ok()?;
        if buffer.len() >= head_end + 4 + length {
            return Some(buffer[head_end + 4..head_end + 4 + length].to_vec());
        }
    }
}

/// The text of a post; answers to the owner and other kinds are not counted.
fn text_of(body: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    (value["recipient_type"] == "group").then(|| value["text"]["body"].as_str().map(str::to_owned))?
}
