use std::{io::Write as _, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use jsonschema::Validator;
use model::{CheckId, Confidence, Finding, Note, NoteKind, Severity, Suppression};
use report::{Format, Repository, RuleDoc, SarifStyle, ScanReport};
use serde_json::{Value, json};

use crate::{
    sample::{self, is_dangerous, written},
    schemas::{self, assert_valid},
};

#[test]
fn a_finding_becomes_a_result_with_rule_place_and_fingerprint() {
    let findings = [sample::rich()];
    let id = sample::stripe();
    let rules = [sample::rule(&id)];
    let log = valid(&ScanReport { findings: &findings, rules: &rules, ..sample::clean() });
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["tool"]["driver"]["name"], "bartizan");
    assert_eq!(
        run["tool"]["driver"]["rules"],
        json!([{
            "id": "stripe-live-key",
            "shortDescription": {"text": "Stripe secret key (live)"},
            "fullDescription": {
                "text": "Moves money: it can charge, refund and pay out on the account it belongs to."
            },
            "help": {
                "text": "Moves money: it can charge, refund and pay out on the account it belongs to.\n\nHow to repair: \
                    Roll the key in the Stripe dashboard under **Developers, API keys**.\n\n\
                    https://docs.stripe.com/keys",
                "markdown": "Moves money: it can charge, refund and pay out on the account it belongs to.\n\n\
                    ## How to repair\n\nRoll the key in the Stripe dashboard under **Developers, API keys**.\n\n\
                    <https://docs.stripe.com/keys>",
            },
            "helpUri": "https://docs.stripe.com/keys",
            "defaultConfiguration": {"level": "error"},
            "properties": {
                "precision": "high",
                "security-severity": "9.5",
                "tags": ["security", "secrets", "external/cwe/cwe-798"],
                "provider": "Stripe",
            },
        }])
    );
    let result = &run["results"][0];
    assert_eq!((&result["ruleId"], &result["ruleIndex"]), (&json!("stripe-live-key"), &json!(0)));
    assert_eq!(
        result["message"]["text"],
        "Stripe secret key (live). It came with commit 9c1d0e5a7b. Verification: active. The same secret also stands at \
         [config/old.env:3](1), [deploy/app.yml:9](2), [docs/setup guide.md:1](3) and 3 more places."
    );
    assert_eq!(
        result["locations"],
        json!([{
            "physicalLocation": {
                "artifactLocation": {"uri": "config/prod.env", "uriBaseId": "%SRCROOT%"},
                "region": {
                    "startLine": 12, "startColumn": 12, "endLine": 12, "endColumn": 44,
                    "snippet": {"text": "sk_l********"},
                },
                "contextRegion": {
                    "startLine": 11, "endLine": 13,
                    "snippet": {"text": "# production\nSTRIPE_KEY=sk_l********\nDEBUG=0"},
                },
            },
            "message": {"text": "In commit 9c1d0e5a7b"},
        }])
    );
    let related = result["relatedLocations"].as_array().unwrap();
    assert_eq!(related.len(), 4);
    assert_eq!(related[2]["id"], 3);
    assert_eq!(related[2]["physicalLocation"]["artifactLocation"]["uri"], "docs/setup%20guide.md");
    assert_eq!(
        result["partialFingerprints"],
        json!({
            "bartizanFingerprint/v1": "157c4a7fb979379ec2b2ae3d27d4eb4f",
            "primaryLocationLineHash": "157c4a7fb979379e:1",
        })
    );
    assert_eq!(result["properties"]["otherPlaces"], 6);
}

