//! `wa-scheduler migrate`: the schema of the database, without a daemon.

use std::io::Write;

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::{Failure, within_actix};
use crate::config;
use crate::store::Schema;

/// What `migrate` is told. It needs no setting but `DATABASE_URL`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wa-scheduler migrate status
  wa-scheduler migrate up
  wa-scheduler migrate down --steps 1")]
pub(super) struct MigrateArgs {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Subcommand)]
enum Direction {
    /// Applies every pending step
    #[command(after_help = "Example:\n  wa-scheduler migrate up")]
    Up,
    /// Takes back the latest steps; what their tables hold is lost
    #[command(after_help = "Example:\n  wa-scheduler migrate down --steps 1")]
    Down {
        /// How many steps
        #[arg(long, value_name = "N", default_value_t = 1)]
        steps: u32,
    },
    /// Lists every step and whether it is applied
    #[command(after_help = "Example:\n  DATABASE_URL=postgres://bot@db/bot wa-scheduler migrate status")]
    Status,
}

/// Changes or shows the schema, then lists its steps.
pub(super) fn run(args: &MigrateArgs) -> Result<(), Failure> {
    let url = config::database_url()?;
    within_actix(async {
        let schema = Schema::open(url.expose_secret()).await?;
        match args.direction {
            Direction::Up => schema.up().await?,
            Direction::Down { steps } => schema.down(steps).await?,
            Direction::Status => {}
        }
        let mut stdout = std::io::stdout().lock();
        for step in schema.status().await? {
            writeln!(stdout, "{:<8}{}", if step.applied { "applied" } else { "pending" }, step.name)?;
        }
        Ok(())
    })
}
