//! The command line. Exit codes: 0 done, 1 failed, 2 wrong usage, 78 bad configuration.
//!
//! Every command is a file of its own; this one only knows their names and how they end.

mod doctor;
mod forget;
mod health;
mod migrate;
mod serve;
mod when;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::ConfigError;
use crate::sandbox;

/// `EX_CONFIG` of sysexits.h.
const BAD_CONFIGURATION: u8 = 78;

/// Posts to WhatsApp groups on time, brings the replies back, and never loses or doubles a message silently.
#[derive(Parser)]
#[command(name = "wa-scheduler", version, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  wa-scheduler sandbox --play           the whole product on one machine, without an account
  wa-scheduler doctor                   what is missing, and the fix
  wa-scheduler serve                    the daemon
  wa-scheduler when \"next friday 9:30\"  how a time phrase is understood

Settings come from the environment and from .env in the working directory; see .env.example.
Exit codes: 0 done, 1 failed, 2 wrong usage, 78 bad configuration.";

#[derive(Subcommand)]
enum Command {
    /// Runs the daemon: webhook, admin endpoints, posts on time
    Serve(serve::ServeArgs),
    /// Runs the whole product on this machine, with an emulator in place of the Cloud API
    Sandbox(serve::SandboxArgs),
    /// Runs the Cloud API emulator alone, for any bot
    Emulator(Box<sandbox::EmulatorArgs>),
    /// Checks settings, database, token, ids, subscription, template and clock
    Doctor(doctor::DoctorArgs),
    /// Asks the daemon of this environment whether it is alive
    Health(health::HealthArgs),
    /// Removes what is known of a person, at their request
    Forget(forget::ForgetArgs),
    /// Changes or shows the schema of the database
    Migrate(migrate::MigrateArgs),
    /// Shows how a time phrase is understood
    When(when::WhenArgs),
}

/// Threads for tasks beside the actors' own.
const TASK_THREADS: usize = 2;

/// How a command ends when it does not succeed.
enum Failure {
    /// The settings are missing or malformed.
    Settings(ConfigError),
    /// Something went wrong on the way.
    Failed(anyhow::Error),
    /// The settings are missing or malformed, and it has been printed.
    SettingsTold,
    /// The answer is no, and it has been printed.
    No,
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Settings(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Reads the command line, does what it says and gives the exit code.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are errors to clap too, with code 0. When even this cannot be printed nobody listens.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let ended = match cli.command {
        Command::Serve(args) => serve::serve(&args),
        Command::Sandbox(args) => serve::sandbox(args),
        Command::Emulator(args) => within_actix(sandbox::run(*args)),
        Command::Doctor(args) => doctor::run(&args),
        Command::Health(args) => health::run(&args),
        Command::Forget(args) => forget::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::When(args) => when::run(&args),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => end(failure),
    }
}

/// Runs a command on the actix runtime, where actors and servers live. Actors keep to this thread; what they hand to
/// tasks of their own, sends and commits, is spread over the others.
fn within_actix(work: impl Future<Output = anyhow::Result<()>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(TASK_THREADS).enable_all().build()?;
    actix::System::with_tokio_rt(|| runtime).block_on(work).map_err(Failure::Failed)
}

fn end(failure: Failure) -> ExitCode {
    let mut stderr = std::io::stderr().lock();
    let (code, told) = match failure {
        Failure::Settings(error) => (ExitCode::from(BAD_CONFIGURATION), writeln!(stderr, "{error}")),
        Failure::Failed(error) => (ExitCode::FAILURE, writeln!(stderr, "wa-scheduler: {error:#}")),
        Failure::SettingsTold => (ExitCode::from(BAD_CONFIGURATION), Ok(())),
        Failure::No => (ExitCode::FAILURE, Ok(())),
    };
    // Without anybody on standard error the code still says it.
    drop(told);
    code
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_help_with_examples() {
        fn look(command: &mut clap::Command) {
            let help = command.render_long_help().to_string();
            assert!(help.contains("Example"), "{help}");
            // `help` is clap's own.
            command.get_subcommands_mut().filter(|command| command.get_name() != "help").for_each(look);
        }
        look(&mut Cli::command());
    }
}
