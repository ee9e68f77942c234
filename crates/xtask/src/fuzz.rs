//! Runs every fuzz target for a while. Nothing is installed: what is missing is said.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

/// An input that takes more memory or time is a finding.
const LIMITS: &[&str] = &["-rss_limit_mb=1024", "-timeout=10", "-len_control=0", "-max_len=4096"];

/// Runs all targets in turn, `seconds` each, on inputs found earlier and on the committed seeds.
pub(crate) fn run(seconds: u64) -> Result<()> {
    let root = crate::root();
    let mut missing = Vec::new();
    if !answers(rustup_cargo().arg("--version")) {
        missing.push("a nightly toolchain (`rustup toolchain install nightly`)");
    }
    if !answers(Command::new("cargo-fuzz").arg("--version")) {
        missing.push("cargo-fuzz (`cargo install cargo-fuzz`)");
    }
    if !missing.is_empty() {
        bail!("fuzzing needs {}", missing.join(" and "));
    }
    let mut failed = Vec::new();
    for target in targets(&root)? {
        println!("== {target}");
        let corpus = root.join("fuzz/corpus").join(&target);
        fs::create_dir_all(&corpus).with_context(|| format!("cannot make {}", corpus.display()))?;
        let mut command = rustup_cargo();
        // Our own code is safe, so what the address sanitizer would find is little, and it takes half the speed.
        command.args(["fuzz", "run", "--sanitizer", "none", &target]).arg(corpus);
        let seeds = root.join("fuzz/seeds").join(&target);
        if seeds.is_dir() {
            command.arg(seeds);
        }
        command.arg("--").arg(format!("-max_total_time={seconds}")).args(LIMITS);
        if !command.current_dir(&root).status().context("cannot run cargo")?.success() {
            failed.push(target);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}; the inputs are in fuzz/artifacts", failed.join(", "));
    }
    Ok(())
}

/// The names of all targets, sorted.
fn targets(root: &Path) -> Result<Vec<String>> {
    let folder = root.join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
        let path: PathBuf = entry?.path();
        names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// The nightly toolchain's cargo. The variables by which the one at work tells its children about itself are taken away.
fn rustup_cargo() -> Command {
    let mut command = Command::new("cargo");
    command.arg("+nightly");
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text == "CARGO" || text == "RUSTUP_TOOLCHAIN" || text.starts_with("CARGO_PKG_") {
            command.env_remove(&name);
        }
    }
    command
}

fn answers(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
