//! What each setting must be, and what it is when it is not given.

use std::net::SocketAddr;

use chrono::TimeDelta;
use chrono_tz::Tz;
use secrecy::SecretString;

use super::checker::Checker;
use super::flat::Flat;
use super::sources::Given;
use super::{Amqp, Http, Log, Owner, Settings, WhatsApp, formats};
use crate::domain::address::Phone;
use crate::domain::retention::{self, Keep};
use crate::domain::when::zone_named;

const HOUR: u32 = 3600;
const DAY: u32 = 24 * HOUR;

/// Checks all settings; a group is `None` when one of its settings is.
pub(super) fn settings(given: Given, checker: &mut Checker) -> Option<Settings> {
    let flat = &given.values;
    let whatsapp = whatsapp(&given, checker);
    let owner = owner(flat, checker);
    let http = http(flat, checker);
    let database_url = database_url(flat.database_url.as_deref(), checker);
    let amqp = amqp(flat, checker);
    let late_grace = checker.seconds("LATE_GRACE_SECONDS", flat.late_grace_seconds.as_deref(), 900, 1..=30 * DAY);
    let sweep = checker.seconds("SWEEP_SECONDS", flat.sweep_seconds.as_deref(), 15, 1..=HOUR);
    let retention = retention(flat, checker);
    let log = log(flat, checker);
    Some(Settings {
        whatsapp: whatsapp?,
        owner: owner?,
        http: http?,
        database_url: database_url?,
        amqp: amqp?,
        late_grace: late_grace?,
        sweep: sweep?,
        retention: retention?,
        log: log?,
    })
}

fn whatsapp(given: &Given, checker: &mut Checker) -> Option<WhatsApp> {
    let flat = &given.values;
    let access_token = checker.required(
        "WA_ACCESS_TOKEN",
        flat.wa_access_token.as_deref(),
        "a Cloud API access token",
        formats::secret_word,
    );
    let phone_number_id = checker.required(
        "WA_PHONE_NUMBER_ID",
        flat.wa_phone_number_id.as_deref(),
        "the business phone number id",
        formats::id,
    );
    let business_account_id = checker.required(
        "WA_BUSINESS_ACCOUNT_ID",
        flat.wa_business_account_id.as_deref(),
        "the WhatsApp business account id",
        formats::id,
    );
    let app_secrets = checker.required(
        "WA_APP_SECRET",
        flat.wa_app_secret.as_deref(),
        "the app secret, or several with commas between and none of them empty",
        formats::secret_list,
    );
    let verify_token = checker.required(
        "VERIFY_TOKEN",
        flat.verify_token.as_deref(),
        "the webhook verification token",
        formats::secret,
    );
    let api_base_url = flat.wa_api_base_url.as_deref().unwrap_or("https://graph.facebook.com");
    let api_base_url = checker.read("WA_API_BASE_URL", api_base_url, formats::HTTP_URL, formats::http_url);
    let api_version = flat.wa_api_version.as_deref().unwrap_or("v26.0");
    let api_version = checker.read("WA_API_VERSION", api_version, "a version such as v26.0", formats::version);
    let messages_per_second =
        checker.number("WA_MESSAGES_PER_SECOND", flat.wa_messages_per_second.as_deref(), 80, 1..=1_000_000);
    let concurrent_sends = checker.number("WA_CONCURRENT_SENDS", flat.wa_concurrent_sends.as_deref(), 32, 1..=1_000);
    Some(WhatsApp {
        access_token: access_token?,
        token_file: given.files.get("WA_ACCESS_TOKEN").cloned(),
        phone_number_id: phone_number_id?,
        business_account_id: business_account_id?,
        app_secrets: app_secrets?,
        verify_token: verify_token?,
        api_base_url: api_base_url?,
        api_version: api_version?,
        messages_per_second: messages_per_second?,
        concurrent_sends: usize::try_from(concurrent_sends?).ok()?,
    })
}

fn owner(flat: &Flat, checker: &mut Checker) -> Option<Owner> {
    let phone = owner_phone(flat.owner_wa_id.as_deref(), checker);
    let zone = zone(flat.tz.as_deref(), checker);
    let template = flat.owner_notify_template.as_deref().unwrap_or("owner_notify");
    let template = checker.read(
        "OWNER_NOTIFY_TEMPLATE",
        template,
        "the name of a template: lower-case letters, digits and underscores",
        formats::template_name,
    );
    let language = flat.owner_notify_language.as_deref().unwrap_or("en_US");
    let language =
        checker.read("OWNER_NOTIFY_LANGUAGE", language, "a language code such as en_US or he", formats::language_code);
    let reply_timeout =
        checker.seconds("OWNER_REPLY_TIMEOUT_SECONDS", flat.owner_reply_timeout_seconds.as_deref(), 300, 1..=7 * DAY);
    let ask_first = flat.ask_first.as_deref().unwrap_or("on");
    let ask_first = checker.read("ASK_FIRST", ask_first, "on or off", formats::on_or_off);
    let message_window = checker.number("MESSAGE_WINDOW_HOURS", flat.message_window_hours.as_deref(), 12, 1..=720);
    Some(Owner {
        phone: phone?,
        template: template?,
        language: language?,
        zone: zone?,
        reply_timeout: reply_timeout?,
        ask_first: ask_first?,
        message_window: TimeDelta::hours(i64::from(message_window?)),
    })
}

