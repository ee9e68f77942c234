//! Everything CI runs, in one visible order: the cheap first.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

use crate::generate;

/// Programs the tests run, and Debian's packages that bring them.
const PROGRAMS: &[(&str, &str)] = &[("git", "git"), ("ssh", "openssh-client")];

const FUZZ: &str = "fuzz/Cargo.toml";

pub(crate) fn run() -> Result<()> {
    install()?;
    step("format", cargo(&["fmt", "--all", "--check"]))?;
    println!("== generated files");
    generate::run(generate::Mode::Check)?;
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
    let mut child = cargo(&["test", "--workspace", "--locked", "--no-fail-fast"])
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run the tests")?;
    let (mut passed, mut failed, mut skipped) = (0_u64, 0_u64, 0_u64);
    for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
        let line = line?;
        if let Some(counts) = line.strip_prefix("test result: ") {
            let count = |word: &str| {
                let part = counts.split([';', '.']).find(|part| part.trim().ends_with(word));
                part.and_then(|part| part.split_whitespace().next()?.parse::<u64>().ok())
                    .unwrap_or_default()
            };
            passed += count("passed");
            failed += count("failed");
            skipped += count("ignored");
        }
        println!("{line}");
    }
    let status = child.wait()?;
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    // A test binary that does not compile, or dies, counts none of its tests.
    if !status.success() {
        bail!("tests failed");
    }
    Ok(())
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| generate::root().join("target"), PathBuf::from)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(generate::root());
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
    let packages: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(program, _)| is_missing(program))
        .map(|(_, package)| *package)
        .collect();
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
