//! SARIF 2.1.0 (OASIS Standard, errata 01), one run, made to pass GitHub code scanning's door.
//!
//! GitHub's limits, from "SARIF support for code scanning" and "SARIF results exceed one or more limits" in its
//! documentation: a file has at most 10 MB compressed, a run at most 25,000 results (of which it keeps 5,000) and 25,000 rules,
//! a result at most 1,000 locations, a rule at most 20 tags, a description at most 1,024 characters. It rejects the whole file
//! for one result without a location, and a location must have an address that is not empty and all four numbers of a region.

mod notifications;
mod plan;
mod results;
mod rules;
mod uri;

use std::io;

use serde::Serialize;

use crate::{SarifStyle, ScanReport, printable_json, repository, summary, time};
use notifications::{Notification, NotificationKind};
use plan::Plan;
use results::Results;
use rules::Rule;
pub(crate) use uri::percent;
use uri::{Address, SOURCE_ROOT};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(crate) fn write(
    report: &ScanReport<'_>,
    style: SarifStyle,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let plan = Plan::of(report, style);
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [Run::of(report, &plan)] };
    printable_json::write_compact(&log, out)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    version_control_provenance: Option<[Provenance<'a>; 1]>,
    /// What `model::Position` counts.
    column_kind: &'static str,
    results: Results<'a>,
    properties: RunProperties<'a>,
}

impl<'a> Run<'a> {
    fn of(report: &'a ScanReport<'a>, plan: &'a Plan<'a>) -> Self {
        let provenance = report.repository.and_then(|repository| {
            let repository_uri = repository.url.and_then(repository::as_uri)?;
            let mapped_to = Base { uri_base_id: SOURCE_ROOT };
            Some([Provenance { repository_uri, revision_id: repository.commit, mapped_to }])
        });
        Self {
            tool: Tool {
                driver: Driver {
                    name: "bartizan",
                    version: report.tool_version,
                    rules: &plan.rules,
                    notifications: notifications::kinds(report),
                },
            },
            invocations: [Invocation::of(report, plan)],
            version_control_provenance: provenance,
            column_kind: "unicodeCodePoints",
            results: Results(&plan.results),
            properties: RunProperties {
                target: repository::without_credentials(report.target),
                key_id: report.key_id,
                complete: report.complete,
                history: report.history,
                suppressed: summary::suppressed(report.findings),
                advisories_at: report.advisories_at_ms.and_then(time::rfc3339),
                grade: report.grade.map(|grade| grade.letter),
            },
        }
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    rules: &'a [Rule],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notifications: Vec<NotificationKind>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    /// False where a reader must not take absence for repair: something that should have been looked at was not.
    execution_successful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_time_utc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time_utc: Option<String>,
    tool_execution_notifications: Vec<Notification<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_configuration_notifications: Vec<Notification<'a>>,
}

impl<'a> Invocation<'a> {
    fn of(report: &'a ScanReport<'a>, plan: &Plan<'_>) -> Self {
        let elapsed_ms = i64::try_from(report.elapsed.as_millis()).unwrap_or(i64::MAX);
        let (configuration, execution) = notifications::of(report, plan);
        Self {
            execution_successful: report.complete,
            start_time_utc: time::rfc3339(report.started_at_ms),
            end_time_utc: time::rfc3339(report.started_at_ms.saturating_add(elapsed_ms)),
            tool_execution_notifications: execution,
            tool_configuration_notifications: configuration,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provenance<'a> {
    repository_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<&'a str>,
    mapped_to: Base,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Base {
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunProperties<'a> {
    target: std::borrow::Cow<'a, str>,
    key_id: &'a str,
    complete: bool,
    history: bool,
    /// All there are, whether they are results of this log or not.
    suppressed: usize,
    /// How old the advisories are that packages were judged by.
    #[serde(skip_serializing_if = "Option::is_none")]
    advisories_at: Option<String>,
    /// How well a website does.
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<&'a str>,
}

/// A `message` or `multiformatMessageString` of plain text.
#[derive(Serialize)]
struct Text<T> {
    text: T,
}

/// A `location`, its region left out where it is of no use (in notifications).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a> {
    artifact_location: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<results::Region<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    context_region: Option<results::Context>,
}
