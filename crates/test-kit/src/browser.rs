//! The browser of the machine, for tests that need one.

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

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
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The machine's browser behind a program that notes, before it runs it, what is the browser's: processes, profile, environment.
pub struct WatchedBrowser {
    program: PathBuf,
    noted: PathBuf,
}

impl WatchedBrowser {
    /// Writes the program into a folder; none where there is no browser.
    #[must_use]
    pub fn new(folder: &Path) -> Option<Self> {
        let browser = chromium()?;
        let (program, noted) = (folder.join("browser"), folder.join("noted"));
        let script = format!(
            "#!/bin/sh\n(cut -d' ' -f5 /proc/self/stat; echo \"$HOME\"; env) > {0}.part\nmv {0}.part {0}\nexec {1} \"$@\"\n",
            noted.display(),
            browser.display(),
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        Some(Self { program, noted })
    }

    /// What to run.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Whether somebody has run it.
    #[must_use]
    pub fn has_started(&self) -> bool {
        self.noted.exists()
    }

    /// Variables that it was given, by name.
    #[must_use]
    pub fn environment(&self) -> Vec<String> {
        let noted = self.noted();
        let lines = noted.iter().skip(2).filter_map(|line| line.split_once('='));
        lines.map(|(name, _)| name.to_owned()).collect()
    }

    /// Its profile.
    #[must_use]
    pub fn profile(&self) -> PathBuf {
        self.noted().get(1).expect("a profile").into()
    }

    /// How many of its processes run. Who is dead and not buried has nothing left to end.
    #[must_use]
    pub fn processes(&self) -> usize {
        let noted = self.noted();
        let group = noted.first().expect("a group");
        let all = fs::read_dir("/proc").unwrap().filter_map(|entry| {
            let stat = fs::read_to_string(entry.ok()?.path().join("stat")).ok()?;
            // proc_pid_stat(5): name, state, parent, group.
            let mut fields = stat.rsplit_once(") ")?.1.split(' ');
            let state = fields.next()?;
            (fields.nth(1)? == group && state != "Z").then_some(())
        });
        all.count()
    }

    fn noted(&self) -> Vec<String> {
        let noted = fs::read_to_string(&self.noted).expect("a browser that was started");
        noted.lines().map(str::to_owned).collect()
    }
}
