//! What the Cloud API says about the token, the ids, the subscription, the template and our clock.

use super::report::Finding;
use crate::app::client_settings;
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::ports::Clock;
use crate::whatsapp::account::Check;
use crate::whatsapp::client::{CloudApi, install_tls};

/// Asks the Cloud API.
pub(super) async fn check(settings: &Settings) -> Vec<Finding> {
    install_tls();
    let now = SystemClock::default().now();
    match CloudApi::new(client_settings(settings)) {
        Ok(api) => {
            let checks = api.check(&settings.owner.template, &settings.owner.language, now).await;
            checks.into_iter().map(finding).collect()
        }
        Err(error) => {
            vec![Finding::wrong("Cloud API", error.to_string(), "correct WA_API_BASE_URL or WA_ACCESS_TOKEN")]
        }
    }
}

fn finding(check: Check) -> Finding {
    if check.ok { Finding::ok(check.name, check.detail) } else { Finding::wrong(check.name, check.detail, check.fix) }
}
