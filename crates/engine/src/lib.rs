//! Runs the checks over a source and makes findings of what they say: one finding for a secret, wherever and however often
//! it stands, suppressed where the user said so, named so that the next scan knows it again.
//!
//! The engine has never heard of a database, a server or a terminal.

pub mod baseline;
mod collect;
pub mod config;
mod dependencies;
mod exempt;
mod finish;
mod identity;
mod keep;
pub mod licences;
mod lines;
mod notes;
mod progress;
mod suppress;
mod target;
mod versions;
mod website;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use checks::{secrets::Ruleset, web};
use model::{Finding, Note, NoteKind, ObjectId, TargetPath};
use sources::{Limits, directory, git};

pub use dependencies::{Dependencies, Listed};
pub use exempt::ExemptPackages;
pub use identity::HashKey;
pub use progress::{Cancel, Progress};
pub use suppress::Suppressions;
pub use website::website_options;

use collect::Collector;
use dependencies::{
    Judged,
    manifests::{Manifests, Reader, Shared},
    reach,
};
use target::Target;

/// What a scan is given beside its target.
pub struct Scan {
    /// What to look for.
    pub ruleset: Arc<Ruleset>,
    /// What packages are judged by; they are not looked for without it.
    pub dependencies: Option<Dependencies>,
    /// What the user does not want to hear of.
    pub suppressions: Suppressions,
    /// Under which secrets are hashed.
    pub key: HashKey,
    /// Worker threads.
    pub threads: usize,
    /// Bounds on what is read.
    pub limits: Limits,
    /// Says how far it is.
    pub progress: Arc<Progress>,
    /// Stops it.
    pub cancel: Cancel,
}

/// What a scan found, and what it looked at.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Worst first; suppressed ones among them.
    pub findings: Vec<Finding>,
    /// What was passed over.
    pub notes: Vec<Note>,
    /// How much was looked at.
    pub stats: Stats,
    /// The packages that files of the target name, by file.
    pub packages: Vec<Listed>,
    /// How well a website does.
    pub grade: Option<web::Grade>,
    /// For each secret of `findings` that a provider can be asked about; see [`Askable`].
    pub askable: Vec<Askable>,
}

/// A found credential and where it is in [`Outcome::findings`]. It lives as long as the scan and is never printed.
pub struct Askable {
    /// Index into the findings.
    pub finding: usize,
    /// The credential.
    pub secret: model::SecretValue,
}

impl std::fmt::Debug for Askable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Askable").field("finding", &self.finding).finish_non_exhaustive()
    }
}

/// How much a scan looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Files, blobs and members of archives.
    pub contents: u64,
    /// Their size.
    pub bytes: u64,
    /// Commits whose trees were walked.
    pub commits: u64,
    /// Wall time.
    pub elapsed: Duration,
}

impl Outcome {
    /// Drops the findings that `keep` does not want.
    pub fn retain(&mut self, keep: impl Fn(&Finding) -> bool) {
        let mut kept = 0;
        let moved: Vec<Option<usize>> = self
            .findings
            .iter()
            .map(|finding| {
                keep(finding).then(|| {
                    kept += 1;
                    kept - 1
                })
            })
            .collect();
        self.findings.retain(|finding| keep(finding));
        self.askable.retain_mut(|askable| {
            let to = moved.get(askable.finding).copied().flatten();
            askable.finding = to.unwrap_or_default();
            to.is_some()
        });
    }

    /// Adds findings that are no secrets, in their places.
    fn add(&mut self, findings: Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        let before = std::mem::take(&mut self.findings);
        let mut all: Vec<(Option<usize>, Finding)> =
            before.into_iter().enumerate().map(|(at, finding)| (Some(at), finding)).collect();
        all.extend(findings.into_iter().map(|finding| (None, finding)));
        all.sort_by(|(_, a), (_, b)| finish::order(a).cmp(&finish::order(b)));
        let now: std::collections::HashMap<usize, usize> =
            all.iter().zip(0..).filter_map(|((before, _), now)| Some(((*before)?, now))).collect();
        for askable in &mut self.askable {
            askable.finding = now.get(&askable.finding).copied().unwrap_or(askable.finding);
        }
        self.findings = all.into_iter().map(|(_, finding)| finding).collect();
    }

    fn add_judged(&mut self, judged: Judged, began: Instant) {
        self.notes.extend(judged.notes);
        self.notes.sort();
        self.add(judged.findings);
        self.packages.extend(judged.listed);
        self.stats.elapsed += began.elapsed();
    }

    /// Whether everything was looked at that a user would expect.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.notes.iter().all(|note| !note.kind.is_incomplete())
    }
}

impl Scan {
    /// One that looks for packages and for nothing else, as fast as one thread is.
    #[must_use]
    pub fn of_packages(dependencies: Dependencies, key: HashKey) -> Self {
        Self {
            ruleset: Arc::new(Ruleset::empty().build()),
            dependencies: Some(dependencies),
            suppressions: Suppressions::default(),
            key,
            threads: 1,
            limits: Limits::default(),
            progress: Arc::new(Progress::default()),
            cancel: Cancel::default(),
        }
    }

