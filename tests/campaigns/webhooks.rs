//! Webhooks by the hundred thousand: forged ones, of which none may be taken, and genuine ones repeated a hundred times at
//! two daemons in any order, of which each may have one effect.

use chrono::TimeDelta;
use futures::StreamExt;
use futures::stream;
use serde_json::{Value, json};

use crate::chance::Chance;
use crate::load::Load;
use crate::report::{Report, Run};
use crate::rig::{Kind, OWNER, http_client, signature};
use crate::story::{ANA, CANARY, register};
use crate::theatre::{Plan, Stuck, Theatre};
use crate::{Options, checker};

/// Forged requests for a size of 10.
const FORGED: usize = 100_000;
/// Genuine events, half of them replies of a member and half commands of the owner.
const EVENTS: usize = 1_000;
/// Deliveries of each for a size of 10.
const DELIVERIES: usize = 100;
const AT_ONCE: usize = 24;

/// Forges tenths of a hundred thousand requests.
pub async fn forged(options: &Options, report: &mut Report) {
    let mut theatre = Theatre::build(Plan::new(options.kind)).await;
    let count = FORGED * options.size / 10;
    let findings = match forge(&mut theatre, count, options.seed).await {
        Ok(findings) => findings,
        Err(stuck) => vec![stuck.to_string()],
    };
    report.figure(&format!("{count} forged webhooks"));
    report.add(Run::end(theatre, "webhooks", format!("seed {}", options.seed), findings).await);
}

async fn forge(theatre: &mut Theatre, count: usize, seed: u64) -> Result<Vec<String>, Stuck> {
    theatre.open().await?;
    let url = format!("http://{}/webhook/whatsapp", theatre.front().address());
    let (http, mut chance) = (http_client(), Chance::new(seed));
    let forgeries = (0..count).map(|number| forgery(number, &mut chance)).collect::<Vec<_>>();
    let send = |(body, headers): (Vec<u8>, Vec<Vec<u8>>)| {
        let mut request = http.post(&url).header("Content-Type", "application/json").body(body);
        for header in headers {
            if let Ok(value) = reqwest::header::HeaderValue::from_bytes(&header) {
                request = request.header("X-Hub-Signature-256", value);
            }
        }
        async move { request.send().await.map_or(0, |answer| answer.status().as_u16()) }
    };
    let taken = stream::iter(forgeries.into_iter().map(send)).buffer_unordered(AT_ONCE);
    let taken = taken.filter(|status| std::future::ready((200..300).contains(status))).count().await;
    let rows = theatre.database.rows("SELECT id FROM inbox").await.len();
    let mut findings = Vec::new();
    if taken > 0 || rows > 0 {
        findings.push(format!("I7: {taken} forged webhooks were taken, {rows} rows were made"));
    }
    Ok(findings)
}

/// A body that the owner might have caused, and headers that do not sign it.
fn forgery(number: usize, chance: &mut Chance) -> (Vec<u8>, Vec<Vec<u8>>) {
    let mut body = envelope(&message(OWNER, &format!("wamid.F{number}"), "list", None)).to_string().into_bytes();
    let right = signature(&body).into_bytes();
    let hex = right[7..].to_vec();
    let with = |text: &str| vec![text.as_bytes().to_vec()];
    let headers = match number % 16 {
        0 => Vec::new(),
        1 => with(""),
        2 => with("sha256="),
        3 => vec![[b"sha1=".as_slice(), &hex[..40]].concat()],
        4 => vec![hex],
        5 => vec![[b"sha256=".as_slice(), &hex[..63]].concat()],
        6 => vec![[b"sha256=".as_slice(), &hex, b"0"].concat()],
        7 => vec![[b"SHA256=".as_slice(), &hex].concat()],
        8 => vec![right.clone(), right],
        9 => vec![[b"sha256=\xff".as_slice(), &hex[..62]].concat()],
        10 => vec![right.iter().map(u8::to_ascii_uppercase).collect()],
        11 => with(&format!("sha256={}", "0".repeat(64))),
        // A digit of the signature, or a byte of the body, that is another one.
        12 | 13 => {
            let mut other = right;
            let at = 7 + chance.below(64);
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            vec![other]
        }
        14 => {
            let at = chance.below(body.len());
            body[at] ^= 1 << chance.below(7);
            vec![right]
        }
        _ => {
            body.push(b' ');
            vec![right]
        }
    };
    (body, headers)
}

