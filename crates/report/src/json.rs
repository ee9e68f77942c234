use std::{borrow::Cow, io, sync::Arc};

use model::{Commit, Evidence, Finding, Note, PackageDetail, Place, Snippet};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

use crate::{
    Grade, ScanReport, package, printable_json, repository::without_credentials, summary, time,
};

/// Version of the format: it changes when a field is renamed, removed or means something else, not when one is added.
pub const VERSION: u32 = 1;

pub(crate) fn write(report: &ScanReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        tool: Tool { name: "bartizan", version: report.tool_version },
        target: without_credentials(report.target),
        repository: report.repository.map(|repository| Repository {
            url: repository.url.map(without_credentials),
            commit: repository.commit,
        }),
        history: report.history,
        started_at: time::rfc3339(report.started_at_ms),
        elapsed_ms: u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
        complete: report.complete,
        key_id: report.key_id,
        stats: Stats {
            files: report.stats.files,
            blobs: report.stats.blobs,
            commits: report.stats.commits,
            resources: report.stats.resources,
            bytes: report.stats.bytes,
            packages: report.stats.packages,
        },
        advisories_at: report.advisories_at_ms.and_then(time::rfc3339),
        grade: report.grade.map(|grade| GradeObject::of(&grade)),
        summary: Summary(report.findings),
        suppressed: Suppressed(report.findings),
        notes_by_kind: NotesByKind(report.notes),
        findings: Findings(report.findings),
        notes: Notes(report.notes),
    };
    printable_json::write_pretty(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool<'a>,
    target: Cow<'a, str>,
    repository: Option<Repository<'a>>,
    history: bool,
    started_at: Option<String>,
    elapsed_ms: u64,
    complete: bool,
    key_id: &'a str,
    stats: Stats,
    advisories_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<GradeObject<'a>>,
    summary: Summary<'a>,
    suppressed: Suppressed<'a>,
    notes_by_kind: NotesByKind<'a>,
    findings: Findings<'a>,
    notes: Notes<'a>,
}

#[derive(Serialize)]
struct GradeObject<'a> {
    letter: &'a str,
    score: u32,
    tests: Vec<GradeTestObject>,
}

#[derive(Serialize)]
struct GradeTestObject {
    name: &'static str,
    modifier: i32,
    sentence: &'static str,
}

impl<'a> GradeObject<'a> {
    fn of(grade: &Grade<'a>) -> Self {
        let tests = grade.tests.iter().map(|test| GradeTestObject {
            name: test.name,
            modifier: test.modifier,
            sentence: test.sentence,
        });
        Self { letter: grade.letter, score: grade.score, tests: tests.collect() }
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Repository<'a> {
    url: Option<Cow<'a, str>>,
    commit: Option<&'a str>,
}

#[derive(Serialize)]
struct Stats {
    files: u64,
    blobs: u64,
    commits: u64,
    resources: u64,
    bytes: u64,
    packages: u64,
}

struct Summary<'a>(&'a [Finding]);

impl Serialize for Summary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            summary::by_severity(self.0).map(|(severity, count)| (severity.as_str(), count)),
        )
    }
}

struct Suppressed<'a>(&'a [Finding]);

impl Serialize for Suppressed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("total", &summary::suppressed(self.0))?;
        for (reason, count) in summary::by_suppression(self.0) {
            map.serialize_entry(reason.as_str(), &count)?;
        }
        map.end()
    }
}

struct NotesByKind<'a>(&'a [Note]);

impl Serialize for NotesByKind<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kinds = summary::by_kind(self.0);
        serializer.collect_map(kinds.iter().map(|(kind, notes)| (kind.as_str(), notes.len())))
    }
}

/// One after the other into the writer; the document is never in memory as a whole.
struct Findings<'a>(&'a [Finding]);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(FindingObject::of))
    }
}

#[derive(Serialize)]
struct FindingObject<'a> {
    check_id: &'a str,
    scanner: &'static str,
    severity: &'static str,
    confidence: &'static str,
    title: &'a str,
    description: &'a str,
    remediation: &'a str,
    cwe_id: Option<String>,
    references: Texts<'a>,
    provider: Option<&'a str>,
    #[serde(flatten)]
    place: PlaceObject<'a>,
    places: Places<'a>,
    places_total: u64,
    snippet: Option<SnippetObject<'a>>,
    mask: Option<&'a str>,
    secret_hash: Option<String>,
    encoding: Option<&'static str>,
    fingerprint: String,
    verification: Option<&'static str>,
    suppression: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceObject<'a>>,
    #[serde(flatten)]
    about: Option<About<'a>>,
}

impl<'a> FindingObject<'a> {
    fn of(finding: &'a Finding) -> Self {
        Self {
            check_id: finding.check.as_str(),
            scanner: finding.scanner.as_str(),
            severity: finding.severity.as_str(),
            confidence: finding.confidence.as_str(),
            title: &finding.title,
            description: &finding.description,
            remediation: &finding.remediation,
            cwe_id: finding.cwe.map(|cwe| cwe.to_string()),
            references: Texts(&finding.references),
            provider: finding.provider.as_deref(),
            place: PlaceObject::of(&finding.place),
            places: Places(finding),
            places_total: finding.other_places_total.saturating_add(1),
            snippet: finding.snippet.as_deref().map(SnippetObject::of),
            mask: finding.mask.as_ref().map(|mask| mask.as_str()),
            secret_hash: finding.secret_hash.map(|hash| hash.to_string()),
            encoding: finding.encoding,
            fingerprint: finding.fingerprint.to_string(),
            verification: finding.verification.map(|answer| answer.as_str()),
            suppression: finding.suppression.as_ref().map(|reason| reason.as_str()),
            evidence: finding.evidence.iter().map(EvidenceObject::of).collect(),
            about: finding.package.as_deref().map(|detail| About::of(finding, detail)),
        }
    }
}

