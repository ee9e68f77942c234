//! `bartizan checks`: what is looked for.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use anyhow::anyhow;
use checks::secrets::{Rule, Ruleset};
use report::RuleDoc;

use crate::{Failure, cli::ChecksArguments, output};

pub(crate) fn run(arguments: &ChecksArguments) -> Result<ExitCode, Failure> {
    let ruleset = Ruleset::builtin().map_err(|error| Failure::Usage(error.into()))?;
    let checks = app::rule_docs(&ruleset);
    let Some(id) = &arguments.id else {
        output::print(|out| list(&checks, out)).map_err(Failure::Usage)?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(check) = checks.iter().find(|check| check.id.as_str() == id) else {
        return Err(Failure::Usage(unknown(id, &checks)));
    };
    let rule = ruleset.rules().iter().find(|rule| rule.id == *check.id);
    output::print(|out| page(check, rule, out)).map_err(Failure::Usage)?;
    Ok(ExitCode::SUCCESS)
}

fn unknown(id: &str, checks: &[RuleDoc<'_>]) -> anyhow::Error {
    let first = id.split(['-', '.']).next().unwrap_or_default();
    let near: Vec<&str> = checks
        .iter()
        .map(|check| check.id.as_str())
        .filter(|other| other.contains(id) || first.len() > 2 && other.starts_with(first))
        .take(5)
        .collect();
    let hint = if near.is_empty() {
        "`bartizan checks` lists them".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    anyhow!("there is no check `{id}`; {hint}")
}

fn list(checks: &[RuleDoc<'_>], out: &mut dyn Write) -> io::Result<()> {
    let width = checks.iter().map(|check| check.id.as_str().len()).max().unwrap_or_default();
    for check in checks {
        writeln!(out, "{:width$}  {:8}  {}", check.id, check.severity, check.title)?;
    }
    writeln!(out, "\n{} checks. `bartizan checks <id>` shows the page of one.", checks.len())
}

/// What a check is about; of a secret's also how it is found.
fn page(check: &RuleDoc<'_>, rule: Option<&Rule>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n\n{}\n", check.id, check.title)?;
    writeln!(out, "severity    {}\nconfidence  {}", check.severity, check.confidence)?;
    if let Some(cwe) = check.cwe {
        writeln!(out, "weakness    {cwe}")?;
    }
    if let Some(provider) = check.provider {
        writeln!(out, "provider    {provider}")?;
    }
    match rule.map(Rule::keywords) {
        None => {}
        Some([]) => writeln!(out, "looks at    paths")?,
        Some(keywords) => writeln!(out, "looks near  {}", keywords.join(", "))?,
    }
    writeln!(
        out,
        "\n## What it means\n\n{}\n\n## How to repair it\n\n{}",
        check.description, check.help
    )?;
    if let Some(verify) = rule.and_then(|rule| rule.verify.as_ref()) {
        writeln!(
            out,
            "\n## How it is verified\n\nWith --verify-secrets: {} {}",
            verify.method, verify.url
        )?;
    }
    if let Some(reference) = check.reference {
        writeln!(out, "\n## Read on\n\n{reference}")?;
    }
    Ok(())
}
