//! Comma-separated values (RFC 4180). The columns of a report are described at [`crate::Format::Csv`]; others may write rows of
//! their own.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use model::{Finding, PackageDetail, Position, visible};

use crate::{ScanReport, package, summary, time};

const COLUMNS: [&str; 40] = [
    "severity",
    "confidence",
    "check_id",
    "scanner",
    "title",
    "path",
    "line_start",
    "column_start",
    "line_end",
    "column_end",
    "commit",
    "author",
    "email",
    "authored_at",
    "provider",
    "mask",
    "encoding",
    "verification",
    "suppression",
    "other_places",
    "secret_hash",
    "fingerprint",
    "cwe_id",
    "reference",
    "remediation",
    "package",
    "package_version",
    "ecosystem",
    "purl",
    "fixed_version",
    "aliases",
    "relation",
    "scope",
    "dependency_path",
    "cvss_score",
    "exploited",
    "epss",
    "reachable",
    "justification",
    "evidence",
];

pub(crate) fn write(report: &ScanReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_row(&COLUMNS, Breaks::Escaped, out)?;
    report.findings.iter().try_for_each(|finding| write_finding(finding, out))
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let start = finding.place.span.map(|span| span.start);
    let end = finding.place.span.map(|span| span.end);
    let line = |at: Option<Position>| number(at.map(|at| at.line));
    let column = |at: Option<Position>| number(at.map(|at| at.column));
    let commit = finding.place.commit.as_ref();
    let about = About::of(finding);
    let cells: [&str; COLUMNS.len()] = [
        finding.severity.as_str(),
        finding.confidence.as_str(),
        finding.check.as_str(),
        finding.scanner.as_str(),
        &finding.title,
        finding.place.path.as_str(),
        &line(start),
        &column(start),
        &line(end),
        &column(end),
        commit.map_or("", |commit| commit.id.as_str()),
        commit.map_or("", |commit| &commit.author),
        commit.map_or("", |commit| &commit.email),
        &commit.and_then(|commit| time::rfc3339(commit.time_ms)).unwrap_or_default(),
        finding.provider.as_deref().unwrap_or_default(),
        finding.mask.as_ref().map_or("", |mask| mask.as_str()),
        finding.encoding.unwrap_or_default(),
        finding.verification.map_or("", |answer| answer.as_str()),
        finding.suppression.as_ref().map_or("", |reason| reason.as_str()),
        &finding.other_places_total.to_string(),
        &finding.secret_hash.map(|hash| hash.to_string()).unwrap_or_default(),
        &finding.fingerprint.to_string(),
        &finding.cwe.map(|cwe| cwe.to_string()).unwrap_or_default(),
        finding.references.first().map_or("", |page| page),
        &finding.remediation,
        about.name,
        about.version,
        &about.ecosystem,
        about.purl,
        about.fixed_version,
        &finding.aliases.join(" "),
        about.relation,
        about.scope,
        &about.path,
        &about.score,
        about.exploited,
        &about.probability,
        about.reachable,
        summary::justification(finding).unwrap_or_default(),
        &evidence(finding),
    ];
    write_row(&cells, Breaks::Escaped, out)
}

/// `header: server: nginx; url: https://example.com/`.
fn evidence(finding: &Finding) -> String {
    let pieces = finding.evidence.iter().map(|piece| format!("{}: {}", piece.name, piece.value));
    pieces.collect::<Vec<_>>().join("; ")
}

/// The cells about a package; all empty where there is none.
#[derive(Default)]
struct About<'a> {
    name: &'a str,
    version: &'a str,
    ecosystem: String,
    purl: &'a str,
    fixed_version: &'a str,
    relation: &'static str,
    scope: &'static str,
    path: String,
    score: String,
    exploited: &'static str,
    probability: String,
    reachable: &'static str,
}

impl<'a> About<'a> {
    fn of(finding: &'a Finding) -> Self {
        finding.package.as_deref().map(Self::of_package).unwrap_or_default()
    }

