//! `bartizan advisories`: what is known about vulnerabilities of packages.

mod compare;
mod import;
mod show;
mod status;
mod sync;
mod times;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use advisories::{Index, Library};
use anyhow::{Context as _, anyhow};
use app::advisories::{EPSS_URL, KEV_URL, OSV_URL};
use clap::{Args, Subcommand, ValueEnum};

use crate::{Failure, data, output};

/// Some of what was wanted is there.
const INCOMPLETE: u8 = 4;

#[derive(Debug, Args)]
#[command(after_long_help = "\
Start with:
  bartizan advisories sync                      fetch what is known: some hundred MB the first time
  bartizan advisories status                    what there is, and how old it is
  bartizan advisories show CVE-2021-44228       one vulnerability

A machine that reaches nothing:
  bartizan advisories export advisories.zip     on one that does
  bartizan advisories import advisories.zip     on the one that does not

Exit codes: 0 done, 1 `compare` found wrong lines, 2 wrong usage, 3 nothing could be read, 4 a part could not be read.")]
pub(crate) struct AdvisoriesArguments {
    #[command(subcommand)]
    command: AdvisoriesCommand,

    /// Where data are; advisories in its folder `advisories` [default: the user's data directory]
    #[arg(
        long,
        global = true,
        value_name = "FOLDER",
        env = "BARTIZAN_DATA_DIR",
        value_hint = clap::ValueHint::DirPath
    )]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum AdvisoriesCommand {
    /// Fetch what is new from OSV, CISA and FIRST
    Sync(SyncArguments),
    /// Store advisories from files, folders and archives, or from another machine's export
    Import(ImportArguments),
    /// Say what there is, from whom, how much and how old
    Status(StatusArguments),
    /// Write everything that is stored into one zip archive, for `import` on another machine
    Export(ExportArguments),
    /// Show one vulnerability, by any of its ids
    Show(ShowArguments),
    /// Check lines like `1.0 < 1.1` on standard input against an ecosystem's order of versions
    Compare(CompareArguments),
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Only what is new is fetched, and a download that broke off is continued. A source that cannot be fetched keeps
what was stored of it. Whatever happens, the index that was there is used until the new one is whole.

Ecosystems are those of OSV: npm, PyPI, Maven, Go, crates.io, Debian, Alpine, `Red Hat`, ... Those that are stored
once are fetched again by every later sync.

Examples:
  bartizan advisories sync
  bartizan advisories sync --ecosystem npm,PyPI --ecosystem Debian
  bartizan advisories sync --base-url https://mirror.example.com/osv --no-kev --no-epss \\
    --allow-private-targets 10.0.0.0/8")]
struct SyncArguments {
    /// An export of OSV, or a mirror that has the same paths
    #[arg(long, value_name = "URL", env = "BARTIZAN_ADVISORIES_URL", default_value = OSV_URL)]
    base_url: String,

    /// Fetch this ecosystem; may be repeated [default: those of programming languages, and what is stored already]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    ecosystem: Vec<String>,

    /// Do not fetch which vulnerabilities attackers are known to use (CISA)
    #[arg(long)]
    no_kev: bool,

    /// Do not fetch how likely each will be used (EPSS, FIRST)
    #[arg(long)]
    no_epss: bool,

    /// Replace what is stored even by less than half as many records
    #[arg(long)]
    accept_fewer: bool,

    /// Where CISA's catalogue is
    #[arg(long, value_name = "URL", env = "BARTIZAN_KEV_URL", default_value = KEV_URL)]
    kev_url: String,

    /// Where FIRST's scores are
    #[arg(long, value_name = "URL", env = "BARTIZAN_EPSS_URL", default_value = EPSS_URL)]
    epss_url: String,

    /// Schemes that may be used beside https: http, for a mirror without TLS
    #[arg(
        long,
        value_name = "SCHEMES",
        value_delimiter = ',',
        env = "BARTIZAN_ALLOW_CLONE_SCHEMES",
        help_heading = "Network"
    )]
    allow_clone_schemes: Vec<String>,

    /// Private networks that may be reached, as `10.0.0.0/8,127.0.0.0/8`
    #[arg(
        long,
        value_name = "NETWORKS",
        value_delimiter = ',',
        env = "BARTIZAN_ALLOW_PRIVATE_TARGETS",
        help_heading = "Network"
    )]
    allow_private_targets: Vec<String>,

    /// Trust this certificate authority too (a PEM file)
    #[arg(
        long,
        value_name = "FILE",
        env = "BARTIZAN_CA_CERT",
        value_hint = clap::ValueHint::FilePath,
        help_heading = "Network"
    )]
    ca_cert: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Understood are OSV records in JSON and YAML, RustSec's, CISA's catalogue and FIRST's scores, alone or gzipped, in folders
