//! A scan's findings and notes in four forms: a table for people, JSON for programs, SARIF 2.1.0 for code hosts and CSV for
//! spreadsheets. And its packages as a software bill of materials: [`sbom`].
//!
//! Nothing here judges, filters by severity or opens a file: a caller hands in what a scan found and a writer. A form never
//! drives the terminal, browser or spreadsheet that shows it: control characters and the marks that reorder text are written
//! as escapes.

pub mod csv;
#[doc = include_str!("../../../docs/json-report.md")]
pub mod json;
mod package;
mod printable_json;
mod repository;
mod sarif;
pub mod sbom;
mod summary;
mod table;
mod text;
mod time;

use std::{
    io::{self, BufWriter, Write},
    time::Duration,
};

use model::{CheckId, Confidence, Cwe, Finding, Note, Severity};

pub use text::{counted, grouped};

/// Writes a scan in one form, and flushes.
///
/// # Errors
/// Those of `out`.
pub fn write(report: &ScanReport<'_>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(64 << 10, out);
    match format {
        Format::Table(style) => table::write(report, style, &mut out)?,
        Format::Json => json::write(report, &mut out)?,
        Format::Sarif(style) => sarif::write(report, style, &mut out)?,
        Format::Csv => csv::write(report, &mut out)?,
    }
    out.flush()
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people, in a terminal: findings worst first, then what was scanned and what was not.
    Table(TableStyle),
    /// For programs; see [`json`].
    Json,
    /// SARIF 2.1.0, within the limits of GitHub code scanning: at most 25,000 results, the worst ones; what is left out is
    /// said under `invocations`.
    Sarif(SarifStyle),
    /// For spreadsheets: RFC 4180 with CRLF, one finding a line, suppressed ones included, the columns below. A cell that a
    /// spreadsheet would take for a formula begins with `'`; control characters are written as `\xNN`; what is absent is empty.
    ///
    /// | column | meaning |
    /// | --- | --- |
    /// | `severity`, `confidence` | `critical` to `info`; `high` to `low` |
    /// | `check_id`, `scanner`, `title` | what was found, and by what |
    /// | `path` | in the target; members of archives after `!/` |
    /// | `line_start`, `column_start`, `line_end`, `column_end` | from 1; the end is the first position behind |
    /// | `commit`, `author`, `email`, `authored_at` | the commit that brought it; RFC 3339, UTC |
    /// | `provider`, `mask`, `encoding` | whose credential, what may be seen of it, how it was written if not plainly |
    /// | `verification`, `suppression` | the provider's answer; why the finding does not count |
    /// | `other_places` | how many further places the same secret or package stands at |
    /// | `secret_hash`, `fingerprint` | name the secret, and the finding in later scans |
    /// | `cwe_id`, `reference`, `remediation` | the weakness, the first page to read on, how to repair it |
    /// | `package`, `package_version`, `ecosystem`, `purl` | the package it is about |
    /// | `fixed_version`, `aliases` | the nearest version that repairs it; every id of the vulnerability, a blank between them |
    /// | `relation`, `scope` | `direct`, `transitive`, `unknown`; `production`, `development` |
    /// | `dependency_path` | from what the project asks for to the package, ` > ` between them |
    /// | `cvss_score`, `exploited`, `epss`, `reachable` | 0 to 10; `yes` or `no`; 0 to 1; `yes`, `no`, `unknown` |
    /// | `justification` | what the VEX statement says that suppresses it |
    /// | `evidence` | what lets a reader see a finding about a website: `name: value`, `; ` between them |
    Csv,
}

/// How a table looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStyle {
    /// Colours, as ANSI escapes. Without it a table holds no escape at all.
    pub color: bool,
    /// Columns of the terminal; less than 40 is taken as 40.
    pub width: usize,
    /// List suppressed findings too, behind the others. They are counted in any case.
    pub show_suppressed: bool,
}

/// What a SARIF log holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SarifStyle {
    /// Hold suppressed findings too, marked by `suppressions`. GitHub code scanning does not read that mark and opens an alert
    /// for each (github/codeql-action#1230), so a log that is meant for it is better without them.
    pub show_suppressed: bool,
}

/// One scan, as a report tells it.
#[derive(Clone, Copy, Debug)]
pub struct ScanReport<'a> {
    /// Version of the program that scanned.
    pub tool_version: &'a str,
    /// What was scanned, as the user named it. Credentials in a URL are left out of every report.
    pub target: &'a str,
    /// Milliseconds since 1970 UTC.
    pub started_at_ms: i64,
    /// How long it took.
    pub elapsed: Duration,
    /// Everything found, suppressed findings included, sorted by the engine. JSON, CSV and SARIF keep the order.
    pub findings: &'a [Finding],
    /// What was passed over, and why.
    pub notes: &'a [Note],
    /// How much was looked at.
    pub stats: Stats,
    /// What is known of the checks; at least of those with findings. A finding of a check that is not here speaks for itself.
    pub rules: &'a [RuleDoc<'a>],
    /// Names the key that secret hashes are made under: hashes of two reports can be compared if their key is the same.
    pub key_id: &'a str,
    /// Whether everything was looked at that a user would expect.
    pub complete: bool,
    /// Whether the commits of a repository were scanned, and not only one state of its files.
    pub history: bool,
    /// Whether packages were judged, and not only listed.
    pub packages_judged: bool,
    /// As of when the advisories are current that packages were judged by, in milliseconds since 1970 UTC; `None` where none were, or
    /// a source does not tell.
    pub advisories_at_ms: Option<i64>,
    /// Where the target comes from, if it is a repository.
    pub repository: Option<Repository<'a>>,
    /// How well it does, if it is a website.
    pub grade: Option<Grade<'a>>,
}

/// The grade of a website.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grade<'a> {
    /// `A+` to `F`.
    pub letter: &'a str,
    /// From 0 to a little over 100.
    pub score: u32,
    /// What it is made of.
    pub tests: &'a [GradeTest],
}

/// One test of a grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GradeTest {
    /// What was looked at.
    pub name: &'static str,
    /// Points given, or taken if negative.
    pub modifier: i32,
    /// What was seen.
    pub sentence: &'static str,
}

/// How much a scan looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Files of a directory, members of archives included.
    pub files: u64,
    /// Contents of a repository's history, each once.
    pub blobs: u64,
    /// Commits walked.
    pub commits: u64,
    /// Pages, scripts and whatever else of a website was fetched.
    pub resources: u64,
    /// Size of those files and contents.
    pub bytes: u64,
    /// Packages that lock files and manifests name, each version once.
    pub packages: u64,
}

/// A repository and the state of it that was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repository<'a> {
    /// As a user would clone it. Credentials in it are left out of every report.
    pub url: Option<&'a str>,
    /// The full id of the commit that was checked out, or from which history was walked.
    pub commit: Option<&'a str>,
}

/// What a check says about itself.
#[derive(Clone, Copy, Debug)]
pub struct RuleDoc<'a> {
    /// Its name.
    pub id: &'a CheckId,
    /// What it finds, in a few words.
    pub title: &'a str,
    /// What a finding means.
    pub description: &'a str,
    /// How to repair it, Markdown.
    pub help: &'a str,
    /// How bad a finding is unless it says otherwise.
    pub severity: Severity,
    /// How sure, at best.
    pub confidence: Confidence,
    /// The weakness.
    pub cwe: Option<Cwe>,
    /// A page to read on.
    pub reference: Option<&'a str>,
    /// Whose credential it is about.
    pub provider: Option<&'a str>,
}
