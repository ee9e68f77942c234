//! `/api/v1/findings`: what was found on all websites of an organization.

use std::{borrow::Cow, collections::BTreeMap};

use aide::axum::{ApiRouter, routing::get_with};
use app::{
    App, Ctx, SiteFindingQuery, confidence_of_rank, severity_of_rank,
    stored::{FindingId, ScanId, SiteFinding},
};
use axum::extract::State;
use model::{Confidence, Severity};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};

use super::{Answer, Caller, FINDINGS, Query, cursor::Cursor};
use crate::kit::{Exact, Id, Limit, Millis, Reply, Severities, Word};

pub(super) fn routes() -> ApiRouter<App> {
    ApiRouter::new().api_route(
        FINDINGS,
        get_with(list, |op| {
            op.id("listFindings")
                .tag("findings")
                .summary("List findings")
                .description("Of all scans of the organization's websites.")
        }),
    )
}

/// A problem of a website.
#[derive(Serialize, JsonSchema)]
pub(super) struct Finding {
    id: Id<FindingId>,
    scan_id: Id<ScanId>,
    /// `<category>.<check>`.
    pub(super) check_id: String,
    severity: Word<Severity>,
    pub(super) title: String,
    pub(super) description: String,
    /// What shows it, by name. Of several texts of one name each stands on a line.
    pub(super) evidence: Evidence,
    /// How to repair it.
    pub(super) remediation: String,
    /// As `CWE-798`.
    cwe_id: Option<String>,
    created_at: Exact,
    confidence: Word<Confidence>,
    /// Where it stands.
    pub(super) url: String,
}

impl From<SiteFinding> for Finding {
    fn from(finding: SiteFinding) -> Self {
        Self {
            id: Id(finding.id),
            scan_id: Id(finding.scan_id),
            check_id: finding.check_id,
            severity: Word(severity_of_rank(finding.severity)),
            title: finding.title,
            description: finding.description,
            evidence: Evidence::of(&finding.evidence),
            remediation: finding.remediation,
            cwe_id: finding.cwe_id,
            created_at: Exact(finding.created_at),
            confidence: Word(confidence_of_rank(finding.confidence)),
            url: finding.url,
        }
    }
}

/// Names and texts, in an order that tells something.
pub(super) struct Evidence(Vec<(String, String)>);

impl Evidence {
    /// What is stored as pairs.
    fn of(stored: &serde_json::Value) -> Self {
        let mut all: Vec<(String, String)> = Vec::new();
        for pair in stored.as_array().into_iter().flatten() {
            let text = |at: usize| pair.get(at).and_then(|text| text.as_str());
            let (Some(name), Some(text)) = (text(0), text(1)) else { continue };
            match all.iter_mut().find(|(known, _)| known == name) {
                Some((_, texts)) => {
                    texts.push('\n');
                    texts.push_str(text);
                }
                None => all.push((name.to_owned(), text.to_owned())),
            }
        }
        Self(all)
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, text)| (name, text)))
    }
}

impl JsonSchema for Evidence {
    fn schema_name() -> Cow<'static, str> {
        "Evidence".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}

/// A page of findings.
#[derive(Serialize, JsonSchema)]
pub(super) struct FindingList {
    findings: Vec<Finding>,
    /// Leads to the next page; null at the end.
    next_cursor: Option<Cursor>,
}

/// Which findings.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Filter<L: Default> {
    #[serde(default)]
    severity: Severities,
    /// `<category>.<check>`.
    #[serde(default)]
    check_id: Option<String>,
    /// What stands in front of the check's dot.
    #[serde(default)]
    category: Option<String>,
    #[serde(default)]
    scan_id: Option<Id<ScanId>>,
    /// Made at this time or later.
    #[serde(default)]
    since: Option<Millis>,
    /// 1 to 200; 50 unless said otherwise.
    #[serde(default)]
    pub(super) limit: L,
    /// The `next_cursor` of the page before.
    #[serde(default)]
    cursor: Option<Cursor>,
}

async fn list(
    State(app): State<App>,
    caller: Caller,
    Query { value: filter, .. }: Query<Filter<Limit<50, 200>>>,
) -> Answer<FindingList> {
    let limit = filter.limit.0;
    Ok(Reply::new(page(&app, &caller.ctx, filter, limit).await?))
}

pub(super) async fn page<L: Default>(
    app: &App,
    ctx: &Ctx,
    filter: Filter<L>,
    limit: u64,
) -> Result<FindingList, app::Error> {
    let query = SiteFindingQuery {
        severities: filter.severity.0,
        check_id: filter.check_id,
        category: filter.category,
        scan: filter.scan_id.map(|id| id.0),
        since_ms: filter.since.map(|since| since.0),
    };
    let after = filter.cursor.map(|cursor| cursor.0);
    let page = app.site_findings(ctx, query, after, limit).await?;
    let findings = page.items.into_iter().map(Finding::from).collect();
    Ok(FindingList { findings, next_cursor: page.next.map(Cursor) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_keeps_its_order_and_all_of_one_name() {
        let stored = json!([["z", "1"], ["a", "2"], ["z", "3"], ["odd"], 7]);
        let told = serde_json::to_string(&Evidence::of(&stored)).unwrap();
        assert_eq!(told, r#"{"z":"1\n3","a":"2"}"#);
    }
}
