//! The project's chores: `cargo xtask <command>`.
//!
//! - `test`: everything CI runs, after installing what this machine lacks.
//! - `fuzz [seconds]`: runs every fuzz target for so long, a minute by default.
//! - `gen`: writes the generated files; `gen --check` says which are stale.

mod fuzz;
mod generate;
mod test;

use std::{env, process::ExitCode};

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
        ["gen"] => generate::run(generate::Mode::Write),
        ["gen", "--check"] => generate::run(generate::Mode::Check),
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

fn usage() -> ExitCode {
    eprintln!("usage: cargo xtask test | fuzz [seconds] | gen [--check]");
    ExitCode::from(2)
}
