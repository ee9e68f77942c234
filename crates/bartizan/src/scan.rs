//! `bartizan scan`.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, Result, bail};
use checks::web;
use engine::{Cancel, Dependencies, Outcome, Progress, Scan, licences::Licences};
use indicatif::{HumanBytes, HumanCount};
use model::Scanner;
use report::{Grade, GradeTest, Repository as ReportedRepository, ScanReport, Stats};
use sources::{Limits, git::Repository};

use crate::{
    Failure,
    cli::{Reach, ScanArguments},
    data, files, key, machine, network, output,
    progress::Line,
    remote::Remote,
    setup, target,
    target::Target,
    verify, website,
};

/// Largest document of statements about exploitability, in bytes.
const MAX_VEX_BYTES: u64 = 64 << 20;
/// The exit code of a process that a user's Ctrl-C ended, as shells tell it (128 and the number of the signal).
const STOPPED: u8 = 130;

pub(crate) fn run(arguments: &ScanArguments) -> Result<ExitCode, Failure> {
    let target = target::understand(
        &arguments.target,
        arguments.history || arguments.branch.is_some() || arguments.staged,
    )?;
    let website = website::understand(&target, arguments)?;
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
    let setup =
        setup::prepare(arguments, folder, website.is_some(), &key_id).map_err(Failure::Usage)?;
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
        dependencies: dependencies(
            arguments,
            &setup.dependency_checks,
            setup.licences,
            folder.is_some(),
        )?,
        suppressions: setup.suppressions,
        key,
        threads: arguments.jobs.map_or_else(machine::threads, usize::from),
        limits: Limits::default(),
        progress: Arc::new(Progress::default()),
        cancel,
    };
    let started_at_ms = machine::now_ms();
    let look = Look {
        history: arguments.history,
        staged: arguments.staged,
        branch: arguments.branch.as_deref(),
        honour_ignore_files: !arguments.no_ignore,
        reach: &arguments.reach,
    };
    let looked = match &website {
        Some(website) => website.look(&scan, &setup.website_checks, &setup.silent_rules)?,
        None => look.at(target, &scan)?,
    };
    let mut outcome = looked.outcome;
    outcome.notes.extend(setup.notes);
    outcome.retain(|finding| {
        finding.scanner != Scanner::Dependencies
            || setup.dependency_checks.contains(&finding.check.as_str())
    });
    if let Some(floor) = setup.min_confidence {
        outcome.retain(|finding| finding.confidence >= floor);
    }
    if let Some(client) = &providers {
        verify::verify(&mut outcome, &setup.ruleset, client, &scan.cancel);
    }
    let tests: Vec<GradeTest> =
        outcome.grade.iter().flat_map(|grade| &grade.tests).map(of_test).collect();
    let letter = outcome.grade.as_ref().map(|grade| grade.letter.to_string());
    let grade = outcome.grade.as_ref().zip(letter.as_deref());
    let grade = grade.map(|(grade, letter)| Grade { letter, score: grade.score, tests: &tests });
    let rules = app::rule_docs_of(&setup.ruleset, &outcome.findings);
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
            files: if arguments.history || website.is_some() { 0 } else { contents },
            resources: if website.is_some() { contents } else { 0 },
            blobs: if arguments.history { contents } else { 0 },
            commits: outcome.stats.commits,
            bytes: outcome.stats.bytes,
            packages: packages(&outcome),
        },
        rules: &rules,
        key_id: &key_id,
        complete: outcome.is_complete(),
        history: arguments.history,
        packages_judged: scan.dependencies.as_ref().is_some_and(|judge| judge.index.is_some()),
        advisories_at_ms: scan
            .dependencies
            .as_ref()
            .and_then(|judge| judge.index.as_ref()?.status().advisories_at_ms),
        grade,
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
pub(crate) struct Looked {
    pub(crate) outcome: Outcome,
    pub(crate) url: Option<String>,
    pub(crate) commit: Option<String>,
}

/// Which part of a target is looked at, and how it is reached.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    /// All that was ever committed.
    pub(crate) history: bool,
    /// What is about to be.
    pub(crate) staged: bool,
    pub(crate) branch: Option<&'a str>,
    pub(crate) honour_ignore_files: bool,
    pub(crate) reach: &'a Reach,
}

