//! The browser of the machine, for tests that need one.

use std::{os::unix::fs::MetadataExt as _, path::PathBuf};

/// Chromium, where `PATH` has it. Where it has not, the test says that it was skipped.
#[must_use]
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut programs = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .filter(|program| program.is_file());
    let found = programs.next();
    if found.is_none() {
        eprintln!("skipped: there is no Chromium on PATH");
    }
    found
}

/// Whether the test runs as root, for whom Chromium has no sandbox.
#[must_use]
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}
