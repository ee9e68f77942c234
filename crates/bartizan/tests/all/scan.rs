//! The promises of `bartizan scan`, kept by the binary itself.

use std::fs;

use serde_json::Value;
use test_kit::{isolated_git, password};

use crate::support::{bartizan, git, json};

#[test]
fn a_secret_is_found_masked_and_ends_with_code_1() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.env"), format!("A=1\nDB_PASSWORD={}\n", password())).unwrap();
    let output = bartizan(folder.path(), &["scan", ".", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    let finding = &report["findings"][0];
    assert_eq!(
        (finding["check_id"].as_str(), finding["path"].as_str()),
        (Some("generic-password"), Some("app.env"))
    );
    assert_eq!(
        (finding["line_start"].as_u64(), finding["column_start"].as_u64()),
        (Some(2), Some(13))
    );
    for format in ["json", "table", "sarif", "csv"] {
        let output = bartizan(folder.path(), &["scan", ".", "--format", format]);
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains(&password()),
            "{format} holds the secret"
        );
    }
}

#[test]
fn nothing_found_ends_with_code_0_and_a_missing_target_with_3() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "hello\n").unwrap();
    assert_eq!(bartizan(folder.path(), &["scan", "."]).status.code(), Some(0));
    assert_eq!(bartizan(folder.path(), &["scan", "nowhere"]).status.code(), Some(3));
    assert_eq!(bartizan(folder.path(), &["scan", ".", "--history"]).status.code(), Some(3));
    assert_eq!(
        bartizan(folder.path(), &["scan", ".", "--only", "no-such-check", "--config", "x"])
            .status
            .code(),
        Some(2)
    );
}

/// A pack holds versions as what they have of others: keywords are carried along from one to the next.
#[test]
fn a_history_of_versions_has_the_same_findings_packed_and_loose() {
    let repo = test_kit::Repo::new();
    let mut lines: Vec<String> = (0..400)
        .map(|n| format!("export const value_{n} = lookup('{n}-item', token_{n});"))
        .collect();
    for version in 0..16 {
        let at = version * 37 % lines.len();
        lines.insert(at, format!("const db_password = \"{}{version}\";", password()));
        lines.swap(version * 11 % 400, version * 53 % 400);
        if version % 3 == 2 {
            lines.remove(version * 29 % 400);
        }
        repo.write("app.js", lines.join("\n")).write("lib/a.js", lines[..200].join("\n"));
        repo.write("data.bin", [b"\0".as_slice(), lines.concat().as_bytes()].concat());
        repo.commit("version");
    }
    let findings = || {
        let output = bartizan(repo.path(), &["scan", ".", "--history", "--format", "json"]);
        json(&output)["findings"].clone()
    };
    let loose = findings();
    assert!(loose.as_array().is_some_and(|findings| findings.len() == 16), "{loose}");
    repo.git(&["repack", "-adfq", "--depth=50", "--window=50"]);
    assert!(repo.git(&["count-objects"]).starts_with("0 objects"));
    assert_eq!(findings(), loose);
}

#[test]
fn a_secret_that_was_removed_is_found_in_the_history_with_its_commit() {
    let folder = tempfile::tempdir().unwrap();
    let repository = folder.path().join("repo");
    fs::create_dir(&repository).unwrap();
    git(&repository, &["init", "-q"]);
    fs::write(repository.join("app.env"), format!("DB_PASSWORD={}\n", password())).unwrap();
    git(&repository, &["add", "."]);
    git(&repository, &["commit", "-qm", "leak"]);
    fs::write(repository.join("app.env"), "DB_PASSWORD=$FROM_VAULT\n").unwrap();
    git(&repository, &["commit", "-qam", "mend"]);
    assert_eq!(bartizan(folder.path(), &["scan", "repo"]).status.code(), Some(0));
    for packed in [false, true] {
        if packed {
            git(&repository, &["gc", "-q"]);
        }
        let output = bartizan(folder.path(), &["scan", "repo", "--history", "--format", "json"]);
        assert_eq!(output.status.code(), Some(1));
        let report = json(&output);
        assert_eq!(report["findings"].as_array().unwrap().len(), 1);
        assert_eq!(report["findings"][0]["commit"]["author"], "Ada Example");
        assert_eq!(report["findings"][0]["path"], "app.env");
        assert_eq!(report["stats"]["commits"], 2);
    }
}

