//! What is sent to the daemon: webhooks as Meta words them, and jobs.

use crate::api::wall_micros;
use crate::daemon::{BUSINESS_ACCOUNT_ID, OWNER, PHONE_NUMBER_ID};
use crate::load::admin_post;

/// A request that schedules a post to the one group that there is.
pub fn job(due_micros: u64, text: &str) -> Vec<u8> {
    let at = chrono::DateTime::from_timestamp_micros(due_micros as i64).unwrap_or_default().to_rfc3339();
    admin_post("/jobs", &format!(r#"{{"groups":["team"],"text":"{text}","at":"{at}"}}"#))
}

fn envelope(value: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"{BUSINESS_ACCOUNT_ID}","changes":[{{"field":"messages","value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550001234","phone_number_id":"{PHONE_NUMBER_ID}"}},{value}}}}}]}}]}}"#
    )
}

fn seconds() -> u64 {
    wall_micros() / 1_000_000
}

/// A status of a message that nobody knows.
pub fn status(i: usize) -> String {
    let at = seconds();
    envelope(&format!(
        r#""statuses":[{{"id":"wamid.S{i}","status":"delivered","timestamp":"{at}","recipient_id":"15550009901"}}]"#
    ))
}

/// A message in a group that is not registered.
pub fn member_message(i: usize) -> String {
    let at = seconds();
    envelope(&format!(
        r#""contacts":[{{"profile":{{"name":"Ana"}},"wa_id":"15550009901"}}],"messages":[{{"from":"15550009901","id":"wamid.M{i}","timestamp":"{at}","type":"text","text":{{"body":"yes {i}"}},"group_id":"unregistered"}}]"#
    ))
}

/// A private message from the owner.
pub fn owner_message(i: usize, text: &str) -> String {
    let at = seconds();
    envelope(&format!(
        r#""contacts":[{{"profile":{{"name":"Owner"}},"wa_id":"{OWNER}"}}],"messages":[{{"from":"{OWNER}","id":"wamid.O{i}","timestamp":"{at}","type":"text","text":{{"body":"{text}"}}}}]"#
    ))
}