    /// Scans a directory or a file as it stands on the disk.
    ///
    /// # Errors
    /// The target cannot be opened.
    pub fn directory(
        &self,
        root: &Path,
        honour_ignore_files: bool,
    ) -> Result<Outcome, sources::Error> {
        let excluded = self.suppressions.excluded_paths();
        let options = directory::Options {
            honour_ignore_files,
            threads: self.threads,
            limits: self.limits,
            is_excluded: Arc::new(move |path: &TargetPath| excluded.contains(path)),
        };
        self.files(&Target::Directory { root, options })
    }

    /// Scans the files of one commit.
    ///
    /// # Errors
    /// The commit cannot be read.
    pub fn commit(
        &self,
        repository: &git::Repository,
        commit: &ObjectId,
    ) -> Result<Outcome, sources::Error> {
        let mut outcome = self.files(&self.target(repository, commit))?;
        outcome.stats.commits = 1;
        Ok(outcome)
    }

    /// Looks for packages only, in the files of one commit, and adds what is found; that they cannot be read, too.
    fn add_packages(&self, repository: &git::Repository, commit: &ObjectId, outcome: &mut Outcome) {
        let reader = Reader::new(self, Manifests::shared(self.dependencies.as_ref(), None));
        let target = self.target(repository, commit);
        if let Err(error) = target.walk(&reader) {
            let message = format!("the packages of {} are not known: {error}", commit.short());
            outcome.notes.push(Note::general(NoteKind::Corrupt, message));
        }
        self.judge(&reader.manifests, &target, outcome);
    }

    fn target<'t>(&self, repository: &'t git::Repository, commit: &'t ObjectId) -> Target<'t> {
        let excluded = self.suppressions.excluded_paths();
        Target::Commit { repository, commit, options: self.git_options(), excluded }
    }

    /// Goes over files, once: for all that is looked for, or, where nothing but packages is, over those that name them.
    fn files(&self, target: &Target<'_>) -> Result<Outcome, sources::Error> {
        let manifests = Manifests::shared(self.dependencies.as_ref(), target.single_file());
        let collector = Collector::new(self);
        if self.dependencies.is_some() && self.ruleset.rules().is_empty() {
            let reader = Reader::telling(self, manifests);
            target.walk(&reader)?;
            let mut outcome = collector.finish(self, |_, _| git::Attribution::default());
            self.judge(&reader.manifests, target, &mut outcome);
            return Ok(outcome);
        }
        let collector = match self.dependencies {
            Some(_) => collector.keeping(&manifests),
            None => collector,
        };
        target.walk(&collector)?;
        let mut outcome = collector.finish(self, |_, _| git::Attribution::default());
        self.judge(&manifests, target, &mut outcome);
        Ok(outcome)
    }

    /// Judges packages that an earlier scan has listed: what is known of them by now.
    #[must_use]
    pub fn packages(&self, listed: Vec<Listed>) -> Outcome {
        let mut outcome = Outcome::default();
        let Some(dependencies) = &self.dependencies else { return outcome };
        let began = Instant::now();
        let judged = dependencies::judge_listed(self, dependencies, &[], listed, &BTreeMap::new());
        outcome.add_judged(judged, began);
        outcome
    }

    /// Judges the packages that files name, and adds what is found.
    fn judge(&self, manifests: &Shared, target: &Target<'_>, outcome: &mut Outcome) {
        let Some(dependencies) = &self.dependencies else { return };
        let began = Instant::now();
        let manifests = std::mem::take(&mut *dependencies::manifests::lock(manifests));
        let mut judged = dependencies::judge(self, dependencies, manifests);
        reach::answer(self, target, &judged.questions, &judged.sources, &mut judged.findings);
        outcome.add_judged(judged, began);
    }

    /// Scans the files that are staged, in the repository's index or in another.
    ///
    /// # Errors
    /// The index or `HEAD` cannot be read.
    pub fn staged(
        &self,
        repository: &git::Repository,
        index: Option<&Path>,
    ) -> Result<Outcome, sources::Error> {
        let collector = Collector::new(self);
        let excluded = self.suppressions.excluded_paths();
        let is_excluded = move |path: &TargetPath| excluded.contains(path);
        repository.scan_staged(index, &self.git_options(), &is_excluded, &collector)?;
        Ok(collector.finish(self, |_, _| git::Attribution::default()))
    }

    /// Scans every content that a repository's history holds, or the part of it that is reachable from `revision`, and looks for
    /// packages in the files of `tip`: what older commits were made of is nobody's concern.
    ///
    /// # Errors
    /// There is no such revision.
    pub fn history(
        &self,
        repository: &git::Repository,
        revision: Option<&str>,
        tip: Option<&ObjectId>,
    ) -> Result<Outcome, sources::Error> {
        let mut outcome = self.contents(&repository.history(revision)?);
        if let Some(tip) = tip {
            self.add_packages(repository, tip, &mut outcome);
        }
        Ok(outcome)
    }

    fn contents(&self, history: &git::History<'_>) -> Outcome {
        let collector = Collector::new(self);
        history.scan(&self.git_options(), &collector);
        let mut outcome = collector.finish(self, |blobs, keep| {
            history.places(blobs, self.threads, keep, &|| self.cancel.is_cancelled())
        });
        if self.ruleset.has_rules_about_paths() {
            outcome.notes.push(Note::general(
                NoteKind::Configuration,
                "rules about paths alone are not run over a history, only over files",
            ));
        }
        outcome
    }

    fn git_options(&self) -> git::Options {
        git::Options { threads: self.threads, limits: self.limits }
    }
}
