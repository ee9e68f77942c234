//! What can be typed. The texts are the user's first documentation.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::{Confidence, Severity};

use crate::{
    advisories_command::AdvisoriesArguments,
    server_command::{AdminArguments, ServeArguments, WorkerArguments},
};

/// Finds secrets in code and its history, packages with known vulnerabilities, and what is wrong with websites.
#[derive(Debug, Parser)]
#[command(name = "bartizan", version, about, long_about = None, disable_help_subcommand = true, after_help = "\
Start with:
  bartizan scan .                    the files below this folder
  bartizan scan . --history          everything that was ever committed
  bartizan scan https://example.com  a website, as any visitor sees it
  bartizan sbom .                    the packages that are locked there
  bartizan checks                    what is looked for
  bartizan serve                     a server for teams, on http://127.0.0.1:8080")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Scan a folder, a file or a git repository
    Scan(Box<ScanArguments>),
    /// Write the list of packages that a folder, a file or a repository names (a bill of materials)
    Sbom(Box<SbomArguments>),
    /// List the checks, or show the page of one
    Checks(ChecksArguments),
    /// Fetch, import and look up what is known about vulnerabilities of packages
    Advisories(Box<AdvisoriesArguments>),
    /// Run the server: APIs, and workers that scan
    Serve(Box<ServeArguments>),
    /// Run scans of a server's queue in another process or on another machine
    Worker(Box<WorkerArguments>),
    /// Manage a server's organizations and users from its machine
    Admin(Box<AdminArguments>),
    /// Write a completion script for a shell to standard output
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  bartizan scan .
  bartizan scan . --history --format sarif --output bartizan.sarif
  bartizan scan https://github.com/rust-lang/log.git --history
  bartizan scan https://example.com --pages 50
  bartizan scan https://example.com --browser pages as their scripts make them
  bartizan scan . --baseline known.json       report only what is new
  bartizan scan . --only 'aws-*' --exclude 'docs/**'
  bartizan scan . --staged                    for a pre-commit hook
  BARTIZAN_GIT_TOKEN=... bartizan scan https://git.example.com/team/private.git

BARTIZAN_GIT_TOKEN (with BARTIZAN_GIT_USER, if the host looks at it) is given to a git server that asks.

A finding is suppressed by a comment on its line, `bartizan:ignore` or `bartizan:ignore[check-id]`
(`gitleaks:allow` is understood), by a `.bartizan.toml` or `.gitleaks.toml` in the scanned folder, by a
`.gitleaksignore`, or by a baseline. Suppressed findings are counted.

Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage, 3 the target could not be read,
4 nothing found, but something could not be looked at.")]
pub(crate) struct ScanArguments {
    /// A folder, a file, a git repository on this disk or the URL of one, or a website
    #[arg(value_name = "PATH | URL", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) target: OsString,

    /// Look at everything that was ever committed, not only at the files of today
    #[arg(long)]
    pub(crate) history: bool,

    /// Look at what the next commit would bring: files whose content in git's index is not that of HEAD
    #[arg(long, conflicts_with_all = ["history", "branch"])]
    pub(crate) staged: bool,

    /// Scan this branch, tag or commit; with --history only what is reachable from it
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    /// How to report
    #[arg(long, short, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,

    /// Write the report into this file instead of standard output
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// End with code 1 from this severity on
    #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity())]
    pub(crate) fail_on: Severity,

    /// Report only findings at least this sure
    #[arg(long, value_name = "CONFIDENCE", value_parser = confidence())]
    pub(crate) min_confidence: Option<Confidence>,

    /// Take the findings of this earlier JSON report (ours or gitleaks') as known; may be repeated
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) baseline: Vec<PathBuf>,

    /// Run only these checks (`aws-*`, `secrets`, `dependencies`), or look only at these paths (`src/**`); may be repeated
    #[arg(long, value_name = "CHECK | GLOB", value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// Leave out these checks or these paths; may be repeated
    #[arg(long, value_name = "CHECK | GLOB", value_delimiter = ',')]
    pub(crate) exclude: Vec<String>,

    /// Read this configuration, in the form of `.bartizan.toml` or `.gitleaks.toml`, instead of the scanned folder's
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,

    /// Worker threads [default: one for each core]
    #[arg(long, short, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,

    /// Statements about vulnerabilities that do not concern the project (OpenVEX, CSAF); may be repeated. Those in
    /// `.bartizan/vex/` of your own folder count without it
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) vex: Vec<PathBuf>,

    /// Leave out packages that only those need who work on the project
    #[arg(long)]
    pub(crate) no_dev: bool,

    /// Where `bartizan advisories` keeps its index [default: the user's data directory]
    #[arg(long, value_name = "FOLDER", env = "BARTIZAN_DATA_DIR", value_hint = clap::ValueHint::DirPath)]
    pub(crate) data_dir: Option<PathBuf>,

    /// Also look at files that `.gitignore` names
    #[arg(long)]
    pub(crate) no_ignore: bool,

    /// List suppressed findings too
    #[arg(long)]
    pub(crate) show_suppressed: bool,

    /// Ask providers whether found credentials still work. Sends each credential to the provider that issued it
    #[arg(long)]
    pub(crate) verify_secrets: bool,

    #[command(flatten)]
    pub(crate) website: WebsiteArguments,

    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// How a website is visited.
