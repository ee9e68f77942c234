//! `/api/v1/scans/{id}/export`: a scan as a file.

use aide::axum::{ApiRouter, routing::get_with};
use app::{App, ScanView};
use axum::extract::State;
use http::{HeaderMap, header};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{ById, Caller, Path, Query, Workspace, findings::Finding, scans::Scan};
use crate::kit::{
    self, Attachment, Word,
    export::{Column, Format, Shape, report},
};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route(
        "/api/v1/scans/{id}/export",
        get_with(export, |op| {
            op.id("exportScan").tag("findings").summary("Read a scan as a file").description(
                "Once it has ended. Without `format`, `Accept: text/csv` asks for CSV. SARIF and CycloneDX hold at most \
                 25,000 findings, the worst. CycloneDX and SPDX tell of packages: a scan that did not look for them is answered with 409.",
            )
        }),
    )
}

/// The columns of CSV: a finding's fields, in their order.
const COLUMNS: &[Column] = &[
    Column("id", "/id"),
    Column("scan_id", "/scan_id"),
    Column("scanner", "/scanner"),
    Column("rule_id", "/rule_id"),
    Column("severity", "/severity"),
    Column("confidence", "/confidence"),
    Column("title", "/title"),
    Column("description", "/description"),
    Column("recommendation", "/recommendation"),
    Column("file_path", "/file_path"),
    Column("line_number", "/line_number"),
    Column("line_end", "/line_end"),
    Column("code_snippet", "/code_snippet"),
    Column("package_name", "/package_name"),
    Column("package_version", "/package_version"),
    Column("fixed_version", "/fixed_version"),
    Column("cwe_id", "/cwe_id"),
    Column("aliases", "/aliases"),
    Column("status", "/status"),
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

impl Wanted {
    /// What the query says, else what the client likes to read.
    fn format(&self, headers: &HeaderMap) -> Format {
        let likes_csv = quality(headers, "text/csv") > quality(headers, "application/json");
        let liked = if likes_csv { Format::Csv } else { Format::Json };
        self.format.map_or(liked, |format| format.0)
    }
}

/// How much a client likes a media type that it names, in thousandths (RFC 9110, 12.5.1).
fn quality(headers: &HeaderMap, media_type: &str) -> u16 {
    let values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let of_range = |range: &str| {
        let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = parameters.split(';').filter_map(|one| one.trim().strip_prefix("q=")).next();
        let weight = weight.map_or(1.0, |text| text.trim().parse::<f32>().unwrap_or(0.0));
        let is_it = name.trim().eq_ignore_ascii_case(media_type);
        // A number that is no weight is cut.
        is_it.then_some((weight * 1000.0) as u16)
    };
    values.flat_map(|value| value.split(',')).filter_map(of_range).max().unwrap_or(0)
}

async fn export(
    State(app): State<App>,
    caller: Caller,
    Path { value: at, .. }: Path<ById>,
    Query { value: wanted, .. }: Query<Wanted>,
    headers: HeaderMap,
) -> Result<Attachment<Format>, kit::Failure<Workspace>> {
    let export = app.export_by_number(&caller.ctx, at.id.0).await?;
    let name = format!("{}-scan-{}", export.project.slug, at.id.0);
    let view = ScanView { scan: export.scan.clone(), project: export.project.clone() };
    let finding = move |finding| Finding::of(finding, at.id.0);
    let shape = Shape { scan: Scan::from(view), finding, columns: COLUMNS };
    Ok(report(&export, wanted.format(&headers), &name, shape).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_likes_csv_gets_it() {
        let of = |accept: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            Wanted { format: None }.format(&headers)
        };
        for accept in ["text/csv", "text/html, Text/CSV;header=present", "text/csv, */*;q=0.1"] {
            assert_eq!(of(accept), Format::Csv, "{accept}");
        }
        for accept in
            ["*/*", "", "application/json", "application/json, text/csv;q=0.9", "text/csv;q=0"]
        {
            assert_eq!(of(accept), Format::Json, "{accept}");
        }
        let headers = HeaderMap::from_iter([(header::ACCEPT, "text/csv".parse().unwrap())]);
        let wanted = Wanted { format: Some(Word(Format::Sarif)) };
        assert_eq!(wanted.format(&headers), Format::Sarif);
    }
}
