//! What the Cloud API says about the token, the ids, the subscription, the template and our clock.

use super::report::Finding;
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::ports::Clock;
use crate::whatsapp::TokenSource;
use crate::whatsapp::account::Check;
use crate::whatsapp::client::{ClientSettings, CloudApi, Timeouts, install_tls};

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

fn client_settings(settings: &Settings) -> ClientSettings {
    let whatsapp = &settings.whatsapp;
    let token = match &whatsapp.token_file {
        Some(path) => TokenSource::File { path: path.clone(), token: whatsapp.access_token.clone() },
        None => TokenSource::Fixed(whatsapp.access_token.clone()),
    };
    ClientSettings {
        base_url: whatsapp.api_base_url.clone(),
        version: whatsapp.api_version.clone(),
        phone_number_id: whatsapp.phone_number_id.clone(),
        business_account_id: whatsapp.business_account_id.clone(),
        token,
        timeouts: Timeouts::default(),
    }
}

fn finding(check: Check) -> Finding {
    if check.ok { Finding::ok(check.name, check.detail) } else { Finding::wrong(check.name, check.detail, check.fix) }
}
