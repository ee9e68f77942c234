//! `/v1/orgs/{org}/projects/{project}/scans/{scan}/export`: a scan as a file.

use aide::axum::{ApiRouter, routing::get_with};
use app::App;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    Answer, Caller, Path, Query,
    findings::Finding,
    scans::{AtScan, Scan},
};
use crate::kit::{
    Attachment, Word,
    export::{Column, Format, Shape, report},
};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route(
        "/v1/orgs/{org}/projects/{project}/scans/{scan}/export",
        get_with(export, |op| {
            op.id("exportScan")
                .tag("findings")
                .summary("Read a scan as a file")
                .description(
                    "Once it has ended. SARIF and CycloneDX hold at most 25,000 findings, the worst. CycloneDX and SPDX tell of \
                     packages: a scan that did not look for them is answered with 409.",
                )
        }),
    )
}

/// The columns of CSV: a finding's fields, in their order.
const COLUMNS: &[Column] = &[
    Column("id", "/id"),
    Column("scan_id", "/scan_id"),
    Column("project_id", "/project_id"),
    Column("scanner", "/scanner"),
    Column("check_id", "/check_id"),
    Column("severity", "/severity"),
    Column("confidence", "/confidence"),
    Column("title", "/title"),
    Column("description", "/description"),
    Column("remediation", "/remediation"),
    Column("file_path", "/file_path"),
    Column("line_start", "/line_start"),
    Column("line_end", "/line_end"),
    Column("column_start", "/column_start"),
    Column("column_end", "/column_end"),
    Column("snippet", "/snippet"),
    Column("commit_sha", "/commit_sha"),
    Column("package_purl", "/package/purl"),
    Column("package_name", "/package/name"),
    Column("package_version", "/package/version"),
    Column("package_ecosystem", "/package/ecosystem"),
    Column("package_fixed_version", "/package/fixed_version"),
    Column("cwe_id", "/cwe_id"),
    Column("aliases", "/aliases"),
    Column("references", "/references"),
    Column("fingerprint", "/fingerprint"),
    Column("status", "/status"),
    Column("first_seen_at", "/first_seen_at"),
    Column("created_at", "/created_at"),
];

/// In which format.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `json` unless said otherwise.
    #[serde(default)]
    format: Option<Word<Format>>,
}

async fn export(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<AtScan>,
    Query { value: wanted, .. }: Query<Wanted>,
) -> Answer<Attachment<Format>> {
    let format = wanted.format.map(|format| format.0).unwrap_or_default();
    let export = app.export(&caller.ctx, &at.project, at.scan.0).await?;
    let name = format!("{}-{}", export.project.slug, export.scan.id);
    let scan = Scan::from(export.scan.clone());
    let shape = Shape { scan, finding: Finding::from, columns: COLUMNS };
    Ok(report(&export, format, &name, shape).await?)
}
