//! `bartizan advisories sync`.

use std::{
    fmt::Write as _,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use advisories::{Library, Status};
use anyhow::anyhow;
use app::advisories::{Outcome, Progress, Publishers, SyncOptions};
use model::Ecosystem;
use report::{counted, grouped};

use super::{INCOMPLETE, SyncArguments, complain, print, times};
use crate::{Failure, machine::now_ms, network, progress::Line};

pub(super) fn run(library: &Library, arguments: &SyncArguments) -> Result<ExitCode, Failure> {
    let options = options(arguments)?;
    let client = network::mirror_client(
        &arguments.allow_clone_schemes,
        &arguments.allow_private_targets,
        arguments.ca_cert.as_deref(),
    )
    .map_err(Failure::Usage)?;
    let told = Arc::new(Mutex::new(String::new()));
    let line = {
        let told = Arc::clone(&told);
        Line::show(move || told.lock().unwrap_or_else(PoisonError::into_inner).clone())
    };
    let progress = |progress: Progress<'_>| {
        *told.lock().unwrap_or_else(PoisonError::into_inner) = sentence(progress);
    };
    // A signal ends the process: what is stored stays whole, and what was downloaded is continued the next time.
    let report = app::advisories::sync(&client, library, &options, &progress, &Arc::default())
        .map_err(Failure::target)?;
    drop(line);
    let width = report.sources.iter().map(|source| source.name.len()).max().unwrap_or_default();
    let (mut out, mut failed, mut unreadable) = (String::new(), 0, 0);
    for source in &report.sources {
        let _ = match &source.outcome {
            Ok(outcome) => {
                unreadable += unreadable_of(outcome);
                writeln!(out, "{:width$}  {}", source.name, outcome_text(outcome))
            }
            Err(_) => {
                failed += 1;
                writeln!(out, "{:width$}  failed", source.name)
            }
        };
    }
    let count = report.sources.len();
    for source in report.sources {
        if let Err(error) = source.outcome {
            complain(&format!("error: {}: {:#}", source.name, anyhow!(error)));
        }
    }
    out += &match &report.built {
        Some(status) => built(status),
        None if failed == count => String::new(),
        None => "\nThe index is up to date.\n".to_owned(),
    };
    print(&out)?;
    Ok(ExitCode::from(match failed {
        0 if unreadable == 0 => 0,
        0 => INCOMPLETE,
        failed if failed == count => 3,
        _ => INCOMPLETE,
    }))
}

fn options(arguments: &SyncArguments) -> Result<SyncOptions, Failure> {
    let mut ecosystems = Vec::new();
    for name in &arguments.ecosystem {
        let named = |one: &&Ecosystem| one.as_str().eq_ignore_ascii_case(name.trim());
        ecosystems.push(*Ecosystem::ALL.iter().find(named).ok_or_else(|| {
            let known: Vec<&str> = Ecosystem::ALL.iter().map(|one| one.as_str()).collect();
            Failure::Usage(anyhow!(
                "there is no ecosystem `{name}`; there are {}",
                known.join(", ")
            ))
        })?);
    }
    let wanted = |no: bool, url: &String| (!no && !url.is_empty()).then(|| url.clone());
    Ok(SyncOptions {
        publishers: Publishers {
            osv_url: arguments.base_url.clone(),
            kev_url: wanted(arguments.no_kev, &arguments.kev_url),
            epss_url: wanted(arguments.no_epss, &arguments.epss_url),
        },
        ecosystems: (!ecosystems.is_empty()).then_some(ecosystems),
        accept_fewer: arguments.accept_fewer,
        ..SyncOptions::new(now_ms())
    })
}

fn sentence(progress: Progress<'_>) -> String {
    let mib = |bytes: u64| bytes >> 20;
    match progress {
        Progress::Asking(source) => format!("{source}: is there something new?"),
        Progress::Receiving(source, bytes, Some(total)) => {
            format!("{source}: {} of {} MiB", mib(bytes), mib(total))
        }
        Progress::Receiving(source, bytes, None) => format!("{source}: {} MiB", mib(bytes)),
        Progress::Records(source, done, all) => format!("{source}: {done} of {all} records"),
        Progress::Storing(source) => format!("{source}: storing"),
        Progress::Building => "building the index".to_owned(),
    }
}

const fn unreadable_of(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Unchanged => 0,
        Outcome::Replaced { unreadable, .. } | Outcome::Merged { unreadable, .. } => *unreadable,
    }
}

fn outcome_text(outcome: &Outcome) -> String {
    let unreadable = match unreadable_of(outcome) {
        0 => String::new(),
        number => format!(", {} unreadable", grouped(number)),
    };
    match outcome {
        Outcome::Unchanged => "nothing new".to_owned(),
        Outcome::Replaced { documents, .. } => {
            counted(*documents, "document", "documents") + &unreadable
        }
        Outcome::Merged { changed, removed, .. } => {
            let removed = match removed {
                0 => String::new(),
                removed => format!(", {} removed", grouped(*removed)),
            };
            format!("{} new or changed{removed}{unreadable}", grouped(*changed))
        }
    }
}

/// What a new index has.
pub(super) fn built(status: &Status) -> String {
    let at = match status.advisories_at_ms {
        Some(ms) => format!("as of {}", times::since(Some(ms), now_ms())),
        None => "a source does not tell as of when".to_owned(),
    };
    format!(
        "\nThe index has {} about {}; {at}.\n",
        counted(status.advisories, "advisory", "advisories"),
        counted(status.packages, "package", "packages"),
    )
}
