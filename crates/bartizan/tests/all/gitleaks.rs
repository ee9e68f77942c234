//! The promises about a `.gitleaks.toml`, kept by the binary itself.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::{bartizan, git};

/// The report, and the exit code.
fn scan(folder: &Path, arguments: &[&str]) -> (Value, i32) {
    let all = [&["scan", "--format", "json", "--show-suppressed"], arguments].concat();
    let output = bartizan(folder, &all);
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.code().unwrap())
}

/// `(check, path, line)` of everything found, at all its places; suppressed ones left out.
fn found(report: &Value) -> BTreeSet<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["suppression"].is_null())
        .flat_map(|finding| {
            let check = text(&finding["check_id"]);
            let places = finding["places"].as_array().unwrap().clone();
            places.into_iter().map(move |place| {
                (check.clone(), text(&place["path"]), place["line_start"].as_u64().unwrap_or(0))
            })
        })
        .collect()
}

fn set<const N: usize>(of: [(&str, &str, u64); N]) -> BTreeSet<(String, String, u64)> {
    of.into_iter().map(|(check, path, line)| (check.to_owned(), path.to_owned(), line)).collect()
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

const RULE: &str = "[[rules]]\nid = 'magic'\ndescription = 'Magic word'\nregex = '''magic=(\\w+)'''\nkeywords = ['magic']\n";

#[test]
fn the_folders_own_rules_replace_the_built_in_ones_and_the_report_says_so() {
    let folder = folder(&[
        (".gitleaks.toml", RULE),
        ("a.txt", "x\nmagic=abracadabra\n"),
        ("b.env", "DB_PASSWORD=Kx7abc913!QZ\n"),
    ]);
    let (report, code) = scan(folder.path(), &["."]);
    assert_eq!((found(&report), code), (set([("magic", "a.txt", 2)]), 1));
    let finding = &report["findings"][0];
    assert_eq!(
        (finding["title"].as_str(), finding["severity"].as_str(), finding["confidence"].as_str()),
        (Some("Magic word"), Some("high"), Some("medium"))
    );
    let notes = report["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["message"].as_str().unwrap().contains("useDefault")));
    for format in ["table", "sarif", "csv"] {
        let output = bartizan(folder.path(), &["scan", ".", "--format", format]);
        assert!(!String::from_utf8_lossy(&output.stdout).contains("abracadabra"), "{format}");
    }

    fs::write(folder.path().join(".gitleaks.toml"), format!("[extend]\nuseDefault = true\n{RULE}"))
        .unwrap();
    let (report, _) = scan(folder.path(), &["."]);
    assert_eq!(found(&report), set([("magic", "a.txt", 2), ("generic-password", "b.env", 1)]));
    // Both configurations are the user's.
    fs::write(folder.path().join(".bartizan.toml"), "[checks]\ndisable = ['magic']\n").unwrap();
    let (report, _) = scan(folder.path(), &["."]);
    assert_eq!(found(&report), set([("generic-password", "b.env", 1)]));
}

#[test]
fn what_a_list_allows_is_counted_as_suppressed() {
    let lists = "[[allowlists]]\nregexTarget = 'line'\nregexes = ['# test']\n[[allowlists]]\npaths = ['^ok/']\n";
    let folder = folder(&[
        (".gitleaks.toml", &format!("{RULE}{lists}")),
        ("a.txt", "magic=abracadabra # test\nmagic=hocuspocus\n"),
        ("ok/a.txt", "magic=simsalabim\n"),
    ]);
    let (report, code) = scan(folder.path(), &["."]);
    assert_eq!((found(&report), code), (set([("magic", "a.txt", 2)]), 1));
    // The third is the configuration's own: gitleaks passes it over too.
    assert!(report["suppressed"]["configuration"].as_u64().unwrap() >= 2, "{report}");
}

#[test]
fn a_path_alone_is_a_finding_of_binary_files_too() {
    let folder = folder(&[
        (
            ".gitleaks.toml",
            "[[rules]]\nid = 'key-store'\npath = '''\\.p12$'''\n[[rules.allowlists]]\npaths = ['^ok/']\n",
        ),
        ("a/b.p12", "\0\0\0"),
        ("ok/b.p12", "\0"),
        ("a/b.p12.txt", "x"),
    ]);
    for format in ["table", "sarif", "csv"] {
        let output = bartizan(folder.path(), &["scan", ".", "--format", format]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("a/b.p12"), "{format}");
    }
    let (report, _) = scan(folder.path(), &["."]);
    assert_eq!(found(&report), set([("key-store", "a/b.p12", 0)]));
    fs::write(folder.path().join(".gitleaksignore"), "a/b.p12:key-store:0\n").unwrap();
    assert_eq!(scan(folder.path(), &["."]).1, 0);
}

#[test]
fn config_takes_either_form_by_its_name_or_by_its_keys() {
    let folder = folder(&[
        ("theirs/custom.toml", RULE),
        ("theirs/x.gitleaks.toml", "# nothing\n"),
        ("ours/custom.toml", "[checks]\ndisable = ['generic-password']\n"),
        ("code/a.txt", "magic=abracadabra\nDB_PASSWORD=Kx7abc913!QZ\n"),
        ("code/.gitleaks.toml", "[[rules]]\nid = 'never'\nregex = 'never'\n"),
    ]);
    let with = |config: &str| found(&scan(folder.path(), &["code", "--config", config]).0);
    assert_eq!(with("theirs/custom.toml"), set([("magic", "a.txt", 1)]));
    assert_eq!(with("theirs/x.gitleaks.toml"), set([("generic-password", "a.txt", 2)]));
    assert_eq!(with("ours/custom.toml"), set([]));
}

#[test]
fn a_mistake_ends_with_code_2_and_names_file_rule_and_field() {
    let folder =
        folder(&[(".gitleaks.toml", "[[rules]]\nid = 'r'\nregex = '(?=x)'\n"), ("a", "x")]);
    let output = bartizan(folder.path(), &["scan", "."]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for part in [".gitleaks.toml", "`r`", "`regex`", "look-ahead"] {
        assert!(told.contains(part), "{told}");
    }
}

#[test]
fn what_a_folders_own_configuration_extends_lies_in_the_folder() {
    let folder = folder(&[
        ("code/.gitleaks.toml", "[extend]\npath = '../out.toml'\n"),
        ("code/in.toml", RULE),
        ("code/a.txt", "magic=abracadabra\n"),
        ("out.toml", "private = 'line'"),
    ]);
    let output = bartizan(folder.path(), &["scan", "code"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("outside") && !told.contains("private"), "{told}");
    // Named by the user it may lead anywhere.
    let config = folder.path().join("code/.gitleaks.toml");
    fs::write(&config, "[extend]\npath = 'in.toml'\n").unwrap();
    assert_eq!(found(&scan(folder.path(), &["code"]).0), set([("magic", "a.txt", 1)]));
}

#[test]
fn ignore_files_know_our_checks_by_the_ids_of_gitleaks() {
    let token = ["ghp_", "M7H4jxYwBd0Bh1Z5QqGnZQeTzPqKdX1nRjvL"].concat();
    let folder = folder(&[("a.txt", &format!("magic=1\nGITHUB_TOKEN={token}\n"))]);
    let config = "[extend]\nuseDefault = true\n[[rules]]\nid = 'magic'\nregex = 'magic=(\\d)'\n";
    fs::write(folder.path().join(".gitleaks.toml"), config).unwrap();
    let checks = |report: &Value| -> BTreeSet<String> {
        found(report).into_iter().map(|(check, ..)| check).collect()
    };
    let (report, _) = scan(folder.path(), &["."]);
    assert_eq!(checks(&report).len(), 2, "{report}");
    fs::write(
        folder.path().join(".gitleaksignore"),
        "a.txt:magic:1\na.txt:github-pat:2\na.txt:generic-api-key:2\n",
    )
    .unwrap();
    let (report, code) = scan(folder.path(), &["."]);
    assert_eq!((checks(&report).len(), code), (0, 0), "{report}");
    assert_eq!(report["suppressed"]["ignore-file"], 2);
}

#[test]
fn in_a_history_a_list_names_commits_and_paths() {
    let folder = folder(&[("a.txt", "magic=abracadabra\n")]);
    let git = |arguments: &[&str]| git(folder.path(), arguments);
    git(&["init", "-q"]);
    git(&["add", "a.txt"]);
    git(&["commit", "-qm", "one"]);
    let first = git(&["rev-parse", "HEAD"]);
    fs::write(folder.path().join("a.txt"), "magic=hocuspocus\n").unwrap();
    git(&["commit", "-qam", "two"]);
    let with = |lists: &str| {
        fs::write(folder.path().join(".gitleaks.toml"), format!("{RULE}{lists}")).unwrap();
        let (report, _) = scan(folder.path(), &[".", "--history"]);
        let findings = report["findings"].as_array().unwrap();
        let counted = findings.iter().filter(|finding| finding["suppression"].is_null()).count();
        (counted, report["suppressed"]["configuration"].as_u64().unwrap())
    };
    // Two secrets at one path are two findings.
    assert_eq!(with(""), (2, 0));
    assert_eq!(with(&format!("[[rules.allowlists]]\ncommits = ['{first}']\n")), (1, 1));
    assert_eq!(with("[allowlist]\npaths = ['^a\\.']\n"), (0, 2));
}

/// The published test configurations of gitleaks: what it reads is read, what it refuses is refused.
#[test]
fn published_configurations_are_read_or_refused_as_they_should_be() {
    let cases =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/secrets/git-cases/config");
    let Ok(cases) = cases.canonicalize() else {
        eprintln!("SKIPPED: no data at {}", cases.display());
        return;
    };
    // They name each other from a folder beside the one they are in.
    let copy = tempfile::tempdir().unwrap();
    let base = copy.path().join("testdata/config");
    copy_tree(&cases, &base);
    let run = copy.path().join("run");
    fs::create_dir(&run).unwrap();
    fs::write(run.join("a.txt"), "nothing\n").unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (kind, code) in [("valid", 0), ("invalid", 2), (".", 0)] {
        let mut files: Vec<PathBuf> =
            fs::read_dir(base.join(kind)).unwrap().map(|e| e.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
        files.sort();
        for file in files {
            seen += 1;
            // Gitleaks does not read these on their own either: a rule that is nothing, a file that is not there.
            let refused = ["extend_rule_new.toml", "extend_base_1.toml", "extend_base_2.toml"]
                .iter()
                .any(|name| file.ends_with(name));
            let named = file.with_extension("gitleaks.toml");
            fs::copy(&file, &named).unwrap();
            let output = bartizan(&run, &["scan", "a.txt", "--config", named.to_str().unwrap()]);
            fs::remove_file(&named).unwrap();
            let wanted = if refused { 2 } else { code };
            if output.status.code() != Some(wanted) {
                let told = String::from_utf8_lossy(&output.stderr).into_owned();
                wrong.push((file, output.status.code(), told));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 40, "{seen}");
}

fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
