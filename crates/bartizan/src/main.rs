//! The command line.
//!
//! Exit codes: 0 nothing at or above `--fail-on`, 1 findings, 2 usage, 3 the target could not be read, 4 incomplete.

mod advisories_command;
mod checks_command;
mod cli;
mod data;
mod files;
mod key;
mod machine;
mod network;
mod output;
mod progress;
mod remote;
mod sbom_command;
mod scan;
mod server_command;
mod setup;
mod target;
mod verify;
mod website;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::{CommandFactory as _, Parser as _};

use cli::{Cli, Command};

/// Why a command ended without a report, with its exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the user typed or configured.
    Usage(anyhow::Error),
    /// What was to be scanned.
    Target(anyhow::Error),
}

impl Failure {
    pub(crate) fn target(error: impl Into<anyhow::Error>) -> Self {
        Self::Target(error.into())
    }

    fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Target(_) => 3,
        }
    }

    fn error(&self) -> &anyhow::Error {
        match self {
            Self::Usage(error) | Self::Target(error) => error,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Command::Scan(arguments) => scan::run(&arguments),
        Command::Sbom(arguments) => sbom_command::run(&arguments),
        Command::Checks(arguments) => checks_command::run(&arguments),
        Command::Advisories(arguments) => advisories_command::run(*arguments),
        Command::Serve(arguments) => server_command::serve(&arguments),
        Command::Worker(arguments) => server_command::work(&arguments),
        Command::Admin(arguments) => server_command::administer(*arguments),
        Command::Completions { shell } => completions(shell),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            let told = printable(&format!("error: {:#}", failure.error())) + "\n";
            // Who closed standard error does not want to hear of it; the exit code says it too.
            let _ = io::stderr().write_all(told.as_bytes());
            ExitCode::from(failure.code())
        }
    }
}

fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "bartizan", &mut script);
    output::print(|out| out.write_all(&script)).map_err(Failure::Usage)?;
    Ok(ExitCode::SUCCESS)
}

/// An error may quote a line of a file, or a path, that somebody else wrote: it does not get to drive the terminal.
fn printable(text: &str) -> String {
    text.replace('\t', " ").split('\n').map(model::visible).collect::<Vec<_>>().join("\n")
}
