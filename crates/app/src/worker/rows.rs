//! Findings as the database keeps them.

use std::sync::Arc;

use model::{Ecosystem, Finding, Package, PackageDetail, Reachable, Relation, Scope, visible};
use store::{FindingStatus, NewFinding};

use crate::findings::{confidence_rank, severity_rank};

/// What is stored of a finding.
pub(crate) fn of(finding: &Finding) -> NewFinding {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let lines = finding.place.span.map(|span| {
        [span.start.line, span.end.line, span.start.column, span.end.column].map(number)
    });
    NewFinding {
        scanner: finding.scanner.as_str(),
        check_id: finding.check.as_str().to_owned(),
        severity: severity_rank(finding.severity),
        confidence: confidence_rank(finding.confidence),
        title: finding.title.to_string(),
        description: finding.description.to_string(),
        remediation: finding.remediation.to_string(),
        file_path: Some(finding.place.path.as_str().to_owned()),
        lines,
        snippet: finding.snippet.as_deref().map(|snippet| text(&snippet.lines)),
        commit_sha: finding.place.commit.as_ref().map(|commit| commit.id.as_str().to_owned()),
        cwe_id: finding.cwe.map(|cwe| cwe.to_string()),
        package: finding.package.as_deref().map(package),
        aliases: finding.aliases.iter().map(|alias| alias.to_string()).collect(),
        references: finding.references.iter().map(|page| page.to_string()).collect(),
        fingerprint: finding.fingerprint.to_string(),
        status: match finding.suppression {
            Some(_) => FindingStatus::Ignored,
            None => FindingStatus::Open,
        },
    }
}

/// What the APIs tell of a package, and what exports tell beside it.
fn package(detail: &PackageDetail) -> serde_json::Value {
    serde_json::json!({
        "purl": detail.purl.as_deref(),
        "name": &*detail.package.name,
        "version": &*detail.package.version,
        "ecosystem": detail.package.ecosystem.as_str(),
        "release": detail.package.release.as_deref(),
        "fixed_version": detail.fixed_version.as_deref(),
        "direct": match detail.relation {
            Relation::Direct => Some(true),
            Relation::Transitive => Some(false),
            Relation::Unknown => None,
        },
        "development": detail.scope == Scope::Development,
        "path": detail.path.iter().map(|step| &**step).collect::<Vec<_>>(),
        "score_tenths": detail.score_tenths,
        "exploited": detail.is_exploited,
        "epss_millionths": detail.epss_millionths,
        "reachable": detail.reachable.as_str(),
    })
}

/// What of it can be read again; see [`package`].
pub(crate) fn package_of(stored: &serde_json::Value) -> Option<PackageDetail> {
    let text = |name: &str| stored.get(name).and_then(|value| value.as_str());
    let number = |name: &str| stored.get(name).and_then(serde_json::Value::as_u64);
    let is = |name: &str| stored.get(name).and_then(serde_json::Value::as_bool);
    let path = stored.get("path").and_then(|path| path.as_array());
    Some(PackageDetail {
        package: Package {
            ecosystem: Ecosystem::parse(text("ecosystem")?)?,
            release: text("release").map(Arc::from),
            name: text("name")?.into(),
            version: text("version")?.into(),
        },
        purl: text("purl").map(Arc::from),
        fixed_version: text("fixed_version").map(Arc::from),
        relation: match is("direct") {
            Some(true) => Relation::Direct,
            Some(false) => Relation::Transitive,
            None => Relation::Unknown,
        },
        scope: match is("development") {
            Some(true) => Scope::Development,
            _ => Scope::Production,
        },
        path: path.into_iter().flatten().filter_map(|step| step.as_str()).map(Arc::from).collect(),
        score_tenths: number("score_tenths").and_then(|score| u8::try_from(score).ok()),
        is_exploited: is("exploited").unwrap_or(false),
        epss_millionths: number("epss_millionths").and_then(|one| u32::try_from(one).ok()),
        reachable: [Reachable::Yes, Reachable::No]
            .into_iter()
            .find(|one| text("reachable") == Some(one.as_str()))
            .unwrap_or(Reachable::Unknown),
    })
}

/// The lines as one text, without anything that hides or drives a terminal; PostgreSQL has no place for NUL either.
fn text(lines: &[String]) -> String {
    let mut text = String::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            text.push('\n');
        }
        for (index, between_tabs) in line.split('\t').enumerate() {
            if index > 0 {
                text.push('\t');
            }
            text.push_str(&visible(between_tabs));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snippet_is_text_that_hides_nothing() {
        let lines = ["a\tb\0c".to_owned(), String::new(), "d\u{202e}".to_owned()];
        assert_eq!(text(&lines), "a\tb\\x00c\n\nd\\u{202e}");
    }
}
