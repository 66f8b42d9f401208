//! The forms that single values have. `None` means: not in this form.

use std::net::SocketAddr;

use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

use super::{AmqpDelay, AmqpQueues, LogFormat};

/// What [`http_url`] takes, in words.
pub(super) const HTTP_URL: &str = "a URL that begins with https:// or http://, without ? and #";

pub(super) fn http_url(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let authority = rest.split('/').next().filter(|authority| !authority.is_empty() && !authority.starts_with(':'))?;
    // The colons of an IPv6 address stand in brackets; what follows the last one outside is a port.
    let port = authority.rsplit(']').next()?.split_once(':').map(|(_, port)| port);
    let sound = rest.bytes().all(|b| b.is_ascii_graphic() && !b"?#@\\".contains(&b));
    (sound && port.is_none_or(|port| port.parse::<u16>().is_ok())).then(|| text.to_owned())
}

pub(super) fn scheme_is(text: &str, schemes: &[&str]) -> Option<SecretString> {
    let text = text.trim();
    schemes.iter().any(|scheme| text.starts_with(scheme)).then(|| SecretString::from(text))
}

pub(super) fn socket_address(text: &str) -> Option<SocketAddr> {
    text.trim().parse().ok()
}

pub(super) fn amqp_delay(text: &str) -> Option<AmqpDelay> {
    match text.trim() {
        "native" => Some(AmqpDelay::Native),
        "plugin" => Some(AmqpDelay::Plugin),
        _ => None,
    }
}

pub(super) fn amqp_queues(text: &str) -> Option<AmqpQueues> {
    match text.trim() {
        "classic" => Some(AmqpQueues::Classic),
        "quorum" => Some(AmqpQueues::Quorum),
        _ => None,
    }
}

/// Names in a broker are at most 255 bytes long, and those of its own begin with `amq.` (AMQP 0-9-1, 1.1).
pub(super) fn amqp_prefix(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (plain && (1..=100).contains(&text.len()) && !text.starts_with("amq.")).then(|| text.to_owned())
}

pub(super) fn on_or_off(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    }
}

pub(super) fn log_format(text: &str) -> Option<LogFormat> {
    match text.trim() {
        "json" => Some(LogFormat::Json),
        "pretty" => Some(LogFormat::Pretty),
        _ => None,
    }
}

pub(super) fn log_filter(text: &str) -> Option<String> {
    EnvFilter::try_new(text.trim()).ok().map(|_| text.trim().to_owned())
}

/// An id as it may stand in the path of a URL.
pub(super) fn id(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    (plain && !text.is_empty()).then(|| text.to_owned())
}

pub(super) fn version(text: &str) -> Option<String> {
    let text = text.trim();
    let (major, minor) = text.strip_prefix('v')?.split_once('.')?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    (digits(major) && digits(minor)).then(|| text.to_owned())
}

pub(super) fn template_name(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    (plain && (1..=512).contains(&text.len())).then(|| text.to_owned())
}

pub(super) fn language_code(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    (plain && (2..=15).contains(&text.len())).then(|| text.to_owned())
}

pub(super) fn secret(text: &str) -> Option<SecretString> {
    Some(SecretString::from(text))
}

/// A secret that is sent in an HTTP header: visible ASCII, no blanks.
pub(super) fn secret_word(text: &str) -> Option<SecretString> {
    let text = text.trim();
    text.bytes().all(|b| b.is_ascii_graphic()).then(|| SecretString::from(text))
}

pub(super) fn secret_list(text: &str) -> Option<Vec<SecretString>> {
    text.split(',').map(str::trim).map(|item| (!item.is_empty()).then(|| SecretString::from(item))).collect()
}
