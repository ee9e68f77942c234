use std::{fs, io::Cursor};

use advisories::{Batch, Builder};
use formats::advisories::osv;
use model::{Confidence, Reachable, Relation, Severity, Suppression};
use tempfile::TempDir;

use super::*;
use crate::{HashKey, Outcome, Suppressions, baseline::Baseline, config::Config};

const LODASH: &str = r#"{
    "id": "GHSA-35jh-r3h4-6jhm", "aliases": ["CVE-2021-23337"], "modified": "2024-01-01T00:00:00Z",
    "summary": "Command Injection in lodash",
    "details": "`lodash` versions prior to 4.17.21 are vulnerable to Command Injection via the template function.",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [{"package": {"ecosystem": "npm", "name": "lodash"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}]}],
    "references": [{"type": "WEB", "url": "https://example.org/b"}, {"type": "ADVISORY", "url": "https://example.org/a"}],
    "database_specific": {"cwe_ids": ["CWE-77"]}
}"#;

const EVIL: &str = r#"{
    "id": "MAL-2024-1", "modified": "2024-01-01T00:00:00Z", "summary": "Malicious code in evil",
    "affected": [{"package": {"ecosystem": "npm", "name": "evil"}, "versions": ["1.0.0"]}]
}"#;

const LOCK: &str = r#"{
  "name": "app", "lockfileVersion": 3,
  "packages": {
    "": {"name": "app", "dependencies": {"a": "^1.0.0"}, "devDependencies": {"evil": "1.0.0"}},
    "node_modules/a": {"version": "1.0.0", "dependencies": {"lodash": "^4.0.0"}},
    "node_modules/evil": {"version": "1.0.0", "dev": true},
    "node_modules/lodash": {"version": "4.17.15", "deprecated": "no more"}
  }
}
"#;

pub(super) fn index(records: &[&str]) -> Arc<Index> {
    let mut batch = Batch::default();
    for record in records {
        batch.push(&osv::read_json(record.as_bytes()).unwrap().advisory).unwrap();
    }
    let mut builder = Builder::new(Cursor::new(Vec::new())).unwrap();
    builder.begin_source("test", Some(1_000));
    builder.append(batch).unwrap();
    Arc::new(Index::from_bytes(builder.finish(2_000).unwrap().0.into_inner()).unwrap())
}

pub(super) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

pub(super) fn scan(dependencies: Dependencies, suppressions: Suppressions) -> Scan {
    let key = HashKey::new([7; 32]);
    Scan { suppressions, threads: 2, ..Scan::of_packages(dependencies, key) }
}

pub(super) fn scanned(files: &[(&str, &str)], records: &[&str]) -> Outcome {
    let judge = Dependencies { index: Some(index(records)), ..Dependencies::default() };
    scan(judge, Suppressions::default()).directory(folder(files).path(), true).unwrap()
}

/// Of each finding its check and its package.
fn checks(outcome: &Outcome) -> Vec<(&str, &str)> {
    fn named(finding: &Finding) -> (&str, &str) {
        (finding.check.as_str(), &finding.package.as_deref().unwrap().package.name)
    }
    outcome.findings.iter().map(named).collect()
}

#[test]
fn a_finding_says_what_is_wrong_how_it_came_in_and_how_to_get_rid_of_it() {
    let outcome =
        scanned(&[("package-lock.json", LOCK), ("web/package-lock.json", LOCK)], &[LODASH, EVIL]);
    assert_eq!(
        checks(&outcome),
        [
            ("dependencies.malicious-package", "evil"),
            ("dependencies.known-vulnerability", "lodash"),
            ("dependencies.yanked", "lodash"),
        ]
    );
    let finding = &outcome.findings[1];
    assert_eq!((finding.severity, finding.confidence), (Severity::High, Confidence::High));
    assert_eq!(
        &*finding.title,
        "lodash 4.17.15: Command Injection in lodash (GHSA-35jh-r3h4-6jhm)"
    );
    assert!(finding.description.contains("template function"), "{}", finding.description);
    assert!(finding.remediation.contains("4.17.21"), "{}", finding.remediation);
    assert_eq!(finding.cwe, Some(model::Cwe(77)));
    let aliases: Vec<&str> = finding.aliases.iter().map(|alias| &**alias).collect();
    assert_eq!(aliases, ["GHSA-35jh-r3h4-6jhm", "CVE-2021-23337"]);
    let pages: Vec<&str> = finding.references.iter().map(|page| &**page).collect();
    assert_eq!(pages, ["https://example.org/a", "https://example.org/b"]);
    let detail = finding.package.as_deref().unwrap();
    assert_eq!(detail.purl.as_deref(), Some("pkg:npm/lodash@4.17.15"));
    assert_eq!(detail.fixed_version.as_deref(), Some("4.17.21"));
    assert_eq!((detail.relation, detail.score_tenths), (Relation::Transitive, Some(72)));
    assert_eq!((detail.is_exploited, detail.reachable), (false, Reachable::Unknown));
    let path: Vec<&str> = detail.path.iter().map(|step| &**step).collect();
    assert_eq!(path, ["a@1.0.0", "lodash@4.17.15"]);
    // Wherever it stands.
    assert_eq!(finding.place.path.as_str(), "package-lock.json");
    assert_eq!(finding.place.span.unwrap().start.line, 7);
    assert_eq!(finding.other_places_total, 1);
    assert_eq!(finding.other_places[0].path.as_str(), "web/package-lock.json");
    assert_eq!(outcome.packages.len(), 2);
    assert!(outcome.is_complete());
}

