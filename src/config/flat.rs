//! The one flat struct that `envy` fills: every setting by name, as text, nothing checked.
//!
//! Holds secrets in the clear for as long as they are being checked, and therefore has no `Debug`.

use serde::Deserialize;

/// Declares the struct and the list of the variables' names from the same lines.
macro_rules! flat {
    ($($(#[$doc:meta])* $field:ident = $name:literal,)+) => {
        /// Every setting as it was given; `None` when it was not, or was empty.
        #[derive(Default, Deserialize)]
        pub(super) struct Flat {
            $($(#[$doc])* pub(super) $field: Option<String>,)+
        }

        /// The names of all settings.
        pub(super) const NAMES: &[&str] = &[$($name,)+];
    };
}

flat! {
    /// Cloud API token; required.
    wa_access_token = "WA_ACCESS_TOKEN",
    /// Business phone number id; required.
    wa_phone_number_id = "WA_PHONE_NUMBER_ID",
    /// WhatsApp business account id; required.
    wa_business_account_id = "WA_BUSINESS_ACCOUNT_ID",
    /// App secrets, comma separated; required.
    wa_app_secret = "WA_APP_SECRET",
    /// The owner's WhatsApp id; required.
    owner_wa_id = "OWNER_WA_ID",
    /// Webhook verification; required.
    verify_token = "VERIFY_TOKEN",
    /// Token of the admin endpoints; none by default.
    x_admin_token = "X_ADMIN_TOKEN",
    /// Public URL in front of the daemon; none by default.
    base_url = "BASE_URL",
    /// Database; `sqlite://wa_scheduler.db` by default.
    database_url = "DATABASE_URL",
    /// Broker; none by default.
    amqp_url = "AMQP_URL",
    /// `native` (default) or `plugin`.
    amqp_delay = "AMQP_DELAY",
    /// `classic` (default) or `quorum`.
    amqp_queues = "AMQP_QUEUES",
    /// What names in the broker begin with; `wa-scheduler` by default.
    amqp_prefix = "AMQP_PREFIX",
    /// IANA zone; `Asia/Jerusalem` by default.
    tz = "TZ",
    /// Hours; 12 by default.
    message_window_hours = "MESSAGE_WINDOW_HOURS",
    /// Seconds; 300 by default.
    owner_reply_timeout_seconds = "OWNER_REPLY_TIMEOUT_SECONDS",
    /// `on` (default) or `off`.
    ask_first = "ASK_FIRST",
    /// Template name; `owner_notify` by default.
    owner_notify_template = "OWNER_NOTIFY_TEMPLATE",
    /// Language code; `en_US` by default.
    owner_notify_language = "OWNER_NOTIFY_LANGUAGE",
    /// Where the Cloud API is; `https://graph.facebook.com` by default.
    wa_api_base_url = "WA_API_BASE_URL",
    /// `v26.0` by default.
    wa_api_version = "WA_API_VERSION",
    /// Messages per second; 80 by default.
    wa_messages_per_second = "WA_MESSAGES_PER_SECOND",
    /// Sends in flight; 32 by default.
    wa_concurrent_sends = "WA_CONCURRENT_SENDS",
    /// Listener; `0.0.0.0:8000` by default.
    bind_address = "BIND_ADDRESS",
    /// `json` (default) or `pretty`.
    log_format = "LOG_FORMAT",
    /// Log filter; `info` by default.
    rust_log = "RUST_LOG",
    /// Seconds; 900 by default.
    late_grace_seconds = "LATE_GRACE_SECONDS",
    /// Seconds; 15 by default.
    sweep_seconds = "SWEEP_SECONDS",
    /// Days; 30 by default.
    retention_bodies_days = "RETENTION_BODIES_DAYS",
    /// Days; 400 by default.
    retention_records_days = "RETENTION_RECORDS_DAYS",
}
