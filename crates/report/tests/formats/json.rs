use std::{collections::BTreeSet, sync::Arc};

use model::{Ecosystem, Note, NoteKind, Package, SourcePackage, Suppression};
use report::{Format, ScanReport, Stats, TableStyle};
use serde_json::{Value, json};

use crate::sample::{self, is_dangerous, written};

const PAGE: &str = include_str!("../../../../docs/json-report.md");

#[test]
fn the_example_in_the_documentation_is_what_a_report_looks_like() {
    let mut finding = sample::rich();
    finding.other_places.truncate(1);
    finding.other_places_total = 1;
    let mut ignored =
        sample::finding(sample::place("tests/fake.env", 1, 5, 20), model::Severity::Critical, 4);
    ignored.suppression = Some(model::Suppression::Comment);
    let notes = [
        Note::at(
            NoteKind::TooLarge,
            sample::path("dist/bundle.js"),
            "12.3 MB is more than the limit of 10 MB",
        ),
        Note::general(NoteKind::Configuration, "the allow-list `docs` matched nothing"),
    ];
    let findings = [finding, ignored];
    let stats =
        Stats { files: 0, blobs: 1_204, commits: 38, resources: 0, bytes: 3_460_000, packages: 0 };
    let scan = ScanReport { stats, history: true, complete: false, ..sample::clean() };
    let report = ScanReport { findings: &findings, notes: &notes, ..scan };
    let mut actual = parsed(&report);
    actual["findings"].as_array_mut().unwrap().truncate(1);

    let (_, after) = PAGE.split_once("```json\n").unwrap();
    let (example, _) = after.split_once("```").unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(example).unwrap(),
        actual,
        "{}",
        serde_json::to_string_pretty(&actual).unwrap()
    );
}

#[test]
fn the_documentation_names_every_field() {
    let (mut findings, notes) = (sample::mixed(), sample::notes());
    findings.push(sample::vulnerable());
    let report = ScanReport { findings: &findings, notes: &notes, ..sample::clean() };
    let document = parsed(&report);
    let mut names = BTreeSet::new();
    collect_names(&document, &mut names);
    // Kinds of notes are values as much as names.
    let missing: Vec<_> =
        names.iter().filter(|name| !PAGE.contains(&format!("`{name}`"))).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn absent_parts_are_null_and_every_severity_is_counted() {
    let mut findings = sample::mixed();
    let whole_file = &mut findings[3];
    (whole_file.mask, whole_file.secret_hash, whole_file.provider, whole_file.cwe) =
        (None, None, None, None);
    let report = ScanReport { findings: &findings, repository: None, ..sample::clean() };
    let document = parsed(&report);
    assert_eq!(
        document["summary"],
        json!({"critical": 1, "high": 1, "medium": 1, "low": 0, "info": 0})
    );
    assert_eq!(
        document["suppressed"],
        json!({"total": 2, "comment": 1, "baseline": 1, "ignore-file": 0, "configuration": 0, "vex": 0})
    );
    assert_eq!(document["repository"], Value::Null);
    let bare = document["findings"][3].as_object().unwrap();
    let absent: Vec<_> =
        bare.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        absent,
        [
            "cwe_id",
            "provider",
            "line_start",
            "line_end",
            "column_start",
            "column_end",
            "commit",
            "snippet",
            "mask",
            "secret_hash",
            "encoding",
            "verification",
            "suppression"
        ]
    );
    assert_eq!(bare["places"].as_array().unwrap().len(), 1);
    assert_eq!(bare["places_total"], 1);
}

