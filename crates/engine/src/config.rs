//! `.bartizan.toml`: what a project says about its own scans.
//!
//! ```toml
//! baselines = ["security/known.json"]
//! min-confidence = "medium"
//!
//! [paths]
//! exclude = ["third_party/**"]
//!
//! [checks]
//! disable = ["generic-password"]
//!
//! [severities]
//! jwt = "low"
//!
//! [[allow]]
//! reason = "the public test account"
//! checks = ["generic-password"]
//! paths = ["tests/**"]
//! secrets = ["^test-.*$"]
//!
//! [[allow]]
//! reason = "bought"
//! checks = ["dependencies.licence-denied"]
//! packages = ["@acme/*", "pkg:npm/left-pad@1.*"]
//!
//! [licences]
//! denied = ["AGPL-*"]
//! ```

use std::{collections::HashMap, sync::Arc};

use checks::{secrets::Allowlist, toml_problem};
use globset::{Glob, GlobSet, GlobSetBuilder};
use model::{Confidence, Severity};
use serde::Deserialize;

use crate::{ExemptPackages, licences::Licences};

/// A configuration that was understood.
#[derive(Clone, Default)]
pub struct Config {
    /// Paths that are not looked at.
    pub excluded: Option<GlobSet>,
    /// Checks that do not run.
    pub disabled: Vec<String>,
    /// If not empty: the only checks that run.
    pub only: Vec<String>,
    /// Severities the user gives.
    pub severities: HashMap<String, Severity>,
    /// Values and paths that are allowed.
    pub allowed: Vec<Arc<Allowlist>>,
    /// Packages that are allowed.
    pub exempt: Vec<Arc<ExemptPackages>>,
    /// Licences that packages may have.
    pub licences: Licences,
    /// Baseline files, relative to the configuration's folder.
    pub baselines: Vec<String>,
    /// Findings below it are not reported.
    pub min_confidence: Option<Confidence>,
}

/// What is wrong, and where.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    baselines: Vec<String>,
    min_confidence: Option<String>,
    #[serde(default)]
    paths: Paths,
    #[serde(default)]
    checks: Checks,
    #[serde(default)]
    severities: HashMap<String, String>,
    #[serde(default)]
    allow: Vec<Allow>,
    #[serde(default)]
    licences: LicenceLists,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LicenceLists {
    #[serde(default)]
    denied: Vec<String>,
    #[serde(default)]
    allowed: Vec<String>,
    #[serde(default)]
    unknown: Unknown,
}

