//! The rule table: one `reportingDescriptor` per check that found something.

use model::{Confidence, Cwe, Finding, Severity};
use serde::Serialize;

use super::Text;
use crate::{
    RuleDoc,
    text::{cut, is_web_address, one_line},
};

/// GitHub's limit for descriptions.
const MAX_DESCRIPTION_CHARS: usize = 1_024;

/// A `reportingDescriptor`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    id: String,
    short_description: Text<String>,
    full_description: Text<String>,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: Properties,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties {
    precision: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<String>,
    /// Four at most; GitHub takes twenty.
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

impl Rule {
    /// What is known of a check, and what its worst finding says.
    pub(super) fn of(doc: &RuleDoc<'_>, worst: &Finding) -> Self {
        let id = doc.id.as_str();
        let title = or(one_line(doc.title), id);
        let description = or(one_line(doc.description), &title);
        let link = doc.reference.filter(|reference| is_web_address(reference));
        let mut help = Help { text: description.clone(), markdown: description.clone() };
        if !doc.help.trim().is_empty() {
            help.text.push_str(&format!("\n\nHow to repair: {}", doc.help.trim()));
            help.markdown.push_str(&format!("\n\n## How to repair\n\n{}", doc.help.trim()));
        }
        if let Some(link) = link {
            help.text.push_str(&format!("\n\n{link}"));
            help.markdown.push_str(&format!("\n\n<{link}>"));
        }
        let mut tags = vec!["security".to_owned(), worst.scanner.as_str().to_owned()];
        tags.extend(doc.cwe.map(|Cwe(number)| format!("external/cwe/cwe-{number:03}")));
        Self {
            id: id.to_owned(),
            short_description: Text { text: cut(&title, MAX_DESCRIPTION_CHARS).into_owned() },
            full_description: Text { text: cut(&description, MAX_DESCRIPTION_CHARS).into_owned() },
            help,
            help_uri: link.map(str::to_owned),
            default_configuration: Configuration { level: level(doc.severity) },
            properties: Properties {
                precision: precision(doc.confidence),
                security_severity: match &worst.package {
                    None => security_severity(doc.severity, None),
                    // One check stands for all advisories; how bad it is says none but its findings.
                    Some(detail) => security_severity(worst.severity, detail.score_tenths),
                },
                tags,
                provider: doc.provider.map(str::to_owned),
            },
        }
    }

    /// For a check that the report knows nothing else of.
    pub(super) fn of_finding(finding: &Finding) -> Self {
        // What is said of one package holds for no other.
        let is_general = finding.package.is_none();
        let told = |text| if is_general { text } else { "" };
        let doc = RuleDoc {
            id: &finding.check,
            title: told(&finding.title),
            description: told(&finding.description),
            help: told(&finding.remediation),
            severity: finding.severity,
            confidence: finding.confidence,
            cwe: finding.cwe.filter(|_| is_general),
            reference: finding.references.first().map(|page| &**page).filter(|_| is_general),
            provider: finding.provider.as_deref(),
        };
        Self::of(&doc, finding)
    }
}

/// GitHub refuses empty texts.
fn or(text: String, instead: &str) -> String {
    if text.is_empty() { instead.to_owned() } else { text }
}

/// SARIF's three levels.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub shows more than 9.0 as critical, from 7.0 as high, from 4.0 as medium, from 0.1 as low, and refuses 0. A score that
/// does not agree with the severity gives way to it: the severity knows more (that attackers use it, what the user decided).
pub(super) fn security_severity(severity: Severity, score_tenths: Option<u8>) -> Option<String> {
    let (band, usual) = match severity {
        Severity::Critical => (90..=100, 95),
        Severity::High => (70..=89, 80),
        Severity::Medium => (40..=69, 55),
        Severity::Low => (1..=39, 30),
        Severity::Info => return None,
    };
    let tenths = score_tenths.filter(|score| band.contains(score)).unwrap_or(usual);
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

/// GitHub's words; `very-high` is for rules that are never wrong.
const fn precision(confidence: Confidence) -> &'static str {
    confidence.as_str()
}
