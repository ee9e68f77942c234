//! What a scan is given: the rules, the configuration, the baselines.
//!
//! A configuration in the target is the user's word only where the target is the user's own: a repository that was
//! fetched does not get to say what is not to be found in it.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, anyhow, bail};
use checks::secrets::{Ruleset, RulesetBuilder};
use engine::{Suppressions, baseline::Baseline, config::Config};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use model::Confidence;

use crate::cli::ScanArguments;

/// Largest configuration and baseline, in bytes.
const MAX_CONFIG_BYTES: u64 = 4 << 20;
const MAX_BASELINE_BYTES: u64 = 256 << 20;

/// All of it.
pub(crate) struct Setup {
    pub(crate) ruleset: Arc<Ruleset>,
    pub(crate) suppressions: Suppressions,
    pub(crate) min_confidence: Option<Confidence>,
}

/// Reads what there is. `folder` is the target's own, if it may configure its scan.
pub(crate) fn prepare(
    arguments: &ScanArguments,
    folder: Option<&Path>,
    key_id: &str,
) -> Result<Setup> {
    let mut builder = Ruleset::builder()?;
    let (config, config_folder) = configuration(arguments, folder)?;
    let mut suppressions = Suppressions::from_config(&config);
    builder = select(builder, &config.only, &config.disabled)?;
    let (only_checks, only_paths) = sort_out(&builder, &arguments.only);
    let (excluded_checks, excluded_paths) = sort_out(&builder, &arguments.exclude);
    builder = select(builder, &only_checks, &excluded_checks)?;
    suppressions.only_paths(globs(&only_paths)?, globs(&excluded_paths)?);
    let configured = config.baselines.iter().map(|name| config_folder.join(name));
    for path in configured.clone() {
        // What the user types may be a pipe; what a file names is a file.
        if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
            bail!("configuration: baselines: {} is not a file", path.display());
        }
    }
    for path in arguments.baseline.iter().cloned().chain(configured) {
        let text = read(&path, MAX_BASELINE_BYTES)?;
        let baseline =
            Baseline::parse(&text).with_context(|| format!("baseline {}", path.display()))?;
        suppressions.add_baseline(&baseline, key_id);
    }
    if let Some(path) = found(folder, ".gitleaksignore")? {
        suppressions.add_ignore_file(&read(&path, MAX_CONFIG_BYTES)?);
    }
    Ok(Setup {
        ruleset: Arc::new(builder.build()),
        suppressions,
        min_confidence: arguments.min_confidence.or(config.min_confidence),
    })
}

fn configuration(arguments: &ScanArguments, folder: Option<&Path>) -> Result<(Config, PathBuf)> {
    let path = match &arguments.config {
        Some(path) => Some(path.clone()),
        None => found(folder, ".bartizan.toml")?,
    };
    let Some(path) = path else { return Ok((Config::default(), PathBuf::new())) };
    let text = read(&path, MAX_CONFIG_BYTES)?;
    let config =
        Config::parse(&text).with_context(|| format!("configuration {}", path.display()))?;
    Ok((config, path.parent().unwrap_or(Path::new("")).to_owned()))
}

/// The file of that name in the target. A link might lead out of it, to a file whose lines an error would quote, and a pipe
/// might never end.
fn found(folder: Option<&Path>, name: &str) -> Result<Option<PathBuf>> {
    let Some(path) = folder.map(|folder| folder.join(name)) else { return Ok(None) };
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_file() => Ok(Some(path)),
        Ok(metadata) if !metadata.is_dir() => {
            bail!("{} is a link, a pipe or a device; it must be a file", path.display())
        }
        _ => Ok(None),
    }
}

fn read(path: &Path, limit: u64) -> Result<String> {
    let told = || format!("cannot read {}", path.display());
    let file = fs::File::open(path).with_context(told)?;
    let mut text = String::new();
    file.take(limit + 1).read_to_string(&mut text).with_context(told)?;
    if text.len() as u64 > limit {
        bail!("{} is larger than {} MiB", path.display(), limit >> 20);
    }
    Ok(text)
}

/// Tells checks from paths: what names a check is one.
fn sort_out(builder: &RulesetBuilder, words: &[String]) -> (Vec<String>, Vec<String>) {
    words
        .iter()
        .cloned()
        .partition(|word| glob(word).is_ok_and(|glob| builder.ids().any(|id| glob.is_match(id))))
}

fn select(builder: RulesetBuilder, only: &[String], without: &[String]) -> Result<RulesetBuilder> {
    for word in only.iter().chain(without) {
        let glob = glob(word)?;
        if !builder.ids().any(|id| glob.is_match(id)) {
            return Err(anyhow!("there is no check `{word}`; `bartizan checks` lists them"));
        }
    }
    let (only, without) = (globs(only)?, globs(without)?);
    Ok(builder.retain(|rule| {
        let id = rule.id.as_str();
        only.as_ref().is_none_or(|globs| globs.is_match(id))
            && without.as_ref().is_none_or(|globs| !globs.is_match(id))
    }))
}

fn glob(pattern: &str) -> Result<globset::GlobMatcher> {
    Ok(GlobBuilder::new(pattern).build().with_context(|| format!("`{pattern}`"))?.compile_matcher())
}

/// A name without a slash stands for what it names at any depth, a folder for all that is in it.
fn globs(patterns: &[String]) -> Result<Option<GlobSet>> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let trimmed = pattern.trim_end_matches('/').trim_start_matches("./");
        let rooted =
            if trimmed.contains('/') { trimmed.to_owned() } else { format!("**/{trimmed}") };
        for form in [trimmed.to_owned(), rooted.clone(), format!("{rooted}/**")] {
            set.add(GlobBuilder::new(&form).build().with_context(|| format!("`{pattern}`"))?);
        }
    }
    Ok(Some(set.build()?))
}
