//! Logs, the panic hook and the metrics recorder of the process.
//!
//! Logs go to standard error, so that standard output stays for what a person asked for. The message of a panic is
//! shown only when it is fixed text: one that was put together may hold somebody's words.

use std::panic::PanicHookInfo;
use std::sync::OnceLock;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Bounds of `wa_post_lateness_seconds`: half a second is the goal, a minute is a fault, the rest is downtime.
const LATENESS_BUCKETS: [f64; 12] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0];

/// What is counted, wherever in the daemon that happens. Labels never hold an id, a number or a name.
const COUNTERS: &[(&str, &str)] = &[
    ("wa_webhook_requests_total", "webhook requests by outcome"),
    ("wa_events_total", "received events by what became of recording them"),
    ("wa_events_settled_total", "received events by how they were settled"),
    ("wa_owner_commands_total", "what the owner asked for, by verb"),
    ("wa_strangers_total", "private messages by anybody but the owner"),
    ("wa_slots_claimed_total", "due slots of jobs that were taken"),
    ("wa_wake_tickets_total", "tickets that were to be parked in the broker, by what became of them"),
    ("wa_wake_received_total", "what came from the broker, by kind"),
    ("wa_send_attempts_total", "attempts to send by outcome"),
    ("wa_actor_restarts_total", "restarts of actors after a panic"),
    ("wa_admin_refused_total", "admin requests without the right token"),
    ("wa_purged_total", "rows that were taken away, or lost their words, because they were old, by what they were"),
    ("wa_forgotten_total", "rows that were changed because a person asked to be forgotten"),
];

/// What is measured as it stands.
const GAUGES: &[(&str, &str)] = &[
    ("wa_outbox_entries", "outgoing messages by state"),
    ("wa_inbox_rows", "received events by state"),
    ("wa_inbox_oldest_seconds", "age of the oldest received event that waits"),
    ("wa_broker_connected", "1 while tickets can come from the broker"),
    ("wa_wake_parked_tickets", "tickets that nobody could read, kept in the broker for a person to look at"),
    ("wa_breaker_open", "1 while sending is held because the Cloud API is in trouble"),
];

/// Starts logging to standard error, one JSON object per line unless `pretty`, and reports panics there.
///
/// `filter` has the syntax of `RUST_LOG`. A second call changes nothing.
pub fn start(pretty: bool, filter: &str) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // A log that cannot be written (a full disk, a closed pipe) is told of on standard error by default, which then panics.
    let subscriber = tracing_subscriber::fmt().log_internal_errors(false);
    let subscriber = subscriber.with_env_filter(filter).with_writer(std::io::stderr);
    let started = if pretty {
        subscriber.compact().with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init()
    } else {
        subscriber.json().flatten_event(true).with_current_span(false).try_init()
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(report_panic));
    }
}

/// The metrics of the process; the recorder is installed by the first call.
///
/// Somebody must call [`PrometheusHandle::run_upkeep`] now and then, else samples pile up while nobody scrapes.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(install_recorder).clone()
}

fn install_recorder() -> PrometheusHandle {
    let lateness = Matcher::Full("wa_post_lateness_seconds".to_owned());
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(lateness, &LATENESS_BUCKETS).unwrap_or_default();
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another metrics recorder is installed; /metrics stays empty");
    }
    describe();
    handle
}

fn describe() {
    for (name, meaning) in COUNTERS {
        describe_counter!(*name, *meaning);
    }
    for (name, meaning) in GAUGES {
        describe_gauge!(*name, *meaning);
    }
    describe_histogram!("wa_post_lateness_seconds", Unit::Seconds, "time between a slot's due instant and its post");
}

fn report_panic(info: &PanicHookInfo<'_>) {
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let message = panic_text(info.payload());
    tracing::error!(location, thread = thread.name().unwrap_or_default(), message, "panic");
}

/// The message of a panic when it is fixed text.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("a message that is not shown")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_fixed_text_of_a_panic_is_shown() {
        assert_eq!(panic_text(&"index out of bounds"), "index out of bounds");
        let made = format!("could not send {}", "Daily sync at 09:00");
        assert!(!panic_text(&made).contains("Daily"));
    }

    #[test]
    fn lateness_is_counted_in_buckets() {
        let handle = metrics();
        metrics::histogram!("wa_post_lateness_seconds").record(0.3);
        let page = handle.render();
        assert!(page.contains("wa_post_lateness_seconds_bucket{le=\"0.5\"}"), "{page}");
        assert!(!page.contains("quantile"), "{page}");
    }
}