#[test]
fn a_finding_about_a_package_names_package_ids_and_repair() {
    let mut excused = sample::barely_known();
    excused.suppression = Some(Suppression::Vex("component_not_present".into()));
    let findings = [excused, sample::vulnerable()];
    let advisories_at_ms = Some(1_704_067_200_000);
    let log = valid(&ScanReport { findings: &findings, advisories_at_ms, ..sample::clean() });
    assert_eq!(log["runs"][0]["properties"]["advisoriesAt"], "2024-01-01T00:00:00Z");
    let rules = &log["runs"][0]["tool"]["driver"]["rules"];
    assert_eq!(
        rules,
        &json!([{
            "id": "dependencies.known-vulnerability",
            "shortDescription": {"text": "dependencies.known-vulnerability"},
            "fullDescription": {"text": "dependencies.known-vulnerability"},
            "help": {
                "text": "dependencies.known-vulnerability",
                "markdown": "dependencies.known-vulnerability",
            },
            "defaultConfiguration": {"level": "error"},
            "properties": {
                "precision": "high",
                "security-severity": "7.4",
                "tags": ["security", "dependencies"],
            },
        }])
    );
    let [excused, result] = &log["runs"][0]["results"].as_array().unwrap()[..] else { panic!() };
    assert_eq!(result["ruleId"], "dependencies.known-vulnerability");
    assert_eq!(
        result["message"]["text"],
        "lodash 4.17.15: Prototype pollution (CVE-2020-8203). Package: lodash 4.17.15 (npm). Known as CVE-2020-8203, \
         GHSA-p6mc-m468-83gw. Attackers are known to use it. It comes through app@1.0.0 → b@2.0.0 → lodash@4.17.15. \
         Fixed in 4.17.19. The same package also stands at [api/package-lock.json:8](1)."
    );
    assert_eq!(
        result["partialFingerprints"],
        json!({
            "bartizanFingerprint/v1": "6c6f646173682e342e31372e31352e31",
            // Of each vulnerability of a package another one, though all stand on one line.
            "primaryLocationLineHash": "6c6f646173682e34:1",
        })
    );
    assert_eq!(
        result["properties"],
        json!({
            "severity": "high",
            "confidence": "high",
            "otherPlaces": 1,
            "security-severity": "7.4",
            "aliases": ["CVE-2020-8203", "GHSA-p6mc-m468-83gw"],
            "package": {
                "purl": "pkg:npm/lodash@4.17.15",
                "name": "lodash",
                "version": "4.17.15",
                "ecosystem": "npm",
                "fixedVersion": "4.17.19",
                "relation": "transitive",
                "scope": "development",
                "path": "app@1.0.0 → b@2.0.0 → lodash@4.17.15",
                "cvssScore": 7.4,
                "exploited": true,
                "epss": 0.01234,
                "reachable": "yes",
            },
        })
    );
    assert_eq!(
        excused["message"]["text"],
        "zlib 1.2.11 was taken back. Package: zlib 1.2.11 (vcpkg). No version that repairs it is known."
    );
    assert_eq!(
        excused["suppressions"],
        json!([{
            "kind": "external", "status": "accepted",
            "justification": "by a VEX statement: component_not_present",
        }])
    );
}

#[test]
fn a_score_counts_where_it_agrees_with_the_severity() {
    let table = [
        (Severity::Critical, Some(100), json!("10.0")),
        (Severity::High, Some(53), json!("8.0")),
        (Severity::Low, Some(98), json!("3.0")),
        (Severity::Medium, None, json!("5.5")),
        (Severity::Info, Some(0), Value::Null),
    ];
    for (severity, score_tenths, expected) in table {
        let mut finding = sample::vulnerable();
        finding.severity = severity;
        Arc::make_mut(finding.package.as_mut().unwrap()).score_tenths = score_tenths;
        let findings = [finding];
        let id = CheckId::from_static("dependencies.known-vulnerability");
        let rules = [sample::rule(&id)];
        let log = valid(&ScanReport { findings: &findings, rules: &rules, ..sample::clean() });
        let run = &log["runs"][0];
        assert_eq!(run["results"][0]["properties"]["security-severity"], expected);
        let rule = &run["tool"]["driver"]["rules"][0]["properties"];
        assert_eq!(rule["security-severity"], expected);
        assert_eq!(rule["tags"][1], "dependencies");
    }
}