#[test]
fn comments_baselines_and_configuration_suppress_and_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.env");
    fs::write(&file, format!("DB_PASSWORD={} # bartizan:ignore\n", password())).unwrap();
    let output = bartizan(folder.path(), &["scan", ".", "--format", "json"]);
    assert_eq!(
        (output.status.code(), &json(&output)["suppressed"]["comment"]),
        (Some(0), &Value::from(1))
    );

    fs::write(&file, format!("DB_PASSWORD={}\n", password())).unwrap();
    bartizan(folder.path(), &["scan", "app.env", "--format", "json", "-o", "known.json"]);
    let output =
        bartizan(folder.path(), &["scan", ".", "--format", "json", "--baseline", "known.json"]);
    assert_eq!(
        (output.status.code(), &json(&output)["suppressed"]["baseline"]),
        (Some(0), &Value::from(1))
    );

    // Another secret in the place of a known one is new, although all that a report shows of it is the same.
    fs::write(&file, format!("DB_PASSWORD={}7\n", password())).unwrap();
    let output = bartizan(folder.path(), &["scan", ".", "--baseline", "known.json"]);
    assert_eq!(output.status.code(), Some(1));
    fs::write(&file, format!("DB_PASSWORD={}\n", password())).unwrap();

    let allow = "[[allow]]\nreason = 'known'\npaths = ['app.env']\n";
    fs::write(folder.path().join(".bartizan.toml"), allow).unwrap();
    let output = bartizan(folder.path(), &["scan", ".", "--format", "json"]);
    assert_eq!(
        (output.status.code(), &json(&output)["suppressed"]["configuration"]),
        (Some(0), &Value::from(1))
    );
}

#[cfg(unix)]
#[test]
fn a_report_behind_a_link_replaces_the_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("app.env"), format!("DB_PASSWORD={}\n", password())).unwrap();
    fs::create_dir(path.join("reports")).unwrap();
    fs::write(path.join("reports/last.json"), "x".repeat(1 << 20)).unwrap();
    std::os::unix::fs::symlink("reports/last.json", path.join("report.json")).unwrap();
    bartizan(path, &["scan", "app.env", "--format", "json", "--output", "report.json"]);
    let report: Value =
        serde_json::from_slice(&fs::read(path.join("reports/last.json")).unwrap()).unwrap();
    assert_eq!(report["findings"][0]["path"], "app.env");
    assert!(fs::symlink_metadata(path.join("report.json")).unwrap().is_symlink());
}

#[test]
fn what_is_staged_is_scanned_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    fs::write(path.join("old.env"), format!("DB_PASSWORD={}1\n", password())).unwrap();
    git(path, &["add", "."]);
    let first = json(&bartizan(path, &["scan", ".", "--staged", "--format", "json"]));
    assert_eq!(first["findings"][0]["path"], "old.env", "before the first commit: {first}");
    git(path, &["commit", "--quiet", "--message", "old"]);

    let secret = format!("DB_PASSWORD={}2\n", password());
    fs::write(path.join("staged.env"), &secret).unwrap();
    git(path, &["add", "staged.env"]);
    // What stands in the folder is not what would be committed.
    fs::write(path.join("staged.env"), "DB_PASSWORD=$DB_PASSWORD\n").unwrap();
    fs::write(path.join("unstaged.env"), format!("DB_PASSWORD={}3\n", password())).unwrap();
    let output = bartizan(path, &["scan", ".", "--staged", "--format", "json"]);
    let report = json(&output);
    let paths: Vec<_> = report["findings"].as_array().unwrap().iter().map(|f| &f["path"]).collect();
    assert_eq!(paths, ["staged.env"], "{report}");
    assert_eq!(output.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_pre_commit_hook_stops_a_secret_in_a_partial_commit_too() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    git(path, &["init", "--quiet"]);
    let hook = path.join(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let binary = env!("CARGO_BIN_EXE_bartizan");
    fs::write(&hook, format!("#!/bin/sh\nexec '{binary}' scan . --staged >&2\n")).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let commit = |arguments: &[&str]| {
        isolated_git(path)
            .args(["commit", "--quiet", "--message", "one"])
            .args(arguments)
            .current_dir(path)
            .env("XDG_DATA_HOME", path.join(".key"))
            .output()
            .unwrap()
    };
    fs::write(path.join("clean.txt"), "nothing\n").unwrap();
    fs::write(path.join("app.env"), format!("DB_PASSWORD={}\n", password())).unwrap();
    git(path, &["add", "."]);
    // Of two staged files only one is committed, from an index of git's own.
    let clean = commit(&["clean.txt"]);
    assert!(clean.status.success(), "{}", String::from_utf8_lossy(&clean.stderr));
    let refused = commit(&[]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("app.env"));
    assert!(!String::from_utf8_lossy(&refused.stderr).contains(&password()));
}

#[test]
fn a_misspelt_check_does_not_pass_for_a_path() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.env"), format!("DB_PASSWORD={}\n", password())).unwrap();
    let misspelt = bartizan(folder.path(), &["scan", ".", "--only", "generic-pasword"]);
    assert_eq!(misspelt.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&misspelt.stderr).contains("`generic-pasword`"));
    fs::create_dir(folder.path().join("web-app")).unwrap();
    let path = bartizan(folder.path(), &["scan", ".", "--only", "web-app"]);
    assert_eq!(path.status.code(), Some(0));
    let check = bartizan(folder.path(), &["scan", ".", "--only", "generic-password"]);
    assert_eq!(check.status.code(), Some(1));
}