#[derive(Serialize)]
struct EvidenceObject<'a> {
    name: &'a str,
    value: &'a str,
}

impl<'a> EvidenceObject<'a> {
    fn of(evidence: &'a Evidence) -> Self {
        Self { name: &evidence.name, value: &evidence.value }
    }
}

/// What only findings about packages have.
#[derive(Serialize)]
struct About<'a> {
    aliases: Texts<'a>,
    package: PackageObject<'a>,
    justification: Option<&'a str>,
}

impl<'a> About<'a> {
    fn of(finding: &'a Finding, detail: &'a PackageDetail) -> Self {
        Self {
            aliases: Texts(&finding.aliases),
            package: PackageObject::of(detail),
            justification: summary::justification(finding),
        }
    }
}

#[derive(Serialize)]
struct PackageObject<'a> {
    purl: Option<&'a str>,
    name: &'a str,
    version: &'a str,
    ecosystem: String,
    source: Option<SourceObject<'a>>,
    fixed_version: Option<&'a str>,
    relation: &'static str,
    scope: &'static str,
    path: Texts<'a>,
    cvss_score: Option<f64>,
    exploited: bool,
    epss: Option<f64>,
    reachable: &'static str,
}

impl<'a> PackageObject<'a> {
    fn of(detail: &'a PackageDetail) -> Self {
        Self {
            purl: detail.purl.as_deref(),
            name: &detail.package.name,
            version: &detail.package.version,
            ecosystem: package::ecosystem(&detail.package),
            source: detail.package.built_of().map(|(name, version)| SourceObject { name, version }),
            fixed_version: detail.fixed_version.as_deref(),
            relation: detail.relation.as_str(),
            scope: detail.scope.as_str(),
            path: Texts(&detail.path),
            cvss_score: package::score(detail),
            exploited: detail.is_exploited,
            epss: package::probability(detail),
            reachable: detail.reachable.as_str(),
        }
    }
}

#[derive(Serialize)]
struct SourceObject<'a> {
    name: &'a str,
    version: &'a str,
}

struct Texts<'a>(&'a [Arc<str>]);

impl Serialize for Texts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|text| &**text))
    }
}

struct Places<'a>(&'a Finding);

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let places = std::iter::once(&self.0.place).chain(&self.0.other_places);
        serializer.collect_seq(places.map(PlaceObject::of))
    }
}

#[derive(Serialize)]
struct PlaceObject<'a> {
    path: &'a str,
    line_start: Option<u64>,
    line_end: Option<u64>,
    column_start: Option<u64>,
    column_end: Option<u64>,
    commit: Option<CommitObject<'a>>,
}

impl<'a> PlaceObject<'a> {
    fn of(place: &'a Place) -> Self {
        Self {
            path: place.path.as_str(),
            line_start: place.span.map(|span| span.start.line),
            line_end: place.span.map(|span| span.end.line),
            column_start: place.span.map(|span| span.start.column),
            column_end: place.span.map(|span| span.end.column),
            commit: place.commit.as_deref().map(CommitObject::of),
        }
    }
}

#[derive(Serialize)]
struct CommitObject<'a> {
    id: &'a str,
    author: &'a str,
    email: &'a str,
    authored_at: Option<String>,
}

impl<'a> CommitObject<'a> {
    fn of(commit: &'a Commit) -> Self {
        Self {
            id: commit.id.as_str(),
            author: &commit.author,
            email: &commit.email,
            authored_at: time::rfc3339(commit.time_ms),
        }
    }
}

#[derive(Serialize)]
struct SnippetObject<'a> {
    first_line: u64,
    lines: &'a [String],
    mark: MarkObject,
}

#[derive(Serialize)]
struct MarkObject {
    line_start: u64,
    line_end: u64,
    column_start: u64,
    column_end: u64,
}

impl<'a> SnippetObject<'a> {
    fn of(snippet: &'a Snippet) -> Self {
        Self {
            first_line: snippet.first_line,
            lines: &snippet.lines,
            mark: MarkObject {
                line_start: snippet.mark.start.line,
                line_end: snippet.mark.end.line,
                column_start: snippet.mark.start.column,
                column_end: snippet.mark.end.column,
            },
        }
    }
}

struct Notes<'a>(&'a [Note]);

impl Serialize for Notes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|note| NoteObject {
            kind: note.kind.as_str(),
            incomplete: note.kind.is_incomplete(),
            path: note.path.as_ref().map(|path| path.as_str()),
            message: &note.message,
        }))
    }
}

#[derive(Serialize)]
struct NoteObject<'a> {
    kind: &'static str,
    incomplete: bool,
    path: Option<&'a str>,
    message: &'a str,
}