#[test]
fn the_schema_that_logs_are_held_against_refuses_what_is_wrong() {
    let Some(schema) = schema() else { return };
    let findings = [sample::rich()];
    let log = valid(&ScanReport { findings: &findings, ..sample::clean() });
    for (pointer, wrong) in [
        ("/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", json!("a b")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/versionControlProvenance/0/repositoryUri", json!("shop")),
        ("/runs/0/results/0/level", json!("critical")),
    ] {
        let mut log = log.clone();
        *log.pointer_mut(pointer).unwrap() = wrong;
        assert!(!schema.is_valid(&log), "{pointer}");
    }
}

#[test]
fn severities_have_the_levels_and_scores_that_github_reads() {
    let table = [
        (Severity::Critical, "error", json!("9.5")),
        (Severity::High, "error", json!("8.0")),
        (Severity::Medium, "warning", json!("5.5")),
        (Severity::Low, "note", json!("3.0")),
        (Severity::Info, "note", Value::Null),
    ];
    for (severity, level, score) in table {
        let mut finding = sample::finding(sample::place("a", 1, 1, 2), severity, 1);
        finding.confidence = Confidence::Medium;
        let findings = [finding];
        let log = valid(&ScanReport { findings: &findings, ..sample::clean() });
        let rule = &log["runs"][0]["tool"]["driver"]["rules"][0];
        assert_eq!(log["runs"][0]["results"][0]["level"], level);
        assert_eq!(rule["defaultConfiguration"]["level"], level);
        assert_eq!(rule["properties"]["security-severity"], score);
        assert_eq!(rule["properties"]["precision"], "medium");
    }
}

#[test]
fn only_rules_with_results_are_listed_and_unknown_ones_speak_for_themselves() {
    let findings = sample::mixed();
    let ids =
        [sample::stripe(), CheckId::from_static("unused"), CheckId::from_static("pkcs12-file")];
    let long = "x".repeat(5_000);
    let rules: Vec<RuleDoc<'_>> = ids
        .iter()
        .map(|id| RuleDoc {
            description: &long,
            reference: Some("javascript:alert(1)"),
            ..sample::rule(id)
        })
        .collect();
    let log = valid(&ScanReport { findings: &findings, rules: &rules, ..sample::clean() });
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: Vec<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["generic-password", "pkcs12-file", "stripe-live-key"]);
    assert_eq!(rules[0]["shortDescription"]["text"], "Password in an assignment");
    assert_eq!(rules[1]["fullDescription"]["text"].as_str().unwrap().chars().count(), 1_024);
    assert_eq!(rules[1]["helpUri"], Value::Null);
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn suppressed_findings_say_so_or_stay_away() {
    let mut findings = sample::mixed();
    findings[0].suppression = Some(Suppression::IgnoreFile);
    findings[3].suppression = Some(Suppression::Configuration);
    let report = ScanReport { findings: &findings, ..sample::clean() };
    let log = valid(&report);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let kinds: Vec<_> =
        results.iter().map(|result| result["suppressions"][0]["kind"].as_str()).collect();
    assert_eq!(
        kinds,
        [Some("external"), None, Some("inSource"), Some("external"), Some("external")]
    );
    assert_eq!(
        results[2]["suppressions"],
        json!([{"kind": "inSource", "status": "accepted", "justification": "by a comment in the source"}])
    );

    let without = written(&report, Format::Sarif(SarifStyle { show_suppressed: false }));
    let without: Value = serde_json::from_str(&without).unwrap();
    assert_eq!(without["runs"][0]["results"].as_array().unwrap().len(), 1);
}

#[test]
fn a_clean_scan_is_a_log_with_no_results() {
    let log = valid(&sample::clean());
    let run = &log["runs"][0];
    assert_eq!((&run["results"], &run["tool"]["driver"]["rules"]), (&json!([]), &json!([])));
    assert_eq!(
        run["invocations"],
        json!([{
            "executionSuccessful": true,
            "startTimeUtc": "2024-05-01T12:00:00Z",
            "endTimeUtc": "2024-05-01T12:00:01.25Z",
            "toolExecutionNotifications": [],
        }])
    );
    assert_eq!(
        run["versionControlProvenance"],
        json!([{
            "repositoryUri": "https://git.example/acme/shop.git",
            "revisionId": "3f2a91bc04d5e6f708192a3b4c5d6e7f8091a2b3",
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }])
    );
}

#[test]
fn a_repository_without_an_address_has_no_provenance() {
    for url in [None, Some("/srv/git/shop"), Some("C:\\shop")] {
        let repository = Some(Repository { url, commit: None });
        let log = valid(&ScanReport { repository, ..sample::clean() });
        assert_eq!(log["runs"][0]["versionControlProvenance"], Value::Null);
    }
}

#[test]
fn what_is_missing_is_told_and_what_was_passed_over_is_counted() {
    let notes = sample::notes();
    let log = valid(&ScanReport { notes: &notes, complete: false, ..sample::clean() });
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told: Vec<_> = invocation["toolExecutionNotifications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| (note["descriptor"]["id"].as_str().unwrap(), note["level"].as_str().unwrap()))
        .collect();
    let mut expected = vec![
        ("binary", "note"),
        ("too-large", "warning"),
        ("unreadable", "warning"),
        ("ignored", "note"),
    ];
    expected.extend([("archive", "warning"); 7]);
    expected.push(("limit", "warning"));
    assert_eq!(told, expected);
    assert_eq!(
        invocation["toolExecutionNotifications"][1],
        json!({
            "descriptor": {"id": "too-large"},
            "level": "warning",
            "message": {"text": "12.3 MB is more than the limit of 10 MB"},
            "locations": [{
                "physicalLocation": {"artifactLocation": {"uri": "dist/bundle.js", "uriBaseId": "%SRCROOT%"}},
            }],
        })
    );
    assert_eq!(
        invocation["toolExecutionNotifications"][3]["message"]["text"],
        "1,100 × left out by .gitignore"
    );
    assert_eq!(invocation["toolConfigurationNotifications"].as_array().unwrap().len(), 1);
}

#[test]
fn the_worst_25_000_of_25_001_findings_are_kept_and_the_log_is_small_enough() {
    let mut findings: Vec<Finding> = (0..25_001).map(ordinary).collect();
    findings[100].severity = Severity::Info;
    findings[200].suppression = Some(Suppression::Baseline);
    let text = sarif(&ScanReport { findings: &findings, ..sample::clean() });
    let log = validated(&text);
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    let suppressed = |result: &Value| !result["suppressions"].is_null();
    assert!(!results.iter().any(suppressed), "suppressed findings go first");
    assert_eq!(results[100]["level"], "note", "the order of the report is kept");
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes.len(), 1);
    assert_eq!(
        notes[0]["message"]["text"],
        "Left out of this log, to stay within the limits of code hosts: 1 finding."
    );
    assert!(gzipped_bytes(&text) < 10 << 20, "{}", gzipped_bytes(&text));
}

#[test]
fn many_places_and_incompressible_lines_still_make_a_log_below_10_megabytes() {
    let findings: Vec<Finding> = (0..25_000)
        .map(|number| {
            let mut finding = ordinary(number);
            let places =
                (0..1_200).map(|at| sample::place(&format!("src/{number}/{at}.env"), at + 1, 1, 9));
            finding.other_places = if number < 100 { places.collect() } else { Vec::new() };
            finding.other_places_total = 5_000;
            finding.snippet =
                Some(sample::snippet(1, &[&noise(number, 500), &noise(number + 7, 500)], 1, 1, 9));
            finding
        })
        .collect();
    let text = sarif(&ScanReport { findings: &findings, ..sample::clean() });
    let log = validated(&text);
    let run = &log["runs"][0];
    let places = |result: &Value| result["relatedLocations"].as_array().map_or(0, Vec::len);
    assert_eq!(places(&run["results"][0]), 999);
    let all: usize = run["results"].as_array().unwrap().iter().map(places).sum();
    assert_eq!(all, 50_000);
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(
        notes[0]["message"]["text"],
        "Left out of this log, to stay within the limits of code hosts: 70,000 further places of findings."
    );
    assert!(gzipped_bytes(&text) < 10 << 20, "{}", gzipped_bytes(&text));
}

#[test]
fn long_paths_and_many_ids_of_25_000_packages_still_make_a_log_below_10_megabytes() {
    let path: Vec<Arc<str>> = (0..100).map(|step| format!("p{step}@1").into()).collect();
    let aliases: Vec<Arc<str>> = (0..100).map(|id| format!("CVE-2020-{id}").into()).collect();
    let findings: Vec<Finding> = (0..25_000)
        .map(|number| {
            let mut finding = sample::vulnerable();
            finding.title = noise(number, 60).into();
            finding.aliases.clone_from(&aliases);
            finding.other_places.clear();
            let detail = Arc::make_mut(finding.package.as_mut().unwrap());
            detail.package.name = noise(number, 30).into();
            detail.path.clone_from(&path);
            finding
        })
        .collect();
    let text = sarif(&ScanReport { findings: &findings, ..sample::clean() });
    let log: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 25_000);
    assert!(gzipped_bytes(&text) < 10 << 20, "{}", gzipped_bytes(&text));
}