/// What becomes of a package whose licence nobody tells.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Unknown {
    #[default]
    Allow,
    Deny,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Paths {
    #[serde(default)]
    exclude: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Checks {
    #[serde(default)]
    disable: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allow {
    /// For its readers; there is no allow-list without one.
    reason: String,
    #[serde(default)]
    checks: Vec<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    secrets: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
    #[serde(default)]
    packages: Vec<String>,
}

impl Config {
    /// Reads a `.bartizan.toml`.
    ///
    /// # Errors
    /// Says which line or which entry is wrong, and quotes no value: it may be a secret that is allowed.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let file: File =
            toml::from_str(text).map_err(|error| ConfigError(toml_problem(text, &error)))?;
        let mut config = Self {
            excluded: globs(&file.paths.exclude)
                .map_err(|e| ConfigError(format!("paths.exclude: {e}")))?,
            disabled: file.checks.disable,
            only: file.checks.only,
            baselines: file.baselines,
            ..Self::default()
        };
        for (check, word) in file.severities {
            let severity =
                word.parse().map_err(|e| ConfigError(format!("severities.{check}: {e}")))?;
            config.severities.insert(check, severity);
        }
        if let Some(word) = file.min_confidence {
            config.min_confidence =
                Some(word.parse().map_err(|e| ConfigError(format!("min-confidence: {e}")))?);
        }
        for (number, allow) in (1..).zip(file.allow) {
            let fail = |what: String| ConfigError(format!("[[allow]] number {number}: {what}"));
            if allow.reason.trim().is_empty() {
                return Err(fail("needs a reason".into()));
            }
            if !allow.packages.is_empty() {
                config.exempt.push(Arc::new(exempt(allow).map_err(fail)?));
                continue;
            }
            let list = Allowlist::new(allow.checks, &allow.paths, &allow.secrets, allow.commits)
                .map_err(fail)?;
            config.allowed.push(Arc::new(list));
        }
        let LicenceLists { denied, allowed, unknown } = file.licences;
        config.licences = Licences::new(&denied, &allowed, unknown == Unknown::Deny)
            .map_err(|e| ConfigError(format!("licences.{e}")))?;
        Ok(config)
    }
}

fn exempt(allow: Allow) -> Result<ExemptPackages, String> {
    if !allow.secrets.is_empty() || !allow.commits.is_empty() {
        return Err("names packages; secrets and commits have none".to_owned());
    }
    let (purls, names): (Vec<_>, Vec<_>) =
        allow.packages.into_iter().partition(|pattern| pattern.starts_with("pkg:"));
    let packages = |patterns| globs(patterns).map_err(|problem| format!("`packages`: {problem}"));
    Ok(ExemptPackages {
        checks: allow.checks,
        paths: globs(&allow.paths).map_err(|problem| format!("`paths`: {problem}"))?,
        names: packages(&names)?,
        purls: packages(&purls)?,
    })
}

fn globs(patterns: &[String]) -> Result<Option<GlobSet>, String> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for (number, pattern) in (1..).zip(patterns) {
        let glob = Glob::new(pattern);
        set.add(glob.map_err(|error| format!("pattern number {number}: {}", error.kind()))?);
    }
    set.build().map(Some).map_err(|error| error.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_understood() {
        let config = Config::parse(
            "baselines = ['b.json']\nmin-confidence = 'medium'\n[paths]\nexclude = ['x/**']\n[checks]\ndisable = ['jwt']\n\
             [severities]\njwt = 'low'\n[[allow]]\nreason = 'r'\nsecrets = ['^t']\n",
        )
        .unwrap();
        assert_eq!(config.severities.get("jwt"), Some(&Severity::Low));
        assert!(config.excluded.unwrap().is_match("x/y/z"));
        assert_eq!((config.allowed.len(), config.min_confidence), (1, Some(Confidence::Medium)));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, told) in [
            ("[path]\n", "path"),
            ("[severities]\njwt = 'bad'", "severities.jwt"),
            ("[[allow]]\nreason = 'x'\nsecrets = ['(']", "[[allow]] number 1"),
            ("[[allow]]\nreason = ''", "needs a reason"),
            ("[[allow]]\nreason = 'x'\npackages = ['a']\nsecrets = ['b']", "[[allow]] number 1"),
            ("[[allow]]\nreason = 'x'\npackages = ['[']", "`packages`"),
            ("[paths]\nexclude = ['[']", "paths.exclude"),
            ("[licences]\ndenied = ['MIT', '[']", "licences.denied: pattern number 2"),
            ("[licences]\nunknown = 'never'", "unknown"),
        ] {
            let error = Config::parse(text).err().unwrap().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn no_mistake_quotes_a_value() {
        for text in [
            "min-confidence = 's3cret'",
            "[severities]\njwt = 's3cret'",
            "[paths]\nexclude = ['s3cret[']",
            "[[allow]]\nreason = 'r'\nsecrets = 's3cret'",
            "[[allow]]\nreason = 'r'\nsecrets = ['s3cret('",
            "[[allow]]\nreason = 'r'\nsecrets = ['fine', '^s3cret(']",
            "[[allow]]\nreason = 'r'\npaths = ['s3cret[']",
            "[[allow]]\nreason = 'r'\nsecrets = ['s3cret'] # twice\nsecrets = ['s3cret']",
        ] {
            let error = Config::parse(text).err().unwrap().to_string();
            assert!(!error.contains("s3cret"), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}