#[test]
fn without_advisories_nothing_is_said_to_be_well() {
    let judge = Dependencies::default();
    let files = folder(&[("package-lock.json", LOCK)]);
    let outcome =
        scan(judge.clone(), Suppressions::default()).directory(files.path(), true).unwrap();
    assert_eq!(checks(&outcome), [("dependencies.yanked", "lodash")]);
    assert!(!outcome.is_complete());
    let note = outcome.notes.iter().find(|note| note.kind == NoteKind::NotJudged).unwrap();
    assert!(note.message.contains("3 packages"), "{}", note.message);
    // Where there are no packages there is nothing to judge.
    let empty = folder(&[("main.c", "int x;\n")]);
    assert!(
        scan(judge, Suppressions::default()).directory(empty.path(), true).unwrap().is_complete()
    );
}

#[test]
fn what_only_developers_need_may_be_left_out() {
    let judge = Dependencies {
        index: Some(index(&[LODASH, EVIL])),
        without_development: true,
        ..Dependencies::default()
    };
    let files = folder(&[("package-lock.json", LOCK)]);
    let outcome = scan(judge, Suppressions::default()).directory(files.path(), true).unwrap();
    assert!(checks(&outcome).iter().all(|(_, name)| *name == "lodash"), "{:?}", checks(&outcome));
}

#[test]
fn a_finding_keeps_its_name_when_lines_move_and_aliases_come() {
    let before = scanned(&[("package-lock.json", LOCK)], &[LODASH]);
    let moved = format!("\n\n{LOCK}");
    let more = LODASH.replace("\"CVE-2021-23337\"", "\"CVE-2021-23337\", \"SNYK-1\"");
    let after = scanned(&[("deep/package-lock.json", &moved)], &[&more]);
    assert_eq!(before.findings[0].fingerprint, after.findings[0].fingerprint);
    let other = LOCK.replace("4.17.15", "4.17.16");
    let other = scanned(&[("package-lock.json", &other)], &[LODASH]);
    assert_ne!(before.findings[0].fingerprint, other.findings[0].fingerprint);
}

#[test]
fn a_baseline_knows_findings_about_packages() {
    let before = scanned(&[("package-lock.json", LOCK)], &[LODASH]);
    let known = format!(
        r#"{{"version": 1, "findings": [{{"check": "x", "fingerprint": "{}"}}]}}"#,
        before.findings[0].fingerprint
    );
    let mut suppressions = Suppressions::default();
    suppressions.add_baseline(&Baseline::parse(&known).unwrap(), "key");
    let judge = Dependencies { index: Some(index(&[LODASH])), ..Dependencies::default() };
    let files = folder(&[("package-lock.json", LOCK)]);
    let outcome = scan(judge, suppressions).directory(files.path(), true).unwrap();
    let finding = outcome.findings.iter().find(|one| one.aliases.len() == 2).unwrap();
    assert_eq!(finding.suppression, Some(Suppression::Baseline));
}

#[test]
fn a_lock_file_of_a_test_says_less_and_a_broken_one_is_told() {
    let outcome = scanned(
        &[
            ("tests/fixtures/package-lock.json", LOCK),
            ("yarn.lock", "\0\0\0 not one"),
            ("package.json", "{"),
        ],
        &[LODASH],
    );
    let finding = &outcome.findings.iter().find(|one| one.aliases.len() == 2).unwrap();
    assert_eq!(finding.confidence, Confidence::Low);
    assert!(
        outcome.notes.iter().any(|note| note.kind == NoteKind::PackagesUnread),
        "{:?}",
        outcome.notes
    );
}

