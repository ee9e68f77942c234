//! Findings as the database keeps them.

use model::{Finding, visible};
use store::{FindingStatus, NewFinding};

use crate::findings::{confidence_rank, severity_rank};

/// What is stored of a finding.
pub(super) fn of(finding: &Finding) -> NewFinding {
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
        aliases: Vec::new(),
        references: finding.references.iter().map(|page| page.to_string()).collect(),
        fingerprint: finding.fingerprint.to_string(),
        status: match finding.suppression {
            Some(_) => FindingStatus::Ignored,
            None => FindingStatus::Open,
        },
    }
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
