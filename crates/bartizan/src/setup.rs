//! What a scan is given: the rules, the configuration, the baselines.
//!
//! A configuration in the target is the user's word only where the target is the user's own: a repository that was
//! fetched does not get to say what is not to be found in it.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result, anyhow, bail};
use checks::{
    dependencies,
    secrets::{
        Allowlist, Condition, Pattern, Ruleset, RulesetBuilder,
        gitleaks::{self, Configuration, Extended},
    },
    web,
};
use engine::{Suppressions, baseline::Baseline, config::Config, licences::Licences};
use globset::{GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use model::{CheckId, Confidence, Note, NoteKind, Scanner};

use crate::{cli::ScanArguments, files};

/// Largest configuration and baseline, in bytes.
const MAX_CONFIG_BYTES: u64 = 4 << 20;
const MAX_BASELINE_BYTES: u64 = 256 << 20;

/// All of it.
pub(crate) struct Setup {
    pub(crate) ruleset: Arc<Ruleset>,
    /// Rules that mask what is shown of a website, and of whose finds nothing is told.
    pub(crate) silent_rules: HashSet<String>,
    /// The checks of packages that run.
    pub(crate) dependency_checks: Vec<&'static str>,
    /// The checks of websites that run.
    pub(crate) website_checks: Vec<&'static web::Check>,
    pub(crate) suppressions: Suppressions,
    pub(crate) licences: Licences,
    pub(crate) min_confidence: Option<Confidence>,
    /// What of the configuration had no effect.
    pub(crate) notes: Vec<Note>,
}

/// The configurations of a scan; each may be absent.
#[derive(Default)]
struct Files {
    /// Of our own form: its content, and its path for messages and what it names.
    ours: Option<(PathBuf, String)>,
    /// Of the form of gitleaks, and the folder that it may not lead out of.
    theirs: Option<(PathBuf, String, Option<PathBuf>)>,
}

/// Reads what there is. `folder` is the target's own, if it may configure its scan.
pub(crate) fn prepare(
    arguments: &ScanArguments,
    folder: Option<&Path>,
    is_website: bool,
    key_id: &str,
) -> Result<Setup> {
    let builder = Ruleset::builder()?;
    let built_in: Vec<CheckId> = builder.ids().cloned().collect();
    let files = configurations(arguments, folder)?;
    let (config, config_folder) = match &files.ours {
        Some((path, text)) => (
            Config::parse(text).with_context(|| format!("configuration {}", path.display()))?,
            path.parent().unwrap_or(Path::new("")).to_owned(),
        ),
        None => (Config::default(), PathBuf::new()),
    };
    let (mut builder, notes) = match &files.theirs {
        Some((path, text, inside)) => with_gitleaks(builder, path, text, inside.as_deref())?,
        None => (builder, Vec::new()),
    };
    let mut suppressions = Suppressions::from_config(&config);
    // A check that a configuration took away is still a check.
    let dependency_checks = dependencies::CHECKS.into_iter().map(|check| check.id.clone());
    let website_checks = web::catalogue().map(|check| check.id.clone());
    let known: Vec<CheckId> = builder
        .ids()
        .cloned()
        .chain(built_in)
        .chain(dependency_checks)
        .chain(website_checks)
        .collect();
    let configured = Selection::of(&known, &config.only, &config.disabled)?;
    let named = |words: &[String]| match is_website {
        true => words.iter().map(|word| category(word)).collect(),
        false => words.to_vec(),
    };
    let (only_checks, only_paths) = sort_out(&known, &named(&arguments.only));
    let (excluded_checks, excluded_paths) = sort_out(&known, &named(&arguments.exclude));
    // Of a website a path is written as one.
    for (flag, words) in [("--only", &only_paths), ("--exclude", &excluded_paths)] {
        let is_nothing = |word: &&String| is_website && !word.contains(['/', '*']);
        if let Some(word) = words.iter().find(is_nothing) {
            bail!("{flag}: there is no check or category `{word}`; `bartizan checks` lists them");
        }
    }
    // What names nothing would leave nothing to be looked at, and the scan would pass.
    if let Some(word) = only_paths.iter().find(|word| names_nothing(word, folder)) {
        bail!(
            "--only: `{word}` is neither a check (`bartizan checks` lists them) nor a path of the target"
        );
    }
    let asked = Selection::of(&known, &only_checks, &excluded_checks)?;
    let wants =
        |scanner, check: &str| configured.wants(scanner, check) && asked.wants(scanner, check);
    let mut silent_rules = HashSet::new();
    if is_website {
        // Credentials of a website are told under checks of websites, which `only` chooses; and all rules mask what is shown of it.
        let is_silent = |rule: &&str| {
            configured.excludes(Scanner::Secrets, rule) || asked.excludes(Scanner::Secrets, rule)
        };
        let ids = builder.ids().map(CheckId::as_str);
        silent_rules = ids.filter(is_silent).map(str::to_owned).collect();
    } else {
        builder = builder.retain(|rule| wants(Scanner::Secrets, rule.id.as_str()));
    }
    let dependency_checks = dependencies::CHECKS
        .map(|check| check.id.as_str())
        .into_iter()
        .filter(|check| wants(Scanner::Dependencies, check))
        .collect();
    let website_checks: Vec<_> =
        web::catalogue().filter(|check| wants(Scanner::Website, check.id.as_str())).collect();
    if is_website && website_checks.is_empty() {
        bail!("no check of websites is left by --only, --exclude and the configuration");
    }
    suppressions.only_paths(globs(&only_paths)?, globs(&excluded_paths)?);
    let baselines = config.baselines.iter().map(|name| config_folder.join(name));
    for path in baselines.clone() {
        // What the user types may be a pipe; what a file names is a file.
        if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
            bail!("configuration: baselines: {} is not a file", path.display());
        }
    }
    for path in arguments.baseline.iter().cloned().chain(baselines) {
        let text = files::text(&path, MAX_BASELINE_BYTES)?;
        let baseline =
            Baseline::parse(&text).with_context(|| format!("baseline {}", path.display()))?;
        suppressions.add_baseline(&baseline, key_id);
    }
    if let Some(path) = found(folder, ".gitleaksignore")? {
        suppressions.add_ignore_file(&files::text(&path, MAX_CONFIG_BYTES)?);
    }
    Ok(Setup {
        licences: config.licences,
        ruleset: Arc::new(builder.build()),
        silent_rules,
        dependency_checks,
        website_checks,
        suppressions,
        min_confidence: arguments.min_confidence.or(config.min_confidence),
        notes: notes.into_iter().map(|note| Note::general(NoteKind::Configuration, note)).collect(),
    })
}

