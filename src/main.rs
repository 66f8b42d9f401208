//! The process: hands the command line to [`wa_scheduler::cli`] and exits with its code.

fn main() -> std::process::ExitCode {
    wa_scheduler::cli::run()
}