impl Look<'_> {
    pub(crate) fn at(self, target: Target, scan: &Scan) -> Result<Looked, Failure> {
        match target {
            Target::Files(path) => {
                let _line = progress_of(scan, "files");
                let outcome =
                    scan.directory(&path, self.honour_ignore_files).map_err(Failure::target)?;
                Ok(Looked { outcome, url: None, commit: None })
            }
            Target::Repository(repository) => self.at_repository(&repository, None, scan),
            Target::Remote(_) if self.staged => Err(Failure::Usage(anyhow::anyhow!(
                "--staged looks at the index of a repository on this disk"
            ))),
            Target::Remote(url) => {
                let remote = Remote::new(self.reach, &url)?;
                let local = remote.fetch(self, &scan.cancel)?;
                let repository = Repository::open(&local.path).map_err(Failure::target)?;
                // A clone has nothing else.
                let branch = self.branch.filter(|_| local.clone.is_none());
                Self { branch, ..self }.at_repository(&repository, Some(remote.url()), scan)
            }
        }
    }

    fn at_repository(
        self,
        repository: &Repository,
        url: Option<String>,
        scan: &Scan,
    ) -> Result<Looked, Failure> {
        let _line = progress_of(scan, if self.history { "blobs" } else { "files" });
        let commit = match repository.commit(self.branch) {
            // What the history holds can be looked at whatever became of the commit that was checked out.
            Err(sources::Error::Damaged { .. }) if self.history && self.branch.is_none() => None,
            commit => commit.map_err(Failure::target)?,
        };
        let outcome = match &commit {
            _ if self.staged => {
                // git names the index of a partial commit to its hooks (githooks(5)).
                let index = std::env::var_os("GIT_INDEX_FILE").map(PathBuf::from);
                scan.staged(repository, index.as_deref()).map_err(Failure::target)?
            }
            _ if self.history => {
                scan.history(repository, self.branch, commit.as_ref()).map_err(Failure::target)?
            }
            Some(commit) => scan.commit(repository, commit).map_err(Failure::target)?,
            None => Outcome::default(),
        };
        Ok(Looked { outcome, url, commit: commit.map(|id| id.as_str().to_owned()) })
    }
}

fn progress_of(scan: &Scan, what: &'static str) -> Line {
    let progress = Arc::clone(&scan.progress);
    Line::show(move || {
        let (contents, bytes) = (HumanCount(progress.contents()), HumanBytes(progress.bytes()));
        format!("{contents} {what}, {bytes}")
    })
}

/// How many packages were listed, each version once.
fn packages(outcome: &Outcome) -> u64 {
    let lists = outcome.packages.iter();
    let all = lists.flat_map(|listed| listed.list.dependencies.iter());
    all.map(|dependency| &dependency.package).collect::<HashSet<_>>().len() as u64
}

/// What packages are judged by, if anything is to be said of them. What is about to be committed is looked at for secrets only: a
/// lock file that changes was judged where it was made.
fn dependencies(
    arguments: &ScanArguments,
    wanted: &[&'static str],
    licences: Licences,
    is_own: bool,
) -> Result<Option<Dependencies>, Failure> {
    if wanted.is_empty() || arguments.staged {
        return Ok(None);
    }
    let library = data::library(arguments.data_dir.as_deref());
    let index = match library.as_ref().map(data::index) {
        None => None,
        // Somebody else's home, or none.
        Some(Err(advisories::Error::Io { .. })) if arguments.data_dir.is_none() => None,
        Some(index) => {
            let told = "the index of advisories cannot be used; `bartizan advisories sync` makes a new one";
            index.context(told).map_err(Failure::Usage)?
        }
    };
    let document = |path: &PathBuf| {
        let document = formats::vex::read(&files::bytes(path, MAX_VEX_BYTES)?);
        match (document.statements.as_slice(), document.problems.first()) {
            ([], Some(problem)) => bail!("{}: {}", path.display(), problem.message),
            _ => Ok(document),
        }
    };
    Ok(Some(Dependencies {
        index: index.filter(|index| index.status().advisories > 0).map(Arc::new),
        vex: arguments.vex.iter().map(document).collect::<Result<_>>().map_err(Failure::Usage)?,
        trusts_target: is_own,
        without_development: arguments.no_dev,
        licences,
    }))
}

const fn of_test(test: &web::Test) -> GradeTest {
    GradeTest { name: test.name, modifier: test.modifier, sentence: test.sentence }
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
