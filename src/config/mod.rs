//! Settings: read from the environment and `.env`, checked as a whole, handed out in groups.
//!
//! Nothing here starts anything, and nothing else in the daemon reads a setting. Whatever is wrong is told in one
//! answer, and no value of a setting ever stands in it: a token in the wrong variable is still a token.

mod check;
mod checker;
mod flat;
mod formats;
mod sources;

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use chrono_tz::Tz;
use secrecy::SecretString;

use crate::domain::address::Phone;
use crate::domain::retention::Keep;
use checker::Checker;

/// Every setting of the daemon, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Cloud API and our number there.
    pub whatsapp: WhatsApp,
    /// The owner, and how their words are read.
    pub owner: Owner,
    /// The HTTP side.
    pub http: Http,
    /// `DATABASE_URL`; secret because it may hold a password.
    pub database_url: SecretString,
    /// The broker; `None` means wakes inside the process.
    pub amqp: Option<Amqp>,
    /// `LATE_GRACE_SECONDS`: a post later than this is asked about instead of sent.
    pub late_grace: TimeDelta,
    /// `SWEEP_SECONDS`: how often leftovers are looked for.
    pub sweep: TimeDelta,
    /// `RETENTION_BODIES_DAYS` and `RETENTION_RECORDS_DAYS`: what is kept how long.
    pub retention: Keep,
    /// What is logged, and in which form.
    pub log: Log,
}

/// The Cloud API and our number there.
#[derive(Clone, Debug)]
pub struct WhatsApp {
    /// `WA_ACCESS_TOKEN`.
    pub access_token: SecretString,
    /// The file the token came from, when it was given as `WA_ACCESS_TOKEN_FILE`; it may be read again.
    pub token_file: Option<PathBuf>,
    /// `WA_PHONE_NUMBER_ID`.
    pub phone_number_id: String,
    /// `WA_BUSINESS_ACCOUNT_ID`.
    pub business_account_id: String,
    /// `WA_APP_SECRET`: at least one; several during rotation.
    pub app_secrets: Vec<SecretString>,
    /// `VERIFY_TOKEN`.
    pub verify_token: SecretString,
    /// `WA_API_BASE_URL`, without a slash at the end.
    pub api_base_url: String,
    /// `WA_API_VERSION`, for example `v26.0`.
    pub api_version: String,
    /// `WA_MESSAGES_PER_SECOND`: throughput of the number.
    pub messages_per_second: u32,
    /// `WA_CONCURRENT_SENDS`: sends in flight at once.
    pub concurrent_sends: usize,
}

/// The owner, and how their words are read.
#[derive(Clone, Debug)]
pub struct Owner {
    /// `OWNER_WA_ID`.
    pub phone: Phone,
    /// `OWNER_NOTIFY_TEMPLATE`.
    pub template: String,
    /// `OWNER_NOTIFY_LANGUAGE`.
    pub language: String,
    /// `TZ`.
    pub zone: Tz,
    /// `OWNER_REPLY_TIMEOUT_SECONDS`: how long a private-reply session stays open without a message.
    pub reply_timeout: TimeDelta,
    /// `ASK_FIRST`: whether the owner is asked before a post that may be a mistake.
    pub ask_first: bool,
    /// `MESSAGE_WINDOW_HOURS`: how long after a post an unquoted group message counts as a reply to it.
    pub message_window: TimeDelta,
}

/// The HTTP side.
#[derive(Clone, Debug)]
pub struct Http {
    /// `BIND_ADDRESS`; port 0 picks one.
    pub bind: SocketAddr,
    /// `BASE_URL`, without a slash at the end.
    pub base_url: Option<String>,
    /// `X_ADMIN_TOKEN`; without it there are no admin endpoints.
    pub admin_token: Option<SecretString>,
}

/// The broker.
#[derive(Clone, Debug)]
pub struct Amqp {
    /// `AMQP_URL`; secret because it may hold a password.
    pub url: SecretString,
    /// `AMQP_DELAY`.
    pub delay: AmqpDelay,
    /// `AMQP_QUEUES`.
    pub queues: AmqpQueues,
    /// `AMQP_PREFIX`: what every name in the broker begins with.
    pub prefix: String,
}

/// How the broker delays a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmqpDelay {
    /// TTL and dead-letter exchanges; any RabbitMQ can do it.
    Native,
    /// The `x-delayed-message` exchange; needs the plugin.
    Plugin,
}