#[test]
fn hostile_text_keeps_the_log_valid_and_makes_no_links() {
    let mut findings = vec![sample::hostile(), sample::rich(), sample::hostile_package()];
    findings[1].title = "see [here](https://evil.example) {0} \\".into();
    findings[1].other_places[0].path = sample::path("a](https://evil.example)[b");
    findings.push(sample::vulnerable());
    findings[3].aliases = vec!["[CVE-1](https://evil.example)".into()];
    let notes = [Note::at(NoteKind::Corrupt, sample::path(sample::HOSTILE), sample::HOSTILE)];
    let repository = Some(Repository {
        url: Some("https://git.example/a b\"<>\u{202e}"),
        commit: Some(sample::HOSTILE),
    });
    let report = ScanReport {
        findings: &findings,
        notes: &notes,
        repository,
        target: sample::HOSTILE,
        ..sample::clean()
    };
    let text = sarif(&report);
    assert_eq!(text.trim_end_matches('\n').chars().find(|c| is_dangerous(*c)), None);
    let log = validated(&text);
    let message = log["runs"][0]["results"][1]["message"]["text"].as_str().unwrap();
    assert!(message.starts_with("see \\[here\\](https://evil.example) {{0}} \\\\. "), "{message}");
    assert!(message.contains("[a\\](https://evil.example)\\[b:3](1)"), "{message}");
    let message = log["runs"][0]["results"][3]["message"]["text"].as_str().unwrap();
    assert!(message.contains(" Known as \\[CVE-1\\](https://evil.example)."), "{message}");
}

