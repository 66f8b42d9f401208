//! `wa-scheduler health`: whether the daemon of this environment is alive, for the health check of a container.
//!
//! It asks `/healthz` and not `/readyz`, because of what is done with the answer: whatever watches a container ends one
//! that is not healthy. A daemon that drains, or whose database is away, is not ready and is well all the same; to end
//! it would cut the drain short, or start it anew without mending anything. `--ready` asks `/readyz`, for whoever
//! decides where to send requests or waits for a start.
//!
//! It needs no setting but `BIND_ADDRESS`, so it runs wherever the daemon does; it must never change anything, and it
//! speaks plain HTTP itself: a client with TLS would read all certificates of the machine, every few seconds.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Failure, within_actix};
use crate::config;

/// How long the daemon has for its answer: longer than the test write behind `/readyz`.
const PATIENCE: Duration = Duration::from_secs(4);
/// Most bytes of an answer that are read; ours are shorter.
const MOST: u64 = 16 * 1024;

/// What `health` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wa-scheduler health
  wa-scheduler health --ready
  BIND_ADDRESS=127.0.0.1:8001 wa-scheduler health

It asks at BIND_ADDRESS; 0.0.0.0 and [::] mean this machine. Ends with 0 when the answer is yes, else with 1.")]
pub(super) struct HealthArgs {
    /// Ask whether it takes webhooks now: its database can be written to, and it is not stopping
    #[arg(long)]
    ready: bool,
}

/// Asks the daemon, and prints its answer.
pub(super) fn run(args: &HealthArgs) -> Result<(), Failure> {
    let address = reachable(config::bind_address()?)?;
    let (path, state) = if args.ready { ("/readyz", "ready") } else { ("/healthz", "alive") };
    within_actix(async {
        let answer = tokio::time::timeout(PATIENCE, ask(address, path)).await;
        let Ok(answer) = answer else {
            bail!("no answer from http://{address}{path} within {} seconds", PATIENCE.as_secs());
        };
        let answer = answer.with_context(|| format!("no answer from http://{address}{path}"))?;
        judge(&answer, state)
    })?;
    writeln!(std::io::stdout().lock(), "{state}")?;
    Ok(())
}

/// Where a daemon that listens on `bind` can be asked from the same machine.
fn reachable(bind: SocketAddr) -> anyhow::Result<SocketAddr> {
    if bind.port() == 0 {
        bail!("BIND_ADDRESS has port 0, so the daemon picks a port that nobody else knows: give it a fixed one");
    }
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    Ok(SocketAddr::new(ip, bind.port()))
}

/// One request on a connection of its own; the whole answer.
async fn ask(address: SocketAddr, path: &str) -> std::io::Result<Vec<u8>> {
    let mut connection = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.take(MOST).read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Fails with words unless the answer is 200.
fn judge(answer: &[u8], state: &str) -> anyhow::Result<()> {
    let answer = String::from_utf8_lossy(answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    let status = status.filter(|status| status.bytes().all(|byte| byte.is_ascii_digit()));
    match (status, reason(body)) {
        (Some("200"), _) => Ok(()),
        (Some(_), Some(reason)) => bail!("not {state}: {reason}"),
        (Some(status), None) => bail!("not {state}: it answers with HTTP status {status}"),
        (None, _) => bail!("not {state}: what answers is not the daemon"),
    }
}

/// The daemon's own words. Whatever else may listen there says no more than one line.
fn reason(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let reason = body.get("reason")?.as_str()?;
    Some(reason.chars().filter(|c| !c.is_control()).take(200).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn where_to_ask(bind: &str) -> Option<String> {
        reachable(bind.parse().expect("an address")).ok().map(|address| address.to_string())
    }

    fn complaint(answer: &str) -> String {
        judge(answer.as_bytes(), "ready").map_or_else(|error| error.to_string(), |()| "none".to_owned())
    }

    #[test]
    fn any_address_means_this_machine_and_another_one_is_meant_as_it_stands() {
        assert_eq!(where_to_ask("0.0.0.0:8000").as_deref(), Some("127.0.0.1:8000"));
        assert_eq!(where_to_ask("[::]:8000").as_deref(), Some("[::1]:8000"));
        assert_eq!(where_to_ask("192.0.2.7:8001").as_deref(), Some("192.0.2.7:8001"));
    }

    #[test]
    fn a_port_that_nobody_knows_is_refused_in_words() {
        let refusal = reachable("0.0.0.0:0".parse().expect("an address")).expect_err("refused").to_string();
        assert!(refusal.contains("BIND_ADDRESS") && refusal.contains("port 0"), "{refusal}");
    }

    #[test]
    fn only_200_is_a_yes() {
        assert_eq!(complaint("HTTP/1.1 200 OK\r\n\r\n{\"status\":\"ready\"}"), "none");
        let refused = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\n\r\n{\"reason\":\"the daemon is stopping\"}";
        assert_eq!(complaint(refused), "not ready: the daemon is stopping");
        assert_eq!(complaint("HTTP/1.1 404 Not Found\r\n\r\nnothing"), "not ready: it answers with HTTP status 404");
    }

    #[test]
    fn something_else_that_listens_there_is_not_believed() {
        for answer in ["", "SSH-2.0-x\r\n", "HTTP/1.1 200 OK", "HTTP/1.1 \r\n\r\n", "HTTP/1.1 2\u{e9}\r\n\r\n"] {
            assert_eq!(complaint(answer), "not ready: what answers is not the daemon", "{answer:?}");
        }
    }

    #[test]
    fn whatever_the_reason_it_is_one_line() {
        let body = serde_json::json!({ "reason": format!("a\nb\u{1b}[2J{}", "x".repeat(1000)) });
        let told = complaint(&format!("HTTP/1.1 503 No\r\n\r\n{body}"));
        assert!(told.starts_with("not ready: ab[2Jxxx") && told.lines().count() == 1 && told.len() < 300, "{told}");
    }
}