#[test]
fn a_lock_file_that_ends_too_soon_is_not_taken_for_the_whole() {
    let cut = LOCK.get(..LOCK.len() - 20).unwrap();
    let outcome = scanned(&[("package-lock.json", cut)], &[LODASH]);
    assert!(!outcome.is_complete());
    let is_told = |note: &model::Note| note.kind == NoteKind::PackagesUnread;
    assert!(outcome.notes.iter().any(is_told), "{:?}", outcome.notes);
    // One that tests are about may be broken for their sake.
    let outcome = scanned(&[("tests/fixtures/package-lock.json", cut)], &[LODASH]);
    assert!(outcome.is_complete(), "{:?}", outcome.notes);
}

#[test]
fn findings_about_packages_have_a_bound() {
    let lines: String = (0..26_000).map(|number| format!("django==1.0+{number}\n")).collect();
    let advisory = |number: u8| {
        format!(
            r#"{{"id": "A-{number}", "modified": "2024-01-01T00:00:00Z", "affected": [{{
            "package": {{"ecosystem": "PyPI", "name": "django"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}]}}]}}]}}"#
        )
    };
    let (one, two) = (advisory(1), advisory(2));
    let outcome = scanned(&[("requirements.txt", &lines)], &[&one, &two]);
    assert_eq!(outcome.findings.len(), 50_000);
    assert!(outcome.notes.iter().any(|note| note.kind == NoteKind::NotJudged));
}

#[test]
fn the_least_version_of_go_that_will_do_says_less_than_a_modules() {
    const GO: &str = r#"{
        "id": "GO-1", "modified": "2024-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "Go", "name": "stdlib"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.22.5"}]}]},
            {"package": {"ecosystem": "Go", "name": "golang.org/x/net"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.23.0"}]}]}]
    }"#;
    let module = "module example.com/m\ngo 1.22\nrequire golang.org/x/net v0.22.0\n";
    let outcome = scanned(&[("go.mod", module)], &[GO]);
    let told = |finding: &Finding| {
        (finding.package.as_ref().unwrap().package.name.to_string(), finding.confidence)
    };
    let mut told: Vec<_> = outcome.findings.iter().map(told).collect();
    told.sort();
    let expected = [("golang.org/x/net", Confidence::High), ("stdlib", Confidence::Low)];
    assert_eq!(told, expected.map(|(name, confidence)| (name.to_owned(), confidence)));
}

#[test]
fn what_somebody_states_not_to_concern_the_project_is_suppressed_and_counted() {
    let statement = |status: &str, product: &str| {
        format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "timestamp": "2024-01-01T00:00:00Z",
            "version": 1, "statements": [{{"vulnerability": {{"name": "CVE-2021-23337"}},
            "products": [{{"@id": "pkg:github/acme/app", "subcomponents": [{{"@id": "{product}"}}]}}],
            "status": "{status}", "justification": "vulnerable_code_not_in_execute_path"}}]}}"#
        )
    };
    let suppressed = |trusts_target: bool, status: &str, product: &str| {
        let text = statement(status, product);
        let files = folder(&[("package-lock.json", LOCK), (".bartizan/vex/a.json", &text)]);
        let judge = Dependencies {
            index: Some(index(&[LODASH])),
            trusts_target,
            ..Dependencies::default()
        };
        let scan = scan(judge, Suppressions::default());
        let outcome = scan.directory(files.path(), true).unwrap();
        outcome.findings.iter().find(|one| one.aliases.len() == 2).unwrap().suppression.clone()
    };
    let reason = Suppression::Vex("vulnerable_code_not_in_execute_path".into());
    assert_eq!(suppressed(true, "not_affected", "pkg:npm/lodash"), Some(reason.clone()));
    assert_eq!(suppressed(true, "not_affected", "pkg:npm/lodash@4.17.15"), Some(reason));
    assert_eq!(suppressed(true, "not_affected", "pkg:npm/lodash@4.17.14"), None);
    assert_eq!(suppressed(true, "affected", "pkg:npm/lodash"), None);
    // Not every version can be the repaired one.
    assert!(suppressed(true, "fixed", "pkg:npm/lodash@4.17.15").is_some());
    assert_eq!(suppressed(true, "fixed", "pkg:npm/lodash"), None);
    assert_eq!(suppressed(true, "not_affected", "pkg:npm/other"), None);
    // A stranger's repository does not get to say what does not concern it.
    assert_eq!(suppressed(false, "not_affected", "pkg:npm/lodash"), None);
}

