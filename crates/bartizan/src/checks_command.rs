//! `bartizan checks`: what is looked for.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::anyhow;
use checks::secrets::{Rule, Ruleset};

use crate::{Failure, cli::ChecksArguments};

pub(crate) fn run(arguments: &ChecksArguments) -> Result<ExitCode, Failure> {
    let ruleset = Ruleset::builtin().map_err(|error| Failure::Usage(error.into()))?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = match &arguments.id {
        None => list(&ruleset, &mut out),
        Some(id) => match ruleset.rules().iter().find(|rule| rule.id.as_str() == id) {
            Some(rule) => page(rule, &mut out),
            None => return Err(Failure::Usage(unknown(id, &ruleset))),
        },
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Usage(anyhow!(error).context("cannot write to standard output")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn unknown(id: &str, ruleset: &Ruleset) -> anyhow::Error {
    let near: Vec<&str> = ruleset
        .rules()
        .iter()
        .map(|rule| rule.id.as_str())
        .filter(|other| {
            other.contains(id)
                || id
                    .split('-')
                    .next()
                    .is_some_and(|first| first.len() > 2 && other.starts_with(first))
        })
        .take(5)
        .collect();
    let hint = if near.is_empty() {
        "`bartizan checks` lists them".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    anyhow!("there is no check `{id}`; {hint}")
}

fn list(ruleset: &Ruleset, out: &mut impl Write) -> io::Result<()> {
    let width = ruleset.rules().iter().map(|rule| rule.id.as_str().len()).max().unwrap_or_default();
    for rule in ruleset.rules() {
        writeln!(out, "{:width$}  {:8}  {}", rule.id, rule.severity, rule.title)?;
    }
    writeln!(
        out,
        "\n{} checks. `bartizan checks <id>` shows the page of one.",
        ruleset.rules().len()
    )
}

fn page(rule: &Rule, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "# {}\n\n{}\n", rule.id, rule.title)?;
    writeln!(
        out,
        "severity    {}\nconfidence  {}\nweakness    {}",
        rule.severity, rule.confidence, rule.cwe
    )?;
    if let Some(provider) = &rule.provider {
        writeln!(out, "provider    {provider}")?;
    }
    if rule.keywords().is_empty() {
        writeln!(out, "looks at    paths")?;
    } else {
        writeln!(out, "looks near  {}", rule.keywords().join(", "))?;
    }
    writeln!(out, "\n## What it means\n\n{}\n\n## How to repair it\n\n{}", rule.what, rule.revoke)?;
    if let Some(verify) = &rule.verify {
        writeln!(
            out,
            "\n## How it is verified\n\nWith --verify-secrets: {} {}",
            verify.method, verify.url
        )?;
    }
    if let Some(reference) = &rule.reference {
        writeln!(out, "\n## Read on\n\n{reference}")?;
    }
    Ok(())
}
