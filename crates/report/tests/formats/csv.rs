use model::Suppression;
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
             cwe_id,reference,remediation,package,package_version,ecosystem,purl,fixed_version,aliases,relation,scope,\
             dependency_path,cvss_score,exploited,epss,reachable,justification,evidence"
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "medium,low,generic-password,secrets,Password in an assignment,app/settings.py,4,1,4,9,,,,,,sk_l********,,,\
             ,0,2af894fe72f36e3c85655c7a4fa9d69e,2af894fe72f36e3c85655c7a4fa9d69e,,,\
             \"Change it, and read it from the environment.\",,,,,,,,,,,,,,,"
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "critical,medium,stripe-live-key,secrets,Stripe secret key (live),config/prod.env,12,12,12,44,\
             9c1d0e5a7b3f2a91bc04d5e6f708192a3b4c5d6e,Ada Lovelace,ada@example.com,2020-01-02T03:04:05Z,Stripe,\
             sk_l********,base64,active,,6,157c4a7fb979379ec2b2ae3d27d4eb4f,157c4a7fb979379ec2b2ae3d27d4eb4f,CWE-798,\
             https://docs.stripe.com/keys,\"Roll the key in the Stripe dashboard under Developers, API keys; then read \
             the account's log for what it did.\",,,,,,,,,,,,,,,"
        )
    );
    assert!(lines.next().unwrap().contains(",comment,"));
    assert_eq!(lines.count(), 3);
}

#[test]
fn a_package_stands_behind_the_other_columns() {
    let mut excused = sample::vulnerable();
    excused.suppression = Some(Suppression::Vex("component_not_present".into()));
    let findings = [excused, sample::barely_known()];
    let text = written(&ScanReport { findings: &findings, ..sample::clean() }, Format::Csv);
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[1],
        "high,high,dependencies.known-vulnerability,dependencies,lodash 4.17.15: Prototype pollution (CVE-2020-8203),\
         web/package-lock.json,1204,7,1204,27,,,,,,,,,vex,1,,6c6f646173682e342e31372e31352e31,CWE-1321,\
         https://github.com/advisories/GHSA-p6mc-m468-83gw,Version 4.17.19 repairs it: npm install lodash@4.17.19,\
         lodash,4.17.15,npm,pkg:npm/lodash@4.17.15,4.17.19,CVE-2020-8203 GHSA-p6mc-m468-83gw,transitive,development,\
         app@1.0.0 > b@2.0.0 > lodash@4.17.15,7.4,yes,0.01234,yes,component_not_present,"
    );
    assert!(
        lines[2].ends_with(",zlib,1.2.11,vcpkg,,,,unknown,production,,,no,,unknown,,"),
        "{}",
        lines[2]
    );
}

#[test]
fn hostile_text_is_neither_formula_nor_escape_and_stays_in_its_cell() {
    let findings = [sample::hostile(), sample::hostile_package()];
    let text = written(&ScanReport { findings: &findings, ..sample::clean() }, Format::Csv);
    let rows = rows(&text);
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    let guarded = "'=cmd|'/C calc'!A0\\x1b[31m\\x1b]0;owned\\x07\\u{202e}gnp.exe\\u{9b}2J\\x0d\\x0a\"x\",\\u{2066}\\u{200b}";
    assert_eq!(rows[1][4], guarded);
    for cell in rows.iter().flatten() {
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
