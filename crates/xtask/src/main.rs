//! The project's chores: `cargo xtask <command>`.
//!
//! - `test`: everything CI runs, after installing what this machine lacks.
//! - `fuzz [seconds]`: runs every fuzz target for so long, a minute by default.
//! - `postgres <command>`: runs a command, such as `cargo test -p store`, beside a throw-away PostgreSQL.

mod fuzz;
mod postgres;
mod python;
mod test;

use std::{
    env,
    path::PathBuf,
    process::{self, ExitCode},
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test"] => test::run(),
        ["fuzz"] => fuzz::run(60),
        ["fuzz", seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::run(seconds),
            Err(_) => return usage(),
        },
        ["postgres", program, arguments @ ..] => beside_postgres(program, arguments),
        _ => return usage(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The checkout that `cargo xtask` was called in; that of the build where the program is run by itself.
fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR");
    here.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from).join("../..")
}

fn beside_postgres(program: &str, arguments: &[&str]) -> anyhow::Result<()> {
    let server = postgres::Postgres::start()?;
    let status = process::Command::new(program)
        .args(arguments)
        .env(postgres::Postgres::VARIABLE, server.url())
        .status()?;
    anyhow::ensure!(status.success(), "{program} failed");
    Ok(())
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo xtask test | fuzz [seconds] | postgres <command>");
    ExitCode::from(2)
}