fn configurations(arguments: &ScanArguments, folder: Option<&Path>) -> Result<Files> {
    let mut files = Files::default();
    if let Some(path) = &arguments.config {
        let text = files::text(path, MAX_CONFIG_BYTES)?;
        if is_of_gitleaks(path, &text) {
            files.theirs = Some((path.clone(), text, None));
        } else {
            files.ours = Some((path.clone(), text));
        }
        return Ok(files);
    }
    let own = |name: &str| -> Result<Option<(PathBuf, String)>> {
        match found(folder, name)? {
            Some(path) => files::text(&path, MAX_CONFIG_BYTES).map(|text| Some((path, text))),
            None => Ok(None),
        }
    };
    files.ours = own(".bartizan.toml")?;
    files.theirs = own(".gitleaks.toml")?
        .map(|(path, text)| (path, text, Some(folder.unwrap_or(Path::new("")).to_owned())));
    Ok(files)
}

/// The name decides where it says so; otherwise the keys that only one of the two formats has.
fn is_of_gitleaks(path: &Path, text: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if name.ends_with("gitleaks.toml") {
        return true;
    }
    !name.ends_with("bartizan.toml") && gitleaks::is_one(text)
}

/// Applies a configuration of gitleaks. `inside` is the folder that it came with and may not lead out of.
fn with_gitleaks(
    builder: RulesetBuilder,
    path: &Path,
    text: &str,
    inside: Option<&Path>,
) -> Result<(RulesetBuilder, Vec<String>)> {
    let mut open = |wanted: &str, from: &str| {
        extended(wanted, Path::new(from), inside).map_err(|error| format!("{error:#}"))
    };
    let configuration = Configuration::read(&path.display().to_string(), text, &mut open)
        .context("configuration")?;
    let mut applied = configuration.apply(builder).context("configuration")?;
    if inside.is_some() {
        // It is made of patterns that look like what they look for; gitleaks passes it over as well.
        let itself = Pattern::loose(r"^\.gitleaks\.toml$").map_err(|error| anyhow!(error))?;
        applied.builder = applied.builder.with_allowlist(Allowlist {
            path_patterns: vec![itself],
            condition: Condition::Any,
            ..Allowlist::default()
        });
    }
    Ok((applied.builder, applied.notes))
}

