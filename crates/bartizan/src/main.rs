//! The command line.
//!
//! Exit codes: 0 nothing at or above `--fail-on`, 1 findings, 2 usage, 3 the target could not be read, 4 incomplete.

mod checks_command;
mod cli;
mod key;
mod network;
mod output;
mod progress;
mod remote;
mod scan;
mod setup;
mod target;
mod verify;

use std::{io, process::ExitCode};

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
    let result = match &cli.command {
        Command::Scan(arguments) => scan::run(arguments),
        Command::Checks(arguments) => checks_command::run(arguments),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "bartizan", &mut io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {:#}", failure.error());
            ExitCode::from(failure.code())
        }
    }
}