#[test]
fn a_finding_about_a_package_tells_of_it_and_others_have_no_such_fields() {
    let mut excused = sample::vulnerable();
    excused.suppression = Some(Suppression::Vex("vulnerable_code_not_present".into()));
    let findings = [excused, sample::barely_known(), sample::rich()];
    let document = parsed(&ScanReport { findings: &findings, ..sample::clean() });
    assert_eq!(document["suppressed"]["vex"], 1);
    let [first, second, third] = &document["findings"].as_array().unwrap()[..] else { panic!() };
    assert_eq!(first["scanner"], "dependencies");
    assert_eq!(first["aliases"], json!(["CVE-2020-8203", "GHSA-p6mc-m468-83gw"]));
    assert_eq!(
        first["package"],
        json!({
            "purl": "pkg:npm/lodash@4.17.15",
            "name": "lodash",
            "version": "4.17.15",
            "ecosystem": "npm",
            "source": null,
            "fixed_version": "4.17.19",
            "relation": "transitive",
            "scope": "development",
            "path": ["app@1.0.0", "b@2.0.0", "lodash@4.17.15"],
            "cvss_score": 7.4,
            "exploited": true,
            "epss": 0.01234,
            "reachable": "yes",
        })
    );
    assert_eq!(
        (&first["suppression"], &first["justification"]),
        (&json!("vex"), &json!("vulnerable_code_not_present"))
    );
    assert_eq!((&first["places_total"], &first["places"][1]["line_start"]), (&json!(2), &json!(8)));
    assert_eq!(
        second["package"],
        json!({
            "purl": null,
            "name": "zlib",
            "version": "1.2.11",
            "ecosystem": "vcpkg",
            "source": null,
            "fixed_version": null,
            "relation": "unknown",
            "scope": "production",
            "path": [],
            "cvss_score": null,
            "exploited": false,
            "epss": null,
            "reachable": "unknown",
        })
    );
    assert_eq!((&second["aliases"], &second["justification"]), (&json!([]), &Value::Null));
    for name in ["aliases", "package", "justification"] {
        assert!(third.get(name).is_none(), "{name}");
    }
}

#[test]
fn a_package_of_a_distribution_tells_what_it_is_built_of() {
    let source = SourcePackage { name: "openssl".into(), version: None };
    let mut finding = sample::vulnerable();
    let mut detail = finding.package.as_deref().unwrap().clone();
    detail.package = Package {
        release: Some("12".into()),
        source: Some(Arc::new(source)),
        ..Package::new(Ecosystem::Debian, "libssl3", "3.0.11-1")
    };
    finding.package = Some(Arc::new(detail));
    let report = ScanReport { findings: &[finding], ..sample::clean() };
    let package = &parsed(&report)["findings"][0]["package"];
    assert_eq!(package["name"], "libssl3");
    assert_eq!(package["source"], json!({"name": "openssl", "version": "3.0.11-1"}));
    let style = TableStyle { color: false, width: 120, show_suppressed: false };
    let table = written(&report, Format::Table(style));
    assert!(table.contains("libssl3 3.0.11-1 (Debian:12, of openssl)"), "{table}");
}

#[test]
fn findings_keep_the_engines_order() {
    let findings = sample::mixed();
    let report = ScanReport { findings: &findings, ..sample::clean() };
    let document = parsed(&report);
    let paths: Vec<_> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        paths,
        [
            "app/settings.py",
            "config/prod.env",
            "tests/fake.env",
            "certs/server.p12",
            "legacy/a.php"
        ]
    );
}

#[test]
fn hostile_text_reads_back_as_it_was_and_drives_no_terminal() {
    let findings = [sample::hostile(), sample::hostile_package()];
    let report = ScanReport { findings: &findings, target: sample::HOSTILE, ..sample::clean() };
    let text = written(&report, Format::Json);
    assert_eq!(text.chars().find(|c| *c != '\n' && is_dangerous(*c)), None);
    let document = parsed(&report);
    assert_eq!(document["target"], sample::HOSTILE);
    assert_eq!(document["findings"][0]["title"], sample::HOSTILE);
    assert_eq!(document["findings"][0]["commit"]["author"], sample::HOSTILE);
    assert_eq!(document["findings"][0]["commit"]["authored_at"], Value::Null);
    assert_eq!(document["findings"][1]["package"]["path"][99], sample::HOSTILE);
    assert_eq!(document["findings"][1]["justification"], sample::HOSTILE);
}

#[test]
fn a_repositorys_credentials_are_left_out() {
    let url = "https://user:t0ps3cret@git.example/acme/shop.git";
    let text = written(&ScanReport { target: url, ..sample::clean() }, Format::Json);
    assert!(!text.contains("t0ps3cret"));
    assert!(text.contains("\"target\": \"https://git.example/acme/shop.git\""));
}

fn parsed(report: &ScanReport<'_>) -> Value {
    serde_json::from_str(&written(report, Format::Json)).unwrap()
}

fn collect_names(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                names.insert(name.clone());
                collect_names(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        _ => {}
    }
}
