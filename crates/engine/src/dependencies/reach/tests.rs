//! Through the engine: what a finding says of the code beside it.

use std::sync::Arc;

use checks::secrets::Ruleset;
use model::Reachable::{self, No, Unknown, Yes};
use sources::git::Repository;
use test_kit::Repo;

use crate::{
    Dependencies, Outcome, Suppressions,
    dependencies::tests::{folder, index, scan, scanned},
};

/// `example.com/web` names a function, a method and something that nobody else can call; `example.com/all` names all of a package.
const GO: &[&str] = &[
    r#"{"id": "GO-2024-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "Go", "name": "example.com/web"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}],
        "ecosystem_specific": {"imports": [{"path": "example.com/web/html", "symbols": ["Parse", "parse"]}]}}]}"#,
    r#"{"id": "GO-2024-2", "modified": "2024-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "Go", "name": "example.com/all"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        "ecosystem_specific": {"imports": [{"path": "example.com/all/in"}]}}]}"#,
];

const RUST: &[&str] = &[
    r#"{"id": "RUSTSEC-2024-0001", "modified": "2024-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "crates.io", "name": "html-clean"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        "ecosystem_specific": {"affects": {"functions": ["html_clean::sanitize"], "os": [], "arch": []}}}]}"#,
];

const GO_MOD: &str = "module example.com/app\n\nrequire example.com/web v1.0.0\n";
const CALLS: &str =
    "package main\n\nimport \"example.com/web/html\"\n\nfunc main() { html.Parse(nil) }\n";
const CALLS_NOT: &str = "package main\n\nimport \"example.com/web/html\"\n\nvar _ = html.Escape\n";

const CARGO_TOML: &str =
    "[package]\nname = \"app\"\nversion = \"1.0.0\"\n\n[dependencies]\nhtml-clean = \"1\"\n";
const CARGO_LOCK: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\ndependencies = [\"html-clean\"]\n\n\
    [[package]]\nname = \"html-clean\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n";

/// The one finding's.
fn reachable(outcome: &Outcome) -> Reachable {
    let [finding] = outcome.findings.as_slice() else { panic!("{:?}", outcome.findings) };
    finding.package.as_ref().unwrap().reachable
}

fn go(files: &[(&str, &str)]) -> Reachable {
    reachable(&scanned(&[&[("go.mod", GO_MOD)], files].concat(), GO))
}

fn rust(files: &[(&str, &str)]) -> Reachable {
    let packages = [("Cargo.toml", CARGO_TOML), ("Cargo.lock", CARGO_LOCK)];
    reachable(&scanned(&[&packages, files].concat(), RUST))
}

#[test]
fn a_finding_says_whether_code_mentions_what_its_advisory_names() {
    assert_eq!(go(&[("main.go", CALLS)]), Yes);
    assert_eq!(go(&[("cmd/a/main.go", CALLS), ("b.go", CALLS_NOT)]), Yes);
    assert_eq!(go(&[("main.go", CALLS_NOT)]), No);
    assert_eq!(go(&[("main.go", "package main\n")]), No);
    assert_eq!(rust(&[("src/main.rs", "fn main() { html_clean::sanitize(\"\"); }")]), Yes);
    assert_eq!(rust(&[("src/main.rs", "fn main() { html_clean::other(\"\"); }")]), No);
}

#[test]
fn a_package_of_which_all_is_named_is_reached_by_its_import() {
    let go_mod = "module example.com/app\n\nrequire example.com/all v1.0.0\n";
    let of = |text| reachable(&scanned(&[("go.mod", go_mod), ("a.go", text)], GO));
    assert_eq!(of("package a\n\nimport _ \"example.com/all/in\"\n"), Yes);
    assert_eq!(of("package a\n\nimport _ \"example.com/all/out\"\n"), No);
}

#[test]
fn nobody_says_no_where_not_all_code_is_here() {
    // None at all, none beside the file that names packages, only somebody else's.
    assert_eq!(go(&[]), Unknown);
    assert_eq!(go(&[("main.rs", "fn main() {}")]), Unknown);
    assert_eq!(go(&[("vendor/example.com/web/html/parse.go", CALLS)]), Unknown);
    assert_eq!(go(&[("internal/testdata/a.go", CALLS)]), Unknown);
    let elsewhere = [("a/go.mod", GO_MOD), ("b/main.go", "package main\n")];
    assert_eq!(reachable(&scanned(&elsewhere, GO)), Unknown);
    // One that cannot be read.
    let binary = "package main\n\0";
    assert_eq!(go(&[("main.go", CALLS_NOT), ("other.go", binary)]), Unknown);
    assert_eq!(go(&[("main.go", CALLS), ("other.go", binary)]), Yes);
    // One that is no text that people write.
    let long = format!("package main\n{}", "// x\n".repeat(1 << 20));
    assert_eq!(go(&[("main.go", CALLS_NOT), ("other.go", &long)]), Unknown);
}

#[test]
fn nobody_says_no_where_somebody_elses_code_may_call_it() {
    let of = |go_mod: &str| {
        reachable(&scanned(&[("go.mod", go_mod), ("main.go", "package main\n")], GO))
    };
    assert_eq!(of("module a\n\nrequire example.com/web v1.0.0 // indirect\n"), Unknown);
    let replaced = "module a\n\nrequire example.com/w v1.0.0\n\nreplace example.com/w => example.com/web v1.0.0\n";
    assert_eq!(of(replaced), Unknown);
    let lock = format!(
        "{CARGO_LOCK}\n[[package]]\nname = \"other\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
         dependencies = [\"html-clean\"]\n"
    );
    let files = [("Cargo.toml", CARGO_TOML), ("Cargo.lock", &lock), ("src/lib.rs", "")];
    assert_eq!(reachable(&scanned(&files, RUST)), Unknown);
    let bill = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"bom-ref": "a", "type": "application", "name": "a"}},
        "components": [{"bom-ref": "w", "type": "library", "name": "example.com/web", "version": "v1.0.0", "purl": "pkg:golang/example.com/web@v1.0.0"}],
        "dependencies": [{"ref": "a", "dependsOn": ["w"]}]}"#;
    let files = [("bom.json", bill), ("main.go", "package main\n")];
    assert_eq!(reachable(&scanned(&files, GO)), Unknown);
}

