//! Signals, closed pipes, full disks, and homes that are not there.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::{Folder, bartizan, leak};

/// The program itself, so that a signal reaches it.
fn program(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bartizan"));
    command.current_dir(folder.outside()).env("XDG_DATA_HOME", folder.outside().join(".key"));
    command
}

/// A folder that takes longer to scan than anybody waits: one file under many names.
fn endless() -> Folder {
    let folder = Folder::new();
    folder.write("text", "lorem ipsum dolor sit amet\n".repeat(1 << 20));
    for name in 0..2_000 {
        fs::hard_link(folder.path().join("text"), folder.path().join(name.to_string())).unwrap();
    }
    folder
}

fn send(signal: &str, child: &Child) {
    let status = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// Waits until the program has a handler for SIGTERM, which is when it is about to scan.
#[cfg(target_os = "linux")]
fn await_handler(child: &Child) {
    const SIGTERM: u32 = 15;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
        if u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << (SIGTERM - 1)) != 0 {
            return;
        }
        std::thread::yield_now();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_ends_the_scan_with_a_report_that_says_so() {
    let folder = endless();
    for signal in ["INT", "TERM"] {
        let file = folder.outside().join("report.json");
        let mut child = program(&folder)
            .args(["scan", "target", "--format", "json", "--output", "report.json"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        await_handler(&child);
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(4), "{signal}");
        let report: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(report["complete"], false);
        assert!(report["notes"].to_string().contains("stopped before its end"));
        fs::remove_file(&file).unwrap();
        // Nothing else was left behind.
        let names = fs::read_dir(folder.outside()).unwrap();
        assert_eq!(names.count(), 2, "the target and the key");
    }
}

#[test]
fn a_full_disk_is_an_error() {
    let folder = Folder::new();
    folder.write("a.env", leak());
    for format in ["table", "json", "sarif", "csv"] {
        let to_file = bartizan(folder.outside())
            .args(["scan", "target", "--format", format, "--output", "/dev/full"])
            .output()
            .unwrap();
        let to_stdout = bartizan(folder.outside())
            .args(["scan", "target", "--format", format])
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .output()
            .unwrap();
        for output in [to_file, to_stdout] {
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains("cannot write"), "{said}");
        }
    }
    for arguments in [&["checks"][..], &["completions", "bash"]] {
        let status = bartizan(folder.outside())
            .args(arguments)
            .stdout(File::options().write(true).open("/dev/full").unwrap())
            .stderr(Stdio::null())
            .status();
        assert_eq!(status.unwrap().code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_report_that_cannot_be_written_leaves_the_last_one_alone() {
    let folder = Folder::new();
    folder.write("a.env", leak());
    for output in ["none/report.json", "target"] {
        let scanned = folder.scan(&["--output", output]);
        assert_eq!(scanned.code, Some(2), "{output}");
        assert!(scanned.stderr.contains(&format!("cannot write {output}")), "{}", scanned.stderr);
    }
    assert!(!folder.outside().join("none").exists());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn whoever_stops_reading_is_not_told_off() {
    let folder = Folder::new();
    folder.write("a.env", leak());
    for (arguments, code) in [
        (&["scan", "target"][..], 1),
        (&["scan", "target", "--format", "json"], 1),
        (&["checks"], 0),
        (&["completions", "bash"], 0),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = bartizan(folder.outside()).args(arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
    // An error that nobody hears is still the exit code.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let full = File::options().write(true).open("/dev/full").unwrap();
    for stderr in [Stdio::from(writer), Stdio::from(full)] {
        let status = program(&folder).args(["scan", "nowhere"]).stderr(stderr).status().unwrap();
        assert_eq!(status.code(), Some(3));
    }
}

#[test]
fn a_home_that_is_not_there_or_cannot_be_written_changes_nothing() {
    let folder = Folder::new();
    folder.write("a.env", leak());
    let gone = folder.outside().join("gone");
    let homes: [&[(&str, &Path)]; 4] = [
        &[],
        &[("HOME", &gone)],
        &[("XDG_DATA_HOME", Path::new("/dev/null"))],
        &[("XDG_DATA_HOME", Path::new("/proc"))],
    ];
    for home in homes {
        let status = program(&folder)
            .env_clear()
            .envs(home.iter().copied())
            .args(["scan", "target"])
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(1), "{home:?}");
    }
    // A key that is none is not written over.
    let key = folder.outside().join(".key/bartizan/fingerprint.key");
    fs::create_dir_all(key.parent().unwrap()).unwrap();
    fs::write(&key, "short").unwrap();
    assert_eq!(folder.scan(&[]).code, Some(1));
    assert_eq!(fs::read(&key).unwrap(), b"short");
}
