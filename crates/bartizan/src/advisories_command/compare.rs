//! `bartizan advisories compare`.

use std::{
    fmt::Write as _,
    io::{self, Read as _},
    process::ExitCode,
};

use anyhow::{Context as _, anyhow};
use formats::versions::{check_lines, scheme_named};
use model::Ecosystem;

use super::{CompareArguments, print};
use crate::Failure;

/// Longer lists are cut by whoever has them.
const INPUT_BYTES_MAX: u64 = 256 << 20;

pub(super) fn run(arguments: &CompareArguments) -> Result<ExitCode, Failure> {
    let scheme = scheme_named(&arguments.ecosystem).ok_or_else(|| {
        let known: Vec<&str> = Ecosystem::ALL.iter().map(|one| one.as_str()).collect();
        Failure::Usage(anyhow!(
            "there is no ecosystem `{}`; there are {}",
            arguments.ecosystem,
            known.join(", ")
        ))
    })?;
    let mut bytes = Vec::new();
    let mut input = io::stdin().lock().take(INPUT_BYTES_MAX + 1);
    input.read_to_end(&mut bytes).context("cannot read standard input").map_err(Failure::Target)?;
    if bytes.len() as u64 > INPUT_BYTES_MAX {
        let limit = INPUT_BYTES_MAX >> 20;
        return Err(Failure::Target(anyhow!("standard input is longer than {limit} MiB")));
    }
    let text = String::from_utf8_lossy(&bytes);
    let wrong = check_lines(scheme, &text);
    let mut out = String::new();
    for line in &wrong {
        let _ = writeln!(out, "{}", model::visible(&line.to_string()));
    }
    print(&out)?;
    Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