#[test]
fn a_statement_about_a_part_of_a_dependency_holds_where_only_that_leads_to_it() {
    let suppressed = |lock: &str, product: &str, status: &str| {
        let text = format!(
            r#"{{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "x", "author": "a", "statements": [
            {{"vulnerability": {{"name": "CVE-2021-23337"}}, "status": "not_affected", "impact_statement": "no",
            "products": [{{"@id": "https://example.org/app", "subcomponents": [{{"@id": "pkg:npm/other"}}]}},
            {{"@id": "{product}", "subcomponents": [{{"@id": "pkg:npm/lodash@4.17.15"}}]}}]}},
            {{"vulnerability": {{"name": "CVE-2021-23337"}}, "status": "{status}",
            "products": [{{"@id": "pkg:npm/evil", "subcomponents": [{{"@id": "pkg:npm/lodash"}}]}}]}}]}}"#
        );
        let files = folder(&[("package-lock.json", lock)]);
        let judge = Dependencies {
            index: Some(index(&[LODASH])),
            vex: vec![formats::vex::read(text.as_bytes())],
            ..Dependencies::default()
        };
        let scan = scan(judge, Suppressions::default());
        let outcome = scan.directory(files.path(), true).unwrap();
        outcome.findings.iter().find(|one| one.aliases.len() == 2).unwrap().suppression.is_some()
    };
    // `evil` does not lead to it, so that what is repaired in it says nothing.
    let not_affected = |lock: &str, product: &str| suppressed(lock, product, "fixed");
    for own in ["https://example.org/app", "pkg:oci/app@sha256%3Aab", "pkg:npm/app"] {
        assert!(not_affected(LOCK, own), "{own}");
    }
    assert!(not_affected(LOCK, "pkg:npm/a") && not_affected(LOCK, "pkg:npm/a@1.0.0"));
    for other in ["pkg:npm/a@2.0.0", "pkg:npm/evil", "pkg:npm/lodash"] {
        assert!(!not_affected(LOCK, other), "{other}");
    }
    // Another way leads to it, or the project itself asks for it.
    let another = LOCK.replace(r#""dev": true"#, r#""dependencies": {"lodash": "4"}"#);
    assert!(!not_affected(&another, "pkg:npm/a") && not_affected(&another, "pkg:npm/app"));
    let asked = LOCK.replace(r#""a": "^1.0.0""#, r#""a": "^1.0.0", "lodash": "4""#);
    assert!(!not_affected(&asked, "pkg:npm/a"));
    // Nobody is let off against a later statement.
    assert!(!suppressed(LOCK, "pkg:npm/a", "affected"));
}

#[test]
fn somebody_elses_bill_of_materials_is_judged_whatever_its_name() {
    let sbom = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": "lodash", "version": "4.17.15", "purl": "pkg:npm/lodash@4.17.15"}]}"#;
    let files = folder(&[("their-product.json", sbom)]);
    let judge = Dependencies { index: Some(index(&[LODASH])), ..Dependencies::default() };
    let scan = scan(judge, Suppressions::default());
    let outcome = scan.directory(&files.path().join("their-product.json"), true).unwrap();
    assert_eq!(checks(&outcome), [("dependencies.known-vulnerability", "lodash")]);
}

#[test]
fn packages_of_which_nobody_asked_the_advisories_are_not_called_well() {
    let cargo = "version = 4\n\n[[package]]\nname = \"time\"\nversion = \"0.1.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
    let outcome = scanned(&[("Cargo.lock", cargo), ("package-lock.json", LOCK)], &[LODASH]);
    let note = outcome.notes.iter().find(|note| note.kind == NoteKind::NotJudged).unwrap();
    assert!(note.message.contains("1 of crates.io"), "{}", note.message);
    assert!(!note.message.contains("npm"), "{}", note.message);
    assert!(!outcome.is_complete());
    // Of which release a distribution's package is decides which advisories are about it.
    let curl = |more: &str| {
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
            {{"type": "library", "name": "curl", "version": "7.0", "purl": "pkg:deb/debian/curl@7.0{more}"}}]}}"#
        )
    };
    const CURL: &str = r#"{"id": "DSA-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "Debian:12", "name": "curl"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}]}"#;
    let unknown = scanned(&[("bom.json", &curl(""))], &[CURL]);
    assert!(unknown.notes.iter().any(|note| note.message.contains("which release")));
    assert!(!unknown.is_complete() && unknown.findings.is_empty());
    let known = scanned(&[("bom.json", &curl("?distro=debian-12"))], &[CURL]);
    assert_eq!((known.is_complete(), known.findings.len()), (true, 1));
    // There are no advisories to be had.
    let docker = scanned(&[("Dockerfile", "FROM alpine:3.18\n")], &[LODASH]);
    assert!(docker.is_complete(), "{:?}", docker.notes);
}