(a checkout of a database's repository) and in zip archives, and what `bartizan advisories export` wrote.

Each path becomes a source of its own, named after it, and takes the place of what was stored under that name.

Examples:
  bartizan advisories import advisory-db/ known_exploited_vulnerabilities.json
  bartizan advisories import --source our-own ./advisories
  bartizan advisories import mirror/npm/all.zip mirror/PyPI/all.zip")]
struct ImportArguments {
    /// A file, a folder or a zip archive
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,

    /// Store it under this name instead of the path's
    #[arg(long, value_name = "NAME")]
    source: Option<String>,

    /// Replace what is stored even by less than half as many records
    #[arg(long)]
    accept_fewer: bool,
}

#[derive(Debug, Args)]
struct StatusArguments {
    /// Read the whole index and compare it with its checksums
    #[arg(long)]
    verify: bool,

    /// How to print it
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
struct ExportArguments {
    /// The archive to write
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
}

#[derive(Debug, Args)]
struct ShowArguments {
    /// An id of any source: CVE-..., GHSA-..., RUSTSEC-..., in any case
    #[arg(value_name = "ID")]
    id: String,

    /// How to print it
    #[arg(long, short, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Prints the lines that do not hold, and ends with code 1 if there are any.

Examples:
  echo '1.0~rc1 < 1.0' | bartizan advisories compare debian
  bartizan advisories compare rubygems < versions.txt")]
struct CompareArguments {
    /// An ecosystem of OSV (npm, PyPI, `Red Hat`) or a common word (debian, rubygems, semver, rpm), in any case
    #[arg(value_name = "ECOSYSTEM")]
    ecosystem: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(crate) fn run(arguments: AdvisoriesArguments) -> Result<ExitCode, Failure> {
    let library = || {
        let missing = || anyhow!("there is no data directory: name one with --data-dir");
        data::library(arguments.data_dir.as_deref()).ok_or_else(missing).map_err(Failure::Usage)
    };
    match &arguments.command {
        AdvisoriesCommand::Sync(arguments) => sync::run(&library()?, arguments),
        AdvisoriesCommand::Import(arguments) => import::run(&library()?, arguments),
        AdvisoriesCommand::Status(arguments) => status::run(&library()?, arguments),
        AdvisoriesCommand::Export(arguments) => import::export(&library()?, arguments),
        AdvisoriesCommand::Show(arguments) => show::run(&library()?, arguments),
        AdvisoriesCommand::Compare(arguments) => compare::run(arguments),
    }
}

/// The index, for those who need one.
fn index(library: &Library) -> Result<Index, Failure> {
    let none = || {
        Failure::Target(anyhow!(
            "there are no advisories in {}: fetch them with `bartizan advisories sync`, or `import` them",
            library.folder().display()
        ))
    };
    data::index(library).map_err(Failure::target)?.ok_or_else(none)
}

/// Writes to standard output.
fn print(text: &str) -> Result<(), Failure> {
    output::print(|out| out.write_all(text.as_bytes())).map_err(Failure::Usage)
}

/// An object for programs.
fn print_json(value: &serde_json::Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).context("cannot write JSON");
    print(&(text.map_err(Failure::Usage)? + "\n"))
}

/// Writes a line to standard error, where nobody may be listening.
fn complain(text: &str) {
    let _ = io::stderr().write_all((crate::printable(text) + "\n").as_bytes());
}