#[derive(Debug, Args)]
#[command(next_help_heading = "Websites")]
pub(crate) struct WebsiteArguments {
    /// Take the URL for what it says: a `website` or a `repository` [default: a path that git serves is a repository]
    #[arg(long, value_enum)]
    pub(crate) kind: Option<Kind>,

    /// What is done with a website: `passive` asks for what any visitor's browser would
    #[arg(long, value_enum, default_value_t = Mode::Passive)]
    pub(crate) mode: Mode,

    /// Most pages to visit
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) pages: u16,

    /// Ask these DNS servers (`192.0.2.53:53`) [default: the system's]
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',')]
    pub(crate) dns: Vec<fetch::dns::Server>,

    /// Send this header to the site itself, as `Cookie: ...`; `@FILE` reads such lines from a file. May be repeated
    #[arg(long, value_name = "HEADER | @FILE")]
    pub(crate) header: Vec<String>,

    /// Render the pages with this Chromium, which gets no network of its own; without a path with the one that PATH has
    #[arg(
        long,
        value_name = "PATH",
        env = "BARTIZAN_BROWSER",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "auto",
        value_hint = clap::ValueHint::ExecutablePath
    )]
    pub(crate) browser: Option<OsString>,

    /// Let that browser do without its sandbox, as root has to: for containers that are a sandbox themselves
    #[arg(long, env = "BARTIZAN_BROWSER_NO_SANDBOX", value_parser = clap::builder::FalseyValueParser::new())]
    pub(crate) browser_no_sandbox: bool,
}

/// What a URL leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Pages
    Website,
    /// A git repository
    Repository,
}

/// What is done with a website.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mode {
    /// Nothing crafted, nothing sent
    Passive,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  bartizan sbom . --format cyclonedx --output bom.json
  bartizan sbom https://github.com/rust-lang/log.git --format spdx")]
pub(crate) struct SbomArguments {
    /// A folder, a file, a git repository on this disk, or the URL of one
    #[arg(value_name = "PATH | GIT URL", value_hint = clap::ValueHint::AnyPath)]
    pub(crate) target: OsString,

    /// In which form
    #[arg(long, short, value_enum, default_value_t = SbomFormat::Cyclonedx)]
    pub(crate) format: SbomFormat,

    /// Look at this branch, tag or commit
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    /// Write it into this file instead of standard output
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,

    /// Also look at files that `.gitignore` names
    #[arg(long)]
    pub(crate) no_ignore: bool,

    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SbomFormat {
    /// SPDX 2.3, JSON
    Spdx,
    /// CycloneDX 1.5, JSON
    Cyclonedx,
    /// CycloneDX 1.6, JSON
    #[value(name = "cyclonedx-1.6")]
    Cyclonedx16,
}

/// What may be reached over the network.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct Reach {
    /// Schemes that may be cloned beside https: http, file, ssh
    #[arg(
        long,
        value_name = "SCHEMES",
        value_delimiter = ',',
        env = "BARTIZAN_ALLOW_CLONE_SCHEMES"
    )]
    pub(crate) allow_clone_schemes: Vec<String>,

    /// Private networks that may be reached, as `10.0.0.0/8,127.0.0.0/8`
    #[arg(
        long,
        value_name = "NETWORKS",
        value_delimiter = ',',
        env = "BARTIZAN_ALLOW_PRIVATE_TARGETS"
    )]
    pub(crate) allow_private_targets: Vec<String>,

    /// Largest repository to clone, in MiB as it is sent
    #[arg(long, value_name = "MIB", default_value_t = 4096, env = "BARTIZAN_MAX_CLONE_MIB")]
    pub(crate) max_clone_mib: u64,

    /// Longest time a clone may take
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, env = "BARTIZAN_CLONE_TIMEOUT")]
    pub(crate) clone_timeout: u64,

    /// Trust this certificate authority too (a PEM file)
    #[arg(long, value_name = "FILE", env = "BARTIZAN_CA_CERT", value_hint = clap::ValueHint::FilePath)]
    pub(crate) ca_cert: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ChecksArguments {
    /// Show the page of this check
    #[arg(value_name = "ID")]
    pub(crate) id: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs, and as a baseline
    Json,
    /// SARIF 2.1.0, for code hosts
    Sarif,
    /// For spreadsheets
    Csv,
}

fn severity() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(Severity::ALL.map(Severity::as_str))
        .try_map(|word| word.parse::<Severity>())
}

fn confidence() -> impl clap::builder::TypedValueParser<Value = Confidence> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(Confidence::ALL.map(Confidence::as_str))
        .try_map(|word| word.parse::<Confidence>())
}
