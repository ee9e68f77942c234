//! Configurations and baselines that are wrong, or that the target made to harm.

use std::{fs, os::unix::fs::symlink};

use crate::{Folder, leak, mkfifo};

/// Scans a folder with this configuration in it, and gives what was said.
#[track_caller]
fn refused(folder: &Folder, arguments: &[&str]) -> String {
    let scanned = folder.scan(arguments);
    assert_eq!(scanned.code, Some(2), "{}", scanned.stderr);
    assert!(!scanned.stderr.contains('\x1b'), "{:?}", scanned.stderr);
    scanned.stderr
}

#[test]
fn a_mistake_in_the_configuration_is_named_with_its_file_and_field() {
    for (text, told) in [
        ("baselines = 1", "baselines"),
        ("colour = true", "colour"),
        ("min-confidence = 'some'", "min-confidence"),
        ("[paths]\nexclude = ['a[']", "paths.exclude"),
        ("[severities]\njwt = 'awful'", "severities.jwt"),
        ("[[allow]]\nreason = 'r'\nsecrets = ['(']", "[[allow]] number 1"),
        ("[[allow]]\nreason = 'r'", "[[allow]] number 1"),
        ("[checks]\nonly = ['no-such-check']", "no-such-check"),
        ("[checks]\ndisable = ['no-such-check']", "no-such-check"),
        ("not toml", "line 1"),
        ("\u{1b}[31mred\u{202e}", "line 1"),
    ] {
        let folder = Folder::new();
        folder.write(".bartizan.toml", text);
        let said = refused(&folder, &[]);
        assert!(said.contains(told), "{text}: {said}");
        if !text.contains("no-such-check") {
            assert!(said.contains(".bartizan.toml"), "{text}: {said}");
        }
    }
    let folder = Folder::new();
    fs::write(folder.path().join(".bartizan.toml"), b"\xff\xfe").unwrap();
    assert!(refused(&folder, &[]).contains(".bartizan.toml"));
    assert!(refused(&folder, &["--config", "none.toml"]).contains("none.toml"));
}

#[test]
fn words_that_name_nothing_are_refused() {
    let folder = Folder::new();
    fs::write(folder.outside().join("checks.toml"), "[checks]\nonly = ['none-of-ours']").unwrap();
    let said = refused(&folder, &["--config", "checks.toml"]);
    assert!(said.contains("there is no check `none-of-ours`"), "{said}");
    assert!(refused(&folder, &["--exclude", "a["]).contains("a["));
    for arguments in [["--fail-on", "awful"], ["--min-confidence", "some"]] {
        assert!(refused(&folder, &arguments).contains(arguments[1]));
    }
}

#[test]
fn a_mistake_in_a_baseline_is_named_with_its_file() {
    for (text, told) in [
        (&b"{"[..], "line 1"),
        (b"{}", "neither"),
        (b"[1]", "neither"),
        (b"{\"version\": 9}", "version 9"),
        (b"", "line 1"),
        (b"\xff", "cannot read"),
    ] {
        let folder = Folder::new();
        fs::write(folder.outside().join("known.json"), text).unwrap();
        let said = refused(&folder, &["--baseline", "known.json"]);
        assert!(said.contains("known.json") && said.contains(told), "{said}");
    }
    // As deep as a parser may go without falling over.
    let folder = Folder::new();
    fs::write(folder.outside().join("known.json"), "[".repeat(1 << 20)).unwrap();
    assert!(refused(&folder, &["--baseline", "known.json"]).contains("known.json"));
}

#[test]
fn settings_in_the_target_do_not_lead_out_of_it() {
    // The error would show the line.
    let folder = Folder::new();
    fs::write(folder.outside().join("private"), "private-words\n").unwrap();
    symlink("../private", folder.path().join(".bartizan.toml")).unwrap();
    let said = refused(&folder, &[]);
    assert!(said.contains(".bartizan.toml is a link") && !said.contains("private-words"), "{said}");
    for name in [".bartizan.toml", ".gitleaksignore"] {
        let folder = Folder::new();
        mkfifo(folder.path().join(name));
        assert!(refused(&folder, &[]).contains(name));
    }
    for baseline in ["/dev/zero", "pipe"] {
        let folder = Folder::new();
        folder.write(".bartizan.toml", format!("baselines = ['{baseline}']"));
        mkfifo(folder.path().join("pipe"));
        assert!(refused(&folder, &[]).contains("is not a file"));
    }
}

#[test]
fn a_pattern_without_measure_costs_an_error_and_not_the_memory() {
    let folder = Folder::new();
    folder.write("a.env", leak());
    folder.write(
        ".bartizan.toml",
        "[[allow]]\nreason = 'r'\nsecrets = ['((((a{1000}){1000}){1000}){1000})']",
    );
    assert!(refused(&folder, &[]).contains("[[allow]] number 1"));
}
