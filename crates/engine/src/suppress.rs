//! What the user does not want to hear of, and why: allow-lists, baselines, `.gitleaksignore`. Everything suppressed is
//! kept and counted.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use checks::secrets::{Allowlist, gitleaks::ids};
use globset::GlobSet;
use model::{
    Fingerprint, PackageDetail, Place, SecretHash, SecretValue, Severity, Suppression, TargetPath,
};

use crate::{ExemptPackages, baseline::Baseline, config::Config};

/// All suppressions of a scan.
#[derive(Clone, Default)]
pub struct Suppressions {
    excluded: ExcludedPaths,
    severities: HashMap<String, Severity>,
    /// Values and paths that the configuration allows, for one check or for all (`None`).
    allowed: Vec<Arc<Allowlist>>,
    /// Packages that the configuration allows.
    exempt: Vec<Arc<ExemptPackages>>,
    fingerprints: HashSet<Fingerprint>,
    hashes: HashSet<SecretHash>,
    /// `.gitleaksignore`: `[commit:]path:rule:line`.
    ignored: HashSet<String>,
}

/// One place of a finding.
pub(crate) struct Stood {
    pub(crate) place: Place,
    /// Lines from the beginning of the rule's match to the place.
    pub(crate) lines_into_match: u64,
    /// An allow-list of the rules' own accepts it here.
    pub(crate) is_allowed: bool,
}

/// Paths that are not looked at.
#[derive(Clone, Default)]
pub(crate) struct ExcludedPaths {
    globs: Vec<GlobSet>,
    /// If there: files outside of it are left out. Folders are entered all the same.
    only: Option<GlobSet>,
}

impl ExcludedPaths {
    pub(crate) fn contains(&self, path: &TargetPath) -> bool {
        self.globs.iter().any(|globs| globs.is_match(path.as_str()))
    }

    /// Whether findings at `path` are wanted.
    pub(crate) fn wants(&self, path: &TargetPath) -> bool {
        !self.contains(path) && self.only.as_ref().is_none_or(|only| only.is_match(path.as_str()))
    }
}

impl Suppressions {
    /// Takes what the configuration says.
    #[must_use]
    pub fn from_config(config: &Config) -> Self {
        Self {
            excluded: ExcludedPaths {
                globs: config.excluded.iter().cloned().collect(),
                only: None,
            },
            severities: config.severities.clone(),
            allowed: config.allowed.clone(),
            exempt: config.exempt.clone(),
            ..Self::default()
        }
    }

    /// Adds a baseline. Where it was made under the same key its secrets are known by their hashes, wherever they stand, and
    /// another secret on the same line is not; otherwise its findings are known by their fingerprints.
    pub fn add_baseline(&mut self, baseline: &Baseline, key_id: &str) {
        let is_comparable = baseline.key_id.as_deref() == Some(key_id);
        for known in &baseline.known {
            match known.hash.filter(|_| is_comparable) {
                Some(hash) => self.hashes.insert(hash),
                None => self.fingerprints.insert(known.fingerprint),
            };
        }
        self.ignored.extend(baseline.foreign.iter().cloned());
    }

    /// Adds the lines of a `.gitleaksignore`.
    pub fn add_ignore_file(&mut self, text: &str) {
        let lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        self.ignored.extend(lines.map(|line| line.replace('\\', "/")));
    }

    /// Looks only at paths that `only` names, if it is there, and at none that `without` names.
    pub fn only_paths(&mut self, only: Option<GlobSet>, without: Option<GlobSet>) {
        self.excluded.only = only;
        self.excluded.globs.extend(without);
    }

    /// The severity the user gives to a check.
    #[must_use]
    pub fn severity(&self, check: &str) -> Option<Severity> {
        self.severities.get(check).copied()
    }

    /// Whether findings at `path` are wanted.
    pub(crate) fn wants(&self, path: &TargetPath) -> bool {
        self.excluded.wants(path)
    }

    pub(crate) fn excluded_paths(&self) -> ExcludedPaths {
        self.excluded.clone()
    }

    /// Why a finding of `check` at `places`, which may be gone through more than once, does not count. An allow-list must hold
    /// at every place.
    pub(crate) fn reason<I: Iterator<Item = Stood>>(
        &self,
        check: &str,
        fingerprint: Fingerprint,
        secret: Option<(&SecretValue, SecretHash)>,
        places: impl Fn() -> I,
    ) -> Option<Suppression> {
        if self.fingerprints.contains(&fingerprint)
            || secret.is_some_and(|(_, hash)| self.hashes.contains(&hash))
        {
            return Some(Suppression::Baseline);
        }
        if !self.ignored.is_empty() && places().all(|stood| self.is_ignored(check, &stood)) {
            return Some(Suppression::IgnoreFile);
        }
        let value = secret.map_or(&[][..], |(value, _)| value.expose());
        places()
            .all(|stood| self.is_allowed(check, value, &stood))
            .then_some(Suppression::Configuration)
    }

    /// Why a finding of `check` about a package does not count.
    pub(crate) fn reason_of_package(
        &self,
        check: &str,
        fingerprint: Fingerprint,
        detail: &PackageDetail,
        places: &[Place],
    ) -> Option<Suppression> {
        let stood = || {
            places.iter().map(|place| Stood {
                place: place.clone(),
                lines_into_match: 0,
                is_allowed: false,
            })
        };
        let is_exempt = |exempt: &Arc<ExemptPackages>| {
            exempt.holds(check, &detail.package, detail.purl.as_deref(), places)
        };
        let exempt = || self.exempt.iter().any(is_exempt).then_some(Suppression::Configuration);
        self.reason(check, fingerprint, None, stood).or_else(exempt)
    }

    /// Whether a secret of `check` would not count if it stood at this place alone.
    pub(crate) fn accepts(&self, check: &str, secret: &SecretValue, stood: &Stood) -> bool {
        self.is_allowed(check, secret.expose(), stood)
            || !self.ignored.is_empty() && self.is_ignored(check, stood)
    }

    fn is_allowed(&self, check: &str, value: &[u8], stood: &Stood) -> bool {
        stood.is_allowed
            || self.allowed.iter().any(|list| {
                let commit = stood.place.commit.as_ref().map(|commit| commit.id.as_str());
                list.allows(check, value, stood.place.path.as_str(), commit)
            })
    }

    /// Whether `.gitleaksignore` or a report of gitleaks names it, under our check's name or one of theirs, by the line of the
    /// secret or, as they have it, of the match.
    fn is_ignored(&self, check: &str, stood: &Stood) -> bool {
        let line = stood.place.span.map_or(0, |span| span.start.line);
        let lines = [line, line.saturating_sub(stood.lines_into_match)];
        let path = stood.place.path.as_str();
        // They separate archive and member by `!` alone.
        let paths = [path.to_owned(), path.replace("!/", "!")];
        let commit = stood.place.commit.as_ref().map(|commit| commit.id.as_str());
        std::iter::once(check).chain(ids::theirs(check).iter().copied()).any(|check| {
            lines.iter().any(|line| {
                paths.iter().any(|path| {
                    let here = format!("{path}:{check}:{line}");
                    self.ignored.contains(&here)
                        || commit.is_some_and(|commit| {
                            self.ignored.contains(&format!("{commit}:{here}"))
                        })
                })
            })
        })
    }
}
