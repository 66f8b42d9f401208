//! Whether the broker can be used for wakes.

use super::report::Finding;
use crate::app;
use crate::config::Settings;
use crate::wake::rabbitmq;
use crate::whatsapp::client::install_tls;

/// Connects to the broker and declares what the daemon would.
pub(super) async fn check(settings: &Settings) -> Finding {
    let Some(amqp) = &settings.amqp else {
        return Finding::ok("broker", "none; wake-ups are made inside the process");
    };
    install_tls();
    match rabbitmq::examine(&app::broker(amqp)).await {
        Ok(found) => Finding::ok("broker", found),
        // The daemon works without it, so this is no reason not to start.
        Err(why) => Finding::warning(
            "broker",
            format!("{why}; posts still go out on time, woken inside the process"),
            "correct AMQP_URL or the broker that it names, or remove it",
        ),
    }
}
