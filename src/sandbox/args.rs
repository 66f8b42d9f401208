//! `wa-scheduler emulator`: the command line of the emulator, and running it until a signal.
//!
//! The only place of the emulator that prints. It never prints a secret.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};

use super::emulator::Emulator;
use super::hooks::WebhookTarget;
use super::people::digits;
use super::rates::RateLimits;
use super::setup::{DEFAULT_OWNER, EmulatorConfig, default_group, default_people};
use super::status::StatusPolicy;
use super::window::WindowRule;

const EXAMPLES: &str = "\
Examples:
  wa-scheduler emulator --webhook-url http://127.0.0.1:8000/webhook/whatsapp
  curl -s http://127.0.0.1:9009/_control/groups
  curl -s http://127.0.0.1:9009/_control/say -H 'content-type: application/json' \\
       -d '{\"from\":\"Ana\",\"group\":\"team\",\"text\":\"hello\"}'
  curl -s http://127.0.0.1:9009/v26.0/700100200300400/messages -H 'authorization: Bearer emu-access-token' \\
       -H 'content-type: application/json' -d '{\"messaging_product\":\"whatsapp\",\"to\":\"+15550007777\",\"type\":\"text\",\"text\":{\"body\":\"hi\"}}'
  curl -s http://127.0.0.1:9009/_control/sent

Load test, no limits and answers after 50 ms:
  wa-scheduler emulator --unlimited --open-windows --no-statuses --response-delay-ms 50";

/// The emulator of the WhatsApp Cloud API, for any bot.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct EmulatorArgs {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:9009", value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Where webhooks go; without it they are dropped until the control API sets one.
    #[arg(long, value_name = "URL")]
    pub webhook_url: Option<String>,
    /// Key of the webhook signature.
    #[arg(long, default_value = "emu-app-secret", value_name = "SECRET")]
    pub app_secret: SecretString,
    /// Token that requests must carry.
    #[arg(long, default_value = "emu-access-token", value_name = "TOKEN")]
    pub access_token: SecretString,
    /// Id of the business phone number.
    #[arg(long, default_value = "700100200300400", value_name = "ID")]
    pub phone_number_id: String,
    /// Id of the WhatsApp business account.
    #[arg(long, default_value = "900800700600500", value_name = "ID")]
    pub business_account_id: String,
    /// The business number.
    #[arg(long, default_value = "15550001234", value_name = "NUMBER")]
    pub display_phone_number: String,
    /// Make the GET handshake with the webhook at the start, with this token.
    #[arg(long, value_name = "TOKEN")]
    pub verify_token: Option<String>,
    /// Number of the owner in the world at the start.
    #[arg(long, default_value = DEFAULT_OWNER, value_name = "NUMBER")]
    pub owner: String,
    /// Subject of the group at the start, with the owner, Ana and Ben in it.
    #[arg(long, default_value = "team", value_name = "SUBJECT")]
    pub group: String,
    /// Id of that group; minted when absent.
    #[arg(long, value_name = "ID")]
    pub group_id: Option<String>,
    /// Start with no people and no groups.
    #[arg(long)]
    pub empty: bool,
    /// Append every accepted message to this file, one JSON per line, before it is answered.
    #[arg(long, value_name = "FILE")]
    pub ledger: Option<PathBuf>,
    /// How long every answer takes at least, in milliseconds.
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub response_delay_ms: u64,
    /// No send limits (otherwise 80 per second, and 1 per 6 seconds to one person with bursts of 45).
    #[arg(long)]
    pub unlimited: bool,
    /// Every 24-hour window is open, and unknown numbers are reachable.
    #[arg(long)]
    pub open_windows: bool,
    /// No status webhooks by themselves.
    #[arg(long)]
    pub no_statuses: bool,
    /// Threads that serve requests.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub workers: usize,
    /// Seed of all chance; the same seed mints the same ids.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl From<EmulatorArgs> for EmulatorConfig {
    fn from(args: EmulatorArgs) -> Self {
        let owner = digits(&args.owner);
        let mut group = default_group(&args.group, &owner);
        group.id = args.group_id;
        Self {
            listen: args.listen,
            workers: args.workers,
            response_delay: Duration::from_millis(args.response_delay_ms),
            access_token: args.access_token.expose_secret().to_owned(),
            phone_number_id: args.phone_number_id,
            business_account_id: args.business_account_id,
            display_phone_number: digits(&args.display_phone_number),
            webhook: WebhookTarget {
                url: args.webhook_url,
                app_secret: args.app_secret.expose_secret().to_owned(),
                ..WebhookTarget::default()
            },
            people: if args.empty { Vec::new() } else { default_people(&owner) },
            groups: if args.empty { Vec::new() } else { vec![group] },
            rates: if args.unlimited { RateLimits::off() } else { RateLimits::default() },
            statuses: StatusPolicy { auto: !args.no_statuses, ..StatusPolicy::default() },
            window: if args.open_windows { WindowRule::Off } else { WindowRule::default() },
            ledger_file: args.ledger,
            seed: args.seed,
            ..Self::default()
        }
    }
}