/// A finding like many, with lines around it that differ from file to file.
fn ordinary(number: u64) -> Finding {
    let mut finding = sample::finding(
        sample::place(
            &format!("services/team-{}/config/app-{number}.env", number % 97),
            number % 300 + 2,
            12,
            44,
        ),
        Severity::High,
        number,
    );
    let line = format!("STRIPE_KEY_{number}=sk_l********");
    let next = format!("DATABASE_HOST=db-{}.internal.example", number * 7_919 % 10_007);
    finding.snippet = Some(sample::snippet(
        number % 300 + 1,
        &["# settings", &line, &next],
        number % 300 + 2,
        15,
        27,
    ));
    finding
}

/// Letters that hardly compress.
fn noise(seed: u64, letters: usize) -> String {
    let mut state = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..letters)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                    [(state >> 58) as usize],
            )
        })
        .collect()
}

fn sarif(report: &ScanReport<'_>) -> String {
    written(report, Format::Sarif(SarifStyle { show_suppressed: true }))
}

fn valid(report: &ScanReport<'_>) -> Value {
    validated(&sarif(report))
}

fn validated(text: &str) -> Value {
    let log: Value = serde_json::from_str(text).unwrap();
    assert_valid(&log, schema());
    log
}

fn schema() -> Option<Validator> {
    schemas::schema("sarif-2.1.0", &[])
}

fn gzipped_bytes(text: &str) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}