/// The file at `wanted`: seen from the file that names it or, as gitleaks sees it, from the working directory.
fn extended(wanted: &str, from: &Path, inside: Option<&Path>) -> Result<Extended> {
    let beside = from.parent().unwrap_or(Path::new("")).join(wanted);
    let path = [beside, PathBuf::from(wanted)]
        .into_iter()
        .find(|path| path.is_file())
        .with_context(|| format!("there is no file `{wanted}`"))?;
    let whole = path.canonicalize().with_context(|| format!("cannot read `{wanted}`"))?;
    if let Some(folder) = inside {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let folder = folder.canonicalize().with_context(|| format!("cannot read `{wanted}`"))?;
        if !whole.starts_with(folder) {
            bail!(
                "`{wanted}` lies outside of the scanned folder; name the configuration with --config if you trust it"
            );
        }
    }
    let text = files::text(&whole, MAX_CONFIG_BYTES)?;
    Ok(Extended { name: whole.display().to_string(), text })
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

/// Whether a word is written like a check, and is no path of the target, as far as the target is here to be asked: a check that is
/// misspelt.
fn names_nothing(word: &str, folder: Option<&Path>) -> bool {
    let is_like_a_check =
        word.contains('-') && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_like_a_check && folder.is_none_or(|folder| !folder.join(word).exists())
}

/// The first word of checks of websites stands for all of them.
fn category(word: &str) -> String {
    match web::catalogue().any(|check| check.category() == word) {
        true => format!("{word}.*"),
        false => word.to_owned(),
    }
}

/// Tells checks from paths: what names a check is one.
fn sort_out(known: &[CheckId], words: &[String]) -> (Vec<String>, Vec<String>) {
    words.iter().cloned().partition(|word| {
        Scanner::parse(word).is_some() || glob(word).is_ok_and(|glob| is_among(known, &glob))
    })
}

/// Which checks run.
pub(crate) struct Selection {
    /// All, where nothing is named.
    only: Option<NamedChecks>,
    without: Option<NamedChecks>,
}

impl Selection {
    /// Those that `only` names, or all if it is empty, but those that `without` names.
    fn of(known: &[CheckId], only: &[String], without: &[String]) -> Result<Self> {
        Ok(Self { only: NamedChecks::of(known, only)?, without: NamedChecks::of(known, without)? })
    }

    pub(crate) fn wants(&self, of: Scanner, check: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.names(of, check)) && !self.excludes(of, check)
    }

    /// Whether a check is named among those that do not run.
    fn excludes(&self, of: Scanner, check: &str) -> bool {
        self.without.as_ref().is_some_and(|without| without.names(of, check))
    }
}

/// Checks, by the name of their scanner or by globs of their ids.
struct NamedChecks {
    scanners: Vec<Scanner>,
    ids: Option<GlobSet>,
}

impl NamedChecks {
    /// `None` where there are no words.
    fn of(known: &[CheckId], words: &[String]) -> Result<Option<Self>> {
        let (mut scanners, mut ids) = (Vec::new(), Vec::new());
        for word in words {
            match Scanner::parse(word) {
                Some(scanner) => scanners.push(scanner),
                None if !is_among(known, &glob(word)?) => {
                    bail!("there is no check `{word}`; `bartizan checks` lists them");
                }
                None => ids.push(word.clone()),
            }
        }
        Ok((!words.is_empty()).then_some(Self { scanners, ids: globs(&ids)? }))
    }

    fn names(&self, of: Scanner, check: &str) -> bool {
        self.scanners.contains(&of) || self.ids.as_ref().is_some_and(|ids| ids.is_match(check))
    }
}

fn is_among(known: &[CheckId], glob: &GlobMatcher) -> bool {
    known.iter().any(|id| glob.is_match(id.as_str()))
}

fn glob(pattern: &str) -> Result<GlobMatcher> {
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