fn http(flat: &Flat, checker: &mut Checker) -> Option<Http> {
    let bind = bind_address(flat.bind_address.as_deref(), checker);
    let base_url =
        optional(flat.base_url.as_deref(), |text| checker.read("BASE_URL", text, formats::HTTP_URL, formats::http_url));
    let admin_token = flat.x_admin_token.as_deref().and_then(formats::secret);
    Some(Http { bind: bind?, base_url: base_url?, admin_token })
}

fn amqp(flat: &Flat, checker: &mut Checker) -> Option<Option<Amqp>> {
    let delay = flat.amqp_delay.as_deref().unwrap_or("native");
    let delay = checker.read("AMQP_DELAY", delay, "native or plugin", formats::amqp_delay);
    let url = optional(flat.amqp_url.as_deref(), |text| {
        checker.read("AMQP_URL", text, "a URL that begins with amqp:// or amqps://", |text| {
            formats::scheme_is(text, &["amqp://", "amqps://"])
        })
    })?;
    let queues = flat.amqp_queues.as_deref().unwrap_or("classic");
    let queues = checker.read("AMQP_QUEUES", queues, "classic or quorum", formats::amqp_queues);
    let prefix = flat.amqp_prefix.as_deref().unwrap_or("wa-scheduler");
    let expected = "up to 100 letters, digits, dots, dashes and underscores, not beginning with amq.";
    let prefix = checker.read("AMQP_PREFIX", prefix, expected, formats::amqp_prefix);
    let (delay, queues, prefix) = (delay?, queues?, prefix?);
    Some(url.map(|url| Amqp { url, delay, queues, prefix }))
}

fn log(flat: &Flat, checker: &mut Checker) -> Option<Log> {
    let format = flat.log_format.as_deref().unwrap_or("json");
    let format = checker.read("LOG_FORMAT", format, "json or pretty", formats::log_format);
    let filter = flat.rust_log.as_deref().unwrap_or("info");
    let filter =
        checker.read("RUST_LOG", filter, "a log filter such as info or info,wa_scheduler=debug", formats::log_filter);
    Some(Log { format: format?, filter: filter? })
}

/// What is kept how long; records must not go before the words do.
fn retention(flat: &Flat, checker: &mut Checker) -> Option<Keep> {
    let days = |n: u32| TimeDelta::days(i64::from(n));
    let bodies =
        checker.number("RETENTION_BODIES_DAYS", flat.retention_bodies_days.as_deref(), 30, retention::BODIES_DAYS)?;
    let records = checker.number(
        "RETENTION_RECORDS_DAYS",
        flat.retention_records_days.as_deref(),
        400,
        retention::RECORDS_DAYS,
    )?;
    if records < bodies {
        checker.refuse("RETENTION_RECORDS_DAYS", "at least as many days as RETENTION_BODIES_DAYS");
    }
    Some(Keep { bodies: days(bodies), records: days(records) })
}

/// Reads `OWNER_WA_ID`.
pub(super) fn owner_phone(given: Option<&str>, checker: &mut Checker) -> Option<Phone> {
    let expected = "the owner's WhatsApp number with its country code, 5 to 15 digits";
    checker.required("OWNER_WA_ID", given, expected, Phone::parse)
}

/// Reads `BIND_ADDRESS`.
pub(super) fn bind_address(given: Option<&str>, checker: &mut Checker) -> Option<SocketAddr> {
    let bind = given.unwrap_or("0.0.0.0:8000");
    checker.read("BIND_ADDRESS", bind, "an IP address and a port such as 0.0.0.0:8000", formats::socket_address)
}

/// Reads `DATABASE_URL`.
pub(super) fn database_url(given: Option<&str>, checker: &mut Checker) -> Option<SecretString> {
    let url = given.unwrap_or("sqlite://wa_scheduler.db");
    checker.read("DATABASE_URL", url, "a URL that begins with sqlite://, postgres:// or mysql://", |text| {
        formats::scheme_is(text, &["sqlite://", "postgres://", "postgresql://", "mysql://"])
    })
}

/// Reads `TZ`.
pub(super) fn zone(given: Option<&str>, checker: &mut Checker) -> Option<Tz> {
    let zone = given.unwrap_or("Asia/Jerusalem");
    checker.read("TZ", zone, "an IANA zone such as Asia/Jerusalem", |text| zone_named(text.trim()))
}

/// Reads a setting that may be absent: the outer `None` is a problem, the inner one is its absence.
fn optional<T>(given: Option<&str>, read: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    given.map_or(Some(None), |text| read(text).map(Some))
}
