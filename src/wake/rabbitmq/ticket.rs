//! What travels through the broker: a job id and an instant. A hint and nothing more; whoever gets one looks at the rows.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::ports::Ticket;

/// The form that this version writes and reads.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Wire {
    v: u32,
    job: i64,
    due: DateTime<Utc>,
}

/// A ticket as bytes.
pub fn encode(ticket: &Ticket) -> Vec<u8> {
    let due = ticket.due_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    format!(r#"{{"v":{VERSION},"job":{},"due":"{due}"}}"#, ticket.job_id).into_bytes()
}

/// The ticket that bytes hold; `None` when they are not one of this version.
pub fn decode(bytes: &[u8]) -> Option<Ticket> {
    let wire: Wire = serde_json::from_slice(bytes).ok()?;
    (wire.v == VERSION).then_some(Ticket { job_id: wire.job, due_at: wire.due })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_survives_the_journey_to_the_microsecond() {
        let ticket = Ticket { job_id: 12, due_at: "2026-11-22T06:55:00.123456Z".parse().expect("instant") };
        assert_eq!(decode(&encode(&ticket)), Some(ticket));
        let bytes = encode(&Ticket { job_id: 12, due_at: "2026-11-22T06:55:00Z".parse().expect("instant") });
        assert_eq!(bytes, br#"{"v":1,"job":12,"due":"2026-11-22T06:55:00Z"}"#);
    }

    #[test]
    fn what_is_no_ticket_of_this_version_is_none() {
        for bytes in [&b""[..], b"null", b"\xff", b"{\"v\":2,\"job\":1,\"due\":\"2026-11-22T06:55:00Z\"}", b"{\"v\":1}"]
        {
            assert_eq!(decode(bytes), None);
        }
    }
}
