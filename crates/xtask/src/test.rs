//! Everything CI runs, in one visible order: the cheap first.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    postgres::{self, Postgres},
    python,
};

/// Programs the tests run, and Debian's packages that bring them.
const PROGRAMS: &[(&str, &str)] = &[("git", "git"), ("ssh", "openssh-client"), ("curl", "curl")];

/// What Chromium is called.
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome"];

const FUZZ: &str = "fuzz/Cargo.toml";

pub(crate) fn run() -> Result<()> {
    install()?;
    step("format", cargo(&["fmt", "--all", "--check"]))?;
    step(
        "clippy",
        cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
    )?;
    step("format of the fuzz targets", cargo(&["fmt", "--manifest-path", FUZZ, "--check"]))?;
    // They compile on this toolchain; to run them takes another (see CONTRIBUTING.md). Their lock file follows ours.
    let mut fuzz = cargo(&["clippy", "--manifest-path", FUZZ, "--", "-D", "warnings"]);
    // What both have in common is checked once.
    fuzz.env("CARGO_TARGET_DIR", target_folder());
    step("fuzz targets", fuzz)?;
    let mut docs = cargo(&["doc", "--workspace", "--no-deps", "--locked", "--quiet"]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    step("documentation", docs)?;
    tests()
}

/// Runs all tests, and closes with their sum.
fn tests() -> Result<()> {
    println!("== tests");
    let python = python::environment(&target_folder())?;
    let postgres = Postgres::start()?;
    let mut child = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"])
        .env(Postgres::VARIABLE, postgres.url())
        .env(python::VARIABLE, python)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run the tests")?;
    let output = BufReader::new(child.stdout.take().context("no output")?);
    let Sum { passed, failed, skipped } = pass_on(output, std::io::stdout())?;
    let status = child.wait()?;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    // A test binary that does not compile, or dies, counts none of its tests.
    if !status.success() {
        bail!("tests failed");
    }
    Ok(())
}

/// What all test binaries counted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    passed: u64,
    failed: u64,
    skipped: u64,
}

/// Prints what tests print, which may be any bytes, and adds up their counts.
fn pass_on(mut output: impl BufRead, mut to: impl Write) -> Result<Sum> {
    let mut sum = Sum::default();
    let mut bytes = Vec::new();
    while output.read_until(b'\n', &mut bytes)? > 0 {
        let line = String::from_utf8_lossy(&bytes);
        if let Some(counts) = line.strip_prefix("test result: ") {
            let count = |word: &str| {
                let part = counts.split([';', '.']).find(|part| part.trim().ends_with(word));
                part.and_then(|part| part.split_whitespace().next()?.parse::<u64>().ok())
                    .unwrap_or_default()
            };
            sum.passed += count("passed");
            sum.failed += count("failed");
            sum.skipped += count("ignored");
        }
        to.write_all(line.as_bytes())?;
        bytes.clear();
    }
    Ok(sum)
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| crate::root().join("target"), PathBuf::from)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(crate::root());
    command
}

fn step(name: &str, mut command: Command) -> Result<()> {
    println!("== {name}");
    let started = Instant::now();
    let status = command.status().with_context(|| format!("cannot run {name}"))?;
    if !status.success() {
        bail!("{name} failed");
    }
    println!("== {name}: {} s", started.elapsed().as_secs());
    Ok(())
}

/// Installs Debian's packages that the tests need and the machine lacks.
fn install() -> Result<()> {
    // What it answers does not matter, only that it is there.
    let is_missing = |program: &str| Command::new(program).arg("-V").output().is_err();
    let mut packages: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(program, _)| is_missing(program))
        .map(|(_, package)| *package)
        .collect();
    // Debian has `python3` without `venv` in it.
    if Command::new("python3")
        .args(["-c", "import ensurepip"])
        .output()
        .map_or(true, |out| !out.status.success())
    {
        packages.push("python3-venv");
    }
    if !postgres::is_installed() {
        packages.push("postgresql");
    }
    // To ask it for its version would start it.
    if !BROWSERS.iter().any(|browser| is_on_path(browser)) {
        packages.push("chromium");
    }
    if packages.is_empty() {
        return Ok(());
    }
    println!("== installing {}", packages.join(", "));
    let apt = |arguments: &[&str]| -> Result<()> {
        let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout == b"0\n");
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.arg("apt-get");
        }
        let status = command
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .status()
            .context("apt-get")?;
        if !status.success() {
            bail!("install {} by hand and run again", packages.join(" and "));
        }
        Ok(())
    };
    apt(&["update", "-qq"])?;
    apt(&[&["install", "-y", "-qq", "--no-install-recommends"], packages.as_slice()].concat())
}

fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_that_is_no_text_ends_nothing() {
        let output =
            b"test a ... \xff\xfe\ntest result: ok. 3 passed; 1 failed; 2 ignored; 0 measured\nend";
        let mut printed = Vec::new();
        let sum = pass_on(&output[..], &mut printed).unwrap();
        assert_eq!(sum, Sum { passed: 3, failed: 1, skipped: 2 });
        let printed = String::from_utf8(printed).unwrap();
        assert!(
            printed.starts_with("test a ... \u{fffd}") && printed.ends_with("\nend"),
            "{printed}"
        );
    }
}