/// Delivers a thousand events many times, in any order, to two daemons.
pub async fn doubled(options: &Options, report: &mut Report) {
    let replicas = if options.kind == Kind::Sqlite { 1 } else { 2 };
    let mut theatre = Theatre::build(Plan { replicas, amqp: options.amqp(), ..Plan::new(options.kind) }).await;
    let deliveries = (DELIVERIES * options.size / 10).max(2);
    let mut load = Load::default();
    let findings = match deliver(&mut theatre, &mut load, deliveries, options.seed).await {
        Ok(mut findings) => {
            findings.extend(checker::check(&theatre, &load.deeds).await);
            findings
        }
        Err(stuck) => vec![stuck.to_string()],
    };
    report.figure(&format!("{EVENTS} events, {deliveries} deliveries each, {replicas} daemons"));
    report.add(Run::end(theatre, "webhooks", format!("seed {}", options.seed), findings).await);
}

async fn deliver(theatre: &mut Theatre, load: &mut Load, times: usize, seed: u64) -> Result<Vec<String>, Stuck> {
    theatre.open().await?;
    register(theatre).await?;
    load.schedule(theatre, &[TimeDelta::seconds(3)]).await?;
    theatre.until("the post arrives", |theatre| load.all_arrived(theatre)).await?;
    let group = theatre.emulator.group("team").expect("the group").id;
    let bodies: Vec<Vec<u8>> = (0..EVENTS).map(|number| genuine(number, &group)).collect();
    let mut order: Vec<usize> = (0..EVENTS).cycle().take(EVENTS * times).collect();
    Chance::new(seed).shuffle(&mut order);
    let (http, url) = (http_client(), format!("http://{}/webhook/whatsapp", theatre.front().address()));
    let send = |number: usize| {
        let body = bodies[number].clone();
        let request = http.post(&url).header("X-Hub-Signature-256", signature(&body)).body(body);
        async move { request.send().await.map_or(0, |answer| answer.status().as_u16()) }
    };
    let refused = stream::iter(order.into_iter().map(send)).buffer_unordered(AT_ONCE);
    let refused = refused.filter(|status| std::future::ready(*status != 200)).count().await;
    theatre.until("the daemons are there", |theatre| theatre.anybody().is_some()).await?;
    // The owner's chat takes one message in six seconds: what is planned counts.
    let count = async |sql: &str| theatre.database.rows(sql).await.len();
    let mut counts = (0, 0, 0);
    for _ in 0..600 {
        counts = (
            count(&format!("SELECT id FROM jobs WHERE text LIKE '{CANARY} command%'")).await,
            count("SELECT id FROM replies").await,
            count("SELECT id FROM outbox WHERE purpose = 'forward'").await,
        );
        if counts == (EVENTS / 2, EVENTS / 2, EVENTS / 2)
            && count("SELECT id FROM inbox WHERE state = 'new'").await == 0
        {
            break;
        }
        crate::theatre::pause(std::time::Duration::from_millis(100)).await;
    }
    let mut findings = Vec::new();
    if refused > 0 || counts != (EVENTS / 2, EVENTS / 2, EVENTS / 2) {
        findings.push(format!("I8: {refused} deliveries were refused; jobs, replies and forwards: {counts:?}"));
    }
    // One person gets 45 messages at once and then one in six seconds: the clock is moved on for each 45 of them.
    for _ in 0..EVENTS / 20 {
        theatre.advance(TimeDelta::minutes(5));
        crate::theatre::pause(std::time::Duration::from_millis(2_500)).await;
        if checker::still_open(&theatre.database, theatre.now()).await.is_none() {
            break;
        }
    }
    theatre.quiet().await?;
    Ok(findings)
}

fn genuine(number: usize, group: &str) -> Vec<u8> {
    let wamid = format!("wamid.G{number}");
    let event = if number.is_multiple_of(2) {
        message(ANA, &wamid, &format!("{CANARY} reply {number}"), Some(group))
    } else {
        message(OWNER, &wamid, &format!("schedule \"{CANARY} command {number}\" to team at 2027-06-01 09:00"), None)
    };
    envelope(&event).to_string().into_bytes()
}

#[expect(clippy::disallowed_methods, reason = "the real daemon runs on the real clock")]
fn message(from: &str, wamid: &str, text: &str, group: Option<&str>) -> Value {
    let at = chrono::Utc::now().timestamp().to_string();
    let mut message = json!({ "from": from, "id": wamid, "timestamp": at, "type": "text", "text": { "body": text } });
    if let Some(group) = group {
        message["group_id"] = json!(group);
    }
    message
}

fn envelope(message: &Value) -> Value {
    let value = json!({
        "messaging_product": "whatsapp",
        "metadata": { "display_phone_number": "15550001234", "phone_number_id": "700100200300400" },
        "contacts": [{ "profile": { "name": "Somebody" }, "wa_id": message["from"] }],
        "messages": [message],
    });
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": "900800700600500", "changes": [{ "field": "messages", "value": value }] }],
    })
}
