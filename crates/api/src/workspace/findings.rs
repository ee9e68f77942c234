//! Findings of a scan.

use aide::axum::{ApiRouter, routing::get_with};
use app::{
    App, FindingQuery, confidence_of_rank, severity_of_rank,
    stored::{self, FindingStatus},
};
use axum::extract::State;
use model::{Confidence, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, ById, Caller, Path, Query,
    page::{Limit, PageNumber, Pagination, Place},
    success,
};
use crate::kit::{Millis, Package, ScannerName, Severities, Vocabulary as _, Word, texts};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route(
        "/api/v1/scans/{id}/findings",
        get_with(list, |op| {
            op.id("listScanFindings").tag("findings").summary("List the findings of a scan")
        }),
    )
}

/// A problem that a scan found.
#[derive(Serialize, JsonSchema)]
pub(super) struct Finding {
    id: i64,
    scan_id: i64,
    scanner: Word<ScannerName>,
    rule_id: String,
    severity: Word<Severity>,
    confidence: Word<Confidence>,
    title: String,
    description: String,
    /// How to repair it.
    recommendation: String,
    file_path: Option<String>,
    /// From 1.
    line_number: Option<i64>,
    line_end: Option<i64>,
    /// The lines around it; of a secret, its first four characters and a mask.
    code_snippet: Option<String>,
    package_name: Option<String>,
    package_version: Option<String>,
    fixed_version: Option<String>,
    /// As `CWE-798`.
    cwe_id: Option<String>,
    /// Other names of what was found, as a CVE's.
    aliases: Vec<String>,
    status: Word<FindingStatus>,
    created_at: Millis,
}

impl Finding {
    /// A finding of the scan of that number.
    pub(super) fn of(finding: stored::Finding, scan: i64) -> Self {
        let package = Package::of(finding.package).unwrap_or_default();
        Self {
            id: finding.number,
            scan_id: scan,
            scanner: Word(ScannerName::of(&finding.scanner)),
            rule_id: finding.check_id,
            severity: Word(severity_of_rank(finding.severity)),
            confidence: Word(confidence_of_rank(finding.confidence)),
            title: finding.title,
            description: finding.description,
            recommendation: finding.remediation,
            file_path: finding.file_path,
            line_number: finding.line_start,
            line_end: finding.line_end,
            code_snippet: finding.snippet,
            package_name: package.name,
            package_version: package.version,
            fixed_version: package.fixed_version,
            cwe_id: finding.cwe_id,
            aliases: texts(&finding.aliases),
            status: Word(finding.status),
            created_at: Millis(finding.created_at),
        }
    }
}

/// A page of findings.
#[derive(Serialize, JsonSchema)]
struct FindingList {
    findings: Vec<Finding>,
    pagination: Pagination,
}

/// Which findings.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[serde(default)]
    severity: Severities,
    #[serde(default)]
    scanner: Option<Word<ScannerName>>,
    #[serde(default)]
    status: Option<Word<FindingStatus>>,
    #[serde(default)]
    page: PageNumber,
    #[serde(default)]
    limit: Limit,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<ById>,
    Query { value: query, .. }: Query<Filter>,
) -> Answer<FindingList> {
    let place = Place::new(query.page, query.limit);
    let which = FindingQuery {
        severities: query.severity.0,
        scanner: query.scanner.map(|scanner| scanner.0.word().to_owned()),
        status: query.status.map(|status| status.0),
        ..FindingQuery::default()
    };
    let (findings, total) = app.findings_page(&caller.ctx, at.id.0, which, place.offset()).await?;
    let findings = findings.into_iter().map(|finding| Finding::of(finding, at.id.0)).collect();
    Ok(success(FindingList { findings, pagination: place.of(total) }))
}
