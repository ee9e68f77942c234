//! Findings as the database keeps them.

use std::sync::Arc;

use model::{
    Ecosystem, Finding, Package, PackageDetail, Reachable, Relation, Scope, SourcePackage, visible,
};
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
        remediation: text(finding.remediation.lines()),
        file_path: Some(finding.place.path.as_str().to_owned()),
        lines,
        snippet: finding
            .snippet
            .as_deref()
            .map(|snippet| text(snippet.lines.iter().map(String::as_str))),
        commit_sha: finding.place.commit.as_ref().map(|commit| commit.id.as_str().to_owned()),
        cwe_id: finding.cwe.map(|cwe| cwe.to_string()),
        package: finding.package.as_deref().map(package),
        aliases: finding.aliases.iter().map(|alias| visible(alias).to_string()).collect(),
        references: finding.references.iter().map(|page| visible(page).to_string()).collect(),
        fingerprint: finding.fingerprint.to_string(),
        status: match finding.suppression {
            Some(_) => FindingStatus::Ignored,
            None => FindingStatus::Open,
        },
    }
}

/// What the APIs tell of a package, and what exports tell beside it; without anything that hides or drives a terminal.
fn package(detail: &PackageDetail) -> serde_json::Value {
    serde_json::json!({
        "purl": detail.purl.as_deref(),
        "name": visible(&detail.package.name),
        "version": visible(&detail.package.version),
        "ecosystem": detail.package.ecosystem.as_str(),
        "release": detail.package.release.as_deref().map(visible),
        "source": detail.package.source.as_deref().map(|source| {
            let version = source.version.as_deref().map(visible);
            serde_json::json!({"name": visible(&source.name), "version": version})
        }),
        "fixed_version": detail.fixed_version.as_deref().map(visible),
        "direct": match detail.relation {
            Relation::Direct => Some(true),
            Relation::Transitive => Some(false),
            Relation::Unknown => None,
        },
        "development": detail.scope == Scope::Development,
        "path": detail.path.iter().map(|step| visible(step)).collect::<Vec<_>>(),
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
            source: stored.get("source").and_then(source_of),
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

fn source_of(stored: &serde_json::Value) -> Option<Arc<SourcePackage>> {
    let text = |name: &str| stored.get(name).and_then(|value| value.as_str());
    let version = text("version").map(Arc::from);
    Some(Arc::new(SourcePackage { name: text("name")?.into(), version }))
}

/// The lines as one text, without anything that hides or drives a terminal; PostgreSQL has no place for NUL either.
fn text<'l>(lines: impl Iterator<Item = &'l str>) -> String {
    let mut text = String::new();
    for (index, line) in lines.enumerate() {
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
        let lines = ["a\tb\0c", "", "d\u{202e}"];
        assert_eq!(text(lines.into_iter()), "a\tb\\x00c\n\nd\\u{202e}");
    }

    #[test]
    fn nothing_that_a_lock_file_or_an_advisory_says_has_a_nul() {
        let foreign = "a\0\u{1b}[2J\u{202e}";
        let package = Package {
            ecosystem: Ecosystem::Npm,
            release: Some(foreign.into()),
            name: foreign.into(),
            version: foreign.into(),
            source: Some(Arc::new(SourcePackage {
                name: foreign.into(),
                version: Some(foreign.into()),
            })),
        };
        let detail = PackageDetail {
            purl: formats::purl::Purl::of(&package).map(|purl| purl.to_string().into()),
            package,
            fixed_version: Some(foreign.into()),
            relation: Relation::Direct,
            scope: Scope::Production,
            path: vec![foreign.into()],
            score_tenths: None,
            is_exploited: false,
            epss_millionths: None,
            reachable: Reachable::Unknown,
        };
        let place = model::Place {
            path: model::TargetPath::from_bytes(foreign.as_bytes()),
            span: None,
            commit: None,
        };
        let check = model::CheckId::from_static("dependencies.known-vulnerability");
        let fingerprint = model::Fingerprint::from_hex(&"0".repeat(32)).unwrap();
        let scanner = model::Scanner::Dependencies;
        let finding = Finding::builder(check, scanner, place, fingerprint)
            .rated(model::Severity::High, model::Confidence::High)
            .told("", "", format!("Version {foreign} repairs it"))
            .classified(None, vec![foreign.into()])
            .about(detail, vec![foreign.into()], Vec::new(), 0)
            .build();
        let NewFinding { file_path, remediation, package, aliases, references, .. } = of(&finding);
        let package = package.unwrap();
        assert!(package_of(&package).unwrap().package.source.is_some());
        let stored = format!("{file_path:?} {remediation} {aliases:?} {references:?} {package}");
        for hidden in ["\0", "\\0", "\\u0000", "\u{1b}", "\\u001b", "\u{202e}"] {
            assert!(!stored.contains(hidden), "{hidden:?} in {stored}");
        }
    }
}
