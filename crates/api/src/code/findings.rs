//! Findings of a scan, and of all of an organization.

use aide::axum::{
    ApiRouter,
    routing::{get_with, patch_with},
};
use app::{
    App, FindingQuery, confidence_of_rank, severity_of_rank,
    stored::{self, FindingId, FindingStatus, ProjectId, ScanId},
};
use axum::extract::{OriginalUri, State};
use model::{Confidence, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Body, Caller, InOrganization, Path, Query, scans::AtScan};
use crate::kit::{
    Cursor, Id, Limit, Millis, Package, Reply, ScannerName, Severities, Vocabulary as _, Word,
    listed, texts,
};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/orgs/{org}/projects/{project}/scans/{scan}/findings",
            get_with(list_of_scan, |op| {
                op.id("listScanFindings").tag("findings").summary("List the findings of a scan")
            }),
        )
        .api_route(
            "/v1/orgs/{org}/findings",
            get_with(list, |op| {
                op.id("listFindings")
                    .tag("findings")
                    .summary("List findings across projects")
                    .description("Of each problem of a branch its latest finding.")
            }),
        )
        .api_route(
            "/v1/orgs/{org}/findings/{finding}",
            patch_with(triage, |op| {
                op.id("triageFinding")
                    .tag("findings")
                    .summary("Say what is held of a finding")
                    .description("It sticks to the fingerprint and holds in later scans.")
            }),
        )
}

/// A problem that a scan found.
#[derive(Serialize, JsonSchema)]
pub(super) struct Finding {
    pub(super) id: Id<FindingId>,
    pub(super) scan_id: Id<ScanId>,
    pub(super) project_id: Id<ProjectId>,
    pub(super) scanner: Word<ScannerName>,
    pub(super) check_id: String,
    pub(super) severity: Word<Severity>,
    pub(super) confidence: Word<Confidence>,
    pub(super) title: String,
    pub(super) description: String,
    /// How to repair it.
    pub(super) remediation: String,
    pub(super) file_path: Option<String>,
    /// From 1.
    pub(super) line_start: Option<i64>,
    pub(super) line_end: Option<i64>,
    pub(super) column_start: Option<i64>,
    pub(super) column_end: Option<i64>,
    /// The lines around it; of a secret, its first four characters and a mask.
    pub(super) snippet: Option<String>,
    /// The commit that brought it.
    pub(super) commit_sha: Option<String>,
    /// The package it is about.
    pub(super) package: Option<Package>,
    /// As `CWE-798`.
    pub(super) cwe_id: Option<String>,
    /// Other names of what was found, as a CVE's.
    pub(super) aliases: Vec<String>,
    pub(super) references: Vec<String>,
    /// Names the same problem in other scans.
    pub(super) fingerprint: String,
    pub(super) status: Word<FindingStatus>,
    /// When a scan of the project first had it.
    pub(super) first_seen_at: Millis,
    pub(super) created_at: Millis,
}

impl From<stored::Finding> for Finding {
    fn from(finding: stored::Finding) -> Self {
        Self {
            id: Id(finding.id),
            scan_id: Id(finding.scan_id),
            project_id: Id(finding.project_id),
            scanner: Word(ScannerName::of(&finding.scanner)),
            check_id: finding.check_id,
            severity: Word(severity_of_rank(finding.severity)),
            confidence: Word(confidence_of_rank(finding.confidence)),
            title: finding.title,
            description: finding.description,
            remediation: finding.remediation,
            file_path: finding.file_path,
            line_start: finding.line_start,
            line_end: finding.line_end,
            column_start: finding.column_start,
            column_end: finding.column_end,
            snippet: finding.snippet,
            commit_sha: finding.commit_sha,
            package: Package::of(finding.package),
            cwe_id: finding.cwe_id,
            aliases: texts(&finding.aliases),
            references: texts(&finding.references),
            fingerprint: finding.fingerprint,
            status: Word(finding.status),
            first_seen_at: Millis(finding.first_seen_at),
            created_at: Millis(finding.created_at),
        }
    }
}

/// `{org}/findings/{finding}`.
#[derive(Deserialize, JsonSchema)]
struct AtFinding {
    /// The organization's slug, which is the token's.
    #[expect(dead_code, reason = "the caller's extractor has compared it with the token's")]
    org: String,
    /// The finding's id.
    finding: Id<FindingId>,
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
    check_id: Option<String>,
    /// The project's slug.
    #[serde(default)]
    project: Option<String>,
    #[serde(default)]
    status: Option<Word<FindingStatus>>,
    /// Made at this time or later.
    #[serde(default)]
    since: Option<Millis>,
    /// That have this other name.
    #[serde(default)]
    cve: Option<String>,
    #[serde(default)]
    limit: Limit,
    #[serde(default)]
    cursor: Option<Cursor>,
}

impl Filter {
    fn query(self) -> FindingQuery {
        FindingQuery {
            severities: self.severity.0,
            scanner: self.scanner.map(|scanner| scanner.0.word().to_owned()),
            check_id: self.check_id,
            project: self.project,
            status: self.status.map(|status| status.0),
            since_ms: self.since.map(|since| since.0),
            alias: self.cve,
        }
    }
}

/// What is held of a finding.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Triage {
    status: Word<FindingStatus>,
    #[serde(default)]
    reason: Option<String>,
}

async fn list_of_scan(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtScan>,
    uri: OriginalUri,
    Query { value: filter, .. }: Query<Filter>,
) -> Answer<Reply<Vec<Finding>>> {
    let (after, limit) = (filter.cursor.map(|cursor| cursor.0), filter.limit.0);
    let query = filter.query();
    let page =
        app.findings_of_scan(&caller.ctx, &at.project, at.scan.0, query, after, limit).await?;
    Ok(listed(&uri, page, Finding::from))
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    _: Path<InOrganization>,
    uri: OriginalUri,
    Query { value: filter, .. }: Query<Filter>,
) -> Answer<Reply<Vec<Finding>>> {
    let (after, limit) = (filter.cursor.map(|cursor| cursor.0), filter.limit.0);
    let page = app.findings(&caller.ctx, filter.query(), after, limit).await?;
    Ok(listed(&uri, page, Finding::from))
}

async fn triage(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtFinding>,
    Body { value: body, .. }: Body<Triage>,
) -> Answer<Reply<Finding>> {
    let finding = app.triage(&caller.ctx, at.finding.0, body.status.0, body.reason).await?;
    Ok(Reply::new(finding.into()))
}
