//! `bartizan advisories status`.

use std::{fmt::Write as _, process::ExitCode};

use advisories::{Library, SourceStatus, Status};
use report::grouped;
use serde_json::{Value, json};

use super::{Format, StatusArguments, index, print, print_json, times};
use crate::{Failure, machine::now_ms};

pub(super) fn run(library: &Library, arguments: &StatusArguments) -> Result<ExitCode, Failure> {
    let index = index(library)?;
    if arguments.verify {
        index.verify().map_err(Failure::target)?;
    }
    let status = index.status();
    match arguments.format {
        Format::Text => print(&text(library, status, arguments.verify))?,
        Format::Json => print_json(&value(library, status, arguments.verify))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn text(library: &Library, status: &Status, verified: bool) -> String {
    let now_ms = now_ms();
    let mut out = String::new();
    let mut line = |label: &str, text: &str| {
        let _ = writeln!(out, "{label:<17}{}", model::visible(text));
    };
    line("index", &library.index_path().display().to_string());
    line("current as of", &times::since(status.advisories_at_ms, now_ms));
    line("built", &times::since(Some(status.built_at_ms), now_ms));
    line("advisories", &grouped(status.advisories));
    line("vulnerabilities", &grouped(status.groups));
    line("packages", &grouped(status.packages));
    let checked = if verified { ", its checksums are right" } else { "" };
    line("size", &format!("{} MiB{checked}", status.file_bytes.div_ceil(1 << 20)));
    out.push('\n');
    let width = status.sources.iter().map(|source| source.name.len()).max().unwrap_or_default();
    let width = width.max("source".len());
    let head = "current as of";
    let _ = writeln!(out, "{:width$}  {:>10}  {head}", "source", "advisories");
    for source in &status.sources {
        let told = times::since(source.at_ms.or(source.newest_ms), now_ms);
        let _ = writeln!(
            out,
            "{:width$}  {:>10}  {told}{}",
            source.name,
            grouped(source.advisories),
            besides(source)
        );
    }
    out
}

/// What is worth a word beside the advisories that count.
fn besides(source: &SourceStatus) -> String {
    let parts = [
        (source.exploited, "known to be exploited"),
        (source.predicted, "with a score"),
        (source.withdrawn, "withdrawn"),
        (source.unreadable, "unreadable"),
        (source.partly_understood, "understood in part"),
        (source.refused, "refused"),
    ];
    let told = parts.iter().filter(|(number, _)| *number > 0);
    told.map(|(number, word)| format!(", {} {word}", grouped(*number))).collect()
}

fn value(library: &Library, status: &Status, verified: bool) -> Value {
    let at = |ms: Option<i64>| ms.and_then(times::rfc3339);
    let sources: Vec<Value> = status
        .sources
        .iter()
        .map(|source| {
            json!({
                "name": source.name,
                "at": at(source.at_ms),
                "newest": at(source.newest_ms),
                "advisories": source.advisories,
                "withdrawn": source.withdrawn,
                "unreadable": source.unreadable,
                "partly_understood": source.partly_understood,
                "refused": source.refused,
                "exploited": source.exploited,
                "predicted": source.predicted,
            })
        })
        .collect();
    json!({
        "index": library.index_path().display().to_string(),
        "advisories_at": at(status.advisories_at_ms),
        "built_at": at(Some(status.built_at_ms)),
        "advisories": status.advisories,
        "vulnerabilities": status.groups,
        "packages": status.packages,
        "file_bytes": status.file_bytes,
        "verified": verified,
        "sources": sources,
    })
}
