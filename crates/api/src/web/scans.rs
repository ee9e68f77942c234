//! `/api/v1/scans`, which the Workspace API claims as well.

use std::collections::BTreeMap;

use aide::axum::{ApiRouter, routing::get_with};
use app::{
    App, Ctx, SiteScanDraft,
    stored::{ScanId, ScanMode, ScanStatus, SiteScan, SiteTrigger},
};
use axum::extract::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::{Answer, Body, Caller, Path, Query, cursor::Cursor, findings::Finding};
use crate::kit::{Counts, Exact, Id, Limit, Reply, Vocabulary, Word};

/// Scans that are told with all their findings at a time: each may take tens of megabytes.
static WHOLE: Semaphore = Semaphore::const_new(4);

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new()
        .api_route(
            "/api/v1/scans",
            get_with(list, |op| op.id("listScans").tag("scans").summary("List scans")).post_with(
                start,
                |op| {
                    op.id("startScan").tag("scans").summary("Start a scan").description(
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

/// A scan to be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewScan {
    /// A URL, or a hostname, which means https.
    target: String,
    /// `passive` unless said otherwise.
    #[serde(default)]
    mode: Option<Word<Mode>>,
}

/// A scan that waits.
#[derive(Serialize, JsonSchema)]
pub(super) struct StartedScan {
    id: Id<ScanId>,
    status: Word<Status>,
    /// The address as it is going to be visited.
    target: String,
    mode: Word<Mode>,
}

/// A scan of a website.
#[derive(Serialize, JsonSchema)]
struct Scan {
    id: Id<ScanId>,
    target_url: String,
    target_hostname: String,
    mode: Word<Mode>,
    status: Word<Status>,
    started_at: Option<Exact>,
    completed_at: Option<Exact>,
    /// Once it has completed.
    findings_count: Counts,
    triggered_by: Word<Trigger>,
    created_at: Exact,
}

impl From<SiteScan> for Scan {
    fn from(scan: SiteScan) -> Self {
        Self {
            id: Id(scan.id),
            findings_count: Counts::of_site(&scan),
            target_url: scan.target_url,
            target_hostname: scan.target_hostname,
            mode: Word(Mode(scan.mode)),
            status: Word(Status(scan.status)),
            started_at: scan.started_at.map(Exact),
            completed_at: scan.completed_at.map(Exact),
            triggered_by: Word(Trigger(scan.trigger)),
            created_at: Exact(scan.created_at),
        }
    }
}

/// A scan, and what it found.
#[derive(Serialize, JsonSchema)]
pub(super) struct DetailedScan {
    #[serde(flatten)]
    scan: Scan,
    /// Findings by severity, of each category that has any.
    summary: BTreeMap<String, Counts>,
    /// Why it failed, or what it could not look at.
    error: Option<String>,
    /// The grade of the site's headers, `A+` to `F`, once it is known.
    grade: Option<String>,
    /// All of them, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<Finding>>,
}

/// A page of scans.
#[derive(Serialize, JsonSchema)]
pub(super) struct ScanList {
    scans: Vec<Scan>,
    /// Leads to the next page; null at the end.
    next_cursor: Option<Cursor>,
}

/// How far a scan goes.
#[derive(Clone, Copy)]
struct Mode(ScanMode);

/// Where a scan is in its life.
#[derive(Clone, Copy)]
struct Status(ScanStatus);

/// From where a scan was started.
#[derive(Clone, Copy)]
struct Trigger(SiteTrigger);

impl Vocabulary for Mode {
    const NAME: &'static str = "ScanMode";
    const ALL: &'static [Self] = &[Self(ScanMode::Passive), Self(ScanMode::Active)];

    fn word(self) -> &'static str {
        self.0.as_str()
    }
}

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
        self.0.as_str()
    }
}

impl Vocabulary for Trigger {
    const NAME: &'static str = "ScanTrigger";
    const ALL: &'static [Self] = &[
        Self(SiteTrigger::Api),
        Self(SiteTrigger::Dashboard),
        Self(SiteTrigger::Schedule),
        Self(SiteTrigger::Mcp),
        Self(SiteTrigger::Cli),
    ];

    fn word(self) -> &'static str {
        self.0.as_str()
    }
}

/// Which scans.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Paging {
    #[serde(default)]
    limit: Limit,
    #[serde(default)]
    cursor: Option<Cursor>,
}

/// `{id}`.
#[derive(Deserialize, JsonSchema)]
struct ById {
    id: Id<ScanId>,
}

/// How much of a scan.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Detail {
    /// The findings as well, all of them.
    #[serde(default)]
    include_findings: bool,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query { value: query, .. }: Query<Paging>,
) -> Answer<ScanList> {
    Ok(Reply::new(page(&app, &caller.ctx, query.cursor, query.limit.0).await?))
}

async fn start(
    State(app): State<App>,
    caller: Caller,
    Body { value: body, .. }: Body<NewScan>,
) -> Answer<StartedScan> {
    Ok(Reply::new(begin(&app, &caller.ctx, body, SiteTrigger::Api).await?))
}

async fn get(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<ById>,
    Query { value: detail, .. }: Query<Detail>,
) -> Answer<DetailedScan> {
    Ok(Reply::new(one(&app, &caller.ctx, at.id.0, detail.include_findings).await?))
}

pub(super) async fn page(
    app: &App,
    ctx: &Ctx,
    after: Option<Cursor>,
    limit: u64,
) -> Result<ScanList, app::Error> {
    let page = app.site_scans(ctx, after.map(|cursor| cursor.0), limit).await?;
    let scans = page.items.into_iter().map(Scan::from).collect();
    Ok(ScanList { scans, next_cursor: page.next.map(Cursor) })
}

pub(super) async fn begin(
    app: &App,
    ctx: &Ctx,
    wanted: NewScan,
    trigger: SiteTrigger,
) -> Result<StartedScan, app::Error> {
    let mode = wanted.mode.map_or(ScanMode::Passive, |mode| mode.0.0);
    let draft = SiteScanDraft { target: wanted.target, mode, trigger };
    let scan = app.start_site_scan(ctx, draft).await?;
    Ok(StartedScan {
        id: Id(scan.id),
        status: Word(Status(scan.status)),
        target: scan.target_url,
        mode: Word(Mode(scan.mode)),
    })
}

pub(super) async fn one(
    app: &App,
    ctx: &Ctx,
    id: ScanId,
    include_findings: bool,
) -> Result<DetailedScan, app::Error> {
    let (scan, totals) = app.site_scan(ctx, id).await?;
    let findings = match include_findings {
        true => {
            // It is never closed.
            let _turn = WHOLE.acquire().await;
            let all = app.findings_of_site_scan(ctx, id).await?;
            Some(all.into_iter().map(Finding::from).collect())
        }
        false => None,
    };
    let summary = totals.into_iter().map(|(name, totals)| (name, totals.into())).collect();
    Ok(DetailedScan {
        summary,
        error: scan.error.clone(),
        grade: scan.grade.clone(),
        scan: scan.into(),
        findings,
    })
}
