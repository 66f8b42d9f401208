//! `wa-scheduler serve` and `wa-scheduler sandbox`: the whole product, for use and for trying.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, within_actix};
use crate::config::{LogFormat, Settings};
use crate::{app, sandbox, telemetry};

/// What `serve` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wa-scheduler serve
  DATABASE_URL=postgres://bot@db/bot wa-scheduler serve --no-migrate")]
pub(super) struct ServeArgs {
    /// Refuse to start while schema migrations are pending, instead of running them
    #[arg(long)]
    no_migrate: bool,
}

/// What `sandbox` is told.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wa-scheduler sandbox --play
  wa-scheduler sandbox --data ./sandbox")]
pub(super) struct SandboxArgs {
    /// Keep the database in this directory instead of a temporary one
    #[arg(long, value_name = "DIR", conflicts_with = "play")]
    data: Option<PathBuf>,
    /// Play a fixed conversation, print it, and exit: 0 when every step happened
    #[arg(long)]
    play: bool,
}

/// Runs the daemon until it is told to stop.
pub(super) fn serve(args: &ServeArgs) -> Result<(), Failure> {
    let settings = Settings::load()?;
    telemetry::start(settings.log.format == LogFormat::Pretty, &settings.log.filter);
    within_actix(app::serve(settings, !args.no_migrate))
}

/// Runs the daemon beside the emulator.
pub(super) fn sandbox(args: SandboxArgs) -> Result<(), Failure> {
    if args.play { within_actix(sandbox::play::run()) } else { within_actix(sandbox::terminal::run(args.data)) }
}
