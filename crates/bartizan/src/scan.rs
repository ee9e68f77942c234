//! `bartizan scan`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use engine::{Cancel, Outcome, Progress, Scan};
use indicatif::{HumanBytes, HumanCount};
use report::{Repository as ReportedRepository, RuleDoc, ScanReport, Stats};
use sources::{Limits, git::Repository};

use crate::{
    Failure, cli::ScanArguments, key, network, output, progress::Line, remote::Remote, setup,
    target, target::Target, verify,
};

/// The exit code of a process that a user's Ctrl-C ended, as shells tell it (128 and the number of the signal).
const STOPPED: u8 = 130;

pub(crate) fn run(arguments: &ScanArguments) -> Result<ExitCode, Failure> {
    let target = target::understand(
        &arguments.target,
        arguments.history || arguments.branch.is_some() || arguments.staged,
    )?;
    let folder = match &target {
        Target::Files(path) if path.is_dir() => Some(path.as_path()),
        Target::Files(path) => path.parent(),
        Target::Repository(_) => Some(Path::new(&arguments.target)),
        Target::Remote(_) => None,
    };
    // What is wrong with the flags is said before the scan, not after it.
    let providers = arguments
        .verify_secrets
        .then(|| network::provider_client(&arguments.reach, verify::LIMITS))
        .transpose()
        .map_err(Failure::Usage)?;
    let key = key::load();
    let key_id = key.id();
    let setup = setup::prepare(arguments, folder, &key_id).map_err(Failure::Usage)?;
    let cancel = Cancel::default();
    let on_signal = cancel.clone();
    // Without a handler the signal ends the process, which is no worse.
    let _ = ctrlc::set_handler(move || {
        // Who asks twice does not want to wait for a report.
        if on_signal.is_cancelled() {
            std::process::exit(i32::from(STOPPED));
        }
        on_signal.cancel();
    });
    let scan = Scan {
        ruleset: Arc::clone(&setup.ruleset),
        suppressions: setup.suppressions,
        key,
        threads: arguments.jobs.map_or_else(
            || std::thread::available_parallelism().map_or(1, usize::from),
            usize::from,
        ),
        limits: Limits::default(),
        progress: Arc::new(Progress::default()),
        cancel,
    };
    let started_at_ms = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
    let looked = look(arguments, target, &scan)?;
    let mut outcome = looked.outcome;
    outcome.notes.extend(setup.notes);
    if let Some(floor) = setup.min_confidence {
        outcome.retain(|finding| finding.confidence >= floor);
    }
    if let Some(client) = &providers {
        verify::verify(&mut outcome, &setup.ruleset, client, &scan.cancel);
    }
    let rules: Vec<RuleDoc<'_>> = setup.ruleset.rules().iter().map(rule_doc).collect();
    let contents = outcome.stats.contents;
    let typed = arguments.target.to_string_lossy();
    let report = ScanReport {
        tool_version: env!("CARGO_PKG_VERSION"),
        target: looked.url.as_deref().unwrap_or(&typed),
        started_at_ms,
        elapsed: outcome.stats.elapsed,
        findings: &outcome.findings,
        notes: &outcome.notes,
        stats: Stats {
            files: if arguments.history { 0 } else { contents },
            blobs: if arguments.history { contents } else { 0 },
            commits: outcome.stats.commits,
            bytes: outcome.stats.bytes,
        },
        rules: &rules,
        key_id: &key_id,
        complete: outcome.is_complete(),
        history: arguments.history,
        repository: looked
            .commit
            .as_deref()
            .map(|commit| ReportedRepository { url: looked.url.as_deref(), commit: Some(commit) }),
    };
    output::write(
        &report,
        arguments.format,
        arguments.output.as_deref(),
        arguments.show_suppressed,
    )
    .map_err(Failure::Usage)?;
    // The process ends, which frees a thousand rules at once.
    std::mem::forget(setup.ruleset);
    Ok(exit_code(arguments, &outcome))
}

/// What was looked at, and which state of it.
struct Looked {
    outcome: Outcome,
    url: Option<String>,
    commit: Option<String>,
}

fn look(arguments: &ScanArguments, target: Target, scan: &Scan) -> Result<Looked, Failure> {
    match target {
        Target::Files(path) => {
            let _line = progress_of(scan, "files");
            let outcome = scan.directory(&path, !arguments.no_ignore).map_err(Failure::target)?;
            Ok(Looked { outcome, url: None, commit: None })
        }
        Target::Repository(repository) => {
            repository_of(arguments, &repository, arguments.branch.as_deref(), None, scan)
        }
        Target::Remote(_) if arguments.staged => Err(Failure::Usage(anyhow::anyhow!(
            "--staged looks at the index of a repository on this disk"
        ))),
        Target::Remote(url) => {
            let remote = Remote::new(arguments, &url)?;
            let local = remote.fetch(arguments, &scan.cancel)?;
            let repository = Repository::open(&local.path).map_err(Failure::target)?;
            let branch = arguments.branch.as_deref().filter(|_| local.clone.is_none());
            repository_of(arguments, &repository, branch, Some(remote.url()), scan)
        }
    }
}

fn progress_of(scan: &Scan, what: &'static str) -> Line {
    let progress = Arc::clone(&scan.progress);
    Line::show(move || {
        let (contents, bytes) = (HumanCount(progress.contents()), HumanBytes(progress.bytes()));
        format!("{contents} {what}, {bytes}")
    })
}

fn repository_of(
    arguments: &ScanArguments,
    repository: &Repository,
    branch: Option<&str>,
    url: Option<String>,
    scan: &Scan,
) -> Result<Looked, Failure> {
    let _line = progress_of(scan, if arguments.history { "blobs" } else { "files" });
    let commit = match repository.commit(branch) {
        // What the history holds can be looked at whatever became of the commit that was checked out.
        Err(sources::Error::Damaged { .. }) if arguments.history && branch.is_none() => None,
        commit => commit.map_err(Failure::target)?,
    };
    let outcome = match &commit {
        _ if arguments.staged => {
            // git names the index of a partial commit to its hooks (githooks(5)).
            let index = std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
            scan.staged(repository, index.as_deref()).map_err(Failure::target)?
        }
        _ if arguments.history => {
            scan.history(&repository.history(branch).map_err(Failure::target)?)
        }
        Some(commit) => scan.commit(repository, commit).map_err(Failure::target)?,
        None => Outcome::default(),
    };
    Ok(Looked { outcome, url, commit: commit.map(|id| id.as_str().to_owned()) })
}

fn rule_doc(rule: &checks::secrets::Rule) -> RuleDoc<'_> {
    RuleDoc {
        id: &rule.id,
        title: &rule.title,
        description: &rule.what,
        help: &rule.revoke,
        severity: rule.severity,
        confidence: rule.confidence,
        cwe: Some(rule.cwe),
        reference: rule.reference.as_deref(),
        provider: rule.provider.as_deref(),
    }
}

fn exit_code(arguments: &ScanArguments, outcome: &Outcome) -> ExitCode {
    let fails = outcome
        .findings
        .iter()
        .any(|finding| finding.counts() && finding.severity >= arguments.fail_on);
    match (fails, outcome.is_complete()) {
        (true, _) => ExitCode::from(1),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(4),
    }
}
