//! `/v1/orgs/{org}/projects/{project}/scans`.

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use app::{
    App, ScanRequest,
    stored::{self, OrganizationId, ProjectId, ScanId, ScanStatus, ScanTrigger},
};
use axum::extract::{OriginalUri, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, Caller, InProject, OptionalBody, Path, Query};
use crate::kit::{Counts, Cursor, Id, Limit, Millis, Reply, Vocabulary, Word, listed};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/v1/orgs/{org}/projects/{project}/run-scan",
            post_with(run, |op| {
                op.id("runScan").tag("scans").summary("Start a scan").description(
                    "Each call makes a new scan. Poll it until its status is terminal.",
                )
            }),
        )
        .api_route(
            "/v1/orgs/{org}/projects/{project}/scans",
            get_with(list, |op| op.id("listScans").tag("scans").summary("List scans")),
        )
        .api_route(
            "/v1/orgs/{org}/projects/{project}/scans/{scan}",
            get_with(get, |op| op.id("getScan").tag("scans").summary("Read a scan")),
        )
        .api_route(
            "/v1/orgs/{org}/projects/{project}/scans/{scan}/cancel",
            post_with(cancel, |op| op.id("cancelScan").tag("scans").summary("Stop a scan")),
        )
}

/// A scan of a project.
#[derive(Serialize, JsonSchema)]
pub(super) struct Scan {
    id: Id<ScanId>,
    org_id: Id<OrganizationId>,
    project_id: Id<ProjectId>,
    /// Who started it.
    scanner_type: Word<ScannerType>,
    /// The branch, tag or commit.
    target_ref: String,
    /// The commit it looked at, once that is known.
    commit_sha: Option<String>,
    status: Word<ScanStatus>,
    findings_count: Counts,
    /// Findings that the scan before did not have.
    new_findings: i64,
    /// Findings of the scan before that are gone.
    fixed_findings: i64,
    /// Why it failed, or what it could not look at.
    error: Option<String>,
    created_at: Millis,
    started_at: Option<Millis>,
    completed_at: Option<Millis>,
}

impl From<stored::Scan> for Scan {
    fn from(scan: stored::Scan) -> Self {
        Self {
            id: Id(scan.id),
            org_id: Id(scan.organization_id),
            project_id: Id(scan.project_id),
            scanner_type: Word(ScannerType(scan.trigger)),
            findings_count: Counts::of(&scan),
            target_ref: scan.target_ref,
            commit_sha: scan.commit_sha,
            status: Word(scan.status),
            new_findings: scan.new_findings,
            fixed_findings: scan.fixed_findings,
            error: scan.error,
            created_at: Millis(scan.created_at),
            started_at: scan.started_at.map(Millis),
            completed_at: scan.completed_at.map(Millis),
        }
    }
}

/// Who started a scan, and what it looks at.
#[derive(Clone, Copy)]
struct ScannerType(ScanTrigger);

impl Vocabulary for ScannerType {
    const NAME: &'static str = "ScannerType";
    const ALL: &'static [Self] =
        &[Self(ScanTrigger::Manual), Self(ScanTrigger::Webhook), Self(ScanTrigger::Schedule)];

    fn word(self) -> &'static str {
        match self.0 {
            ScanTrigger::Manual => "manual-all",
            ScanTrigger::Webhook => "webhook-all",
            ScanTrigger::Schedule => "schedule-all",
        }
    }
}

impl Vocabulary for ScanStatus {
    const NAME: &'static str = "ScanStatus";
    const ALL: &'static [Self] = Self::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }
}

/// `{org}/projects/{project}/scans/{scan}`.
#[derive(Deserialize, JsonSchema)]
pub(super) struct AtScan {
    /// The organization's slug, which is the token's.
    #[expect(dead_code, reason = "the caller's extractor has compared it with the token's")]
    org: String,
    /// The project's slug.
    pub(super) project: String,
    /// The scan's id.
    pub(super) scan: Id<ScanId>,
}

/// What the scan is of; what is left out is as the project says.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RunScan {
    /// Where it clones from. The project's token is sent there only if it is the same host.
    #[serde(default)]
    clone_url: Option<String>,
    #[serde(default)]
    branch: Option<String>,
}

/// Which scans.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[serde(default)]
    status: Option<Word<ScanStatus>>,
    #[serde(default)]
    limit: Limit,
    #[serde(default)]
    cursor: Option<Cursor>,
}

async fn run(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<InProject>,
    OptionalBody { value: body, .. }: OptionalBody<RunScan>,
) -> Answer<Reply<Scan, 202>> {
    let request = ScanRequest { clone_url: body.clone_url, branch: body.branch };
    Ok(Reply::new(app.start_scan(&caller.ctx, &at.project, request).await?.into()))
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<InProject>,
    uri: OriginalUri,
    Query { value: query, .. }: Query<Filter>,
) -> Answer<Reply<Vec<Scan>>> {
    let status = query.status.map(|status| status.0);
    let after = query.cursor.map(|cursor| cursor.0);
    let page = app.scans(&caller.ctx, &at.project, status, after, query.limit.0).await?;
    Ok(listed(&uri, page, Scan::from))
}

async fn get(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtScan>,
) -> Answer<Reply<Scan>> {
    Ok(Reply::new(app.scan(&caller.ctx, &at.project, at.scan.0).await?.into()))
}

async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtScan>,
) -> Answer<Reply<Scan, 202>> {
    Ok(Reply::new(app.cancel_scan(&caller.ctx, &at.project, at.scan.0).await?.into()))
}
