//! What is known against the packages, as `vulnerabilities` of CycloneDX: one for each finding.

use model::{Finding, PackageDetail, Suppression};
use serde::{Serialize, Serializer};

use super::{
    cyclonedx::{Property, reference},
    inventory::Inventory,
};
use crate::{package, summary::justification, text::is_web_address};

/// One after the other into the writer.
pub(super) struct Vulnerabilities<'a> {
    pub(super) findings: &'a [Finding],
    pub(super) inventory: &'a Inventory<'a>,
}

impl Serialize for Vulnerabilities<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.iter().filter_map(|finding| {
            let detail = finding.package.as_deref()?;
            let component = self.inventory.find(detail)?;
            Some(Vulnerability::of(finding, detail, reference(component)))
        }))
    }
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    references: Vec<Alias<'a>>,
    ratings: [Score; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cwes: Vec<u32>,
    description: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    recommendation: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advisories: Vec<Page<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    analysis: Option<Analysis<'a>>,
    affects: [Affected<'a>; 1],
    properties: Vec<Property>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

#[derive(Serialize)]
struct Alias<'a> {
    id: &'a str,
    source: Source,
}

#[derive(Serialize)]
struct Score {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    severity: &'static str,
}

#[derive(Serialize)]
struct Page<'a> {
    url: &'a str,
}

#[derive(Serialize)]
struct Analysis<'a> {
    state: &'static str,
    detail: &'a str,
}

#[derive(Serialize)]
struct Affected<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
}

impl<'a> Vulnerability<'a> {
    fn of(finding: &'a Finding, detail: &'a PackageDetail, reference: &'a str) -> Self {
        let mut ids = finding.aliases.iter().map(|alias| &**alias);
        let id = ids.next();
        let pages = finding.references.iter().map(|page| &**page);
        Self {
            id: id.unwrap_or(finding.check.as_str()),
            source: id.map(Source::of),
            references: ids.map(|id| Alias { id, source: Source::of(id) }).collect(),
            ratings: [Score { score: package::score(detail), severity: finding.severity.as_str() }],
            // The schema begins at 1.
            cwes: finding.cwe.map(|cwe| cwe.0).filter(|number| *number > 0).into_iter().collect(),
            description: &finding.title,
            detail: &finding.description,
            recommendation: &finding.remediation,
            advisories: pages.filter(|url| is_web_address(url)).map(|url| Page { url }).collect(),
            analysis: justification(finding)
                .map(|detail| Analysis { state: "not_affected", detail }),
            affects: [Affected { reference }],
            properties: properties(finding, detail),
        }
    }
}

/// What CycloneDX has no words for, in those of the JSON report.
fn properties(finding: &Finding, detail: &PackageDetail) -> Vec<Property> {
    let mut properties = vec![
        Property::new("bartizan:check_id", finding.check.as_str()),
        Property::new("bartizan:fingerprint", finding.fingerprint.to_string()),
        Property::new("bartizan:exploited", detail.is_exploited.to_string()),
        Property::new("bartizan:reachable", detail.reachable.as_str()),
    ];
    let epss = package::probability(detail);
    properties.extend(epss.map(|epss| Property::new("bartizan:epss", epss.to_string())));
    let fixed = detail.fixed_version.as_deref();
    properties.extend(fixed.map(|version| Property::new("bartizan:fixed_version", version)));
    let reason = finding.suppression.as_ref().map(Suppression::as_str);
    properties.extend(reason.map(|reason| Property::new("bartizan:suppression", reason)));
    properties
}

impl Source {
    /// Who publishes what has such an id.
    fn of(id: &str) -> Self {
        let (name, page) = match id.split_once('-').map(|(kind, _)| kind) {
            Some("CVE") => ("NVD", "https://nvd.nist.gov/vuln/detail/"),
            Some("GHSA") => ("GitHub Advisories", "https://github.com/advisories/"),
            Some("RUSTSEC") => ("RustSec", "https://rustsec.org/advisories/"),
            _ => ("OSV", "https://osv.dev/vulnerability/"),
        };
        let is_plain =
            id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte));
        Self { name, url: is_plain.then(|| format!("{page}{id}")) }
    }
}
