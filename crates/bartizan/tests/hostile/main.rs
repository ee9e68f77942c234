//! Targets that are damaged, or made to harm: what `bartizan scan` promises about them, kept by the binary itself.
//!
//! Every run has a deadline, so that what hangs fails, and most have a limit on memory.

#![cfg(unix)]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the allowances for tests do not reach their helpers"
)]

mod archives;
mod files;
mod git;
mod process;
mod settings;

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use test_kit::password;

/// No scan of a test takes longer, in seconds; `timeout` ends with code 124 then.
const DEADLINE: &str = "60";
/// Address space of a scan, in KiB: programs, stacks and maps of files are in it.
const MEMORY_KIB: u64 = 640 << 10;

/// A line with it.
fn leak() -> String {
    format!("DB_PASSWORD={}\n", password())
}

/// `bartizan` with a home of its own, few threads, a deadline and a limit on memory.
fn bartizan(folder: &Path) -> Command {
    let mut command = Command::new("timeout");
    let limited = format!("ulimit -v {MEMORY_KIB} && exec \"$0\" \"$@\"");
    command
        .args([DEADLINE, "sh", "-c", &limited, env!("CARGO_BIN_EXE_bartizan")])
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder.join(".key"))
        .env("HOME", folder)
        .env_remove("NO_COLOR");
    command
}

/// What a scan ended with.
struct Scanned {
    code: Option<i32>,
    report: Value,
    stderr: String,
}

impl Scanned {
    /// Paths of all findings.
    fn found(&self) -> Vec<String> {
        let findings = self.report["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["path"].as_str().unwrap().to_owned()).collect()
    }

    /// Whether there is a note of that kind, about that path if one is named, that says that.
    fn notes(&self, kind: &str, path: Option<&str>, says: &str) -> bool {
        self.report["notes"].as_array().unwrap().iter().any(|note| {
            note["kind"] == kind
                && path.is_none_or(|path| note["path"] == path)
                && note["message"].as_str().unwrap().contains(says)
        })
    }

    #[track_caller]
    fn assert_notes(&self, kind: &str, path: Option<&str>, says: &str) {
        assert!(self.notes(kind, path, says), "{:#}", self.report["notes"]);
    }
}

/// Scans `target` in `folder`.
#[track_caller]
fn scan(folder: &Path, target: impl AsRef<OsStr>, arguments: &[&str]) -> Scanned {
    let mut command = bartizan(folder);
    command.arg("scan").arg(target).args(["--format", "json", "--jobs", "2"]).args(arguments);
    scanned(&command.output().unwrap())
}

#[track_caller]
fn scanned(output: &Output) -> Scanned {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(output.status.code().is_some_and(|code| code < 5), "{}: {stderr}", output.status);
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    Scanned { code: output.status.code(), report, stderr }
}

/// A folder with a home in it that is not scanned.
struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("target")).unwrap();
        Self { root }
    }

    /// What is scanned.
    fn path(&self) -> std::path::PathBuf {
        self.root.path().join("target")
    }

    /// Beside what is scanned.
    fn outside(&self) -> &Path {
        self.root.path()
    }

    fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    #[track_caller]
    fn scan(&self, arguments: &[&str]) -> Scanned {
        scan(self.outside(), "target", arguments)
    }
}

fn mkfifo(path: impl AsRef<Path>) {
    assert!(Command::new("mkfifo").arg(path.as_ref()).status().unwrap().success());
}
