//! The rule table: one `reportingDescriptor` per check that found something.

use model::{Confidence, Cwe, Finding, Scanner, Severity};
use serde::Serialize;

use super::Text;
use crate::{
    RuleDoc,
    text::{cut, one_line},
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
    security_severity: Option<&'static str>,
    /// Four at most; GitHub takes twenty.
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

impl Rule {
    pub(super) fn of(doc: &RuleDoc<'_>) -> Self {
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
        let mut tags = vec!["security".to_owned(), Scanner::Secrets.as_str().to_owned()];
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
                security_severity: security_severity(doc.severity),
                tags,
                provider: doc.provider.map(str::to_owned),
            },
        }
    }

    /// For a check that the report knows nothing else of.
    pub(super) fn of_finding(finding: &Finding) -> Self {
        Self::of(&RuleDoc {
            id: &finding.check,
            title: &finding.title,
            description: &finding.description,
            help: &finding.remediation,
            severity: finding.severity,
            confidence: finding.confidence,
            cwe: finding.cwe,
            reference: finding.references.first().map(|page| &**page),
            provider: finding.provider.as_deref(),
        })
    }
}

/// GitHub refuses empty texts.
fn or(text: String, instead: &str) -> String {
    if text.is_empty() { instead.to_owned() } else { text }
}

/// Whether it can stand as a URI (RFC 3986) of a page, and between `<` and `>` in Markdown.
fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|byte| {
                byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte)
            })
    })
}

/// SARIF's three levels.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub shows more than 9.0 as critical, from 7.0 as high, from 4.0 as medium, from 0.1 as low, and refuses 0.
const fn security_severity(severity: Severity) -> Option<&'static str> {
    match severity {
        Severity::Critical => Some("9.5"),
        Severity::High => Some("8.0"),
        Severity::Medium => Some("5.5"),
        Severity::Low => Some("3.0"),
        Severity::Info => None,
    }
}

/// GitHub's words; `very-high` is for rules that are never wrong.
const fn precision(confidence: Confidence) -> &'static str {
    confidence.as_str()
}