#[test]
fn every_module_uses_the_standard_library() {
    let record = r#"{"id": "GO-2024-3", "modified": "2024-01-01T00:00:00Z", "affected": [{
        "package": {"ecosystem": "Go", "name": "stdlib"}, "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
        "ecosystem_specific": {"imports": [{"path": "net/textproto", "symbols": ["CanonicalMIMEHeaderKey"]}]}}]}"#;
    let of = |go_mod: &str| {
        reachable(&scanned(&[("go.mod", go_mod), ("main.go", "package main\n")], &[record]))
    };
    assert_eq!(of("module a\n\ngo 1.21.0\n"), No);
    assert_eq!(of("module a\n\ngo 1.21.0\n\nrequire example.com/b v1.0.0\n"), Unknown);
}

#[test]
fn a_crate_is_known_by_the_name_that_a_manifest_gives_it() {
    let renamed = CARGO_TOML
        .replace("html-clean =", "html-tidy =")
        .replace("\"1\"", "{ version = \"1\", package = \"html-clean\" }");
    let of = |text| {
        let files = [("Cargo.toml", &*renamed), ("Cargo.lock", CARGO_LOCK), ("src/lib.rs", text)];
        reachable(&scanned(&files, RUST))
    };
    assert_eq!(of("fn f() { html_tidy::sanitize() }"), Yes);
    assert_eq!(of("fn f() { html_tidy::other() }"), No);
}

#[test]
fn an_advisory_that_names_nothing_is_not_asked_about() {
    let record = GO[0].replace("\"Parse\", ", "");
    let files = [("go.mod", GO_MOD), ("main.go", CALLS)];
    assert_eq!(reachable(&scanned(&files, &[&record])), Unknown);
}

#[test]
fn a_commit_and_the_tip_of_a_history_are_asked_as_a_folder_is() {
    let repo = Repo::new();
    let calls = repo.write("go.mod", GO_MOD).write("main.go", CALLS).commit("calls it");
    let calls_not = repo.write("main.go", CALLS_NOT).commit("calls it no more");
    let judge = Dependencies { index: Some(index(GO)), ..Dependencies::default() };
    let mut scan = scan(judge, Suppressions::default());
    let repository = Repository::open(repo.path()).unwrap();
    let commit = |id: &str| repository.commit(Some(id)).unwrap().unwrap();
    let (calls, calls_not) = (commit(&calls), commit(&calls_not));
    // Packages alone, and beside a search for secrets.
    for ruleset in [Ruleset::empty(), Ruleset::builder().unwrap()] {
        scan.ruleset = Arc::new(ruleset.build());
        assert_eq!(reachable(&scan.commit(&repository, &calls).unwrap()), Yes);
        assert_eq!(reachable(&scan.commit(&repository, &calls_not).unwrap()), No);
        assert_eq!(reachable(&scan.history(&repository, None, Some(&calls_not)).unwrap()), No);
    }
}

#[test]
fn a_scan_that_is_stopped_says_nothing() {
    let judge = Dependencies { index: Some(index(GO)), ..Dependencies::default() };
    let scan = scan(judge, Suppressions::default());
    let files = folder(&[("go.mod", GO_MOD), ("main.go", CALLS)]);
    scan.cancel.cancel();
    let outcome = scan.directory(files.path(), true).unwrap();
    assert!(outcome.findings.iter().all(|one| one.package.as_ref().unwrap().reachable == Unknown));
}