const LICENSED: &str = r#"{
  "name": "app", "lockfileVersion": 3,
  "packages": {
    "": {"name": "app", "dependencies": {"a": "1.0.0", "@acme/b": "1.0.0", "c": "1.0.0"}},
    "node_modules/a": {"version": "1.0.0", "license": "(MIT OR GPL-3.0)"},
    "node_modules/@acme/b": {"version": "1.0.0", "license": "GPL-3.0-only\u001b[31m"},
    "node_modules/c": {"version": "1.0.0"}
  }
}
"#;

/// What a configuration says of the packages of [`LICENSED`].
fn licensed(config: &str) -> Outcome {
    let config = Config::parse(config).unwrap();
    let judge = Dependencies {
        index: Some(index(&[LODASH])),
        licences: config.licences.clone(),
        ..Dependencies::default()
    };
    let files = folder(&[("package-lock.json", LICENSED), ("web/package-lock.json", LICENSED)]);
    scan(judge, Suppressions::from_config(&config)).directory(files.path(), true).unwrap()
}

#[test]
fn a_licence_that_the_policy_denies_is_a_finding_of_its_package() {
    assert_eq!(checks(&licensed("")), []);
    let outcome = licensed("[licences]\ndenied = ['GPL-3.0*']");
    assert_eq!(checks(&outcome), [("dependencies.licence-denied", "@acme/b")]);
    let finding = &outcome.findings[0];
    assert_eq!((finding.severity, finding.confidence), (Severity::Medium, Confidence::High));
    assert_eq!(&*finding.title, "@acme/b 1.0.0: licence GPL-3.0-only [31m is denied");
    assert!(finding.description.contains("`GPL-3.0-only [31m`"), "{}", finding.description);
    assert_eq!((finding.cwe, finding.other_places_total), (None, 1));
    assert!(finding.remediation.contains("another licence"), "{}", finding.remediation);
}

#[test]
fn what_the_policy_does_not_allow_or_know_may_be_denied() {
    let all = |config| -> Vec<String> {
        let outcome = licensed(config);
        checks(&outcome).iter().map(|(_, name)| (*name).to_owned()).collect()
    };
    assert_eq!(all("[licences]\nallowed = ['ISC', 'MIT']"), ["@acme/b"]);
    assert_eq!(all("[licences]\nallowed = ['ISC']"), ["a", "@acme/b"]);
    assert_eq!(all("[licences]\nunknown = 'deny'"), ["c"]);
}

#[test]
fn a_package_may_be_allowed_with_a_reason() {
    let suppressed = |allow: &str| {
        let policy = "[licences]\ndenied = ['GPL-*']\n[[allow]]\nreason = 'bought'\n";
        licensed(&format!("{policy}{allow}")).findings[0].suppression.clone()
    };
    let by_configuration = Some(Suppression::Configuration);
    assert_eq!(suppressed("packages = ['@acme/*']"), by_configuration);
    assert_eq!(suppressed("packages = ['@acme/b@1.*']"), by_configuration);
    assert_eq!(suppressed("packages = ['pkg:npm/%40acme/b@*']"), by_configuration);
    assert_eq!(suppressed("checks = ['dependencies.licence-denied']"), by_configuration);
    assert_eq!(suppressed("packages = ['a', '@acme/b@2.*']"), None);
    assert_eq!(suppressed("packages = ['@acme/b']\nchecks = ['dependencies.yanked']"), None);
    // At every place.
    assert_eq!(suppressed("packages = ['@acme/b']\npaths = ['web/**']"), None);
    assert_eq!(suppressed("packages = ['@acme/b']\npaths = ['**']"), by_configuration);
    // A severity of one's own.
    let severe =
        "[licences]\ndenied = ['GPL-*']\n[severities]\n'dependencies.licence-denied' = 'high'";
    assert_eq!(licensed(severe).findings[0].severity, Severity::High);
}