    fn of_package(detail: &'a PackageDetail) -> Self {
        let number = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
        Self {
            name: &detail.package.name,
            version: &detail.package.version,
            ecosystem: package::ecosystem(&detail.package),
            purl: detail.purl.as_deref().unwrap_or_default(),
            fixed_version: detail.fixed_version.as_deref().unwrap_or_default(),
            relation: detail.relation.as_str(),
            scope: detail.scope.as_str(),
            path: detail.path.join(" > "),
            score: number(package::score(detail)),
            exploited: if detail.is_exploited { "yes" } else { "no" },
            probability: number(package::probability(detail)),
            reachable: detail.reachable.as_str(),
        }
    }
}

/// What becomes of line breaks and tabs in a cell. All other characters that are not seen are written as escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// They are written as escapes too: a row is a line.
    Escaped,
    /// They stay, in quotes: a reader gets the text as it is.
    Kept,
}

/// Writes a row and its CRLF. A cell that a spreadsheet would take for a formula begins with `'`.
///
/// # Errors
/// Those of `out`.
pub fn write_row(cells: &[&str], breaks: Breaks, out: &mut dyn Write) -> io::Result<()> {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        write_cell(cell, breaks, out)?;
    }
    out.write_all(b"\r\n")
}

fn write_cell(text: &str, breaks: Breaks, out: &mut dyn Write) -> io::Result<()> {
    let guard = if text.starts_with(is_formula_start) { "'" } else { "" };
    let text = match breaks {
        Breaks::Escaped => visible(text),
        Breaks::Kept => visible_but_breaks(text),
    };
    if text.contains(['"', ',', '\n', '\r']) || text.starts_with(' ') || text.ends_with(' ') {
        write!(out, "\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        write!(out, "{guard}{text}")
    }
}

fn visible_but_breaks(text: &str) -> Cow<'_, str> {
    const BREAKS: [char; 3] = ['\n', '\r', '\t'];
    if !text.contains(BREAKS) {
        return visible(text);
    }
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(BREAKS) {
        let line = piece.strip_suffix(BREAKS).unwrap_or(piece);
        out.push_str(&visible(line));
        out.extend(piece.chars().next_back().filter(|c| BREAKS.contains(c)));
    }
    Cow::Owned(out)
}

/// What makes a spreadsheet calculate (OWASP, "CSV Injection"), full-width forms included.
fn is_formula_start(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, breaks: Breaks) -> String {
        let mut out = Vec::new();
        write_cell(text, breaks, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn cell(text: &str) -> String {
        written(text, Breaks::Escaped)
    }

    #[test]
    fn line_breaks_are_kept_where_they_are_wanted() {
        let kept = |text| written(text, Breaks::Kept);
        assert_eq!(kept("two\r\n\tlines\u{1b}"), "\"two\r\n\tlines\\x1b\"");
        assert_eq!(kept("a\"\n"), "\"a\"\"\n\"");
        assert_eq!(kept("plain"), "plain");
        assert_eq!(kept("a\tb"), "a\tb");
        assert_eq!(kept("\t=1"), "'\t=1");
        assert_eq!(kept("\n=1"), "\"'\n=1\"");
    }

    #[test]
    fn a_cell_is_quoted_where_rfc_4180_asks_for_it() {
        assert_eq!(cell("plain text"), "plain text");
        assert_eq!(cell("a,b"), "\"a,b\"");
        assert_eq!(cell("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(cell("two\r\nlines"), "two\\x0d\\x0alines");
        assert_eq!(cell(" x"), "\" x\"");
    }

    #[test]
    fn a_formula_is_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        assert_eq!(
            cell("=HYPERLINK(\"http://evil\",\"x\")"),
            "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\""
        );
        assert_eq!(cell("\t=1"), "'\\x09=1");
        assert_eq!(cell("\r=1"), "'\\x0d=1");
        assert_eq!(cell("a=1"), "a=1");
    }
}
