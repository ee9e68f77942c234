//! `/api/v1/scans`, which the Web API claims as well.

use aide::axum::{ApiRouter, routing::get_with};
use app::{
    App, ScanQuery, ScanSummary, ScanView,
    stored::{ScanKind, ScanStatus},
};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Answer, Body, ById, Caller, Number, Path, Query,
    page::{Limit, PageNumber, Pagination, Place},
    success,
};
use crate::kit::{Counts, Millis, ScannerName, Vocabulary, Word};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/api/v1/scans",
            get_with(list, |op| op.id("listScans").tag("scans").summary("List scans")).post_with(
                start,
                |op| {
                    op.id("createScan").tag("scans").summary("Start a scan").description(
                        "Poll it until its status is `completed`, `failed` or `cancelled`.",
                    )
                },
            ),
        )
        .api_route(
            "/api/v1/scans/{id}",
            get_with(get, |op| {
                op.id("getScan").tag("scans").summary("Read a scan with its summary")
            }),
        )
}

/// A scan of a project.
#[derive(Serialize, JsonSchema)]
pub(super) struct Scan {
    id: i64,
    project_id: i64,
    scan_type: Word<ScanType>,
    status: Word<Status>,
    /// The branch, tag or commit.
    branch: String,
    /// The commit it looked at, once that is known.
    commit: Option<String>,
    /// In percent.
    progress: i64,
    /// All of them, once it has completed.
    findings_count: i64,
    /// Why it failed, or what it could not look at.
    error: Option<String>,
    created_at: Millis,
    started_at: Option<Millis>,
    completed_at: Option<Millis>,
}

impl From<ScanView> for Scan {
    fn from(ScanView { scan, project }: ScanView) -> Self {
        Self {
            id: scan.number,
            project_id: project.number,
            scan_type: Word(ScanType(scan.kind)),
            status: Word(Status(scan.status)),
            findings_count: Counts::of(&scan).sum(),
            branch: scan.target_ref,
            commit: scan.commit_sha,
            progress: scan.progress,
            error: scan.error,
            created_at: Millis(scan.created_at),
            started_at: scan.started_at.map(Millis),
            completed_at: scan.completed_at.map(Millis),
        }
    }
}

/// A scan, and what it found.
#[derive(Serialize, JsonSchema)]
struct DetailedScan {
    #[serde(flatten)]
    scan: Scan,
    summary: Summary,
}

/// How many findings there are so far.
#[derive(Serialize, JsonSchema)]
struct Summary {
    by_severity: Counts,
    by_scanner: ByScanner,
}

/// Findings by what looked for them.
#[derive(Serialize, JsonSchema)]
struct ByScanner {
    secrets: i64,
    dependencies: i64,
    code: i64,
    config: i64,
}

impl From<ScanSummary> for Summary {
    fn from(summary: ScanSummary) -> Self {
        let count = |scanner: ScannerName| {
            let of_scanner = summary.by_scanner.iter().find(|(name, _)| name == scanner.word());
            of_scanner.map_or(0, |(_, count)| *count)
        };
        let by_scanner = ByScanner {
            secrets: count(ScannerName::Secrets),
            dependencies: count(ScannerName::Dependencies),
            code: count(ScannerName::Code),
            config: count(ScannerName::Config),
        };
        Self { by_severity: summary.by_severity.into(), by_scanner }
    }
}

/// One scan.
#[derive(Serialize, JsonSchema)]
struct OneScan {
    scan: Scan,
}

/// One scan in detail.
#[derive(Serialize, JsonSchema)]
struct OneDetailedScan {
    scan: DetailedScan,
}

/// A page of scans.
#[derive(Serialize, JsonSchema)]
struct ScanList {
    scans: Vec<Scan>,
    pagination: Pagination,
}

/// What a scan looks for.
#[derive(Clone, Copy)]
struct ScanType(ScanKind);

impl Vocabulary for ScanType {
    const NAME: &'static str = "ScanType";
    const ALL: &'static [Self] = &[
        Self(ScanKind::Full),
        Self(ScanKind::Quick),
        Self(ScanKind::Secrets),
        Self(ScanKind::Dependencies),
        Self(ScanKind::Code),
        Self(ScanKind::Config),
    ];

    fn word(self) -> &'static str {
        self.0.as_str()
    }
}

/// Where a scan is in its life.
#[derive(Clone, Copy)]
pub(super) struct Status(pub(super) ScanStatus);

impl Vocabulary for Status {
    const NAME: &'static str = "ScanStatus";
    const ALL: &'static [Self] = &[
        Self(ScanStatus::Queued),
        Self(ScanStatus::Running),
        Self(ScanStatus::Completed),
        Self(ScanStatus::Failed),
        Self(ScanStatus::Cancelled),
    ];

    fn word(self) -> &'static str {
        match self.0 {
            ScanStatus::Queued => "pending",
            other => other.as_str(),
        }
    }
}

/// Which scans.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[serde(default)]
    project_id: Option<Number>,
    #[serde(default)]
    status: Option<Word<Status>>,
    #[serde(default)]
    scan_type: Option<Word<ScanType>>,
    #[serde(default)]
    page: PageNumber,
    #[serde(default)]
    limit: Limit,
}

/// A scan to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewScan {
    project_id: i64,
    scan_type: Word<ScanType>,
    /// The project's default branch unless said otherwise.
    #[serde(default)]
    branch: Option<String>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query { value: query, .. }: Query<Filter>,
) -> Answer<ScanList> {
    let place = Place::new(query.page, query.limit);
    let which = ScanQuery {
        project: query.project_id.map(|number| number.0),
        status: query.status.map(|status| status.0.0),
        kind: query.scan_type.map(|kind| kind.0.0),
    };
    let (scans, total) = app.scans_page(&caller.ctx, which, place.offset()).await?;
    let scans = scans.into_iter().map(Scan::from).collect();
    Ok(success(ScanList { scans, pagination: place.of(total) }))
}

async fn start(
    State(app): State<App>,
    caller: Caller,
    Body { value: body, .. }: Body<NewScan>,
) -> Answer<OneScan, 201> {
    let kind = body.scan_type.0.0;
    let view = app.start_scan_by_number(&caller.ctx, body.project_id, kind, body.branch).await?;
    Ok(success(OneScan { scan: view.into() }))
}

async fn get(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<ById>,
) -> Answer<OneDetailedScan> {
    let (view, summary) = app.scan_summary(&caller.ctx, at.id.0).await?;
    let scan = DetailedScan { scan: view.into(), summary: summary.into() };
    Ok(success(OneDetailedScan { scan }))
}
