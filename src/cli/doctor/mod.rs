//! `wa-scheduler doctor`: what is missing for a working daemon, and the exact fix.
//!
//! It changes nothing, but for an SQLite file that it creates when there is none, and the queues of the daemon that it
//! declares in the broker. It asks the Cloud API and sends nothing.

mod broker;
mod database;
mod platform;
mod report;
mod setup;

use clap::Args;
use secrecy::SecretString;

use super::{Failure, within_actix};
use crate::config::{self, ConfigError, Settings};
use report::Finding;

/// What `doctor` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wa-scheduler doctor
  wa-scheduler doctor --json

Ends with 1 when something is wrong, with 78 when settings are; a warning alone ends with 0.")]
pub(super) struct DoctorArgs {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Looks at everything and prints what it found.
pub(super) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let settings = Settings::load();
    let ended = if settings.is_ok() { Failure::No } else { Failure::SettingsTold };
    let mut findings = Vec::new();
    within_actix(async {
        findings = examine(settings).await;
        Ok(())
    })?;
    report::print(&findings, args.json)?;
    if findings.iter().any(Finding::is_wrong) { Err(ended) } else { Ok(()) }
}

/// Everything that can be found out; with broken settings still the database.
async fn examine(settings: Result<Settings, ConfigError>) -> Vec<Finding> {
    match settings {
        Ok(settings) => {
            let mut findings = setup::judge(&settings);
            findings.push(database::check(&settings.database_url).await);
            findings.push(broker::check(&settings).await);
            findings.extend(platform::check(&settings).await);
            findings
        }
        Err(error) => {
            let mut findings = setup::problems(error);
            let url: Option<SecretString> = config::database_url().ok();
            if let Some(url) = url {
                findings.push(database::check(&url).await);
            }
            findings
        }
    }
}