/// What a scan of one file says of it.
fn notes_of_file(name: &str, text: &str) -> Vec<NoteKind> {
    let files = folder(&[(name, text)]);
    let judge = Dependencies { index: Some(index(&[LODASH])), ..Dependencies::default() };
    let scan = scan(judge, Suppressions::default());
    let outcome = scan.directory(&files.path().join(name), true).unwrap();
    assert!(outcome.notes.iter().all(|note| note.path.as_ref().unwrap().as_str() == name));
    outcome.notes.iter().map(|note| note.kind).collect()
}

#[test]
fn a_file_that_was_named_and_lists_nothing_is_told() {
    for (name, text) in [
        ("x.json", r#"{"packages": [{"SPDXID": 1}], "x": "SPDXID: 2"}"#),
        ("my-package-lock.json", LOCK),
        ("bom.json", "{}"),
        ("Cargo", "[[package]]"),
        ("empty.yaml", ""),
    ] {
        assert_eq!(notes_of_file(name, text), [NoteKind::Format], "{name}");
    }
    for (name, text) in [
        ("x.json", r#"{"spdxVersion": "SPDX-9.0", "packages": []}"#),
        ("x.json", r#"{"a": {"b": [","]}, "SPDXID": "SPDXRef-DOCUMENT""#),
        (
            "x.json",
            r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}"#,
        ),
        ("bom.json", r#"{"bomFormat": "Another", "components": []}"#),
        ("x.spdx.json", "{}"),
        ("x.yaml", "SPDXID: SPDXRef-DOCUMENT\nspdxVersion: SPDX-2.3\n"),
        ("x.rdf", "<rdf:RDF xmlns=\"http://spdx.org/rdf/terms#\"/>"),
        ("x.c", "SPDXID: x\n"),
    ] {
        assert_eq!(notes_of_file(name, text), [NoteKind::PackagesUnread], "{name} {text}");
    }
    for (name, text) in [
        ("package-lock.json", LOCK),
        ("requirements.txt", ""),
        ("main.c", "int x;"),
        ("x.json", r#"{"spdxVersion": "SPDX-2.3", "packages": []}"#),
    ] {
        assert_eq!(notes_of_file(name, text), [], "{name}");
    }
    // Beside others, and in a folder, a file may be anything.
    assert!(scanned(&[("x.json", r#"{"SPDXID": "x"}"#)], &[LODASH]).notes.is_empty());
}

#[test]
fn packages_that_nobody_else_can_name_are_not_called_well() {
    let bill = r#"{"bomFormat": "CycloneDX", "components": [
        {"type": "library", "name": "zlib", "version": "1.2.11"}, {"type": "library", "name": "b", "version": "1"}]}"#;
    let outcome = scanned(&[("bom.json", bill)], &[LODASH]);
    let [note] = outcome.notes.as_slice() else { panic!("{:?}", outcome.notes) };
    assert_eq!(note.kind, NoteKind::NotJudged);
    assert!(note.message.contains("2 packages") && note.message.contains("`b`"), "{note:?}");
    assert_eq!(outcome.packages[0].list.dependencies.len(), 2);
    assert!(scanned(&[("tests/bom.json", bill)], &[LODASH]).is_complete());
}

#[test]
fn packages_of_a_release_of_which_nothing_is_known_are_not_called_well() {
    let known = r#"{"id": "RHSA-1", "affected": [{"package": {"ecosystem": "Red Hat:enterprise_linux:9::baseos", "name": "bash"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.1.8-9.el9"}]}]}]}"#;
    let scanned = |distro: &str| {
        let bill = format!(
            r#"{{"bomFormat": "CycloneDX", "components": [{{"type": "library", "name": "bash", "version": "5.1.8-6.el9",
            "purl": "pkg:rpm/redhat/bash@5.1.8-6.el9?arch=x86_64{distro}"}}]}}"#
        );
        scanned(&[("bom.json", &bill)], &[known])
    };
    let outcome = scanned("&distro=rhel-9.4");
    assert_eq!(checks(&outcome), [("dependencies.known-vulnerability", "bash")]);
    assert!(outcome.is_complete());
    for (distro, word) in
        [("&distro=rhel-8", "`Red Hat:enterprise_linux:8`"), ("", "nothing tells")]
    {
        let outcome = scanned(distro);
        assert!(outcome.findings.is_empty());
        let [note] = outcome.notes.as_slice() else { panic!("{:?}", outcome.notes) };
        assert_eq!(note.kind, NoteKind::NotJudged);
        assert!(note.message.contains(word), "{note:?}");
    }
}