/// How the broker keeps its queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmqpQueues {
    /// On one node.
    Classic,
    /// On several nodes of a cluster.
    Quorum,
}

/// What is logged, and in which form.
#[derive(Clone, Debug)]
pub struct Log {
    /// `LOG_FORMAT`.
    pub format: LogFormat,
    /// `RUST_LOG`, in the syntax of `tracing_subscriber::EnvFilter`.
    pub filter: String,
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For a person at a terminal.
    Pretty,
}

/// One setting that is missing or cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The variable, or `.env` when the file itself is the trouble.
    pub variable: String,
    /// What would be right.
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}", self.variable, self.expected)
    }
}

/// Everything that is wrong with the settings; shown one line per problem.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// At least one, required settings first.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl Settings {
    /// Reads every setting from the process environment and `.env`; the environment wins.
    pub fn load() -> Result<Self, ConfigError> {
        let (vars, mut problems) = sources::process_vars();
        match Self::from_vars(vars, |path| std::fs::read_to_string(path)) {
            Ok(settings) if problems.is_empty() => Ok(settings),
            Ok(_) => Err(ConfigError { problems }),
            Err(error) => {
                problems.extend(error.problems);
                Err(ConfigError { problems })
            }
        }
    }

    /// Reads every setting from `vars`; `read_file` opens what a `NAME_FILE` points at.
    pub fn from_vars(
        vars: impl IntoIterator<Item = (String, String)>,
        read_file: impl Fn(&Path) -> io::Result<String>,
    ) -> Result<Self, ConfigError> {
        let vars: HashMap<String, String> = vars.into_iter().collect();
        let mut checker = Checker::default();
        let given = sources::gather(flat::NAMES, &vars, read_file, &mut checker);
        let settings = check::settings(given, &mut checker);
        checker.finish(settings)
    }
}

/// `TZ` alone, for work that needs no other setting.
pub fn zone() -> Result<Tz, ConfigError> {
    let (vars, _) = sources::process_vars();
    zone_from_vars(&vars)
}

fn zone_from_vars(vars: &HashMap<String, String>) -> Result<Tz, ConfigError> {
    let mut checker = Checker::default();
    let given = sources::gather(&["TZ"], vars, |path| std::fs::read_to_string(path), &mut checker);
    let zone = check::zone(given.values.tz.as_deref(), &mut checker);
    checker.finish(zone)
}

/// `DATABASE_URL` alone, for work that needs no other setting.
pub fn database_url() -> Result<SecretString, ConfigError> {
    alone("DATABASE_URL", |flat, checker| check::database_url(flat.database_url.as_deref(), checker))
}

/// `BIND_ADDRESS` alone, for work that needs no other setting.
pub fn bind_address() -> Result<SocketAddr, ConfigError> {
    alone("BIND_ADDRESS", |flat, checker| check::bind_address(flat.bind_address.as_deref(), checker))
}

/// One setting of the process, without the others.
fn alone<T>(name: &'static str, read: impl FnOnce(&flat::Flat, &mut Checker) -> Option<T>) -> Result<T, ConfigError> {
    let (vars, problems) = sources::process_vars();
    if !problems.is_empty() {
        return Err(ConfigError { problems });
    }
    let mut checker = Checker::default();
    let given = sources::gather(&[name], &vars, |path| std::fs::read_to_string(path), &mut checker);
    let value = read(&given.values, &mut checker);
    checker.finish(value)
}

/// `DATABASE_URL` and `OWNER_WA_ID`, for work on people: the owner must be known, so that it never meets them.
pub fn database_and_owner() -> Result<(SecretString, Phone), ConfigError> {
    let (vars, problems) = sources::process_vars();
    if !problems.is_empty() {
        return Err(ConfigError { problems });
    }
    let mut checker = Checker::default();
    let names = ["DATABASE_URL", "OWNER_WA_ID"];
    let given = sources::gather(&names, &vars, |path| std::fs::read_to_string(path), &mut checker);
    let url = check::database_url(given.values.database_url.as_deref(), &mut checker);
    let owner = check::owner_phone(given.values.owner_wa_id.as_deref(), &mut checker);
    checker.finish(url.zip(owner))
}

#[cfg(test)]
mod tests;
