//! Comma-separated values (RFC 4180). The columns are described at [`crate::Format::Csv`].

use std::io::{self, Write};

use model::{Finding, Position, visible};

use crate::{ScanReport, time};

const COLUMNS: [&str; 25] = [
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
];

pub(crate) fn write(report: &ScanReport<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_row(&COLUMNS, out)?;
    report.findings.iter().try_for_each(|finding| write_finding(finding, out))
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let start = finding.place.span.map(|span| span.start);
    let end = finding.place.span.map(|span| span.end);
    let line = |at: Option<Position>| number(at.map(|at| at.line));
    let column = |at: Option<Position>| number(at.map(|at| at.column));
    let commit = finding.place.commit.as_ref();
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
    ];
    write_row(&cells, out)
}

fn write_row(cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        write_cell(cell, out)?;
    }
    out.write_all(b"\r\n")
}

fn write_cell(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let guard = if text.starts_with(is_formula_start) { "'" } else { "" };
    let text = visible(text);
    if text.contains(['"', ',']) || text.starts_with(' ') || text.ends_with(' ') {
        write!(out, "\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        write!(out, "{guard}{text}")
    }
}

/// What makes a spreadsheet calculate (OWASP, "CSV Injection"), full-width forms included.
fn is_formula_start(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut out = Vec::new();
        write_cell(text, &mut out).unwrap();
        String::from_utf8(out).unwrap()
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