/// Serves until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// When the emulator cannot start; see [`Emulator::start`].
pub async fn run(args: EmulatorArgs) -> anyhow::Result<()> {
    let verify_token = args.verify_token.clone();
    let number = args.phone_number_id.clone();
    let group = args.group.clone();
    let emulator = Emulator::start(args.into()).await?;
    welcome(&emulator, &number, &group);
    if let Some(token) = verify_token {
        say(if emulator.handshake(&token).await { "webhook      verified" } else { "webhook      NOT verified" });
    }
    stop_signal().await?;
    emulator.stop().await;
    Ok(())
}

fn welcome(emulator: &Emulator, number: &str, group: &str) {
    let url = emulator.url();
    say(&format!("listening on {url}"));
    say(&format!("send         POST {url}/v26.0/{number}/messages"));
    say(&format!("control      {url}/_control/"));
    if let Some(group) = emulator.group(group) {
        say(&format!("group        {} = {}", group.subject, group.id));
    }
}

#[expect(clippy::print_stdout, reason = "a command tells where it listens; scripts read the first line")]
fn say(line: &str) {
    println!("{line}");
}

/// Waits for Ctrl-C or SIGTERM.
pub(super) async fn stop_signal() -> anyhow::Result<()> {
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminated.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: EmulatorArgs,
    }

    fn config(words: &[&str]) -> EmulatorConfig {
        Line::try_parse_from([&["emulator"], words].concat())
            .map(|line| line.args.into())
            .unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn without_a_word_there_is_a_world_to_play_with() {
        let config = config(&[]);
        assert_eq!(config.listen.port(), 9009);
        assert_eq!((config.people.len(), config.groups.len()), (3, 1));
        assert_eq!((config.groups[0].subject.as_str(), config.groups[0].members.len()), ("team", 3));
        assert_eq!(config.rates, RateLimits::default());
        assert_eq!(config.window, WindowRule::Async);
    }

    #[test]
    fn every_word_reaches_the_settings() {
        let config = config(&[
            "--webhook-url",
            "http://127.0.0.1:8000/webhook/whatsapp",
            "--app-secret",
            "s",
            "--access-token",
            "t",
            "--phone-number-id",
            "1",
            "--owner",
            "+972 50 000 0001",
            "--group-id",
            "1203630001@g.us",
            "--unlimited",
            "--open-windows",
            "--no-statuses",
            "--response-delay-ms",
            "50",
        ]);
        assert_eq!(config.webhook.url.as_deref(), Some("http://127.0.0.1:8000/webhook/whatsapp"));
        assert_eq!((config.webhook.app_secret.as_str(), config.access_token.as_str()), ("s", "t"));
        assert_eq!(config.people[0].phone, "972500000001");
        assert_eq!(config.groups[0].id.as_deref(), Some("1203630001@g.us"));
        assert_eq!((config.rates, config.window), (RateLimits::off(), WindowRule::Off));
        assert!(!config.statuses.auto);
        assert_eq!(config.response_delay, Duration::from_millis(50));
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let line = Line::try_parse_from(["emulator", "--app-secret", "hush-a", "--access-token", "hush-b"]);
        let shown = format!("{:?}", line.map(|line| line.args).unwrap_or_else(|error| panic!("{error}")));
        assert!(!shown.contains("hush"), "{shown}");
    }
}
