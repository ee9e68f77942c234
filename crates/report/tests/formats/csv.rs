use report::{Format, ScanReport};

use crate::sample::{self, is_dangerous, written};

#[test]
fn one_finding_a_line_with_everything_that_fits_a_cell() {
    let findings = sample::mixed();
    let report = ScanReport { findings: &findings, ..sample::clean() };
    let text = written(&report, Format::Csv);
    let mut lines = text.split("\r\n");
    assert_eq!(
        lines.next(),
        Some(
            "severity,confidence,check_id,scanner,title,path,line_start,column_start,line_end,column_end,commit,author,\
             email,authored_at,provider,mask,encoding,verification,suppression,other_places,secret_hash,fingerprint,\
             cwe_id,reference,remediation"
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "medium,low,generic-password,secrets,Password in an assignment,app/settings.py,4,1,4,9,,,,,,sk_l********,,,\
             ,0,2af894fe72f36e3c85655c7a4fa9d69e,2af894fe72f36e3c85655c7a4fa9d69e,,,\
             \"Change it, and read it from the environment.\""
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "critical,medium,stripe-live-key,secrets,Stripe secret key (live),config/prod.env,12,12,12,44,\
             9c1d0e5a7b3f2a91bc04d5e6f708192a3b4c5d6e,Ada Lovelace,ada@example.com,2020-01-02T03:04:05Z,Stripe,\
             sk_l********,base64,active,,6,157c4a7fb979379ec2b2ae3d27d4eb4f,157c4a7fb979379ec2b2ae3d27d4eb4f,CWE-798,\
             https://docs.stripe.com/keys,\"Roll the key in the Stripe dashboard under Developers, API keys; then read \
             the account's log for what it did.\""
        )
    );
    assert!(lines.next().unwrap().contains(",comment,"));
    assert_eq!(lines.count(), 3);
}

#[test]
fn hostile_text_is_neither_formula_nor_escape_and_stays_in_its_cell() {
    let findings = [sample::hostile()];
    let text = written(&ScanReport { findings: &findings, ..sample::clean() }, Format::Csv);
    let rows = rows(&text);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].len(), rows[0].len());
    let guarded = "'=cmd|'/C calc'!A0\\x1b[31m\\x1b]0;owned\\x07\\u{202e}gnp.exe\\u{9b}2J\\x0d\\x0a\"x\",\\u{2066}\\u{200b}";
    assert_eq!(rows[1][4], guarded);
    for cell in &rows[1] {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        assert!(!cell.contains(is_dangerous), "{cell}");
    }
}

/// A reader of RFC 4180, written apart from the writer.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {
                assert_eq!(chars.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(row.is_empty() && cell.is_empty() && !quoted, "the last line ends like all others");
    rows
}
